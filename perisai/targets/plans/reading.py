"""What the target of a scope is, or was known to be on a past day. Readings: they run over any connection. Set-based.

What the plan of the office above gives counts; where it gives a month nothing, what the scope's own plan passes on; then, of a
branch, the target its quota was set to by hand; of region and nation, the sum of what is known of their branches; of sub-branch and
agency office, the sum of what plans gave the agents who are there, which is told apart (``of_agents``).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, LiteralString

from perisai.events.reading import Reading, read
from perisai.events.work import Work
from perisai.targets.plans.place import AGENCY_OFFICE, AGENT, BRANCH, NATION, REGION, SUB_BRANCH, WHOLE

_UPPER: Final = (NATION, REGION)
OF_AGENTS: Final = 4
"""The last of the sources, in the order in which they count."""
_WANTED: LiteralString = """FROM unnest(%(ns)s::int[], %(branches)s::int[], %(levels)s::text[], %(keys)s::text[],
  %(offices)s::int[], %(firsts)s::date[], %(lasts)s::date[], %(as_ofs)s::date[])
  AS k (n, branch_id, level, key, office_id, first, last, as_of)
"""
# ``as_of`` is a day of the office whose plan it is.
_IN_FORCE: LiteralString = """CASE WHEN k.as_of IS NULL THEN p.state = 'approved'
    ELSE p.approved_on <= k.as_of AND coalesce(p.replaced_on > k.as_of, true) END"""
_OF_YEARS: LiteralString = "p.year BETWEEN extract(year FROM k.first)::int AND extract(year FROM k.last)::int"
_ASKED: LiteralString = "f.month BETWEEN k.first AND k.last AND f.measure = %(measure)s"
_BRANCH: LiteralString = """ANY (CASE WHEN k.branch_id IS NULL THEN (SELECT current_setting('perisai.branches')::int[])
    ELSE ARRAY[k.branch_id] END)"""
_SUM: LiteralString = (
    "SELECT k.n, t.source, t.month, t.segment, sum(t.value)::bigint AS value\n" + _WANTED + "CROSS JOIN LATERAL ("
)
_EACH: LiteralString = "\n  OFFSET 0) t\nGROUP BY 1, 2, 3, 4"

# What the plan of the office above gives, above branches and within them. Carried by upper_figure_child and figure_child.
_GIVEN: LiteralString = (
    _SUM
    + """
  SELECT 1 AS source, f.month, f.segment, f.value FROM targets_upper_figure f JOIN targets_upper_plan p ON p.id = f.plan_id
  WHERE k.level IN ('nation', 'region', 'branch') AND f.child_level = k.level AND f.child_key = k.key AND """
    + _ASKED
    + " AND "
    + _IN_FORCE
    + """
  UNION ALL
  SELECT 1, f.month, f.segment, f.value
  FROM targets_figure f JOIN targets_plan p ON p.branch_id = f.branch_id AND p.id = f.plan_id
  WHERE k.level IN ('sub_branch', 'agency_office', 'agent') AND f.child_level = k.level AND f.child_key = k.key AND """
    + _ASKED
    + " AND f.branch_id = "
    + _BRANCH
    + " AND "
    + _IN_FORCE
    + _EACH
)
# What an office passes on (the nation is what head office does), by upper_plan_version, plan_version and the figures' primary keys;
# then, of a branch, what its quota was set to by hand: now by the primary key of targets_quota_target, of a past day by
# quota_told_month.
_OTHERWISE: LiteralString = (
    _SUM
    + """
  SELECT 2 AS source, f.month, f.segment, f.value FROM offices_office o
  JOIN targets_upper_plan p ON p.office_id = o.id JOIN targets_upper_figure f ON f.plan_id = p.id AND f.child_level <> 'nation'
  WHERE CASE k.level WHEN 'nation' THEN o.kind = 'head' WHEN 'region' THEN o.id = k.office_id ELSE false END AND """
    + _OF_YEARS
    + " AND "
    + _ASKED
    + " AND "
    + _IN_FORCE
    + """
  UNION ALL
  SELECT 2, f.month, f.segment, f.value
  FROM targets_plan p JOIN targets_figure f ON f.branch_id = p.branch_id AND f.plan_id = p.id
  WHERE k.level IN ('branch', 'sub_branch', 'agency_office') AND p.office_id = k.office_id AND """
    + _OF_YEARS
    + " AND "
    + _ASKED
    + " AND p.branch_id = "
    + _BRANCH
    + " AND "
    + _IN_FORCE
    + """
  UNION ALL
  SELECT 3, q.month, q.segment, q.persons FROM targets_quota_target q
  WHERE k.level = 'branch' AND %(measure)s::text = 'persons' AND k.as_of IS NULL AND q.branch_id = k.office_id
    AND q.month BETWEEN k.first AND k.last
  UNION ALL
  SELECT 3, h.month, h.segment, h.persons FROM (
    SELECT DISTINCT ON (w.month, w.segment) w.month, w.segment, w.persons FROM targets_quota_told w
    WHERE k.level = 'branch' AND %(measure)s::text = 'persons' AND w.branch_id = k.office_id
      AND w.month BETWEEN k.first AND k.last AND w.told_on <= k.as_of
    ORDER BY w.month, w.segment, w.told_on DESC, w.told_at DESC, w.id DESC) h
  WHERE h.persons IS NOT NULL"""
    + _EACH
)
# What agents got who are at a sub-branch or agency office, of a past day where they were placed then, from a plan of an office that
# they are under: who moved on leaves their figure behind. Carried by agent_code, placement_once and figure_child.
_OF_AGENTS: LiteralString = (
    _SUM
    + """
  SELECT 4 AS source, f.month, f.segment, f.value
  FROM agents_agent a
  LEFT JOIN agents_placement q ON q.branch_id = a.branch_id AND q.agent_id = a.id AND q.during @> k.as_of
  CROSS JOIN LATERAL (SELECT CASE WHEN q.id IS NULL THEN a.sub_branch_id ELSE q.sub_branch_id END AS sub_branch_id,
    CASE WHEN q.id IS NULL THEN a.agency_office_id ELSE q.agency_office_id END AS agency_office_id) w
  JOIN targets_figure f ON f.branch_id = a.branch_id AND f.child_level = 'agent' AND f.child_key = a.id::text
  JOIN targets_plan p ON p.branch_id = f.branch_id AND p.id = f.plan_id
  WHERE a.branch_id = """
    + _BRANCH
    + """ AND (q.id IS NOT NULL OR a.state IN ('active', 'suspended'))
    AND CASE k.level WHEN 'sub_branch' THEN w.sub_branch_id ELSE w.agency_office_id END = k.office_id
    AND p.office_id IN (w.agency_office_id, w.sub_branch_id, a.branch_id) AND """
    + _ASKED
    + " AND "
    + _IN_FORCE
    + _EACH
)
_BRANCHES: LiteralString = (
    "SELECT k.n, o.id AS branch_id\n"
    + _WANTED
    + """JOIN offices_office o ON o.kind = 'branch' AND o.is_open AND (k.level = 'nation' OR o.path @> ARRAY[k.office_id])"""
)

ByMonth = dict[str, dict[date, int]]
"""Value by key and month; what nobody set is absent."""


@dataclass(frozen=True)
class Want:
    """The target of one scope (words of ``offices.scopes``; the nation's key is ``all``) over months, both inclusive (firsts of
    months), as it was known at the end of ``as_of`` (None: now). ``branch_id``: where a sub-branch, agency office or agent is
    looked for (None: wherever the connection may look)."""

    level: str
    key: str
    first: date
    last: date
    as_of: date | None = None
    branch_id: int | None = None

    @property
    def many(self) -> int:
        """Months."""
        return (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1


@dataclass
class Target:
    """By month and segment: persons, rupiah or visits. The segment is ``all`` where nobody told them apart; what nobody set is
    absent."""

    months: dict[date, dict[str, int]] = field(default_factory=dict)
    of_agents: set[date] = field(default_factory=set)
    """Months of which the figure is nothing but the sum of what agents got."""

    @property
    def total(self) -> int | None:
        return sum(sum(of.values()) for of in self.months.values()) if self.months else None

    def of_segment(self, segment: str) -> int | None:
        """None too where a month was not told by segment: a part of the months would be no figure."""
        told = [of[segment] for of in self.months.values() if segment in of]
        return sum(told) if told and not any("all" in of for of in self.months.values()) else None

    def add(self, other: "Target") -> None:
        self.of_agents |= other.of_agents
        for month, of in other.months.items():
            mine = self.months.setdefault(month, {})
            for segment, value in of.items():
                mine[segment] = mine.get(segment, 0) + value


def read_targets(wants: Sequence[Want], measure: str = "persons") -> Reading[list[Target]]:
    """In the order of ``wants``. At most six statements, whatever is asked; each only where something is still not known."""
    found = [Target() for _ in wants]
    yield from _fill(found, wants, measure, _GIVEN, (*_UPPER, BRANCH, SUB_BRANCH, AGENCY_OFFICE, AGENT))
    yield from _fill(found, wants, measure, _OTHERWISE, (*_UPPER, BRANCH, SUB_BRANCH, AGENCY_OFFICE))
    yield from _fill(found, wants, measure, _OF_AGENTS, (SUB_BRANCH, AGENCY_OFFICE))
    yield from _fill_from_branches(found, wants, measure)
    return found


def _fill(
    found: list[Target], wants: Sequence[Want], measure: str, sql: LiteralString, levels: Collection[str]
) -> Reading[None]:
    """Months that nothing is known of yet, each from its first source."""
    asked = _lacking(found, wants, levels)
    if not asked:
        return
    more: dict[tuple[int, int], Target] = {}
    for row in (yield sql, _params(wants, asked, measure)):
        months = more.setdefault((row["source"], row["n"]), Target()).months
        months.setdefault(row["month"], {})[row["segment"]] = row["value"]
    for source, n in sorted(more):
        if source == OF_AGENTS:
            found[n].of_agents |= more[source, n].months.keys() - found[n].months.keys()
        found[n].months = more[source, n].months | found[n].months


def _fill_from_branches(found: list[Target], wants: Sequence[Want], measure: str) -> Reading[None]:
    asked = _lacking(found, wants, _UPPER)
    if not asked:
        return
    pairs = yield _BRANCHES, _params(wants, asked, measure)
    of = [(row["n"], row["branch_id"]) for row in pairs]
    beneath = [
        Want(BRANCH, str(branch), wants[n].first, wants[n].last, wants[n].as_of, branch) for n, branch in of
    ]  # fmt: skip
    sums: dict[int, Target] = {}
    for (n, _), target in zip(of, (yield from read_targets(beneath, measure)), strict=True):
        sums.setdefault(n, Target()).add(target)
    for n, total in sums.items():
        found[n].months = total.months | found[n].months


def _lacking(found: Sequence[Target], wants: Sequence[Want], levels: Collection[str]) -> list[int]:
    return [n for n, want in enumerate(wants) if want.level in levels and len(found[n].months) < want.many]


def _params(wants: Sequence[Want], asked: Sequence[int], measure: str) -> dict[str, object]:
    some = [wants[n] for n in asked]
    return {
        "ns": list(asked),
        "branches": [want.branch_id for want in some],
        "levels": [want.level for want in some],
        "keys": [want.key for want in some],
        "offices": [None if want.level in (NATION, AGENT) else int(want.key) for want in some],
        "firsts": [want.first for want in some],
        "lasts": [want.last for want in some],
        "as_ofs": [want.as_of for want in some],
        "measure": measure,
    }


@dataclass(frozen=True)
class Asked:
    """Which figures: months from first to last (firsts of months), one measure, one segment or both, as known at a day's end."""

    first_month: date
    last_month: date
    measure: str = "persons"
    segment: str | None = None
    as_of: date | None = None


