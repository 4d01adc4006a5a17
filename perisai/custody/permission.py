"""What a branch allows beside the rule: another limit, or more time to deposit; always with a reason, an end and a name."""

from datetime import date, timedelta
from typing import Final, LiteralString
from uuid import UUID

from perisai.errors import Refused
from perisai.events.work import Happened, Work, branch_day

MOST_DAYS: Final = 60
MOST_LIMIT: Final = 100_000_000

_INSERT: LiteralString = """
INSERT INTO custody_permission (branch_id, kind, agent_id, amount, until_on, reason, given_by, given_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
"""
# Carried by permission_agent.
_LAST: LiteralString = """
SELECT given_by FROM custody_permission
WHERE branch_id = %s AND agent_id = %s AND kind = 'extension' AND given_at > %s ORDER BY given_at DESC LIMIT 1
"""
_LOCK: LiteralString = "SELECT 1 FROM agents_agent WHERE branch_id = %s AND id = %s FOR NO KEY UPDATE"
_END: LiteralString = """
UPDATE custody_permission SET ended_at = %s WHERE branch_id = %s AND id = %s AND ended_at IS NULL RETURNING agent_id, kind, until_on
"""


def set_limit(
    work: Work, *, branch_id: int, timezone: str, agent_id: UUID | None, amount: int, until_on: date, reason: str
) -> None:
    """Another limit for an agent, or for all of the branch (``agent_id`` None), until a day. Raises E4707."""
    if not 0 < amount <= MOST_LIMIT:
        raise Refused("E4707")
    _give(work, branch_id, timezone, "limit", agent_id, amount, until_on, reason)


def extend(work: Work, *, branch_id: int, timezone: str, agent_id: UUID, until_on: date, reason: str) -> None:
    """More time for what an agent holds. Who gave the last one within sixty days does not give the next: E4708. Raises E4707."""
    work.rows(_LOCK, [branch_id, agent_id])
    last = work.row(_LAST, [branch_id, agent_id, work.now - timedelta(days=MOST_DAYS)])
    if last is not None and last[0] == work.actor.user_id:
        raise Refused("E4708")
    _give(work, branch_id, timezone, "extension", agent_id, None, until_on, reason)


def end(work: Work, *, branch_id: int, permission_id: UUID) -> None:
    """Raises E1004 where there is none in force."""
    ended = work.row(_END, [work.now, branch_id, permission_id])
    if ended is None:
        raise Refused("E1004")
    _report(work, branch_id, permission_id, ended[0], ended[1], branch_day(work.now, "UTC"))


def _give(
    work: Work,
    branch_id: int,
    timezone: str,
    kind: str,
    agent_id: UUID | None,
    amount: int | None,
    until_on: date,
    reason: str,
) -> None:
    today = branch_day(work.now, timezone)
    if not today <= until_on <= today + timedelta(days=MOST_DAYS) or len(reason.strip()) < 5:
        raise Refused("E4707")
    row = work.row(
        _INSERT, [branch_id, kind, agent_id, amount, until_on, reason.strip()[:500], work.actor.user_id, work.now]
    )
    assert row is not None
    _report(work, branch_id, row[0], agent_id, kind, until_on)


def _report(work: Work, branch_id: int, permission_id: UUID, agent_id: UUID | None, kind: str, until_on: date) -> None:
    work.report(
        Happened(
            kind="cash_permitted",
            branch_id=branch_id,
            subject_id=permission_id,
            agent_id=agent_id,
            detail={"permission": str(permission_id), "kind": kind, "until": until_on.isoformat()},
        )
    )
