"""What ``rules/messages.yaml`` says of hours, money and ways where a branch has not set its own."""

from collections.abc import Mapping
from datetime import time
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from perisai.contributions.rules.in_force import DIRECTORY
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


class Purpose(_Strict):
    """How texts of one purpose go out; ``first``: a kind of channel, or '' for the branch's order."""

    urgency: int = Field(ge=0, le=3)
    must_arrive: bool = False
    first: Literal["", "sms", "whatsapp", "email"] = ""


class MessageRules(_Strict):
    hours: HoursRule
    budget: BudgetRule
    costs: Mapping[str, Cost]
    services: Mapping[str, frozenset[str]]
    purposes: Mapping[str, Purpose]
    tries: int

    def purpose(self, name: str) -> Purpose:
        """One that the file does not name can wait."""
        return self.purposes.get(name, Purpose(urgency=2))


@cache
def message_rules(directory: Path = DIRECTORY) -> MessageRules:
    """Raises ``RulesError`` where the file is wrong."""
    return read_file(directory / "messages.yaml", MessageRules)
