"""By what a target is split: the labour force of each child's kecamatan, what each reached last year, or alike; and months by
working days or last year's shape. Sums agree to the person (``split``)."""

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from typing import Final, LiteralString
from uuid import UUID

from perisai.errors import Refused
from perisai.events.work import Work
from perisai.offices import calendar, labour_force
from perisai.targets.plans import plan
from perisai.targets.plans.decide import Sum, given, sums
from perisai.targets.plans.place import (
    AGENCY_OFFICE,
    AGENT,
    BRANCH,
    NATION,
    SUB_BRANCH,
    WHOLE,
    Child,
    Home,
    children,
    month,
    months,
)
from perisai.targets.plans.plan import Cell
from perisai.targets.plans.results import by_child, by_months
from perisai.targets.plans.split import split, spread

BY: Final = ("labour_force", "last_year", "equal")
MONTHS_BY: Final = ("working_days", "last_year", "equal")

# By the GIN index on path.
_REGENCIES: LiteralString = """
SELECT k.key, array_agg(DISTINCT r.code) FROM unnest(%s::text[]) AS k (key)
JOIN offices_office o ON o.path @> ARRAY[k.key::int] AND o.is_open CROSS JOIN LATERAL unnest(o.regencies) AS r (code)
GROUP BY 1
"""
# Carried by placement_once.
_PLACED: LiteralString = """
SELECT a.id::text, a.agency_office_id::text, coalesce(a.sub_branch_id, a.branch_id), p.districts
FROM agents_agent a
JOIN agents_placement p ON p.branch_id = a.branch_id AND p.agent_id = a.id AND p.during @> %(today)s::date
WHERE a.branch_id = %(branch)s AND a.state IN ('active', 'suspended')
"""


def fill(
    work: Work,
    *,
    home: Home,
    plan_id: UUID,
    revision: int,
    segment: str,
    measure: str,
    by: str,
    months_by: str = "working_days",
    total: int | None = None,
) -> int:
    """Splits one segment and measure of a draft among the children, from the version's first month on; returns the figures that
    differ. ``total``: the whole year's sum, which is laid over the months first; without it each month's sum is what was given.

    Raises as ``plan.edit``; E5025 where there is nothing to split, or less than past months hold; E5026 without weights.
    """
    version = plan.lock(work, home=home, plan_id=plan_id, revision=revision, state="draft")
    figures = plan.figures(work, home=home, plan_id=plan_id)
    open_months = [one for one in months(version.year) if one >= version.from_month]
    own = given(work, home=home, year=version.year, figures=figures)
    cells: dict[Cell, int | None] = {}
    if total is None:
        totals = [own.get(Sum(segment, measure, one), 0) for one in open_months]
    else:
        passed = own if home.level == NATION else sums(figures)
        before = sum(v for key, v in passed.items() if key[:2] == (segment, measure) and key.month < version.from_month)
        if total < before:
            raise Refused("E5025")
        shape = month_weights(work, home, months_by, open_months, segment, measure)
        totals = split(total - before, shape)
        if home.level == NATION:
            cells |= {
                Cell(NATION, WHOLE, one, segment, measure): value
                for one, value in zip(open_months, totals, strict=True)
            }
    there = children(work, home)
    if not any(totals) or not there:
        raise Refused("E5025")
    weights = shares(work, home, there, by, version.year, segment, measure)
    for one, row in zip(open_months, spread(totals, weights), strict=True):
        for child, value in zip(there, row, strict=True):
            cells[Cell(child.level, child.key, one, segment, measure)] = value
    return plan.edit(work, home=home, plan_id=plan_id, revision=revision, cells=cells, act="split", reason=by)


