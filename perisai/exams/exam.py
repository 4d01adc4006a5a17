"""Exams as data: names, figures, which topics with how many questions of each difficulty; and their dates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

import orjson

from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Happened, Work
from perisai.exams import draw
from perisai.exams.models import ExamState
from perisai.training.shelf import USED

MOST_QUESTIONS: Final = 200
LIMITS: Final = {"minutes": (1, 600), "pass_percent": (1, 100), "attempts": (1, 100), "wait_days": (0, 3650)}

# Questions of the branch and, where the exam draws from them, of the offices above it; a topic from above is the branch's own of
# the same code. Carried by exam_question_cell.
_POOL: LiteralString = """
SELECT q.id, q.version, coalesce(own.id, q.topic_id), q.difficulty, jsonb_array_length(v.options)
FROM exams_question q
JOIN exams_question_version v ON v.branch_id = q.branch_id AND v.question_id = q.id AND v.version = q.version
JOIN exams_topic t ON t.branch_id = q.branch_id AND t.id = q.topic_id
LEFT JOIN exams_topic own ON own.branch_id = %(branch)s AND own.code = t.code
WHERE q.state = 'active' AND q.branch_id = ANY ((
  SELECT CASE WHEN coalesce((SELECT e.draws_national FROM exams_exam e WHERE e.branch_id = o.id AND e.id = %(exam)s::uuid), true)
    THEN o.path ELSE ARRAY[o.id] END
  FROM offices_office o WHERE o.id = %(branch)s)::int[])
"""
_BLUEPRINT: LiteralString = """
SELECT coalesce(own.id, b.topic_id), b.difficulty, sum(b.questions)::int
FROM exams_blueprint b JOIN exams_topic t ON t.id = b.topic_id
LEFT JOIN exams_topic own ON own.branch_id = b.branch_id AND own.code = t.code
WHERE b.branch_id = %s AND b.exam_id = %s GROUP BY 1, 2
"""
_SAVE: LiteralString = """
INSERT INTO exams_exam (branch_id, id, name_id, name_en, state, for_licence, minutes, pass_percent, attempts, wait_days,
  draws_national, changed_at)
VALUES (%(branch)s, %(id)s, %(name_id)s, %(name_en)s, 'draft', %(for_licence)s, %(minutes)s, %(pass_percent)s, %(attempts)s,
  %(wait_days)s, %(draws_national)s, %(now)s)
ON CONFLICT (branch_id, id) DO UPDATE SET name_id = excluded.name_id, name_en = excluded.name_en,
  for_licence = excluded.for_licence, minutes = excluded.minutes, pass_percent = excluded.pass_percent,
  attempts = excluded.attempts, wait_days = excluded.wait_days,
  draws_national = excluded.draws_national, changed_at = excluded.changed_at
