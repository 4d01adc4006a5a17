"""What a payment does to bills: find and lock them, price them again for another month, settle them, take that back."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import accumulate, takewhile
from typing import Any, LiteralString
from uuid import UUID

import orjson

from perisai.contributions.bills.bill import lines_of
from perisai.contributions.rules.in_force import load
from perisai.contributions.tariffs.tariff import months_from, price, total
from perisai.events.work import Happened, Work, branch_day

_COLUMNS: LiteralString = """
SELECT b.id, b.enrolment_id, b.payment_code, b.state, b.first_month, b.months, b.lines, b.amount, b.pay_by,
  (SELECT timezone FROM offices_office WHERE id = b.branch_id),
  EXISTS (SELECT FROM contributions_paid_month p WHERE p.branch_id = b.branch_id AND p.enrolment_id = b.enrolment_id
          AND p.month >= b.first_month AND p.month < b.first_month + b.months * interval '1 month'),
  coalesce((SELECT h.amount FROM payments_held h WHERE h.branch_id = b.branch_id AND h.enrolment_id = b.enrolment_id), 0),
  NOT EXISTS (SELECT FROM contributions_bill o WHERE o.branch_id = b.branch_id AND o.enrolment_id = b.enrolment_id
              AND o.id <> b.id AND o.state IN ('open', 'paid') AND o.first_month > b.first_month),
  b.sponsor_id,
  CASE WHEN b.state = 'open' THEN (
    SELECT jsonb_agg(jsonb_build_array(f.first_month, f.last_month, f.sponsor_id, f.is_state, f.programmes))
    FROM payers_funding f WHERE f.branch_id = b.branch_id AND f.enrolment_id = b.enrolment_id) END
FROM contributions_bill b
"""

# Carried by bill_enrolment. The oldest open bill first; without one, the newest. The months are looked up by primary key. What a
# sponsor pays is not the member's to pay.
_OF_ENROLMENT: LiteralString = (
    _COLUMNS
    + """WHERE b.branch_id = %s AND b.enrolment_id = %s AND (b.sponsor_id IS NULL OR %s)
ORDER BY b.state = 'open' DESC, CASE WHEN b.state = 'open' THEN b.first_month END, b.first_month DESC, b.id
"""
)
_FIND = _OF_ENROLMENT + " LIMIT 1"
_FIND_FOR_PAYING = _FIND + " FOR UPDATE OF b"
_FIND_ALL: LiteralString = (
    _OF_ENROLMENT
    + """LIMIT greatest(1, (
  SELECT count(*) FROM contributions_bill o WHERE o.branch_id = %s AND o.enrolment_id = %s AND o.state = 'open'
    AND o.sponsor_id IS NULL))
"""
)
_FIND_ALL_FOR_PAYING = _FIND_ALL + " FOR UPDATE OF b"

# By primary key, locked in order of id.
_FIND_SOME = _COLUMNS + "WHERE b.branch_id = %s AND b.id = ANY (%s) ORDER BY b.id FOR UPDATE OF b"

# Carried by bill_enrolment, what was there before by the primary key.
_ASKED_AT: LiteralString = """
SELECT coalesce(o.amount, b.amount), o.id IS NOT NULL FROM contributions_bill b
LEFT JOIN contributions_bill o ON o.branch_id = b.branch_id AND o.id = b.replaces_id AND b.issued_at >= %s
WHERE b.branch_id = %s AND b.enrolment_id = %s AND b.state = 'open' AND b.sponsor_id IS NULL ORDER BY b.first_month
"""

_REPRICE = """
UPDATE contributions_bill SET first_month = %s, months = %s, lines = %s, amount = %s, priced_at = %s
WHERE branch_id = %s AND id = %s AND state = 'open'
"""

_REPRICE_MANY = """
UPDATE contributions_bill b SET first_month = r.first_month, months = r.months, lines = r.lines, amount = r.amount,
  priced_at = %(now)s
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (id uuid, first_month date, months int, lines jsonb, amount bigint)
WHERE b.branch_id = %(branch)s AND b.id = r.id AND b.state = 'open'
"""

_ISSUE = """
INSERT INTO contributions_bill (branch_id, id, enrolment_id, payment_code, state, first_month, months, lines, amount, rules,
  issued_at, priced_at, pay_by)
VALUES (%s, %s, %s, %s, 'open', %s, %s, %s, %s, %s, %s, %s, %s)
"""

_REISSUE = """
INSERT INTO contributions_bill (branch_id, id, enrolment_id, payment_code, state, first_month, months, lines, amount, rules,
  issued_at, priced_at, pay_by, origin, replaces_id, sponsor_id)
