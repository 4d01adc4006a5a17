"""Where agents are, and where they are missing: by office and by district."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any, LiteralString

from perisai.events.work import Work

HEAVY_PERCENT = 150
"""Above this share of the branch's mean, an office's workers per agent are called heavy."""

_OFFICES: LiteralString = """
SELECT id, name, kind, regencies FROM offices_office
WHERE branch_id = %s AND kind IN ('branch', 'sub_branch') AND is_open ORDER BY kind, name
"""
_DISTRICTS: LiteralString = """
SELECT d.code, d.name, r.code, r.name FROM offices_region r
JOIN offices_region d ON d.parent_code = r.code AND d.level = 3
WHERE r.code = ANY (%s) ORDER BY r.code, d.name
"""
# One row an agent who has not ended: by the primary keys, placement_once, licence_agent and hold_once.
_AGENTS: LiteralString = """
SELECT a.id, a.full_name, a.sub_branch_id, coalesce(p.districts, '{}') AS districts, t.persons AS target,
  EXISTS (SELECT FROM agents_licence l WHERE l.branch_id = a.branch_id AND l.agent_id = a.id AND l.state = 'valid'
    AND %(today)s BETWEEN l.valid_from AND l.valid_to)
  AND NOT EXISTS (SELECT FROM agents_hold h WHERE h.branch_id = a.branch_id AND h.agent_id = a.id
    AND h.during @> %(now)s::timestamptz) AS may_work,
  (SELECT coalesce(sum(c.value), 0) FROM events_counter c WHERE c.branch_id = a.branch_id AND c.level = 'a'
    AND c.key = a.id::text AND c.metric = 'captured' AND c.day_captured BETWEEN %(month)s AND %(today)s) AS captured
FROM agents_agent a
LEFT JOIN agents_placement p ON p.branch_id = a.branch_id AND p.agent_id = a.id AND p.during @> %(today)s::date
LEFT JOIN targets_agent_target t ON t.branch_id = a.branch_id AND t.agent_id = a.id AND t.period = %(month)s
WHERE a.branch_id = %(branch)s AND a.state IN ('active', 'suspended') ORDER BY a.full_name
"""


@dataclass
class Tile:
    """A district and the names of agents placed there."""

    code: str
    name: str
    agents: list[str] = field(default_factory=list)


@dataclass
class Covered:
    """An office with its agents. ``target`` and ``captured``: persons of the month."""

    id: int
    name: str
    tiles: list[Tile]
    agents: int = 0
    licensed: int = 0
    target: int = 0
    captured: int = 0
    anywhere: int = 0
    """Agents without districts: for the whole area."""
    is_heavy: bool = False

    @property
    def per_agent(self) -> int | None:
        """Workers that each agent is to bring this month, rounded up."""
        return -(-self.target // self.agents) if self.agents and self.target else None

    @property
    def empty(self) -> int:
        return sum(not tile.agents for tile in self.tiles)


@dataclass(frozen=True)
class Group:
    """The districts of a regency."""

    name: str
    districts: list[Tile]


def of_branch(work: Work, *, branch_id: int, today: date) -> list[Covered]:
    """The branch itself and each sub-branch. A regency that a sub-branch serves is that one's, else the branch's. Three
    statements."""
    offices = work.dicts(_OFFICES, [branch_id])
    served = {code: one["id"] for one in offices for code in one["regencies"] if one["kind"] == "branch"}
    served |= {code: one["id"] for one in offices for code in one["regencies"] if one["kind"] == "sub_branch"}
    tiles: dict[int, list[Tile]] = defaultdict(list)
    by_code: dict[str, Tile] = {}
    for code, name, regency, _regency_name in work.rows(_DISTRICTS, [sorted(served)]):
        by_code[code] = Tile(code, name)
        tiles[served[regency]].append(by_code[code])
    found = {one["id"]: Covered(one["id"], one["name"], tiles[one["id"]]) for one in offices}
    params = {"branch": branch_id, "today": today, "month": today.replace(day=1), "now": work.now}
    for agent in work.dicts(_AGENTS, params):
        _count(found, by_code, branch_id, agent)
    _judge(list(found.values()))
    return list(found.values())


def territory(work: Work, regencies: list[str]) -> list[Group]:
    """Districts by regency, for a choice. One statement."""
    groups: dict[str, Group] = {}
    for code, name, regency, regency_name in work.rows(_DISTRICTS, [regencies]):
        groups.setdefault(regency, Group(regency_name, [])).districts.append(Tile(code, name))
    return list(groups.values())


def _count(found: dict[int, Covered], by_code: dict[str, Tile], branch_id: int, agent: dict[str, Any]) -> None:
    office = found.get(agent["sub_branch_id"] or branch_id)
    if office is None:
        return
    office.agents += 1
    office.licensed += agent["may_work"]
    office.target += agent["target"] or 0
    office.captured += int(agent["captured"])
    office.anywhere += not agent["districts"]
    for code in agent["districts"]:
        if code in by_code:
            by_code[code].agents.append(agent["full_name"])


def _judge(offices: list[Covered]) -> None:
    agents, target = sum(one.agents for one in offices), sum(one.target for one in offices)
    for one in offices:
        one.is_heavy = bool(agents and one.agents and one.target * agents * 100 > target * one.agents * HEAVY_PERCENT)
