"""Hand-over of members: for good or for a time, to another agent or to the branch itself, in one act; and back again."""

from datetime import date, datetime
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

from perisai.agents import agent as agents
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Happened, Work, branch_day
from perisai.members import portfolio
from perisai.supervision.words import HANDOVERS

_TIMEZONE: LiteralString = "SELECT timezone FROM offices_office WHERE id = %s AND kind = 'branch'"

_INSERT: LiteralString = """
INSERT INTO supervision_handover (branch_id, id, from_agent_id, to_agent_id, from_month, until_month, members, reason, by, at,
  undoes)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_LOCK: LiteralString = """
SELECT from_agent_id, to_agent_id, from_month, until_month, undone_at FROM supervision_handover
WHERE branch_id = %s AND id = %s FOR UPDATE
"""
# Carried by care_handover: those who are still where it put them.
_STILL: LiteralString = """
SELECT DISTINCT enrolment_id FROM members_care
WHERE branch_id = %s AND handover_id = %s AND agent_id IS NOT DISTINCT FROM %s AND (upper_inf(months) OR upper(months) > %s)
"""
_LIST: LiteralString = """
SELECT h.id, h.from_agent_id, h.to_agent_id, f.full_name AS from_name, t.full_name AS to_name, f.state AS from_state,
  h.from_month, h.until_month, h.members, h.reason, h.at, h.undoes, h.undone_at, u.full_name AS who
FROM supervision_handover h
LEFT JOIN agents_agent f ON f.branch_id = h.branch_id AND f.id = h.from_agent_id
LEFT JOIN agents_agent t ON t.branch_id = h.branch_id AND t.id = h.to_agent_id
LEFT JOIN accounts_user u ON u.id = h.by
WHERE h.branch_id = %(branch)s AND (h.from_agent_id = %(agent)s OR h.to_agent_id = %(agent)s)
ORDER BY h.at DESC, h.id DESC LIMIT 50
"""


class _Line(NamedTuple):
    from_agent_id: UUID | None
    to_agent_id: UUID | None
    from_month: date
    until_month: date | None
    members: int
    reason: str
    undoes: UUID | None


def hand_over(
    work: Work,
    *,
    branch_id: int,
    from_agent_id: UUID | None,
    to_agent_id: UUID | None,
    from_month: date,
    until_month: date | None = None,
    enrolment_ids: list[UUID] | None = None,
    reason: str = "other",
    may_be_none: bool = False,
    undoes: UUID | None = None,
    expected: int | None = None,
) -> UUID | None:
    """Members of one agent go to another or to the branch (None), from a contribution month on, for good or until a month.

    Both agents are locked, so that of two officers one waits and then finds what the other left. ``expected`` is how many the
    officer saw in the preview. The members are told by the worker afterwards. Returns the hand-over's id; None where there was
    nobody and ``may_be_none``. Raises E1004, E9501 where other than ``expected`` would move, E9502, E9503 for a month that is over,
    E9504, E9505.
    """
    from perisai.supervision.jobs import tell_members

    this_month = _this_month(work, branch_id)
    if from_month < this_month:
        raise Refused("E9503")
    if reason not in HANDOVERS:
        raise Refused("E9502", field="reason")
    require_taker(work, branch_id=branch_id, from_agent_id=from_agent_id, to_agent_id=to_agent_id)
    handover_id = uuid7()
    moved = portfolio.move(
        work,
        branch_id=branch_id,
        this_month=this_month,
        from_agent_id=from_agent_id,
        to_agent_id=to_agent_id,
        from_month=from_month,
        until_month=until_month,
        enrolment_ids=enrolment_ids,
        handover_id=handover_id,
    )
    count = len(moved.enrolments)
    if count == 0 and may_be_none:
        return None
    if count == 0:
        raise Refused("E9505")
    if expected is not None and count != expected:
        raise Refused("E9501")
    line = _Line(from_agent_id, to_agent_id, from_month, until_month, count, reason, undoes)
    _keep(work, branch_id, handover_id, line)
    tell_members.defer(branch_id=branch_id, handover_id=str(handover_id))
    return handover_id


def _keep(work: Work, branch_id: int, handover_id: UUID, line: _Line) -> None:
    from_agent_id, to_agent_id, from_month, until_month, count, reason, undoes = line
    work.execute(
        _INSERT,
        [
            *(branch_id, handover_id, from_agent_id, to_agent_id, from_month, until_month, count, reason),
            *(work.actor.user_id, work.now, undoes),
        ],
    )
    detail: dict[str, Any] = {"handover": handover_id, "month": from_month.isoformat(), "members": count}
    detail |= {"to": to_agent_id} if to_agent_id else {}
    detail |= {"until": until_month.isoformat()} if until_month else {}
    detail |= {"undoes": undoes} if undoes else {}
    work.report(
        Happened(
            kind="portfolio_moved",
            branch_id=branch_id,
            subject_id=handover_id,
            agent_id=from_agent_id,
            quantity=count,
            detail=detail,
        )
    )


def hand_back(work: Work, *, branch_id: int, handover_id: UUID) -> UUID:
    """Undoes a hand-over: whoever is still where it put them goes back, from its month, or from this one where that is over: past
    months stay with whoever had them. Raises E1004, E9504 where the agent has ended, E9514."""
    row = work.row(_LOCK, [branch_id, handover_id])
    if row is None:
        raise Refused("E1004")
    from_agent_id, to_agent_id, from_month, until_month, undone_at = row
    this_month = _this_month(work, branch_id)
    still = [one[0] for one in work.rows(_STILL, [branch_id, handover_id, to_agent_id, this_month])]
    if undone_at is not None or not still:
        raise Refused("E9514")
    back = hand_over(
        work,
        branch_id=branch_id,
        from_agent_id=to_agent_id,
        to_agent_id=from_agent_id,
        from_month=max(from_month, this_month),
        until_month=until_month,
        enrolment_ids=still,
        reason="back",
        undoes=handover_id,
    )
    assert back is not None
    work.execute(
        "UPDATE supervision_handover SET undone_at = %s WHERE branch_id = %s AND id = %s",
        [work.now, branch_id, handover_id],
    )
    return back


def require_taker(work: Work, *, branch_id: int, from_agent_id: UUID | None, to_agent_id: UUID | None) -> None:
    """Locks both agents, in order of id. Raises E1004, E9504 where ``to_agent_id`` is the same or not active."""
    if from_agent_id == to_agent_id:
        raise Refused("E9504")
    both = sorted(one for one in (from_agent_id, to_agent_id) if one is not None)
    states = {one: agents.lock(work, branch_id=branch_id, agent_id=one) for one in both}
    if to_agent_id is not None and states[to_agent_id] != "active":
        raise Refused("E9504")


def of_agent(work: Work, *, branch_id: int, agent_id: UUID) -> list[dict[str, Any]]:
    """Newest first, to and from the agent. One statement."""
    return work.dicts(_LIST, {"branch": branch_id, "agent": agent_id})


def _this_month(work: Work, branch_id: int) -> date:
    row = work.row(_TIMEZONE, [branch_id])
    if row is None:
        raise Refused("E1004")
    now: datetime = work.now
    return branch_day(now, row[0]).replace(day=1)
