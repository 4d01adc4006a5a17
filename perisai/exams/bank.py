"""The question bank: topics, questions, their versions. An edit is a new version; what candidates had stays as it was.

``branch_id`` is the owner, which may be an office above the branches; its shelf is open then (``training.shelf.open_shelf``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, LiteralString
from uuid import UUID

import orjson

from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Happened, Work
from perisai.training.shelf import is_above

DIFFICULTIES: Final = (1, 2, 3)
LEAST_OPTIONS, MOST_OPTIONS, MOST_TEXT = 2, 6, 1000

_TOPIC: LiteralString = """
INSERT INTO exams_topic (branch_id, id, code, name_id, name_en) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (branch_id, code) DO UPDATE SET name_id = excluded.name_id, name_en = excluded.name_en RETURNING id
"""
# One statement for the questions and one for their first versions, however many there are.
_QUESTIONS: LiteralString = """
INSERT INTO exams_question (branch_id, id, version, topic_id, difficulty, state, changed_at)
SELECT %s, w.id, 1, w.topic, w.difficulty, 'active', %s
FROM jsonb_to_recordset(%s::jsonb) AS w (id uuid, topic uuid, difficulty int)
"""
_VERSIONS: LiteralString = """
INSERT INTO exams_question_version (branch_id, question_id, version, topic_id, difficulty, text_id, text_en, options, correct,
  made_by, made_at)
SELECT %s, w.id, w.version, w.topic, w.difficulty, w.text_id, w.text_en, w.options, w.correct, %s, %s
FROM jsonb_to_recordset(%s::jsonb)
  AS w (id uuid, version int, topic uuid, difficulty int, text_id text, text_en text, options jsonb, correct int)
