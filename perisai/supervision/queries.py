"""Reads for the pages of supervision, within what the viewer may see."""

from datetime import date, timedelta
from typing import Any, LiteralString
from uuid import UUID

from perisai.accounts.audience import Viewer
from perisai.agents.queries import narrow
from perisai.agents.rules import figure
from perisai.events.work import Work
from perisai.supervision.sealed import open_text

# Carried by appeal_open.
_APPEALS: LiteralString = """
SELECT p.branch_id, p.id, p.agent_id, p.measure_id, p.imposed_by, p.filed_at, p.decided_at, p.outcome, p.text_sealed,
  m.kind, m.reason, m.decided_at AS imposed_at, a.code, a.full_name, u.full_name AS who, w.full_name AS decided_by_name
FROM supervision_appeal p
JOIN supervision_measure m ON m.branch_id = p.branch_id AND m.id = p.measure_id
JOIN agents_agent a ON a.branch_id = p.branch_id AND a.id = p.agent_id
LEFT JOIN accounts_user u ON u.id = p.imposed_by LEFT JOIN accounts_user w ON w.id = p.decided_by
WHERE """
# Carried by measure_under_way.
_UNDER_WAY: LiteralString = """
SELECT m.branch_id, m.id, m.agent_id, m.kind, m.reason, m.from_on, m.until_on, m.decided_at, m.carried_out_at, a.code, a.full_name,
  u.full_name AS who
FROM supervision_measure m JOIN agents_agent a ON a.branch_id = m.branch_id AND a.id = m.agent_id
LEFT JOIN accounts_user u ON u.id = m.decided_by
WHERE m.kind IN ('remedial', 'suspension', 'ending') AND m.ended_at IS NULL AND m.lifted_at IS NULL AND m.carried_out_at IS NULL
  AND """
