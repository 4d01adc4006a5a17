"""Money that a bank told us of and we could not book: two people attach it to a member or an order, or have the bank pay it
back. Attached to a member, it pays the oldest months first and the rest is held.

A decision is final and names who made it. Cover begins when the money is attached, never earlier: what an agent or a
clerk could date back would be no proof.
"""

from typing import Any, Final
from uuid import UUID

import orjson
from django.db import IntegrityError

from perisai.contributions.bills import settlement
from perisai.errors import Refused
from perisai.events.work import Happened, Work
from perisai.members.enrolments import activation
from perisai.payments.codes.registry import Owner
from perisai.payments.crediting import allocation, held, judgement
from perisai.payments.crediting.allocation import Plan
from perisai.payments.crediting.booking import Money
from perisai.payments.crediting.judgement import Met
from perisai.payments.orders import order
from perisai.payments.orders import payment as order_payment
from perisai.payments.orders.order import Order
from perisai.payments.orders.payment import Locked
from perisai.payments.proposals import proposal
from perisai.payments.proposals.proposal import Proposal
from perisai.payments.snap import answers
from perisai.payments.snap.answers import Case, SnapRefused
from perisai.written import rupiah

REASONS: Final = (
    "wrong_code",
    "wrong_amount_agreed",
    "late",
    "other_branch",
    "paid_twice",
    "unknown_payer",
    "bank_error",
)
"""Why: the first four when attaching, the others when the bank is to pay it back; all are allowed for both."""
MOST_NOTE: Final = 500

# One row by primary key; whoever decides first holds it.
_LOCK = """
SELECT n.bank_id, n.external_id, n.payment_request_id, n.amount, n.received_at, n.branch_id, n.state, u.full_name
FROM payments_notification n LEFT JOIN accounts_user u ON u.id = n.resolved_by
WHERE n.id = %s FOR UPDATE OF n
"""

# Carried by notification_request. Locked in order of id, so that two who attach copies of one payment see each other.
_COPIES = """
SELECT n.id, n.state = 'credited' OR n.state = 'resolved' AND n.resolution LIKE '{"decision":"attached"%%'
FROM payments_notification n
WHERE (n.bank_id, n.payment_request_id) = (
  SELECT m.bank_id, m.payment_request_id FROM payments_notification m WHERE m.id = %s)
ORDER BY n.id FOR UPDATE OF n
"""

_RESOLVE = """
UPDATE payments_notification SET state = 'resolved', resolved_by = %s, resolution = %s, branch_id = %s, paid_for = %s
WHERE id = %s AND state = 'suspense'
"""

# Carried by the primary key of the registry.
_FIND_CODE = "SELECT branch_id, enrolment_id, code_masked, order_id FROM payments_payment_code WHERE code = %s"


def propose(work: Work, *, notification_id: UUID, code: str, reason: str, note: str, ahead: bool = False) -> UUID:
    """Asks a second person to ``attach`` it: who puts money on a code alone could put it anywhere. Nothing moves yet; what could
    not be booked now is refused at once. Returns the proposal's id.

    Raises ``Refused`` as ``preview`` and ``attach`` do, E4315, E4316 where it is proposed already.
    """
    _check_reason(reason, note)
    owner = _get_owner(work, code)
    found = _lock(work, notification_id)
    preview(work, amount=found["amount"], code=code, ahead=ahead)
    return proposal.propose(
        work,
        branch_id=owner.branch_id,
        kind="attach",
        subject_id=notification_id,
        asked={"code": code.strip(), "reason": reason, "ahead": ahead},
        amount=found["amount"],
        note=note,
    )


def attach_proposed(work: Work, asked: Proposal) -> UUID:
    """The deed of a proposal to ``attach``; raises as that does."""
    return attach(work, notification_id=asked.subject_id, note=asked.note, **asked.asked)