SELECT branch_id, %(new)s, enrolment_id, payment_code, 'open', first_month, months, lines, amount, rules,
  %(now)s, priced_at, %(pay_by)s, origin, id, sponsor_id
FROM contributions_bill WHERE branch_id = %(branch)s AND id = %(bill)s
"""

_PAID_OF = """
SELECT month FROM contributions_paid_month WHERE branch_id = %s AND enrolment_id = %s AND month = ANY (%s) ORDER BY month
"""

_MONTHS: LiteralString = """
INSERT INTO contributions_paid_month (branch_id, enrolment_id, month, bill_id, payment_id, jkk, jkm, jht, relief, jp, jkp, paid_at)
SELECT paid.branch_id, paid.enrolment_id, (line ->> 0 || '-01')::date, paid.id, paid.payment, (line ->> 2)::bigint,
  (line ->> 3)::bigint, (line ->> 4)::bigint, (line ->> 5)::bigint, coalesce((line ->> 7)::bigint, 0),
  coalesce((line ->> 8)::bigint, 0), %(paid_at)s
FROM paid, jsonb_array_elements(paid.lines) AS line
"""

_SETTLE: LiteralString = f"""
WITH paid AS (
  UPDATE contributions_bill SET state = 'paid', paid_at = %(paid_at)s
  WHERE branch_id = %(branch)s AND id = %(bill)s AND state = 'open'
  RETURNING branch_id, enrolment_id, id, lines, %(payment)s::uuid AS payment
)
{_MONTHS}
RETURNING month
"""

_SETTLE_MANY: LiteralString = f"""
WITH paid AS (
  UPDATE contributions_bill b SET state = 'paid', paid_at = %(paid_at)s
  FROM unnest(%(bills)s::uuid[], %(payments)s::uuid[]) AS w (bill, payment)
  WHERE b.branch_id = %(branch)s AND b.id = w.bill AND b.state = 'open'
  RETURNING b.branch_id, b.enrolment_id, b.id, b.lines, w.payment
)
{_MONTHS}
RETURNING bill_id, month
"""

_UNSETTLE = """
WITH back AS (
  DELETE FROM contributions_paid_month WHERE branch_id = %(branch)s AND payment_id = %(payment)s AND bill_id = %(bill)s
  RETURNING month
), ended AS (
  UPDATE contributions_bill SET state = 'cancelled', paid_at = NULL
  WHERE branch_id = %(branch)s AND id = %(bill)s AND state = 'paid' RETURNING id
)
SELECT month FROM back, ended ORDER BY month
"""


class NotOpen(RuntimeError):
    """The bill was not open: nothing was settled."""


@dataclass(frozen=True)
class Funding:
    """Months of a member that a sponsor pays, both included; ``programmes``: what is billed then, None for all."""

    first_month: date
    last_month: date | None
    sponsor_id: UUID
    is_state: bool
    programmes: frozenset[str] | None

    def covers(self, month: date) -> bool:
        return self.first_month <= month and (self.last_month is None or month <= self.last_month)


@dataclass(frozen=True)
class Payable:
    """A bill as a payer meets it. Rupiah; months are first days of month."""

    id: UUID
    enrolment_id: UUID
    payment_code: str
    state: str
    first_month: date
    months: int
    lines: list[list[Any]]
    amount: int
    pay_by: datetime
    timezone: str
    is_paid_elsewhere: bool
    """Some of its months are paid already."""
    held: int = 0
    """Money of the member that no bill has taken yet."""
    may_move: bool = True
    """No later month of the member is billed or paid: the bill may go to the month of its payment."""
    sponsor_id: UUID | None = None
    """Who pays it instead of the member."""
    fundings: tuple["Funding", ...] = ()
    """Of an open bill: what sponsors pay for the member, of any month."""

    def funding_of(self, month: date) -> "Funding | None":
        return next((one for one in self.fundings if one.covers(month)), None)

    @property
    def last_month(self) -> date:
        return months_from(self.first_month, self.months)[-1]

    def month_of(self, at: datetime) -> date:
        """The contribution month of an instant at the branch."""
        return branch_day(at, self.timezone).replace(day=1)


@dataclass(frozen=True)
class Terms:
    """The facts of an enrolment that its price depends on, and whom the event is counted for."""

    income: int
    programmes: frozenset[str]
    transport: bool
    is_first: bool
    """No contribution was ever paid: the first month is that of the payment."""
    agent_id: UUID | None
    sub_branch_id: int | None
    agency_office_id: int | None
    region_code: str
    segment: str


def find_payable(work: Work, *, branch_id: int, enrolment_id: UUID) -> Payable | None:
    """The member's bill that a payment would meet now, not locked."""
    return _payable(work.row(_FIND, [branch_id, enrolment_id, False]))


