"""Agents compared with their like: accepted a working day, among agents of a branch in the same kind of district, as long licensed.
Readings: they run over any connection."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, LiteralString

from perisai.events.reading import Reading, Row
from perisai.offices.calendar import Calendar, working_days_between

SMALL: Final = 5
"""With fewer agents alike nobody is ranked: a place among two says nothing."""
LEAST_DAYS: Final = 3
"""Working days before an agent is ranked in a month."""
NEW_FOR: Final = 6
"""Months after the first licence in which an agent is compared with new ones."""
_CITY: Final = 71
"""Second part of a region code from which on it is a city (kota); below, a regency (kabupaten)."""

# Agents and placements by their primary keys and placement_once, one row of the month a metric and segment.
_AGENTS: LiteralString = """
SELECT a.branch_id, a.id::text AS id, a.code, a.full_name, a.sub_branch_id, a.agency_office_id, l.since, p.districts, o.regencies,
  coalesce(c.accepted, 0)::int AS accepted
FROM unnest(%(branches)s::int[], %(todays)s::date[]) AS b (id, today)
JOIN offices_office o ON o.id = b.id
JOIN agents_agent a ON a.branch_id = b.id AND a.state = 'active'
CROSS JOIN LATERAL (SELECT min(valid_from) AS since FROM agents_licence l
  WHERE l.branch_id = a.branch_id AND l.agent_id = a.id AND l.valid_from <= b.today) l
LEFT JOIN LATERAL (SELECT p.districts FROM agents_placement p
  WHERE p.branch_id = a.branch_id AND p.agent_id = a.id AND p.during @> b.today LIMIT 1) p ON true
LEFT JOIN LATERAL (SELECT sum(c.value) AS accepted FROM events_counter c
  WHERE c.branch_id = a.branch_id AND c.level = 'A' AND c.key = a.id::text AND c.metric = 'accepted'
    AND c.day_captured = date_trunc('month', b.today)::date) c ON true
WHERE l.since IS NOT NULL
"""


@dataclass(frozen=True)
class Ranked:
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


def ranked(branches: Sequence[tuple[int, date]], calendars: Mapping[int, Calendar]) -> Reading[list[Ranked]]:
    """Every active agent with a licence of these (branch, its day), best first within a branch and class. One statement."""
    rows = yield _AGENTS, {"branches": [one for one, _ in branches], "todays": [day for _, day in branches]}
    todays = dict(branches)
    classes: defaultdict[tuple[int, bool, bool], list[tuple[Row, int, int]]] = defaultdict(list)
    for row in rows:
        today = todays[row["branch_id"]]
        first = max(row["since"], today.replace(day=1))
        days = working_days_between(first - timedelta(days=1), today, calendars.get(row["branch_id"], Calendar()))
        per_day = row["accepted"] * 100 // days if days else 0
        new = _months(row["since"], today) < NEW_FOR
        classes[row["branch_id"], is_city(row["districts"] or row["regencies"] or ()), new].append((row, days, per_day))
    return [one for key in sorted(classes) for one in _places(key, classes[key])]


def is_city(codes: Sequence[str]) -> bool:
    """Whether most of these districts or regencies are of a city."""
    cities = sum(int(code[3:5]) >= _CITY for code in codes if code[3:5].isdigit())
    return cities * 2 > len(codes)


def _places(key: tuple[int, bool, bool], found: list[tuple[Row, int, int]]) -> list[Ranked]:
    able = sorted((per_day for _, days, per_day in found if days >= LEAST_DAYS), reverse=True)
    return [
        Ranked(
            branch_id=key[0],
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
            place=able.index(per_day) + 1 if len(able) >= SMALL and days >= LEAST_DAYS else None,
        )
        for row, days, per_day in sorted(found, key=lambda one: (-one[2], one[0]["code"]))
    ]


def _months(since: date, today: date) -> int:
    return (today.year - since.year) * 12 + today.month - since.month - (today.day < since.day)


def of_agent(found: Sequence[Ranked], agent_id: Any) -> Ranked | None:
    return next((one for one in found if one.agent_id == str(agent_id)), None)