def attach(work: Work, *, notification_id: UUID, code: str, reason: str, note: str, ahead: bool = False) -> UUID:
    """Books the money on what ``code`` stands for: a member's bills, oldest first, the rest held; or all bills of an order,
    whose amount it must be. ``ahead``: what is over, or all of it where nothing is owed, goes to coming months first. Returns
    the enrolment or order.

    Raises ``Refused``: E4001 not in suspense, E4002 no such code in sight, E4003 nothing open to pay there, E4004 no whole
    rupiah, E4005 no reason, E4006 the bill is paid, E4007 this payment was booked from another notification of it, E4304 not the
    order's amount.
    """
    _check_reason(reason, note)
    owner = _get_owner(work, code)
    branch_id = owner.branch_id
    if owner.order_id is not None:
        locked = order_payment.lock(work, branch_id=branch_id, order_id=owner.order_id, at=work.now)
        found = _lock_unbooked(work, notification_id)
        met = _check_order(locked, found["amount"], work)
        order_payment.settle(work, locked=locked, met=met, money=_money(work, found, notification_id))
    else:
        enrolment_id = _arrived(owner)
        standing = activation.lock_standing(work, branch_id=branch_id, enrolment_id=enrolment_id)
        bills = settlement.lock_payables(work, branch_id=branch_id, enrolment_id=enrolment_id)
        found = _lock_unbooked(work, notification_id)
        planned = _plan(work, branch_id, bills, standing, found["amount"], ahead)
        money = _money(work, found, notification_id)
        allocation.apply(work, branch_id=branch_id, plans=[planned], money=money)
    assert owner.subject is not None
    decision = {"decision": "attached", "reason": reason, "note": note, "to": owner.subject}
    _resolve(work, notification_id, branch_id, decision, owner.subject)
    _report(work, notification_id, branch_id, owner.subject, "attached")
    return owner.subject


def preview(work: Work, *, amount: int | None, code: str, ahead: bool = False) -> Plan | Order:
    """What ``attach`` would do now, with nothing written or locked. Raises ``Refused`` as it does."""
    owner = _get_owner(work, code)
    if owner.order_id is not None:
        found = order.find(work, branch_id=owner.branch_id, order_id=owner.order_id)
        if found is None or not found.can_be_paid(work.now):
            raise Refused("E4303")
        if found.amount != amount:
            raise Refused("E4304", owed=rupiah(found.amount))
        return found
    enrolment_id = _arrived(owner)
    standing = activation.find_standing(work, branch_id=owner.branch_id, enrolment_id=enrolment_id)
    bills = settlement.find_payables(work, branch_id=owner.branch_id, enrolment_id=enrolment_id)
    return _plan(work, owner.branch_id, bills, standing, amount, ahead)


def propose_refund(work: Work, *, notification_id: UUID, reason: str, note: str) -> UUID:
    """Asks a second person to have the bank pay it back; nothing is decided yet. Returns the proposal's id; what belongs to no
    branch waits among those of head office (``pay_back``). Raises as ``refund``, and E4315, E4316."""
    from perisai.payments.suspense import pay_back

    found = check_refund(work, notification_id=notification_id, reason=reason, note=note)
    branch_id = found["branch_id"]
    if branch_id is None:
        return pay_back.propose(work, notification_id=notification_id, reason=reason, note=note)
    return proposal.propose(
        work,
        branch_id=branch_id,
        kind="pay_back",
        subject_id=notification_id,
        asked={"reason": reason},
        amount=found["amount"],
        note=note,
    )


def refund_proposed(work: Work, asked: Proposal) -> None:
    """The deed of a proposal to ``refund``; raises as that does."""
    refund(work, notification_id=asked.subject_id, reason=asked.asked["reason"], note=asked.note)


def check_refund(work: Work, *, notification_id: UUID, reason: str, note: str) -> dict[str, Any]:
    """Branch and amount of a notification that can be paid back, locked. Raises ``Refused``: E1004, E4001, E4005."""
    _check_reason(reason, note)
    return _lock(work, notification_id)


def refund(work: Work, *, notification_id: UUID, reason: str, note: str) -> None:
    """The bank is to pay it back to the customer. Nothing is booked: the money never came to us. Raises ``Refused``."""
    found = check_refund(work, notification_id=notification_id, reason=reason, note=note)
    branch_id = found["branch_id"]
    _resolve(work, notification_id, branch_id, {"decision": "refund", "reason": reason, "note": note})
    if branch_id is not None:
        _report(work, notification_id, branch_id, None, "refund")