# Carried by absence_once. Who is away now or soon.
_ABSENT: LiteralString = """
SELECT s.branch_id, s.id, s.agent_id, s.kind, lower(s.during) AS from_on, upper(s.during) - 1 AS until_on, a.code, a.full_name,
  t.full_name AS substitute
FROM supervision_absence s JOIN agents_agent a ON a.branch_id = s.branch_id AND a.id = s.agent_id
LEFT JOIN agents_agent t ON t.branch_id = s.branch_id AND t.id = s.substitute_id
JOIN offices_office o ON o.id = s.branch_id
WHERE upper(s.during) > (%s::timestamptz AT TIME ZONE o.timezone)::date AND """
_IDLE: LiteralString = """
SELECT count(*) FROM supervision_idle i JOIN agents_agent a ON a.branch_id = i.branch_id AND a.id = i.agent_id
WHERE i.state = 'open' AND """
_OPEN_APPEALS: LiteralString = """
SELECT count(*) FROM supervision_appeal p JOIN agents_agent a ON a.branch_id = p.branch_id AND a.id = p.agent_id
WHERE p.decided_at IS NULL AND """
# A branch's day is near enough by its office's zone. Carried by idle_one_open, appeal_open, absence_once, measure_under_way.
_WAITS_IDLE: LiteralString = """
SELECT count(*) FROM supervision_idle i JOIN agents_agent a ON a.branch_id = i.branch_id AND a.id = i.agent_id
JOIN offices_office o ON o.id = i.branch_id
WHERE i.state = 'open' AND i.decide_from <= (%s::timestamptz AT TIME ZONE o.timezone)::date AND """
_WAITS_LATE: LiteralString = """
SELECT count(*) FROM supervision_appeal p JOIN agents_agent a ON a.branch_id = p.branch_id AND a.id = p.agent_id
WHERE p.decided_at IS NULL AND p.filed_at < %s AND """
_WAITS_ABSENCE: LiteralString = """
SELECT count(*) FROM supervision_absence s JOIN agents_agent a ON a.branch_id = s.branch_id AND a.id = s.agent_id
JOIN offices_office o ON o.id = s.branch_id
WHERE s.during @> (%s::timestamptz AT TIME ZONE o.timezone)::date AND """
_WAITS_ENDING: LiteralString = """
SELECT count(*) FROM supervision_measure m JOIN agents_agent a ON a.branch_id = m.branch_id AND a.id = m.agent_id
WHERE m.kind = 'ending' AND m.ended_at IS NULL AND m.lifted_at IS NULL AND m.carried_out_at IS NULL AND """
# Carried by enrolment_agent.
_WITHOUT_AGENT: LiteralString = """
SELECT count(*) FROM members_enrolment e
WHERE e.agent_id IS NULL AND e.state IN ('review', 'accepted', 'active', 'lapsed') AND """
_TAKERS: LiteralString = """
SELECT a.id, a.code, a.full_name, o.name AS office FROM agents_agent a
LEFT JOIN offices_office o ON o.id = coalesce(a.agency_office_id, a.sub_branch_id)
WHERE a.branch_id = %s AND a.state = 'active' AND a.id IS DISTINCT FROM %s ORDER BY a.full_name, a.code LIMIT 1000
"""
_COURSES: LiteralString = """
SELECT c.id, v.title FROM training_course c
JOIN training_version v ON v.branch_id = c.branch_id AND v.course_id = c.id AND v.number = c.published
WHERE c.branch_id = ANY ((SELECT path FROM offices_office WHERE id = %s)::int[]) ORDER BY v.title LIMIT 200
"""
# Carried by enrolment_agent. Where the open enrolments of an agent are, by district.
_DISTRICTS: LiteralString = """
SELECT left(e.region_code, 8) AS code, coalesce(r.name, left(e.region_code, 8)) AS name, count(*) AS members
FROM members_enrolment e LEFT JOIN offices_region r ON r.code = left(e.region_code, 8)
WHERE e.branch_id = %(branch)s AND (e.agent_id = %(agent)s::uuid OR (%(agent)s::uuid IS NULL AND e.agent_id IS NULL))
  AND e.state IN ('review', 'accepted', 'active', 'lapsed')
GROUP BY 1, 2 ORDER BY 3 DESC, 2
"""
_IN_DISTRICTS: LiteralString = """
SELECT e.id FROM members_enrolment e
WHERE e.branch_id = %(branch)s AND (e.agent_id = %(agent)s::uuid OR (%(agent)s::uuid IS NULL AND e.agent_id IS NULL))
  AND e.state IN ('review', 'accepted', 'active', 'lapsed') AND left(e.region_code, 8) = ANY (%(districts)s)
"""


def appeals(work: Work, *, viewer: Viewer, state: str, limit: int = 200) -> list[dict[str, Any]]:
    """Open ones oldest first, decided ones newest first. One statement."""
    sql, params = narrow(viewer)
    query = (
        _APPEALS + "p.decided_at IS NULL AND " + sql + " ORDER BY p.filed_at LIMIT %s"
        if state == "open"
        else _APPEALS + "p.decided_at IS NOT NULL AND " + sql + " ORDER BY p.decided_at DESC LIMIT %s"
    )
    return [row | {"text": open_text(row["text_sealed"])} for row in work.dicts(query, [*params, limit])]


def under_way(work: Work, *, viewer: Viewer, limit: int = 200) -> list[dict[str, Any]]:
    """Suspensions, remedial training and endings that wait for their day. One statement."""
    sql, params = narrow(viewer)
    return work.dicts(_UNDER_WAY + sql + " ORDER BY m.decided_at DESC LIMIT %s", [*params, limit])


def absent(work: Work, *, viewer: Viewer, limit: int = 200) -> list[dict[str, Any]]:
    """Absences that are not over, the first to begin first. One statement."""
    sql, params = narrow(viewer)
    return work.dicts(_ABSENT + sql + " ORDER BY lower(s.during), a.code LIMIT %s", [work.now, *params, limit])


