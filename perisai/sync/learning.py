"""Ops about learning. They are no field work: neither a licence nor a hold decides about them."""

from collections.abc import Callable
from uuid import UUID

from perisai.events.work import Work
from perisai.members.decision import Decision
from perisai.sync.op import SentOp
from perisai.sync.signed import Phone
from perisai.training.attendance import attend_many
from perisai.training.taking import record_many
from perisai.training.told import Learner, Told

KINDS = ("course_progress", "attend")


def judge_learning(work: Work, phone: Phone, ops: list[SentOp], told: Callable[[SentOp], Told]) -> dict[UUID, Decision]:
    """Decides on ops of ``KINDS``."""
    decisions: dict[UUID, Decision] = {}
    who = learner_of(phone)
    for kind, judge in (("course_progress", record_many), ("attend", attend_many)):
        some = [told(op) for op in ops if op.kind == kind]
        if some:
            decisions |= judge(work, learner=who, told=some)
    return decisions


def learner_of(phone: Phone) -> Learner:
    return Learner(phone.branch_id, phone.agent_id, phone.timezone, phone.id)