def _check_reason(reason: str, note: str) -> None:
    if reason not in REASONS or len(note) > MOST_NOTE:
        raise Refused("E4005")


def _get_owner(work: Work, code: str) -> Owner:
    row = work.row(_FIND_CODE, [code.strip()])
    if row is None or not (work.scope.branches is None or row[0] in work.scope.branches):
        raise Refused("E4002")
    return Owner(*row)


def _arrived(owner: Owner) -> UUID:
    if owner.enrolment_id is None:
        raise Refused("E4003", reason=answers.AWAITED.indonesia)
    return owner.enrolment_id


def _lock_unbooked(work: Work, notification_id: UUID) -> dict[str, Any]:
    copies = work.rows(_COPIES, [notification_id])
    found = _lock(work, notification_id)
    if any(is_booked for copy_id, is_booked in copies if copy_id != notification_id):
        raise Refused("E4007")
    return found


def _money(work: Work, found: dict[str, Any], notification_id: UUID) -> Money:
    return Money(
        bank_id=found["bank_id"],
        reference_no=found["external_id"],
        paid_at=found["received_at"],
        confirmed_at=work.now,
        source="suspense",
        part_of=notification_id,
    )


def _lock(work: Work, notification_id: UUID) -> dict[str, Any]:
    rows = work.dicts(_LOCK, [notification_id])
    if not rows:
        raise Refused("E1004")
    found = rows[0]
    scope = work.scope.branches
    if scope is not None and found["branch_id"] is not None and found["branch_id"] not in scope:
        raise Refused("E1004")
    if found["state"] != "suspense":
        raise Refused("E4001", who=found["full_name"] or "-")
    return found


def _plan(
    work: Work,
    branch_id: int,
    bills: list[settlement.Payable],
    standing: activation.Standing | None,
    amount: int | None,
    ahead: bool,
) -> Plan:
    try:
        dues = judgement.check_dues(bills, standing, work.now, may_owe_nothing=ahead)
    except SnapRefused as refused:
        code = "E4006" if refused.case is Case.PAID_BILL else "E4003"
        raise Refused(code, reason=refused.words.indonesia if refused.words else refused.detail) from None
    assert standing is not None
    dues = judgement.price_at(dues, work.now)
    if not amount:
        raise Refused("E4004", owed=rupiah(sum(due.repriced.amount for due in dues)))
    before = held.balance(work, branch_id=branch_id, enrolment_ids=[standing.id]).get(standing.id, 0)
    planned = allocation.plan(standing, dues, amount=amount, held=before)
    if not ahead:
        return planned
    like = bills[0] if bills else None
    owes_more = len(planned.pays) < len(dues)
    return allocation.go_ahead(work, branch_id=branch_id, planned=planned, like=like, owes_more=owes_more)


def _check_order(locked: Locked, amount: int | None, work: Work) -> list[Met]:
    try:
        return order_payment.check(locked, amount=amount or 0, at=work.now, prices_of=[work.now])
    except SnapRefused as refused:
        if refused.case is Case.INVALID_AMOUNT and locked.order:
            raise Refused("E4304", owed=rupiah(locked.order.amount)) from None
        lost = len(locked.amounts) - len(locked.met)
        raise Refused("E4301", count=lost) if lost else Refused("E4303") from None


def _resolve(
    work: Work, notification_id: UUID, branch_id: int | None, decision: dict[str, Any], paid_for: UUID | None = None
) -> None:
    text = orjson.dumps(decision | {"at": work.now}, default=str).decode()
    try:
        work.execute(_RESOLVE, [work.actor.user_id, text, branch_id, paid_for, notification_id])
    except IntegrityError:  # another notification of this payment was credited in the meantime
        raise Refused("E4007") from None


def _report(work: Work, notification_id: UUID, branch_id: int, enrolment_id: UUID | None, decision: str) -> None:
    detail = {"notification": notification_id, "decision": decision}
    work.report(Happened(kind="suspense_resolved", branch_id=branch_id, subject_id=enrolment_id, detail=detail))
