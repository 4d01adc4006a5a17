"""What a phone keeps of its agent's members' dues, so that "who to chase today" works without signal."""

from datetime import date
from typing import Any
from uuid import UUID

from perisai.events.work import Work
from perisai.payers import resting
from perisai.payers.resting import Resting
from perisai.reminders import dues as owed
from perisai.reminders.dues import Due
from perisai.reminders.rules import reminder_rules


def dues(work: Work, *, branch_id: int, agent_id: UUID, today: date) -> dict[str, Any]:
    """``members`` by id; ``chase``: the rule by which the phone makes its list each day."""
    found = owed.of_agent(work, branch_id=branch_id, agent_id=agent_id, today=today)
    rests = resting.find(
        work, branch_id=branch_id, enrolment_ids=[one.enrolment_id for one in found], month=today.replace(day=1)
    )
    chase = reminder_rules().chase
    return {
        "today": today.isoformat(),
        "members": [_told(one, rests.get(one.enrolment_id)) for one in found],
        "chase": {
            "days_before_end": chase.days_before_end,
            "days_after_enrolment": chase.days_after_enrolment,
            "pause_days": dict(chase.pause_days),
            "promise_days_most": chase.promise_days_most,
        },
    }


def _told(one: Due, rests: Resting | None) -> dict[str, Any]:
    standing = one.standing
    return {
        "id": str(one.enrolment_id),
        "segment": one.segment,
        "cover": standing.word,
        "protected_through": _day(standing.protected_through),
        "catch_up_until": _day(standing.catch_up_until),
        "pay_by": _day(one.pay_by.date() if one.pay_by and standing.word == "none" else None),
        "captured_on": one.captured_on.isoformat(),
        "months": [f"{month:%Y-%m}" for month in one.months],
        "owed_months": len(standing.owed_months),
        "amount": one.amount,
        "payment_code": one.payment_code,
        "is_funded": one.is_funded,
        "rests": _rests(rests),
        "lost": one.lost,
        "stopped": one.stopped,
        "promised_on": _day(one.promised_on),
        "outcome": one.outcome,
        "outcome_on": _day(one.outcome_on),
        "place": one.place,
    }


def _rests(found: Resting | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "programmes": list(found.programmes),
        "sponsor": found.sponsor,
        "first_month": f"{found.first_month:%Y-%m}",
        "last_month": f"{found.last_month:%Y-%m}" if found.last_month else None,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
