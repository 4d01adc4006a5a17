"""Agents compared with their like: accepted a working day, among agents of a branch in the same kind of district, as long licensed.
Readings: they run over any connection."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Any, Final, LiteralString, NamedTuple

import orjson

from perisai.events.reading import Reading, Row
from perisai.offices.calendar import Calendar, field_days_between
from perisai.offices.district_kind import is_city

SMALL: Final = 5
"""With fewer agents alike nobody is ranked: a place among two says nothing."""
LEAST_DAYS: Final = 3
"""Working days before an agent is ranked in a month."""
NEW_FOR: Final = 6
"""Months after the first licence in which an agent is compared with new ones."""

# What is known of agents is gathered a branch, by licence_agent, placement_once and counter_day, and looked up there: one by one,
# each of 20,000 agents would be searched for in three tables. Maps, so that no statistics can make it a search again. Counters are
# one row of the month (of a past day: of each day) a metric and segment. On a past day whoever had a valid licence counts, and what
# had been received by its end.
_AGENTS: LiteralString = """
WITH b AS MATERIALIZED (
  SELECT b.id, to_json(o.regencies)::text AS regencies, l.since, l.valid, p.districts, c.accepted
  FROM unnest(%(branches)s::int[], %(todays)s::date[]) AS b (id, today)
  JOIN offices_office o ON o.id = b.id
  CROSS JOIN LATERAL (SELECT date_trunc('month', b.today)::date AS first) m
  CROSS JOIN LATERAL (SELECT jsonb_object_agg(l.agent_id, l.since) AS since, jsonb_object_agg(l.agent_id, l.is_valid) AS valid
    FROM (SELECT l.agent_id, min(l.valid_from) AS since,
        bool_or(l.valid_to >= b.today AND (l.state <> 'revoked' OR l.state_since::date > b.today)) AS is_valid
      FROM agents_licence l WHERE l.branch_id = b.id AND l.valid_from <= b.today GROUP BY 1) l) l
  CROSS JOIN LATERAL (SELECT jsonb_object_agg(p.agent_id, p.districts) AS districts FROM agents_placement p
    WHERE p.branch_id = b.id AND p.during @> b.today) p
  CROSS JOIN LATERAL (SELECT jsonb_object_agg(c.key, c.accepted) AS accepted FROM (
    SELECT c.key, sum(c.value) AS accepted FROM events_counter c
    WHERE c.branch_id = b.id AND c.level = %(level)s::bpchar AND c.metric = 'accepted'
      AND c.day_captured BETWEEN m.first AND CASE WHEN %(is_past)s THEN b.today ELSE m.first END
      AND (NOT %(is_past)s OR c.day_received <= b.today) GROUP BY 1) c) c
)
SELECT a.branch_id, a.id::text AS id, a.code, a.full_name, a.sub_branch_id, a.agency_office_id,
  (b.since ->> a.id::text)::date AS since, coalesce(nullif(b.districts ->> a.id::text, '[]'), b.regencies) AS works_in,
  coalesce((b.accepted ->> a.id::text)::int, 0) AS accepted
FROM b JOIN agents_agent a ON a.branch_id = b.id AND (a.state = 'active' OR %(is_past)s)
WHERE b.since ? a.id::text AND ((b.valid -> a.id::text)::boolean OR NOT %(is_past)s)
"""


class Ranked(NamedTuple):
    """``per_day``: accepted a working day, in hundredths. ``place`` counts from 1, equal ones share it; None where the class is too
    small (``of`` tells how many are in it) or the agent has worked too few days this month."""

    branch_id: int
    agent_id: str
    code: str
    name: str
    sub_branch_id: int | None
    agency_office_id: int | None
    is_city: bool
    is_new: bool
    accepted: int
    days: int
    per_day: int
    of: int
    place: int | None


def ranked(
    branches: Sequence[tuple[int, date]],
    calendars: Mapping[int, Calendar],
    *,
    is_past: bool = False,
    across: bool = False,
) -> Reading[list[Ranked]]:
    """Every active agent with a licence of these (branch, its day), best first within a branch and class, cities and those long
    licensed first; ``across``: within a class of all these branches. ``is_past``: as was known at the end of those days. One
    statement."""
    asked: dict[str, Any] = {"branches": [one for one, _ in branches], "todays": [day for _, day in branches]}
    rows = yield _AGENTS, asked | {"is_past": is_past, "level": "a" if is_past else "A"}
    todays = dict(branches)
    classes: defaultdict[tuple[int, bool, bool], list[tuple[Row, int, int]]] = defaultdict(list)

    @cache
    def days_since(branch_id: int, first: date) -> int:
        """The same for most agents of a branch, and there may be 20,000 agents."""
        calendar = calendars.get(branch_id, Calendar())
        return field_days_between(first - timedelta(days=1), todays[branch_id], calendar)

    for row in rows:
        today = todays[row["branch_id"]]
        days = days_since(row["branch_id"], max(row["since"], today.replace(day=1)))
        per_day = row["accepted"] * 100 // days if days else 0
        new = _months(row["since"], today) < NEW_FOR
        within = 0 if across else row["branch_id"]
        classes[within, _is_city(row["works_in"]), new].append((row, days, per_day))
    order = sorted(classes, key=lambda key: (key[0], not key[1], key[2]))
    return [one for key in order for one in _places(key, classes[key])]


@lru_cache(4096)
def _is_city(codes: str) -> bool:
    """``codes``: a list in JSON; few are told apart."""
    return is_city(orjson.loads(codes))


def _places(key: tuple[int, bool, bool], found: list[tuple[Row, int, int]]) -> list[Ranked]:
    able = sorted((per_day for _, days, per_day in found if days >= LEAST_DAYS), reverse=True)
    places: dict[int, int] = {}
    for place, per_day in enumerate(able if len(able) >= SMALL else (), start=1):
        places.setdefault(per_day, place)
    return [
        Ranked(
            branch_id=row["branch_id"],
            agent_id=row["id"],
            code=row["code"],
            name=row["full_name"],
            sub_branch_id=row["sub_branch_id"],
            agency_office_id=row["agency_office_id"],
            is_city=key[1],
            is_new=key[2],
            accepted=row["accepted"],
            days=days,
            per_day=per_day,
            of=len(able),
            place=places.get(per_day) if days >= LEAST_DAYS else None,
        )
        for row, days, per_day in sorted(found, key=lambda one: (-one[2], one[0]["code"]))
    ]


def _months(since: date, today: date) -> int:
    return (today.year - since.year) * 12 + today.month - since.month - (today.day < since.day)


def of_agent(found: Sequence[Ranked], agent_id: Any) -> Ranked | None:
    return next((one for one in found if one.agent_id == str(agent_id)), None)
