"""What is watched and who is told, from ``rules/alerts.yaml``."""

from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, RootModel, field_validator, model_validator

from perisai.accounts.audience import Role
from perisai.contributions.rules.in_force import DIRECTORY
from perisai.rulefile import read_file

STEPS: Final = (Role.BRANCH_HEAD, Role.REGION, Role.HEAD_OFFICE)
"""Offices up the line that an alert may be raised to."""
COUNTS_BY: Final[Mapping[str, frozenset[str]]] = {
    "silent_agent": frozenset({"working_days"}),
    "burst": frozenset({"times", "least"}),
    "cap_near": frozenset({"percent"}),
    "behind_target": frozenset({"working_days", "percent"}),
    "reviews_late": frozenset({"least"}),
    "cash_late": frozenset({"rupiah"}),
    "licence_ends": frozenset(),
    "bank_silent": frozenset({"hours", "least", "weeks"}),
}
"""By kind, the figures that what looks for it (``look.py``) counts by."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Strict):
    id: str
    en: str


class Unanswered(_Strict):
    """After how many working hours without an answer it goes a step up, and how far."""

    hours: int = Field(ge=1, le=400)
    upto: Role

    @field_validator("upto")
    @classmethod
    def _is_a_step(cls, value: Role) -> Role:
        if value not in STEPS:
            raise ValueError(f"one of {', '.join(STEPS)}")
        return value


class Watched(_Strict):
    """One kind of alert. ``figures`` are whole numbers that a branch may set otherwise."""

    tone: Literal["needs", "stop"]
    tell: tuple[Role, ...] = Field(min_length=1)
    unanswered: Unanswered | None = None
    figures: Mapping[str, Annotated[int, Field(ge=1)]]
    title: Words
    text: Words

    def line(self) -> tuple[Role, ...]:
        """To whom an alert is raised while nobody answers, step by step."""
        if self.unanswered is None:
            return ()
        return tuple(role for role in STEPS[: STEPS.index(self.unanswered.upto) + 1] if role not in self.tell)

    def next_step(self, taken: Collection[str]) -> Role | None:
        """To whom an alert is raised that went these steps already; None where it has come to its end."""
        return next((role for role in self.line() if role not in taken), None)


class _Kinds(RootModel[dict[str, Watched]]):
    @model_validator(mode="after")
    def _are_those_that_are_looked_for(self) -> Self:
        """A kind left out, or one without its figures, would stop all others while it is looked for."""
        if self.root.keys() != COUNTS_BY.keys():
            raise ValueError(f"kinds are {', '.join(COUNTS_BY)}")
        for kind, rule in self.root.items():
            if rule.figures.keys() != COUNTS_BY[kind]:
                raise ValueError(f"{kind} counts by: {', '.join(sorted(COUNTS_BY[kind])) or 'nothing'}")
        return self


@cache
def watched(directory: Path = DIRECTORY) -> dict[str, Watched]:
    """By kind, in the order of the file. Raises ``RulesError`` where the file is wrong."""
    return read_file(directory / "alerts.yaml", _Kinds).root
