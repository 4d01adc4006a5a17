"""What came of visits and calls, as phones recorded them without signal (op ``visit_outcome``): the only writer of
``reminders_visit``. An op with ``undoes`` takes an earlier one back."""

from datetime import date, timedelta
from typing import Any, LiteralString
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from perisai.events.vault import seal
from perisai.events.work import Happened, Work, branch_day
from perisai.members.decision import Decision
from perisai.reminders import case, contact
from perisai.reminders.case import NewCase
from perisai.reminders.models import CaseKind, Outcome
from perisai.reminders.rules import reminder_rules
from perisai.training.told import Learner, Told

# Somebody who is or ever was in the agent's care: a visit is judged by the day it was made. By primary key and care_agent.
_MINE: LiteralString = """
SELECT e.id, e.sub_branch_id, e.agency_office_id, e.region_code FROM members_enrolment e
WHERE e.branch_id = %(branch)s AND e.id = ANY (%(ids)s::uuid[]) AND (e.agent_id = %(agent)s OR e.acquired_by = %(agent)s OR EXISTS (
  SELECT FROM members_care c WHERE c.branch_id = e.branch_id AND c.agent_id = %(agent)s AND c.enrolment_id = e.id))
"""
_INSERT: LiteralString = """
INSERT INTO reminders_visit (branch_id, id, enrolment_id, agent_id, device_id, outcome, promised_on, whom, whom_sealed, paid_on,
  amount, note_sealed, visited_on, recorded_at, received_at, place)
SELECT %(branch)s, n.id, n.enrolment_id, %(agent)s, %(device)s, n.outcome, n.promised_on, n.whom, n.whom_sealed, n.paid_on,
  n.amount, n.note_sealed, n.visited_on, n.recorded_at, %(now)s, n.place
FROM jsonb_to_recordset(%(rows)s::jsonb) AS n (id uuid, enrolment_id uuid, outcome text, promised_on date, whom text,
  whom_sealed bytea, paid_on date, amount bigint, note_sealed bytea, visited_on date, recorded_at timestamptz, place jsonb)
ON CONFLICT DO NOTHING
"""
_UNDO: LiteralString = """
UPDATE reminders_visit v SET undone_by = n.op
FROM unnest(%s::uuid[], %s::uuid[]) AS n (visit, op)
WHERE v.branch_id = %s AND v.id = n.visit AND v.agent_id = %s AND v.undone_by IS NULL
RETURNING v.id, v.enrolment_id
"""
_KNOWN: LiteralString = (
    "SELECT id FROM reminders_visit WHERE branch_id = %s AND agent_id = %s AND id = ANY (%s::uuid[])"
)


