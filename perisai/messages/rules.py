"""What ``rules/messages.yaml`` says of hours, money and ways where a branch has not set its own."""

from collections.abc import Mapping
from datetime import time
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from perisai.contributions.rules import DIRECTORY
from perisai.rulefile import read_file


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Span(_Strict):
    opens: time
    closes: time
    reference: str


class HoursRule(_Strict):
    normal: Span
    ramadan: Span
    on_sundays: bool
    on_holidays: bool


class Beyond(_Strict):
    urgency: int
    percent: int


class BudgetRule(_Strict):
    rupiah_a_month: int
    reference: str
    beyond: Beyond


class Cost(_Strict):
    rupiah: int
    reference: str


class MessageRules(_Strict):
    hours: HoursRule
    budget: BudgetRule
    costs: Mapping[str, Cost]
    services: Mapping[str, frozenset[str]]
    tries: int


@cache
def message_rules(directory: Path = DIRECTORY) -> MessageRules:
    """Raises ``RulesError`` where the file is wrong."""
    return read_file(directory / "messages.yaml", MessageRules)