"""
_NEXT: LiteralString = """
UPDATE exams_question SET version = version + 1, topic_id = %s, difficulty = %s, changed_at = %s
WHERE branch_id = %s AND id = %s AND version = %s AND state = 'active' RETURNING version
"""
_SET_STATE: LiteralString = """
UPDATE exams_question SET state = %s, changed_at = %s WHERE branch_id = %s AND id = %s AND state <> %s RETURNING version
"""


@dataclass(frozen=True)
class Content:
    """What a version says. ``options`` are (Indonesian, English); ``correct`` is an index into them."""

    topic_id: UUID
    difficulty: int
    text_id: str
    text_en: str
    options: tuple[tuple[str, str], ...]
    correct: int

    def check(self) -> None:
        """Raises ``Refused`` E9301 where something is missing, too long, or two options are the same."""
        texts = [self.text_id, self.text_en, *(text for option in self.options for text in option)]
        if self.difficulty not in DIFFICULTIES:
            raise Refused("E9301", problem={"id": "kesulitan", "en": "difficulty"})
        if not LEAST_OPTIONS <= len(self.options) <= MOST_OPTIONS:
            raise Refused("E9301", problem=f"pilihan / options: {LEAST_OPTIONS}-{MOST_OPTIONS}")
        if not all(text.strip() and len(text) <= MOST_TEXT and "\x00" not in text for text in texts):
            raise Refused("E9301", problem={"id": "teks", "en": "text"})
        if not 0 <= self.correct < len(self.options):
            raise Refused("E9301", problem={"id": "jawaban", "en": "answer"})
        for column in zip(*self.options, strict=True):
            if len({text.strip().lower() for text in column}) < len(column):
                raise Refused("E9301", problem="pilihan sama / same options")


def save_topic(work: Work, *, branch_id: int, code: str, name_id: str, name_en: str) -> UUID:
    """Makes a topic, or names the one with this code anew. Raises ``Refused`` E9301."""
    code = code.strip().lower()
    if not code or len(code) > 30 or not all(0 < len(name.strip()) <= 100 for name in (name_id, name_en)):
        raise Refused("E9301", problem={"id": "topik", "en": "topic"})
    row = work.row(_TOPIC, [branch_id, uuid7(), code, name_id.strip(), name_en.strip()])
    assert row is not None
    return UUID(str(row[0]))


def add(work: Work, *, branch_id: int, content: Content) -> UUID:
    """A new question in its first version. Raises ``Refused`` E9301."""
    question_id = _insert(work, branch_id, [content])[0]
    _report(work, branch_id, question_id, 1, "made")
    return question_id


def add_all(work: Work, *, branch_id: int, contents: Sequence[Content]) -> list[UUID]:
    """Many new questions in two statements, all or none. Raises ``Refused`` E9301."""
    found = _insert(work, branch_id, contents) if contents else []
    if found and not is_above(work, branch_id):
        detail = {"questions": len(found)}
        work.report(Happened("exam_questions_imported", branch_id, quantity=len(found), detail=detail))
    return found


def change(work: Work, *, branch_id: int, question_id: UUID, from_version: int, content: Content) -> int:
    """A new version of an active question; returns its number. Attempts that have begun keep theirs.

    Raises ``Refused`` E9302 where ``from_version`` is not the newest or the question is retired, E9301 for its content.
    """
    _check_topics(work, branch_id, [content])
    values = [content.topic_id, content.difficulty, work.now, branch_id, question_id, from_version]
    row = work.row(_NEXT, values)
    if row is None:
        raise Refused("E9302")
    _write_versions(work, branch_id, [(question_id, row[0], content)])
    _report(work, branch_id, question_id, row[0], "changed")
    return int(row[0])


def retire(work: Work, *, branch_id: int, question_id: UUID) -> None:
    """No paper draws it any more. Raises ``Refused`` E9302 where it is retired already or not there."""
    _set_state(work, branch_id, question_id, "retired")


def revive(work: Work, *, branch_id: int, question_id: UUID) -> None:
    """Undoes ``retire``. Raises ``Refused`` E9302 where it is in use already or not there."""
    _set_state(work, branch_id, question_id, "active")


def _set_state(work: Work, branch_id: int, question_id: UUID, state: str) -> None:
    row = work.row(_SET_STATE, [state, work.now, branch_id, question_id, state])
    if row is None:
        raise Refused("E9302")
    _report(work, branch_id, question_id, row[0], state)


def _report(work: Work, branch_id: int, question_id: UUID, version: int, act: str) -> None:
    """An event of the branch; who wrote a question above the branches stands in its version."""
    if not is_above(work, branch_id):
        detail = {"question": str(question_id), "version": version, "act": act}
        work.report(Happened("exam_question_changed", branch_id, subject_id=question_id, detail=detail))


def _insert(work: Work, branch_id: int, contents: Sequence[Content]) -> list[UUID]:
    _check_topics(work, branch_id, contents)
    made = [(uuid7(), 1, content) for content in contents]
    rows = [{"id": id_, "topic": one.topic_id, "difficulty": one.difficulty} for id_, _version, one in made]
    work.execute(_QUESTIONS, [branch_id, work.now, orjson.dumps(rows).decode()])
    _write_versions(work, branch_id, made)
    return [id_ for id_, _version, _content in made]


def _write_versions(work: Work, branch_id: int, made: Sequence[tuple[UUID, int, Content]]) -> None:
    rows = [
        {
            "id": id_,
            "version": version,
            "topic": one.topic_id,
            "difficulty": one.difficulty,
            "text_id": one.text_id.strip(),
            "text_en": one.text_en.strip(),
            "correct": one.correct,
            "options": [{"id": indonesian.strip(), "en": english.strip()} for indonesian, english in one.options],
        }
        for id_, version, one in made
    ]
    work.execute(_VERSIONS, [branch_id, work.actor.user_id, work.now, orjson.dumps(rows).decode()])


def _check_topics(work: Work, branch_id: int, contents: Sequence[Content]) -> None:
    for content in contents:
        content.check()
    known = {row[0] for row in work.rows("SELECT id FROM exams_topic WHERE branch_id = %s", [branch_id])}
    if not {content.topic_id for content in contents} <= known:
        raise Refused("E9301", problem={"id": "topik", "en": "topic"})
