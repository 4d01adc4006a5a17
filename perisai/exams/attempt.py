"""Attempts: who may begin one now, beginning it with a paper of its own, and keeping answers as they are given."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

import orjson

from perisai.agents.rules import figure
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Happened, Work, branch_day
from perisai.exams import draw
from perisai.exams.exam import blueprint, pool, refuse_lacking
from perisai.exams.marking import GRACE
from perisai.exams.words import say_day, say_moment

_STANDING: LiteralString = """
SELECT s.id, s.branch_id, s.exam_id, s.trainee_id, s.expires_at, s.withdrawn_at, e.name_id, e.name_en, e.state, e.minutes,
  e.pass_percent, e.attempts, e.wait_days, t.opens_at, t.closes_at, t.place, o.name AS branch_name, o.timezone,
  (SELECT coalesce(sum(b.questions), 0) FROM exams_blueprint b WHERE b.branch_id = s.branch_id AND b.exam_id = s.exam_id)
    AS questions
FROM exams_seat s
JOIN exams_exam e ON e.branch_id = s.branch_id AND e.id = s.exam_id
JOIN offices_office o ON o.id = s.branch_id
LEFT JOIN exams_sitting t ON t.branch_id = s.branch_id AND t.id = s.sitting_id
WHERE s.branch_id = %s AND s.id = %s
"""
# By exam_attempt_number.
_ATTEMPTS: LiteralString = """
SELECT a.id, a.seat_id, a.number, a.started_at, a.due_at, a.ended_at, r.passed AND n.attempt_id IS NULL AS passed, r.ended_on,
  n.gives_back