class _Body(BaseModel):
    """Of an op ``visit_outcome``; what it does not know it leaves out."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    enrolment: UUID
    outcome: Outcome
    promised_on: date | None = None
    whom: str = Field(default="", pattern="^(agent|office|bank|other)?$")
    whom_name: str = Field(default="", max_length=80, pattern=r"^[^\x00]*$")
    paid_on: date | None = None
    amount: int | None = Field(default=None, gt=0, le=50_000_000)
    note: str = Field(default="", max_length=300, pattern=r"^[^\x00]*$")


class _Undo(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    undoes: UUID


def judge_visits(work: Work, learner: Learner, told: list[Told]) -> dict[UUID, Decision]:
    """Rejected: E4606 for what cannot be read, E4607 for somebody who was never in the agent's care. Neither a licence nor a hold
    decides: what an agent saw is worth knowing. A fixed number of statements."""
    visits, undos, decisions = _sort(told, learner)
    mine = _mine(work, learner, visits)
    good = {op_id: one for op_id, one in visits.items() if one["enrolment_id"] in mine}
    for op_id in visits.keys() - good.keys():
        decisions[op_id] = Decision("rejected", "E4607", None)
    _insert(work, learner, good)
    undone = _undo(work, learner, undos, decisions)
    touched = {one["enrolment_id"] for one in good.values()} | set(undone.values())
    today = branch_day(work.now, learner.timezone)
    if undone:
        case.take_back(work, branch_id=learner.branch_id, visit_ids=list(undone))
    standing = {op_id: one for op_id, one in good.items() if op_id not in undone}
    case.open_many(work, branch_id=learner.branch_id, cases=_cases(standing), today=today)
    contact.refresh(work, branch_id=learner.branch_id, enrolment_ids=touched)
    for op_id, one in good.items():
        decisions[op_id] = Decision("accepted", None, {"visit": str(op_id)})
        _report(work, learner, "visit_recorded", one["enrolment_id"], {"visit": op_id, "outcome": one["outcome"]}, mine)
    for visit_id, enrolment_id in undone.items():
        _report(work, learner, "visit_undone", enrolment_id, {"visit": visit_id}, mine)
    return decisions


def _sort(
    told: list[Told], learner: Learner
) -> tuple[dict[UUID, dict[str, Any]], dict[UUID, UUID], dict[UUID, Decision]]:
    """Rows of visits by op, visits to take back by op, and what cannot be read."""
    visits: dict[UUID, dict[str, Any]] = {}
    undos: dict[UUID, UUID] = {}
    decisions: dict[UUID, Decision] = {}
    for one in told:
        try:
            if isinstance(one.body, dict) and "undoes" in one.body:
                undos[one.op_id] = _Undo.model_validate(one.body).undoes
            else:
                visits[one.op_id] = _row(one, _Body.model_validate(one.body), learner)
        except (ValidationError, ValueError):
            decisions[one.op_id] = Decision("rejected", "E4606", None)
    return visits, undos, decisions


def _row(one: Told, body: _Body, learner: Learner) -> dict[str, Any]:
    """Raises ``ValueError`` where days do not fit."""
    visited_on = branch_day(one.captured.estimate, learner.timezone)
    most = visited_on + timedelta(days=reminder_rules().chase.promise_days_most)
    if body.outcome is Outcome.PROMISED and (body.promised_on is None or not visited_on <= body.promised_on <= most):
        raise ValueError("promised_on")
    if body.paid_on is not None and body.paid_on > visited_on:
        raise ValueError("paid_on")
    paid = body.outcome is Outcome.PAID_ELSEWHERE
    return {
        "id": one.op_id,
        "enrolment_id": body.enrolment,
        "outcome": body.outcome.value,
        "promised_on": body.promised_on if body.outcome is Outcome.PROMISED else None,
        "whom": body.whom if paid else "",
        "whom_sealed": _sealed(body.whom_name) if paid else None,
        "paid_on": body.paid_on if paid else None,
        "amount": body.amount if paid else None,
        "note_sealed": _sealed(body.note),
        "visited_on": visited_on,
        "recorded_at": one.captured.estimate,
        "place": one.place,
    }


def _mine(work: Work, learner: Learner, visits: dict[UUID, dict[str, Any]]) -> dict[UUID, tuple[Any, ...]]:
    """Sub-branch, agency office and region of those that are the agent's, by enrolment."""
    if not visits:
        return {}
    ids = sorted({one["enrolment_id"] for one in visits.values()})
    params = {"branch": learner.branch_id, "ids": ids, "agent": learner.trainee_id}
    return {row[0]: row[1:] for row in work.rows(_MINE, params)}


def _insert(work: Work, learner: Learner, good: dict[UUID, dict[str, Any]]) -> None:
    if good:
        params = {
            "branch": learner.branch_id,
            "agent": learner.trainee_id,
            "device": learner.device_id,
            "now": work.now,
            "rows": orjson.dumps(list(good.values())).decode(),
        }
        work.execute(_INSERT, params)


def _undo(work: Work, learner: Learner, undos: dict[UUID, UUID], decisions: dict[UUID, Decision]) -> dict[UUID, UUID]:
    """Visits that are taken back now, with their enrolments. Taking back twice is taking back once."""
    if not undos:
        return {}
    wanted = list(undos.values())
    rows = work.rows(_UNDO, [wanted, list(undos), learner.branch_id, learner.trainee_id])
    known = {row[0] for row in work.rows(_KNOWN, [learner.branch_id, learner.trainee_id, wanted])}
    for op_id, visit_id in undos.items():
        is_known = visit_id in known
        decisions[op_id] = Decision("accepted", None, {}) if is_known else Decision("rejected", "E4606", None)
    return {row[0]: row[1] for row in rows}


def _cases(good: dict[UUID, dict[str, Any]]) -> list[NewCase]:
    kinds = {Outcome.DIED.value: CaseKind.DIED, Outcome.PAID_ELSEWHERE.value: CaseKind.PAID_SOMEBODY}
    return [
        NewCase(kinds[one["outcome"]], one["enrolment_id"], visit_id=op_id)
        for op_id, one in good.items()
        if one["outcome"] in kinds
    ]


def _sealed(text: str) -> str | None:
    """As PostgreSQL writes bytes."""
    return "\\x" + seal(text.strip().encode()).hex() if text.strip() else None


def _report(
    work: Work,
    learner: Learner,
    kind: str,
    enrolment_id: UUID,
    detail: dict[str, Any],
    mine: dict[UUID, tuple[Any, ...]],
) -> None:
    sub_branch_id, agency_office_id, region_code = mine.get(enrolment_id, (None, None, None))
    work.report(
        Happened(
            kind=kind,
            branch_id=learner.branch_id,
            subject_id=enrolment_id,
            agent_id=learner.trainee_id,
            sub_branch_id=sub_branch_id,
            agency_office_id=agency_office_id,
            region_code=region_code,
            device_id=learner.device_id,
            detail=detail,
        )
    )
