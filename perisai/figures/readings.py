"""The readings behind ``figures.reading``, for any connection. ``now`` is the instant of the reading."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from perisai.events.reading import Reading, Row
from perisai.figures import definition
from perisai.figures.counted import Sums, Want, read_areas, read_days, read_hours, read_keys, read_sums
from perisai.figures.outcome import Child, Figures, Late, Values
from perisai.figures.period import FAR_OFF, Period
from perisai.figures.place import Branch, Found, beneath, find
from perisai.figures.run_rate import Pace, RunRate, days_before, pace, run_rate
from perisai.figures.stood import Stages, Stood, added_up, read_cohorts, read_stood
from perisai.figures.stood import Want as Standing
from perisai.figures.stood import read_areas as stood_of_areas
from perisai.figures.stood import read_days as stood_by_day
from perisai.figures.stood import read_keys as stood_of_keys
from perisai.figures.target import Target, read_targets, want
from perisai.figures.target import read_days as target_by_day
from perisai.offices import calendar
from perisai.offices.scopes import AGENT, BRANCH, NATION, REGION, Watch

_A_DAY = timedelta(days=1)
ATTAINS = "accepted"
"""The figure that is held against the target."""


def of(scope: Watch, period: Period, as_of: date, now: datetime, *, compare: Period | None = None) -> Reading[Figures]:
    found = yield from find(scope)
    asked = [(period, as_of), *([(compare, as_of_in(compare, period, as_of))] if compare else [])]
    sums = yield from read_sums([Want.of(found, *each) for each in asked], now)
    stood = yield from read_stood([Standing.of(found, *each) for each in asked])
    targets = yield from read_targets([want(scope, found.branches, *each, now) for each in asked])
    read = []
    for each, mine, standing, target in zip(asked, sums, stood, targets, strict=True):
        (months,) = yield from read_cohorts([Standing.of(found, *each)])
        read.append(_figures(found, *each, Known(mine, standing, added_up(months), target)))
    return replace(read[0], compared=read[1]) if compare else read[0]


def children(scope: Watch, period: Period, as_of: date, now: datetime) -> Reading[list[Child]]:
    found = yield from find(scope)
    if scope.level == AGENT:
        return []
    if scope.level in (NATION, REGION):
        return (yield from _of_branches(found, period, as_of, now))
    rows = yield from beneath(found, min(period.last, as_of))
    levels = ("s", "o", "a") if scope.level == BRANCH else ("a",)
    sums = yield from read_keys(Want.of(found, period, as_of), levels, now)
    stood = yield from stood_of_keys(Standing.of(found, period, as_of), levels)
    shown = [row for row in rows if (row["letter"], row["key"]) in sums or row["is_shown"]]
    scopes = [Watch(row["level"], row["key"]) for row in shown]
    targets = yield from read_targets([want(each, found.branches, period, as_of, now) for each in scopes])
    known = [
        Known(sums.get(key, Sums()), stood.get(key, Stood()), target=target)
        for key, target in zip([(row["letter"], row["key"]) for row in shown], targets, strict=True)
    ]
    return [
        Child(each, row["name"], row["code"], _values(one), bool(one.target.of_agents))
        for row, each, one in zip(shown, scopes, known, strict=True)
    ]


def _of_branches(found: Found, period: Period, as_of: date, now: datetime) -> Reading[list[Child]]:
    groups = yield from _groups(found)
    sums = yield from read_sums([Want(branches, "b", "", period, as_of) for _, _, _, branches in groups], now)
    wants = [Standing(branches, "b", "", period, as_of) for _, _, _, branches in groups]
    stood = yield from read_stood(wants)
    cohorts = yield from read_cohorts(wants)
    targets = yield from read_targets([want(watch, branches, period, as_of, now) for watch, _, _, branches in groups])
    return [
        Child(watch, name, code, _values(Known(mine, standing, added_up(months), target)))
        for (watch, name, code, _), mine, standing, months, target in zip(
            groups, sums, stood, cohorts, targets, strict=True
        )
    ]


def series(
    scope: Watch, name: str, period: Period, as_of: date, now: datetime
) -> Reading[list[tuple[date, int | None]]]:
    source = definition.figures()[name].source
    if source.counter is None and source.standing is None and source.plan is None:
        raise KeyError(name)
    found = yield from find(scope)
    all_days = [period.first + _A_DAY * n for n in range((period.last - period.first).days + 1)]
    if source.plan is not None:
        targets = yield from target_by_day(found, all_days, as_of, now)
        return [(day, targets[day]) for day in all_days]
    if source.standing is not None:
        stood = yield from stood_by_day(found, name, period, as_of)
        return [(day, stood.get(day)) for day in all_days]
    days = yield from read_days(found, name, period, as_of, now)
    return [(day, days.get(day, 0) if day <= as_of else None) for day in all_days]


def rate(scope: Watch, period: Period, as_of: date, now: datetime) -> Reading[RunRate]:
    found = yield from find(scope)
    (sums,) = yield from read_sums([Want.of(found, period, as_of)], now)
    branches = found.branches
    parts = branches if scope.level in (NATION, REGION) else ()
    wants = [want(Watch(BRANCH, str(each.id)), [each], period, as_of, now) for each in parts]
    own, *shares = yield from read_targets([want(scope, branches, period, as_of, now), *wants])
    calendars = yield from calendar.reading_of([each.id for each in branches])
    return run_rate(
        attained=definition.from_counters(sums.all)[ATTAINS],
        target=own.total,
        shares={each.id: one.total for each, one in zip(parts, shares, strict=True)},
        calendars=calendars,
        period=period,
        day=as_of,
    )


def pace_of(scope: Watch, day: date, now: datetime) -> Reading[Pace]:
    found = yield from find(scope)
    ids = [each.id for each in found.branches]
    zones, whole = {each.id: each.timezone for each in found.branches}, scope.level == NATION
    hours = yield from read_hours(zones, found.letter, found.key, [day, *days_before(day)], is_country=whole)
    calendars = yield from calendar.reading_of(ids)
    return pace(hours, (calendars[each] for each in ids), day, now)


def areas(scope: Watch, level: str, period: Period, as_of: date, now: datetime) -> Reading[dict[str, Values]]:
    found = yield from find(scope)
    sums, stood = defaultdict[str, Sums](Sums), defaultdict[str, Stood](Stood)
    if found.letter == "b":
        sums = yield from read_areas(Want.of(found, period, as_of), level, now)
        stood = yield from stood_of_areas(Standing.of(found, period, as_of), level)
    return {code: _values(Known(sums[code], stood[code])) for code in sorted(sums.keys() | stood.keys())}


def late(scope: Watch, period: Period, as_of: date, now: datetime) -> Reading[Late]:
    found = yield from find(scope)
    wants = [
        Want.of(found, period, as_of, period.last + _A_DAY),
        Want.of(found, period, FAR_OFF, as_of + _A_DAY),
    ]
    after, since = yield from read_sums(wants, now)
    return Late(_some(after), _some(since))


def as_of_in(compare: Period, period: Period, as_of: date) -> date:
    """The day of another period that is as far from its first as ``as_of`` is from this one's; its end where this one is over."""
    return compare.last if as_of >= period.last else min(compare.last, compare.first + (as_of - period.first))


