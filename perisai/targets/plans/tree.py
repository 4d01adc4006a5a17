"""The cascade as one table: who got what from whom, what they pass on, what was reached. A fixed number of statements."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, LiteralString

from perisai.events.reading import read
from perisai.events.work import Work
from perisai.targets.plans.place import (
    AGENCY_OFFICE,
    AGENT,
    BRANCH,
    NATION,
    REGION,
    SUB_BRANCH,
    Child,
    Home,
    at,
)
from perisai.targets.plans.reading import Want, read_targets
from perisai.targets.plans.results import by_child


@dataclass(frozen=True)
class Shown:
    """Which figures the table shows: of months from first to last (firsts of months). ``segment`` None: both. ``as_of``: as of the
    end of that day; None: now."""

    first: date
    last: date
    measure: str
    segment: str | None = None
    as_of: date | None = None


@dataclass
class Node:
    """``target``: what it got from the row above; ``passed``: what it gives to those beneath, None where it has no plan;
    ``summed``: of a sub-branch or agency office with neither, the sum of what its agents got."""

    child: Child
    depth: int
    office_id: int | None
    """Of its plan; an agent has none."""
    target: int | None = None
    passed: int | None = None
    summed: int | None = None
    reached: int = 0
    beneath: list["Node"] = field(default_factory=list)

    @property
    def difference(self) -> int:
        """Passed on less what was given; 0 where one of the two is not set."""
        return self.passed - self.target if self.passed is not None and self.target is not None else 0

    @property
    def share(self) -> int | None:
        """Per cent of the target."""
        # Rounded half up, as everywhere.
        return (200 * self.reached + self.counts) // (2 * self.counts) if self.counts else None

    @property
    def counts(self) -> int | None:
        """What attainment is of."""
        return self.target if self.target is not None else self.summed

    def lines(self) -> Iterator["Node"]:
        yield self
        for one in self.beneath:
            yield from one.lines()


_IN_FORCE: LiteralString = """(CASE WHEN %(as_of)s::date IS NULL THEN p.state = 'approved'
  ELSE p.approved_on <= %(as_of)s AND coalesce(p.replaced_on > %(as_of)s, true) END)"""
# Carried by plan_version, upper_plan_version and the figures' primary keys.
_FIGURES: LiteralString = """
SELECT p.office_id, f.child_level, f.child_key, sum(f.value)::bigint FROM {plan} p
JOIN {figure} f ON {f} f.plan_id = p.id
WHERE {p} p.year BETWEEN %(first_year)s AND %(last_year)s AND p.office_id = ANY (%(offices)s)
  AND f.month BETWEEN %(first)s AND %(last)s AND f.measure = %(measure)s AND (%(segment)s::text IS NULL OR f.segment = %(segment)s)
  AND f.child_level <> 'nation' AND {in_force}
GROUP BY 1, 2, 3
""".replace("{in_force}", _IN_FORCE)
_UPPER: LiteralString = """
SELECT kind, id, code, name, parent_id FROM offices_office
WHERE path @> ARRAY[%(office)s::int] AND kind IN ('region', 'branch') AND is_open AND id <> %(office)s ORDER BY code
"""
_OFFICES: LiteralString = """
SELECT kind, id, code, name, parent_id FROM offices_office
WHERE branch_id = %(branch)s AND kind IN ('sub_branch', 'agency') AND is_open ORDER BY kind DESC, code
"""
_STAFF: LiteralString = """
SELECT id::text, code, full_name, sub_branch_id, agency_office_id FROM agents_agent
WHERE branch_id = %(branch)s AND state IN ('active', 'suspended') ORDER BY code
"""
# Where they were placed that day: by placement_once. Who had never been placed by then is where the agent's own row says.
_STAFF_THEN: LiteralString = """
SELECT a.id::text, a.code, a.full_name, CASE WHEN p.id IS NULL THEN a.sub_branch_id ELSE p.sub_branch_id END,
  CASE WHEN p.id IS NULL THEN a.agency_office_id ELSE p.agency_office_id END
FROM agents_agent a
LEFT JOIN agents_placement p ON p.branch_id = a.branch_id AND p.agent_id = a.id AND p.during @> %(as_of)s::date
WHERE a.branch_id = %(branch)s AND (p.id IS NOT NULL OR (a.state IN ('active', 'suspended') AND a.since <= %(as_of)s::date
  AND NOT EXISTS (SELECT FROM agents_placement o WHERE o.branch_id = a.branch_id AND o.agent_id = a.id
    AND lower(o.during) <= %(as_of)s::date)))
