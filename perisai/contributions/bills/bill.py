"""Issues and cancels bills."""

from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from perisai.contributions.rules.in_force import load
from perisai.contributions.tariffs import tariff
from perisai.events.ids import uuid7
from perisai.events.work import Work
from perisai.payments.books import ledger
from perisai.payments.orders import broken

DAYS_TO_PAY = 30
LATE_NOTICE: Final = timedelta(days=3)
"""How long after the customer paid a bank may tell of it and still be taken at the price of then. An unpaid bill is kept
open as long after its code has stopped working: who paid in time must not lose what they paid for."""

_INSERT = """
INSERT INTO contributions_bill (branch_id, id, enrolment_id, payment_code, state, first_month, months, lines, amount, rules,
  issued_at, priced_at, pay_by, origin)
SELECT %(branch)s, b.id, b.enrolment_id, b.payment_code, 'open', %(month)s, b.months, b.lines, b.amount, %(rules)s,
  %(now)s, %(now)s, %(pay_by)s, %(origin)s
FROM jsonb_to_recordset(%(rows)s::jsonb)
  AS b (id uuid, enrolment_id uuid, payment_code text, months int, lines jsonb, amount bigint)
"""

_CANCEL = """
UPDATE contributions_bill SET state = %s
WHERE branch_id = %s AND enrolment_id = ANY (%s) AND state = 'open' AND (%s::date IS NULL OR first_month = %s)
RETURNING enrolment_id, lines, amount, id
"""

_PROLONG = """
UPDATE contributions_bill SET pay_by = %s WHERE branch_id = %s AND id = ANY (%s) AND state = 'open' AND pay_by < %s
"""


class ToBill(NamedTuple):
    """What one enrolment is billed for. ``months`` from the present month on."""

    enrolment_id: UUID
    payment_code: str
    income: int
    programmes: frozenset[str]
    transport: bool
    months: int


class Issued(NamedTuple):
    bill_id: UUID
    enrolment_id: UUID
    payment_code: str
    amount: int
    pay_by: datetime
    first_month: date


def issue_many(
    work: Work, *, branch_id: int, timezone: str, wanted: list[ToBill], origin: str = "first"
) -> dict[UUID, Issued]:
    """Bills by enrolment, priced month by month from the present month of the branch. Three statements.

    The first contribution month is the month of the first payment, so a bill that outlives its month is priced again.
    """
    if not wanted:
        return {}
    month = work.now.astimezone(ZoneInfo(timezone)).date().replace(day=1)
    pay_by = last_moment(work.now + timedelta(days=DAYS_TO_PAY), timezone)
    months = {n: tuple(tariff.months_from(month, n)) for n in {one.months for one in wanted}}
    rules = load()
    prices = tariff.price_many(
        (tariff.Asked(one.income, one.programmes, one.transport, months[one.months]) for one in wanted), rules=rules
    )
    issued: dict[UUID, Issued] = {}
    rows: list[dict[str, Any]] = []
    for one, priced in zip(wanted, prices, strict=True):
        amount = tariff.total(priced)
        bill = Issued(uuid7(), one.enrolment_id, one.payment_code, amount, pay_by, month)
        issued[one.enrolment_id] = bill
        rows.append(
            {
                "id": bill.bill_id,
                "enrolment_id": one.enrolment_id,
                "payment_code": one.payment_code,
                "months": one.months,
                "lines": lines_of(priced),
                "amount": amount,
            }
        )
    work.execute(
        _INSERT,
        {
            "branch": branch_id,
            "month": month,
            "rules": rules.version,
            "now": work.now,
            "pay_by": pay_by,
            "origin": origin,
            "rows": orjson.dumps(rows).decode(),
        },
        prepared=True,
    )
    income = ledger.Income.of(line for row in rows for line in row["lines"])
    ledger.record_billing(work, branch_id, *income)
    return issued


def cancel_many(
    work: Work, *, branch_id: int, enrolment_ids: list[UUID], state: str = "cancelled", first_month: date | None = None
) -> dict[UUID, int]:
    """Ends the open bills of these enrolments (``cancelled`` or ``expired``), all of them or those that begin with
    ``first_month``, and takes them out of the books; what each no longer owes, rupiah. Three statements at most."""
    if not enrolment_ids:
        return {}
    cancelled = work.rows(_CANCEL, [state, branch_id, enrolment_ids, first_month, first_month], prepared=True)
    dropped: dict[UUID, int] = {}
    for enrolment_id, _, amount, _ in cancelled:
        dropped[enrolment_id] = dropped.get(enrolment_id, 0) + amount
    if cancelled:
        if state == "cancelled":
            broken.mark(work, branch_id=branch_id, bill_ids=[row[3] for row in cancelled])
        ledger.reverse_billing(
            work, branch_id, *ledger.Income.of(line for _, lines, _, _ in cancelled for line in orjson.loads(lines))
        )
    return dropped


def prolong(work: Work, *, branch_id: int, bill_ids: list[UUID], until: datetime) -> None:
    """Lets open bills be paid until then, where their time would be over before. For what is owed however late it is."""
    work.execute(_PROLONG, [until, branch_id, bill_ids, until])


def lines_of(prices: list[tariff.MonthPrice]) -> list[list[Any]]:
    """[[month "2026-11", base, jkk, jkm, jht, relief, total], ...] in rupiah; those with JP or JKP, and those whose relief is not
    JKK's and JKM's in proportion, go on with jp, jkp and what the relief takes from each of the five programmes."""
    return [_line(price) for price in prices]


def _line(p: tariff.MonthPrice) -> list[Any]:
    line: list[Any] = [f"{p.month:%Y-%m}", p.base, p.jkk, p.jkm, p.jht, p.relief, p.total]
    of_each = [p.relief_jkk, p.relief_jkm, p.relief_jht, 0, 0]
    if p.jp or p.jkp or (p.relief and of_each != ledger.in_proportion(p.jkk, p.jkm, p.relief)):
        return [*line, p.jp, p.jkp, of_each]
    return line


def last_moment(at: datetime, timezone: str) -> datetime:
    """The last second of the branch's day of an instant."""
    zone = ZoneInfo(timezone)
    return last_moment_of(at.astimezone(zone).date(), timezone)


def last_moment_of(day: date, timezone: str) -> datetime:
    """The last second of a day of the branch."""
    following = day + timedelta(days=1)
    return datetime(following.year, following.month, following.day, tzinfo=ZoneInfo(timezone)) - timedelta(seconds=1)
