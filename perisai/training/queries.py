"""Reads for staff pages about courses, classes and who learnt what. Fixed numbers of statements."""

from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

from perisai.accounts.audience import STAFF, Role, Viewer
from perisai.errors import Refused
from perisai.events.work import Work, branch_day
from perisai.training.completion import missing
from perisai.training.lacking import counts
from perisai.training.shelf import AUTHORS, USED, open_own, owner_of, seen

PEOPLE = 100

_COURSES: LiteralString = """
SELECT c.branch_id, c.id, o.name AS branch, o.kind AS owner, o.timezone, c.published, c.created_at, v.id AS version_id, v.title,
  v.credit_minutes,
  jsonb_array_length(v.content -> 'modules') AS modules, v.published_at, d.id AS draft_id,
  coalesce(t.learning, 0) AS learning, coalesce(t.done, 0) AS done, coalesce(r.rules, 0) AS rules
FROM training_course c
JOIN offices_office o ON o.id = c.branch_id
LEFT JOIN training_version d ON d.branch_id = c.branch_id AND d.course_id = c.id AND d.published_at IS NULL
LEFT JOIN LATERAL (
  SELECT v.id, v.title, v.credit_minutes, v.content, v.published_at FROM training_version v
  WHERE v.branch_id = c.branch_id AND v.course_id = c.id
  ORDER BY (v.number = c.published) DESC NULLS LAST, v.number DESC LIMIT 1
) v ON true
LEFT JOIN LATERAL (
  SELECT count(DISTINCT t.trainee_id) FILTER (WHERE t.completed_on IS NOT NULL) AS done,
    count(DISTINCT t.trainee_id) FILTER (WHERE t.completed_on IS NULL) AS learning
  FROM training_taking t WHERE t.course_id = c.id
) t ON true
LEFT JOIN LATERAL (
  SELECT count(*) AS rules FROM training_requirement r
  WHERE r.course_id = c.id AND (r.until IS NULL OR r.until > (%s::timestamptz AT TIME ZONE o.timezone)::date)
    AND (%s::int[] IS NULL OR r.branch_id = ANY (%s))
) r ON true
WHERE v.id IS NOT NULL AND """
_LESSONS: LiteralString = """
SELECT l.branch_id, l.id, l.title, l.place, l.starts_at, l.ends_at, l.cancelled_at, l.credit_minutes, o.timezone, o.name AS branch,
  coalesce(a.present, 0) AS present, coalesce(a.flagged, 0) AS flagged
FROM training_lesson l JOIN offices_office o ON o.id = l.branch_id
LEFT JOIN LATERAL (
  SELECT count(*) FILTER (WHERE state = 'present') AS present, count(*) FILTER (WHERE state = 'flagged') AS flagged
  FROM training_attendance a WHERE a.branch_id = l.branch_id AND a.lesson_id = l.id
) a ON true
WHERE l.starts_at > %s AND """
_COURSE: LiteralString = """
SELECT c.branch_id, c.id, c.published, o.timezone, o.name AS branch, o.kind AS owner FROM training_course c
JOIN offices_office o ON o.id = c.branch_id WHERE c.id = %s AND """
_VERSIONS = """
SELECT v.id, v.number, v.title, v.summary, v.credit_minutes, v.pass_percent, v.published_at, u.full_name AS by,
  jsonb_array_length(v.content -> 'modules') AS modules,
  (SELECT count(*) FROM training_taking t WHERE t.version_id = v.id) AS taken,
  (SELECT count(*) FROM training_taking t WHERE t.version_id = v.id AND t.completed_on IS NOT NULL) AS done
FROM training_version v LEFT JOIN accounts_user u ON u.id = v.published_by
WHERE v.branch_id = %s AND v.course_id = %s ORDER BY v.number DESC
"""
_RULES: LiteralString = """
SELECT r.id, r.branch_id, r.audience, r.since, r.until, o.name AS office FROM training_requirement r
JOIN offices_office o ON o.id = r.branch_id WHERE r.course_id = %s AND """
_PEOPLE: LiteralString = """
SELECT t.trainee_id, coalesce(a.full_name, u.full_name) AS full_name, coalesce(a.code, u.username) AS code, v.number, t.begun_at,
  t.completed_on, t.credit_minutes,
  jsonb_array_length(v.content -> 'modules') AS modules,
  (SELECT count(DISTINCT p.module) FROM training_progress p
   WHERE p.branch_id = t.branch_id AND p.taking_id = t.id AND p.passed) AS passed
FROM training_taking t
JOIN training_version v ON v.id = t.version_id
LEFT JOIN agents_agent a ON a.branch_id = t.branch_id AND a.id = t.trainee_id
LEFT JOIN accounts_user u ON u.id = t.trainee_id
WHERE t.course_id = %s
ORDER BY t.begun_at DESC LIMIT %s
"""
_ASSIGNED = """
SELECT g.id, g.reason, g.due_on, g.assigned_at, a.full_name, a.code FROM training_assignment g
JOIN agents_agent a ON a.branch_id = g.branch_id AND a.id = g.trainee_id
WHERE g.course_id = %s ORDER BY g.assigned_at DESC LIMIT 20
"""
_VERSION: LiteralString = """
SELECT v.branch_id, v.id, v.course_id, v.number, v.title, v.summary, v.credit_minutes, v.pass_percent, v.content, v.revision,
  v.published_at, o.timezone
FROM training_version v JOIN offices_office o ON o.id = v.branch_id WHERE v.id = %s AND """
_LESSON = """
SELECT l.branch_id, l.id, l.course_id, l.title, l.teacher, l.place, l.region_code, l.lat, l.lon, l.radius, l.starts_at, l.ends_at,
  l.credit_minutes, l.cancelled_at, o.timezone, o.name AS branch, r.name AS district
FROM training_lesson l JOIN offices_office o ON o.id = l.branch_id
LEFT JOIN offices_region r ON r.code = NULLIF(l.region_code, '')
WHERE l.id = %s
"""
_ATTENDANCE = """
SELECT t.trainee_id, a.full_name, a.code, t.state, t.flag, t.distance, t.at, t.op_id, t.reason, t.corrected_at, u.full_name AS by
FROM training_attendance t
JOIN agents_agent a ON a.branch_id = t.branch_id AND a.id = t.trainee_id
LEFT JOIN accounts_user u ON u.id = t.corrected_by
WHERE t.branch_id = %s AND t.lesson_id = %s ORDER BY (t.state = 'flagged') DESC, a.full_name
"""
_OPTIONS = f"""
SELECT c.id, v.title FROM training_course c
JOIN training_version v ON v.branch_id = c.branch_id AND v.course_id = c.id AND v.number = c.published
WHERE c.branch_id {USED} ORDER BY v.title
"""
_AGENTS = """
SELECT id, code, full_name, state FROM agents_agent WHERE branch_id = %s AND state <> 'ended' ORDER BY full_name LIMIT 5000
"""
_DISTRICTS = """
SELECT code, name FROM offices_region WHERE level = 3 AND left(code, 5) = ANY (
  SELECT unnest(regencies) FROM offices_office WHERE branch_id = %s) ORDER BY name
"""


