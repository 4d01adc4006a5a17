"""What the target of a scope is, or was known to be on a past day. Set-based; calls no verb."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import LiteralString

from perisai.events.work import Work
from perisai.targets.plan_place import AGENT, BRANCH, NATION, REGION, WHOLE

_IN_FORCE: LiteralString = """(CASE WHEN %(as_of)s::date IS NULL THEN p.state = 'approved'
  ELSE p.approved_on <= %(as_of)s AND coalesce(p.replaced_on > %(as_of)s, true) END)"""
_ASKED: LiteralString = """f.month BETWEEN %(first)s AND %(last)s AND f.measure = %(measure)s
  AND (%(segment)s::text IS NULL OR f.segment = %(segment)s) AND """
_SCOPE: LiteralString = "coalesce(%(branches)s::int[], (SELECT current_setting('perisai.branches')::int[]))"

# Carried by figure_child and upper_figure_child.
_GIVEN_BELOW: LiteralString = (
    """
SELECT f.child_key, f.month, sum(f.value)::bigint FROM targets_figure f
JOIN targets_plan p ON p.branch_id = f.branch_id AND p.id = f.plan_id
WHERE f.branch_id = ANY ("""
    + _SCOPE
    + ") AND f.child_level = %(level)s AND f.child_key = ANY (%(keys)s) AND "
    + _ASKED
    + _IN_FORCE
    + " GROUP BY 1, 2"
)
_GIVEN_ABOVE: LiteralString = (
    """
SELECT f.child_key, f.month, sum(f.value)::bigint FROM targets_upper_figure f
JOIN targets_upper_plan p ON p.id = f.plan_id
WHERE f.child_level = %(level)s AND f.child_key = ANY (%(keys)s) AND """
    + _ASKED
    + _IN_FORCE
    + " GROUP BY 1, 2"
)
# What an office passes on, where nobody gave it a figure. By plan_approved_once and the figures' primary keys.
_PASSED_BELOW: LiteralString = (
    """
SELECT p.office_id::text, f.month, sum(f.value)::bigint FROM targets_plan p
JOIN targets_figure f ON f.branch_id = p.branch_id AND f.plan_id = p.id
WHERE p.branch_id = ANY ("""
    + _SCOPE
    + ") AND p.office_id = ANY (%(keys)s::int[]) AND "
    + _ASKED
    + _IN_FORCE
    + " GROUP BY 1, 2"
)
_PASSED_ABOVE: LiteralString = (
    """
SELECT CASE WHEN o.kind = 'head' THEN 'all' ELSE o.id::text END, f.month, sum(f.value)::bigint FROM targets_upper_plan p
JOIN offices_office o ON o.id = p.office_id
JOIN targets_upper_figure f ON f.plan_id = p.id AND f.child_level <> 'nation'
WHERE CASE WHEN %(level)s = 'nation' THEN o.kind = 'head' ELSE o.id::text = ANY (%(keys)s) END AND """
    + _ASKED
    + _IN_FORCE
    + " GROUP BY 1, 2"
)
# A branch whose quota was set by hand, without a plan. Carried by the primary key of targets_quota_target.
_QUOTA: LiteralString = """
SELECT branch_id::text, month, sum(persons)::bigint FROM targets_quota_target
WHERE branch_id = ANY (%(keys)s::int[]) AND month BETWEEN %(first)s AND %(last)s
  AND (%(segment)s::text IS NULL OR segment = %(segment)s) GROUP BY 1, 2
"""
_BRANCHES: LiteralString = """
SELECT o.id::text, CASE WHEN %(level)s = 'nation' THEN 'all' ELSE k.key END FROM offices_office o
JOIN unnest(%(keys)s::text[]) AS k (key) ON %(level)s = 'nation' OR o.path @> ARRAY[k.key::int]
WHERE o.kind = 'branch' AND o.is_open
"""

ByMonth = dict[str, dict[date, int]]
"""Value by key and month; what nobody set is absent."""


@dataclass(frozen=True)
class Asked:
    """Which figures: months from first to last (firsts of months), one measure, one segment or both, as known at a day's end."""

    first_month: date
    last_month: date
    measure: str = "persons"
    segment: str | None = None
    as_of: date | None = None

    def params(self, level: str, keys: Collection[str], branches: Collection[int] | None) -> dict[str, object]:
        return {
            "level": level,
            "keys": sorted(keys),
            "branches": None if branches is None else sorted(branches),
            "first": self.first_month,
            "last": self.last_month,
            "measure": self.measure,
            "segment": self.segment,
            "as_of": self.as_of,
        }


def by_month(
    work: Work, asked: Asked, *, level: str, keys: Collection[str], branches: Collection[int] | None = None
) -> ByMonth:
    """Targets of many scopes of one level, month by month.

    What the parent's plan gives counts; where it gives nothing, what the scope's own plan passes on; then, of a branch, the target
    its quota was set to by hand; of region and nation, the sum of what is known of those beneath. ``branches``: where sub-branches,
    agency offices and agents are looked for (None: the whole scope of the Work). At most six statements, whatever is asked.
    """
    params = asked.params(level, keys, branches)
    is_above = level in (NATION, REGION, BRANCH)
    found = _gather(work.rows(_GIVEN_ABOVE if is_above else _GIVEN_BELOW, params))
    if level != AGENT:
        passed: LiteralString = _PASSED_ABOVE if level in (NATION, REGION) else _PASSED_BELOW
        found = _fill(found, _gather(work.rows(passed, params)))
    if level == BRANCH and asked.measure == "persons" and asked.as_of is None:
        found = _fill(found, _gather(work.rows(_QUOTA, params)))
    if level in (NATION, REGION) and (wanting := _wanting(found, asked, keys)):
        found = _fill(found, _of_those_beneath(work, asked, level, wanting))
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
    branches: Collection[int] | None = None,
) -> dict[str, int]:
    """Sums of ``by_month``; a scope that nobody set a target for is absent."""
    asked = Asked(first_month, last_month, measure, segment, as_of)
    found = by_month(work, asked, level=level, keys=keys, branches=branches)
    return {key: sum(months.values()) for key, months in found.items() if months}


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
    branches: Collection[int] | None = None,
) -> int | None:
    """The target of one scope (words of ``offices.scopes``; the nation's key is ``all``) over months, both inclusive; None where
    nobody set one. Persons, rupiah or visits. ``as_of``: as it was known at the end of that day of the office."""
    found = targets_of(
        work, level=level, keys=[key], first_month=first_month, last_month=last_month, segment=segment, measure=measure,
        as_of=as_of, branches=branches,
    )  # fmt: skip
    return found.get(key)