def lock_payable(work: Work, *, branch_id: int, enrolment_id: UUID) -> Payable | None:
    """As ``find_payable``, with the bill's row locked, a sponsor's too. The caller holds the enrolment's row, so that
    everything told is of now."""
    return _payable(work.row(_FIND_FOR_PAYING, [branch_id, enrolment_id, True], prepared=True))


def find_payables(work: Work, *, branch_id: int, enrolment_id: UUID) -> list[Payable]:
    """All open bills that are the member's to pay, oldest first; without any, the newest one; nothing where there never was
    one."""
    return _payables(work, _FIND_ALL, branch_id, enrolment_id)


def lock_payables(work: Work, *, branch_id: int, enrolment_id: UUID) -> list[Payable]:
    """As ``find_payables``, with the bills' rows locked. The caller holds the enrolment's row."""
    return _payables(work, _FIND_ALL_FOR_PAYING, branch_id, enrolment_id)


def lock_bills(work: Work, *, branch_id: int, bill_ids: list[UUID]) -> list[Payable]:
    """Those of ``bill_ids`` that there are, in order of id, locked. The caller holds their enrolments' rows. One statement."""
    return [found for row in work.rows(_FIND_SOME, [branch_id, bill_ids]) if (found := _payable(row))]


def asked_at(work: Work, *, branch_id: int, enrolment_id: UUID, at: datetime) -> list[int]:
    """What paying the oldest one, two, ... of the member's open bills cost ``at`` an instant after which some of them were issued
    anew; nothing where none was. Rupiah."""
    rows = work.rows(_ASKED_AT, [at, branch_id, enrolment_id])
    return list(accumulate(amount for amount, _ in rows)) if any(is_newer for _, is_newer in rows) else []


def is_stale(bill: Payable, at: datetime) -> bool:
    """Whether its first month has passed at the branch."""
    return bill.state == "open" and bill.first_month < bill.month_of(at)


def repriced(bill: Payable, terms: Terms, at: datetime) -> Payable:
    """The bill as it would be if paid ``at``; the same one where its first month is not to move, or somebody else pays the month
    it would move to. Writes nothing."""
    if not terms.is_first or terms.segment != "BPU" or not bill.may_move or not is_stale(bill, at):
        return bill
    months = list(takewhile(lambda month: _payer(bill, month) == bill.sponsor_id, _ahead(bill, at)))
    if not months:
        return bill
    funding = bill.funding_of(months[0])
    programmes, is_state = terms.programmes, False
    if funding is not None:
        programmes, is_state = programmes & (funding.programmes or programmes), funding.is_state
    prices = price(terms.income, programmes, terms.transport, months, is_state)
    return replace(bill, first_month=months[0], months=len(months), lines=lines_of(prices), amount=total(prices))


def _ahead(bill: Payable, at: datetime) -> list[date]:
    return months_from(bill.month_of(at), bill.months)


def _payer(bill: Payable, month: date) -> UUID | None:
    funding = bill.funding_of(month)
    return funding.sponsor_id if funding else None


def reprice(work: Work, *, branch_id: int, old: Payable, new: Payable, terms: Terms) -> None:
    """Makes ``new`` the price of the locked bill ``old``. The payment code stays. The caller moves the ledger."""
    lines = orjson.dumps(new.lines).decode()
    work.execute(_REPRICE, [new.first_month, new.months, lines, new.amount, work.now, branch_id, new.id])
    work.report(_repricing(branch_id, old, new, terms))


def reprice_many(work: Work, *, branch_id: int, changes: list[tuple[Payable, Payable, Terms]]) -> None:
    """As ``reprice`` for locked bills: (old, new, terms) each. One statement."""
    rows = [
        {"id": new.id, "first_month": new.first_month, "months": new.months, "lines": new.lines, "amount": new.amount}
        for _, new, _ in changes
    ]
    work.execute(_REPRICE_MANY, {"branch": branch_id, "now": work.now, "rows": orjson.dumps(rows).decode()})
    for old, new, terms in changes:
        work.report(_repricing(branch_id, old, new, terms))


def _repricing(branch_id: int, old: Payable, new: Payable, terms: Terms) -> Happened:
    return Happened(
        kind="bill_repriced",
        branch_id=branch_id,
        subject_id=new.enrolment_id,
        agent_id=terms.agent_id,
        sub_branch_id=terms.sub_branch_id,
        agency_office_id=terms.agency_office_id,
        region_code=terms.region_code,
        segment=terms.segment,
        amount=new.amount - old.amount,
        detail={"bill": new.id, "old_amount": old.amount, "first_month": new.first_month},
    )


