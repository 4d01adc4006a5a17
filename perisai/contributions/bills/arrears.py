"""Bills for months that are owed already when a member is taken over from another system."""

from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from perisai.contributions.bills.bill import DAYS_TO_PAY, last_moment, lines_of
from perisai.contributions.rules.in_force import load
from perisai.contributions.tariffs import tariff
from perisai.events.ids import uuid7
from perisai.events.work import Work
from perisai.payments.books import ledger

_INSERT = """
INSERT INTO contributions_bill (branch_id, id, enrolment_id, payment_code, state, first_month, months, lines, amount, rules,
  issued_at, priced_at, pay_by)
SELECT %(branch)s, b.id, b.enrolment_id, b.payment_code, 'open', b.first_month, b.months, b.lines, b.amount, %(rules)s,
  %(now)s, %(now)s, %(pay_by)s
FROM jsonb_to_recordset(%(rows)s::jsonb)
  AS b (id uuid, enrolment_id uuid, payment_code text, first_month date, months int, lines jsonb, amount bigint)
"""


class Owed(NamedTuple):
    """``months``: first days of the months owed, in a row."""

    enrolment_id: UUID
    income: int
    programmes: frozenset[str]
    transport: bool
    months: tuple[date, ...]


def amounts(owed: list[Owed]) -> dict[UUID, int]:
    """What each owes by the tariff of those months, rupiah. Raises ``tariff.PriceError``. Pure."""
    return {one.enrolment_id: tariff.total(prices) for one, prices in zip(owed, _prices(owed), strict=True)}


def issue_many(work: Work, *, branch_id: int, timezone: str, owed: list[Owed], codes: dict[UUID, str]) -> None:
    """An open bill for each, payable with its code for as long as any other, and in the books. Two statements."""
    if not owed:
        return
    rows: list[dict[str, Any]] = [
        {
            "id": uuid7(),
            "enrolment_id": one.enrolment_id,
            "payment_code": codes[one.enrolment_id],
            "first_month": one.months[0],
            "months": len(one.months),
            "lines": lines_of(prices),
            "amount": tariff.total(prices),
        }
        for one, prices in zip(owed, _prices(owed), strict=True)
    ]
    pay_by = last_moment(work.now + timedelta(days=DAYS_TO_PAY), timezone)
    common = {"branch": branch_id, "rules": load().version, "now": work.now, "pay_by": pay_by}
    work.execute(_INSERT, common | {"rows": orjson.dumps(rows).decode()})
    ledger.record_billing(work, branch_id, *ledger.Income.of(line for row in rows for line in row["lines"]))


def _prices(owed: list[Owed]) -> list[list[tariff.MonthPrice]]:
    return tariff.price_many(tariff.Asked(one.income, one.programmes, one.transport, one.months) for one in owed)
