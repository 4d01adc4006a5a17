"""The readings behind ``figures.reading``, for any connection. ``now`` is the instant of the reading."""

from datetime import date, datetime, timedelta

from perisai.events.reading import Reading, Row
from perisai.figures import definition
from perisai.figures.counted import Sums, Want, read_days, read_keys, read_sums
from perisai.figures.outcome import Child, Figures, Late, Values
from perisai.figures.period import FAR_OFF, Period
from perisai.figures.place import Branch, Found, beneath, find
from perisai.offices.scopes import AGENT, BRANCH, NATION, REGION, Watch

_A_DAY = timedelta(days=1)


def of(scope: Watch, period: Period, as_of: date, now: datetime, *, compare: Period | None = None) -> Reading[Figures]:
    found = yield from find(scope)
    other = as_of_in(compare, period, as_of) if compare else None
    wants = [Want.of(found, period, as_of)]
    if compare and other:
        wants.append(Want.of(found, compare, other))
    sums = yield from read_sums(wants, now)
    compared = _figures(found, compare, other, sums[1]) if compare and other else None
    return _figures(found, period, as_of, sums[0], compared)


def children(scope: Watch, period: Period, as_of: date, now: datetime) -> Reading[list[Child]]:
    found = yield from find(scope)
    if scope.level == AGENT:
        return []
    if scope.level in (NATION, REGION):
        groups = yield from _groups(found)
        sums = yield from read_sums([Want(branches, "b", "", period, as_of) for _, _, _, branches in groups], now)
        return [
            Child(watch, name, code, _values(each)) for (watch, name, code, _), each in zip(groups, sums, strict=True)
        ]
    rows = yield from beneath(found)
    levels = ("s", "o", "a") if scope.level == BRANCH else ("a",)
    keys = yield from read_keys(Want.of(found, period, as_of), levels, now)
    return [
        Child(
            Watch(row["level"], row["key"]),
            row["name"],
            row["code"],
            _values(keys.get((row["letter"], row["key"]), Sums())),
        )
        for row in rows
        if row["is_shown"] or (row["letter"], row["key"]) in keys
    ]


def series(
    scope: Watch, name: str, period: Period, as_of: date, now: datetime
) -> Reading[list[tuple[date, int | None]]]:
    if definition.figures()[name].source.counter is None:
        raise KeyError(name)
    found = yield from find(scope)
    days = yield from read_days(found, name, period, as_of, now)
    count = (period.last - period.first).days + 1
    return [
        (day, days.get(day, 0) if day <= as_of else None) for day in (period.first + _A_DAY * n for n in range(count))
    ]


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


def _figures(found: Found, period: Period, as_of: date, sums: Sums, compared: Figures | None = None) -> Figures:
    values = _values(sums)
    segments = {name: _values(Sums(all=sums.segments[name])) for name in definition.SEGMENTS}
    told = {
        segment: {k: v for k, v in each.items() if definition.figures()[k].by_segment}
        for segment, each in segments.items()
    }
    return Figures(found.scope, found.name, found.code, period, as_of, values, told, compared=compared)


def _values(sums: Sums) -> Values:
    values: Values = dict.fromkeys(definition.figures())
    values |= definition.from_counters(sums.all)
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
