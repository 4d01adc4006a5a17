"""Figures that two officers changed, as the form asks about them: side by side, with a choice for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from perisai.targets.plans.merge import Clash
from perisai.targets.plans.place import Child, months
from perisai.targets.plans.plan import Cell

MINE, THEIRS = "mine", "theirs"
MOST: Final = 80
"""Asked about on a page; a file with more comes back with these cells marked."""


@dataclass(frozen=True)
class Answer:
    """A line of the question. ``text``: what the officer wants; ``choice``: which of the two, '' where none was made."""

    cell: Cell
    text: str
    choice: str
    before: int | None


@dataclass(frozen=True)
class Line:
    """A question on the page. ``name``: of its fields, behind ``x:`` (text), ``k:`` (choice) and ``b:`` (what was before)."""

    name: str
    cell: Cell
    child: str
    before: int | None
    theirs: int | None
    mine: str
    by: str | None = None
    at: datetime | None = None
    choice: str = ""


def answers(sent: Mapping[str, str], *, year: int) -> list[Answer]:
    """What a form says about the figures it asked about; names that are none are left out."""
    found = []
    for field, text in sent.items():
        name = field.removeprefix("x:")
        cell = _cell(name, year) if name != field else None
        if cell is not None:
            choice = sent.get(f"k:{name}", "")
            known = choice if choice in (MINE, THEIRS) else ""
            found.append(Answer(cell, text, known, _number(sent.get(f"b:{name}", ""))))
    return found


def lines(
    clashes: Sequence[Clash], again: Sequence[Answer], figures: Mapping[Cell, int], there: Sequence[Child]
) -> list[Line]:
    """What is asked about: what clashed now, and what was asked before and has no answer that could be taken."""
    names = {child.id: child.name for child in there}
    found = {
        one.cell: Line(
            _name(one.cell), one.cell, names.get((one.cell.level, one.cell.key), one.cell.key), one.before, one.theirs,
            "" if one.mine is None else str(one.mine), one.by, one.at,
        )
        for one in clashes
    }  # fmt: skip
    for one in again:
        child = names.get((one.cell.level, one.cell.key), one.cell.key)
        asked = Line(_name(one.cell), one.cell, child, one.before, figures.get(one.cell), one.text, choice=one.choice)
        found.setdefault(one.cell, asked)
    return list(found.values())


def _name(cell: Cell) -> str:
    return f"{cell.segment}:{cell.measure}:{cell.level}:{cell.key}:{cell.month.month}"


def _cell(name: str, year: int) -> Cell | None:
    parts = name.split(":")
    if len(parts) != 5 or parts[4] not in _NUMBERS:
        return None
    segment, measure, level, key, number = parts
    return Cell(level, key, months(year)[int(number) - 1], segment, measure)


_NUMBERS: Final = tuple(str(number) for number in range(1, 13))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 17 else None


__all__ = ["MINE", "MOST", "THEIRS", "Answer", "Line", "answers", "lines"]
