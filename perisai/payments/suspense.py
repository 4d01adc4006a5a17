"""Money that a bank told us of and we could not book: a person attaches it to a bill, or has the bank pay it back.

A decision is final and names who made it. Cover begins when the money is attached, never earlier: what an agent or a
clerk could date back would be no proof.
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from perisai.contributions import settlement
from perisai.errors import Refused
from perisai.events.work import Happened, Work
from perisai.members import activation
from perisai.payments import answers, crediting, judgement
from perisai.payments.answers import Case, SnapRefused
from perisai.payments.judgement import Due

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
UPDATE payments_notification SET state = 'resolved', resolved_by = %s, resolution = %s, branch_id = %s
WHERE id = %s AND state = 'suspense'
"""

# Carried by the primary key of the registry.
_FIND_CODE = "SELECT branch_id, enrolment_id FROM payments_payment_code WHERE code = %s"


def attach(work: Work, *, notification_id: UUID, code: str, reason: str, note: str) -> UUID:
    """Books the money on the open bill behind ``code``, whose amount it must be. Returns the enrolment.

    Raises ``Refused``: E4001 not in suspense, E4002 no such code in sight, E4003 nothing open to pay there, E4004 another
    amount, E4005 no reason, E4006 the bill is paid, E4007 this payment was booked from another notification of it.
    """
    _check_reason(reason, note)
    branch_id, enrolment_id = _get_owner(work, code)
    standing = activation.lock_standing(work, branch_id=branch_id, enrolment_id=enrolment_id)
    bill = settlement.lock_payable(work, branch_id=branch_id, enrolment_id=enrolment_id)
    copies = work.rows(_COPIES, [notification_id])
    found = _lock(work, notification_id)
    if any(is_booked for copy_id, is_booked in copies if copy_id != notification_id):
        raise Refused("E4007")
    due = _check_due(bill, standing, work.now, found["amount"])
    assert standing is not None
    judgement.reprice(work, branch_id=branch_id, due=due)
    crediting.book(
        work,
        branch_id=branch_id,
        standing=standing,
        due=due,
        payment_id=notification_id,
        bank_id=found["bank_id"],
        request_id=f"{found['payment_request_id']}/{notification_id}",
        reference_no=found["external_id"],
        paid_at=found["received_at"],
        confirmed_at=work.now,
        source="suspense",
    )
    _resolve(
        work, notification_id, branch_id, {"decision": "attached", "reason": reason, "note": note, "to": enrolment_id}
    )
    _report(work, notification_id, branch_id, enrolment_id, "attached")
    return enrolment_id


def refund(work: Work, *, notification_id: UUID, reason: str, note: str) -> None:
    """The bank is to pay it back to the customer. Nothing is booked: the money never came to us. Raises ``Refused``."""
    _check_reason(reason, note)
    found = _lock(work, notification_id)
    branch_id = found["branch_id"]
    _resolve(work, notification_id, branch_id, {"decision": "refund", "reason": reason, "note": note})
    if branch_id is not None:
        _report(work, notification_id, branch_id, None, "refund")


def _check_reason(reason: str, note: str) -> None:
    if reason not in REASONS or len(note) > MOST_NOTE:
        raise Refused("E4005")


def _get_owner(work: Work, code: str) -> tuple[int, UUID]:
    row = work.row(_FIND_CODE, [code.strip()])
    if row is None or not (work.scope.branches is None or row[0] in work.scope.branches):
        raise Refused("E4002")
    if row[1] is None:
        raise Refused("E4003", reason=answers.AWAITED.indonesia)
    return row[0], row[1]


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


def _check_due(
    bill: settlement.Payable | None, standing: activation.Standing | None, now: datetime, amount: int | None
) -> Due:
    try:
        due = judgement.check_due(bill, standing, now)
    except SnapRefused as refused:
        code = "E4006" if refused.case is Case.PAID_BILL else "E4003"
        raise Refused(code, reason=refused.words.indonesia if refused.words else refused.detail) from None
    if due.repriced.amount != amount:
        raise Refused("E4004", owed=f"Rp{due.repriced.amount:,}".replace(",", "."))
    return due


def _resolve(work: Work, notification_id: UUID, branch_id: int | None, decision: dict[str, Any]) -> None:
    text = orjson.dumps(decision | {"at": work.now}, default=str).decode()
    work.execute(_RESOLVE, [work.actor.user_id, text, branch_id, notification_id])


def _report(work: Work, notification_id: UUID, branch_id: int, enrolment_id: UUID | None, decision: str) -> None:
    detail = {"notification": notification_id, "decision": decision}
    work.report(Happened(kind="suspense_resolved", branch_id=branch_id, subject_id=enrolment_id, detail=detail))
