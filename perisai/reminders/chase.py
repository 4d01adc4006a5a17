"""Who an agent is asked to go to today: first who could not come back, then by days left, then by amount. Pure but for reading.

Its twin for the phone, which works without signal, is ``frontend/field/src/engine/chase.ts``.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from perisai.events.work import Work
from perisai.reminders import dues
from perisai.reminders.dues import Due
from perisai.reminders.models import Outcome
from perisai.reminders.rules import ChaseRule, reminder_rules

FAR: Final = 10_000


@dataclass(frozen=True)
class Item:
    """``reason``: promised, age, sick, ends_soon, unpaid, before_end or first. ``days_left`` until what there is ends for good."""

    due: Due
    reason: str
    days_left: int | None


def for_agent(work: Work, *, branch_id: int, agent_id: UUID, today: date) -> list[Item]:
    """What is lost first. Four statements."""
    return listed(dues.of_agent(work, branch_id=branch_id, agent_id=agent_id, today=today), today)


def listed(owed: list[Due], today: date) -> list[Item]:
    rule = reminder_rules().chase
    items = [item for one in owed if (item := _item(one, rule, today)) is not None]
    return sorted(items, key=lambda item: (not item.due.lost, _left(item), -item.due.amount))[: rule.most]


def _item(due: Due, rule: ChaseRule, today: date) -> Item | None:
    if due.segment != "BPU" or due.standing.word == "ended" or due.amount == 0 or due.is_funded or due.stopped:
        return None
    last = due.ends_on
    if last is not None and last < today:
        return None
    is_promised = due.outcome == Outcome.PROMISED and due.promised_on is not None
    if is_promised and due.promised_on is not None and due.promised_on > today:
        return None
    pause = timedelta(days=rule.pause_days.get(due.outcome, 0))
    if not is_promised and due.outcome_on is not None and today - due.outcome_on < pause:
        return None
    reason = "promised" if is_promised and due.standing.word != "protected" else _reason(due, rule, today)
    return Item(due, reason, (last - today).days if last else None) if reason else None


def _reason(due: Due, rule: ChaseRule, today: date) -> str:
    """'' where nobody has to go yet."""
    word, standing = due.standing.word, due.standing
    near = timedelta(days=rule.days_before_end)
    if word == "protected" and (standing.protected_through is None or standing.protected_through - today > near):
        return ""
    if word == "none" and today - due.captured_on < timedelta(days=rule.days_after_enrolment):
        return ""
    if due.lost:
        return due.lost
    if word in ("none", "protected"):
        return "first" if word == "none" else "before_end"
    return "ends_soon" if standing.catch_up_until and standing.catch_up_until - today <= 2 * near else "unpaid"


def _left(item: Item) -> int:
    return FAR if item.days_left is None else item.days_left
