"""Where the field worked on a day: enrolments and visits that a phone gave a place for, never where exactly.

A place is told as a cell of 500 m with its counts, to the branch and those beneath it, who meet these people; offices above are
told kecamatan, and none of fewer than three.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, LiteralString

from perisai.accounts.audience import ABOVE, Role, Viewer
from perisai.events.work import Work
from perisai.offices.boundary_file import EAST, NORTH, SOUTH, WEST
from perisai.offices.scopes import NATION, Place

CELL: Final = 0.0045
"""Degrees: 500 m at the equator."""
LEAST: Final = 3
"""Fewer are not told above the branch."""
MOST_METRES: Final = 1000
"""A place that is less certain than this is none."""

# Carried by enrolment_place and visit_place (branch_id, day); the visit's enrolment by its primary key.
_ACTIVITY: LiteralString = """
WITH done AS (
  SELECT e.branch_id, e.sub_branch_id, e.agency_office_id, e.agent_id, e.region_code, e.place, 1 AS enrolments, 0 AS visits
  FROM members_enrolment e
  WHERE e.branch_id = ANY (%(branches)s) AND e.captured_on = %(day)s AND e.place IS NOT NULL
  UNION ALL
  SELECT v.branch_id, e.sub_branch_id, e.agency_office_id, v.agent_id, e.region_code, v.place, 0, 1
  FROM reminders_visit v JOIN members_enrolment e ON e.branch_id = v.branch_id AND e.id = v.enrolment_id
  WHERE v.branch_id = ANY (%(branches)s) AND v.visited_on = %(day)s AND v.place IS NOT NULL AND v.undone_by IS NULL
)
SELECT floor((d.place->>'lon')::float8 / %(cell)s)::int, floor((d.place->>'lat')::float8 / %(cell)s)::int, d.region_code,
  sum(d.enrolments)::int, sum(d.visits)::int
FROM done d
WHERE coalesce((d.place->>'accuracy')::float8, 0) <= %(metres)s
  AND (%(part)s = '' OR %(key)s = CASE %(part)s WHEN 's' THEN d.sub_branch_id::text WHEN 'o' THEN d.agency_office_id::text
    ELSE d.agent_id::text END) AND """
_GROUPED: LiteralString = " GROUP BY 1, 2, 3"
_NAMES: LiteralString = """
SELECT r.code, r.name, p.name FROM offices_region r LEFT JOIN offices_region p ON p.code = r.parent_code WHERE r.code = ANY (%s)
"""


@dataclass
class Cell:
    """Its middle, and what was done within it."""

    longitude: float
    latitude: float
    enrolments: int = 0
    visits: int = 0


@dataclass(frozen=True)
class Row:
    name: str
    of: str
    enrolments: int
    visits: int


@dataclass(frozen=True)
class Activity:
    """``cells`` only for the branch and beneath. ``is_coarse``: told by kecamatan, none of fewer than three."""

    day: date
    is_coarse: bool
    cells: list[Cell] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


def may_see(viewer: Viewer, place: Place) -> bool:
    """A whole nation is not told where its field works."""
    return viewer.role is not Role.SYSTEM and place.watch.level != NATION


def read(work: Work, viewer: Viewer, place: Place, day: date) -> Activity:
    """Two statements."""
    is_coarse = viewer.role in ABOVE
    part = place.key
    sql, narrowed = viewer.narrow_named("d")
    params: dict[str, Any] = {
        "branches": list(place.branches),
        "day": day,
        "cell": CELL,
        "metres": MOST_METRES,
        "part": part[1] if part else "",
        "key": part[2] if part else "",
        **narrowed,
    }
    found = work.rows(_ACTIVITY + sql + _GROUPED, params)
    cells: dict[tuple[int, int], Cell] = {}
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for x, y, region, enrolments, visits in found:
        longitude, latitude = (x + 0.5) * CELL, (y + 0.5) * CELL
        if not (WEST <= longitude <= EAST and SOUTH <= latitude <= NORTH):
            continue
        cell = cells.setdefault((x, y), Cell(round(longitude, 5), round(latitude, 5)))
        cell.enrolments, cell.visits = cell.enrolments + enrolments, cell.visits + visits
        code = region[:8] if is_coarse else region
        sums[code][0] += enrolments
        sums[code][1] += visits
    if is_coarse:
        return Activity(day, True, [], _rows(work, {code: _told(counts) for code, counts in sums.items()}))
    return Activity(day, False, list(cells.values()), _rows(work, sums))


def _told(counts: list[int]) -> list[int]:
    """Counts of fewer than three are not told."""
    return [count if count >= LEAST else 0 for count in counts]


def _rows(work: Work, sums: Mapping[str, list[int]]) -> list[Row]:
    shown = {code: counts for code, counts in sums.items() if any(counts)}
    names = {code: (name, of or "") for code, name, of in work.rows(_NAMES, [list(shown)])} if shown else {}
    rows = [Row(*names.get(code, (code, "")), *counts) for code, counts in shown.items()]
    return sorted(rows, key=lambda row: (-row.enrolments - row.visits, row.name))
