"""The shapes of ``rules/pu_tariff.yaml`` and ``rules/pu_relief.yaml``: what is owed for wage earners."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from perisai.contributions.rules.shape import (
    SHAPE,
    Condition,
    Figure,
    Flag,
    OpenQuestion,
    PerTenThousand,
    ReliefPart,
    Text,
    Value,
    Words,
)

Risk = Literal["very_low", "low", "medium", "high", "very_high"]
Scale = Literal["micro", "small", "medium"]
PuProgramme = Literal["JKK", "JKM", "JHT", "JP", "JKP"]


@dataclass(frozen=True, config=SHAPE)
class Share:
    """A share of the wage, parts per ten thousand, by the first contribution month it holds for."""

    value: PerTenThousand
    reference: Text


@dataclass(frozen=True, config=SHAPE)
class ShareFigure:
    what: Words
    unit: Literal["per ten thousand"]
    values: Annotated[dict[date, Share], Field(min_length=1)]


@dataclass(frozen=True, config=SHAPE)
class RiskClass:
    name: Words
    values: Annotated[dict[date, Share], Field(min_length=1)]


@dataclass(frozen=True, config=SHAPE)
class RiskFigure:
    what: Words
    unit: Literal["per ten thousand"]
    classes: dict[Risk, RiskClass]


@dataclass(frozen=True, config=SHAPE)
class PuTariff:
    jkk: RiskFigure
    jkm: ShareFigure
    jht_employer: ShareFigure
    jht_worker: ShareFigure
    jp_employer: ShareFigure
    jp_worker: ShareFigure
    jp_ceiling: Figure
    jkp_from_jkk: ShareFigure
    jkp_from_jkm: ShareFigure


@dataclass(frozen=True, config=SHAPE)
class ScaleRule:
    """What an enterprise of this scale must enrol its workers in, and what it may add. ``capital_most`` and ``sales_most``: rupiah
    up to which it is of this scale; None for what is above the others."""

    name: Words
    means: Words
    obligatory: tuple[PuProgramme, ...]
    optional: tuple[PuProgramme, ...]
    reference: Text
    capital_most: Figure | None = None
    sales_most: Figure | None = None


@dataclass(frozen=True, config=SHAPE)
class Said:
    value: Flag
    reference: Text


@dataclass(frozen=True, config=SHAPE)
class Needed:
    programmes: tuple[PuProgramme, ...]
    reference: Text


@dataclass(frozen=True, config=SHAPE)
class JkpEntry:
    age_below: Figure
    citizens_only: Said
    needs: dict[Scale, Needed]
    needs_health_insurance: Said


@dataclass(frozen=True, config=SHAPE)
class Wages:
    lowest: Figure
    daily_times: Figure
    piece_average_months: Figure
    seasonal_average_months: Figure


@dataclass(frozen=True, config=SHAPE)
class Rounding:
    to: Literal["half_up"]
    of: Literal["each_share"]
    reference: Text


@dataclass(frozen=True, config=SHAPE)
class PuOpenQuestions:
    jkp_wage: OpenQuestion


@dataclass(frozen=True, config=SHAPE)
class PuFile:
    tariff: PuTariff
    scales: dict[Scale, ScaleRule]
    jkp: JkpEntry
    wages: Wages
    rounding: Rounding
    open_questions: PuOpenQuestions


@dataclass(frozen=True, config=SHAPE)
class PuRelief:
    """``relief`` is not owed; ``deferred`` is owed later. Months from first to last, both included."""

    id: Text
    name: Words
    relief: ReliefPart
    programmes: tuple[Literal["JKK", "JKM", "JHT"], ...]
    deferred: ReliefPart
    deferred_programmes: tuple[Literal["JP"], ...]
    first_month: date
    last_month: date
    reference: Text
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, config=SHAPE)
class PuReliefFile:
    reliefs: tuple[PuRelief, ...]


def value_on(values: dict[date, Value] | dict[date, Share], on: date) -> int | None:
    """The value that holds on a day; None before the first."""
    days = [day for day in values if day <= on]
    return values[max(days)].value if days else None
