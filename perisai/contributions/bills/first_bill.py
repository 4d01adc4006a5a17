"""First bills of members whom somebody else begins to fund, or funds no more: taken down by counter-entry and issued anew to who
pays the present month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, LiteralString
from uuid import UUID

import orjson

from perisai.contributions.bills import advance, bill
from perisai.contributions.bills.bill import DAYS_TO_PAY, last_moment
from perisai.contributions.rules.in_force import load
from perisai.contributions.tariffs import pricing
from perisai.contributions.tariffs.tariff import months_from
from perisai.events.work import Work, branch_day
from perisai.payments.books import ledger

# Carried by bill_enrolment and funding_once_a_month. Wrong is a bill of another payer than the month's, and a member's own that
# goes into a month that somebody else pays.
_WRONG: LiteralString = """
SELECT b.id, b.enrolment_id, b.payment_code, b.origin, e.income, e.programmes, e.transport,
  CASE WHEN f.id IS NOT NULL THEN 1 ELSE least(e.months, n.ahead) END, f.sponsor_id, coalesce(f.is_state, false), f.programmes,
  e.agent_id, e.sub_branch_id, e.agency_office_id, e.region_code
FROM (
  SELECT DISTINCT ON (enrolment_id) id, enrolment_id, payment_code, origin, first_month, months, sponsor_id
  FROM contributions_bill
  WHERE branch_id = %(branch)s AND enrolment_id = ANY (%(who)s) AND state = 'open' ORDER BY enrolment_id, first_month
) b
JOIN members_enrolment e ON e.branch_id = %(branch)s AND e.id = b.enrolment_id AND e.state = 'accepted' AND e.segment = 'BPU'
LEFT JOIN payers_funding f ON f.branch_id = %(branch)s AND f.enrolment_id = e.id AND f.first_month <= %(month)s
  AND coalesce(f.last_month, %(month)s) >= %(month)s
LEFT JOIN LATERAL (
  SELECT (12 * (extract(year FROM min(first_month)) - extract(year FROM %(month)s::date))
    + extract(month FROM min(first_month)) - extract(month FROM %(month)s::date))::int AS ahead
  FROM payers_funding WHERE branch_id = %(branch)s AND enrolment_id = e.id AND first_month > %(month)s
    AND coalesce(last_month, first_month) >= first_month
) n ON true
WHERE b.sponsor_id IS DISTINCT FROM f.sponsor_id
  OR f.id IS NULL AND b.first_month + make_interval(months => b.months::int) > %(month)s::date + make_interval(months => n.ahead)
ORDER BY b.enrolment_id
"""
_INSERT: LiteralString = """
INSERT INTO contributions_bill (branch_id, id, enrolment_id, payment_code, state, first_month, months, lines, amount, rules,
  issued_at, priced_at, pay_by, origin, replaces_id, sponsor_id)
SELECT %(branch)s, b.id, b.enrolment, b.code, 'open', b.first_month, b.months, b.lines, b.amount, %(rules)s, %(now)s, %(now)s,
  b.pay_by, b.origin, b.replaces, b.sponsor
FROM jsonb_to_recordset(%(rows)s::jsonb) AS b (id uuid, enrolment uuid, code text, first_month date, months int, lines jsonb,
  amount bigint, pay_by timestamptz, origin text, replaces uuid, sponsor uuid)
"""


@dataclass(frozen=True)
class _Wrong:
    bill_id: UUID
    enrolment_id: UUID
    payment_code: str
    origin: str
    income: int
    programmes: list[str]
    transport: bool
    months: int
    sponsor_id: UUID | None
    is_state: bool
    funded: list[str] | None
    agent_id: UUID | None
    sub_branch_id: int | None
    agency_office_id: int | None
    region_code: str


def issue_anew(work: Work, *, branch_id: int, timezone: str, enrolment_ids: Sequence[UUID]) -> int:
    """The first bills of those of these members who have not paid yet and whose payer has changed: a sponsor's for the present
    month, the member's own for as many months as they chose, up to the next that is funded. Answers how many. The caller
    holds the enrolments' rows. A fixed number of statements."""
    month = branch_day(work.now, timezone).replace(day=1)
    asked = {"branch": branch_id, "who": list(enrolment_ids), "month": month}
    wrong = [_Wrong(*row) for row in work.rows(_WRONG, asked)]
    if not wrong:
        return 0
    bill.cancel_many(work, branch_id=branch_id, enrolment_ids=[one.enrolment_id for one in wrong])
    rows = _rows(wrong, month, timezone, work)
    told = {"branch": branch_id, "now": work.now, "rules": load().version}
    work.execute(_INSERT, told | {"rows": orjson.dumps(rows).decode()})
    ledger.record_billing(work, branch_id, *ledger.Income.of(line for row in rows for line in row["lines"]))
    for one, row in zip(wrong, rows, strict=True):
        whom = (one.agent_id, one.sub_branch_id, one.agency_office_id, one.region_code)
        advance.report_issued(
            work, branch_id=branch_id, enrolment_id=one.enrolment_id, whom=whom, row=row, origin=one.origin
        )
    return len(wrong)


def _rows(wrong: Sequence[_Wrong], month: date, timezone: str, work: Work) -> list[dict[str, Any]]:
    prices = pricing.price_many(
        pricing.Asked(
            "BPU", one.income, billed(one.programmes, one.funded), one.transport, None,
            tuple(months_from(month, one.months)), one.is_state,
        )
        for one in wrong
    )  # fmt: skip
    pay_by = last_moment(work.now + timedelta(days=DAYS_TO_PAY), timezone)
    return [
        advance.row_of(
            priced,
            timezone=timezone,
            enrolment=one.enrolment_id,
            code=one.payment_code,
            origin=one.origin,
            pay_by=pay_by,
            replaces=one.bill_id,
            sponsor=one.sponsor_id,
        )
        for one, priced in zip(wrong, prices, strict=True)
    ]


def billed(programmes: Sequence[str], funded: Sequence[str] | None) -> frozenset[str]:
    """What is billed of a member's programmes in a month that a sponsor pays for ``funded`` ones (None: all)."""
    return frozenset(programmes) if funded is None else frozenset(programmes) & frozenset(funded)
