"""Reads about agents for screens, within what the viewer may see."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, LiteralString
from uuid import UUID

from perisai.accounts.audience import STAFF, Viewer
from perisai.errors import Refused
from perisai.events.work import Work
from perisai.offices.part import Part
from perisai.targets.plans.agent_target import joined

PAGE = 100
EVERYWHERE = Part()
EXPIRING_DAYS = 30

# Numbers come from the counters of level 'a', last activity from the phones; one row an agent with the licence that counts.
# The page is chosen first, so that only its agents are looked up: with the licences beside all of them, a list of 20,000 took
# three times as long.
_LIST: LiteralString = (
    """
SELECT a.branch_id, a.id, a.code, a.full_name, a.phone, a.state, a.since, a.sub_branch_id, a.agency_office_id,
  l.number AS licence_number, l.valid_from, l.valid_to, l.state AS licence_state,
  coalesce(c.captured_today, 0) AS captured_today, coalesce(c.captured, 0) AS captured, coalesce(c.active, 0) AS active,
  coalesce(c.contributions, 0) AS contributions, t.persons AS target, d.last_seen_at, coalesce(d.phones, 0) AS phones
FROM (
  {agents}
) a
LEFT JOIN LATERAL (
  SELECT number, valid_from, valid_to, state FROM agents_licence l
  WHERE l.branch_id = a.branch_id AND l.agent_id = a.id ORDER BY (l.state = 'valid') DESC, l.valid_to DESC LIMIT 1
) l ON true
LEFT JOIN LATERAL (
  SELECT sum(value) FILTER (WHERE metric = 'captured' AND day_captured = %s) AS captured_today,
    sum(value) FILTER (WHERE metric = 'captured') AS captured, sum(value) FILTER (WHERE metric = 'active') AS active,
    sum(value) FILTER (WHERE metric = 'contributions') AS contributions
  FROM events_counter c WHERE c.branch_id = a.branch_id AND c.level = 'a' AND c.key = a.id::text
    AND c.day_captured BETWEEN %s AND %s AND c.metric IN ('captured', 'active', 'contributions')
) c ON true
LEFT JOIN LATERAL (
  SELECT max(last_seen_at) AS last_seen_at, count(*) FILTER (WHERE state = 'active') AS phones
  FROM accounts_device d WHERE d.branch_id = a.branch_id AND d.agent_id = a.id
) d ON true
"""
    + joined("%s")
    + """
ORDER BY a.code, a.branch_id
"""
)
# Each branch gives its first through agent_code, so that no list sorts the agents of the country.
_FIRST: LiteralString = """SELECT m.*
  FROM unnest(coalesce(%s::int[], ARRAY(SELECT id FROM offices_office WHERE kind = 'branch'))) AS b (id)
  CROSS JOIN LATERAL (SELECT * FROM agents_agent a WHERE a.branch_id = b.id AND {where} ORDER BY a.code LIMIT %s) m
  ORDER BY m.code, m.branch_id LIMIT %s"""
# Carried by licence_agent.
_NO_LICENCE: LiteralString = """NOT EXISTS (SELECT FROM agents_licence l
  WHERE l.branch_id = a.branch_id AND l.agent_id = a.id AND l.state = 'valid' AND """

_LICENSED: LiteralString = """EXISTS (SELECT FROM agents_licence l
  WHERE l.branch_id = a.branch_id AND l.agent_id = a.id AND l.state = 'valid' AND %s BETWEEN l.valid_from AND l.valid_to)"""

_EXPIRING: LiteralString = (
    "SELECT count(*) FROM agents_agent a WHERE a.state = 'active' AND " + _NO_LICENCE + "l.valid_to > %s) AND "
)

# Carried by renewal_open, licence_agent and placement_once.
_WAITS_RENEWAL: LiteralString = """
SELECT count(*) FROM agents_renewal r JOIN agents_agent a ON a.branch_id = r.branch_id AND a.id = r.agent_id AND a.state <> 'ended'
JOIN agents_licence l ON l.branch_id = r.branch_id AND l.id = r.licence_id AND l.state = 'valid'
WHERE r.state = 'asked' AND """
_WAITS_ENDING: LiteralString = (
    "SELECT count(*) FROM agents_agent a WHERE a.state = 'active' AND "
    + _NO_LICENCE
    + """l.valid_to > %s)
  AND NOT EXISTS (SELECT FROM agents_renewal r WHERE r.branch_id = a.branch_id AND r.agent_id = a.id AND r.state = 'asked') AND """
)
_WAITS_DOUBTFUL: LiteralString = """
SELECT count(*) FROM unnest(%s::int[], %s::uuid[]) AS n (branch_id, attempt_id)
JOIN agents_licence l ON l.branch_id = n.branch_id AND l.attempt_id = n.attempt_id AND l.state = 'valid' AND l.valid_to >= %s
JOIN agents_agent a ON a.branch_id = l.branch_id AND a.id = l.agent_id
WHERE """
_NOT_PLACED: LiteralString = """a.state <> 'ended' AND NOT EXISTS (SELECT FROM agents_placement p
  WHERE p.branch_id = a.branch_id AND p.agent_id = a.id AND p.during @> %s::date)"""
_WAITS_PLACE: LiteralString = "SELECT count(*) FROM agents_agent a WHERE " + _NOT_PLACED + " AND "

_LICENCES = """
SELECT number, valid_from, valid_to, state, state_since FROM agents_licence
WHERE branch_id = %s AND agent_id = %s ORDER BY valid_to DESC
"""
_DEVICES = """
SELECT id, name, app, state, activated_at, last_seen_at, ended_at FROM accounts_device
WHERE branch_id = %s AND agent_id = %s ORDER BY activated_at DESC
"""
_DAYS = """
SELECT day_captured AS day, coalesce(sum(value) FILTER (WHERE metric = 'captured'), 0) AS captured,
  coalesce(sum(value) FILTER (WHERE metric = 'active'), 0) AS active,
  coalesce(sum(value) FILTER (WHERE metric = 'contributions'), 0) AS contributions