def counts(work: Work, *, viewer: Viewer) -> dict[str, int]:
    """What waits for a decision. Two statements."""
    sql, params = narrow(viewer)
    found = {"proposals": work.row(_IDLE + sql, params), "appeals": work.row(_OPEN_APPEALS + sql, params)}
    return {name: int(row[0]) if row else 0 for name, row in found.items()}


def waiting(work: Work, *, viewer: Viewer) -> list[tuple[str, int, str]]:
    """What waits in the viewer's part: (key of ``console.WAITING``, how many, where they are listed); what is nothing is left out.

    ``idle_due``: proposals whose day has come. ``appeals`` not decided; ``appeals_late``: of these, open for longer than an agent
    had to file one. ``absences``: agents absent today. ``endings``: their day is to come. ``members_without_agent``: in the
    branch's own care.
    One statement.
    """
    sql, params = narrow(viewer)
    members, of_members = viewer.narrow("e")
    late = work.now - timedelta(days=figure("appeal_days", work.now.date()))
    branch = viewer.office.branch_id
    lent = f"/console/supervision/{branch}/handover/branch/" if branch else "/console/supervision/"
    parts: list[tuple[str, LiteralString, list[Any], str]] = [
        ("idle_due", _WAITS_IDLE + sql, [work.now, *params], "?tab=proposals"),
        ("appeals", _OPEN_APPEALS + sql, params, "?tab=appeals"),
        ("appeals_late", _WAITS_LATE + sql, [late, *params], "?tab=appeals"),
        ("absences", _WAITS_ABSENCE + sql, [work.now, *params], "?tab=absences"),
        ("endings", _WAITS_ENDING + sql, params, "?tab=sanctions"),
        ("members_without_agent", _WITHOUT_AGENT + members, of_members, lent),
    ]
    asked: LiteralString = "SELECT "
    for place, part in enumerate(parts):
        asked += (", (" if place else "(") + part[1] + ")"
    row = work.row(asked, [value for part in parts for value in part[2]])
    assert row is not None
    here = "/console/supervision/"
    return [
        (key, int(count), here + address if address.startswith("?") else address)
        for (key, _, _, address), count in zip(parts, row, strict=True)
        if count
    ]


def takers(work: Work, *, branch_id: int, but: UUID | None) -> list[dict[str, Any]]:
    """Active agents of the branch, by name."""
    return work.dicts(_TAKERS, [branch_id, but])


def courses(work: Work, *, branch_id: int) -> list[dict[str, Any]]:
    """Courses that are offered, by title."""
    return work.dicts(_COURSES, [branch_id])


def districts(work: Work, *, branch_id: int, agent_id: UUID | None) -> list[dict[str, Any]]:
    return work.dicts(_DISTRICTS, {"branch": branch_id, "agent": agent_id})


def in_districts(work: Work, *, branch_id: int, agent_id: UUID | None, districts: list[str]) -> list[UUID]:
    params = {"branch": branch_id, "agent": agent_id, "districts": districts}
    return [row[0] for row in work.rows(_IN_DISTRICTS, params)]


def is_placed(work: Work, *, branch_id: int, agent_id: UUID, on: date) -> bool:
    """Whether the agent has a place on a day, or one to come. Carried by placement_once."""
    sql = "SELECT 1 FROM agents_placement WHERE branch_id = %s AND agent_id = %s AND during && daterange(%s, NULL) LIMIT 1"
    return bool(work.rows(sql, [branch_id, agent_id, on]))


def names(work: Work, *, branch_id: int, agent_id: UUID) -> dict[str, Any] | None:
    """Code, name and state of one agent."""
    found = work.dicts(
        "SELECT id, code, full_name, state FROM agents_agent WHERE branch_id = %s AND id = %s", [branch_id, agent_id]
    )
    return found[0] if found else None


def months_ahead(first: date, count: int) -> list[date]:
    """Firsts of months from ``first`` on."""
    whole = first.year * 12 + first.month - 1
    return [date((whole + step) // 12, (whole + step) % 12 + 1, 1) for step in range(count)]
