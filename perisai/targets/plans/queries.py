"""Reads for the pages of plans: versions, what differs, proposals, what waits. Every query names its branch or reads above."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

import orjson

from perisai.accounts.audience import ABOVE, Role, Viewer
from perisai.events.work import Work
from perisai.targets.plans.place import AGENCY_OFFICE, AGENT, BRANCH, REGION, SUB_BRANCH, Home, at


@dataclass(frozen=True)
class Known:
    """A version with who did what."""

    id: UUID
    year: int
    version: int
    state: str
    from_month: date
    revision: int
    made_at: datetime
    made_by: str | None
    maker_id: UUID | None
    proposed_at: datetime | None
    proposed_by: str | None
    approved_at: datetime | None
    approved_by: str | None
    replaced_on: date | None

    @property
    def is_open(self) -> bool:
        return self.state in ("draft", "proposed")


@dataclass(frozen=True)
class Change:
    """An act on a version. ``cells``: [level, key, month, segment, measure, old, new]."""

    version: int
    plan_id: UUID
    revision: int
    act: str
    at: datetime
    by: str | None
    by_id: UUID | None
    reason: str
    cells: list[list[Any]]


@dataclass(frozen=True)
class Asked:
    """A proposal as pages show it."""

    id: UUID
    office_id: int
    year: int
    level: str
    key: str
    name: str
    segment: str
    measure: str
    first_month: date
    last_month: date
    value: int
    reason: str
    state: str
    made_at: datetime
    made_by: str | None
    decided_at: datetime | None
    decided_by: str | None
    answer: str
    version: int | None


_VERSIONS: LiteralString = """
SELECT p.id, p.year, p.version, p.state, p.from_month, p.revision, p.made_at, m.full_name, p.made_by, p.proposed_at, q.full_name,
  p.approved_at, a.full_name, p.replaced_on
FROM {plan} p
LEFT JOIN accounts_user m ON m.id = p.made_by LEFT JOIN accounts_user q ON q.id = p.proposed_by
LEFT JOIN accounts_user a ON a.id = p.approved_by
WHERE {p} p.office_id = %(office)s AND p.year = %(year)s ORDER BY p.version DESC
"""
_CHANGES: LiteralString = """
SELECT p.version, c.plan_id, c.revision, c.act, c.at, u.full_name AS by, c.by AS by_id, c.reason,
  c.cells::text AS cells
FROM {plan} p
JOIN {change} c ON {c} c.plan_id = p.id
LEFT JOIN accounts_user u ON u.id = c.by
WHERE {p} p.office_id = %(office)s AND p.year = %(year)s
  AND (%(plan)s::uuid IS NULL OR (p.id = %(plan)s AND c.revision > %(after)s))
ORDER BY c.at DESC, c.revision DESC LIMIT 60
"""
_COLUMNS: LiteralString = """
SELECT r.id, r.office_id, r.year, r.child_level, r.child_key, coalesce(o.name, g.full_name, r.child_key), r.segment, r.measure,
  r.first_month, r.last_month, r.value, r.reason, r.state, r.made_at, m.full_name, r.decided_at, d.full_name, r.answer, r.version
