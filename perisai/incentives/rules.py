"""The schemes of incentives by month, from ``rules/incentives.yaml``."""

from datetime import date
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from perisai.contributions.rules.in_force import DIRECTORY
from perisai.rulefile import RulesError, read_file


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Value(_Strict):
    value: int = Field(ge=0)
    reference: str = Field(min_length=3)


class _Segments(_Strict):
    value: tuple[Literal["BPU", "PU"], ...]
    reference: str = Field(min_length=3)


class _Name(_Strict):
    id: str
    en: str


class Acquisition(_Strict):
    """For a month whose threshold is reached: one sum, or a sum for each new participant by their number of programmes."""

    flat: _Value | None = None
    per_participant: dict[int, _Value] | None = None

    @model_validator(mode="after")
    def _is_one_of_two(self) -> Self:
        if (self.flat is None) == (self.per_participant is None):
            raise ValueError("either flat or per_participant")
        return self


class Class(_Strict):
    """Contribution months of a membership, counted from the one it was acquired in as 1; no last month is without end."""

    first_month: int = Field(ge=1)
    last_month: int | None
    rate: _Value
    """Parts per ten thousand."""

    @property
    def percent(self) -> Decimal:
        return Decimal(self.rate.value) / 100

    def holds(self, month: int) -> bool:
        return self.first_month <= month and (self.last_month is None or month <= self.last_month)


class OfficeShare(_Strict):
    rate: _Value
    """Parts per ten thousand of the incentives of its agents."""
    taken: Literal["on_top", "from_agents"]


class Scheme(_Strict):
    id: str
    name: _Name
    since: date
    segments: _Segments
    threshold: _Value
    """New participants of an agent in a month from which on there is an acquisition incentive."""
    acquisition: Acquisition
    contribution: tuple[Class, ...]
    office: OfficeShare
    paid_by_day: _Value
    """Day of the following month."""

    @property
    def share_percent(self) -> int:
        return self.office.rate.value // 100

    def class_of(self, month: int) -> int | None:
        """The place of the class that a contribution month is in; None where no incentive is paid for it any more."""
        return next((place for place, each in enumerate(self.contribution) if each.holds(month)), None)


class _File(_Strict):
    schemes: tuple[Scheme, ...] = Field(min_length=1)


@cache
def schemes(directory: Path = DIRECTORY) -> tuple[Scheme, ...]:
    """In order of time. Raises ``RulesError`` where the file is wrong."""
    path = directory / "incentives.yaml"
    found = read_file(path, _File).schemes
    if any(one.since >= other.since for one, other in pairwise(found)):
        raise RulesError(f"{path}:1: schemes must stand in order of time")
    for scheme in found:
        if scheme.since.day != 1:
            raise RulesError(f"{path}:1: {scheme.id}: a scheme begins with a month")
        if any(
            one.last_month is None or one.last_month + 1 != other.first_month
            for one, other in pairwise(scheme.contribution)
        ):
            raise RulesError(f"{path}:1: {scheme.id}: classes of months must follow each other")
    return found


def scheme_on(day: date) -> Scheme:
    """The scheme of a day's month; before the first one, the first."""
    known = [scheme for scheme in schemes() if scheme.since <= day]
    return known[-1] if known else schemes()[0]
