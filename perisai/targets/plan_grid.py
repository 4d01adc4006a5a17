"""An office's plan as the page shows it: the grid of one segment and measure, its sums, and every sum that does not agree."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from perisai.events.work import Work
from perisai.targets import plan, plan_decide, plan_queries
from perisai.targets.plan import Cell
from perisai.targets.plan_decide import Sum
from perisai.targets.plan_place import MEASURES, NATION, SEGMENTS, WHOLE, Child, Home, children, months, named
from perisai.targets.plan_queries import Known


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


@dataclass
class Page:
    """What the page of a plan shows. ``version`` None: the office has no plan of the year."""

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
    typed: Mapping[str, str] | None = None,
    since: int | None = None,
) -> Page:
    """``typed``: values by name of a box that are not saved. ``since``: the revision that a form was filled in from; what others
    changed after it is marked."""
    versions = plan_queries.versions(work, home, year)
    known = chosen(versions, version)
    found = Page(home, year, segment, measure, versions, known)
    figures = plan.figures(work, home=home, plan_id=known.id) if known else {}
    got = plan_decide.given(work, home=home, year=year, figures=figures)
    found.checks = _checks(plan_decide.sums(figures), got)
    months_ = months(year)
    found.given = [got.get(Sum(segment, measure, one)) for one in months_]
    found.passed = [plan_decide.sums(figures).get(Sum(segment, measure, one), 0) for one in months_]
    if known is None:
        return found
    is_draft = may_edit and known.state == "draft"
    others = _meanwhile(work, home, known, since) if since is not None else {}
    there = children(work, home)
    gone = {(cell.level, cell.key) for cell in figures if cell.level != NATION} - {child.id for child in there}
    there += named(work, home, gone)
    found.rows = [_row(child, found, figures, is_draft, typed or {}, others) for child in there]
    if home.level == NATION:
        whole = Child(NATION, WHOLE, "", "")
        found.whole = _row(whole, found, figures, is_draft, typed or {}, others)
    return found


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
) -> Row:
    assert page.version is not None
    boxes = []
    for number, one in enumerate(months(page.year), start=1):
        cell = Cell(child.level, child.key, one, page.segment, page.measure)
        name = name_of(child.level, child.key, number)
        is_open = is_draft and one >= page.version.from_month
        boxes.append(Box(name, one, figures.get(cell), is_open, typed.get(name), others.get(cell)))
    return Row(child, boxes)


def _meanwhile(work: Work, home: Home, known: Known, since: int) -> dict[Cell, tuple[str, int | None]]:
    found: dict[Cell, tuple[str, int | None]] = {}
    for change in plan_queries.changes(work, home, known.year, plan_id=known.id, after=since):
        for level, key, one, segment, measure, _old, new in change.cells:
            found.setdefault(Cell(level, key, date.fromisoformat(one), segment, measure), (change.by or "–", new))
    return found


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


__all__ = ["Box", "Check", "Page", "Row", "cells_of", "chosen", "name_of", "page", "told"]
