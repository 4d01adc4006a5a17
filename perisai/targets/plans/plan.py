"""The versions of an office's plan: begun, changed, proposed, approved, replaced. Here and nowhere else are plans written.

What an approved version says never changes; the next one replaces it from a month on and repeats what came before that month.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, LiteralString, NamedTuple
from uuid import UUID

import orjson

from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Happened, Work
from perisai.targets.plans.place import MEASURES, NATION, SEGMENTS, WHOLE, YEARS, Home, at, children, month
from perisai.targets.plans.reading import target_of, targets_of

MOST: Final = 10**15
"""Of one figure in rupiah: more than the country's dues of a month, less than what a sum of all could overflow."""
MOST_OF: Final = {"persons": 10_000_000, "contributions": MOST, "outreach": 10_000_000}
"""Of one figure; persons as many as a quota can hold."""
LONGEST: Final = 500
"""Letters of a reason."""


class Cell(NamedTuple):
    """One figure of a plan."""

    level: str
    key: str
    month: date
    segment: str
    measure: str


@dataclass(frozen=True)
class Version:
    """A locked plan."""

    id: UUID
    year: int
    version: int
    state: str
    from_month: date
    revision: int
    made_by: UUID | None


# Held from the newest on, as an approval does: who waited for one then sees which version it left in force.
_HOLD: LiteralString = """
SELECT p.id FROM {plan} p WHERE {p} p.office_id = %(office)s AND p.year = %(year)s ORDER BY p.version DESC FOR UPDATE
"""
_APPROVED: LiteralString = """
SELECT p.id FROM {plan} p WHERE {p} p.office_id = %(office)s AND p.year = %(year)s AND p.state = 'approved'
"""
_LAST: LiteralString = """
SELECT coalesce(max(p.version), 0) FROM {plan} p WHERE {p} p.office_id = %(office)s AND p.year = %(year)s
"""
# plan_open_once: of two who begin at the same time, one does.
_START: LiteralString = """
INSERT INTO {plan} ({column} id, office_id, year, version, state, from_month, revision, made_at, made_by)
VALUES ({value} %(plan)s, %(office)s, %(year)s, %(version)s, 'draft', %(from_month)s, 0, %(now)s, %(by)s) ON CONFLICT DO NOTHING
"""
_COPY: LiteralString = """
INSERT INTO {figure} ({column} plan_id, month, segment, measure, child_level, child_key, value)
SELECT {value} %(plan)s, f.month, f.segment, f.measure, f.child_level, f.child_key, f.value
FROM {figure} f WHERE {f} f.plan_id = %(before)s
"""
_LOCK: LiteralString = """
SELECT p.id, p.year, p.version, p.state, p.from_month, p.revision, p.made_by FROM {plan} p
WHERE {p} p.id = %(plan)s AND p.office_id = %(office)s FOR UPDATE
"""
_FIGURES: LiteralString = """
SELECT f.child_level, f.child_key, f.month, f.segment, f.measure, f.value FROM {figure} f WHERE {f} f.plan_id = %(plan)s
"""
OF_ID: Final[LiteralString] = """
SELECT p.year, p.version, p.revision FROM {plan} p WHERE {p} p.id = %(plan)s AND p.office_id = %(office)s
"""
_CELLS: LiteralString = """
jsonb_to_recordset(%(cells)s::jsonb) AS n (month date, segment text, measure text, level text, key text, value bigint)"""
_PUT: LiteralString = (
    """
INSERT INTO {figure} ({column} plan_id, month, segment, measure, child_level, child_key, value)
SELECT {value} %(plan)s, n.month, n.segment, n.measure, n.level, n.key, n.value FROM """
    + _CELLS
    + """ WHERE n.value IS NOT NULL
ON CONFLICT ({column} plan_id, month, segment, measure, child_level, child_key) DO UPDATE SET value = excluded.value
"""
)
_REMOVE: LiteralString = (
    "DELETE FROM {figure} f USING "
    + _CELLS
    + """ WHERE {f} f.plan_id = %(plan)s AND n.value IS NULL AND f.month = n.month AND f.segment = n.segment
  AND f.measure = n.measure AND f.child_level = n.level AND f.child_key = n.key
"""
)
_BUMP: LiteralString = "UPDATE {plan} p SET revision = p.revision + 1 WHERE {p} p.id = %(plan)s RETURNING p.revision"
_TELL: LiteralString = """
INSERT INTO {change} ({column} plan_id, revision, act, at, by, reason, cells)
VALUES ({value} %(plan)s, %(revision)s, %(act)s, %(now)s, %(by)s, %(reason)s, %(cells)s::jsonb)
"""
_MEANWHILE: LiteralString = """
SELECT u.full_name, c.at FROM {change} c LEFT JOIN accounts_user u ON u.id = c.by
WHERE {c} c.plan_id = %(plan)s AND c.revision > %(revision)s ORDER BY c.revision DESC LIMIT 1
"""


