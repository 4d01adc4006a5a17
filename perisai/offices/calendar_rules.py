"""``rules/calendar.yaml``: what the government set otherwise than the libraries of holidays and of the Islamic calendar."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from perisai.rulefile import read_file

DIRECTORY = Path(__file__).resolve().parents[2] / "rules"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Weekend(_Strict):
    days: frozenset[int]
    """ISO days of the week: Monday is 1."""
    reference: str


class Ramadan(_Strict):
    first: date
    last: date
    reference: str

    @model_validator(mode="after")
    def _is_a_month(self) -> "Ramadan":
        if not 28 <= (self.last - self.first).days <= 29:
            raise ValueError("Ramadan has 29 or 30 days")
        return self


class Name(_Strict):
    id: str
    en: str


class Added(_Strict):
    name: Name
    kind: Literal["holiday", "collective_leave"]
    reference: str


class CalendarRules(_Strict):
    weekend: Weekend
    is_collective_leave_working: bool
    zones: Mapping[str, str] = Field(min_length=1)
    """What people call the time zones of the country."""
    ramadan: Mapping[int, Ramadan]
    """By the year of the Hijra."""
    added: Mapping[date, Added]
    removed: Mapping[date, str]


@cache
def calendar_rules(directory: Path = DIRECTORY) -> CalendarRules:
    """Raises ``RulesError`` where the file is wrong."""
    return read_file(directory / "calendar.yaml", CalendarRules)