def by_month(work: Work, asked: Asked, *, level: str, keys: Collection[str], branch_id: int | None = None) -> ByMonth:
    """Targets of many scopes of one level, month by month. ``branch_id``: as of a ``Want``."""
    found: ByMonth = {}
    for key, target in _read(work, asked, level, keys, branch_id).items():
        for month, of in target.months.items():
            value = sum(of.values()) if asked.segment is None else of.get(asked.segment)
            if value is not None:
                found.setdefault(key, {})[month] = value
    return found


def targets_of(
    work: Work,
    *,
    level: str,
    keys: Collection[str],
    first_month: date,
    last_month: date,
    segment: str | None = None,
    measure: str = "persons",
    as_of: date | None = None,
    branch_id: int | None = None,
) -> dict[str, int]:
    """Over all the months; a scope that nobody set a target for is absent."""
    asked = Asked(first_month, last_month, measure, segment, as_of)
    found = _read(work, asked, level, keys, branch_id)
    sums = {key: target.total if segment is None else target.of_segment(segment) for key, target in found.items()}
    return {key: value for key, value in sums.items() if value is not None}


def target_of(
    work: Work,
    *,
    level: str,
    key: str,
    first_month: date,
    last_month: date,
    segment: str | None = None,
    measure: str = "persons",
    as_of: date | None = None,
    branch_id: int | None = None,
) -> int | None:
    """The target of one scope over months, both inclusive; None where nobody set one. Persons, rupiah or visits. ``as_of``: as it
    was known at the end of that day of the office."""
    found = targets_of(
        work, level=level, keys=[key], first_month=first_month, last_month=last_month, segment=segment, measure=measure,
        as_of=as_of, branch_id=branch_id,
    )  # fmt: skip
    return found.get(key)


def of_agents(work: Work, asked: Asked, *, level: str, key: str, branch_id: int | None) -> bool:
    """Whether the target of a scope is, in some month, nothing but the sum of what its agents got."""
    return any(one.of_agents for one in _read(work, asked, level, [key], branch_id).values())


def _read(work: Work, asked: Asked, level: str, keys: Collection[str], branch_id: int | None) -> dict[str, Target]:
    names = sorted(keys)
    wants = [Want(level, key, asked.first_month, asked.last_month, asked.as_of, branch_id) for key in names]
    return dict(zip(names, read(read_targets(wants, asked.measure), work.dicts), strict=True))


__all__ = [
    "WHOLE", "Asked", "ByMonth", "Target", "Want", "by_month", "of_agents", "read_targets", "target_of", "targets_of",
]  # fmt: skip
