"""What a phone learns of its agent's courses: the list, one version, the lessons to come. Fixed numbers of statements."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from perisai.agents.licence import get_standing
from perisai.errors import Refused
from perisai.events.work import Work, branch_day
from perisai.training.authoring import stored
from perisai.training.completion import credit_minutes, missing
from perisai.training.shelf import USED
from perisai.training.told import Learner

LESSONS_AHEAD = timedelta(days=60)
LESSONS_BACK = timedelta(days=14)

_HEAD = """
v.id, v.number, v.title, v.summary, v.credit_minutes, v.pass_percent,
  ARRAY(SELECT m ->> 'id' FROM jsonb_array_elements(v.content -> 'modules') m) AS modules,
  octet_length(v.content::text) + (SELECT coalesce(sum((p ->> 'size')::int), 0)
    FROM jsonb_path_query(v.content, '$.modules[*].parts[*] ? (@.kind == "picture" || @.kind == "video")') p) AS bytes
"""
_OFFERED = f"""
SELECT c.id AS course, {_HEAD} FROM training_course c
JOIN training_version v ON v.branch_id = c.branch_id AND v.course_id = c.id AND v.number = c.published
WHERE c.branch_id {USED} ORDER BY v.title LIMIT 500
"""
# Carried by training_taking_trainee and training_progress_taking.
_TAKINGS = f"""
SELECT t.course_id AS course, t.id AS taking, t.begun_at, t.completed_on, {_HEAD},
  (SELECT coalesce(array_agg(DISTINCT p.module), '{{}}') FROM training_progress p
   WHERE p.branch_id = t.branch_id AND p.taking_id = t.id AND p.passed) AS passed
FROM training_taking t JOIN training_version v ON v.id = t.version_id
WHERE t.branch_id = %s AND t.trainee_id = %s ORDER BY t.begun_at
"""
_LESSONS = """
SELECT l.id, l.course_id AS course, l.title, l.teacher, l.place, l.lat, l.lon, l.starts_at, l.ends_at, l.credit_minutes,
  l.cancelled_at IS NOT NULL AS cancelled, a.state AS attendance
FROM training_lesson l
LEFT JOIN training_attendance a ON a.branch_id = l.branch_id AND a.lesson_id = l.id AND a.trainee_id = %s
WHERE l.branch_id = %s AND l.starts_at BETWEEN %s AND %s AND (a.state IS NOT NULL OR l.ends_at > %s)
ORDER BY l.starts_at LIMIT 100
"""
_VERSION = f"""
SELECT id, course_id, number, title, summary, credit_minutes, pass_percent, content FROM training_version
WHERE branch_id {USED} AND id = %s AND published_at IS NOT NULL
"""


def courses(work: Work, learner: Learner) -> dict[str, Any]:
    """Courses that are offered or begun, those that are missing first; credit; lessons around now."""
    today = branch_day(work.now, learner.timezone)
    wanted = {one.course_id: one for one in missing(work, learner.branch_id, learner.trainee_id, today)}
    takings = work.dicts(_TAKINGS, [learner.branch_id, learner.trainee_id])
    found: dict[UUID, dict[str, Any]] = {}
    for row in work.dicts(_OFFERED, [learner.branch_id]):
        found[row["course"]] = _course(row["course"], _head(row))
    for row in takings:
        course = found.setdefault(row["course"], _course(row["course"], None))
        if row["completed_on"] is not None:
            course |= {"done_on": row["completed_on"], "done_version": str(row["id"]), "taking": None}
        else:
            passed = sorted(row["passed"])
            course["taking"] = {"id": str(row["taking"]), "version": _head(row), "passed": passed}
    for course_id, one in wanted.items():
        found[course_id] |= {"missing": True, "due_on": one.due_on, "reason": one.reason}
    listed = [one for one in found.values() if one["version"] or one["taking"] or one["done_on"]]
    listed.sort(key=lambda one: (not one["missing"], _title(one)))
    return {"courses": listed, "credit": _credit(work, learner, today), "lessons": lessons(work, learner)}


def version(work: Work, learner: Learner, version_id: UUID) -> dict[str, Any]:
    """A published version with everything but the bytes of its pictures and videos. Raises E1004."""
    row = work.row(_VERSION, [learner.branch_id, version_id])
    if row is None:
        raise Refused("E1004")
    names = ("id", "course", "number", "title", "summary", "credit_minutes", "pass_percent")
    return dict(zip(names, row[:7], strict=True)) | stored(row[7]).model_dump(mode="json")


def lessons(work: Work, learner: Learner) -> list[dict[str, Any]]:
    now = work.now
    rows = work.dicts(
        _LESSONS,
        [learner.trainee_id, learner.branch_id, now - LESSONS_BACK, now + LESSONS_AHEAD, now - timedelta(hours=1)],
    )
    return [row | {"id": str(row["id"]), "course": row["course"] and str(row["course"])} for row in rows]


def _course(course_id: UUID, offered: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "id": str(course_id),
        "version": offered,
        "taking": None,
        "missing": False,
        "due_on": None,
        "reason": None,
        "done_on": None,
        "done_version": None,
    }


def _head(row: dict[str, Any]) -> dict[str, Any]:
    names = ("number", "title", "summary", "credit_minutes", "pass_percent", "modules", "bytes")
    return {"id": str(row["id"])} | {name: row[name] for name in names}


def _title(course: dict[str, Any]) -> str:
    shown = course["version"] or (course["taking"] or {}).get("version") or {"title": ""}
    return str(shown["title"])


def _credit(work: Work, learner: Learner, today: date) -> dict[str, Any]:
    """Minutes since the present licence began, or since the beginning of the year."""
    since = today.replace(month=1, day=1)
    if not learner.is_staff:
        standing = get_standing(work, branch_id=learner.branch_id, agent_id=learner.trainee_id)
        held = standing.licence_at(work.now, learner.timezone)
        since = held.valid_from if held else since
    minutes = credit_minutes(work, learner.branch_id, learner.trainee_id, since, today)
    return {"minutes": minutes, "since": since}
