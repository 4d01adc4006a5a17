"""Ops about money, cover and payers. They are no enrolment: neither a licence nor a quota decides about them, unless their room
says so."""

from collections.abc import Callable, Mapping
from typing import Final
from uuid import UUID

from perisai.contributions.bills import advance, terms
from perisai.contributions.cover import reactivate
from perisai.custody.deposit import judge_deposits
from perisai.custody.receive import receive_many
from perisai.custody.void import judge_voids
from perisai.employers.phoned import judge_employers, judge_workers
from perisai.employers.reported import judge_left, judge_wages
from perisai.events.work import Work
from perisai.members.decision import Decision
from perisai.payers.phoned import judge_answers, judge_groups
from perisai.reminders.visit import judge_visits
from perisai.sync.learning import learner_of
from perisai.sync.op import SentOp
from perisai.sync.signed import Phone
from perisai.training.told import Learner, Told

Judge = Callable[[Work, Learner, list[Told]], dict[UUID, Decision]]
"""Decides on ops of one kind, all of one agent's phone, in the order of its chain."""

JUDGES: Final[Mapping[str, Judge]] = {
    "funding_answer": judge_answers,
    "change_terms": terms.judge_many,
    "advance_bill": advance.judge_many,
    "reactivate": reactivate.judge_many,
    "cash_receipt": receive_many,
    "cash_void": judge_voids,
    "cash_deposit": judge_deposits,
    "visit_outcome": judge_visits,
    "employer": judge_employers,
    "worker": judge_workers,
    "worker_left": judge_left,
    "worker_wage": judge_wages,
}
"""By kind of op, in the order in which the kinds of one push are judged."""


FIRST: Final[Mapping[str, Judge]] = {"group_new": judge_groups}
"""Judged before the enrolments of the same push, which name them."""


def judge_first(work: Work, phone: Phone, ops: list[SentOp], told: Callable[[SentOp], Told]) -> dict[UUID, Decision]:
    """Decides on ops of the kinds of ``FIRST``."""
    return _judge(FIRST, work, phone, ops, told)


def judge_money(work: Work, phone: Phone, ops: list[SentOp], told: Callable[[SentOp], Told]) -> dict[UUID, Decision]:
    """Decides on ops of the kinds of ``JUDGES``."""
    return _judge(JUDGES, work, phone, ops, told)


def _judge(
    judges: Mapping[str, Judge], work: Work, phone: Phone, ops: list[SentOp], told: Callable[[SentOp], Told]
) -> dict[UUID, Decision]:
    decisions: dict[UUID, Decision] = {}
    for kind, judge in judges.items():
        some = [told(op) for op in ops if op.kind == kind]
        if some:
            decisions |= judge(work, learner_of(phone), some)
    return decisions
