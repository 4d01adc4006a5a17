"""Appeals written on a phone, perhaps without signal: judged by the day on which they were written, each exactly once."""

import base64
from typing import Any
from uuid import UUID

from django.db import transaction
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from perisai.errors import Refused
from perisai.events.work import Work
from perisai.members.decision import Decision
from perisai.supervision import appeal
from perisai.supervision.document import Paper
from perisai.training.told import Told

UNREADABLE = "E9515"


class _Paper(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    data: str = Field(max_length=60_000)
    """base64; an op is at most 64 KiB."""


class _Body(BaseModel):
    """Of an op ``appeal``; what it does not know it leaves out."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    measure: UUID
    text: str
    paper: _Paper | None = None


def judge_appeals(work: Work, *, branch_id: int, agent_id: UUID, told: list[Told]) -> dict[UUID, Decision]:
    """Files each appeal of the agent. It is in time where it was written in time; where nobody can say when that was, by the
    earliest day that it may have been. This is no field work: neither a licence nor a hold decides about it.

    Rejected: E9515 for what cannot be read, E9507 after the last day, E9508 where there is one already or the measure is none of
    the agent's own, E9509 for a picture that is none. A phone has very few at once: they are filed one by one.
    """
    return {one.op_id: _judge(work, branch_id, agent_id, one) for one in told}


def _judge(work: Work, branch_id: int, agent_id: UUID, one: Told) -> Decision:
    try:
        body = _Body.model_validate(one.body)
        papers = [Paper("foto.jpg", base64.b64decode(body.paper.data, validate=True))] if body.paper else []
    except (ValidationError, ValueError):
        return Decision("rejected", UNREADABLE, None)
    written = one.captured.earliest if one.captured.doubtful else one.captured.estimate
    about: dict[str, Any] = {"branch_id": branch_id, "agent_id": agent_id, "measure_id": body.measure}
    mark = work.mark()
    try:
        with transaction.atomic():
            appeal_id = appeal.file(work, **about, text=body.text, papers=papers, written_at=written)
    except Refused as refused:
        work.forget_since(mark)
        code = {"E9502": UNREADABLE, "E1004": "E9508"}.get(refused.code, refused.code)
        return Decision("rejected", code, None)
    return Decision("accepted", None, {"appeal": str(appeal_id)})
