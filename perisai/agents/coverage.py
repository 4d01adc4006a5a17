"""Where agents are, and where they are missing: by office and by district."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, LiteralString

import yaml

from perisai.events.work import Work
from perisai.offices.scopes import BRANCH
from perisai.targets.plans.agent_target import joined
from perisai.targets.plans.reading import target_of

STEPS_PERCENT = (60, 90, 120, 180)
"""Where the steps of the map's scale end, of the branch's mean load."""
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
_COUNTS: LiteralString = (
    """
SELECT a.sub_branch_id, count(*), coalesce(sum(t.persons), 0) FROM agents_agent a
"""
    + joined("%s")
    + """
WHERE a.branch_id = %s AND a.state IN ('active', 'suspended') GROUP BY 1
"""
)
# One row an agent who has not ended: by the primary keys, placement_once, licence_agent and hold_once.
_AGENTS: LiteralString = (
    """
SELECT a.id, a.full_name, a.sub_branch_id, coalesce(p.districts, '{}') AS districts, t.persons AS target,
  EXISTS (SELECT FROM agents_licence l WHERE l.branch_id = a.branch_id AND l.agent_id = a.id AND l.state = 'valid'
    AND %(today)s BETWEEN l.valid_from AND l.valid_to)
  AND NOT EXISTS (SELECT FROM agents_hold h WHERE h.branch_id = a.branch_id AND h.agent_id = a.id
    AND h.during @> %(now)s::timestamptz) AS may_work,
  (SELECT coalesce(sum(c.value), 0) FROM events_counter c WHERE c.branch_id = a.branch_id AND c.level = 'a'
    AND c.key = a.id::text AND c.metric = 'captured' AND c.day_captured BETWEEN %(month)s AND %(today)s) AS captured
FROM agents_agent a
LEFT JOIN agents_placement p ON p.branch_id = a.branch_id AND p.agent_id = a.id AND p.during @> %(today)s::date
"""
    + joined("%(month)s")
    + """
