"""What ``rules/reminders.yaml`` says: which reminders there are, whom an agent chases, how long the branch may take."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from perisai.contributions.rules.in_force import DIRECTORY
from perisai.rulefile import read_file

CountsFrom = Literal["protected_through", "unpaid_from", "catch_up_until", "pay_by", "due_on"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Strict):
    id: str
    en: str


class ReminderRule(_Strict):
    subject: Literal["member", "employer"]
    counts_from: CountsFrom
    days: int = 0
    months: int = 0
    urgency: int = Field(ge=1, le=3)
    text: Words


class ChaseRule(_Strict):
    days_before_end: int
    days_after_enrolment: int
    pause_days: Mapping[str, int]
    promise_days_most: int
    most: int


class ReminderRules(_Strict):
    reference: str
    late_days: int
    links_days: int
    reminders: Mapping[str, ReminderRule]
    chase: ChaseRule
    case_days: Mapping[str, int]


@cache
def reminder_rules(directory: Path = DIRECTORY) -> ReminderRules:
    """Raises ``RulesError`` where the file is wrong."""
    return read_file(directory / "reminders.yaml", ReminderRules)