# Carried by training_lesson_starts and training_one_draft.
_WAITING: LiteralString = """
SELECT (SELECT count(*) FROM training_lesson l JOIN offices_office b ON b.id = l.branch_id
    WHERE l.branch_id = %(branch)s AND l.cancelled_at IS NULL AND l.starts_at BETWEEN %(now)s - interval '2 days'
      AND %(now)s + interval '2 days'
      AND (l.starts_at AT TIME ZONE b.timezone)::date = (%(now)s AT TIME ZONE b.timezone)::date),
  (SELECT count(*) FROM training_attendance a
    JOIN training_lesson l ON l.branch_id = a.branch_id AND l.id = a.lesson_id AND l.cancelled_at IS NULL
    WHERE a.branch_id = %(branch)s AND a.state = 'flagged' AND l.starts_at > %(now)s - interval '93 days'),
  (SELECT count(*) FROM training_version WHERE branch_id = %(owner)s AND published_at IS NULL)
"""


def waiting(work: Work, *, viewer: Viewer, now: datetime) -> list[tuple[str, int, str]]:
    """What waits in training for this viewer: (key, how many, address), in the order of urgency; zeros too. At most
    two statements.

    Keys: ``own_courses`` the viewer's own, ``attendance`` to look at, ``classes`` today, ``late`` people who have not done what is
    required, ``drafts`` to publish. Above the branches only ``drafts``.
    """
    if viewer.role is Role.AGENCY:
        today = branch_day(now, viewer.office.timezone)
        own = missing(work, viewer.own_branch_id, viewer.user.pk, today)
        return [("own_courses", len(own), "/console/training/mine/")]
    if viewer.role not in (*STAFF, *AUTHORS):
        return []
    if viewer.office.branch_id is None:
        open_own(work, viewer)
    row = work.row(_WAITING, {"branch": viewer.office.branch_id, "owner": owner_of(viewer), "now": now}) or (0, 0, 0)
    classes, flagged, drafts = (int(count) for count in row)
    found: list[tuple[str, int, str]] = []
    if viewer.role in STAFF:
        late, asked = counts(work, viewer=viewer, now=now)
        found.append(("own_courses", asked, "/console/training/mine/"))
        found += [("attendance", flagged, "/console/training/"), ("classes", classes, "/console/training/")]
        found.append(("late", late, "/console/training/missing/"))
    if viewer.role in AUTHORS:
        found.append(("drafts", drafts, "/console/training/"))
    return found


