"""Writes payments of many bills into the books at once: an order's, or all that one member owes."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from perisai.contributions.bills import settlement
from perisai.events.ids import uuid7
from perisai.events.work import Work
from perisai.members.enrolments import activation
from perisai.members.enrolments.activation import Paid
from perisai.payments.crediting.judgement import Met

_PAYMENTS = """
INSERT INTO payments_payment (branch_id, id, bill_id, enrolment_id, bank_id, payment_request_id, reference_no, amount,
  paid_at, confirmed_at, source, part_of)
SELECT %(branch)s, w.id, w.bill, w.enrolment, %(bank)s, %(part_of)s || '/' || w.number, %(reference)s, w.amount,
  %(paid_at)s, %(confirmed_at)s, %(source)s, %(part_of)s::uuid
FROM unnest(%(ids)s::uuid[], %(bills)s::uuid[], %(enrolments)s::uuid[], %(amounts)s::bigint[])
  WITH ORDINALITY AS w (id, bill, enrolment, amount, number)
"""


@dataclass(frozen=True)
class Money:
    """What came: through which bank (or ``held``), when, and by which notification."""

    bank_id: str
    reference_no: str
    paid_at: datetime
    confirmed_at: datetime
    source: str
    part_of: UUID


def book_many(work: Work, *, branch_id: int, met: list[Met], money: Money) -> None:
    """A payment for each bill, its months, cover and events, in three statements. Bills are open and priced as they are paid,
    their rows and their enrolments' are locked. The caller moves the ledger. Nothing where there is no bill."""
    if not met:
        return
    payments = {one.due.repriced.id: uuid7() for one in met}
    _write_payments(work, branch_id, met, payments, money)
    months = settlement.settle_many(work, branch_id=branch_id, payments=payments, paid_at=money.confirmed_at)
    paid = [
        Paid(one.standing, payments[bill.id], bill.id, bill.amount, months[bill.id])
        for one in met
        for bill in (one.due.repriced,)
    ]
    activation.activate_many(
        work, branch_id=branch_id, paid=paid, bank_id=money.bank_id, confirmed_at=money.confirmed_at
    )


def _write_payments(work: Work, branch_id: int, met: list[Met], payments: dict[UUID, UUID], money: Money) -> None:
    bills = [one.due.repriced for one in met]
    asked = {
        "branch": branch_id,
        "bank": money.bank_id,
        "reference": money.reference_no,
        "paid_at": money.paid_at,
        "confirmed_at": money.confirmed_at,
        "source": money.source,
        "part_of": str(money.part_of),
        "ids": [payments[bill.id] for bill in bills],
        "bills": [bill.id for bill in bills],
        "enrolments": [bill.enrolment_id for bill in bills],
        "amounts": [bill.amount for bill in bills],
    }
    work.execute(_PAYMENTS, asked)