ORDER BY a.code
"""


def tree(work: Work, home: Home, shown: Shown) -> Node:
    """The office and all beneath it: from head office down to branches, from a branch down to each agent, of a past day where they
    worked then."""
    root = Node(Child(home.level, home.key, home.code, home.name, branch_id=home.branch_id), 0, home.id)
    if home.is_upper:
        _hang_offices(work, home, root)
    else:
        _hang_branch(work, home, root, shown.as_of)
    nodes = list(root.lines())
    _give(work, home, shown, nodes)
    _sum_up(nodes)
    _root(work, home, shown, root)
    _reach(work, home, shown, root, nodes)
    return root


def _root(work: Work, home: Home, shown: Shown, root: Node) -> None:
    """The one reading of every screen; a sum of agents stays told apart."""
    want = Want(home.level, home.key, shown.first, shown.last, shown.as_of, home.branch_id)
    (found,) = read(read_targets([want], shown.measure), work.dicts)
    total = found.total if shown.segment is None else found.of_segment(shown.segment)
    root.summed = total if found.of_agents else None
    root.target = None if found.of_agents else total


def _sum_up(nodes: list[Node]) -> None:
    """What agents got, for sub-branches and agency offices that nothing was given and that have no plan."""
    for node in nodes:
        if node.child.level in (SUB_BRANCH, AGENCY_OFFICE) and node.target is None and node.passed is None:
            got = [one.target for one in node.lines() if one.child.level == AGENT and one.target is not None]
            node.summed = sum(got) if got else None


def _hang_offices(work: Work, home: Home, root: Node) -> None:
    by_id = {home.id: root}
    rows = work.rows(_UPPER, home.params())
    for kind in (REGION, BRANCH):
        for of, office, code, name, parent in rows:
            above = by_id.get(parent)
            if of == kind and above is not None:
                branch = office if kind == BRANCH else None
                by_id[office] = Node(Child(kind, str(office), code, name, branch_id=branch), above.depth + 1, office)
                above.beneath.append(by_id[office])


def _hang_branch(work: Work, home: Home, root: Node, as_of: date | None) -> None:
    offices = work.rows(_OFFICES, home.params())
    staff_of: LiteralString = _STAFF if as_of is None else _STAFF_THEN
    staff = work.rows(staff_of, home.params(as_of=as_of))
    if home.level == AGENCY_OFFICE:
        root.beneath = [_agent(home, row, 1) for row in staff if row[4] == home.id]
        return
    hosts = {home.id: root}
    if home.level == BRANCH:
        for kind, office, code, name, parent in offices:
            if kind == "sub_branch" and parent == home.id:
                hosts[office] = Node(Child(SUB_BRANCH, str(office), code, name, branch_id=home.branch_id), 1, office)
                root.beneath.append(hosts[office])
    for host_id, host in hosts.items():
        _hang_host(home, host_id, host, offices, staff)


def _hang_host(home: Home, host_id: int, host: Node, offices: list[Any], staff: list[Any]) -> None:
    """Agency offices by their agents at this host, and agents without one."""
    branch = home.branch_id
    by_agency: defaultdict[int | None, list[Any]] = defaultdict(list)
    for row in staff:
        if (row[3] or branch) == host_id:
            by_agency[row[4]].append(row)
    somewhere = {row[4] for row in staff}
    for kind, office, code, name, parent in offices:
        if kind == "agency" and (office in by_agency or (parent == host_id and office not in somewhere)):
            node = Node(Child(AGENCY_OFFICE, str(office), code, name, branch_id=branch), host.depth + 1, office)
            node.beneath = [_agent(home, row, node.depth + 1) for row in by_agency[office]]
            host.beneath.append(node)
    host.beneath += [_agent(home, row, host.depth + 1) for row in by_agency[None]]


def _agent(home: Home, row: Any, depth: int) -> Node:
    return Node(Child(AGENT, row[0], row[1], row[2], branch_id=home.branch_id), depth, None)


def _give(work: Work, home: Home, shown: Shown, nodes: list[Node]) -> None:
    """Targets and what is passed on, from the plans in force."""
    offices = sorted({node.office_id for node in nodes if node.office_id is not None})
    params = home.params(
        offices=offices, first=shown.first, last=shown.last, measure=shown.measure, segment=shown.segment,
        first_year=shown.first.year, last_year=shown.last.year, as_of=shown.as_of,
    )  # fmt: skip
    figures: dict[tuple[int, str, str], int] = {}
    passed: defaultdict[int, int] = defaultdict(int)
    for office, level, key, value in work.rows(at(home, _FIGURES), params):
        figures[office, level, key] = value
        passed[office] += value
    if home.is_upper:
        passed.update(_passed_by_branches(work, nodes, params))
    for node in nodes:
        for one in node.beneath:
            one.target = figures.get((node.office_id or 0, *one.child.id))
        if node.office_id is not None and node.office_id in passed:
            node.passed = passed[node.office_id]
    for node in nodes:
        if node.child.level == AGENCY_OFFICE and node.depth and node.beneath and node.office_id in passed:
            node.passed = sum(
                one.target or 0 for one in node.beneath
            )  # of an office at several places, this place's part


_BY_BRANCHES: LiteralString = """
SELECT p.branch_id, sum(f.value)::bigint FROM targets_plan p
JOIN targets_figure f ON f.branch_id = p.branch_id AND f.plan_id = p.id
WHERE p.branch_id = ANY (%(branches)s) AND p.office_id = p.branch_id
  AND p.year BETWEEN %(first_year)s AND %(last_year)s
  AND f.month BETWEEN %(first)s AND %(last)s AND f.measure = %(measure)s AND (%(segment)s::text IS NULL OR f.segment = %(segment)s)
  AND {in_force}
GROUP BY 1
""".replace("{in_force}", _IN_FORCE)


def _passed_by_branches(work: Work, nodes: Iterable[Node], params: dict[str, Any]) -> dict[int, int]:
    branches = [node.office_id for node in nodes if node.child.level == BRANCH]
    return dict(work.rows(_BY_BRANCHES, params | {"branches": branches})) if branches else {}


def _reach(work: Work, home: Home, shown: Shown, root: Node, nodes: list[Node]) -> None:
    """From the counters; a part of an agency office is the sum of its agents there."""
    asked = [node.child for node in nodes if node.child.level not in (NATION, REGION, AGENCY_OFFICE)]
    found = by_child(work, home, asked, shown.first, shown.last, shown.measure, shown.segment, shown.as_of)
    for node in reversed(nodes):
        known = found.get(node.child.id)
        is_sum = node.child.level in (NATION, REGION, AGENCY_OFFICE)
        node.reached = sum(one.reached for one in node.beneath) if is_sum else known or 0
