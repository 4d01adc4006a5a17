"""What a report says, read from ``figures`` alone, so that its numbers are those of the screens. The same scope, period and day of
knowledge give the same report at any time: nothing is stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from pydantic import BaseModel, ConfigDict, model_validator

from perisai.contributions.rules.in_force import DIRECTORY
from perisai.events.work import Work
from perisai.figures import definition, reading
from perisai.figures.outcome import Child, Figures, Late
from perisai.figures.target import Apart, apart
from perisai.offices.scopes import Watch
from perisai.reports.span import Span
from perisai.rulefile import read_file


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Section(_Strict):
    title: definition.Said
    figures: tuple[str, ...]


class Shape(_Strict):
    sections: tuple[Section, ...]
    beneath: tuple[str, ...]
    by_day: tuple[str, ...]

    @model_validator(mode="after")
    def _are_known(self) -> "Shape":
        named = {name for section in self.sections for name in section.figures} | {*self.beneath, *self.by_day}
        if unknown := named - set(definition.figures()):
            raise ValueError(f"no such figure: {sorted(unknown)}")
        return self


@cache
def shape() -> Shape:
    """Raises ``RulesError`` where ``rules/reports.yaml`` is wrong."""
    return read_file(DIRECTORY / "reports.yaml", Shape)


@dataclass(frozen=True)
class Content:
    """``figures.compared``: of the period before. ``days``: by figure, (day, value) each. ``as_of``: what is known by its end."""

    span: Span
    as_of: date
    figures: Figures
    children: list[Child]
    days: Mapping[str, list[tuple[date, int | None]]]
    late: Late

    @property
    def apart(self) -> Apart | None:
        return apart_of(self.figures, self.children)


def apart_of(figures: Figures, beneath: list[Child]) -> Apart | None:
    """Where the target of the nation or a region and the sum of those beneath do not agree, as screens say it."""
    return apart(figures.scope, figures.values.get("target"), (child.values.get("target") for child in beneath))


def read(work: Work, *, scope: Watch, span: Span, as_of: date) -> Content:
    """A fixed number of statements. Permission is the caller's. Raises ``UnknownScope``."""
    period = span.period
    return Content(
        span,
        as_of,
        reading.of(work, scope, period, as_of, compare=span.before),
        reading.children(work, scope, period, as_of),
        {
            name: reading.series(work, scope, name, period.first, period.last, as_of)
            for name in shape().by_day
            if span.kind != "daily"
        },
        reading.late(work, scope, period, as_of),
    )
