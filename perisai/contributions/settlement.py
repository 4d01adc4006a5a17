"""What a payment does to a bill: find and lock it, price it again for another month, settle it."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from perisai.contributions.bill import lines_of
from perisai.contributions.rules import load
from perisai.contributions.tariff import months_from, price, total
from perisai.events.work import Happened, Work, branch_day

# Carried by bill_enrolment. The oldest open bill first; without one, the newest. The months are looked up by primary key.
_FIND = """
SELECT b.id, b.enrolment_id, b.payment_code, b.state, b.first_month, b.months, b.lines, b.amount, b.pay_by,
  (SELECT timezone FROM offices_office WHERE id = b.branch_id),
  EXISTS (SELECT FROM contributions_paid_month p WHERE p.branch_id = b.branch_id AND p.enrolment_id = b.enrolment_id
          AND p.month >= b.first_month AND p.month < b.first_month + b.months * interval '1 month')
FROM contributions_bill b
WHERE b.branch_id = %s AND b.enrolment_id = %s
ORDER BY b.state = 'open' DESC, CASE WHEN b.state = 'open' THEN b.first_month END, b.first_month DESC, b.id
LIMIT 1
"""
_FIND_FOR_PAYING = _FIND + " FOR UPDATE OF b"

_REPRICE = """
UPDATE contributions_bill SET first_month = %s, months = %s, lines = %s, amount = %s, priced_at = %s
WHERE branch_id = %s AND id = %s AND state = 'open'
"""

_ISSUE = """
INSERT INTO contributions_bill (branch_id, id, enrolment_id, payment_code, state, first_month, months, lines, amount, rules,
  issued_at, priced_at, pay_by)
VALUES (%s, %s, %s, %s, 'open', %s, %s, %s, %s, %s, %s, %s, %s)
"""

_PAID_OF = """
SELECT month FROM contributions_paid_month WHERE branch_id = %s AND enrolment_id = %s AND month = ANY (%s) ORDER BY month
"""

_SETTLE = """
WITH paid AS (
  UPDATE contributions_bill SET state = 'paid', paid_at = %(paid_at)s
  WHERE branch_id = %(branch)s AND id = %(bill)s AND state = 'open'
  RETURNING branch_id, enrolment_id, id, lines
)
INSERT INTO contributions_paid_month (branch_id, enrolment_id, month, bill_id, payment_id, jkk, jkm, jht, relief, paid_at)
SELECT paid.branch_id, paid.enrolment_id, (line ->> 0 || '-01')::date, paid.id, %(payment)s, (line ->> 2)::bigint,
  (line ->> 3)::bigint, (line ->> 4)::bigint, (line ->> 5)::bigint, %(paid_at)s
FROM paid, jsonb_array_elements(paid.lines) AS line
RETURNING month
"""


class NotOpen(RuntimeError):
    """The bill was not open: nothing was settled."""


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
    """The bill that a payment would meet now, not locked."""
    return _payable(work.row(_FIND, [branch_id, enrolment_id]))


def lock_payable(work: Work, *, branch_id: int, enrolment_id: UUID) -> Payable | None:
    """As ``find_payable``, with the bill's row locked. The caller holds the enrolment's row, so that everything told
    is of now."""
    return _payable(work.row(_FIND_FOR_PAYING, [branch_id, enrolment_id], prepared=True))


def is_stale(bill: Payable, at: datetime) -> bool:
    """Whether its first month has passed at the branch."""
    return bill.state == "open" and bill.first_month < bill.month_of(at)


def repriced(bill: Payable, terms: Terms, at: datetime) -> Payable:
    """The bill as it would be if paid ``at``; the same one where its first month is not to move. Writes nothing."""
    if not terms.is_first or not is_stale(bill, at):
        return bill
    first = bill.month_of(at)
    prices = price(terms.income, terms.programmes, terms.transport, months_from(first, bill.months))
    return replace(bill, first_month=first, lines=lines_of(prices), amount=total(prices))


def reprice(work: Work, *, branch_id: int, old: Payable, new: Payable, terms: Terms) -> None:
    """Makes ``new`` the price of the locked bill ``old``. The payment code stays. The caller moves the ledger."""
    lines = orjson.dumps(new.lines).decode()
    work.execute(_REPRICE, [new.first_month, new.months, lines, new.amount, work.now, branch_id, new.id])
    work.report(
        Happened(
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
    )


def for_months(bill: Payable, terms: Terms, months: list[date]) -> Payable:
    """The bill as one for these contribution months in a row, priced by the tariff. Writes nothing. Raises ``PriceError``."""
    prices = price(terms.income, terms.programmes, terms.transport, months)
    return replace(bill, first_month=months[0], months=len(months), lines=lines_of(prices), amount=total(prices))


def issue_another(work: Work, *, branch_id: int, like: Payable) -> None:
    """Writes ``like`` as an open bill of its own (its id must be new), for months that were paid without a bill of ours.
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
    work.execute(_ISSUE, [*facts, load().version, work.now, work.now, work.now])


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


def _payable(row: tuple[Any, ...] | None) -> Payable | None:
    if row is None:
        return None
    id_, enrolment_id, code, state, first_month, months, lines, *rest = row
    read = orjson.loads(lines) if isinstance(lines, str | bytes) else lines
    return Payable(id_, enrolment_id, code, state, first_month, months, read, *rest)
