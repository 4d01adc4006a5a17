"""Agents who left an office in the middle of a year, and whose figures still stand in its plan: found, and taken out at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import LiteralString

from perisai.errors import Refused
from perisai.events.work import Work
from perisai.targets.plans import plan
from perisai.targets.plans.place import AGENT, Home, at
from perisai.targets.plans.plan import Cell
from perisai.targets.plans.queries import Known
from perisai.targets.quotas.setting import add_months


@dataclass(frozen=True)
class Moved:
    """``on``: the first day elsewhere, None where no placement tells it. ``since``: the first month that is another's; ``cells``:
    figures from then on that still stand here."""

    key: str
    code: str
    name: str
    on: date | None
    since: date
    cells: tuple[Cell, ...]


# Figures by their primary key, agents by theirs, where they were by placement_once.
_GONE: LiteralString = """
SELECT f.child_key, a.code, a.full_name, m.day, f.month, f.segment, f.measure
FROM {figure} f
JOIN agents_agent a ON a.branch_id = f.branch_id AND a.id::text = f.child_key
CROSS JOIN LATERAL (
  SELECT max(upper(p.during)) AS day FROM agents_placement p
  WHERE p.branch_id = a.branch_id AND p.agent_id = a.id AND upper(p.during) <= %(today)s
    AND coalesce(p.agency_office_id, p.sub_branch_id, p.branch_id) = %(office)s
) m
WHERE {f} f.plan_id = %(plan)s AND f.child_level = 'agent' AND f.month >= %(month)s
  AND (a.state NOT IN ('active', 'suspended') OR coalesce(a.agency_office_id, a.sub_branch_id, a.branch_id) <> %(office)s)
ORDER BY a.code, f.child_key, f.month, f.segment, f.measure
"""


def newest(versions: Sequence[Known]) -> Known | None:
    """The version that would be changed: the open one, else the one in force."""
    found = [one for one in versions if one.is_open or one.state == "approved"]
    return next((one for one in found if one.is_open), found[0] if found else None)


def still_here(work: Work, *, home: Home, version: Known | None) -> list[Moved]:
    """Who works elsewhere now, or not at all, with figures of months that are another's: from the month after the day they left,
    at the earliest of this month. One statement."""
    if home.is_upper or version is None:
        return []
    today = home.today(work.now)
    month = max(today.replace(day=1), version.from_month) if version.is_open else today.replace(day=1)
    asked = home.params(plan=version.id, today=today, month=month)
    rows: dict[str, list[tuple[str, str, date | None, Cell]]] = {}
    for key, code, name, on, month, segment, measure in work.rows(at(home, _GONE), asked):
        if on is None or month >= _since(on):
            rows.setdefault(key, []).append((code, name, on, Cell(AGENT, key, month, segment, measure)))
    return [
        Moved(key, of[0][0], of[0][1], of[0][2], of[0][3].month, tuple(cell for *_, cell in of))
        for key, of in rows.items()
    ]


def leave_out(work: Work, *, home: Home, year: int, versions: Sequence[Known]) -> int:
    """Takes those figures out of the draft, or begins the next version without them; returns how many.

    Raises E5030 where there are none, E5011 where a version waits for approval, and as ``plan.start`` and ``plan.edit``.
    """
    version = newest(versions)
    found = still_here(work, home=home, version=version)
    if version is None or not found:
        raise Refused("E5030")
    if version.state == "approved":
        plan_id, revision = plan.start(work, home=home, year=year, from_month=min(one.since for one in found)), 0
    elif version.state == "draft":
        plan_id, revision = version.id, version.revision
    else:
        raise Refused("E5011")
    cells: dict[Cell, int | None] = {cell: None for one in found for cell in one.cells}
    return plan.edit(work, home=home, plan_id=plan_id, revision=revision, cells=cells, act="moved")


def _since(day: date) -> date:
    """The first month that begins on the day or after it."""
    return day if day.day == 1 else add_months(day.replace(day=1), 1)
