"""Sums of counters for scopes and periods, as of a day. Readings."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from perisai.events import country, queries
from perisai.events.queries import Asked
from perisai.events.reading import Reading
from perisai.figures import definition
from perisai.figures.period import FAR_OFF, NEVER_BEFORE, Period, Stretch, stretches
from perisai.figures.place import Branch, Found
from perisai.offices.scopes import NATION

_A_DAY: Final = timedelta(days=1)
Over = Mapping[str, date]
"""Up to which day received the country is added up, by time zone."""


@dataclass
class Sums:
    """By metric, over all segments and of each."""

    all: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    segments: defaultdict[str, defaultdict[str, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )

    def add(self, segment: str, metric: str, value: int) -> None:
        self.all[metric] += value
        self.segments[segment][metric] += value

    def add_all(self, metrics: Iterable[str], values: Iterable[int]) -> None:
        """Without segments."""
        for metric, value in zip(metrics, values, strict=True):
            self.all[metric] += value


@dataclass(frozen=True)
class Want:
    """One sum: of a key in branches (``key`` empty: each branch's own), captured in the period, received in the window.
    ``is_country``: these are all branches there are."""

    branches: Sequence[Branch]
    letter: str
    key: str
    period: Period
    until: date
    since: date = NEVER_BEFORE
    is_country: bool = False

    @classmethod
    def of(cls, found: Found, period: Period, until: date, since: date = NEVER_BEFORE) -> "Want":
        return cls(found.branches, found.letter, found.key, period, until, since, found.scope.level == NATION)


def read_sums(wants: Sequence[Want], now: datetime) -> Reading[list[Sums]]:
    """In the order of ``wants``. One statement; three where one is of the country."""
    found = [Sums() for _ in wants]
    over = (yield from country.over()) if any(want.is_country for want in wants) else {}
    asked = [each for n, want in enumerate(wants) for each in _asked(n, want, now, over if want.is_country else {})]
    rows = yield from queries.counted(asked, definition.metrics())
    whole = [each for n, want in enumerate(wants) if want.is_country for each in _of_country(n, want, now, over)]
    for row in [*rows, *(yield from country.counted(whole, definition.metrics()))]:
        found[row["n"]].add(row["segment"], row["metric"], row["value"])
    return found


def read_keys(want: Want, levels: Iterable[str], now: datetime) -> Reading[dict[tuple[str, str], Sums]]:
    """Of every key of these levels in the branches of ``want``, by (level, key), over all segments. One statement."""
    found: defaultdict[tuple[str, str], Sums] = defaultdict(Sums)
    asked = [
        each
        for level in levels
        for each in _asked(0, Want(want.branches, level, "*", want.period, want.until, want.since), now)
    ]
    for row in (yield from queries.counted_within(asked, definition.metrics())):
        found[row["level"].lower(), row["key"]].add_all(row["metrics"], row["values"])
    return dict(found)


def read_areas(want: Want, level: str, now: datetime) -> Reading[defaultdict[str, Sums]]:
    """By region code of a level (``r`` regency, ``d`` kecamatan), over all branches (neighbours may serve one) and segments. One
    statement."""
    found: defaultdict[str, Sums] = defaultdict(Sums)
    asked = _asked(0, Want(want.branches, level, "*", want.period, want.until, want.since), now)
    for row in (yield from queries.counted_within(list(asked), definition.metrics())):
        found[row["key"]].add_all(row["metrics"], row["values"])
    return found


def read_days(found: Found, name: str, period: Period, until: date, now: datetime) -> Reading[dict[date, int]]:
    """One figure that is made of counters, by day captured; days without any are absent. One statement; three of the country."""
    signs = definition.figures()[name].source.counter or {}
    want = Want.of(found, period, until)
    over = (yield from country.over()) if want.is_country else {}
    rows = yield from queries.counted_by_day(list(_asked(0, want, now, over, by_day=True)), sorted(signs))
    whole = list(_of_country(0, want, now, over, by_day=True))
    days: defaultdict[date, int] = defaultdict(int)
    for row in [*rows, *(yield from country.counted_by_day(whole, sorted(signs)))]:
        days[row["day"]] += signs[row["metric"]] * row["value"]
    return dict(days)


def read_hours(
    zones: Mapping[int, str], letter: str, key: str, days: Sequence[date], *, is_country: bool
) -> Reading[dict[str, dict[date, list[int]]]]:
    """Enrolments captured and received on days, by time zone and day, by hour of its clock. ``zones``: by branch. One statement;
    three of the country."""
    over = (yield from country.over()) if is_country else {}
    open_days = [day for day in days if any(day > over.get(zone, NEVER_BEFORE) for zone in zones.values())]
    hours = yield from queries.hours_of_days(zones, letter, key, open_days)
    for zone, known in (yield from country.hours_of_days(over, days)).items():
        still_open = {day: row for day, row in hours.get(zone, {}).items() if day > over[zone]}
        hours[zone] = known | still_open
    return hours


def _asked(
    n: int, want: Want, now: datetime, over: Over = MappingProxyType({}), *, by_day: bool = False
) -> Iterable[Asked]:
    """Without what the country knows: days received that are ``over``. Months are a row a metric and segment: they stay."""
    for branch in want.branches:
        for part in _stretches(want, branch.today(now), by_day):
            since = part.since
            if not part.by_month and branch.timezone in over:
                since = max(since, over[branch.timezone] + _A_DAY)
            if since <= part.until:
                level = want.letter.upper() if part.by_month else want.letter
                yield Asked(n, branch.id, level, want.key or str(branch.id), part.first, part.last, since, part.until)


def _of_country(n: int, want: Want, now: datetime, over: Over, *, by_day: bool = False) -> Iterable[country.Asked]:
    for timezone, day in over.items():
        for part in _stretches(want, now.astimezone(ZoneInfo(timezone)).date(), by_day):
            until = min(part.until, day)
            if not part.by_month and part.since <= until:
                yield country.Asked(n, timezone, part.first, part.last, part.since, until)


def _stretches(want: Want, today: date, by_day: bool) -> Iterable[Stretch]:
    if by_day:
        until = FAR_OFF if want.until >= today else want.until
        return [Stretch(False, want.period.first, want.period.last, want.since, until)]
    return stretches(want.period, since=want.since, until=want.until, today=today)
