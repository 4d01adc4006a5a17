"""Ops about money, cover and payers. They are no enrolment: neither a licence nor a quota decides about them, unless their room
says so."""

from collections.abc import Callable, Mapping
from typing import Final
from uuid import UUID

from perisai.events.work import Work
from perisai.members.decision import Decision
from perisai.sync.learning import learner_of
from perisai.sync.op import SentOp
from perisai.sync.signed import Phone
from perisai.training.told import Learner, Told

Judge = Callable[[Work, Learner, list[Told]], dict[UUID, Decision]]
"""Decides on ops of one kind, all of one agent's phone, in the order of its chain."""

JUDGES: Final[Mapping[str, Judge]] = {}
"""By kind of op, in the order in which the kinds of one push are judged."""


def judge_money(work: Work, phone: Phone, ops: list[SentOp], told: Callable[[SentOp], Told]) -> dict[UUID, Decision]:
    """Decides on ops of the kinds of ``JUDGES``."""
    decisions: dict[UUID, Decision] = {}
    for kind, judge in JUDGES.items():
        some = [told(op) for op in ops if op.kind == kind]
        if some:
            decisions |= judge(work, learner_of(phone), some)
    return decisions