FROM exams_attempt a
LEFT JOIN exams_result r ON r.branch_id = a.branch_id AND r.attempt_id = a.id
LEFT JOIN exams_annulment n ON n.branch_id = a.branch_id AND n.attempt_id = a.id
WHERE a.branch_id = %s AND a.exam_id = %s AND a.trainee_id = %s
ORDER BY a.number
"""
_BEGIN: LiteralString = """
INSERT INTO exams_attempt (branch_id, id, exam_id, seat_id, trainee_id, number, seed, minutes, pass_percent, started_at, due_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
_LINES: LiteralString = """
INSERT INTO exams_paper_line (branch_id, attempt_id, position, question_id, version, shown)
SELECT %s, %s, w.position, w.question, w.version, w.shown
FROM jsonb_to_recordset(%s::jsonb) AS w (position int, question uuid, version int, shown jsonb)
"""
# By exam_attempt_number and the papers' primary key.
_SEEN: LiteralString = """
SELECT l.question_id, max(a.number) FROM exams_attempt a
JOIN exams_paper_line l ON l.branch_id = a.branch_id AND l.attempt_id = a.id
WHERE a.branch_id = %s AND a.exam_id = %s AND a.trainee_id = %s GROUP BY l.question_id
"""
# Shared, so that answers of two phones do not wait for each other, but the end of the attempt waits for both.
_OPEN: LiteralString = """
SELECT due_at FROM exams_attempt WHERE branch_id = %s AND id = %s AND ended_at IS NULL FOR SHARE
"""
_ANSWER: LiteralString = """
UPDATE exams_paper_line SET answer = (shown ->> %s::int)::int, answered_at = %s, answered_from = %s
WHERE branch_id = %s AND attempt_id = %s AND position = %s AND %s BETWEEN 0 AND jsonb_array_length(shown) - 1
RETURNING question_id
"""


@dataclass(frozen=True)
class Standing:
    """What a seat says on a day: the exam's figures, the attempts so far, and what keeps a new one from beginning."""

    seat_id: UUID
    branch_id: int
    exam_id: UUID
    trainee_id: UUID
    name_id: str
    name_en: str
    branch_name: str
    timezone: str
    questions: int
    minutes: int
    pass_percent: int
    attempts: int
    wait_days: int
    used: int
    next_number: int
    opens_at: datetime | None
    closes_at: datetime | None
    place: str
    open_attempt: UUID | None
    last_ended: UUID | None
    refusal: Refused | None


def get_standing(work: Work, *, branch_id: int, seat_id: UUID, lock: bool = False) -> Standing:
    """Raises ``Refused`` E9315 for a seat that is not there. ``lock`` makes others who would begin wait."""
    sql: LiteralString = _STANDING + (" FOR UPDATE OF s" if lock else "")
    found = work.dicts(sql, [branch_id, seat_id])
    if not found:
        raise Refused("E9315")
    row = found[0]
    today = branch_day(work.now, row["timezone"])
    figures = {name: _figure(row, name, today) for name in ("minutes", "pass_percent", "attempts", "wait_days")}
    tried = work.dicts(_ATTEMPTS, [branch_id, row["exam_id"], row["trainee_id"]])
    counted = [one for one in tried if not one["gives_back"]]
    ended = [one["id"] for one in tried if one["ended_at"] is not None]
    return Standing(
        seat_id=row["id"],
        **{name: row[name] for name in ("branch_id", "exam_id", "trainee_id", "name_id", "name_en", "branch_name")},
        **{name: row[name] for name in ("timezone", "questions", "opens_at", "closes_at")},
        minutes=figures["minutes"],
        pass_percent=figures["pass_percent"],
        attempts=figures["attempts"],
        wait_days=figures["wait_days"],
        place=row["place"] or "",
        used=len(counted),
        next_number=max((one["number"] for one in tried), default=0) + 1,
        open_attempt=next((one["id"] for one in tried if one["ended_at"] is None), None),
        last_ended=ended[-1] if ended else None,
        refusal=_refusal(work.now, row, figures, counted, today),
    )


def start(work: Work, *, branch_id: int, seat_id: UUID, seed: int | None = None) -> UUID:
    """Begins an attempt with a paper drawn for it, or returns the one that is open already (two taps, two phones). Questions of
    earlier attempts at this exam come again only where the bank has no others.

    Raises ``Refused`` E9305 to E9308, E9313 and E9314 where the candidate may not begin now, E9303 where the bank has too few
    questions.
    """
    standing = get_standing(work, branch_id=branch_id, seat_id=seat_id, lock=True)
    if standing.open_attempt is not None:
        return standing.open_attempt
    if standing.refusal is not None:
        raise standing.refusal
    wanted, questions = blueprint(work, branch_id, standing.exam_id), pool(work, branch_id, standing.exam_id)
    refuse_lacking(work, branch_id, questions, wanted)
    seed = secrets.randbits(63) if seed is None else seed
    attempt_id = uuid7(int(work.now.timestamp() * 1000))
    if not _begin(work, standing, attempt_id, seed):  # another seat of the same exam was quicker
        opened = get_standing(work, branch_id=branch_id, seat_id=seat_id).open_attempt
        if opened is None:
            raise Refused("E1001", retry_after=1)
        return opened
    seen = dict(work.rows(_SEEN, [branch_id, standing.exam_id, standing.trainee_id]))
    _lay_out(work, branch_id, attempt_id, draw.draw(questions, wanted, seed, seen))
    detail = {"attempt": str(attempt_id), "exam": str(standing.exam_id), "number": standing.next_number}
    work.report(Happened("exam_started", branch_id, subject_id=attempt_id, agent_id=standing.trainee_id, detail=detail))
    return attempt_id


def answer(
    work: Work, *, branch_id: int, attempt_id: UUID, position: int, choice: int, browser: UUID | None
) -> datetime:
    """Keeps the option at place ``choice`` (from 0, as shown) of a question; the last answer wins. Returns when.

    Only the server's clock counts. Raises ``Refused`` E9309 after the end, E9312 for a question or option that is not there.
    """
    row = work.row(_OPEN, [branch_id, attempt_id])
    if row is None or work.now > row[0] + GRACE:
        raise Refused("E9309")
    values = [choice, work.now, browser, branch_id, attempt_id, position, choice]
    if not work.rows(_ANSWER, values):
        raise Refused("E9312")
    return work.now


def _begin(work: Work, standing: Standing, attempt_id: UUID, seed: int) -> bool:
    due_at = work.now + timedelta(minutes=standing.minutes)
    return bool(
        work.execute(
            _BEGIN,
            [
                *(standing.branch_id, attempt_id, standing.exam_id, standing.seat_id, standing.trainee_id),
                *(standing.next_number, seed, standing.minutes, standing.pass_percent, work.now, due_at),
            ],
        )
    )


def _lay_out(work: Work, branch_id: int, attempt_id: UUID, lines: Sequence[draw.Line]) -> None:
    rows = [
        {"position": at, "question": line.question_id, "version": line.version, "shown": line.shown}
        for at, line in enumerate(lines, start=1)
    ]
    work.execute(_LINES, [branch_id, attempt_id, orjson.dumps(rows).decode()])


def _figure(row: dict[str, Any], name: str, today: date) -> int:
    """The exam's own, or the rule of the day."""
    return int(figure(f"exam_{name}", today) if row[name] is None else row[name])


def _refusal(
    now: datetime, row: dict[str, Any], figures: dict[str, int], counted: list[dict[str, Any]], today: date
) -> Refused | None:
    if row["withdrawn_at"] is not None or row["expires_at"] <= now:
        return Refused("E9314")
    if any(one["passed"] for one in counted):
        return Refused("E9313")
    if row["state"] != "open":
        return Refused("E9305")
    if row["opens_at"] is not None and not row["opens_at"] <= now < row["closes_at"]:
        zone = row["timezone"]
        return Refused("E9306", opens=say_moment(row["opens_at"], zone), closes=say_moment(row["closes_at"], zone))
    if len(counted) >= figures["attempts"]:
        return Refused("E9307", attempts=figures["attempts"])
    last = max((one["ended_on"] for one in counted if one["ended_on"]), default=None)
    if last is not None and today < last + timedelta(days=figures["wait_days"]):
        return Refused("E9308", from_day=say_day(last + timedelta(days=figures["wait_days"])))
    return None
