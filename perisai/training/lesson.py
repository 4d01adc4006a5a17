"""Lessons in a classroom: planned, cancelled, and attendance that staff correct by hand, with a reason."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Happened, Work
from perisai.training.models import AttendanceState
from perisai.training.shelf import USED

_OFFERED = f"SELECT published FROM training_course WHERE branch_id {USED} AND id = %s"
_PLAN = """
INSERT INTO training_lesson (branch_id, id, course_id, title, teacher, place, region_code, lat, lon, radius, starts_at, ends_at,
  credit_minutes, made_by, made_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_PLACE = """
UPDATE training_lesson SET lat = %s, lon = %s, radius = %s
WHERE branch_id = %s AND id = %s AND cancelled_at IS NULL AND ends_at > %s
"""
_CANCEL = "UPDATE training_lesson SET cancelled_at = %s WHERE branch_id = %s AND id = %s AND cancelled_at IS NULL"
_LOCK = "SELECT cancelled_at, starts_at FROM training_lesson WHERE branch_id = %s AND id = %s FOR SHARE"
_PERSON = "SELECT 1 FROM agents_agent WHERE branch_id = %s AND id = %s"
_CORRECT = """
INSERT INTO training_attendance AS a (branch_id, lesson_id, trainee_id, state, flag, at, corrected_by, corrected_at, reason)
VALUES (%(branch)s, %(lesson)s, %(trainee)s, %(state)s, '', %(now)s, %(user)s, %(now)s, %(reason)s)
ON CONFLICT (branch_id, lesson_id, trainee_id) DO UPDATE
SET state = excluded.state, flag = '', corrected_by = excluded.corrected_by, corrected_at = excluded.corrected_at,
  reason = excluded.reason
"""
_CONFIRM = """
UPDATE training_attendance SET state = 'present', flag = '', corrected_by = %s, corrected_at = %s, reason = %s
WHERE branch_id = %s AND lesson_id = %s AND state = 'flagged' RETURNING trainee_id
"""


@dataclass(frozen=True)
class Plan:
    """``lat``/``lon`` in degrees, ``radius`` in metres; without a point every attendance waits for the teacher's look."""

    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    course_id: UUID | None = None
    teacher: str = ""
    region_code: str = ""
    lat: float | None = None
    lon: float | None = None
    radius: int = 150
    credit_minutes: int = 0


def plan(work: Work, *, branch_id: int, of: Plan) -> UUID:
    """Raises E9209 for a value that cannot be used, E9204 for a course that is not offered."""
    _check(of, work.now)
    if of.course_id is not None:
        row = work.row(_OFFERED, [branch_id, of.course_id])
        if row is None or row[0] is None:
            raise Refused("E9204")
    lesson_id = uuid7()
    place = [of.place.strip(), of.region_code, of.lat, of.lon, of.radius]
    times = [of.starts_at, of.ends_at, of.credit_minutes, work.actor.user_id, work.now]
    work.execute(_PLAN, [branch_id, lesson_id, of.course_id, of.title.strip(), of.teacher.strip(), *place, *times])
    work.report(Happened(kind="lesson_planned", branch_id=branch_id, subject_id=lesson_id))
    return lesson_id


def _check(of: Plan, now: datetime) -> None:
    hours = (of.ends_at - of.starts_at).total_seconds() / 3600
    sound = {
        "title": 3 <= len(of.title.strip()) <= 120,
        "place": 3 <= len(of.place.strip()) <= 160,
        "teacher": len(of.teacher) <= 120,
        "starts_at": abs((of.starts_at - now).days) <= 400,
        "ends_at": 0 < hours <= 12,
        "radius": 30 <= of.radius <= 2000,
        "credit_minutes": 0 <= of.credit_minutes <= 6000,
        "lat": (of.lat is None) == (of.lon is None) and (of.lat is None or abs(of.lat) <= 90),
        "lon": of.lon is None or abs(of.lon) <= 180,
    }
    for field, is_sound in sound.items():
        if not is_sound:
            raise Refused("E9209", field=field)


def place(work: Work, *, branch_id: int, lesson_id: UUID, lat: float, lon: float, radius: int) -> None:
    """Binds the class to a point, or to another one; from now on it has other codes. Who was entered before stays.

    Raises E1004, E9209, E9224 where it is over or cancelled.
    """
    if work.row(_LOCK, [branch_id, lesson_id]) is None:
        raise Refused("E1004")
    for field, is_sound in {"point": abs(lat) <= 90 and abs(lon) <= 180, "radius": 30 <= radius <= 2000}.items():
        if not is_sound:
            raise Refused("E9209", field=field)
    if not work.execute(_PLACE, [lat, lon, radius, branch_id, lesson_id, work.now]):
        raise Refused("E9224")
    work.report(Happened(kind="lesson_placed", branch_id=branch_id, subject_id=lesson_id))


def cancel(work: Work, *, branch_id: int, lesson_id: UUID) -> None:
    """Its attendance counts no more. Raises E1004, E9224 where it was cancelled before."""
    if work.row(_LOCK, [branch_id, lesson_id]) is None:
        raise Refused("E1004")
    if not work.execute(_CANCEL, [work.now, branch_id, lesson_id]):
        raise Refused("E9224")
    work.report(Happened(kind="lesson_cancelled", branch_id=branch_id, subject_id=lesson_id))


def correct(work: Work, *, branch_id: int, lesson_id: UUID, trainee_id: UUID, state: str, reason: str) -> None:
    """Enters or changes one person's attendance by hand.

    Raises E1004 for another branch's person or lesson, E9205 without a reason, E9209 for a state that is none, E9224 where the
    lesson was cancelled or has not opened.
    """
    _open_lesson(work, branch_id, lesson_id)
    if state not in (AttendanceState.PRESENT, AttendanceState.ABSENT):
        raise Refused("E9209", field="state")
    if work.row(_PERSON, [branch_id, trainee_id]) is None:
        raise Refused("E1004")
    params = {
        "branch": branch_id,
        "lesson": lesson_id,
        "trainee": trainee_id,
        "state": state,
        "reason": _reason(reason),
    }
    work.execute(_CORRECT, params | {"now": work.now, "user": work.actor.user_id})
    _report(work, branch_id, lesson_id, trainee_id, state)


def confirm_flagged(work: Work, *, branch_id: int, lesson_id: UUID, reason: str) -> int:
    """Has everybody who waits for the teacher's look be present; returns how many. Raises as ``correct``."""
    _open_lesson(work, branch_id, lesson_id)
    params = [work.actor.user_id, work.now, _reason(reason), branch_id, lesson_id]
    confirmed = work.rows(_CONFIRM, params)
    for (trainee_id,) in confirmed:
        _report(work, branch_id, lesson_id, trainee_id, AttendanceState.PRESENT)
    return len(confirmed)


def _open_lesson(work: Work, branch_id: int, lesson_id: UUID) -> None:
    row = work.row(_LOCK, [branch_id, lesson_id])
    if row is None:
        raise Refused("E1004")
    if row[0] is not None:
        raise Refused("E9224")


def _reason(text: str) -> str:
    text = text.replace("\x00", "").strip()
    if not 3 <= len(text) <= 500:
        raise Refused("E9205")
    return text


def _report(work: Work, branch_id: int, lesson_id: UUID, trainee_id: UUID, state: str) -> None:
    work.report(
        Happened(
            kind="attendance_corrected",
            branch_id=branch_id,
            subject_id=lesson_id,
            agent_id=trainee_id,
            detail={"state": str(state)},
        )
    )