FROM {proposal} r
LEFT JOIN accounts_user m ON m.id = r.made_by LEFT JOIN accounts_user d ON d.id = r.decided_by
LEFT JOIN offices_office o ON r.child_level <> 'agent' AND o.id::text = r.child_key
"""
_AGENT_BELOW: LiteralString = """
LEFT JOIN agents_agent g ON r.child_level = 'agent' AND g.branch_id = r.branch_id AND g.id::text = r.child_key
"""
_AGENT_ABOVE: LiteralString = "LEFT JOIN LATERAL (SELECT NULL::text AS full_name) g ON true\n"
_TO_OFFICE: LiteralString = """
WHERE {r} r.office_id = %(office)s AND r.year = %(year)s ORDER BY (r.state = 'open') DESC, r.made_at DESC LIMIT 100
"""
_OF_CHILD: LiteralString = """
WHERE {r} r.child_level = %(level)s AND r.child_key = %(key)s AND r.year = %(year)s ORDER BY r.made_at DESC LIMIT 50
"""


def versions(work: Work, home: Home, year: int) -> list[Known]:
    """Newest first. One statement."""
    return [Known(*row) for row in work.rows(at(home, _VERSIONS), home.params(year=year))]


def changes(work: Work, home: Home, year: int, *, plan_id: UUID | None = None, after: int = -1) -> list[Change]:
    """The last acts of a year, newest first; of one version only what came after a revision. One statement."""
    rows = work.dicts(at(home, _CHANGES), home.params(year=year, plan=plan_id, after=after))
    return [Change(**row | {"cells": orjson.loads(row["cells"])}) for row in rows]


def proposals_to(work: Work, home: Home, year: int) -> list[Asked]:
    """What children ask of this office, what waits first. One statement."""
    agents: LiteralString = _AGENT_ABOVE if home.is_upper else _AGENT_BELOW
    rows = work.rows(at(home, _COLUMNS + agents + _TO_OFFICE), home.params(year=year))
    return [Asked(*row) for row in rows]


def proposals_of(work: Work, *, level: str, key: str, branch_id: int | None, year: int, parent: Home) -> list[Asked]:
    """What a child asked for, newest first. One statement."""
    agents: LiteralString = _AGENT_ABOVE if parent.is_upper else _AGENT_BELOW
    params = {"branch": branch_id, "level": level, "key": key, "year": year}
    return [Asked(*row) for row in work.rows(at(parent, _COLUMNS + agents + _OF_CHILD), params)]


APPROVES: dict[str, tuple[Role, ...]] = {
    "head": (Role.HEAD_OFFICE,),
    "region": (Role.REGION, Role.HEAD_OFFICE),
    "branch": (Role.BRANCH_HEAD, Role.REGION, Role.HEAD_OFFICE),
    "sub_branch": (Role.BRANCH_HEAD, Role.BRANCH),
    "agency": (Role.BRANCH_HEAD, Role.BRANCH),
}
"""Who may approve a plan of an office of this kind, within their part of the tree; never who made it."""
APPROVERS: Final = frozenset(role for roles in APPROVES.values() for role in roles)
MAKES: dict[str, tuple[Role, ...]] = {
    "head": (Role.HEAD_OFFICE,),
    "region": (Role.REGION, Role.HEAD_OFFICE),
    "branch": (Role.BRANCH, Role.BRANCH_HEAD),
    "sub_branch": (Role.SUB_BRANCH, Role.BRANCH, Role.BRANCH_HEAD),
    "agency": (Role.AGENCY, Role.BRANCH, Role.BRANCH_HEAD),
}
"""Who may make and change one, and decide on proposals to it."""

# Carried by plan_open_once, upper_plan_open_once, proposal_office and upper_proposal_office.
_WAITS: LiteralString = """
SELECT
  (SELECT count(*) FROM targets_upper_plan p JOIN offices_office o ON o.id = p.office_id AND o.path @> ARRAY[%(office)s::int]
    WHERE p.state = 'proposed' AND o.kind = ANY (%(approves)s) AND p.made_by IS DISTINCT FROM %(user)s)
  + (SELECT count(*) FROM targets_plan p JOIN offices_office o ON o.id = p.office_id AND o.path @> ARRAY[%(office)s::int]
    WHERE p.branch_id = ANY (coalesce(%(branches)s::int[], (SELECT current_setting('perisai.branches')::int[])))
      AND p.state = 'proposed' AND o.kind = ANY (%(approves)s) AND p.made_by IS DISTINCT FROM %(user)s),
  (SELECT count(*) FROM targets_upper_proposal r WHERE r.state = 'open' AND r.office_id = %(office)s)
  + (SELECT count(*) FROM targets_proposal r WHERE r.state = 'open' AND r.office_id = %(office)s
    AND r.branch_id = ANY (coalesce(%(branches)s::int[], (SELECT current_setting('perisai.branches')::int[])))),
  (SELECT count(*) FROM targets_upper_proposal r WHERE r.child_level = %(level)s AND r.child_key = %(key)s
    AND r.state IN ('taken', 'refused') AND r.decided_at > %(since)s)
  + (SELECT count(*) FROM targets_proposal r WHERE r.child_level = %(level)s AND r.child_key = %(key)s
    AND r.branch_id = ANY (coalesce(%(branches)s::int[], (SELECT current_setting('perisai.branches')::int[])))
    AND r.state IN ('taken', 'refused') AND r.decided_at > %(since)s)
