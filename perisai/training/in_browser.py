"""Staff take courses in the browser: one module at a time, each form kept exactly once, in the same tables as what phones tell."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from perisai.errors import Refused
from perisai.events.captured import Captured
from perisai.events.ids import uuid7
from perisai.events.work import Work
from perisai.training import taking
from perisai.training.content import Content
from perisai.training.shelf import USED
from perisai.training.told import Learner, Told

# A form that was sent twice waits here for its twin.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('perisai-training ' || %s::text, 0))"
# Carried by the primary key of training_progress.
_KEPT = """
SELECT p.taking_id, t.course_id, t.version_id, p.module, p.answers, p."right", p.asked, p.passed, t.completed_on IS NOT NULL
FROM training_progress p JOIN training_taking t ON t.branch_id = p.branch_id AND t.id = p.taking_id
WHERE p.branch_id = %s AND p.op_id = %s AND t.trainee_id = %s
"""
# Carried by training_taking_trainee.
_OPEN = """
SELECT t.id FROM training_taking t
WHERE t.branch_id = %s AND t.trainee_id = %s AND t.version_id = %s AND t.completed_on IS NULL ORDER BY t.begun_at DESC LIMIT 1
"""
_OFFERED = f"""
SELECT 1 FROM training_course c
JOIN training_version v ON v.branch_id = c.branch_id AND v.course_id = c.id AND v.number = c.published
WHERE c.branch_id {USED} AND v.id = %s
"""


@dataclass(frozen=True)
class Kept:
    """One form as it was kept, with its marks."""

    taking_id: UUID
    course_id: UUID
    version_id: UUID
    module: str
    answers: dict[str, list[int]]
    right: int
    asked: int
    passed: bool
    is_completed: bool


def take(
    work: Work, *, learner: Learner, op_id: UUID, version_id: UUID, module: str, answers: dict[str, list[int]]
) -> Kept:
    """Keeps a module worked through and marks it. The same form again is answered with what was kept.

    It goes on with the version that was begun; after the last module of it a further form begins the course anew. Raises E9204
    for a version that is neither begun nor offered, E9210 for a module it has not.
    """
    work.execute(_LOCK, [str(learner.trainee_id)])
    kept = find(work, learner=learner, op_id=op_id)
    if kept is not None:
        return kept
    begun = work.row(_OPEN, [learner.branch_id, learner.trainee_id, version_id])
    if begun is None and work.row(_OFFERED, [learner.branch_id, version_id]) is None:
        raise Refused("E9204")
    body: dict[str, Any] = {"taking": str(begun[0] if begun else uuid7()), "version": str(version_id)}
    body |= {"module": module, "answers": answers}
    told = Told(op_id, body, Captured(work.now, work.now, work.now, doubtful=False))
    decision = taking.record_many(work, learner=learner, told=[told])[op_id]
    if decision.code is not None:
        raise Refused(decision.code)
    kept = find(work, learner=learner, op_id=op_id)
    if kept is None:  # the id is another person's: nothing was kept
        raise Refused("E9210")
    return kept


def find(work: Work, *, learner: Learner, op_id: UUID) -> Kept | None:
    row = work.row(_KEPT, [learner.branch_id, op_id, learner.trainee_id])
    if row is None:
        return None
    taking_id, course_id, version_id, module, stored, *marks = row
    answers = orjson.loads(stored) if isinstance(stored, str) else stored
    return Kept(taking_id, course_id, version_id, module, answers, *marks)


def answers_of(content: Content, module: str, given: dict[str, list[str]]) -> dict[str, list[int]]:
    """Chosen places by question, from a form's fields ``q-<id>``; what is no place of an option is left out."""
    shown = content.module(module)
    found: dict[str, list[int]] = {}
    for question in shown.questions if shown else ():
        places = {
            int(one) for one in given.get(f"q-{question.id}", ()) if one.isascii() and one.isdecimal() and len(one) < 3
        }
        found[question.id] = sorted(place for place in places if place < len(question.options))
    return found