def courses(work: Work, *, viewer: Viewer, now: datetime) -> list[dict[str, Any]]:
    """Courses in sight: those of the branches and those that they use from above, which come first."""
    sql, params = seen(viewer, "c.branch_id")
    owners = None if viewer.branches is None else [*viewer.branches, *viewer.office.path]
    given = [now, owners, owners, *params]
    return work.dicts(_COURSES + sql + " ORDER BY (o.kind = 'branch'), o.name, v.title LIMIT 300", given)


def lessons(work: Work, *, viewer: Viewer, now: datetime) -> list[dict[str, Any]]:
    """Classes of the last three months and all to come."""
    sql, params = _branches(viewer, "l")
    return work.dicts(_LESSONS + sql + " ORDER BY l.starts_at DESC LIMIT 100", [now - timedelta(days=93), *params])


def course(work: Work, *, viewer: Viewer, course_id: UUID) -> dict[str, Any]:
    """With its versions, the rules of offices in sight, and the people in sight. Raises E1004 for what is not in sight."""
    sql, params = seen(viewer, "c.branch_id")
    found = _one(work, _COURSE + sql, [course_id, *params])
    versions = work.dicts(_VERSIONS, [found["branch_id"], course_id])
    if not versions:
        raise Refused("E1004")
    rules, offices = seen(viewer, "r.branch_id")
    return found | {
        "versions": versions,
        "rules": work.dicts(_RULES + rules + " ORDER BY r.since DESC, r.id DESC", [course_id, *offices]),
        "people": work.dicts(_PEOPLE, [course_id, PEOPLE]),
        "assigned": work.dicts(_ASSIGNED, [course_id]),
    }


def version(work: Work, *, viewer: Viewer, version_id: UUID) -> dict[str, Any]:
    """Raises E1004."""
    sql, params = seen(viewer, "v.branch_id")
    return _one(work, _VERSION + sql, [version_id, *params])


def lesson(work: Work, *, lesson_id: UUID) -> dict[str, Any]:
    return _one(work, _LESSON, [lesson_id])


def attendance(work: Work, *, branch_id: int, lesson_id: UUID) -> list[dict[str, Any]]:
    return work.dicts(_ATTENDANCE, [branch_id, lesson_id])


def offered(work: Work, *, branch_id: int) -> list[dict[str, Any]]:
    return work.dicts(_OPTIONS, [branch_id])


def people(work: Work, *, branch_id: int) -> list[dict[str, Any]]:
    return work.dicts(_AGENTS, [branch_id])


def districts(work: Work, *, branch_id: int) -> list[dict[str, Any]]:
    return work.dicts(_DISTRICTS, [branch_id])


def _one(work: Work, sql: LiteralString, key: list[Any]) -> dict[str, Any]:
    found = work.dicts(sql, key)
    if not found:
        raise Refused("E1004")
    return found[0]


def _branches(viewer: Viewer, alias: LiteralString) -> tuple[LiteralString, list[Any]]:
    if viewer.branches is None:
        return "TRUE", []
    return f"{alias}.branch_id = ANY (%s)", [list(viewer.branches)]
