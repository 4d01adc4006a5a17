"""Giving money back, decided by two people: one proposes, another approves, then the bank pays it out.

Either money that is held for a member, or a payment that was booked wrongly: that one is reversed by counter-entry, its months
are no longer paid, cover follows, and the bill is issued anew for who still owes it.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

from perisai.contributions.bills import settlement
from perisai.contributions.bills.bill import DAYS_TO_PAY, last_moment
from perisai.contributions.bills.settlement import NotOpen
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Happened, Work
from perisai.members.enrolments import activation
from perisai.members.enrolments.activation import Standing
from perisai.payments.books import ledger
from perisai.payments.crediting import held
from perisai.payments.crediting.held import Move
from perisai.written import rupiah

REASONS: Final = ("wrong_member", "paid_twice", "overpaid", "member_ended", "bank_error", "asked")
MOST_NOTE: Final = 500
MOST_RUPIAH: Final = 10**12

# By primary key; whoever decides first holds the row.
_LOCK = """
SELECT id, enrolment_id, payment_id, amount, state, proposed_by FROM payments_refund
WHERE branch_id = %s AND id = %s FOR UPDATE
"""
_WHOSE = "SELECT enrolment_id FROM payments_refund WHERE branch_id = %s AND id = %s"

# By primary key.
_PAYMENT: LiteralString = """
SELECT id, enrolment_id, bill_id, amount, reversed_at IS NOT NULL FROM payments_payment WHERE branch_id = %s AND id = %s
"""

# A payment is in one refund at most, unless that was rejected: refund_payment_once.
_PROPOSE = """
INSERT INTO payments_refund (branch_id, id, enrolment_id, payment_id, amount, reason, note, state, proposed_by, proposed_at,
  bank_id, reference)
VALUES (%(branch)s, %(id)s, %(enrolment)s, %(payment)s, %(amount)s, %(reason)s, %(note)s, 'proposed', %(by)s, %(now)s,
  '', '')
ON CONFLICT DO NOTHING RETURNING id
"""

_DECIDE = """
UPDATE payments_refund SET state = %s, decided_by = %s, decided_at = %s WHERE branch_id = %s AND id = %s
"""
_PAY_OUT = """
UPDATE payments_refund SET state = 'paid', bank_id = %s, reference = %s, paid_at = %s, paid_by = %s
WHERE branch_id = %s AND id = %s
"""
_REVERSE = """
UPDATE payments_payment SET reversed_at = %s WHERE branch_id = %s AND id = %s AND reversed_at IS NULL RETURNING id
"""
_IS_BANK = "SELECT 1 FROM payments_bank WHERE id = %s"


@dataclass(frozen=True)
class Proposal:
    """``payment_id``: the payment to reverse; None gives back ``amount`` rupiah of what is held for the member."""

    enrolment_id: UUID
    reason: str
    note: str
    amount: int = 0
    payment_id: UUID | None = None


def propose(work: Work, *, branch_id: int, asked: Proposal) -> UUID:
    """Puts a refund into the queue; nothing moves yet. Returns its id.

    Raises ``Refused``: E1004 no such payment, E4310 less is held, E4313 the payment is reversed or proposed already, E4314 a
    field is wrong.
    """
    _check(work, asked)
    amount = _amount_of(work, branch_id, asked)
    refund_id = uuid7()
    facts = {"branch": branch_id, "id": refund_id, "enrolment": asked.enrolment_id, "payment": asked.payment_id}
    facts |= {"amount": amount, "reason": asked.reason, "note": asked.note, "by": work.actor.user_id, "now": work.now}
    if work.row(_PROPOSE, facts) is None:
        raise Refused("E4313")
    _report(work, "refund_proposed", branch_id, asked.enrolment_id, {"refund": refund_id, "payment": asked.payment_id})
    return refund_id


def approve(work: Work, *, branch_id: int, timezone: str, refund_id: UUID) -> None:
    """Takes the money out of what is held, or reverses the payment; it is owed to the payer from now on.

    Raises ``Refused``: E1004 unknown, E4310 less is held by now, E4311 decided before, E4312 the same person proposed it, E4313
    the payment is reversed.
    """
    standing, found = _lock(work, branch_id, refund_id)
    if work.actor.user_id == found.proposed_by:
        raise Refused("E4312")
    if found.payment_id is None:
        _take_held(work, branch_id, found)
    else:
        _reverse(work, branch_id, timezone, standing, found)
    work.execute(_DECIDE, ["approved", work.actor.user_id, work.now, branch_id, refund_id])
    detail = {"refund": refund_id, "payment": found.payment_id, "decision": "approved"}
    _report(work, "refund_decided", branch_id, found.enrolment_id, detail)


def reject(work: Work, *, branch_id: int, refund_id: UUID) -> None:
    """Nothing is given back. Raises ``Refused``: E1004, E4311, E4312 as ``approve``."""
    _, found = _lock(work, branch_id, refund_id)
    if work.actor.user_id == found.proposed_by:
        raise Refused("E4312")
    work.execute(_DECIDE, ["rejected", work.actor.user_id, work.now, branch_id, refund_id])
    detail = {"refund": refund_id, "payment": found.payment_id, "decision": "rejected"}
    _report(work, "refund_decided", branch_id, found.enrolment_id, detail)


def pay_out(work: Work, *, branch_id: int, refund_id: UUID, bank_id: str, reference: str) -> None:
    """The bank has paid it back, by its reference. Raises ``Refused``: E1004, E4311 not approved, E4314."""
    _, found = _lock(work, branch_id, refund_id, state="approved")
    reference = reference.strip()
    if not 1 <= len(reference) <= 64 or not reference.isprintable():
        raise Refused("E4314", field="reference")
    if work.row(_IS_BANK, [bank_id]) is None:
        raise Refused("E4314", field="bank")
    work.execute(_PAY_OUT, [bank_id, reference, work.now, work.actor.user_id, branch_id, refund_id])
    ledger.record(work, branch_id, [(ledger.REFUND, ledger.bank_account(bank_id), found.amount)])
    detail = {"refund": refund_id, "bank": bank_id}
    _report(work, "refund_paid", branch_id, found.enrolment_id, detail, found.amount)


@dataclass(frozen=True)
class _Found:
    id: UUID
    enrolment_id: UUID
    payment_id: UUID | None
    amount: int
    state: str
    proposed_by: UUID


def _check(work: Work, asked: Proposal) -> None:
    if work.actor.user_id is None:
        raise Refused("E4312")
    if asked.reason not in REASONS:
        raise Refused("E4314", field="reason")
    if len(asked.note) > MOST_NOTE:
        raise Refused("E4314", field="note")


def _amount_of(work: Work, branch_id: int, asked: Proposal) -> int:
    if asked.payment_id is not None:
        row = work.row(_PAYMENT, [branch_id, asked.payment_id])
        if row is None or row[1] != asked.enrolment_id:
            raise Refused("E1004")
        if row[4]:
            raise Refused("E4313")
        return int(row[3])
    if not 0 < asked.amount <= MOST_RUPIAH:
        raise Refused("E4314", field="amount")
    _check_held(work, branch_id, asked.enrolment_id, asked.amount)
    return asked.amount


def _check_held(work: Work, branch_id: int, enrolment_id: UUID, amount: int) -> None:
    there = held.balance(work, branch_id=branch_id, enrolment_ids=[enrolment_id]).get(enrolment_id, 0)
    if there < amount:
        raise Refused("E4310", held=rupiah(there))


def _lock(work: Work, branch_id: int, refund_id: UUID, state: str = "proposed") -> tuple[Standing, _Found]:
    """The enrolment's row first, as everybody who moves its money."""
    row = work.row(_WHOSE, [branch_id, refund_id])
    if row is None:
        raise Refused("E1004")
    standing = activation.lock_standing(work, branch_id=branch_id, enrolment_id=row[0])
    locked = work.row(_LOCK, [branch_id, refund_id])
    assert standing is not None
    assert locked is not None
    found = _Found(*locked)
    if found.state != state:
        raise Refused("E4311")
    return standing, found


