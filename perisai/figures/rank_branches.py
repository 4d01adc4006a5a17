"""Branches compared with their like: accepted a working day and active agent, among branches that serve the same kind of district,
and beside it how they stand to an even pace towards their target. What is compared comes in, or is read as of a day."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Final

from perisai.events.reading import Reading
from perisai.figures import definition
from perisai.figures.counted import Want, read_sums
from perisai.figures.period import Period
from perisai.figures.place import Found
from perisai.figures.rank import LEAST_DAYS, SMALL
from perisai.figures.run_rate import Days, working_days
from perisai.figures.stood import Want as Standing
from perisai.figures.stood import read_stood
from perisai.figures.target import read_targets, want
from perisai.offices import calendar, district_kind
from perisai.offices.scopes import BRANCH, Watch

LEAST_AGENTS: Final = 3
"""With fewer active agents a branch has no place: one good week of one agent would make it."""


@dataclass(frozen=True)
class Compared:
    """Of one branch and the month up to a day. ``agents`` and ``target`` None where nothing is known of them."""

    branch_id: int
    code: str
    name: str
    is_city: bool
    accepted: int
    days: Days
    agents: int | None
    target: int | None

    @property
    def rate(self) -> Fraction:
        """Accepted a working day and active agent."""
        spent = self.days.gone * (self.agents or 0)
        return Fraction(self.accepted, spent) if spent else Fraction(0)

    @property
    def of_pace(self) -> int | None:
        """Accepted, in per cent of what an even pace towards the target would have reached."""
        if self.target is None or not self.days.gone:
            return None
        return definition.percent(self.accepted * self.days.all, self.target * self.days.gone)

    @property
    def is_able(self) -> bool:
        return self.days.gone >= LEAST_DAYS and (self.agents or 0) >= LEAST_AGENTS


@dataclass(frozen=True)
class RankedBranch:
    """``per_day``: accepted a working day and active agent, in hundredths. ``place`` counts from 1, equal ones share it; None where
    too few are alike (``of`` tells how many are compared) or the branch has too few agents or days of its own."""

    branch_id: int
    code: str
    name: str
    is_city: bool
    accepted: int
    agents: int | None
    days: int
    per_day: int
    of_pace: int | None
    of: int
    place: int | None


def ranked(branches: Iterable[Compared]) -> list[RankedBranch]:
    """The best first within a kind of district, cities before regencies."""
    kinds: defaultdict[bool, list[Compared]] = defaultdict(list)
    for one in branches:
        kinds[one.is_city].append(one)
    return [one for is_city in (True, False) for one in _places(kinds[is_city])]


def as_of(found: Found, day: date, now: datetime) -> Reading[list[RankedBranch]]:
    """Branches of a scope as was known at the end of a day. A fixed number of statements."""
    branches, month = found.branches, Period(day.replace(day=1), day)
    sums = yield from read_sums([Want((each,), "b", "", month, day) for each in branches], now)
    stood = yield from read_stood([Standing((each,), "b", "", month, day) for each in branches])
    wants = [want(Watch(BRANCH, str(each.id)), (each,), Period.month(day), day, now) for each in branches]
    targets = yield from read_targets(wants)
    ids = [each.id for each in branches]
    kinds = yield from district_kind.reading_of(ids, day)
    days = working_days(Period.month(day), day, (yield from calendar.reading_of(ids)))
    return ranked(
        Compared(
            branch_id=each.id,
            code=each.code,
            name=each.name,
            is_city=kinds.get(each.id, False),
            accepted=definition.from_counters(mine.all)["accepted"],
            days=days[each.id],
            agents=standing.columns.get("agents_active"),
            target=target.total,
        )
        for each, mine, standing, target in zip(branches, sums, stood, targets, strict=True)
    )


def _places(found: list[Compared]) -> list[RankedBranch]:
    able = sorted((one.rate for one in found if one.is_able), reverse=True)
    places = {rate: able.index(rate) + 1 for rate in set(able)} if len(able) >= SMALL else {}
    return [
        RankedBranch(
            branch_id=one.branch_id,
            code=one.code,
            name=one.name,
            is_city=one.is_city,
            accepted=one.accepted,
            agents=one.agents,
            days=one.days.gone,
            per_day=round(one.rate * 100),
            of_pace=one.of_pace,
            of=len(able),
            place=places.get(one.rate) if one.is_able else None,
        )
        for one in sorted(found, key=lambda one: (-one.rate, one.code))
    ]
