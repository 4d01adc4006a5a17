"""What one person may not decide alone about money: one proposes, somebody else approves or rejects, and only then it is done.

A proposal names what it is about and what is to be done with it; the room that owns the deed hands it in (``approve``) and it is
done in the same transaction as the approval. Refunds have a table of their own, for they are paid out after that.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, LiteralString
from uuid import UUID

import orjson

from perisai.accounts.audience import Viewer
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Happened, Work

KINDS: Final = ("attach", "pay_back", "settle_cash", "void_cash")
"""``attach``: money that fits no bill, to what a code stands for; ``pay_back``: the bank gives it back; ``settle_cash``: a receipt
for cash counts as received; ``void_cash``: it counts no more."""
MOST: Final = 200

# One that waits, a kind and subject: proposal_waits_once.
_PROPOSE = """
INSERT INTO payments_proposal (branch_id, id, kind, subject_id, asked, amount, note, state, proposed_by, proposed_at)
VALUES (%(branch)s, %(id)s, %(kind)s, %(subject)s, %(asked)s, %(amount)s, %(note)s, 'proposed', %(by)s, %(now)s)
ON CONFLICT DO NOTHING RETURNING id
"""
# By primary key; whoever decides first holds the row.
_LOCK = """
SELECT branch_id, id, kind, subject_id, asked, amount, note, state, proposed_by FROM payments_proposal
WHERE branch_id = %s AND id = %s FOR UPDATE
"""
_DECIDE = """
UPDATE payments_proposal SET state = %s, decided_by = %s, decided_at = %s WHERE branch_id = %s AND id = %s
"""
# Carried by proposal_state.
_LIST: LiteralString = """
SELECT p.branch_id, p.id, p.kind, p.subject_id, p.asked, p.amount, p.note, p.state, p.proposed_by, p.proposed_at, p.decided_at,
  u.full_name AS proposer, d.full_name AS decider, o.name AS branch, o.timezone,
  (SELECT n.branch_id FROM payments_notification n WHERE n.id = p.subject_id) AS told_to
FROM payments_proposal p JOIN offices_office o ON o.id = p.branch_id
LEFT JOIN accounts_user u ON u.id = p.proposed_by LEFT JOIN accounts_user d ON d.id = p.decided_by
WHERE (%(branches)s::int[] IS NULL OR p.branch_id = ANY (%(branches)s::int[]))
"""
_PAGE: LiteralString = _LIST + " ORDER BY p.state = 'proposed' DESC, p.id DESC LIMIT %(most)s"
_ABOUT: LiteralString = (
    _LIST + " AND p.kind = ANY (%(kinds)s) AND p.subject_id = %(subject)s ORDER BY p.id DESC LIMIT 5"
)
# Those of the country too (``pay_back``, by pay_back_waits), for who sees all.
_WAITING = """
SELECT (
  SELECT count(*) FROM payments_proposal
  WHERE state = 'proposed' AND proposed_by <> %(who)s
    AND branch_id = ANY (coalesce(%(branches)s::int[], ARRAY(SELECT branch_id FROM events_position)))
) + (
  SELECT count(*) FROM payments_pay_back
  WHERE %(branches)s::int[] IS NULL AND state = 'proposed' AND proposed_by <> %(who)s)
"""


@dataclass(frozen=True)
class Proposal:
    """``asked``: what the deed needs; ``amount``: rupiah, None where that is not known."""

    branch_id: int
    id: UUID
    kind: str
    subject_id: UUID
    asked: dict[str, Any]
    amount: int | None
    note: str
    state: str
    proposed_by: UUID


Deed = Callable[[Work, Proposal], object]


def propose(
    work: Work, *, branch_id: int, kind: str, subject_id: UUID, asked: dict[str, Any], amount: int | None, note: str
) -> UUID:
    """Lets it wait for a second person; nothing moves yet. Raises ``Refused``: E4316 it waits already, E4315 nobody acts."""
    if work.actor.user_id is None:
        raise Refused("E4315")
    made = uuid7()
    facts = {"branch": branch_id, "id": made, "kind": kind, "subject": subject_id, "amount": amount, "note": note}
    facts |= {"asked": orjson.dumps(asked).decode(), "by": work.actor.user_id, "now": work.now}
    if work.row(_PROPOSE, facts) is None:
        raise Refused("E4316")
    _report(work, "decision_proposed", branch_id, {"proposal": made, "kind": kind}, amount)
    return made


def approve(work: Work, *, branch_id: int, proposal_id: UUID, deeds: Mapping[str, Deed]) -> Proposal:
    """Does it, by the deed of its kind. Raises ``Refused``: E1004 unknown, E4317 decided before, E4315 the same person proposed it,
    and what the deed raises: then it still waits."""
    found = _lock(work, branch_id, proposal_id)
    deeds[found.kind](work, found)
    _decide(work, found, "approved")
    return found


def reject(work: Work, *, branch_id: int, proposal_id: UUID) -> Proposal:
    """Nothing is done. Raises ``Refused`` as ``approve``."""
    found = _lock(work, branch_id, proposal_id)
    _decide(work, found, "rejected")
    return found


def listed(work: Work, *, viewer: Viewer) -> list[dict[str, Any]]:
    """What waits first, then the newest. Of whole branches: who sees a part of one is not asked."""
    return [_read(row) for row in work.dicts(_PAGE, {"branches": viewer.branch_ids, "most": MOST})]


def about(work: Work, *, viewer: Viewer, kind: str, subject_id: UUID, or_kind: str = "") -> list[dict[str, Any]]:
    """Proposals of a kind, or of another, about one thing, the newest first."""
    asked = {"branches": viewer.branch_ids, "kinds": [kind, or_kind], "subject": subject_id}
    return [_read(row) for row in work.dicts(_ABOUT, asked)]


def waiting(work: Work, *, viewer: Viewer) -> list[tuple[str, int, str]]:
    """(key of ``labels.WAITING``, how many wait for this viewer and not only for others, where they are listed)."""
    row = work.row(_WAITING, {"who": viewer.user.id, "branches": viewer.branch_ids})
    return [("proposals", row[0], "/console/payments/proposals/")] if row and row[0] else []


def _lock(work: Work, branch_id: int, proposal_id: UUID) -> Proposal:
    row = work.dicts(_LOCK, [branch_id, proposal_id])
    if not row:
        raise Refused("E1004")
    found = Proposal(**_read(row[0]))
    if found.state != "proposed":
        raise Refused("E4317")
    if work.actor.user_id in (None, found.proposed_by):
        raise Refused("E4315")
    return found


def _decide(work: Work, found: Proposal, decision: str) -> None:
    work.execute(_DECIDE, [decision, work.actor.user_id, work.now, found.branch_id, found.id])
    detail = {"proposal": found.id, "kind": found.kind, "decision": decision}
    _report(work, "decision_taken", found.branch_id, detail, found.amount)


def _report(work: Work, kind: str, branch_id: int, detail: dict[str, Any], amount: int | None) -> None:
    work.report(Happened(kind=kind, branch_id=branch_id, amount=amount or 0, detail=detail))


def _read(row: dict[str, Any]) -> dict[str, Any]:
    asked = row["asked"]
    return row | {"asked": orjson.loads(asked) if isinstance(asked, str | bytes) else asked}
