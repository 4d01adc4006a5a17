"""An office's plan as the page shows it: the grid of one segment and measure, its sums, and every sum that does not agree."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from perisai.events.work import Work
from perisai.targets.plans import clash as plan_clash
from perisai.targets.plans import decide as plan_decide
from perisai.targets.plans import merge as plan_merge
from perisai.targets.plans import plan
from perisai.targets.plans import queries as plan_queries
from perisai.targets.plans.clash import Answer, Line
from perisai.targets.plans.decide import Sum
from perisai.targets.plans.merge import Clash
from perisai.targets.plans.place import MEASURES, NATION, SEGMENTS, WHOLE, Child, Home, children, months, named
from perisai.targets.plans.plan import Cell
from perisai.targets.plans.queries import Known

ROWS: Final = 80
"""Of a page: their boxes are fewer than the fields that a form may send."""


@dataclass
class Box:
    """One cell. ``typed``: what the officer wrote and is not saved; ``other``: who changed it meanwhile, and to what."""

    name: str
    month: date
    value: int | None
    is_open: bool
    typed: str | None = None
    other: tuple[str, int | None] | None = None

    @property
    def lost(self) -> str:
        """What was typed into a figure that nobody may change now: shown, so that it can be copied."""
        same = self.typed is None or self.is_open or self.typed == ("" if self.value is None else str(self.value))
        return "" if same else self.typed or "–"

    @property
    def shown(self) -> str:
        return self.typed if self.typed is not None else "" if self.value is None else str(self.value)


@dataclass
class Row:
    child: Child
    boxes: list[Box]

    @property
    def total(self) -> int:
        return sum(box.value or 0 for box in self.boxes)


@dataclass(frozen=True)
class Check:
    """A year's sums of one segment and measure. ``given`` None: nothing was given. ``off``: some month does not agree."""

    segment: str
    measure: str
    passed: int
    given: int | None
    off: bool

    @property
    def difference(self) -> int:
        return 0 if self.given is None else self.passed - self.given


@dataclass(frozen=True)
class Filled:
    """A form that was sent and is not saved. ``typed``: values by name of a box; ``since``: the revision it was filled in from;
    ``clashes`` and ``again`` are asked about."""

    typed: Mapping[str, str] = field(default_factory=dict)
    since: int | None = None
    clashes: Sequence[Clash] = ()
    again: Sequence[Answer] = ()


@dataclass(frozen=True)
class Part:
    """Which rows: those whose name or code has ``search`` in it, of these the ``number``-th page."""

    search: str = ""
    number: int = 1


