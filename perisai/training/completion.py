"""What a person has learnt, what is still missing, and how many minutes of it count: what other rooms ask."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from perisai.errors import Refused
from perisai.events.work import Happened, Work
from perisai.training.shelf import USED

# A course counts as taken by any of its versions. An assignment wants a taking that was completed after it.
# Rules are those of the branch and of the offices above it.
# Carried by the primary key of training_requirement, training_assignment_trainee and training_taking_trainee.
_MISSING = """
WITH wanted AS (
  SELECT r.course_id, NULL::timestamptz AS after, min(r.since) AS since, NULL::date AS due_on, NULL::text AS reason
  FROM training_requirement r
  WHERE r.branch_id = ANY (%(owners)s) AND r.audience = ANY (%(audiences)s) AND r.since <= %(on)s
    AND (r.until IS NULL OR r.until > %(on)s)
  GROUP BY r.course_id
  UNION ALL
  SELECT a.course_id, a.assigned_at, NULL, a.due_on, a.reason FROM training_assignment a
  WHERE a.branch_id = %(branch)s AND a.trainee_id = %(trainee)s
), undone AS (
  SELECT DISTINCT ON (w.course_id) w.course_id, w.due_on, w.reason FROM wanted w
  WHERE NOT EXISTS (
    SELECT FROM training_taking t
    WHERE t.branch_id = %(branch)s AND t.trainee_id = %(trainee)s AND t.course_id = w.course_id AND t.completed_on <= %(on)s
      AND (w.after IS NULL OR t.completed_at >= w.after))
  AND NOT EXISTS (
    SELECT FROM training_attendance a
    JOIN training_lesson l ON l.branch_id = a.branch_id AND l.id = a.lesson_id AND l.cancelled_at IS NULL
    WHERE a.branch_id = %(branch)s AND a.trainee_id = %(trainee)s AND a.state = 'present' AND l.course_id = w.course_id
      AND l.starts_at < %(end)s AND (w.after IS NULL OR l.starts_at >= w.after))
  ORDER BY w.course_id, w.reason NULLS LAST
)
SELECT u.course_id, v.title, u.due_on, u.reason FROM undone u
JOIN training_course c ON c.id = u.course_id
JOIN training_version v ON v.branch_id = c.branch_id AND v.course_id = c.id AND v.number = c.published
ORDER BY v.title, u.course_id
"""

_PERSON = """
SELECT o.timezone, o.path, CASE WHEN a.state = 'trainee' THEN 'trainee' WHEN a.id IS NOT NULL THEN 'agent'
  ELSE coalesce(u.role, 'trainee') END
FROM offices_office o LEFT JOIN agents_agent a ON a.branch_id = o.id AND a.id = %(trainee)s
LEFT JOIN accounts_user u ON u.id = %(trainee)s
WHERE o.id = %(branch)s
"""

# Carried by training_taking_trainee and training_attendance_trainee; lessons by primary key.
_CREDIT = """
SELECT coalesce((
  SELECT sum(t.credit_minutes) FROM training_taking t
  WHERE t.branch_id = %(branch)s AND t.trainee_id = %(trainee)s AND t.completed_on BETWEEN %(since)s AND %(until)s), 0)
+ coalesce((
  SELECT sum(l.credit_minutes) FROM training_attendance a
  JOIN training_lesson l ON l.branch_id = a.branch_id AND l.id = a.lesson_id AND l.cancelled_at IS NULL
  JOIN offices_office o ON o.id = l.branch_id
  WHERE a.branch_id = %(branch)s AND a.trainee_id = %(trainee)s AND a.state = 'present'
    AND (l.starts_at AT TIME ZONE o.timezone)::date BETWEEN %(since)s AND %(until)s), 0)
