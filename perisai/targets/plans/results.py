"""What was reached, to stand beside a target: from the counters by month; as of a past day from those by day. Set-based."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import LiteralString

from perisai.events.work import Work
from perisai.targets.plans.place import (
    AGENCY_OFFICE,
    AGENT,
    BRANCH,
    METRICS,
    NATION,
    REGION,
    SUB_BRANCH,
    Child,
    Home,
    month,
)
from perisai.targets.quotas.setting import add_months

_LETTERS = {BRANCH: "B", SUB_BRANCH: "S", AGENCY_OFFICE: "O", AGENT: "A"}
"""Of the counters by month, whose days are firsts of months."""
_OF: LiteralString = """
  AND c.metric = %(metric)s AND c.day_captured BETWEEN %(first)s AND %(last)s
  AND (%(as_of)s::date IS NULL OR c.day_received <= %(as_of)s)
  AND (%(segment)s::text IS NULL OR c.segment = %(segment)s)
"""
# Carried by the primary key of events_counter: (branch_id, level, key, day_captured).
_BY_KEY: LiteralString = (
    """
SELECT k.level, k.key, sum(c.value)::bigint
FROM unnest(%(branches)s::int[], %(levels)s::text[], %(keys)s::text[], %(letters)s::text[])
  AS k (branch_id, level, key, letter)
JOIN events_counter c ON c.branch_id = k.branch_id AND c.level = k.letter::bpchar AND c.key = k.key"""
    + _OF
    + "GROUP BY 1, 2"
)
_BY_REGION: LiteralString = (
    """
SELECT 'region', k.key, sum(c.value)::bigint FROM unnest(%(keys)s::text[]) AS k (key)
JOIN offices_office o ON o.path @> ARRAY[k.key::int] AND o.kind = 'branch'
JOIN events_counter c ON c.branch_id = o.id AND c.level = %(of_branch)s AND c.key = o.id::text"""
    + _OF
    + "GROUP BY 1, 2"
)
# The part of an agency office that works for one branch or sub-branch is its agents there.
_BY_PART: LiteralString = (
    """
SELECT 'agency_office', a.agency_office_id::text, sum(c.value)::bigint FROM agents_agent a
JOIN events_counter c ON c.branch_id = a.branch_id AND c.level = %(of_agent)s AND c.key = a.id::text"""
    + _OF
    + """WHERE a.branch_id = %(branch)s AND a.agency_office_id::text = ANY (%(keys)s)
  AND coalesce(a.sub_branch_id, a.branch_id) = %(office)s GROUP BY 1, 2"""
)
_BRANCH_MONTHS: LiteralString = (
    """
SELECT c.day_captured, sum(c.value)::bigint FROM offices_office o
JOIN events_counter c ON c.branch_id = o.id AND c.level = 'B' AND c.key = o.id::text"""
    + _OF
    + "WHERE o.path @> ARRAY[%(office)s::int] AND o.kind = 'branch' GROUP BY 1"
)
_KEY_MONTHS: LiteralString = (
    "SELECT c.day_captured, sum(c.value)::bigint FROM events_counter c"
    " WHERE c.branch_id = %(branch)s AND c.level = %(letter)s AND c.key = %(key)s" + _OF + "GROUP BY 1"
)


def by_child(
    work: Work,
    home: Home,
    there: Collection[Child],
    first: date,
    last: date,
    measure: str,
    segment: str | None = None,
    as_of: date | None = None,
) -> dict[tuple[str, str], int]:
    """What each child reached over months, both inclusive (firsts of months); nothing reached is absent. ``as_of``: what had
    come in by the end of that day. At most three."""
    asked = home.params(metric=METRICS[measure], first=first, segment=segment, as_of=as_of)
    asked |= {"last": last, "of_branch": "B", "of_agent": "A"}
    if as_of is not None:
        asked |= {"last": add_months(last, 1) - timedelta(days=1), "of_branch": "b", "of_agent": "a"}
    regions = [child.key for child in there if child.level == REGION]
    parts = [child.key for child in there if child.level == AGENCY_OFFICE]
    others = [child for child in there if child.level in (BRANCH, SUB_BRANCH, AGENT)]
    rows: list[tuple[str, str, int]] = []
    if regions:
        rows += work.rows(_BY_REGION, asked | {"keys": regions})
    if parts:
        rows += work.rows(_BY_PART, asked | {"keys": parts})
    if others:
        keyed = {
            "branches": [int(child.key) if child.level == BRANCH else child.branch_id for child in others],
            "levels": [child.level for child in others],
            "keys": [child.key for child in others],
            "letters": [_LETTERS[child.level] if as_of is None else _LETTERS[child.level].lower() for child in others],
        }
        rows += work.rows(_BY_KEY, asked | keyed)
    return {(level, key): value for level, key, value in rows}


def by_months(work: Work, home: Home, year: int, measure: str, segment: str | None = None) -> dict[date, int]:
    """What the office itself reached, month by month. One statement."""
    asked = home.params(
        metric=METRICS[measure], first=month(year, 1), last=month(year, 12), segment=segment, as_of=None
    )  # fmt: skip
    if home.level in (NATION, REGION, BRANCH):
        return dict(work.rows(_BRANCH_MONTHS, asked))
    return dict(work.rows(_KEY_MONTHS, asked | {"letter": _LETTERS[home.level], "key": home.key}))


def of_agent(
    work: Work, *, branch_id: int, agent_id: str, year: int, measure: str, segment: str | None = None
) -> dict[date, int]:
    """What an agent reached, month by month. One statement."""
    asked = {
        "metric": METRICS[measure],
        "first": month(year, 1),
        "last": month(year, 12),
        "segment": segment,
        "as_of": None,
    }
    return dict(work.rows(_KEY_MONTHS, asked | {"branch": branch_id, "letter": "A", "key": agent_id}))
