"""Whose plan it is, and who stands beneath it: the cascade from head office to the agent.

An agent gets its figure from its agency office, else from its sub-branch, else from its branch. An agency office may have agents at
several sub-branches: it gets a part from each of them, and from the branch for those at the branch itself.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, LiteralString

from perisai.errors import Refused
from perisai.events.work import Work, branch_day
from perisai.offices.scopes import AGENCY_OFFICE, AGENT, BRANCH, KINDS, NATION, REGION, SUB_BRANCH, WHOLE

SEGMENTS: Final = ("BPU", "PU")
MEASURES: Final = ("persons", "contributions", "outreach")
METRICS: Final = {"persons": "accepted", "contributions": "contributions", "outreach": "visits"}
"""What is held against a target, of ``events/kinds.yaml``."""
YEARS: Final = range(2015, 2101)


@dataclass(frozen=True)
class Home:
    """An office that has plans. ``branch_id`` None: above branches."""

    id: int
    kind: str
    branch_id: int | None
    parent_id: int | None
    code: str
    name: str
    timezone: str
    path: tuple[int, ...]

    @property
    def level(self) -> str:
        return KINDS[self.kind]

    @property
    def key(self) -> str:
        """As a scope names it."""
        return WHOLE if self.level == NATION else str(self.id)

    @property
    def is_upper(self) -> bool:
        return self.branch_id is None

    def params(self, **more: Any) -> dict[str, Any]:
        return {"branch": self.branch_id, "office": self.id, **more}

    def today(self, now: datetime) -> date:
        return branch_day(now, self.timezone)


@dataclass(frozen=True)
class Child:
    """Who gets figures. ``is_there`` False: gone from here, but named by the plan."""

    level: str
    key: str
    code: str
    name: str
    is_there: bool = True
    branch_id: int | None = None

    @property
    def id(self) -> tuple[str, str]:
        return self.level, self.key


_HOME: LiteralString = """
SELECT id, kind, branch_id, parent_id, code, name, timezone, path FROM offices_office WHERE id = %s AND is_open
"""
_OFFICES_UNDER: LiteralString = """
SELECT kind, id::text, code, name, branch_id FROM offices_office
WHERE parent_id = %(office)s AND kind IN ('region', 'branch') AND is_open ORDER BY code
"""
# An agency office is where its agents are; without any it is beneath the office it stands under. Carried by the index on branch_id
# and by agent_code.
_UNDER_BRANCH: LiteralString = """
WITH staff AS (
  SELECT id, code, full_name, sub_branch_id, agency_office_id FROM agents_agent
  WHERE branch_id = %(branch)s AND state IN ('active', 'suspended')
)
SELECT kind, id::text, code, name, branch_id FROM offices_office o
WHERE o.branch_id = %(branch)s AND o.kind = 'sub_branch' AND o.is_open AND o.parent_id = %(office)s
UNION ALL
SELECT kind, id::text, code, name, branch_id FROM offices_office o
WHERE o.branch_id = %(branch)s AND o.kind = 'agency' AND o.is_open AND CASE
  WHEN EXISTS (SELECT FROM staff s WHERE s.agency_office_id = o.id)
  THEN EXISTS (SELECT FROM staff s WHERE s.agency_office_id = o.id AND coalesce(s.sub_branch_id, %(branch)s) = %(office)s)
  ELSE o.parent_id = %(office)s END
UNION ALL
SELECT 'agent', id::text, code, full_name, %(branch)s FROM staff s
WHERE s.agency_office_id IS NULL AND coalesce(s.sub_branch_id, %(branch)s) = %(office)s
ORDER BY 1 DESC, 3
"""
_UNDER_AGENCY: LiteralString = """
SELECT 'agent', id::text, code, full_name, branch_id FROM agents_agent
WHERE branch_id = %(branch)s AND agency_office_id = %(office)s AND state IN ('active', 'suspended') ORDER BY code
"""
_NAMED: LiteralString = """
SELECT kind, id::text, code, name, branch_id FROM offices_office WHERE id::text = ANY (%(offices)s)
UNION ALL
SELECT 'agent', id::text, code, full_name, branch_id FROM agents_agent
WHERE branch_id = %(branch)s AND id = ANY (%(agents)s::uuid[])
"""
_PARENTS: LiteralString = """
SELECT DISTINCT CASE WHEN %(level)s = 'agent' THEN coalesce(a.agency_office_id, a.sub_branch_id, a.branch_id)
  ELSE coalesce(a.sub_branch_id, a.branch_id) END
