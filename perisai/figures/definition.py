"""What each figure is: ``rules/figures.yaml``, the only place that says how a figure is added up. No database, no clock."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from perisai.events.kinds import kinds
from perisai.offices.scopes import Watch
from perisai.rulefile import RulesError, read_file

FILE: Final = Path(__file__).resolve().parents[2] / "rules" / "figures.yaml"
SEGMENTS: Final = ("BPU", "PU")
COLUMNS: Final = (
    "paying", "catch_up", "ended", "arrears_members", "arrears", "custody", "custody_overdue", "agents_active",
    "licences_ending", "quota_cap", "quota_consumed", "quota_leased", "quota_left",
)  # fmt: skip
"""Of figures_standing."""
MEMBER_COLUMNS: Final = COLUMNS[:5]
"""Told for wage earners (PU) apart, in columns that end in ``_pu``."""
STAGES: Final = ("accepted", "first_paid", "paying_3", "paying_6", "paying_12")
"""Of figures_cohort."""

Unit = Literal["persons", "count", "rupiah", "percent", "days"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Said(_Strict):
    id: str
    en: str


class Percent(_Strict):
    of: str
    to: str


class Source(_Strict):
    """Exactly one of these. Signs are 1 and -1."""

    counter: Mapping[str, Literal[1, -1]] | None = None
    plan: Literal["persons"] | None = None
    standing: Mapping[str, Literal[1, -1]] | None = None
    cohort: str | None = None
    percent: Percent | None = None

    @model_validator(mode="after")
    def _is_one(self) -> "Source":
        if sum(each is not None for each in (self.counter, self.standing, self.cohort, self.percent, self.plan)) != 1:
            raise ValueError("a figure has exactly one source")
        unknown = (set(self.standing or ()) - set(COLUMNS)) | ({self.cohort} - {None, *STAGES})
        unknown |= set(self.counter or ()) - _metrics()
        if unknown:
            raise ValueError(f"no such metric, column or stage: {sorted(map(str, unknown))}")
        return self


class Figure(_Strict):
    label: Said
    what: Said
    """One sentence for people who wonder what is counted."""
    unit: Unit
    source: Source = Field(alias="from")
    by_segment: bool
    behind: str

    def address(self, scope: Watch, first: date | str, last: date | str, known: date | str | None = None) -> str:
        """The console page of the records behind the figure. Days may be placeholders that a script fills in.

        ``known``: for a figure as of that day, only what had come in by its end, or as it stood then."""
        named = f"level={scope.level}&key={scope.key}" if scope.level != "nation" else ""
        as_of = "" if known is None else f"&as_of={min(str(last), str(known))}"
        text = self.behind.format(scope=named, key=scope.key, first=first, last=last, as_of=as_of)
        if known is not None and "day_to=" in text:
            text += f"&known={known}"
        if known is not None and self.source.plan is not None:
            text += f"&as_of={known}"
        return text.replace("?&", "?").replace("&&", "&").rstrip("?")


@cache
def figures(path: Path = FILE) -> Mapping[str, Figure]:
    """Every figure by name, in the order of the file. Raises ``RulesError`` where the file is wrong."""
    found: Mapping[str, Figure] = read_file(path, Mapping[str, Figure])  # type: ignore[type-abstract]
    for name, figure in found.items():
        percent = figure.source.percent
        if percent and not {percent.of, percent.to} <= found.keys():
            raise RulesError(f"{path}: {name}: a percentage of figures that are not there")
    return found


def metrics() -> list[str]:
    """All metrics of counters that figures are made of, sorted."""
    return sorted({metric for figure in figures().values() for metric in figure.source.counter or ()})


def from_counters(sums: Mapping[str, int]) -> dict[str, int]:
    """Figures out of sums by metric. Percentages are left to ``percentages``."""
    return {
        name: sum(sign * sums.get(metric, 0) for metric, sign in figure.source.counter.items())
        for name, figure in figures().items()
        if figure.source.counter is not None
    }


def from_standing(columns: Mapping[str, int | None]) -> dict[str, int | None]:
    """Figures out of the columns of a standing; None where nothing is known."""
    found: dict[str, int | None] = {}
    for name, figure in figures().items():
        if figure.source.standing is not None:
            known = [(columns.get(column), sign) for column, sign in figure.source.standing.items()]
            found[name] = _sum(known)
    return found


def from_plan(target: int | None) -> dict[str, int | None]:
    """Figures out of plans; None where nobody set a target."""
    return {name: target for name, figure in figures().items() if figure.source.plan is not None}


def from_cohort(stages: Mapping[str, int]) -> dict[str, int | None]:
    """Figures out of stages; None where a stage's time has not come."""
    return {name: stages.get(figure.source.cohort) for name, figure in figures().items() if figure.source.cohort}


def percentages(values: Mapping[str, int | None]) -> dict[str, int | None]:
    """What is said in per cent of figures, rounded to whole ones; None where there is nothing to compare with."""
    found: dict[str, int | None] = {}
    for name, figure in figures().items():
        if figure.source.percent is not None:
            part, whole = values.get(figure.source.percent.of), values.get(figure.source.percent.to)
            found[name] = percent(part, whole)
    return found


def percent(part: int | None, whole: int | None) -> int | None:
    """Rounded half up."""
    if part is None or not whole or whole < 0:
        return None
    return (200 * part + whole) // (2 * whole)


def _sum(known: list[tuple[int | None, Literal[1, -1]]]) -> int | None:
    return None if any(value is None for value, _ in known) else sum((value or 0) * sign for value, sign in known)


@cache
def _metrics() -> frozenset[str]:
    return frozenset(metric for kind in kinds().values() for metric, _ in kind.metrics)
