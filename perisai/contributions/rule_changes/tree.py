"""A rule file as a tree: its dated figures, and what differs between two states of it. Pure.

A mapping whose keys are all days is dated: what stands under a day holds from it on. Reliefs hold in the months of their windows.
Everything else holds always."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from perisai.rulefile import read_file

Raw = dict[Any, Any]
Step = tuple[str, ...]

WORDING: Final = frozenset(
    {"what", "reference", "says", "why", "name", "text", "question", "title", "means", "conditions"}
)
"""Keys that say a rule to people; a change of them changes no bill and no day."""


class Difference(NamedTuple):
    """``on``: the first day it changes; None: always. ``before`` and ``after``: what is in force then, None for nothing."""

    path: Step
    on: date | None
    before: Any
    after: Any
    is_wording: bool = False


class Dated(NamedTuple):
    """A figure of a file: ``around`` is the mapping it stands in (with what, unit, name)."""

    path: Step
    around: Raw
    values: dict[date, Any]


def read_tree(path: Path) -> Raw:
    """Raises RulesError."""
    return read_file(path, dict[Any, Any])


def is_dated(node: Any) -> bool:
    return isinstance(node, dict) and bool(node) and all(_is_day(key) for key in node)


def dated(node: Any, path: Step = (), around: Raw | None = None) -> Iterator[Dated]:
    """Every dated figure, in the order of the file."""
    if is_dated(node):
        yield Dated(path[:-1], around or {}, dict(sorted(node.items())))
    elif isinstance(node, dict):
        for key, child in node.items():
            yield from dated(child, (*path, str(key)), node)


def in_force(values: Mapping[date, Any], on: date) -> Any | None:
    """What holds on a day; None before the first."""
    days = [day for day in values if day <= on]
    return values[max(days)] if days else None


def differences(old: Any, new: Any, path: Step = (), *, wording: bool = False) -> Iterator[Difference]:
    """What the second state says otherwise than the first."""
    if old == new:
        return
    if is_dated(old) and is_dated(new):
        yield from _of_days(old, new, path, wording)
    elif path == ("reliefs",):
        yield from _of_reliefs(old or (), new or ())
    elif isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            said = wording or key in WORDING
            yield from differences(old.get(key), new.get(key), (*path, str(key)), wording=said)
    else:
        yield Difference(path, None, old, new, wording)


def touches(found: list[Difference], today: date) -> list[Difference]:
    """Those that change what is in force on ``today`` or was before."""
    return [one for one in found if not one.is_wording and (one.on is None or one.on <= today)]


def holds_from(found: list[Difference], today: date) -> date:
    """The first day that is changed; ``today`` where something undated is, or only words are."""
    days = [one.on or today for one in found if not one.is_wording]
    return min(days, default=today)


def meaning(node: Any) -> Any:
    """Without the words."""
    if isinstance(node, dict):
        return {key: meaning(child) for key, child in node.items() if key not in WORDING}
    return tuple(meaning(child) for child in node) if isinstance(node, (tuple, list)) else node


def _is_day(key: Any) -> bool:
    return isinstance(key, date) and not isinstance(key, datetime)


def _of_days(old: Raw, new: Raw, path: Step, wording: bool) -> Iterator[Difference]:
    for day in sorted({*old, *new}):
        if old.get(day) == new.get(day):
            continue
        before, after = in_force(old, day), in_force(new, day)
        yield Difference(path, day, before, after, wording or meaning(before) == meaning(after))


def _of_reliefs(old: tuple[Raw, ...], new: tuple[Raw, ...]) -> Iterator[Difference]:
    olds, news = ({relief["id"]: relief for relief in reliefs} for reliefs in (old, new))
    for name in [*olds, *(name for name in news if name not in olds)]:
        before, after = olds.get(name), news.get(name)
        path = ("reliefs", name)
        if before is None or after is None:
            yield Difference(path, min(_months(before or after or {})), before, after)
        else:
            yield from _of_relief(before, after, path)


_SPAN = ("windows", "first_month", "last_month")


def _of_relief(old: Raw, new: Raw, path: Step) -> Iterator[Difference]:
    first = min(_months(old) | _months(new))
    for key in [*old, *(key for key in new if key not in old)]:
        if key in _SPAN or old.get(key) == new.get(key):
            continue
        said = key in WORDING or meaning(old.get(key)) == meaning(new.get(key))
        yield Difference((*path, str(key)), first, old.get(key), new.get(key), said)
    moved = _covered(old) ^ _covered(new)
    if moved:
        on = min(month for _sector, month in moved)
        yield Difference((*path, "windows"), on, _windows(old), _windows(new))
    elif meaning(_windows(old)) == meaning(_windows(new)) and _windows(old) != _windows(new):
        yield Difference((*path, "windows"), None, _windows(old), _windows(new), True)


def _windows(relief: Raw) -> tuple[Raw, ...]:
    """The windows of a relief; one of wage earners has one, for everybody."""
    if "windows" in relief:
        return tuple(relief["windows"])
    return ({"sectors": ("",), "first_month": relief["first_month"], "last_month": relief["last_month"]},)


def _months(relief: Raw) -> set[date]:
    return {window["first_month"] for window in _windows(relief)}


def _covered(relief: Raw) -> set[tuple[str, date]]:
    """(sector, month) for every month that the relief holds in."""
    found: set[tuple[str, date]] = set()
    for window in _windows(relief):
        month = window["first_month"]
        while month <= window["last_month"]:
            found |= {(sector, month) for sector in window["sectors"]}
            month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return found