FROM agents_agent a
WHERE a.branch_id = %(branch)s AND a.state IN ('active', 'suspended')
  AND CASE WHEN %(level)s = 'agent' THEN a.id::text = %(key)s ELSE a.agency_office_id::text = %(key)s END
ORDER BY 1
"""


def get_home(work: Work, office_id: int) -> Home:
    """Raises E1004 where no open office has this number."""
    found = work.dicts(_HOME, [office_id])
    if not found:
        raise Refused("E1004")
    return Home(**found[0] | {"path": tuple(found[0]["path"])})


def children(work: Work, home: Home) -> list[Child]:
    """Who stands beneath an office today, in a lasting order. One statement."""
    sql: LiteralString = _UNDER_AGENCY if home.level == AGENCY_OFFICE else _UNDER_BRANCH
    found = work.rows(_OFFICES_UNDER if home.is_upper else sql, home.params())
    return [_child(row) for row in found]


def named(work: Work, home: Home, ids: set[tuple[str, str]]) -> list[Child]:
    """Children that are no longer beneath the office; what nobody knows any more is left out. One statement, if any."""
    if not ids:
        return []
    params = home.params(
        offices=sorted(key for level, key in ids if level not in (AGENT, NATION)),
        agents=sorted(key for level, key in ids if level == AGENT),
    )
    return [_child(row, is_there=False) for row in work.rows(_NAMED, params)]


def parents(work: Work, child: Child | Home) -> list[int]:
    """Whose plans name this child: one office, or several of an agency office. At most one statement."""
    if isinstance(child, Home) and child.level not in (AGENCY_OFFICE, AGENT):
        return [child.parent_id] if child.parent_id is not None else []
    found = work.rows(_PARENTS, {"level": child.level, "key": child.key, "branch": child.branch_id})
    if not found and isinstance(child, Home) and child.parent_id is not None:
        return [child.parent_id]
    return [office for (office,) in found]


def at(home: Home, sql: LiteralString) -> LiteralString:
    """A statement of the tables that this office's plans stand in.

    ``{plan} {figure} {change} {proposal}``: the tables; ``{p} {f} {c} {r}``: the branch's condition on the alias of that letter;
    ``{column} {value}``: the branch's column in an INSERT, with its comma.
    """
    upper = home.is_upper
    table: LiteralString = "targets_upper_" if upper else "targets_"
    names: dict[LiteralString, LiteralString] = {
        "{plan}": table + "plan",
        "{figure}": table + "figure",
        "{change}": table + "plan_change",
        "{proposal}": table + "proposal",
        "{column}": "" if upper else "branch_id, ",
        "{value}": "" if upper else "%(branch)s, ",
        "{p}": "" if upper else "p.branch_id = %(branch)s AND ",
        "{f}": "" if upper else "f.branch_id = %(branch)s AND ",
        "{c}": "" if upper else "c.branch_id = %(branch)s AND ",
        "{r}": "" if upper else "r.branch_id = %(branch)s AND ",
    }
    for name, said in names.items():
        sql = sql.replace(name, said)
    return sql


def month(year: int, number: int) -> date:
    return date(year, number, 1)


def months(year: int) -> list[date]:
    return [month(year, number) for number in range(1, 13)]


def _child(row: tuple[Any, ...], *, is_there: bool = True) -> Child:
    kind, key, code, name, branch_id = row
    return Child(AGENT if kind == AGENT else KINDS[kind], key, code, name, is_there, branch_id)


__all__ = [
    "AGENCY_OFFICE", "AGENT", "BRANCH", "MEASURES", "METRICS", "NATION", "REGION", "SEGMENTS", "SUB_BRANCH", "WHOLE", "YEARS",
    "Child", "Home", "at", "children", "get_home", "month", "months", "named", "parents",
]  # fmt: skip
