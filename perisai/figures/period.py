"""Periods, and which counters a reading as of a day adds up. Pure: no database, no clock."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final, NamedTuple

_A_DAY: Final = timedelta(days=1)
NEVER_BEFORE: Final = date(2000, 1, 1)
"""Nothing was received before."""
FAR_OFF: Final = date(2999, 12, 31)


class Period(NamedTuple):
    """First and last day, both within."""

    first: date
    last: date

    @classmethod
    def month(cls, day: date) -> "Period":
        """The whole month of a day."""
        return cls(day.replace(day=1), month_end(day))

    @classmethod
    def day(cls, day: date) -> "Period":
        return cls(day, day)


class Stretch(NamedTuple):
    """Counters by day, or by month where ``by_month`` (then all four days are firsts of months)."""

    by_month: bool
    first: date
    last: date
    since: date
    until: date


def stretches(period: Period, *, since: date = NEVER_BEFORE, until: date, today: date) -> Iterator[Stretch]:
    """Counters that together hold what was captured in the period and received from ``since`` to ``until``, each once.

    ``today``: the branch's day, after which nothing has been received. Whole months are read by month, so that the reading
    costs the same however much happened in them.
    """
    if until >= today:
        until = FAR_OFF
    if until < since:
        return
    months = _whole_months(period.first, period.last)
    if months is None:
        yield Stretch(False, period.first, period.last, since, until)
        return
    first, last = months
    if period.first < first:
        yield Stretch(False, period.first, first - _A_DAY, since, until)
    if month_end(last) < period.last:
        yield Stretch(False, month_end(last) + _A_DAY, period.last, since, until)
    yield from _received(first, last, since, until)


def _received(first: date, last: date, since: date, until: date) -> Iterator[Stretch]:
    """Of whole months captured: months received where they are whole, days at their edges."""
    received = _whole_months(since, until)
    if received is None:
        yield Stretch(False, first, month_end(last), since, until)
        return
    begun, ended = received
    yield Stretch(True, first, last, begun, ended)
    if since < begun:
        yield Stretch(False, first, month_end(last), since, begun - _A_DAY)
    if month_end(ended) < until:
        yield Stretch(False, first, month_end(last), month_end(ended) + _A_DAY, until)


def _whole_months(first: date, last: date) -> tuple[date, date] | None:
    """First days of the first and the last month that lie wholly within; None where none does."""
    begin = first if first.day == 1 else month_end(first) + _A_DAY
    end = last.replace(day=1) if last == month_end(last) else _before(last)
    return (begin, end) if begin <= end else None


def month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - _A_DAY


def _before(day: date) -> date:
    """The first day of the month before that of ``day``."""
    return (day.replace(day=1) - _A_DAY).replace(day=1)