def shares(
    work: Work, home: Home, there: list[Child], by: str, year: int, segment: str, measure: str
) -> list[Fraction]:
    """The weight of each child. Raises E5026 where nothing is known."""
    if by == "equal":
        return [Fraction(1)] * len(there)
    if by == "last_year":
        last = by_child(work, home, there, month(year - 1, 1), month(year - 1, 12), measure, segment)
        found = [Fraction(last.get(child.id, 0)) for child in there]
    elif by == "labour_force":
        found = _by_labour_force(work, home, there, year, segment)
    else:
        raise Refused("E5014")
    if not any(found):
        raise Refused("E5026")
    return found


def month_weights(work: Work, home: Home, by: str, asked: list[date], segment: str, measure: str) -> list[int]:
    """Raises E5026 where last year has nothing."""
    if by == "equal":
        return [1] * len(asked)
    if by == "working_days":
        own = calendar.of_office(work, home.id)
        return [_working_days(one, own) for one in asked]
    if by != "last_year":
        raise Refused("E5014")
    last = by_months(work, home, asked[0].year - 1, measure, segment)
    found = [max(0, last.get(one.replace(year=one.year - 1), 0)) for one in asked]
    if not any(found):
        raise Refused("E5026")
    return found


def _working_days(first: date, own: calendar.Calendar) -> int:
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return calendar.field_days_between(first - timedelta(days=1), last, own)


def _by_labour_force(work: Work, home: Home, there: list[Child], year: int, segment: str) -> list[Fraction]:
    """The part of the labour force that the segment can reach, of the kecamatan of each child; where several serve one kecamatan,
    each counts an equal part of it."""
    served = areas(work, home, there)
    codes = set().union(*served.values()) if served else set()
    force = labour_force.of(work, districts=codes, year=year)
    many: defaultdict[str, int] = defaultdict(int)
    for mine in served.values():
        for code in mine:
            many[code] += 1
    return [
        sum((Fraction(force[code].of(segment), many[code]) for code in served[child.id] if code in force), Fraction(0))
        for child in there
    ]


def areas(work: Work, home: Home, there: list[Child]) -> dict[tuple[str, str], set[str]]:
    """Codes of kecamatan that each child serves.

    Regions, branches and sub-branches by their regencies; agency offices and agents by where agents are placed, and those placed
    nowhere in particular by all that the office above serves itself. At most three statements.
    """
    wanted = {child.key for child in there if child.level not in (AGENT, AGENCY_OFFICE)} | {str(home.id)}
    regencies = {key: set(codes) for key, codes in work.rows(_REGENCIES, [sorted(wanted)])}
    own = regencies.get(str(home.id), set())
    if home.level == BRANCH:
        own = _of_branch(work, home)
        for child in there:
            own -= regencies.get(child.key, set()) if child.level == SUB_BRANCH else set()
    by_regency: defaultdict[str, set[str]] = defaultdict(set)
    for district in labour_force.districts_of(work, own.union(*regencies.values())):
        by_regency[district.code[:5]].add(district.code)
    placed = _placed(work, home) if any(child.level in (AGENT, AGENCY_OFFICE) for child in there) else {}
    whole = set().union(*(by_regency[code] for code in own)) or set().union(*placed.values())
    found: dict[tuple[str, str], set[str]] = {}
    for child in there:
        if child.level in (AGENT, AGENCY_OFFICE):
            found[child.id] = placed.get(child.id) or whole
        else:
            found[child.id] = set().union(*(by_regency[code] for code in regencies.get(child.key, set())))
    return found


def _of_branch(work: Work, home: Home) -> set[str]:
    row = work.row("SELECT regencies FROM offices_office WHERE id = %s", [home.id])
    return set(row[0]) if row else set()


def _placed(work: Work, home: Home) -> dict[tuple[str, str], set[str]]:
    """Of agents, and of agency offices those of their agents who work for this office."""
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for agent, agency, at_office, districts in work.rows(_PLACED, home.params(today=home.today(work.now))):
        found[AGENT, agent] |= set(districts)
        if agency is not None and at_office == home.id:
            found[AGENCY_OFFICE, agency] |= set(districts)
    return {key: codes for key, codes in found.items() if codes}
