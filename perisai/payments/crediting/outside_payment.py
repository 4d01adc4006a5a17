"""Payments that members made elsewhere, as the core system tells of them: a member who paid at a shop is not unpaid."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from perisai.contributions.bills import settlement
from perisai.contributions.bills.settlement import Payable
from perisai.contributions.tariffs.tariff import PriceError, months_from
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Work
from perisai.members.enrolments import activation
from perisai.payments.books import ledger
from perisai.payments.crediting import crediting, judgement
from perisai.payments.crediting.judgement import Due
from perisai.written import rupiah

BANK: Final = "core"
"""Stands for the core system where a bank's id stands otherwise."""

# Carried by payment_request_once.
_KNOWN = "SELECT 1 FROM payments_payment WHERE branch_id = %s AND bank_id = %s AND payment_request_id = %s"


@dataclass(frozen=True)
class Outside:
    """What was paid: months in a row, rupiah, when (zone-aware), and the number that tells it from other payments."""

    first_month: date
    months: int
    amount: int
    paid_at: datetime
    reference: str


def book(work: Work, *, branch_id: int, enrolment_id: UUID, paid: Outside) -> bool:
    """Books it on the open bill, made to fit the months, or on a bill of its own. Cover begins at ``paid_at``, for the
    core system is the official register. False where the reference was booked before.

    Raises ``Refused``: E4003 cannot be paid, E4004 not the tariff's amount, E4006 a month is paid already.
    """
    standing = activation.lock_standing(work, branch_id=branch_id, enrolment_id=enrolment_id)
    bill = settlement.lock_payable(work, branch_id=branch_id, enrolment_id=enrolment_id)
    if work.row(_KNOWN, [branch_id, BANK, paid.reference]):
        return False
    if standing is None or bill is None or not standing.can_pay:
        raise Refused("E4003", reason="-")
    months = months_from(paid.first_month, paid.months)
    if settlement.months_paid(work, branch_id=branch_id, enrolment_id=enrolment_id, months=months):
        raise Refused("E4006")
    terms = judgement.terms_of(standing)
    try:
        priced = settlement.for_months(bill, terms, months)
    except PriceError as error:
        raise Refused("E4003", reason=error.field) from None
    if priced.amount != paid.amount:
        raise Refused("E4004", owed=rupiah(priced.amount))
    due = _make_due(work, branch_id, Due(bill, priced, terms))
    crediting.book(
        work,
        branch_id=branch_id,
        standing=standing,
        due=due,
        payment_id=uuid7(),
        bank_id=BANK,
        request_id=paid.reference,
        reference_no=paid.reference,
        paid_at=paid.paid_at,
        confirmed_at=paid.paid_at,
        source="core",
    )
    return True


def _make_due(work: Work, branch_id: int, due: Due) -> Due:
    """The open bill with the months that were paid, or a new one beside a bill that is settled."""
    if due.billed.state == "open":
        judgement.reprice(work, branch_id=branch_id, due=due)
        return due
    another: Payable = replace(due.repriced, id=uuid7(), state="open")
    settlement.issue_another(work, branch_id=branch_id, like=another)
    ledger.record_billing(work, branch_id, *ledger.Income.of(another.lines), bill_id=another.id)
    return Due(another, another, due.terms)
