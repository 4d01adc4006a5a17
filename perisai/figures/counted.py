"""Sums of counters for scopes and periods, as of a day. Readings."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from perisai.events import queries
from perisai.events.queries import Asked
from perisai.events.reading import Reading
from perisai.figures import definition
from perisai.figures.period import FAR_OFF, NEVER_BEFORE, Period, stretches
from perisai.figures.place import Branch, Found


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


@dataclass(frozen=True)
class Want:
    """One sum: of a key in branches (``key`` empty: each branch's own), captured in the period, received in the window."""

    branches: Sequence[Branch]
    letter: str
    key: str
    period: Period
    until: date
    since: date = NEVER_BEFORE

    @classmethod
    def of(cls, found: Found, period: Period, until: date, since: date = NEVER_BEFORE) -> "Want":
        return cls(found.branches, found.letter, found.key, period, until, since)


def read_sums(wants: Sequence[Want], now: datetime) -> Reading[list[Sums]]:
    """In the order of ``wants``. One statement."""
    found = [Sums() for _ in wants]
    asked = [each for n, want in enumerate(wants) for each in _asked(n, want, now)]
    for row in (yield from queries.counted(asked, definition.metrics())):
        found[row["n"]].add(row["segment"], row["metric"], row["value"])
    return found


def read_keys(want: Want, levels: Iterable[str], now: datetime) -> Reading[dict[tuple[str, str], Sums]]:
    """Of every key of these levels in the branches of ``want``, by (level, key). One statement."""
    found: defaultdict[tuple[str, str], Sums] = defaultdict(Sums)
    asked = [
        each
        for level in levels
        for each in _asked(0, Want(want.branches, level, "*", want.period, want.until, want.since), now)
    ]
    for row in (yield from queries.counted_within(asked, definition.metrics())):
        found[row["level"].lower(), row["key"]].add(row["segment"], row["metric"], row["value"])
    return dict(found)


def read_areas(want: Want, level: str, now: datetime) -> Reading[defaultdict[str, Sums]]:
    """By region code of a level (``r`` regency, ``d`` kecamatan), over all branches: neighbours may serve one. One statement."""
    found: defaultdict[str, Sums] = defaultdict(Sums)
    asked = _asked(0, Want(want.branches, level, "*", want.period, want.until, want.since), now)
    for row in (yield from queries.counted_within(list(asked), definition.metrics())):
        found[row["key"]].add(row["segment"], row["metric"], row["value"])
    return found


def read_days(found: Found, name: str, period: Period, until: date, now: datetime) -> Reading[dict[date, int]]:
    """One figure that is made of counters, by day captured; days without any are absent. One statement."""
    signs = definition.figures()[name].source.counter or {}
    asked = [
        Asked(
            0,
            branch.id,
            found.letter,
            found.key_in(branch),
            period.first,
            period.last,
            NEVER_BEFORE,
            _until(until, branch, now),
        )
        for branch in found.branches
    ]
    days: defaultdict[date, int] = defaultdict(int)
    for row in (yield from queries.counted_by_day(asked, sorted(signs))):
        days[row["day"]] += signs[row["metric"]] * row["value"]
    return dict(days)


def _asked(n: int, want: Want, now: datetime) -> Iterable[Asked]:
    for branch in want.branches:
        for part in stretches(want.period, since=want.since, until=want.until, today=branch.today(now)):
            level = want.letter.upper() if part.by_month else want.letter
            yield Asked(n, branch.id, level, want.key or str(branch.id), part.first, part.last, part.since, part.until)


def _until(until: date, branch: Branch, now: datetime) -> date:
    return FAR_OFF if until >= branch.today(now) else until
