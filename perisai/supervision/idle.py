"""Agents without acquisition: found by a monthly look, announced ahead, withdrawn by an acquisition, decided by a person.

A month counts when it is over and the agent could have enrolled in it: not one in which the branch's quota was closed, nor one with
leave, illness or a hold, nor the one in which they began. Months that do not count are passed over, they break no row.
"""

from datetime import date, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

from perisai.accounts.audience import Viewer
from perisai.agents.rules import figure
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Work
from perisai.supervision import document, ending, notice
from perisai.supervision.subject import lock, lock_many
from perisai.supervision.words import KEEPS

LOOK_BACK: Final = 24
"""Months."""

# Carried by the primary keys of events_counter and targets_quota, by absence_once and hold_once. One statement for a branch.
_FIND: LiteralString = """
WITH month AS (
  SELECT m::date AS first, (m + interval '1 month')::date AS after
  FROM generate_series(%(this_month)s::date - %(back)s * interval '1 month', %(this_month)s::date - interval '1 month', '1 month') m
), counted AS (
  SELECT a.id AS agent_id, m.first
  FROM agents_agent a JOIN month m ON m.first >= a.since
  WHERE a.branch_id = %(branch)s AND a.state = 'active'
    AND NOT EXISTS (SELECT FROM supervision_idle i WHERE i.branch_id = a.branch_id AND i.agent_id = a.id AND i.state = 'open')
    AND NOT EXISTS (SELECT FROM supervision_idle i WHERE i.branch_id = a.branch_id AND i.agent_id = a.id AND i.state = 'kept'
      AND m.first < i.announced_on)
    AND NOT EXISTS (SELECT FROM supervision_measure e WHERE e.branch_id = a.branch_id AND e.agent_id = a.id AND e.kind = 'ending'
      AND e.lifted_at IS NULL)
    AND NOT EXISTS (SELECT FROM targets_quota q WHERE q.branch_id = a.branch_id AND q.period <= m.first
      AND q.period + make_interval(months => q.months) > m.first AND q.segment <> 'PU'
      AND q.mode <> 'warn' AND q.consumed + q.leased >= q.cap)
    AND NOT EXISTS (SELECT FROM supervision_absence s WHERE s.branch_id = a.branch_id AND s.agent_id = a.id
      AND s.during && daterange(m.first, m.after))
    AND NOT EXISTS (SELECT FROM agents_hold h WHERE h.branch_id = a.branch_id AND h.agent_id = a.id
      AND h.during && tstzrange(m.first::timestamp AT TIME ZONE %(timezone)s, m.after::timestamp AT TIME ZONE %(timezone)s))
), acquired AS (
  SELECT key, date_trunc('month', day_captured)::date AS first, sum(CASE WHEN metric = 'captured' THEN value ELSE -value END) AS net
  FROM events_counter
  WHERE branch_id = %(branch)s AND level = 'a' AND metric IN ('captured', 'rejected', 'cancelled')
    AND day_captured >= %(this_month)s::date - %(back)s * interval '1 month'
  GROUP BY 1, 2
), newest AS (
  SELECT c.agent_id, c.first, coalesce(q.net, 0) AS net,
    row_number() OVER (PARTITION BY c.agent_id ORDER BY c.first DESC) AS place,
    (SELECT coalesce(sum(n.net), 0) FROM acquired n WHERE n.key = c.agent_id::text AND n.first >= %(this_month)s) AS now
  FROM counted c LEFT JOIN acquired q ON q.key = c.agent_id::text AND q.first = c.first
)
SELECT agent_id, array_agg(first ORDER BY first) FROM newest WHERE place <= %(months)s AND now <= 0
GROUP BY agent_id HAVING count(*) = %(months)s AND max(net) <= 0 ORDER BY agent_id
"""