def _take_held(work: Work, branch_id: int, found: _Found) -> None:
    _check_held(work, branch_id, found.enrolment_id, found.amount)
    held.move(work, branch_id=branch_id, moves=[Move(found.enrolment_id, -found.amount, "refunded", found.id)])
    ledger.record(work, branch_id, [(ledger.HELD, ledger.REFUND, found.amount)])


def _reverse(work: Work, branch_id: int, timezone: str, standing: Standing, found: _Found) -> None:
    assert found.payment_id is not None
    payment = work.row(_PAYMENT, [branch_id, found.payment_id])
    assert payment is not None
    (bill,) = settlement.lock_bills(work, branch_id=branch_id, bill_ids=[payment[2]])
    if work.row(_REVERSE, [work.now, branch_id, found.payment_id]) is None:
        raise Refused("E4313")
    try:
        months = settlement.unsettle(work, branch_id=branch_id, bill_id=bill.id, payment_id=found.payment_id)
    except NotOpen:
        raise Refused("E4313") from None
    activation.take_back(work, branch_id=branch_id, enrolment_id=standing.id, first_month=months[0])
    ledger.record(work, branch_id, [(ledger.RECEIVABLE, ledger.REFUND, found.amount)], bill_id=bill.id)
    income = ledger.Income.of(bill.lines)
    ledger.reverse_billing(work, branch_id, *income, bill_id=bill.id)
    if standing.can_pay:
        new_id, pay_by = uuid7(), last_moment(work.now + timedelta(days=DAYS_TO_PAY), timezone)
        settlement.reissue(work, branch_id=branch_id, bill_id=bill.id, new_id=new_id, pay_by=pay_by)
        ledger.record_billing(work, branch_id, *income, bill_id=new_id)
    told: dict[str, Any] = {"bill": bill.id, "payment": found.payment_id, "refund": found.id}
    told |= {"months": len(months), "first_month": months[0]}
    common = activation.common_facts(branch_id, standing)
    work.report(Happened(kind="payment_reversed", amount=found.amount, detail=told, **common))


def _report(work: Work, kind: str, branch_id: int, enrolment_id: UUID, detail: dict[str, Any], amount: int = 0) -> None:
    work.report(Happened(kind=kind, branch_id=branch_id, subject_id=enrolment_id, amount=amount, detail=detail))