@dataclass
class Page:
    """What the page of a plan shows. ``version`` None: the office has no plan of the year. ``rest``: sums by month of rows that
    are not shown; ``many``: rows that were looked for, ``there``: all there are."""

    home: Home
    year: int
    segment: str
    measure: str
    versions: list[Known]
    version: Known | None
    rows: list[Row] = field(default_factory=list)
    whole: Row | None = None
    """Of head office: the year's whole, which its own plan names."""
    passed: list[int] = field(default_factory=list)
    given: list[int | None] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    asked: list[Line] = field(default_factory=list)
    rest: list[int] = field(default_factory=lambda: [0] * 12)
    part: Part = Part()
    many: int = 0
    there: int = 0

    @property
    def pages(self) -> int:
        return max(1, -(-self.many // ROWS))

    @property
    def sums(self) -> list[tuple[int, int]]:
        """By month: what is passed on, and how much of it rows have that are not shown."""
        return list(zip(self.passed, self.rest, strict=True))

    @property
    def off(self) -> list[Check]:
        return [check for check in self.checks if check.off]

    @property
    def differences(self) -> list[int | None]:
        return [None if got is None else passed - got for passed, got in zip(self.passed, self.given, strict=True)]

    @property
    def passed_total(self) -> int:
        return sum(self.passed)

    @property
    def given_total(self) -> int | None:
        return sum(got or 0 for got in self.given) if any(got is not None for got in self.given) else None


def chosen(versions: list[Known], asked: str) -> Known | None:
    """The version of this number, else the open one, else the one in force."""
    by_number = next((one for one in versions if str(one.version) == asked), None)
    return by_number or next((one for one in versions if one.is_open), None) or next(iter(versions), None)


def page(
    work: Work,
    home: Home,
    *,
    year: int,
    segment: str,
    measure: str,
    version: str = "",
    may_edit: bool = False,
    filled: Filled = Filled(),
    part: Part = Part(),
) -> Page:
    """``filled``: what is not saved; what others changed after its ``since`` is marked, what both changed is asked about."""
    versions = plan_queries.versions(work, home, year)
    known = chosen(versions, version)
    found = Page(home, year, segment, measure, versions, known, part=part)
    figures = plan.figures(work, home=home, plan_id=known.id) if known else {}
    got = plan_decide.given(work, home=home, year=year, figures=figures)
    sums = plan_decide.sums(figures)
    found.checks = _checks(sums, got)
    months_ = months(year)
    found.given = [got.get(Sum(segment, measure, one)) for one in months_]
    found.passed = [sums.get(Sum(segment, measure, one), 0) for one in months_]
    if known is None:
        return found
    there = children(work, home)
    gone = {(cell.level, cell.key) for cell in figures if cell.level != NATION} - {child.id for child in there}
    there += named(work, home, gone)
    found.asked = plan_clash.lines(filled.clashes, filled.again, figures, there)
    is_draft = may_edit and known.state == "draft"
    others = {} if filled.since is None else _meanwhile(work, home, known, filled.since, figures)
    ask = {line.cell for line in found.asked}

    def row(child: Child) -> Row:
        return _row(child, found, figures, is_draft, filled.typed, others, ask)

    _fill(found, there, filled.typed, row)
    if home.level == NATION:
        found.whole = row(Child(NATION, WHOLE, "", ""))
    return found


def _fill(found: Page, there: list[Child], typed: Mapping[str, str], row: Callable[[Child], Row]) -> None:
    """The rows of the part, and those with something typed that is not saved."""
    words = found.part.search.casefold().split()
    wanted = [child for child in there if all(word in f"{child.name} {child.code}".casefold() for word in words)]
    found.there, found.many = len(there), len(wanted)
    number = min(max(found.part.number, 1), found.pages)
    found.part = Part(found.part.search, number)
    kept = {tuple(name.split(":")[1:3]) for name in typed if name.count(":") == 3}
    chosen_ = wanted[(number - 1) * ROWS : number * ROWS]
    ids = {child.id for child in chosen_}
    chosen_ += [child for child in there if child.id in kept and child.id not in ids]
    found.rows = [row(child) for child in chosen_]
    for at, passed in enumerate(found.passed):
        found.rest[at] = passed - sum(one.boxes[at].value or 0 for one in found.rows)


def name_of(level: str, key: str, number: int) -> str:
    """Of a box in the form."""
    return f"c:{level}:{key}:{number}"


def cells_of(typed: Mapping[str, str], *, year: int, segment: str, measure: str) -> dict[Cell, str]:
    """The boxes of a form as cells; names that are none are left out."""
    found: dict[Cell, str] = {}
    for name, text in typed.items():
        parts = name.split(":")
        if (
            len(parts) == 4
            and parts[0] == "c"
            and parts[3].isascii()
            and parts[3].isdigit()
            and len(parts[3]) <= 2
            and 1 <= int(parts[3]) <= 12
        ):
            found[Cell(parts[1], parts[2], months(year)[int(parts[3]) - 1], segment, measure)] = text
    return found


def _row(
    child: Child,
    page: Page,
    figures: Mapping[Cell, int],
    is_draft: bool,
    typed: Mapping[str, str],
    others: Mapping[Cell, tuple[str, int | None]],
    ask: Collection[Cell],
) -> Row:
    assert page.version is not None
    boxes = []
    for number, one in enumerate(months(page.year), start=1):
        cell = Cell(child.level, child.key, one, page.segment, page.measure)
        name = name_of(child.level, child.key, number)
        is_open = is_draft and one >= page.version.from_month and cell not in ask
        boxes.append(
            Box(name, one, figures.get(cell), is_open, None if cell in ask else typed.get(name), others.get(cell))
        )
    return Row(child, boxes)


def _meanwhile(
    work: Work, home: Home, known: Known, since: int, figures: Mapping[Cell, int]
) -> dict[Cell, tuple[str, int | None]]:
    found = plan_merge.since(work, home=home, plan_id=known.id, revision=since)
    mine = work.actor.user_id
    return {
        cell: (one.by or "–", figures.get(cell)) for cell, one in found.items() if mine is None or one.by_id != mine
    }


def _checks(passed: Mapping[Sum, int], got: Mapping[Sum, int]) -> list[Check]:
    off = plan_decide.differences(passed, got)
    found = []
    for measure in MEASURES:
        for segment in SEGMENTS:
            mine = [value for key, value in passed.items() if key[:2] == (segment, measure)]
            given = [value for key, value in got.items() if key[:2] == (segment, measure)]
            if mine or given:
                is_off = any(key[:2] == (segment, measure) for key in off)
                found.append(Check(segment, measure, sum(mine), sum(given) if given else None, is_off))
    return found


def told(change: plan_queries.Change, names: Mapping[tuple[str, str], str], most: int = 12) -> dict[str, Any]:
    """A change for the page: its first cells with names, and how many there are."""
    cells = [
        {
            "name": names.get((level, key), key),
            "month": one,
            "segment": segment,
            "measure": measure,
            "old": old,
            "new": new,
        }
        for level, key, one, segment, measure, old, new in change.cells[:most]
    ]
    return {"change": change, "cells": cells, "more": max(0, len(change.cells) - most), "count": len(change.cells)}


__all__ = ["ROWS", "Box", "Check", "Filled", "Page", "Part", "Row", "cells_of", "chosen", "name_of", "page", "told"]
