"""One reading of a scope for a period: whoever shows a figure asks here, so that the same figure is the same number everywhere.

Every function has a twin in ``readings`` for connections without Django. Permission is the caller's: a scope outside the Work's
branches reads as empty. What came in after ``as_of`` never changes an answer.
"""

from datetime import date

from perisai.events.reading import read
from perisai.events.work import Work
from perisai.figures import readings
from perisai.figures.outcome import Child, Figures, Late, Values
from perisai.figures.period import Period
from perisai.figures.run_rate import Pace, RunRate
from perisai.offices.scopes import Watch

__all__ = [
    "Child", "Figures", "Late", "Pace", "Period", "RunRate", "Watch", "areas", "children", "late", "of", "pace", "run_rate",
    "series",
]  # fmt: skip


def of(work: Work, scope: Watch, period: Period, as_of: date, *, compare: Period | None = None) -> Figures:
    """Every figure of a scope. ``as_of``: the day up to whose end things had been received. With ``compare`` also those of another
    period, as of as many days after its first. Raises ``UnknownScope``."""
    return read(readings.of(scope, period, as_of, work.now, compare=compare), work.dicts)


def children(work: Work, scope: Watch, period: Period, as_of: date) -> list[Child]:
    """Figures of what stands beneath: regions, branches, sub-branches with agency offices and agents, agents. Fixed in statements,
    whatever their number. Raises ``UnknownScope``."""
    return read(readings.children(scope, period, as_of, work.now), work.dicts)


def series(work: Work, scope: Watch, name: str, first: date, last: date, as_of: date) -> list[tuple[date, int | None]]:
    """One figure day by day, every day named; None where nothing is known of a day. Raises ``UnknownScope``, and ``KeyError`` for a
    figure that has no days (a percentage, a cohort)."""
    return read(readings.series(scope, name, Period(first, last), as_of, work.now), work.dicts)


def late(work: Work, scope: Watch, period: Period, as_of: date) -> Late:
    """What was captured in the period and came in after it. Raises ``UnknownScope``."""
    return read(readings.late(scope, period, as_of, work.now), work.dicts)


def run_rate(work: Work, scope: Watch, period: Period, as_of: date) -> RunRate:
    """How the target of the period (whole months) is being reached, in working days of the branches' calendars. Raises
    ``UnknownScope``."""
    return read(readings.rate(scope, period, as_of, work.now), work.dicts)


def pace(work: Work, scope: Watch, day: date) -> Pace:
    """Enrolments of a day against a usual one: of today by this hour, of a past day the whole of it. Raises ``UnknownScope``."""
    return read(readings.pace_of(scope, day, work.now), work.dicts)


def areas(work: Work, scope: Watch, level: str, period: Period, as_of: date) -> dict[str, Values]:
    """Figures by region code; ``level``: ``r`` regencies, ``d`` kecamatan. Empty for scopes within a branch. Raises
    ``UnknownScope``."""
    return read(readings.areas(scope, level, period, as_of, work.now), work.dicts)