def start(work: Work, *, home: Home, year: int, from_month: date) -> UUID:
    """A draft for the year: empty, or what is approved, to be changed from ``from_month`` on.

    Raises E5010 for a month out of the year or, where a plan is in force, before this month; E5011 where a version is open.
    """
    if year not in YEARS or from_month.year != year or from_month.day != 1:
        raise Refused("E5010")
    work.execute(at(home, _HOLD), home.params(year=year))
    before = work.row(at(home, _APPROVED), home.params(year=year))
    if before is not None and from_month < home.today(work.now).replace(day=1):
        raise Refused("E5010")
    plan_id = uuid7()
    (last,) = work.row(at(home, _LAST), home.params(year=year)) or (0,)
    params = home.params(
        plan=plan_id, year=year, version=last + 1, from_month=from_month, now=work.now, by=work.actor.user_id
    )
    if work.execute(at(home, _START), params) == 0:
        raise Refused("E5011")
    if before is not None:
        work.execute(at(home, _COPY), home.params(plan=plan_id, before=before[0]))
    version = Version(plan_id, year, last + 1, "draft", from_month, 0, work.actor.user_id)
    _tell(work, home, version, act="started", revision=0)
    return plan_id


def edit(
    work: Work,
    *,
    home: Home,
    plan_id: UUID,
    revision: int,
    cells: Mapping[Cell, int | None],
    act: str = "edited",
    reason: str = "",
) -> int:
    """Sets figures of a draft (None takes one away) and returns how many differ from before. One more revision, where any does.

    Raises E5012 (somebody changed the draft since ``revision``), E5013 (not a draft), E5014 (a figure out of bounds), E5010.
    """
    version = lock(work, home=home, plan_id=plan_id, revision=revision, state="draft")
    known = figures(work, home=home, plan_id=plan_id)
    check(work, home=home, version=version, cells=cells, known=known)
    changed = {cell: value for cell, value in cells.items() if known.get(cell) != value}
    if changed:
        params = home.params(plan=plan_id, cells=_json(changed))
        work.execute(at(home, _REMOVE), params)
        work.execute(at(home, _PUT), params)
        rows = [[*_said(cell), known.get(cell), value] for cell, value in changed.items()]
        _tell(work, home, version, act=act, reason=reason, cells=rows)
    return len(changed)


def lock(work: Work, *, home: Home, plan_id: UUID, revision: int | None, state: str) -> Version:
    """The version, locked. Raises E1004, E5013 where it is in another state, E5012 where it changed since ``revision``."""
    row = work.row(at(home, _LOCK), home.params(plan=plan_id))
    if row is None:
        raise Refused("E1004")
    version = Version(*row)
    if version.state != state:
        raise Refused("E5013")
    if revision is not None and revision != version.revision:
        who = work.row(at(home, _MEANWHILE), home.params(plan=plan_id, revision=revision))
        raise Refused("E5012", who=(who and who[0]) or "–", members={"revision": version.revision})
    return version


def figures(work: Work, *, home: Home, plan_id: UUID) -> dict[Cell, int]:
    """All figures of a version. One statement."""
    rows = work.rows(at(home, _FIGURES), home.params(plan=plan_id))
    return {Cell(*row[:5]): row[5] for row in rows}


def tell(work: Work, *, home: Home, version: Version, act: str, reason: str = "") -> None:
    """Notes an act that changes no figure: one more revision."""
    _tell(work, home, version, act=act, reason=reason)


def reason_of(text: str, *, needed: bool) -> str:
    """Trimmed. Raises E5015 where one is needed and missing, or it is too long."""
    said = " ".join(text.split())
    if (needed and len(said) < 3) or len(said) > LONGEST or "\x00" in said:
        raise Refused("E5015")
    return said


def check(
    work: Work,
    *,
    home: Home,
    version: Version,
    cells: Mapping[Cell, int | None],
    known: Mapping[Cell, int] | None = None,
) -> None:
    """Whether a draft may hold these figures; ``known``: what it holds. Raises E5014, E5010."""
    known = figures(work, home=home, plan_id=version.id) if known is None else known
    allowed = {child.id for child in children(work, home)} | {(cell.level, cell.key) for cell in known}
    if home.level == NATION:
        allowed.add((NATION, WHOLE))
    for cell, value in cells.items():
        if cell.segment not in SEGMENTS or cell.measure not in MEASURES or (cell.level, cell.key) not in allowed:
            raise Refused("E5014")
        if value is not None and not 0 <= value <= MOST_OF[cell.measure]:
            raise Refused("E5014")
        if not version.from_month <= cell.month <= month(version.year, 12) or cell.month.day != 1:
            raise Refused("E5010")


def _tell(
    work: Work,
    home: Home,
    version: Version,
    *,
    act: str,
    reason: str = "",
    cells: list[list[Any]] | None = None,
    revision: int | None = None,
) -> None:
    if revision is None:
        (revision,) = work.row(at(home, _BUMP), home.params(plan=version.id)) or (0,)
    params = home.params(
        plan=version.id,
        revision=revision,
        act=act,
        now=work.now,
        by=work.actor.user_id,
        reason=reason,
        cells=orjson.dumps(cells or []).decode(),
    )
    work.execute(at(home, _TELL), params)
    if home.branch_id is not None:  # above, an act belongs to no branch's events; the row tells who did it
        detail = {"plan": version.id, "office": home.id, "year": version.year, "version": version.version, "act": act}
        work.report(Happened(kind="plan_changed", branch_id=home.branch_id, quantity=0, detail=detail))


def _json(cells: Mapping[Cell, int | None]) -> str:
    rows = [{**cell._asdict(), "month": cell.month.isoformat(), "value": value} for cell, value in cells.items()]
    return orjson.dumps(rows).decode()


def _said(cell: Cell) -> list[str]:
    return [cell.level, cell.key, cell.month.isoformat(), cell.segment, cell.measure]


__all__ = [
    "MOST", "MOST_OF", "OF_ID", "Cell", "Version", "check", "edit", "figures", "lock", "reason_of", "start", "target_of",
    "targets_of", "tell",
]  # fmt: skip