# Months as text, for an array of arrays would have to be of one length.
_INSERT_MANY: LiteralString = """
INSERT INTO supervision_idle (branch_id, id, agent_id, months, announced_on, decide_from, state, reason)
SELECT %s, n.id, n.agent_id, n.months::date[], %s, %s, 'open', ''
FROM unnest(%s::uuid[], %s::uuid[], %s::text[]) AS n (id, agent_id, months) ON CONFLICT DO NOTHING RETURNING agent_id, id
"""

# Carried by the primary key of events_counter. What was captured in the months that the proposal counts, or after them.
_ACQUIRED_SINCE: LiteralString = """
SELECT i.id, i.agent_id FROM supervision_idle i
WHERE i.branch_id = %(branch)s AND i.state = 'open' AND (%(id)s::uuid IS NULL OR i.id = %(id)s) AND (
  SELECT coalesce(sum(CASE WHEN c.metric = 'captured' THEN c.value ELSE -c.value END), 0) FROM events_counter c
  WHERE c.branch_id = i.branch_id AND c.level = 'a' AND c.key = i.agent_id::text
    AND c.metric IN ('captured', 'rejected', 'cancelled') AND c.day_captured >= i.months[1]) > 0
ORDER BY i.agent_id
"""
_WITHDRAW: LiteralString = """
UPDATE supervision_idle SET state = 'withdrawn', decided_at = %s WHERE branch_id = %s AND id = ANY (%s) AND state = 'open'
RETURNING agent_id, id
"""
_CLOSE: LiteralString = """
UPDATE supervision_idle SET state = %s, decided_by = %s, decided_at = %s, reason = %s
WHERE branch_id = %s AND id = %s AND state = 'open'
"""
_LIST: LiteralString = """
SELECT i.branch_id, i.id, i.agent_id, i.months, i.announced_on, i.decide_from, i.state, i.reason, i.decided_at,
  a.code, a.full_name, a.phone, a.sub_branch_id, a.agency_office_id, u.full_name AS who,
  (SELECT count(*) FROM members_enrolment e WHERE e.branch_id = i.branch_id AND e.agent_id = i.agent_id
    AND e.state IN ('review', 'accepted', 'active', 'lapsed')) AS members
FROM supervision_idle i JOIN agents_agent a ON a.branch_id = i.branch_id AND a.id = i.agent_id
LEFT JOIN accounts_user u ON u.id = i.decided_by
WHERE """
_OF_AGENT: LiteralString = """
SELECT id, months, announced_on, decide_from, state, reason, decided_at FROM supervision_idle
WHERE branch_id = %s AND agent_id = %s ORDER BY announced_on DESC LIMIT 50
"""


def propose(work: Work, *, branch_id: int, timezone: str, today: date) -> int:
    """Announces to every agent of the branch whose last counted months were without acquisition that they may be ended; answers how
    many. Who is announced already, or was kept for these months, is not announced again. Five statements, however many agents."""
    months = figure("idle_months", today)
    found = work.rows(
        _FIND,
        {
            "branch": branch_id,
            "this_month": today.replace(day=1),
            "back": LOOK_BACK,
            "months": months,
            "timezone": timezone,
        },
    )
    decide_from = today + timedelta(days=figure("idle_notice_days", today))
    without: dict[UUID, list[str]] = {agent_id: [month.isoformat() for month in each] for agent_id, each in found}
    subjects = lock_many(work, branch_id=branch_id, agent_ids=without.keys())
    active = [agent_id for agent_id, subject in subjects.items() if subject.state == "active"]
    rows = [[uuid7() for _ in active], active, ["{" + ",".join(without[agent_id]) + "}" for agent_id in active]]
    announced = work.rows(_INSERT_MANY, [branch_id, today, decide_from, *rows]) if active else []
    for agent_id, proposal_id in announced:
        work.report(
            subjects[agent_id].happened(
                "idle_announced",
                proposal_id,
                proposal=proposal_id,
                months=without[agent_id],
                decide_from=decide_from.isoformat(),
            )
        )
    told = [subjects[agent_id] for agent_id, _ in announced]
    notice.tell_idle(work, branch_id=branch_id, subjects=told, months=months, decide_from=decide_from)
    return len(announced)


