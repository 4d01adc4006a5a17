"""An earlier version is taken up again: as a new draft, which a second person approves as any other."""

from datetime import date
from typing import LiteralString, NamedTuple
from uuid import UUID

from perisai.errors import Refused
from perisai.events.work import Work
from perisai.targets.plans import plan
from perisai.targets.plans.place import NATION, WHOLE, Home, at, children
from perisai.targets.plans.plan import Cell

# What was replaced never changes again, and is not locked.
_EARLIER: LiteralString = """
SELECT p.year, p.version, p.state FROM {plan} p WHERE {p} p.id = %(plan)s AND p.office_id = %(office)s
"""


class TakenUp(NamedTuple):
    plan_id: UUID
    changed: int
    """Figures that differ from what is in force."""
    left_out: int
    """Figures of who is no longer beneath the office."""


def take_up(work: Work, *, home: Home, plan_id: UUID, from_month: date) -> TakenUp:
    """A draft with what a replaced version said from ``from_month`` on; months before it stay as they are in force.

    Raises E1004, E5013 where the version is none that was replaced, and as ``plan.start``.
    """
    row = work.row(at(home, _EARLIER), home.params(plan=plan_id))
    if row is None:
        raise Refused("E1004")
    year, number, state = row
    if state != "replaced":
        raise Refused("E5013")
    draft = plan.start(work, home=home, year=year, from_month=from_month)
    now = plan.figures(work, home=home, plan_id=draft)
    then = {cell: n for cell, n in plan.figures(work, home=home, plan_id=plan_id).items() if cell.month >= from_month}
    cells: dict[Cell, int | None] = {cell: None for cell in now if cell.month >= from_month}
    there = {child.id for child in children(work, home)} | {(cell.level, cell.key) for cell in cells}
    if home.level == NATION:
        there.add((NATION, WHOLE))
    cells |= {cell: n for cell, n in then.items() if (cell.level, cell.key) in there}
    changed = plan.edit(work, home=home, plan_id=draft, revision=0, cells=cells, act="taken_up", reason=str(number))
    return TakenUp(draft, changed, sum((cell.level, cell.key) not in there for cell in then))
