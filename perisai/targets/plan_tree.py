"""The cascade as one table: who got what from whom, what they pass on, what was reached. A fixed number of statements."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, LiteralString

from perisai.events.work import Work
from perisai.targets.plan_place import (
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
from perisai.targets.plan_reading import target_of
from perisai.targets.plan_results import by_child


@dataclass(frozen=True)
class Shown:
    """Which figures the table shows. ``segment`` None: both."""

    first: date
    last: date
    measure: str
    segment: str | None = None


@dataclass
class Node:
    """``target``: what it got from the row above; ``passed``: what it gives to those beneath, None where it has no plan."""

    child: Child
    depth: int
    office_id: int | None
    """Of its plan; an agent has none."""
    target: int | None = None
    passed: int | None = None
    reached: int = 0
    beneath: list["Node"] = field(default_factory=list)

    @property
    def difference(self) -> int:
        """Passed on less what was given; 0 where one of the two is not set."""
        return self.passed - self.target if self.passed is not None and self.target is not None else 0

    @property
    def share(self) -> int | None:
        """Per cent of the target."""
        return self.reached * 100 // self.target if self.target else None

    def lines(self) -> Iterator["Node"]:
        yield self
        for one in self.beneath:
            yield from one.lines()


# Carried by plan_approved_once and the figures' primary keys.
_FIGURES: LiteralString = """
SELECT p.office_id, f.child_level, f.child_key, sum(f.value)::bigint FROM {plan} p
JOIN {figure} f ON {f} f.plan_id = p.id
WHERE {p} p.state = 'approved' AND p.year BETWEEN %(first_year)s AND %(last_year)s AND p.office_id = ANY (%(offices)s)
  AND f.month BETWEEN %(first)s AND %(last)s AND f.measure = %(measure)s AND (%(segment)s::text IS NULL OR f.segment = %(segment)s)
  AND f.child_level <> 'nation'
GROUP BY 1, 2, 3
"""
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


def tree(work: Work, home: Home, shown: Shown) -> Node:
    """The office and all beneath it: from head office down to branches, from a branch down to each agent."""
    root = Node(Child(home.level, home.key, home.code, home.name, branch_id=home.branch_id), 0, home.id)
    if home.is_upper:
        _hang_offices(work, home, root)
    else:
        _hang_branch(work, home, root)
    nodes = list(root.lines())
    _give(work, home, shown, nodes)
    root.target = target_of(
        work, level=home.level, key=home.key, first_month=shown.first, last_month=shown.last, segment=shown.segment,
        measure=shown.measure, branches=None if home.branch_id is None else [home.branch_id],
    )  # fmt: skip
    _reach(work, home, shown, root, nodes)
    return root


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


def _hang_branch(work: Work, home: Home, root: Node) -> None:
    offices = work.rows(_OFFICES, home.params())
    staff = work.rows(_STAFF, home.params())
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
        first_year=shown.first.year, last_year=shown.last.year,
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
WHERE p.branch_id = ANY (%(branches)s) AND p.office_id = p.branch_id AND p.state = 'approved'
  AND p.year BETWEEN %(first_year)s AND %(last_year)s
  AND f.month BETWEEN %(first)s AND %(last)s AND f.measure = %(measure)s AND (%(segment)s::text IS NULL OR f.segment = %(segment)s)
GROUP BY 1
"""


def _passed_by_branches(work: Work, nodes: Iterable[Node], params: dict[str, Any]) -> dict[int, int]:
    branches = [node.office_id for node in nodes if node.child.level == BRANCH]
    return dict(work.rows(_BY_BRANCHES, params | {"branches": branches})) if branches else {}


def _reach(work: Work, home: Home, shown: Shown, root: Node, nodes: list[Node]) -> None:
    """From the counters; a part of an agency office is the sum of its agents there."""
    asked = [node.child for node in nodes if node.child.level not in (NATION, REGION, AGENCY_OFFICE)]
    found = by_child(work, home, asked, shown.first, shown.last, shown.measure, shown.segment)
    for node in reversed(nodes):
        known = found.get(node.child.id)
        is_sum = node.child.level in (NATION, REGION, AGENCY_OFFICE)
        node.reached = sum(one.reached for one in node.beneath) if is_sum else known or 0