FROM events_counter WHERE branch_id = %s AND level = 'a' AND key = %s AND day_captured BETWEEN %s AND %s
GROUP BY 1 ORDER BY 1 DESC
"""


def find(
    work: Work,
    *,
    viewer: Viewer,
    today: date,
    q: str = "",
    licence: str = "",
    sub_branch: int | None = None,
    agency_office: int | None = None,
    unplaced: bool = False,
    part: Part = EVERYWHERE,
    after: str = "",
    limit: int = PAGE,
) -> list[dict[str, Any]]:
    """Agents by code. ``licence``: ``expiring`` within 30 days or over, ``none`` valid today, ``valid``: active with one that is;
    ``unplaced``: nowhere today. One statement."""
    sql, params = narrow(viewer)
    conditions: list[LiteralString] = [sql]
    for word in q.lower().split():
        conditions.append("(lower(a.full_name) LIKE %s OR lower(a.code) LIKE %s)")
        like = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        params += [like, like]
    if licence == "expiring":
        conditions.append("a.state = 'active' AND " + _NO_LICENCE + "l.valid_to > %s)")
        params.append(today + timedelta(days=EXPIRING_DAYS))
    if licence == "none":
        conditions.append(_NO_LICENCE + "%s BETWEEN l.valid_from AND l.valid_to)")
        params.append(today)
    if licence == "valid":
        conditions.append("a.state = 'active' AND " + _LICENSED)
        params.append(today)
    if part.is_some:
        within, more = part.narrow("a", agent="id")
        conditions.append(within)
        params += more
    if unplaced:
        conditions.append(_NOT_PLACED)
        params.append(today)
    if sub_branch is not None:
        conditions.append("a.sub_branch_id = %s")
        params.append(sub_branch)
    if agency_office is not None:
        conditions.append("a.agency_office_id = %s")
        params.append(agency_office)
    if after:
        conditions.append("a.code > %s")
        params.append(after)
    first = today.replace(day=1)
    branches = viewer.branch_ids
    page = _FIRST.replace("{where}", " AND ".join(conditions))
    return work.dicts(_LIST.replace("{agents}", page), [branches, *params, limit, limit, today, first, today, first])


def get(work: Work, *, viewer: Viewer, branch_id: int, agent_id: UUID, today: date) -> dict[str, Any]:
    """One agent as ``find`` gives it. Raises E1004 outside what the viewer may see."""
    sql, params = narrow(viewer)
    first = today.replace(day=1)
    query = _LIST.replace("{agents}", "SELECT * FROM agents_agent a WHERE a.branch_id = %s AND a.id = %s AND " + sql)
    found = work.dicts(query, [branch_id, agent_id, *params, today, first, today, first])
    if not found:
        raise Refused("E1004")
    return found[0]


def parts(work: Work, *, branch_id: int, agent_id: UUID, today: date) -> dict[str, list[dict[str, Any]]]:
    """Licences, phones, and the last 31 days of an agent the viewer may see. Three statements."""
    since = today - timedelta(days=30)
    return {
        "licences": work.dicts(_LICENCES, [branch_id, agent_id]),
        "devices": work.dicts(_DEVICES, [branch_id, agent_id]),
        "days": work.dicts(_DAYS, [branch_id, str(agent_id), since, today]),
    }


def expiring(work: Work, *, viewer: Viewer, today: date) -> int:
    """How many active agents have no licence valid for more than 30 days from now."""
    sql, params = narrow(viewer)
    row = work.row(_EXPIRING + sql, [today + timedelta(days=EXPIRING_DAYS), *params])
    return int(row[0]) if row else 0


def waiting(work: Work, *, viewer: Viewer, today: date) -> list[tuple[str, int, str]]:
    """What waits for staff of a branch: (key of ``labels.WAITING``, how many, where they are listed); what is nothing is left out.

    ``renewals_asked``; ``licences_ending``: within 30 days or over, neither asked for nor followed; ``licences_doubtful``: their
    exam was annulled; ``agents_unplaced``: nowhere today; ``offices_lacking`` agents. Candidates who wait for a licence are
    counted by their own room. A fixed number of statements, and none for others than such staff.
    """
    from perisai.agents import coverage
    from perisai.exams import result

    if viewer.role not in STAFF:
        return []
    sql, params = narrow(viewer)
    annulled = [list(column) for column in zip(*[row[:2] for row in result.annulments(work)], strict=True)] or [[], []]
    parts: list[tuple[str, LiteralString, list[Any], str]] = [
        ("renewals_asked", _WAITS_RENEWAL, [], "licences/#asked"),
        ("licences_ending", _WAITS_ENDING, [today + timedelta(days=EXPIRING_DAYS)], "licences/"),
        ("licences_doubtful", _WAITS_DOUBTFUL, [*annulled, today], "licences/"),
        ("agents_unplaced", _WAITS_PLACE, [today], "?placed=no"),
    ]
    asked: LiteralString = "SELECT "
    for place, part in enumerate(parts):
        asked += (", (" if place else "(") + part[1] + sql + ")"
    row = work.row(asked, [value for part in parts for value in (*part[2], *params)])
    assert row is not None
    found = [(key, int(count), "/console/agents/" + path) for (key, _, _, path), count in zip(parts, row, strict=True)]
    if viewer.office.branch_id and not viewer.sub_branch_id:
        branch_id = viewer.office.branch_id
        lacking = coverage.short_offices(work, branch_id=branch_id, today=today)
        found.append(("offices_lacking", lacking, f"/console/agents/coverage/{branch_id}/"))
    return [one for one in found if one[1]]


def names(work: Work, agents: Iterable[tuple[int, UUID | None]]) -> dict[UUID, str]:
    """Names by agent id, of agents as (branch, id); None is nobody. One statement, none where nobody is asked."""
    keys = sorted({(branch, agent) for branch, agent in agents if agent is not None})
    if not keys:
        return {}
    return dict(
        work.rows(
            "SELECT a.id, a.full_name FROM unnest(%s::int[], %s::uuid[]) AS k (branch_id, id)"
            " JOIN agents_agent a ON a.branch_id = k.branch_id AND a.id = k.id",
            [[branch for branch, _ in keys], [agent for _, agent in keys]],
        )
    )


def options(work: Work, *, viewer: Viewer) -> list[tuple[UUID, str]]:
    """(id, name) of the agents of one branch, for a filter; empty for those who see several branches."""
    if viewer.branches is None or len(viewer.branches) != 1:
        return []
    sql, params = narrow(viewer)
    return [
        (row[0], row[1])
        for row in work.rows(
            "SELECT a.id, a.full_name FROM agents_agent a WHERE " + sql + " ORDER BY a.full_name LIMIT 500", params
        )
    ]


def narrow(viewer: Viewer) -> tuple[LiteralString, list[Any]]:
    """As ``viewer.narrow``, on a table where the agent is ``id``."""
    if viewer.branches is not None and viewer.agent_id is not None:
        return "a.branch_id = ANY(%s) AND a.id = %s", [list(viewer.branches), viewer.agent_id]
    return viewer.narrow("a")