@dataclass(frozen=True)
class Known:
    """All that a figure may be made of."""

    sums: Sums
    stood: Stood = field(default_factory=Stood)
    stages: Stages = field(default_factory=Stages)
    target: Target = field(default_factory=Target)
    segment: str | None = None

    @property
    def aim(self) -> int | None:
        return self.target.total if self.segment is None else self.target.of_segment(self.segment)

    def of_segment(self, segment: str) -> "Known":
        return Known(
            Sums(all=self.sums.segments[segment]),
            Stood(self.stood.of_segment(segment)),
            Stages(self.stages.segments[segment]),
            self.target,
            segment,
        )


def _figures(found: Found, period: Period, as_of: date, known: Known) -> Figures:
    told = {segment: _values(known.of_segment(segment)) for segment in definition.SEGMENTS}
    segments = {
        segment: {k: v for k, v in each.items() if definition.figures()[k].by_segment} for segment, each in told.items()
    }
    values, stood = _values(known), known.stood
    return Figures(
        found.scope, found.name, found.code, period, as_of, values, segments, stood.day, stood.at,
        of_agents=bool(known.target.of_agents),
    )  # fmt: skip


def _values(known: Known) -> Values:
    values: Values = dict.fromkeys(definition.figures())
    values |= definition.from_counters(known.sums.all)
    values |= definition.from_standing(known.stood.columns)
    values |= definition.from_cohort(known.stages.all)
    values |= definition.from_plan(known.aim)
    return values | definition.percentages(values)


def _groups(found: Found) -> Reading[list[tuple[Watch, str, str, list[Branch]]]]:
    """Regions of the nation (a branch without one stands for itself), or branches of a region."""
    regions: dict[int, Row] = {}
    if found.scope.level == NATION:
        regions = {row["id"]: row for row in (yield _REGIONS, {})}
    groups: dict[Watch, tuple[Watch, str, str, list[Branch]]] = {}
    for branch in found.branches:
        above = regions.get(branch.region_id or 0)
        if above is None:
            watch = Watch(BRANCH, str(branch.id))
            groups[watch] = (watch, branch.name, branch.code, [branch])
        else:
            watch = Watch(REGION, str(above["id"]))
            groups.setdefault(watch, (watch, above["name"], above["code"], []))[3].append(branch)
    return list(groups.values())


_REGIONS = "SELECT id, code, name FROM offices_office WHERE kind = 'region'"


def _some(sums: Sums) -> dict[str, int]:
    return {name: value for name, value in definition.from_counters(sums.all).items() if value}
