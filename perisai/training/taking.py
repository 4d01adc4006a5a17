"""Courses as they are taken: judges what phones tell of modules worked through, each exactly once.

This is no field work: it asks for no licence and no hold. A batch takes the same number of statements, whatever its size.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from perisai.events.work import Happened, Work, branch_day
from perisai.members.decision import Decision
from perisai.training.authoring import stored
from perisai.training.content import Content, Id, is_passed, marked
from perisai.training.shelf import USED
from perisai.training.told import Learner, Told

# Two phones of one person, and two takings of one version: the credit is given once.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('perisai-training ' || %s::text, 0))"
_VERSIONS = f"""
SELECT id, course_id, credit_minutes, pass_percent, content FROM training_version
WHERE branch_id {USED} AND id = ANY (%s) AND published_at IS NOT NULL
"""
_BEGIN = """
INSERT INTO training_taking (branch_id, id, trainee_id, course_id, version_id, begun_at, credit_minutes)
SELECT %s, t.id, %s, t.course_id, t.version_id, t.begun_at, 0
FROM jsonb_to_recordset(%s::jsonb) AS t (id uuid, course_id uuid, version_id uuid, begun_at timestamptz)
ON CONFLICT DO NOTHING
"""
_TAKINGS = "SELECT id, trainee_id, version_id, completed_at FROM training_taking WHERE branch_id = %s AND id = ANY (%s)"
_RECORD = """
INSERT INTO training_progress (branch_id, op_id, taking_id, module, answers, "right", asked, passed, done_at, received_at)
SELECT %s, p.op_id, p.taking_id, p.module, p.answers, p."right", p.asked, p.passed, p.done_at, %s
FROM jsonb_to_recordset(%s::jsonb) AS p (op_id uuid, taking_id uuid, module text, answers jsonb, "right" smallint, asked smallint,
  passed boolean, done_at timestamptz)
ON CONFLICT DO NOTHING
"""
# Carried by training_progress_taking.
_PASSED = """
SELECT taking_id, array_agg(DISTINCT module), max(done_at) FROM training_progress
WHERE branch_id = %s AND taking_id = ANY (%s) AND passed GROUP BY taking_id
"""
# Carried by training_taking_trainee. Of two takings of one version in one batch the first is credited.
_COMPLETE = """
UPDATE training_taking t SET completed_at = d.done_at, completed_on = d.done_on, credit_minutes = CASE WHEN EXISTS (
    SELECT FROM training_taking o WHERE o.branch_id = t.branch_id AND o.trainee_id = t.trainee_id AND o.course_id = t.course_id
      AND o.version_id = t.version_id AND o.completed_at IS NOT NULL) THEN 0 ELSE d.minutes END
FROM jsonb_to_recordset(%s::jsonb) AS d (id uuid, done_at timestamptz, done_on date, minutes int)
WHERE t.branch_id = %s AND t.id = d.id AND t.completed_at IS NULL
RETURNING t.id, t.credit_minutes
"""


class _Body(BaseModel):
    """Of an op ``course_progress``; what it does not know it leaves out."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    taking: UUID
    version: UUID
    module: Id
    answers: dict[str, list[int]] = {}


@dataclass(frozen=True)
class _Version:
    id: UUID
    course_id: UUID
    credit_minutes: int
    pass_percent: int
    content: Content


@dataclass
class _Entry:
    """One readable op and what came of it."""

    told: Told
    body: _Body
    version: _Version
    right: int
    asked: int
    passed: bool

    @property
    def done_at(self) -> Any:
        """The best estimate; a phone whose clock nobody believes is taken at the receipt."""
        return self.told.captured.latest if self.told.captured.doubtful else self.told.captured.estimate


def record_many(work: Work, *, learner: Learner, told: list[Told]) -> dict[UUID, Decision]:
    """Keeps each module and says what it came to; completes what was completed by it.

    Rejected: E9211 for what cannot be read, E9210 where the branch has no such version or module, or the taking is another's.
    """
    decisions: dict[UUID, Decision] = {}
    work.execute(_LOCK, [str(learner.trainee_id)])
    entries = _read(work, learner, told, decisions)
    if not entries:
        return decisions
    takings = _begin(work, learner, entries)
    fits = [
        one for one in entries if takings.get(one.body.taking, (None, None))[:2] == (learner.trainee_id, one.version.id)
    ]
    decisions |= {one.told.op_id: _refused("E9210") for one in entries if one not in fits}
    if not fits:
        return decisions
    work.execute(_RECORD, [learner.branch_id, work.now, _json(_row(one) for one in fits)])
    done = {taking_id: 0 for taking_id, found in takings.items() if found[2] is not None}
    passed = work.rows(_PASSED, [learner.branch_id, list({one.body.taking for one in fits})])
    modules = {taking_id: set(names) for taking_id, names, _at in passed}
    new = _complete(work, learner, fits, modules, {taking_id: at for taking_id, _names, at in passed}, set(done))
    _report(work, learner, fits, new)
    for one in fits:
        decisions[one.told.op_id] = Decision("accepted", None, _result(one, done | new, modules))
    return decisions


