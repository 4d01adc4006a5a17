"""The shape of ``rules/bpu_cover.yaml``: due dates, what is covered, when membership ends."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from perisai.contributions.rules.shape import SHAPE, Figure, Flag, Text, Words

Segment = Literal["BPU", "PU"]


@dataclass(frozen=True, config=SHAPE)
class LapseReading:
    months: Annotated[int, Field(strict=True, ge=1, le=24)]
    counted: Literal["full_months", "calendar"]
    says: Words
    reference: Text


@dataclass(frozen=True, config=SHAPE)
class UnpaidReading:
    protected: Flag
    says: Words
    reference: Text


@dataclass(frozen=True, config=SHAPE)
class Followed:
    """Which reading is followed from a day on."""

    reading: Text
    why: Text
    reference: Text


@dataclass(frozen=True, config=SHAPE)
class Lapse:
    question: Words
    readings: Annotated[dict[Text, LapseReading], Field(min_length=2)]
    followed: Annotated[dict[date, Followed], Field(min_length=1)]


@dataclass(frozen=True, config=SHAPE)
class Unpaid:
    question: Words
    readings: Annotated[dict[Text, UnpaidReading], Field(min_length=2)]
    followed: Annotated[dict[date, Followed], Field(min_length=1)]


@dataclass(frozen=True, config=SHAPE)
class Due:
    """``month``: 0 the contribution month itself, 1 the month after."""

    day: Annotated[int, Field(strict=True, ge=1, le=31)]
    month: Annotated[int, Field(strict=True, ge=0, le=3)]
    reference: Text


@dataclass(frozen=True, config=SHAPE)
class DueFigure:
    what: Words
    values: Annotated[dict[date, Due], Field(min_length=1)]


@dataclass(frozen=True, config=SHAPE)
class DecidedFlag:
    value: Flag
    reference: Text


@dataclass(frozen=True, config=SHAPE)
class Arrears:
    fine_bpu: Figure
    fine_pu: Figure
    dropped_on_return: DecidedFlag
    return_is_first_registration: DecidedFlag


@dataclass(frozen=True, config=SHAPE)
class CoverFile:
    lapse: Lapse
    unpaid: Unpaid
    grace: Figure
    due: dict[Segment, DueFigure]
    arrears: Arrears
    never_paid_pu: Figure | None = None
    """None in a file that was approved before there was this figure: no day more."""
