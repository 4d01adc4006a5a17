"""Proposals to end an agency office: a rule makes them, a person decides."""

from datetime import date
from typing import Any
from uuid import UUID

from perisai.errors import Refused
from perisai.events.work import Happened, Work

MOST_NOTE = 500

_INSERT = """
INSERT INTO agencies_proposal (branch_id, office_id, reason, month, months, state, proposed_at, note)
SELECT %s, o.office_id, %s, %s, o.months, 'open', %s, ''
FROM unnest(%s::int[], %s::int[]) AS o (office_id, months)
ON CONFLICT DO NOTHING RETURNING id, office_id, months
"""
_LOCK = """
SELECT p.office_id, p.state, u.full_name FROM agencies_proposal p LEFT JOIN accounts_user u ON u.id = p.decided_by
WHERE p.branch_id = %s AND p.id = %s FOR UPDATE OF p
"""
_DECIDE = """
UPDATE agencies_proposal SET state = %s, decided_at = %s, decided_by = %s, note = %s WHERE branch_id = %s AND id = %s
"""
_CLOSE = """
UPDATE agencies_proposal SET state = 'ended', decided_at = %s, decided_by = %s
WHERE branch_id = %s AND office_id = %s AND state = 'open'
"""


def propose(work: Work, *, branch_id: int, reason: str, month: date, offices: list[tuple[int, int]]) -> int:
    """``offices``: (office, months in a row). One that is proposed already, or was for this month, stays as it is."""
    if not offices:
        return 0
    ids, months = [office_id for office_id, _ in offices], [count for _, count in offices]
    made = work.rows(_INSERT, [branch_id, reason, month, work.now, ids, months])
    for proposal_id, office_id, count in made:
        detail: dict[str, Any] = {"proposal": str(proposal_id), "reason": reason, "months": count}
        _report(work, "agency_proposed", branch_id, office_id, proposal_id, detail)
    return len(made)


def keep(work: Work, *, branch_id: int, proposal_id: UUID, note: str) -> None:
    """The office goes on; the note says why. Raises ``Refused`` E1004, E9004, E9014."""
    if not note.strip() or len(note) > MOST_NOTE:
        raise Refused("E9004")
    row = work.row(_LOCK, [branch_id, proposal_id])
    if row is None:
        raise Refused("E1004")
    office_id, state, who = row
    if state != "open":
        raise Refused("E9014", who=who or "–")
    work.execute(_DECIDE, ["kept", work.now, work.actor.user_id, note.strip(), branch_id, proposal_id])
    _report(work, "agency_kept", branch_id, office_id, proposal_id, {"proposal": str(proposal_id)})


def close(work: Work, *, branch_id: int, office_id: int) -> None:
    """With the ending of an office its proposals are decided."""
    work.execute(_CLOSE, [work.now, work.actor.user_id, branch_id, office_id])


def _report(work: Work, kind: str, branch_id: int, office_id: int, proposal_id: UUID, detail: dict[str, Any]) -> None:
    work.report(
        Happened(kind=kind, branch_id=branch_id, subject_id=proposal_id, agency_office_id=office_id, detail=detail)
    )
