"""When an agent may not enrol although licensed: suspended, or in remedial training."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from perisai.agents import agent
from perisai.errors import Refused
from perisai.events.work import Happened, Work

_BEGIN = """
INSERT INTO agents_hold (branch_id, agent_id, kind, during, cause_id) VALUES (%s, %s, %s, tstzrange(%s, %s), %s) RETURNING id
"""
# Carried by hold_once.
_OPEN = """
SELECT id, lower(during) FROM agents_hold
WHERE branch_id = %s AND agent_id = %s AND kind = %s AND (upper_inf(during) OR upper(during) > %s)
ORDER BY lower(during) LIMIT 1 FOR UPDATE
"""
# The state is for lists: suspended while a suspension holds, else what it was without one.
_SHOW = """
UPDATE agents_agent a SET state = CASE
  WHEN EXISTS (SELECT FROM agents_hold h WHERE h.branch_id = a.branch_id AND h.agent_id = a.id
    AND h.kind = 'suspended' AND h.during @> %s::timestamptz) THEN 'suspended'
  WHEN EXISTS (SELECT FROM agents_licence l WHERE l.branch_id = a.branch_id AND l.agent_id = a.id) THEN 'active'
  ELSE 'trainee' END
WHERE a.branch_id = %s AND a.id = %s AND a.state <> 'ended'
"""


def begin(
    work: Work,
    *,
    branch_id: int,
    agent_id: UUID,
    kind: str,
    since: datetime | None = None,
    until: datetime | None = None,
    cause_id: UUID | None = None,
) -> UUID:
    """From ``since`` (now, unless a later instant is given) the agent may not enrol; returns the hold's id.

    Work captured before it stays good, whenever it arrives. Raises E1004, E9405 where a hold of the kind overlaps, E9406 where
    it would begin in the past or end before it begins.
    """
    since = since or work.now
    if since < work.now or (until is not None and until <= since):
        raise Refused("E9406")
    agent.lock(work, branch_id=branch_id, agent_id=agent_id)
    try:
        with transaction.atomic():
            row = work.row(_BEGIN, [branch_id, agent_id, kind, since, until, cause_id])
    except IntegrityError as error:
        if "hold_once" not in str(error):
            raise
        raise Refused("E9405") from error
    assert row is not None
    found: UUID = row[0]
    work.execute(_SHOW, [work.now, branch_id, agent_id])
    _report(work, "hold_begun", branch_id, agent_id, found, kind)
    return found


def end(work: Work, *, branch_id: int, agent_id: UUID, kind: str) -> UUID:
    """Ends the hold of the kind now and returns its id; one that has not begun yet never will. What was captured in it stays
    refused. Raises E1004, E9407 where there is none."""
    agent.lock(work, branch_id=branch_id, agent_id=agent_id)
    row = work.row(_OPEN, [branch_id, agent_id, kind, work.now])
    if row is None:
        raise Refused("E9407")
    found, since = row
    if since < work.now:
        work.execute(
            "UPDATE agents_hold SET during = tstzrange(lower(during), %s) WHERE branch_id = %s AND id = %s",
            [work.now, branch_id, found],
        )
    else:
        work.execute("DELETE FROM agents_hold WHERE branch_id = %s AND id = %s", [branch_id, found])
    work.execute(_SHOW, [work.now, branch_id, agent_id])
    _report(work, "hold_ended", branch_id, agent_id, found, kind)
    held: UUID = found
    return held


def show(work: Work, *, branch_id: int, agent_id: UUID) -> None:
    """Puts what holds now onto the agent's row, for lists: a suspension that ended by its own day leaves no other trace there."""
    work.execute(_SHOW, [work.now, branch_id, agent_id])


def find_open(work: Work, *, branch_id: int, agent_id: UUID, kind: str) -> UUID | None:
    """The hold of the kind that lasts now or is to come."""
    row = work.row(_OPEN.replace(" FOR UPDATE", ""), [branch_id, agent_id, kind, work.now])
    return row[0] if row else None


def _report(work: Work, event: str, branch_id: int, agent_id: UUID, hold_id: UUID, kind: str) -> None:
    work.report(
        Happened(
            kind=event,
            branch_id=branch_id,
            subject_id=agent_id,
            agent_id=agent_id,
            detail={"hold": str(hold_id), "kind": kind},
        )
    )
