"""The working calendar of an office: which days count as working days, when Ramadan is, what time zone it lives in.

A day of an office is, from strongest to weakest: what the nearest office in its line (itself, its branch, its region office,
head office) said of it; what ``rules/calendar.yaml`` says; the library's national holidays and collective leave; the weekend.
All functions are pure but ``of_office``, ``of_branches`` and ``reading_of``, which read what offices added, in one statement.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import Final, LiteralString, NamedTuple

import holidays
from hijridate import Gregorian, Hijri

from perisai.events.reading import Reading, read
from perisai.events.work import Work
from perisai.offices.calendar_rules import calendar_rules

RAMADAN: Final = 9
LONGEST: Final = 400
"""Days to look ahead for a working day. Nobody closes that long; it ends a mistyped calendar."""


class DayKind(StrEnum):
    WORKING = "working"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    COLLECTIVE_LEAVE = "collective_leave"
    CLOSED = "closed"
    """An office of the line closes."""


class Told(NamedTuple):
    """What is known of a day. ``name``: of the holiday or what the office wrote; '' for plain days."""

    kind: DayKind
    name: str


class Repeated(NamedTuple):
    """A market: on ``first`` and every so many days after (7: weekly, 5: by the Javanese week, 0: once)."""

    first: date
    every: int
    name: str


@dataclass(frozen=True)
class Calendar:
    """Of one office. ``closed`` and ``opened``: what offices of its line set, the nearest having won."""

    timezone: str = "Asia/Jakarta"
    closed: Mapping[date, str] = field(default_factory=dict)
    opened: Mapping[date, str] = field(default_factory=dict)
    markets: tuple[Repeated, ...] = ()

    @property
    def zone(self) -> str:
        """WIB, WITA or WIT."""
        return calendar_rules().zones.get(self.timezone, self.timezone)


NATIONAL: Final = Calendar()
"""Without what any office added."""


def told(day: date, calendar: Calendar = NATIONAL, *, language: str = "id") -> Told:
    if day in calendar.opened:
        return Told(DayKind.WORKING, calendar.opened[day])
    if day in calendar.closed:
        return Told(DayKind.CLOSED, calendar.closed[day])
    found = _national(day.year, language).get(day)
    if found is not None and not (
        found.kind is DayKind.COLLECTIVE_LEAVE and calendar_rules().is_collective_leave_working
    ):
        return found
    if day.isoweekday() in calendar_rules().weekend.days:
        return Told(DayKind.WEEKEND, "")
    return Told(DayKind.WORKING, found.name if found else "")


def is_working(day: date, calendar: Calendar = NATIONAL) -> bool:
    return told(day, calendar).kind is DayKind.WORKING


def is_field_day(day: date, calendar: Calendar = NATIONAL) -> bool:
    """A day on which agents work: a working day, or a weekend's day on which a market is held. Offices and banks stay closed then,
    so that what is due to them counts working days alone."""
    kind = told(day, calendar).kind
    return kind is DayKind.WORKING or (kind is DayKind.WEEKEND and is_market_day(day, calendar))


def is_holiday(day: date, calendar: Calendar = NATIONAL) -> bool:
    """A national holiday, which the calendar's offices do not work on. Neither weekends nor collective leave."""
    return told(day, calendar).kind is DayKind.HOLIDAY


Counts = Callable[[date, Calendar], bool]
"""Which days count: ``is_working`` or ``is_field_day``."""


def next_working(day: date, calendar: Calendar = NATIONAL, *, counts: Counts = is_working) -> date:
    """The day itself where it is a working day, otherwise the first one after it."""
    return next((one for one in _from(day) if counts(one, calendar)), day)


def add_working_days(day: date, n: int, calendar: Calendar = NATIONAL, *, counts: Counts = is_working) -> date:
    """The n-th working day after ``day`` (``day`` itself does not count). ``n`` 0: ``next_working``; n < 0 counts back."""
    if n == 0:
        return next_working(day, calendar, counts=counts)
    step = 1 if n > 0 else -1
    left = abs(n)
    for one in _from(day + timedelta(days=step), step, LONGEST + 3 * left):
        if counts(one, calendar):
            left -= 1
            if left == 0:
                return one
    return day + timedelta(days=n)


