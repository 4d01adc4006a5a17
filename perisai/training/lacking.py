"""Who in a branch has not learnt what a rule or an assignment asks of them, people of the field and staff together. Set-based."""

from datetime import datetime
from typing import Any, LiteralString

from perisai.accounts.audience import Viewer
from perisai.events.work import Work

MOST = 500
GROUPS = {
    "agents": ("agent",),
    "trainees": ("trainee",),
    "staff": ("agency", "sub_branch", "branch", "branch_head"),
}

# As completion.missing says it of one person; a course that is asked for twice is one row, late where one of the two is. Carried by
# training_requirement's primary key, training_assignment_trainee, training_taking_trainee and training_attendance_trainee.
_UNDONE: LiteralString = """
WITH people AS (
  SELECT a.branch_id, a.id, a.full_name, a.code, CASE a.state WHEN 'trainee' THEN 'trainee' ELSE 'agent' END AS role
  FROM agents_agent a WHERE a.state <> 'ended' AND a.branch_id = %(branch)s
    AND (%(sub_branch)s::int IS NULL OR a.sub_branch_id = %(sub_branch)s)
  UNION ALL
  SELECT o.branch_id, u.id, u.full_name, u.username, u.role
  FROM accounts_user u JOIN offices_office o ON o.id = u.office_id
  WHERE u.is_active AND u.role = ANY (%(staff)s) AND o.branch_id = %(branch)s
    AND (%(sub_branch)s::int IS NULL OR o.id = %(sub_branch)s)
), wanted AS (
  SELECT p.branch_id, p.id, p.full_name, p.code, p.role, r.course_id, min(r.since) AS since, NULL::date AS due_on,
    NULL::text AS reason, NULL::timestamptz AS after
  FROM people p JOIN offices_office b ON b.id = p.branch_id
  JOIN training_requirement r ON r.branch_id = ANY (b.path)
    AND r.audience IN (p.role, CASE WHEN p.role IN ('trainee', 'agent') THEN 'all' ELSE 'staff' END)
    AND r.since <= (%(now)s AT TIME ZONE b.timezone)::date
    AND (r.until IS NULL OR r.until > (%(now)s AT TIME ZONE b.timezone)::date)
  GROUP BY 1, 2, 3, 4, 5, 6
  UNION ALL
  SELECT p.branch_id, p.id, p.full_name, p.code, p.role, g.course_id, (g.assigned_at AT TIME ZONE b.timezone)::date, g.due_on,
    g.reason, g.assigned_at
  FROM people p JOIN offices_office b ON b.id = p.branch_id
  JOIN training_assignment g ON g.branch_id = p.branch_id AND g.trainee_id = p.id
), undone AS (
  SELECT DISTINCT ON (w.id, w.course_id) w.*,
    bool_or(CASE WHEN w.after IS NULL THEN w.role <> 'trainee'
      ELSE w.due_on < (SELECT (%(now)s AT TIME ZONE timezone)::date FROM offices_office WHERE id = w.branch_id) END)
      OVER (PARTITION BY w.id, w.course_id) AS late
  FROM wanted w
  WHERE NOT EXISTS (
    SELECT FROM training_taking t WHERE t.branch_id = w.branch_id AND t.trainee_id = w.id AND t.course_id = w.course_id
      AND t.completed_on IS NOT NULL AND (w.after IS NULL OR t.completed_at >= w.after))
  AND NOT EXISTS (
    SELECT FROM training_attendance a
    JOIN training_lesson l ON l.branch_id = a.branch_id AND l.id = a.lesson_id AND l.cancelled_at IS NULL
    WHERE a.branch_id = w.branch_id AND a.trainee_id = w.id AND a.state = 'present' AND l.course_id = w.course_id
      AND (w.after IS NULL OR l.starts_at >= w.after))
  ORDER BY w.id, w.course_id, w.reason NULLS LAST
)
"""
_OFFERED: LiteralString = """
FROM undone u JOIN training_course c ON c.id = u.course_id
JOIN training_version v ON v.branch_id = c.branch_id AND v.course_id = c.id AND v.number = c.published
"""
_ROWS: LiteralString = (
    _UNDONE
    + """
SELECT u.id, u.full_name, u.code, u.role, u.course_id, v.title, u.since, u.due_on, u.reason, coalesce(u.late, false) AS is_late,
  EXISTS (SELECT FROM training_taking t WHERE t.branch_id = u.branch_id AND t.trainee_id = u.id AND t.course_id = u.course_id
    AND t.completed_on IS NULL) AS begun
"""
    + _OFFERED
    + """
WHERE (%(roles)s::text[] IS NULL OR u.role = ANY (%(roles)s)) AND (%(course)s::uuid IS NULL OR u.course_id = %(course)s)
ORDER BY 10 DESC, u.full_name, v.title LIMIT %(most)s
"""
)
_COUNTS: LiteralString = (
    _UNDONE + "SELECT count(*) FILTER (WHERE u.late), count(*) FILTER (WHERE u.id = %(viewer)s)" + _OFFERED
)


def people(
    work: Work, *, viewer: Viewer, now: datetime, group: str = "", course: str | None = None
) -> list[dict[str, Any]]:
    """At most ``MOST`` + 1 of (person, course), those that are late first.

    Late is what a rule in force asks of agents and staff, and an assignment whose day has passed; a trainee is on the way to the
    licence, which waits for it.
    """
    return work.dicts(_ROWS, _params(viewer, now) | {"roles": _roles(group), "course": course, "most": MOST + 1})


def counts(work: Work, *, viewer: Viewer, now: datetime) -> tuple[int, int]:
    """(how many are late, how many courses the viewer has to take), for staff of a branch. One statement."""
    late, own = work.row(_COUNTS, _params(viewer, now) | {"viewer": viewer.user.pk}) or (0, 0)
    return int(late), int(own)


def _roles(group: str) -> list[str] | None:
    return list(GROUPS[group]) if group in GROUPS else None


def _params(viewer: Viewer, now: datetime) -> dict[str, Any]:
    return {
        "branch": viewer.office.branch_id,
        "sub_branch": viewer.sub_branch_id,
        "staff": list(GROUPS["staff"]),
        "now": now,
    }
