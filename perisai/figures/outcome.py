"""What readings answer: plain data."""

from dataclasses import dataclass, field
from datetime import date, datetime

from perisai.figures.period import Period
from perisai.offices.scopes import Watch

Values = dict[str, int | None]
"""By name of ``rules/figures.yaml``; None where nothing is known (then a screen says so, never 0)."""


@dataclass(frozen=True)
class Late:
    """Of figures made of counters, only where there is something.

    ``after_period``: received after the period ended, but by ``as_of``; it is part of the figures. ``since``: received after
    ``as_of``; it is no part of them.
    """

    after_period: dict[str, int] = field(default_factory=dict)
    since: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Figures:
    """``segments``: by BPU and PU, of figures that are told apart. ``standing_on``: the day that standing figures are of (of many
    branches the oldest), ``standing_at`` when they were taken; None where there are none yet."""

    scope: Watch
    name: str
    code: str
    period: Period
    as_of: date
    values: Values
    segments: dict[str, Values]
    standing_on: date | None = None
    standing_at: datetime | None = None
    compared: "Figures | None" = None
    of_agents: bool = False
    """The target is nothing but the sum of what agents got: nobody gave the office one of its own."""


@dataclass(frozen=True)
class Child:
    """A row beneath a scope. ``of_agents``: as of ``Figures``."""

    scope: Watch
    name: str
    code: str
    values: Values
    of_agents: bool = False