def _of_those_beneath(work: Work, asked: Asked, level: str, keys: Collection[str]) -> ByMonth:
    pairs = work.rows(_BRANCHES, {"level": level, "keys": sorted(keys)})
    under: defaultdict[str, list[str]] = defaultdict(list)
    for branch, above in pairs:
        under[above].append(branch)
    known = by_month(work, asked, level=BRANCH, keys={branch for branch, _ in pairs}) if pairs else {}
    sums: ByMonth = {}
    for above, branches in under.items():
        for branch in branches:
            for month, value in known.get(branch, {}).items():
                of = sums.setdefault(above, {})
                of[month] = of.get(month, 0) + value
    return sums


def _wanting(found: ByMonth, asked: Asked, keys: Collection[str]) -> list[str]:
    many = (asked.last_month.year - asked.first_month.year) * 12 + asked.last_month.month - asked.first_month.month + 1
    return [key for key in keys if len(found.get(key, {})) < many]


def _gather(rows: list[tuple[str, date, int]]) -> ByMonth:
    found: ByMonth = {}
    for key, month, value in rows:
        found.setdefault(key, {})[month] = value
    return found


def _fill(found: ByMonth, more: ByMonth) -> ByMonth:
    """What was found, with ``more`` only where nothing was."""
    return {key: more.get(key, {}) | found.get(key, {}) for key in found.keys() | more.keys()}


__all__ = ["WHOLE", "Asked", "ByMonth", "by_month", "target_of", "targets_of"]
