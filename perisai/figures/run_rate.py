"""How a target is being reached, in working days, and today's pace against a usual day. Pure: what is read comes in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from typing import Final

from perisai.figures.period import Period
from perisai.offices.calendar import Calendar, is_ramadan, is_working, markets_on

WEEKS: Final = 8
"""How far a usual day looks back, in days of the same weekday."""


@dataclass(frozen=True)
class RunRate:
    """Persons, at the end of the day of the reading. That day still counts among those left, as it does on a screen of that day.

    ``expected``: what an even pace over working days would have reached. ``needed_per_day``: for each working day left; None where
    nothing is set, or no working day is left. ``days``, ``days_gone``, ``days_left``: working days of the period, of many branches
    the most that one has.
    """

    attained: int
    target: int | None
    expected: int | None
    needed_per_day: int | None
    days: int
    days_gone: int
    days_left: int
    is_ramadan: bool = False
    markets: tuple[str, ...] = ()
    """Held that day in the branch's area."""

    @property
    def gap(self) -> int | None:
        """Ahead of an even pace, or, below nought, behind it."""
        return None if self.expected is None else self.attained - self.expected


@dataclass(frozen=True)
class Days:
    """Working days of a period in a calendar."""

    all: int
    gone: int
    left: int

    @classmethod
    def of(cls, period: Period, day: date, calendar: Calendar) -> "Days":
        count = (period.last - period.first).days + 1
        working = [one for n in range(count) if is_working(one := period.first + timedelta(days=n), calendar)]
        return cls(len(working), sum(one <= day for one in working), sum(one >= day for one in working))


def working_days(period: Period, day: date, calendars: Mapping[int, Calendar]) -> dict[int, Days]:
    """By branch. Most branches share the national calendar, which is counted once."""
    counted: dict[object, Days] = {}
    found: dict[int, Days] = {}
    for branch, calendar in calendars.items():
        alike = (frozenset(calendar.closed), frozenset(calendar.opened))
        if alike not in counted:
            counted[alike] = Days.of(period, day, calendar)
        found[branch] = counted[alike]
    return found


def run_rate(
    *, attained: int, targets: Mapping[int, int | None], calendars: Mapping[int, Calendar], period: Period, day: date
) -> RunRate:
    """``targets`` and ``calendars`` by branch; of a scope within a branch its target alone."""
    only = next(iter(calendars.values())) if len(calendars) == 1 else None
    return held_against(attained, targets, working_days(period, day, calendars), day, only)


def held_against(
    attained: int, targets: Mapping[int, int | None], days: Mapping[int, Days], day: date, only: Calendar | None = None
) -> RunRate:
    """As ``run_rate``, with the working days counted before. ``only``: the calendar of a scope of one branch."""
    known = {branch: target for branch, target in targets.items() if target is not None}
    target = sum(known.values()) if known else None
    expected = sum(value * days[branch].gone // max(days[branch].all, 1) for branch, value in known.items())
    left = max((one.left for one in days.values()), default=0)
    missing = max(0, (target or 0) - attained)
    return RunRate(
        attained=attained,
        target=target,
        expected=expected if known else None,
        needed_per_day=-(-missing // left) if known and left else None,
        days=max((one.all for one in days.values()), default=0),
        days_gone=max((one.gone for one in days.values()), default=0),
        days_left=left,
        is_ramadan=is_ramadan(day),
        markets=tuple(markets_on(day, only)) if only else (),
    )


@dataclass(frozen=True)
class Pace:
    """Enrolments captured on a day, against the same weekday of the weeks before that were working days just as it is.

    ``usual_by_now``, ``usual_day``: medians of what was captured by this hour, and in the whole day. ``share``: per cent of a usual
    day that is reached by this hour. ``sample``: so many days; None where there is none.
    """

    so_far: int
    usual_by_now: int | None
    usual_day: int | None
    share: int | None
    sample: int

    @property
    def percent(self) -> int | None:
        """Of the usual by now."""
        return round(100 * self.so_far / self.usual_by_now) if self.usual_by_now else None

    @property
    def heading_for(self) -> int | None:
        """What the day would come to at this pace."""
        return round(100 * self.so_far / self.share) if self.share else None


@dataclass
class Hours:
    """Of one branch or what is in it: enrolments by day and hour of the branch's clock."""

    calendar: Calendar
    days: dict[date, list[int]] = field(default_factory=dict)


def days_before(day: date) -> list[date]:
    """The same weekday of the weeks before, the nearest first."""
    return [day - timedelta(weeks=n) for n in range(1, WEEKS + 1)]


def pace(parts: Sequence[Hours], day: date, moments: Sequence[datetime]) -> Pace:
    """``moments``: the local time of each part, up to which a day is compared; on another day than ``day``, all of it."""
    so_far = sum(sum(part.days.get(day, ())) for part in parts)
    begun = min((one for part in parts for one in part.days), default=day)
    by_now, whole = [], []
    for before in days_before(day):
        alike = [is_working(before, part.calendar) == is_working(day, part.calendar) for part in parts]
        if before >= begun and 2 * sum(alike) > len(alike):
            by_now.append(sum(_until(part.days.get(before), at, day) for part, at in zip(parts, moments, strict=True)))
            whole.append(sum(sum(part.days.get(before, ())) for part in parts))
    if not whole:
        return Pace(so_far, None, None, None, 0)
    shares = [100 * part / all_ for part, all_ in zip(by_now, whole, strict=True) if all_]
    return Pace(
        so_far, round(median(by_now)), round(median(whole)), round(median(shares)) if shares else None, len(whole)
    )


def _until(hours: Sequence[int] | None, at: datetime, day: date) -> float:
    """Of a past day, up to the time of day of ``at``; within an hour evenly."""
    if hours is None:
        return 0
    if at.date() != day:
        return sum(hours)
    return sum(hours[: at.hour]) + hours[at.hour] * at.minute / 60
