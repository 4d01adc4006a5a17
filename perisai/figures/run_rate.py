"""How a target is being reached, in working days, and today's pace against a usual day. Pure: what is read comes in."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from statistics import median
from typing import Final
from zoneinfo import ZoneInfo

from perisai.figures.period import Period
from perisai.offices.calendar import Calendar, is_field_day, is_ramadan, markets_on

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
    """Working days of a period in a calendar, markets on weekends among them: days on which agents work."""

    all: int
    gone: int
    left: int

    @classmethod
    def of(cls, period: Period, day: date, calendar: Calendar) -> "Days":
        count = (period.last - period.first).days + 1
        working = [one for n in range(count) if is_field_day(one := period.first + timedelta(days=n), calendar)]
        return cls(len(working), sum(one <= day for one in working), sum(one >= day for one in working))


def working_days(period: Period, day: date, calendars: Mapping[int, Calendar]) -> dict[int, Days]:
    """By branch. Most branches share the national calendar, which is counted once."""
    counted: dict[object, Days] = {}
    found: dict[int, Days] = {}
    for branch, calendar in calendars.items():
        alike = (frozenset(calendar.closed), frozenset(calendar.opened), calendar.markets)
        if alike not in counted:
            counted[alike] = Days.of(period, day, calendar)
        found[branch] = counted[alike]
    return found


def run_rate(
    *,
    attained: int,
    target: int | None,
    shares: Mapping[int, int | None],
    calendars: Mapping[int, Calendar],
    period: Period,
    day: date,
) -> RunRate:
    """``target`` is the scope's own. ``shares``: the targets of its branches, which weigh their calendars; of a scope of one branch
    they may be left out. ``calendars`` by branch."""
    only = next(iter(calendars.values())) if len(calendars) == 1 else None
    return held_against(attained, target, shares, working_days(period, day, calendars), day, only)


def held_against(
    attained: int,
    target: int | None,
    shares: Mapping[int, int | None],
    days: Mapping[int, Days],
    day: date,
    only: Calendar | None = None,
) -> RunRate:
    """As ``run_rate``, with the working days counted before. ``only``: the calendar of a scope of one branch."""
    left = max((one.left for one in days.values()), default=0)
    missing = max(0, (target or 0) - attained)
    return RunRate(
        attained=attained,
        target=target,
        expected=None if target is None else int(target * _gone(shares, days)),
        needed_per_day=-(-missing // left) if target is not None and left else None,
        days=max((one.all for one in days.values()), default=0),
        days_gone=max((one.gone for one in days.values()), default=0),
        days_left=left,
        is_ramadan=is_ramadan(day),
        markets=tuple(markets_on(day, only)) if only else (),
    )


def _gone(shares: Mapping[int, int | None], days: Mapping[int, Days]) -> Fraction:
    """The part of the working days that is gone, each branch weighed by its share; all alike where none has one. Branches that have
    the same days are one."""
    weights: defaultdict[Days, int] = defaultdict(int)
    has_shares = any(shares.get(branch) for branch in days)
    for branch, one in days.items():
        weights[one] += (shares.get(branch) or 0) if has_shares else 1
    whole = sum(weights.values())
    gone = sum((Fraction(weight * one.gone, max(one.all, 1)) for one, weight in weights.items()), Fraction())
    return gone / whole if whole else Fraction()


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


def days_before(day: date) -> list[date]:
    """The same weekday of the weeks before, the nearest first."""
    return [day - timedelta(weeks=n) for n in range(1, WEEKS + 1)]


Hours = Mapping[str, Mapping[date, Sequence[int]]]
"""Enrolments by time zone, day, and hour of its clock."""


def pace(hours: Hours, calendars: Iterable[Calendar], day: date, now: datetime) -> Pace:
    """A day is compared up to ``now`` on the clock of each zone; where ``day`` is another day there, all of it. A day is alike if
    it is in most of the branches, whose ``calendars`` come in."""
    so_far = sum(sum(days.get(day, ())) for days in hours.values())
    begun = min((one for days in hours.values() for one in days), default=day)
    calendars = list(calendars)
    by_now, whole = [], []
    for before in days_before(day):
        alike = [is_field_day(before, one) == is_field_day(day, one) for one in calendars]
        if before >= begun and 2 * sum(alike) > len(alike):
            by_now.append(
                sum(_until(days.get(before), now.astimezone(ZoneInfo(zone)), day) for zone, days in hours.items())
            )
            whole.append(sum(sum(days.get(before, ())) for days in hours.values()))
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