"""
_COMPOSE: LiteralString = f"""
INSERT INTO exams_blueprint (branch_id, exam_id, topic_id, difficulty, questions)
SELECT %s, %s, w.topic, w.difficulty, w.questions
FROM jsonb_to_recordset(%s::jsonb) AS w (topic uuid, difficulty int, questions int)
JOIN exams_topic t ON t.id = w.topic AND t.branch_id {USED}
"""


@dataclass(frozen=True)
class Settings:
    """What staff decide about an exam; a figure that is None follows the rule of the day."""

    name_id: str
    name_en: str
    for_licence: bool
    minutes: int | None
    pass_percent: int | None
    attempts: int | None
    wait_days: int | None
    blueprint: Mapping[draw.Cell, int]
    draws_national: bool = True


def save(work: Work, *, branch_id: int, exam_id: UUID | None, settings: Settings) -> UUID:
    """Makes an exam (a draft) or changes one; attempts that have begun keep what they began with.

    Raises ``Refused`` E9304 for a figure out of bounds, an empty name or blueprint, E1004 for an exam that is not there.
    """
    _check(settings)
    new_id = exam_id or uuid7()
    if exam_id is not None:
        _lock(work, branch_id, exam_id)
    figures = {name: getattr(settings, name) for name in LIMITS}
    names = {"name_id": settings.name_id, "name_en": settings.name_en, "for_licence": settings.for_licence}
    names |= {"draws_national": settings.draws_national}
    work.execute(_SAVE, {"branch": branch_id, "id": new_id, "now": work.now} | figures | names)
    work.execute("DELETE FROM exams_blueprint WHERE branch_id = %s AND exam_id = %s", [branch_id, new_id])
    rows = [
        {"topic": topic, "difficulty": difficulty, "questions": questions}
        for (topic, difficulty), questions in settings.blueprint.items()
    ]
    if work.execute(_COMPOSE, [branch_id, new_id, orjson.dumps(rows).decode(), branch_id]) != len(rows):
        raise Refused("E9304", problem="topik")
    _report(work, branch_id, new_id, "changed" if exam_id else "made")
    return new_id


def set_state(work: Work, *, branch_id: int, exam_id: UUID, state: str) -> None:
    """Opens or closes an exam. Raises ``Refused`` E9303 where the bank cannot fill the paper that would be opened."""
    if state not in ExamState:
        raise Refused("E9304", problem=state[:20])
    _lock(work, branch_id, exam_id)
    if state == ExamState.OPEN:
        refuse_lacking(work, branch_id, pool(work, branch_id, exam_id), blueprint(work, branch_id, exam_id))
    work.execute(
        "UPDATE exams_exam SET state = %s, changed_at = %s WHERE branch_id = %s AND id = %s",
        [state, work.now, branch_id, exam_id],
    )
    _report(work, branch_id, exam_id, f"state_{state}")


def set_date(work: Work, *, branch_id: int, exam_id: UUID, opens_at: datetime, closes_at: datetime, place: str) -> UUID:
    """Adds an exam date. Raises ``Refused`` E9304 where it ends before it begins or has passed already."""
    if not opens_at < closes_at or closes_at <= work.now or len(place) > 200:
        raise Refused("E9304", problem={"id": "jadwal", "en": "date"})
    _lock(work, branch_id, exam_id)
    sitting_id = uuid7()
    work.execute(
        "INSERT INTO exams_sitting (branch_id, id, exam_id, place, opens_at, closes_at) VALUES (%s, %s, %s, %s, %s, %s)",
        [branch_id, sitting_id, exam_id, place, opens_at, closes_at],
    )
    _report(work, branch_id, exam_id, "date_set")
    return sitting_id


def blueprint(work: Work, branch_id: int, exam_id: UUID) -> dict[draw.Cell, int]:
    """How many questions of which topic and difficulty."""
    rows = work.rows(_BLUEPRINT, [branch_id, exam_id])
    return {(topic, difficulty): questions for topic, difficulty, questions in rows}


def pool(work: Work, branch_id: int, exam_id: UUID | None = None) -> list[draw.Drawable]:
    """Every active question in its current version that an exam draws from; without an exam, all that the branch may use."""
    return [draw.Drawable(*row) for row in work.rows(_POOL, {"branch": branch_id, "exam": exam_id})]


def refuse_lacking(
    work: Work, branch_id: int, questions: Iterable[draw.Drawable], wanted: Mapping[draw.Cell, int]
) -> None:
    """Raises ``Refused`` E9303 naming topics, difficulties and how many are missing."""
    missing = draw.lacking(questions, wanted)
    if not missing and wanted:
        return
    names = dict(work.rows(f"SELECT id, code FROM exams_topic WHERE branch_id {USED}", [branch_id]))
    told = [f"{names.get(topic, '?')}/{difficulty}: {count}" for (topic, difficulty), count in sorted(missing.items())]
    raise Refused("E9303", lacking=", ".join(told) or "0")


def _check(settings: Settings) -> None:
    for name in (settings.name_id, settings.name_en):
        if not name.strip() or len(name) > 120:
            raise Refused("E9304", problem={"id": "nama", "en": "name"})
    for name, (least, most) in LIMITS.items():
        value = getattr(settings, name)
        if value is not None and not least <= value <= most:
            raise Refused("E9304", problem=f"{name}: {least}-{most}")
    total = sum(settings.blueprint.values())
    if not 1 <= total <= MOST_QUESTIONS or any(count < 1 for count in settings.blueprint.values()):
        raise Refused("E9304", problem=f"soal / questions: 1-{MOST_QUESTIONS}")


def _lock(work: Work, branch_id: int, exam_id: UUID) -> None:
    if work.row("SELECT 1 FROM exams_exam WHERE branch_id = %s AND id = %s FOR UPDATE", [branch_id, exam_id]) is None:
        raise Refused("E1004")


def _report(work: Work, branch_id: int, exam_id: UUID, act: str) -> None:
    detail = {"exam": str(exam_id), "act": act}
    work.report(Happened("exam_changed", branch_id, subject_id=exam_id, detail=detail))
