"""Reads of one paper and one result: for the candidate without the key, for staff with it."""

from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import orjson

from perisai.events.work import Work
from perisai.training.shelf import USED

# By the primary key of the paper and exam_version_id: a question may stand above the branch.
_LINES: LiteralString = """
SELECT l.position, l.question_id, l.version, l.shown, l.answer, l.answered_at, l.answered_from, v.text_id, v.text_en, v.options,
  v.correct, v.difficulty, t.name_id AS topic_id_name, t.name_en AS topic_en_name
FROM exams_paper_line l
JOIN exams_question_version v ON v.question_id = l.question_id AND v.version = l.version
JOIN exams_topic t ON t.branch_id = v.branch_id AND t.id = v.topic_id
WHERE l.branch_id = %s AND l.attempt_id = %s ORDER BY l.position
"""
_ATTEMPT: LiteralString = """
SELECT a.id, a.branch_id, a.exam_id, a.trainee_id, a.number, a.seed, a.minutes, a.pass_percent, a.started_at, a.due_at, a.ended_at,
  e.name_id, e.name_en, r.ending, r.correct, r.questions, r.passed, r.topics, r.ended_on,
  n.reason AS annulled_for, n.note, n.gives_back, n.annulled_at, u.full_name AS annulled_by
FROM exams_attempt a
JOIN exams_exam e ON e.branch_id = a.branch_id AND e.id = a.exam_id
LEFT JOIN exams_result r ON r.branch_id = a.branch_id AND r.attempt_id = a.id
LEFT JOIN exams_annulment n ON n.branch_id = a.branch_id AND n.attempt_id = a.id
LEFT JOIN accounts_user u ON u.id = n.annulled_by
WHERE a.branch_id = %s AND a.id = %s
"""


def find_attempt(work: Work, *, branch_id: int, attempt_id: UUID) -> dict[str, Any] | None:
    """The attempt with its exam, result and annulment; ``percent`` is rounded down, ``topics`` are by name."""
    found = work.dicts(_ATTEMPT, [branch_id, attempt_id])
    if not found:
        return None
    row = found[0]
    if row["topics"] is None:
        return row | {"percent": None, "topics": []}
    names = work.rows(f"SELECT id::text, name_id, name_en FROM exams_topic WHERE branch_id {USED}", [branch_id])
    topics = by_name(orjson.loads(row["topics"]), {id_: (indonesian, english) for id_, indonesian, english in names})
    return row | {"percent": row["correct"] * 100 // row["questions"], "topics": topics}


def by_name(topics: list[dict[str, Any]], names: dict[str, tuple[str, str]]) -> list[dict[str, Any]]:
    """Topics of a result with their names and percentages, in the order of the names."""
    told = [
        topic
        | {"name": {"id": names[topic["topic"]][0], "en": names[topic["topic"]][1]}}
        | {"percent": topic["correct"] * 100 // topic["questions"]}
        for topic in topics
    ]
    return sorted(told, key=lambda topic: str(topic["name"]["id"]))


def lines(work: Work, *, branch_id: int, attempt_id: UUID) -> list[dict[str, Any]]:
    """The whole paper with its key, for staff and statistics. ``options``: as shown, each ``place``, ``text``, ``is_correct``
    and ``is_answer``."""
    return [_line(row) for row in work.dicts(_LINES, [branch_id, attempt_id])]


def without_key(line: dict[str, Any]) -> dict[str, Any]:
    """What a candidate may have of a line: never which option is right, in no form."""
    kept = {name: line[name] for name in ("position", "text", "answered_at", "answered_from", "is_answered")}
    options = [{name: option[name] for name in ("place", "text", "is_answer")} for option in line["options"]]
    return kept | {"options": options}


def others_since(paper: list[dict[str, Any]], browser: UUID | None) -> datetime | None:
    """When another browser than this last answered, where it was the last one that did."""
    answered = [line for line in paper if line["answered_at"] is not None]
    last = max(answered, key=lambda line: line["answered_at"], default=None)
    return last["answered_at"] if last is not None and last["answered_from"] != browser else None


def _line(row: dict[str, Any]) -> dict[str, Any]:
    shown, options = orjson.loads(row["shown"]), orjson.loads(row["options"])
    return {
        **{
            name: row[name]
            for name in ("position", "question_id", "version", "difficulty", "answered_at", "answered_from")
        },
        "text": {"id": row["text_id"], "en": row["text_en"]},
        "topic": {"id": row["topic_id_name"], "en": row["topic_en_name"]},
        "is_answered": row["answer"] is not None,
        "is_right": row["answer"] == row["correct"],
        "options": [
            {"place": place, "text": options[at], "is_correct": at == row["correct"], "is_answer": at == row["answer"]}
            for place, at in enumerate(shown)
        ],
    }
