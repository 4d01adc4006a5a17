"""Two officers at one draft: what only one of them changed is taken from both; what both changed to other values is asked about.

Between the revision that a form or file was filled in from and the present one, the acts of the version tell which figures others
changed, from what and to what.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import LiteralString
from uuid import UUID

import orjson

from perisai.errors import Refused
from perisai.events.work import Work
from perisai.targets.plans import plan
from perisai.targets.plans.place import Home, at
from perisai.targets.plans.plan import Cell


@dataclass(frozen=True)
class Clash:
    """A figure that both changed. ``before``: what it was for both; ``by`` and ``at``: who changed it last, and when."""

    cell: Cell
    before: int | None
    theirs: int | None
    mine: int | None
    by: str | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class Merged:
    """``changed`` figures differ now; of ``clashes`` nothing was written."""

    changed: int
    clashes: list[Clash]


@dataclass(frozen=True)
class Meanwhile:
    """What was done to one figure since: from what, and who did it last."""

    before: int | None
    by: str | None
    at: datetime
    by_id: UUID | None


_SINCE: LiteralString = """
SELECT c.cells::text, u.full_name, c.at, c.by FROM {change} c LEFT JOIN accounts_user u ON u.id = c.by
WHERE {c} c.plan_id = %(plan)s AND c.revision > %(revision)s ORDER BY c.revision
"""


def merge(
    work: Work,
    *,
    home: Home,
    plan_id: UUID,
    revision: int,
    cells: Mapping[Cell, int | None],
    act: str = "edited",
    reason: str = "",
) -> Merged:
    """As ``plan.edit`` by somebody who had ``revision`` before their eyes; figures that they left as they were stay as others set
    them. Raises as ``plan.edit``, but not E5012."""
    version = plan.lock(work, home=home, plan_id=plan_id, revision=None, state="draft")
    known = plan.figures(work, home=home, plan_id=plan_id)
    plan.check(work, home=home, version=version, cells=cells, known=known)
    others = since(work, home=home, plan_id=plan_id, revision=revision)
    taken: dict[Cell, int | None] = {}
    clashes = []
    for cell, mine in cells.items():
        theirs, told = known.get(cell), others.get(cell)
        before = told.before if told else theirs
        if mine in (theirs, before):
            continue
        if theirs == before:
            taken[cell] = mine
        else:
            clashes.append(Clash(cell, before, theirs, mine, told.by if told else None, told.at if told else None))
    changed = 0
    if taken:
        changed = plan.edit(
            work, home=home, plan_id=plan_id, revision=version.revision, cells=taken, act=act, reason=reason
        )
    return Merged(changed, clashes)


def since(work: Work, *, home: Home, plan_id: UUID, revision: int) -> dict[Cell, Meanwhile]:
    """Every figure that was changed after a revision, however often. One statement."""
    found: dict[Cell, Meanwhile] = {}
    for cells, by, moment, by_id in work.rows(at(home, _SINCE), home.params(plan=plan_id, revision=revision)):
        for level, key, month, segment, measure, old, _new in orjson.loads(cells):
            cell = Cell(level, key, date.fromisoformat(month), segment, measure)
            first = found[cell].before if cell in found else old
            found[cell] = Meanwhile(first, by, moment, by_id)
    return found


def told(clashes: list[Clash]) -> Refused:
    """E5012, with the name of who changed one of them last."""
    newest = max(clashes, key=lambda one: one.at.timestamp() if one.at else 0, default=None)
    return Refused("E5012", who=(newest and newest.by) or "–")


__all__ = ["Clash", "Meanwhile", "Merged", "merge", "since", "told"]
