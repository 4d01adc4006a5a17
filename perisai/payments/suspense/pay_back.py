"""Money of no branch goes back to its payer by two people of head office: one proposes, another approves or rejects. As
``proposal`` for what belongs to a branch; apart from it, for these rows are the country's and no branch may see them."""

from typing import Any, Final, LiteralString
from uuid import UUID

from perisai.accounts.audience import Viewer
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Work
from perisai.payments.suspense import suspense

MOST: Final = 200

# One that waits a notification: pay_back_waits_once.
_PROPOSE: LiteralString = """
INSERT INTO payments_pay_back (id, notification_id, amount, reason, note, state, proposed_by, proposed_at)
VALUES (%s, %s, %s, %s, %s, 'proposed', %s, %s) ON CONFLICT DO NOTHING RETURNING id
"""
# By primary key; whoever decides first holds the row.
_LOCK: LiteralString = """
SELECT notification_id, reason, note, state, proposed_by FROM payments_pay_back WHERE id = %s FOR UPDATE
"""
_DECIDE: LiteralString = "UPDATE payments_pay_back SET state = %s, decided_by = %s, decided_at = %s WHERE id = %s"
# As rows of ``proposal``, so that one page shows both.
_LIST: LiteralString = """
SELECT NULL::int AS branch_id, p.id, 'pay_back' AS kind, p.notification_id AS subject_id,
  p.reason, p.amount, p.note, p.state, p.proposed_by, p.proposed_at, p.decided_at,
  u.full_name AS proposer, d.full_name AS decider, '' AS branch, 'Asia/Jakarta' AS timezone, NULL::int AS told_to
FROM payments_pay_back p
LEFT JOIN accounts_user u ON u.id = p.proposed_by LEFT JOIN accounts_user d ON d.id = p.decided_by
"""
_PAGE: LiteralString = _LIST + "ORDER BY p.state = 'proposed' DESC, p.id DESC LIMIT %s"
_ABOUT: LiteralString = _LIST + "WHERE p.notification_id = %s ORDER BY p.id DESC LIMIT 5"


def propose(work: Work, *, notification_id: UUID, reason: str, note: str) -> UUID:
    """Lets it wait for a second person of head office; nothing moves yet. Raises ``Refused``: E4001 not in suspense, E4005 no
    reason, E1004 it is a branch's or the asking person does not see all, E4315 nobody acts, E4316 it waits already."""
    found = suspense.check_refund(work, notification_id=notification_id, reason=reason, note=note)
    _check_country(work, found["branch_id"])
    if work.actor.user_id is None:
        raise Refused("E4315")
    made = uuid7()
    row = [made, notification_id, found["amount"], reason, note, work.actor.user_id, work.now]
    if work.row(_PROPOSE, row) is None:
        raise Refused("E4316")
    return made


def approve(work: Work, *, pay_back_id: UUID) -> None:
    """The bank is to pay it back. Raises ``Refused``: E1004 unknown, E4317 decided before, E4315 the same person proposed it, and
    what ``suspense.refund`` raises: then it still waits."""
    notification_id, reason, note = _lock(work, pay_back_id)
    suspense.refund(work, notification_id=notification_id, reason=reason, note=note)
    work.execute(_DECIDE, ["approved", work.actor.user_id, work.now, pay_back_id])


def reject(work: Work, *, pay_back_id: UUID) -> None:
    """Nothing is done. Raises ``Refused`` as ``approve``."""
    _lock(work, pay_back_id)
    work.execute(_DECIDE, ["rejected", work.actor.user_id, work.now, pay_back_id])


def listed(work: Work, *, viewer: Viewer) -> list[dict[str, Any]]:
    """What waits first, then the newest; nothing for who does not see all."""
    return _read(work.dicts(_PAGE, [MOST])) if viewer.branches is None else []


def about(work: Work, *, viewer: Viewer, notification_id: UUID) -> list[dict[str, Any]]:
    return _read(work.dicts(_ABOUT, [notification_id])) if viewer.branches is None else []


def _read(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row | {"asked": {"reason": row["reason"]}} for row in rows]


def _lock(work: Work, pay_back_id: UUID) -> tuple[UUID, str, str]:
    """(notification, reason, note) of one that waits for somebody else."""
    _check_country(work, None)
    row = work.row(_LOCK, [pay_back_id])
    if row is None:
        raise Refused("E1004")
    notification_id, reason, note, state, proposed_by = row
    if state != "proposed":
        raise Refused("E4317")
    if work.actor.user_id in (None, proposed_by):
        raise Refused("E4315")
    return notification_id, reason, note


def _check_country(work: Work, branch_id: int | None) -> None:
    if work.scope.branches is not None or branch_id is not None:
        raise Refused("E1004")
