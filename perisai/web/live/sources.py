"""What the live screen reads beside the spine: offices, agents' names and codes, quota. One row a thing, no writes."""

from dataclasses import dataclass
from typing import LiteralString

from perisai.events.reading import Row

_OFFICE: LiteralString = "id, kind, parent_id, branch_id, code, name, timezone, province_code, regencies, is_open"

ALL_OFFICES = "SELECT " + _OFFICE + " FROM offices_office WHERE is_open"

# A few hundred rows of thousands; the kinds above and at branches.
UPPER_OFFICES = "SELECT " + _OFFICE + " FROM offices_office WHERE kind IN ('head', 'region', 'branch') AND is_open"

# Carried by the index on branch_id. The branch itself also after it was closed: its agents' screens are still looked at.
OFFICES_OF_BRANCH = (
    "SELECT " + _OFFICE + " FROM offices_office WHERE branch_id = %(branch)s AND (is_open OR id = %(branch)s)"
)

OFFICES = "SELECT " + _OFFICE + " FROM offices_office WHERE id = ANY(%(offices)s::int[])"

POSITIONS: LiteralString = (
    "SELECT branch_id, number, moved_at FROM events_position WHERE branch_id = ANY(%(branches)s::int[])"
)

_AGENT: LiteralString = "branch_id, id, code, full_name, sub_branch_id, agency_office_id, state"

# Row-level security bounds the branches; PostgreSQL skips through the primary key (branch_id, id).
AGENT = "SELECT " + _AGENT + " FROM agents_agent WHERE id = %(agent)s::uuid"

AGENTS = "SELECT " + _AGENT + " FROM agents_agent WHERE branch_id = ANY(%(branches)s::int[])"

AGENT_CODES: LiteralString = """
SELECT a.id, a.code
FROM unnest(%(branches)s::int[], %(agents)s::uuid[]) AS u (branch_id, id)
JOIN agents_agent a ON a.branch_id = u.branch_id AND a.id = u.id
"""

QUOTAS: LiteralString = """
SELECT b.id AS branch_id, q.cap, q.mode, q.consumed, q.leased, q.over
FROM unnest(%(branches)s::int[], %(months)s::date[]) AS b (id, month)
CROSS JOIN LATERAL (
  SELECT sum(cap)::int AS cap, min(mode) AS mode, sum(consumed)::int AS consumed, sum(leased)::int AS leased,
    sum(over)::int AS over
  FROM targets_quota WHERE branch_id = b.id AND period <= b.month AND period + make_interval(months => months) > b.month
) q
WHERE q.cap IS NOT NULL
"""

# The provinces of a few offices; carried by the index on parent_code.
REGENCIES: LiteralString = """
SELECT r.code, r.name, p.code AS province, p.name AS province_name
FROM offices_region p JOIN offices_region r ON r.parent_code = p.code
WHERE p.level = 1 AND (p.code = ANY(%(provinces)s::text[]) OR %(everywhere)s)
ORDER BY r.code
"""

ACTIVE_USERS: LiteralString = (
    "SELECT id, role, office_id FROM accounts_user WHERE id = ANY(%(users)s::uuid[]) AND is_active"
)

AGENTS_ROLE = "agent"
"""Of ``ACTIVE_USERS``: agents look at their own screen, and are not told of alerts about them."""


@dataclass(frozen=True)
class Quota:
    """What stands of the quota that a branch's month lies in. Persons."""

    cap: int
    mode: str
    consumed: int
    leased: int
    over: int

    @classmethod
    def of(cls, row: Row) -> "Quota":
        return cls(row["cap"], row["mode"], row["consumed"], row["leased"], row["over"])