"""


def may_make(viewer: Viewer, home: Home) -> bool:
    return viewer.role in MAKES[home.kind] and viewer.office.id in home.path


def may_approve(viewer: Viewer, home: Home) -> bool:
    return viewer.role in APPROVES[home.kind] and viewer.office.id in home.path


def sees(viewer: Viewer, home: Home) -> bool:
    """One's own office and those beneath it; who looks at the whole country sees all."""
    if viewer.role in (Role.AUDITOR, Role.SYSTEM):
        return True
    return viewer.role is not Role.AGENT and viewer.office.id in home.path


ANSWERS: Final = timedelta(days=14)
"""How long an answer to a proposal stands among what waits."""


def waiting(work: Work, *, viewer: Viewer) -> list[tuple[str, int, str]]:
    """(key of ``plans.labels.WAITING``, how many, where); what is nothing is left out. One statement."""
    if viewer.role in (Role.AUDITOR, Role.SYSTEM):
        return []
    kinds = [kind for kind, roles in APPROVES.items() if viewer.role in roles]
    level, key = of_viewer(viewer)
    params = {
        "office": viewer.office.id,
        "branches": viewer.branch_ids,
        "approves": kinds,
        "user": viewer.user.id,
        "level": level,
        "key": key,
        "since": work.now - ANSWERS,
    }
    approve, asked, answered = work.row(_WAITS, params) or (0, 0, 0)
    is_maker = viewer.role in MAKES.get(viewer.office.kind, ())
    places = (
        ("approve", approve, "/console/targets/waiting/"),
        ("asked", asked if is_maker else 0, f"/console/targets/plan/{viewer.office.id}/"),
        ("answered", answered, "/console/targets/mine/"),
    )
    return [one for one in places if one[1]]


def of_viewer(viewer: Viewer) -> tuple[str, str]:
    """The scope whose target is the viewer's own."""
    if viewer.agent_id is not None:
        return AGENT, str(viewer.agent_id)
    levels = {"region": REGION, "branch": BRANCH, "sub_branch": SUB_BRANCH, "agency": AGENCY_OFFICE}
    return levels.get(viewer.office.kind, "nation"), str(viewer.office.id)


_TO_APPROVE: LiteralString = """
SELECT p.office_id, o.name, o.kind, p.year, p.version, p.proposed_at, u.full_name AS by, p.id FROM targets_upper_plan p
JOIN offices_office o ON o.id = p.office_id AND o.path @> ARRAY[%(office)s::int] LEFT JOIN accounts_user u ON u.id = p.proposed_by
WHERE p.state = 'proposed' AND o.kind = ANY (%(approves)s)
UNION ALL
SELECT p.office_id, o.name, o.kind, p.year, p.version, p.proposed_at, u.full_name, p.id FROM targets_plan p
JOIN offices_office o ON o.id = p.office_id AND o.path @> ARRAY[%(office)s::int] LEFT JOIN accounts_user u ON u.id = p.proposed_by
WHERE p.branch_id = ANY (coalesce(%(branches)s::int[], (SELECT current_setting('perisai.branches')::int[])))
  AND p.state = 'proposed' AND o.kind = ANY (%(approves)s)
ORDER BY 6
"""


def to_approve(work: Work, *, viewer: Viewer) -> Sequence[dict[str, Any]]:
    """Versions that wait for somebody like the viewer, the oldest first. One statement."""
    params = {
        "office": viewer.office.id,
        "branches": viewer.branch_ids,
        "approves": [kind for kind, roles in APPROVES.items() if viewer.role in roles],
    }
    return work.dicts(_TO_APPROVE, params)


__all__ = [
    "ABOVE", "APPROVES", "MAKES", "Asked", "Change", "Known", "changes", "may_approve", "may_make", "of_viewer", "proposals_of",
    "proposals_to", "sees", "to_approve", "versions", "waiting",
]  # fmt: skip
