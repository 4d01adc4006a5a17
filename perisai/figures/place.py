"""The offices, branches and counters' key that a scope names. Readings: they run over any connection."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import LiteralString
from zoneinfo import ZoneInfo

from perisai.events.reading import Reading, Row
from perisai.offices.scopes import AGENT, BRANCH, KINDS, LETTERS, NATION, REGION, UnknownScope, Watch

# Some hundred rows of thousands. Closed branches too: what they did stays done.
_BRANCHES: LiteralString = """
SELECT id, code, name, timezone, parent_id FROM offices_office WHERE kind = 'branch' AND (%(all)s OR path @> ARRAY[%(office)s::int])
ORDER BY id
"""
_OFFICE: LiteralString = "SELECT id, kind, branch_id, code, name FROM offices_office WHERE id = %(office)s::int"
# Row-level security bounds the branches; PostgreSQL skips through the primary key (branch_id, id).
_AGENT: LiteralString = "SELECT branch_id, code, full_name FROM agents_agent WHERE id = %(agent)s::uuid"


@dataclass(frozen=True)
class Branch:
    """``region_id``: the office above it, where there is one."""

    id: int
    code: str
    name: str
    timezone: str
    region_id: int | None

    def today(self, now: datetime) -> date:
        return now.astimezone(ZoneInfo(self.timezone)).date()


@dataclass(frozen=True)
class Found:
    """A scope that is there. ``letter`` and ``key`` name its counters within the one branch; of whole branches ``letter`` is b."""

    scope: Watch
    name: str
    code: str
    branches: tuple[Branch, ...]
    letter: str = "b"
    key: str = ""

    def key_in(self, branch: Branch) -> str:
        return self.key or str(branch.id)


def find(scope: Watch) -> Reading[Found]:
    """Raises ``UnknownScope`` where there is no such office or agent."""
    if scope.level == NATION:
        return Found(scope, "Indonesia", "", (yield from _branches(None)))
    if scope.level == AGENT:
        rows = yield _AGENT, {"agent": scope.key}
        if not rows:
            raise UnknownScope(scope.key)
        branches = yield from _branches(rows[0]["branch_id"])
        return Found(scope, rows[0]["full_name"], rows[0]["code"], branches, "a", scope.key)
    rows = yield _OFFICE, {"office": int(scope.key)}
    if not rows or KINDS[rows[0]["kind"]] != scope.level:
        raise UnknownScope(f"{scope.level}/{scope.key}")
    office = rows[0]
    if scope.level in (REGION, BRANCH):
        return Found(scope, office["name"], office["code"], (yield from _branches(office["id"])))
    branches = yield from _branches(office["branch_id"])
    return Found(scope, office["name"], office["code"], branches, LETTERS[scope.level], scope.key)


def _branches(office_id: int | None) -> Reading[tuple[Branch, ...]]:
    rows: Sequence[Row] = yield _BRANCHES, {"all": office_id is None, "office": office_id}
    return tuple(Branch(row["id"], row["code"], row["name"], row["timezone"], row["parent_id"]) for row in rows)


# Offices by the index on branch_id, agents by their primary key, where they were by placement_once. Who had not been placed by then
# is where the agent's own row says.
_BENEATH: LiteralString = """
SELECT CASE kind WHEN 'sub_branch' THEN 's' ELSE 'o' END AS letter, kind, id::text AS key, code, name, is_open AS is_shown
FROM offices_office WHERE branch_id = %(branch)s::int AND kind IN ('sub_branch', 'agency') AND %(letter)s = 'b'
UNION ALL
SELECT 'a', 'agent', a.id::text, a.code, a.full_name, a.state = 'active' AND a.since <= %(day)s::date
FROM agents_agent a
LEFT JOIN agents_placement p ON p.branch_id = a.branch_id AND p.agent_id = a.id AND p.during @> %(day)s::date
CROSS JOIN LATERAL (SELECT p.id IS NOT NULL OR EXISTS (
  SELECT FROM agents_placement o WHERE o.branch_id = a.branch_id AND o.agent_id = a.id AND lower(o.during) <= %(day)s::date)
  AS is_placed) w
CROSS JOIN LATERAL (SELECT CASE WHEN w.is_placed THEN p.sub_branch_id ELSE a.sub_branch_id END AS sub_branch_id,
  CASE WHEN w.is_placed THEN p.agency_office_id ELSE a.agency_office_id END AS agency_office_id) h
WHERE a.branch_id = %(branch)s::int
  AND CASE %(letter)s WHEN 'b' THEN true WHEN 's' THEN h.sub_branch_id::text = %(key)s ELSE h.agency_office_id::text = %(key)s END
ORDER BY letter DESC, code
"""


def beneath(found: Found, day: date) -> Reading[list[Row]]:
    """Rows (letter, level, key, code, name, is_shown) of what stood in a branch, sub-branch or agency office on a day: agents where
    they were placed then."""
    asked = {"branch": found.branches[0].id, "letter": found.letter, "key": found.key, "day": day}
    rows = yield _BENEATH, asked
    return [row | {"level": KINDS.get(row["kind"], AGENT)} for row in rows]