def withdraw_acquired(work: Work, *, branch_id: int, proposal_id: UUID | None = None) -> int:
    """Takes back proposals about agents who have acquired somebody since; answers how many. Three statements."""
    found = work.rows(_ACQUIRED_SINCE, {"branch": branch_id, "id": proposal_id})
    subjects = lock_many(work, branch_id=branch_id, agent_ids={agent_id for _, agent_id in found})
    withdrawn = work.rows(_WITHDRAW, [work.now, branch_id, [one for one, _ in found]]) if found else []
    for agent_id, one in withdrawn:
        work.report(subjects[agent_id].happened("idle_withdrawn", one, proposal=one))
    return len(withdrawn)


def keep(work: Work, *, branch_id: int, proposal_id: UUID, reason: str) -> None:
    """A person decides that the agent stays. Raises E1004, E9501 where it is decided already, E9502."""
    if reason not in KEEPS:
        raise Refused("E9502", field="reason")
    agent_id, _ = _open(work, branch_id, proposal_id)
    subject = lock(work, branch_id=branch_id, agent_id=agent_id)
    if not work.execute(_CLOSE, ["kept", work.actor.user_id, work.now, reason, branch_id, proposal_id]):
        raise Refused("E9501")
    work.report(subject.happened("idle_kept", proposal_id, proposal=proposal_id, reason=reason))


def end(
    work: Work, *, branch_id: int, proposal_id: UUID, text: str, to_agent_id: UUID | None, papers: document.Papers = ()
) -> UUID:
    """A person decides that it ends, from the day that was announced. Raises E1004, E9501 where it is decided or withdrawn (also by
    an acquisition that nobody has looked at yet), E9512 before that day, and what ``ending.end`` raises."""
    agent_id, decide_from = _open(work, branch_id, proposal_id)
    handover_first = sorted(one for one in (agent_id, to_agent_id) if one is not None)
    subjects = {one: lock(work, branch_id=branch_id, agent_id=one, ended=True) for one in handover_first}
    if work.rows(_ACQUIRED_SINCE, {"branch": branch_id, "id": proposal_id}):
        raise Refused("E9501")
    if subjects[agent_id].today(work.now) < decide_from:
        raise Refused("E9512", day=decide_from.isoformat())
    _open(work, branch_id, proposal_id)
    return ending.end(
        work, branch_id=branch_id, agent_id=agent_id, reason="idle", text=text, to_agent_id=to_agent_id, papers=papers
    )


def find(work: Work, *, viewer: Viewer, state: str, limit: int = 200) -> list[dict[str, Any]]:
    """Proposals of the viewer's part: open ones by the day of decision, others newest first. One statement."""
    from perisai.agents.queries import narrow

    sql, params = narrow(viewer)
    order: LiteralString = "i.decide_from, a.code" if state == "open" else "i.decided_at DESC"
    query = _LIST + "i.state = ANY (%s) AND " + sql + " ORDER BY " + order + " LIMIT %s"
    return work.dicts(query, [[state] if state == "open" else ["withdrawn", "kept", "ended"], *params, limit])


def of_agent(work: Work, *, branch_id: int, agent_id: UUID) -> list[dict[str, Any]]:
    """Newest first. One statement."""
    return work.dicts(_OF_AGENT, [branch_id, agent_id])


def _open(work: Work, branch_id: int, proposal_id: UUID) -> tuple[UUID, date]:
    row = work.row(
        "SELECT agent_id, decide_from, state FROM supervision_idle WHERE branch_id = %s AND id = %s",
        [branch_id, proposal_id],
    )
    if row is None:
        raise Refused("E1004")
    if row[2] != "open":
        raise Refused("E9501")
    return row[0], row[1]
