"""Being there: judges the codes that phones bring from a teacher's screen. One attendance per person and lesson."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from perisai.accounts import limit
from perisai.agents.rules import figure
from perisai.errors import Refused
from perisai.events.work import Happened, Work, branch_day
from perisai.members.decision import Decision
from perisai.training.attendance_code import BEFORE, DIGITS, Bound, Window, window_of
from perisai.training.told import Learner, Told

WRONG_AN_HOUR = 12
LOOK_BACK = timedelta(days=14)
MOST_ACCURACY = 150
"""Metres of a position's uncertainty that are believed in the phone's favour."""

# Carried by training_lesson_starts.
_LESSONS = """
SELECT id, starts_at, ends_at, lat, lon, radius, credit_minutes FROM training_lesson
WHERE branch_id = %s AND starts_at BETWEEN %s AND %s AND cancelled_at IS NULL
ORDER BY starts_at DESC LIMIT 400
"""
# Whoever stands there stays; only what waits for the teacher's look may be bettered by a good code.
_ATTEND = """
INSERT INTO training_attendance AS a (branch_id, lesson_id, trainee_id, state, flag, distance, op_id, at, reason)
SELECT %s, r.lesson_id, %s, r.state, r.flag, r.distance, r.op_id, r.at, ''
FROM jsonb_to_recordset(%s::jsonb) AS r (lesson_id uuid, state text, flag text, distance int, op_id uuid, at timestamptz)
ON CONFLICT (branch_id, lesson_id, trainee_id) DO UPDATE
SET state = excluded.state, flag = excluded.flag, distance = excluded.distance, op_id = excluded.op_id, at = excluded.at
WHERE a.state = 'flagged' AND a.corrected_at IS NULL AND excluded.state = 'present'
RETURNING a.lesson_id
"""
_STANDS = "SELECT lesson_id, state, flag FROM training_attendance WHERE branch_id = %s AND trainee_id = %s AND lesson_id = ANY (%s)"


@dataclass(frozen=True)
class _Found:
    """A lesson whose code was brought, and what the server makes of it."""

    told: Told
    lesson: Bound
    minutes: int
    flag: str
    distance: int | None

    @property
    def state(self) -> str:
        return "flagged" if self.flag else "present"


def attend_many(work: Work, *, learner: Learner, told: list[Told]) -> dict[UUID, Decision]:
    """Judges each code by when it came and when the phone says it was read.

    Accepted: there, or there and waiting for the teacher's look (``flagged``: without a position, at a lesson without a point,
    outside its radius where the rule of the day does not refuse that, or read in time but received late). Rejected: E9211
    unreadable, E9220 no such code, E9221 over, E9222 too far, E9223 too many wrong ones. Somebody who is entered already is
    answered with what stands.
    """
    decisions: dict[UUID, Decision] = {}
    lessons = _lessons(work, learner, told)
    found: dict[UUID, _Found] = {}
    for one in told:
        judged = _judge(work, learner, one, lessons)
        if isinstance(judged, Decision):
            decisions[one.op_id] = judged
        else:
            found[one.op_id] = judged
    if not found:
        return decisions
    written = _write(work, learner, found)
    rows = work.rows(_STANDS, [learner.branch_id, learner.trainee_id, [f.lesson.lesson_id for f in found.values()]])
    stands = {lesson_id: (state, flag) for lesson_id, state, flag in rows}
    for op_id, one_found in found.items():
        state, flag = stands[one_found.lesson.lesson_id]
        if op_id in written:
            _report(work, learner, one_found)
        result = {"lesson": str(one_found.lesson.lesson_id), "state": state, "flag": flag, "minutes": one_found.minutes}
        decisions[op_id] = Decision("accepted", None, result)
    return decisions


def _lessons(work: Work, learner: Learner, told: list[Told]) -> list[tuple[Bound, int]]:
    earliest = max(min(one.captured.earliest for one in told), work.now - LOOK_BACK)
    latest = max(one.captured.latest for one in told)
    rows = work.rows(_LESSONS, [learner.branch_id, earliest - timedelta(hours=13), latest + BEFORE])
    return [(Bound(learner.branch_id, *row[:6]), row[6]) for row in rows]


def _judge(work: Work, learner: Learner, told: Told, lessons: list[tuple[Bound, int]]) -> _Found | Decision:
    code = told.body.get("code") if isinstance(told.body, dict) else None
    if not isinstance(code, str):
        return _rejected("E9211")
    digits = "".join(c for c in code if c.isdigit())
    key = f"{learner.branch_id}/{learner.trainee_id}"
    try:
        limit.check(kind="attend", key=key, limit=WRONG_AN_HOUR, per=timedelta(hours=1), now=work.now)
    except Refused:
        return _rejected("E9223")
    received = told.captured.latest
    matched = _match(digits, lessons, received) if len(digits) == DIGITS and digits.isascii() else None
    if matched is None:
        limit.take(kind="attend", key=key, limit=WRONG_AN_HOUR + 1000, per=timedelta(hours=1), now=work.now)
        return _rejected("E9220")
    lesson, minutes, window = matched
    late = _late(told, window, received)
    if late == "over":
        zone = ZoneInfo(learner.timezone)
        used = told.captured.latest if told.captured.doubtful else told.captured.estimate
        return _rejected("E9221", until=_clock(window.closes, zone), used=_clock(used, zone))
    distance = _distance(lesson, told.place)
    believed = min(told.place["accuracy"], MOST_ACCURACY) if told.place else 0
    outside = distance is not None and distance - believed > lesson.radius
    if outside and distance is not None and figure("attendance_outside_refused", lesson.starts_at.date()):
        return _rejected("E9222", distance=_metres(distance), radius=_metres(lesson.radius))
    flag = (
        late
        or ("outside" if outside else "")
        or ("no_point" if lesson.lat is None else "no_place" if distance is None else "")
    )
    return _Found(told, lesson, minutes, flag, None if distance is None else round(distance))


def _match(digits: str, lessons: list[tuple[Bound, int]], received: datetime) -> tuple[Bound, int, Window] | None:
    """The lesson that showed this code last before it was received. Lessons that are on come first."""
    found: list[tuple[Bound, int, Window]] = []
    for lesson, minutes in lessons:
        life = figure("attendance_code_seconds", lesson.starts_at.date())
        window = window_of(lesson, digits, life=life, until=received)
        if window is not None:
            found.append((lesson, minutes, window))
    return max(found, key=lambda each: each[2].opens, default=None)


def _late(told: Told, window: Window, received: datetime) -> str:
    """ "" in time; ``received_late`` where the phone says it was read in time and nothing speaks against it; else ``over``."""
    if received < window.closes:
        return ""
    read = told.captured
    believable = not read.doubtful and window.opens <= read.estimate < window.closes and read.earliest < window.closes
    return "received_late" if believable else "over"


def _distance(lesson: Bound, place: dict[str, float] | None) -> float | None:
    """Metres along the sphere; None where either has no point."""
    if lesson.lat is None or lesson.lon is None or place is None:
        return None
    lat1, lat2 = math.radians(lesson.lat), math.radians(place["lat"])
    half_lat, half_lon = (lat2 - lat1) / 2, math.radians(place["lon"] - lesson.lon) / 2
    h = math.sin(half_lat) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(half_lon) ** 2
    return 2 * 6_371_000 * math.asin(min(1.0, math.sqrt(h)))


def _write(work: Work, learner: Learner, found: dict[UUID, _Found]) -> set[UUID]:
    """Ids of the ops that made or bettered an attendance; of several for one lesson, the best."""
    best: dict[UUID, _Found] = {}
    for one in found.values():
        held = best.get(one.lesson.lesson_id)
        if held is None or (held.flag and not one.flag):
            best[one.lesson.lesson_id] = one
    rows = [
        {
            "lesson_id": lesson_id,
            "state": one.state,
            "flag": one.flag,
            "distance": one.distance,
            "op_id": one.told.op_id,
            "at": one.told.captured.estimate,
        }
        for lesson_id, one in best.items()
    ]
    written = work.rows(_ATTEND, [learner.branch_id, learner.trainee_id, orjson.dumps(rows).decode()])
    return {best[lesson_id].told.op_id for (lesson_id,) in written}


def _report(work: Work, learner: Learner, one: _Found) -> None:
    captured = one.told.captured
    work.report(
        Happened(
            kind="lesson_attended",
            branch_id=learner.branch_id,
            subject_id=one.lesson.lesson_id,
            agent_id=learner.trainee_id,
            device_id=learner.device_id,
            captured_from=captured.earliest,
            captured_to=captured.latest,
            day=branch_day(captured.estimate, learner.timezone),
            detail={"op": str(one.told.op_id), "state": one.state, "flag": one.flag},
        )
    )


def _rejected(code: str, **params: Any) -> Decision:
    return Decision("rejected", code, {"params": params} if params else None)


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%H.%M.%S")


def _metres(distance: float) -> str:
    return f"{distance:.0f} m" if distance < 1000 else f"{distance / 1000:.1f} km".replace(".", ",")
