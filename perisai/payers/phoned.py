"""Groups and answers about the end of a funding, as phones send them, perhaps without signal."""

from typing import Annotated, Literal
from uuid import UUID

from django.db import transaction
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from perisai.errors import Refused
from perisai.events.work import Work
from perisai.members.decision import Decision
from perisai.payers import group
from perisai.payers.farewell import Answer, answer_many, month_of
from perisai.training.told import Learner, Told

_Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^\x00-\x1f]+$")
]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Coordinator(_Part):
    name: _Line
    phone: Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{7,14}$")] | None = None


class _Group(_Part):
    """Body of an op ``group_new``."""

    kind: _Line
    name: _Line
    place: _Line | None = None
    region: Annotated[str, StringConstraints(pattern=r"^\d{2}\.\d{2}\.\d{2}\.\d{4}$")]
    coordinator: _Coordinator


class _Answer(_Part):
    """Body of an op ``funding_answer``."""

    enrolment: UUID
    last_month: Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
    outcome: Literal["takes_over", "thinking", "refused", "not_found", "moved", "died"]


def judge_groups(work: Work, who: Learner, told: list[Told]) -> dict[UUID, Decision]:
    """Makes each group under the id of its op. Rejected: E4501. A phone has very few at once: one by one."""
    return {one.op_id: _group(work, who, one) for one in told}


def judge_answers(work: Work, who: Learner, told: list[Told]) -> dict[UUID, Decision]:
    """What members said about going on by themselves. Rejected: E4502 for what cannot be read, E1004 where the agent has no such
    member or no such funding ends."""
    decisions: dict[UUID, Decision] = {}
    good: list[Answer] = []
    for one in told:
        try:
            body = _Answer.model_validate(one.body)
        except ValidationError:
            decisions[one.op_id] = Decision("rejected", "E4502", {"params": {"field": "body"}})
            continue
        month = month_of(body.last_month)
        good.append(Answer(one.op_id, body.enrolment, month, body.outcome, one.captured.estimate))
    taken = answer_many(work, branch_id=who.branch_id, agent_id=who.trainee_id, answers=good)
    for answer in good:
        done = answer.key in taken
        decisions[answer.key] = Decision("accepted" if done else "rejected", None if done else "E1004", None)
    return decisions


def _group(work: Work, who: Learner, one: Told) -> Decision:
    try:
        body = _Group.model_validate(one.body)
    except ValidationError as error:
        where = error.errors(include_url=False, include_input=False)[0]["loc"]
        return Decision("rejected", "E4501", {"params": {"field": str(where[0]) if where else "body"}})
    mark = work.mark()
    try:
        with transaction.atomic():
            group.make(
                work,
                branch_id=who.branch_id,
                kind=body.kind,
                name=body.name,
                place=body.place or "",
                region=body.region,
                speaker=group.Speaker(body.coordinator.name, body.coordinator.phone),
                agent_id=who.trainee_id,
                group_id=one.op_id,
                device_id=who.device_id,
            )
    except Refused as refused:
        work.forget_since(mark)
        return Decision("rejected", refused.code, {"params": refused.params})
    return Decision("accepted", None, {"group": str(one.op_id)})