WHERE a.branch_id = %(branch)s AND a.state IN ('active', 'suspended') ORDER BY a.full_name
"""
)


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
    share: int = 0
    """The area's part of the branch's target: as many of all as it has of the districts; where the branch has no target, what its
    agents are to bring."""
    is_heavy: bool = False

    @property
    def per_agent(self) -> int | None:
        """Workers of the area's part for each agent, rounded up; None without agents."""
        return -(-self.share // self.agents) if self.agents and self.share else None

    @property
    def empty(self) -> int:
        return sum(not tile.agents for tile in self.tiles)


@dataclass
class Regency:
    """A tile of the map. ``agents`` work in one of its districts, ``anywhere`` in its office's whole area; ``step`` 0 (light) to 4
    (heavy) on the scale of the branch, None without any agent."""

    code: str
    name: str
    office_id: int
    office: str
    districts: list[Tile]
    share: int
    agents: int
    anywhere: int
    column: int | None = None
    row: int | None = None
    width: int = 1
    step: int | None = None

    @property
    def per_agent(self) -> int | None:
        working = self.agents + self.anywhere
        return -(-self.share // working) if working and self.share else None


@dataclass(frozen=True)
class Suggested:
    """That so many of the new agents go to an office, and what each of its agents would then bring."""

    office: Covered
    more: int
    per_agent_after: int


@dataclass(frozen=True)
class Map:
    """``steps``: the greatest load of each step of the scale but the last."""

    offices: list[Covered]
    regencies: list[Regency]
    steps: list[int]


@dataclass(frozen=True)
class Group:
    """The districts of a regency."""

    name: str
    districts: list[Tile]


def of_branch(work: Work, *, branch_id: int, today: date) -> list[Covered]:
    """The branch itself and each sub-branch, as in ``map_of``."""
    return map_of(work, branch_id=branch_id, today=today).offices


def map_of(work: Work, *, branch_id: int, today: date) -> Map:
    """Offices and regencies. A regency that a sub-branch serves is that one's, else the branch's. Four statements."""
    offices = work.dicts(_OFFICES, [branch_id])
    served = _served(offices)
    tiles: dict[int, list[Tile]] = defaultdict(list)
    by_code: dict[str, Tile] = {}
    regencies: dict[str, Regency] = {}
    names = {one["id"]: one["name"] for one in offices}
    for code, name, regency, regency_name in work.rows(_DISTRICTS, [sorted(served)]):
        by_code[code] = Tile(code, name)
        office_id = served[regency]
        tiles[office_id].append(by_code[code])
        of_office = regencies.setdefault(
            regency, Regency(regency, regency_name, office_id, names[office_id], [], 0, 0, 0)
        )
        of_office.districts.append(by_code[code])
    found = {one["id"]: Covered(one["id"], one["name"], tiles[one["id"]]) for one in offices}
    params = {"branch": branch_id, "today": today, "month": today.replace(day=1), "now": work.now}
    by_agent: list[set[str]] = []
    for agent in work.dicts(_AGENTS, params):
        _count(found, by_code, branch_id, agent)
        by_agent.append({code.rpartition(".")[0] for code in agent["districts"]})
    covered = list(found.values())
    _share(covered, _target(work, branch_id, today))
    _judge(covered)
    steps = _draw(list(regencies.values()), found, by_agent)
    return Map(covered, list(regencies.values()), steps)


def suggest(offices: list[Covered], more: int) -> list[Suggested]:
    """Where so many new agents are needed most: each goes to the office with the greatest load, an office without agents first.
    Offices that get none are left out; the greatest lack comes first."""
    given = dict.fromkeys((one.id for one in offices), 0)
    areas = [one for one in offices if one.share]

    def load(one: Covered) -> tuple[bool, float]:
        working = one.agents + given[one.id]
        return (not working, one.share / (working or 1))

    for _ in range(more if areas else 0):
        given[max(areas, key=load).id] += 1
    found = [
        Suggested(one, given[one.id], -(-one.share // (one.agents + given[one.id]))) for one in areas if given[one.id]
    ]
    return sorted(found, key=lambda one: (one.office.agents > 0, -(one.office.per_agent or one.office.share)))


def short_offices(work: Work, *, branch_id: int, today: date) -> int:
    """How many offices of a branch lack agents: none at all, or a heavy load for each. Four statements."""
    offices = work.dicts(_OFFICES, [branch_id])
    served = _served(offices)
    found = {one["id"]: Covered(one["id"], one["name"], []) for one in offices}
    for code, name, regency, _ in work.rows(_DISTRICTS, [sorted(served)]):
        found[served[regency]].tiles.append(Tile(code, name))
    for office_id, agents, target in work.rows(_COUNTS, [today.replace(day=1), branch_id]):
        office = found.get(office_id or branch_id)
        if office is not None:
            office.agents, office.target = agents, int(target)
    covered = list(found.values())
    _share(covered, _target(work, branch_id, today))
    _judge(covered)
    return sum(one.is_heavy for one in covered)


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


def _served(offices: list[dict[str, Any]]) -> dict[str, int]:
    """The office of each regency."""
    own = {code: one["id"] for one in offices for code in one["regencies"] if one["kind"] == "branch"}
    return own | {code: one["id"] for one in offices for code in one["regencies"] if one["kind"] == "sub_branch"}


def _target(work: Work, branch_id: int, today: date) -> int | None:
    month = today.replace(day=1)
    return target_of(work, level=BRANCH, key=str(branch_id), first_month=month, last_month=month, branch_id=branch_id)


def _share(offices: list[Covered], target: int | None) -> None:
    districts = sum(len(one.tiles) for one in offices)
    for one in offices:
        one.share = round(target * len(one.tiles) / districts) if target and districts else one.target


def _judge(offices: list[Covered]) -> None:
    """Heavy: more than ``HEAVY_PERCENT`` of the branch's mean for each agent, or nobody where there is something to do."""
    agents, share = sum(one.agents for one in offices), sum(one.share for one in offices)
    for one in offices:
        one.is_heavy = bool(one.share) and (
            not one.agents or one.share * agents * 100 > share * one.agents * HEAVY_PERCENT
        )


def _draw(regencies: list[Regency], offices: dict[int, Covered], by_agent: list[set[str]]) -> list[int]:
    """Puts agents, place and step into the tiles; returns the scale: shares of the branch's mean load."""
    for one in regencies:
        office = offices[one.office_id]
        one.agents, one.anywhere = sum(one.code in codes for codes in by_agent), office.anywhere
        one.share = round(office.share * len(one.districts) / len(office.tiles))
        one.column, one.row, one.width = places().get(one.code, (None, None, 1))
    left = min((one.column for one in regencies if one.column), default=1) - 1
    for one in regencies:  # a branch in the east begins at the left edge all the same
        one.column = one.column and one.column - left
    agents = sum(office.agents for office in offices.values())
    mean = sum(office.share for office in offices.values()) / agents if agents else 0
    steps = [round(mean * percent / 100) for percent in STEPS_PERCENT]
    for one in regencies:
        if one.agents + one.anywhere:
            one.step = sum((one.per_agent or 0) > most for most in steps)
    return steps


@cache
def places() -> dict[str, tuple[int, int, int]]:
    """Column, row and width of a regency's tile."""
    text = (Path(__file__).parent / "regency_tiles.yaml").read_text()
    return {code: (place[0], place[1], place[2]) for code, place in yaml.safe_load(text).items()}