"""

_OFFERED = f"SELECT published FROM training_course WHERE branch_id {USED} AND id = %s"
_ASSIGN = """
INSERT INTO training_assignment (branch_id, trainee_id, course_id, reason, due_on, assigned_by, assigned_at)
VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id
"""
_COMPLETED_AFTER = """
SELECT g.id FROM training_assignment g WHERE g.branch_id = %s AND g.id = ANY (%s) AND (EXISTS (SELECT FROM training_taking t
    WHERE t.branch_id = g.branch_id AND t.trainee_id = g.trainee_id AND t.course_id = g.course_id
      AND t.completed_at >= g.assigned_at)
  OR EXISTS (SELECT FROM training_attendance a
    JOIN training_lesson l ON l.branch_id = a.branch_id AND l.id = a.lesson_id AND l.cancelled_at IS NULL
    WHERE a.branch_id = g.branch_id AND a.trainee_id = g.trainee_id AND a.state = 'present' AND l.course_id = g.course_id
      AND l.starts_at >= g.assigned_at))
"""


@dataclass(frozen=True)
class MissingCourse:
    """``reason`` and ``due_on`` only where it was assigned to this person."""

    course_id: UUID
    title: str
    due_on: date | None = None
    reason: str | None = None


def missing(work: Work, branch_id: int, trainee_id: UUID, on: date) -> list[MissingCourse]:
    """Offered courses that are required of this person on a day, or assigned to them, and not completed until then. By title.

    Required is what a rule of that day, of the branch or above it, says for the state or the role of staff the person has now
    (somebody who is neither agent nor staff is in training).
    A course that was withdrawn is missed by nobody. Two statements.
    """
    who = work.row(_PERSON, {"trainee": trainee_id, "branch": branch_id})
    timezone, owners, role = who or ("Asia/Jakarta", [branch_id], "trainee")
    end = datetime.combine(on + timedelta(days=1), time(), ZoneInfo(timezone))
    params: dict[str, Any] = {"branch": branch_id, "trainee": trainee_id, "on": on, "end": end, "owners": owners}
    params["audiences"] = audiences(role)
    return [MissingCourse(*found) for found in work.rows(_MISSING, params)]


def audiences(role: str) -> list[str]:
    """Audiences of rules that mean somebody: ``trainee``, ``agent``, or a role of staff."""
    return [role, "all" if role in ("trainee", "agent") else "staff"]


def credit_minutes(work: Work, branch_id: int, trainee_id: UUID, since: date, until: date) -> int:
    """Minutes of courses completed and lessons attended from ``since`` to ``until``, both included, by the branch's day."""
    params = {"branch": branch_id, "trainee": trainee_id, "since": since, "until": until}
    row = work.row(_CREDIT, params)
    return int(row[0]) if row else 0


def assign(
    work: Work, branch_id: int, trainee_id: UUID, course_id: UUID, reason: str, due_on: date | None = None
) -> UUID:
    """Has one person take a course, again where they took it before. Returns the assignment.

    Raises ``Refused`` E1004 where the branch has no such course, E9204 where it is not offered, E9205 without a reason.
    """
    course = work.row(_OFFERED, [branch_id, course_id])
    if course is None:
        raise Refused("E1004")
    if course[0] is None:
        raise Refused("E9204")
    if not 3 <= len(reason.strip()) <= 500:
        raise Refused("E9205")
    params = [branch_id, trainee_id, course_id, reason.strip(), due_on, work.actor.user_id, work.now]
    row = work.row(_ASSIGN, params)
    assert row is not None
    work.report(
        Happened(
            kind="course_assigned",
            branch_id=branch_id,
            subject_id=course_id,
            agent_id=trainee_id,
            detail={"assignment": str(row[0])},
        )
    )
    assigned: UUID = row[0]
    return assigned


def done(work: Work, branch_id: int, assignment_ids: list[UUID]) -> set[UUID]:
    """Those of which the course was completed after it was assigned. One statement."""
    return {row[0] for row in work.rows(_COMPLETED_AFTER, [branch_id, assignment_ids])}