def field_days_between(first: date, last: date, calendar: Calendar = NATIONAL) -> int:
    """Days on which agents work after ``first`` up to and with ``last``; 0 where ``last`` is not after it."""
    return sum(is_field_day(first + timedelta(days=n), calendar) for n in range(1, (last - first).days + 1))


def is_ramadan(day: date) -> bool:
    """By the government's dates where they are known, otherwise by Umm al-Qura, which may be a day off."""
    year = Gregorian(day.year, day.month, day.day).to_hijri().year
    return any(first <= day <= last for first, last in (ramadan(near) for near in (year, year + 1)))


@cache
def ramadan(year: int) -> tuple[date, date]:
    """First and last day of Ramadan of a year of the Hijra."""
    known = calendar_rules().ramadan.get(year)
    if known is not None:
        return known.first, known.last
    first, after = Hijri(year, RAMADAN, 1).to_gregorian(), Hijri(year, RAMADAN + 1, 1).to_gregorian()
    return date(first.year, first.month, first.day), date(after.year, after.month, after.day) - timedelta(days=1)


def is_market_day(day: date, calendar: Calendar) -> bool:
    return bool(markets_on(day, calendar))


def markets_on(day: date, calendar: Calendar) -> list[str]:
    """Names of the markets that are held on a day."""
    return [one.name for one in calendar.markets if _falls_on(one, day)]


def _falls_on(market: Repeated, day: date) -> bool:
    apart = (day - market.first).days
    return apart == 0 or (market.every > 0 and apart > 0 and apart % market.every == 0)


# The line of each office by its primary key, what its members said by calendar_of_office.
_READ: LiteralString = """
SELECT o.id, o.timezone, array_position(o.path, d.office_id) AS depth, d.kind, d.day, d.every_days, d.name
FROM offices_office o
LEFT JOIN offices_calendar_day d ON d.office_id = ANY (o.path) AND d.removed_at IS NULL
WHERE o.id = ANY (%(offices)s::int[])
ORDER BY o.id, depth NULLS FIRST, d.day
"""


def of_office(work: Work, office_id: int) -> Calendar:
    """The calendar of an office, also of one that does not exist (then the national one). One statement."""
    return of_branches(work, [office_id]).get(office_id, NATIONAL)


def of_branches(work: Work, office_ids: Iterable[int]) -> dict[int, Calendar]:
    """The calendars of many offices. One statement."""
    return read(reading_of(office_ids), work.dicts)


def reading_of(office_ids: Iterable[int]) -> Reading[dict[int, Calendar]]:
    """As ``of_branches``, over any connection."""
    gathered: dict[int, tuple[str, dict[date, str], dict[date, str], list[Repeated]]] = {}
    for row in (yield _READ, {"offices": list(office_ids)}):
        _zone, closed, opened, markets = gathered.setdefault(row["id"], (row["timezone"], {}, {}, []))
        day, kind, name = row["day"], row["kind"], row["name"]
        if kind == "market":
            markets.append(Repeated(day, row["every_days"], name))
        elif kind is not None:
            # Nearer offices come later, and what they say replaces what those above said.
            (mine, other) = (closed, opened) if kind == "closed" else (opened, closed)
            mine[day] = name
            other.pop(day, None)
    return {
        office_id: Calendar(timezone, closed, opened, tuple(markets))
        for office_id, (timezone, closed, opened, markets) in gathered.items()
    }


@cache
def _national(year: int, language: str) -> Mapping[date, Told]:
    words = "id" if language == "id" else "en_US"
    found: dict[date, Told] = {}
    for category, kind in (("government", DayKind.COLLECTIVE_LEAVE), ("public", DayKind.HOLIDAY)):
        for day, name in holidays.country_holidays("ID", years=year, categories=(category,), language=words).items():
            found[day] = Told(kind, name)
    rules = calendar_rules()
    for day, added in rules.added.items():
        if day.year == year:
            found[day] = Told(DayKind(added.kind), added.name.id if language == "id" else added.name.en)
    return {day: one for day, one in found.items() if day not in rules.removed}


def _from(day: date, step: int = 1, most: int = LONGEST) -> Iterable[date]:
    return (day + timedelta(days=step * n) for n in range(most))