def for_months(bill: Payable, terms: Terms, months: list[date]) -> Payable:
    """The bill as one for these contribution months in a row, priced by the tariff. Writes nothing. Raises ``PriceError``."""
    prices = price(terms.income, terms.programmes, terms.transport, months)
    return replace(bill, first_month=months[0], months=len(months), lines=lines_of(prices), amount=total(prices))


def reissue(work: Work, *, branch_id: int, bill_id: UUID, new_id: UUID, pay_by: datetime) -> None:
    """Issues an ended bill anew, as it was. The caller moves the ledger."""
    told = {"branch": branch_id, "bill": bill_id, "new": new_id, "now": work.now, "pay_by": pay_by}
    work.execute(_REISSUE, told)


def issue_another(work: Work, *, branch_id: int, like: Payable, pay_by: datetime | None = None) -> None:
    """Writes ``like`` as an open bill of its own (its id must be new), payable until ``pay_by`` (None: it is settled at once).
    The caller moves the ledger."""
    lines = orjson.dumps(like.lines).decode()
    facts = (
        branch_id,
        like.id,
        like.enrolment_id,
        like.payment_code,
        like.first_month,
        like.months,
        lines,
        like.amount,
    )
    work.execute(_ISSUE, [*facts, load().version, work.now, work.now, pay_by or work.now])


def months_paid(work: Work, *, branch_id: int, enrolment_id: UUID, months: list[date]) -> list[date]:
    """Those of ``months`` that are paid."""
    return [month for (month,) in work.rows(_PAID_OF, [branch_id, enrolment_id, months])]


def settle(work: Work, *, branch_id: int, bill_id: UUID, payment_id: UUID, paid_at: datetime) -> list[date]:
    """Marks a locked bill paid and writes its months; returns them. Raises ``NotOpen``. One statement."""
    parameters = {"branch": branch_id, "bill": bill_id, "payment": payment_id, "paid_at": paid_at}
    months = sorted(month for (month,) in work.rows(_SETTLE, parameters, prepared=True))
    if not months:
        raise NotOpen(str(bill_id))
    return months


def settle_many(work: Work, *, branch_id: int, payments: dict[UUID, UUID], paid_at: datetime) -> dict[UUID, list[date]]:
    """Marks locked bills paid (their payments by bill) and writes their months; returns these by bill, in order. Raises
    ``NotOpen`` where one of them was not open. One statement."""
    asked = {"branch": branch_id, "bills": list(payments), "payments": list(payments.values()), "paid_at": paid_at}
    months: dict[UUID, list[date]] = {}
    for bill_id, month in work.rows(_SETTLE_MANY, asked):
        months.setdefault(bill_id, []).append(month)
    if len(months) != len(payments):
        raise NotOpen(str(set(payments) - set(months)))
    return {bill_id: sorted(found) for bill_id, found in months.items()}


def unsettle(work: Work, *, branch_id: int, bill_id: UUID, payment_id: UUID) -> list[date]:
    """Takes back the months that a payment settled, and ends its bill, locked; returns the months. Raises ``NotOpen`` where
    the bill is not paid. The caller moves the ledger and issues the bill anew. One statement."""
    asked = {"branch": branch_id, "bill": bill_id, "payment": payment_id}
    months = [month for (month,) in work.rows(_UNSETTLE, asked)]
    if not months:
        raise NotOpen(str(bill_id))
    return months


def _payables(work: Work, sql: LiteralString, branch_id: int, enrolment_id: UUID) -> list[Payable]:
    rows = work.rows(sql, [branch_id, enrolment_id, False, branch_id, enrolment_id], prepared=True)
    return [found for row in rows if (found := _payable(row))]


def _payable(row: tuple[Any, ...] | None) -> Payable | None:
    if row is None:
        return None
    id_, enrolment_id, code, state, first_month, months, lines, *rest, fundings = row
    bill = Payable(id_, enrolment_id, code, state, first_month, months, _read(lines), *rest)
    return replace(bill, fundings=tuple(_funding(*one) for one in _read(fundings))) if fundings else bill


def _read(told: Any) -> Any:
    return orjson.loads(told) if isinstance(told, str | bytes) else told


def _funding(first: str, last: str | None, sponsor: str, is_state: bool, programmes: list[str] | None) -> Funding:
    until = date.fromisoformat(last) if last else None
    return Funding(
        date.fromisoformat(first), until, UUID(sponsor), is_state, None if programmes is None else frozenset(programmes)
    )