def _read(work: Work, learner: Learner, told: list[Told], decisions: dict[UUID, Decision]) -> list[_Entry]:
    bodies: dict[UUID, _Body] = {}
    for one in told:
        try:
            bodies[one.op_id] = _Body.model_validate(one.body)
        except ValidationError:
            decisions[one.op_id] = _refused("E9211")
    rows = work.rows(_VERSIONS, [learner.branch_id, list({body.version for body in bodies.values()})]) if bodies else []
    versions = {row[0]: _Version(row[0], row[1], row[2], row[3], stored(row[4])) for row in rows}
    entries = []
    for one in told:
        body = bodies.get(one.op_id)
        version = body and versions.get(body.version)
        module = version.content.module(body.module) if body and version else None
        if body and version and module:
            right, asked = marked(module, body.answers)
            entries.append(_Entry(one, body, version, right, asked, is_passed(right, asked, version.pass_percent)))
        elif body:
            decisions[one.op_id] = _refused("E9210")
    return entries


def _begin(work: Work, learner: Learner, entries: list[_Entry]) -> dict[UUID, tuple[UUID, UUID, Any]]:
    """(whose, version, completed_at) of every taking that is named, after those not known yet were begun."""
    first: dict[UUID, _Entry] = {}
    for one in entries:
        first.setdefault(one.body.taking, one)
    rows = [
        {"id": taking, "course_id": one.version.course_id, "version_id": one.version.id, "begun_at": one.done_at}
        for taking, one in first.items()
    ]
    work.execute(_BEGIN, [learner.branch_id, learner.trainee_id, _json(rows)])
    return {row[0]: (row[1], row[2], row[3]) for row in work.rows(_TAKINGS, [learner.branch_id, list(first)])}


def _complete(
    work: Work,
    learner: Learner,
    entries: list[_Entry],
    modules: dict[UUID, set[str]],
    last: dict[UUID, Any],
    done: set[UUID],
) -> dict[UUID, int]:
    """Minutes credited, by taking that is complete now and was not before."""
    rows: dict[UUID, dict[str, Any]] = {}
    versions: set[UUID] = set()
    for one in entries:
        wanted = {module.id for module in one.version.content.modules}
        taking = one.body.taking
        if taking in done or taking in rows or not wanted <= modules.get(taking, set()):
            continue
        rows[taking] = {
            "id": taking,
            "done_at": last[taking],
            "done_on": branch_day(last[taking], learner.timezone),
            "minutes": 0 if one.version.id in versions else one.version.credit_minutes,
        }
        versions.add(one.version.id)
    return dict(work.rows(_COMPLETE, [_json(rows.values()), learner.branch_id])) if rows else {}


def _report(work: Work, learner: Learner, entries: list[_Entry], new: dict[UUID, int]) -> None:
    last_of = {one.body.taking: one for one in entries}
    for one in entries:
        about: dict[str, Any] = {"op": str(one.told.op_id), "taking": str(one.body.taking)}
        about |= {"right": one.right, "asked": one.asked, "passed": one.passed}
        _happened(work, learner, one, "module_taken", about)
    for taking, minutes in new.items():
        done = {"taking": str(taking), "version": str(last_of[taking].version.id), "minutes": minutes}
        _happened(work, learner, last_of[taking], "course_completed", done)


def _happened(work: Work, learner: Learner, one: _Entry, kind: str, detail: dict[str, Any]) -> None:
    captured = one.told.captured
    work.report(
        Happened(
            kind=kind,
            branch_id=learner.branch_id,
            subject_id=one.version.course_id,
            agent_id=None if learner.is_staff else learner.trainee_id,
            device_id=learner.device_id,
            captured_from=captured.earliest,
            captured_to=captured.latest,
            day=branch_day(one.done_at, learner.timezone),
            detail=detail,
        )
    )


def _result(one: _Entry, done: dict[UUID, int], modules: dict[UUID, set[str]]) -> dict[str, Any]:
    taking = one.body.taking
    return {
        "course": str(one.version.course_id),
        "taking": str(taking),
        "module": one.body.module,
        "right": one.right,
        "asked": one.asked,
        "passed": one.passed,
        "modules": len(modules.get(taking, ())),
        "completed": taking in done,
        "minutes": done.get(taking, 0),
    }


def _row(one: _Entry) -> dict[str, Any]:
    return {
        "op_id": one.told.op_id,
        "taking_id": one.body.taking,
        "module": one.body.module,
        "answers": one.body.answers,
        "right": one.right,
        "asked": one.asked,
        "passed": one.passed,
        "done_at": one.done_at,
    }


def _refused(code: str) -> Decision:
    return Decision("rejected", code, None)


def _json(rows: Iterable[dict[str, Any]]) -> str:
    return orjson.dumps(list(rows)).decode()
