"""Set-based reads of positions, counters and events. Every query names its branches, so that it stays on their shards."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import LiteralString

from perisai.events.kinds import kinds
from perisai.events.reading import Reading, Row

FEED_LENGTH = 30

ALL_POSITIONS: LiteralString = "SELECT branch_id, number, moved_at FROM events_position"
"""A few hundred rows, outside row-level security: what the live process asks ten times a second."""

SCOPE_OF_ALL: LiteralString = """
SELECT set_config('perisai.branches', (SELECT coalesce(array_agg(branch_id), '{}') FROM events_position)::text, true)
"""

# Carried by the primary key of events_counter: (branch_id, level, key, day_captured). Branch rows are asked by their key; for
# the others PostgreSQL skips from key to key within the level.
_SUMS = """
SELECT c.branch_id, c.level, c.key, c.metric, sum(c.value)::bigint AS month,
       coalesce(sum(c.value) FILTER (WHERE c.day_captured = b.today), 0)::bigint AS today
FROM unnest(%(branches)s::int[], %(todays)s::date[]) AS b (id, today)
JOIN events_counter c ON c.branch_id = b.id
  AND c.day_captured BETWEEN date_trunc('month', b.today)::date AND b.today
WHERE c.level = ANY(%(levels)s::bpchar[]) AND (c.level <> 'b' OR c.key = b.id::text)
GROUP BY 1, 2, 3, 4
"""

# The same rows, only of the counters that moved; carried by the primary key of events_counter.
_MOVED_SUMS = """
SELECT m.branch_id, m.level, m.key, c.metric, sum(c.value)::bigint AS total,
       coalesce(sum(c.value) FILTER (WHERE c.day_captured = m.today), 0)::bigint AS today
FROM unnest(%(branches)s::int[], %(levels)s::bpchar[], %(keys)s::text[], %(firsts)s::date[], %(todays)s::date[])
  AS m (branch_id, level, key, first, today)
JOIN events_counter c ON c.branch_id = m.branch_id AND c.level = m.level AND c.key = m.key
  AND c.day_captured BETWEEN m.first AND m.today
GROUP BY 1, 2, 3, 4
"""

# Carried by the primary key of events_event (branch_id, received_at): one day of a branch. What was captured today was also
# received today, so these sums equal the day's counters.
_HOURS = """
SELECT e.branch_id, e.sub_branch_id, e.agency_office_id, e.agent_id,
       extract(hour FROM e.received_at AT TIME ZONE b.timezone)::int AS hour, sum(e.quantity)::bigint AS quantity
FROM unnest(%(branches)s::int[], %(todays)s::date[], %(timezones)s::text[]) AS b (id, today, timezone)
JOIN events_event e ON e.branch_id = b.id AND e.received_at >= b.today::timestamp AT TIME ZONE b.timezone
  AND e.day_captured = b.today
WHERE e.received_at >= %(since)s AND e.kind = ANY(%(kinds)s)
GROUP BY 1, 2, 3, 4, 5
"""

_EVENT_COLUMNS: LiteralString = """
e.branch_id, e.number, e.received_at, e.kind, e.sub_branch_id, e.agency_office_id, e.agent_id, e.region_code, e.segment,
e.quantity, e.amount, e.day_captured, e.day_received
"""

# Carried by event_number (branch_id, number). Numbers have no gaps, so the last 30 are found without sorting.
_NEW_EVENTS = (
    "SELECT"
    + _EVENT_COLUMNS
    + """
FROM unnest(%(branches)s::int[], %(after)s::bigint[], %(upto)s::bigint[]) AS b (id, after, upto)
JOIN events_event e ON e.branch_id = b.id AND e.number > b.after AND e.number <= b.upto
WHERE e.received_at >= %(since)s
ORDER BY e.branch_id, e.number
"""
)

# Carried by event_agent (branch_id, agent_id, number).
_EVENTS_OF_AGENT = (
    "SELECT"
    + _EVENT_COLUMNS
    + "FROM events_event e WHERE e.branch_id = %(branch)s AND e.agent_id = %(key)s::uuid"
    + " ORDER BY e.number DESC LIMIT %(limit)s"
)

# Carried by event_number (branch_id, number), from its end.
_EVENTS_OF_SUB_BRANCH = (
    "SELECT"
    + _EVENT_COLUMNS
    + "FROM events_event e WHERE e.branch_id = %(branch)s AND e.sub_branch_id = %(key)s::int"
    + " ORDER BY e.number DESC LIMIT %(limit)s"
)
_EVENTS_OF_OFFICE = (
    "SELECT"
    + _EVENT_COLUMNS
    + "FROM events_event e WHERE e.branch_id = %(branch)s AND e.agency_office_id = %(key)s::int"
    + " ORDER BY e.number DESC LIMIT %(limit)s"
)
_EVENTS_BY_LEVEL: dict[str, LiteralString] = {
    "a": _EVENTS_OF_AGENT,
    "s": _EVENTS_OF_SUB_BRANCH,
    "o": _EVENTS_OF_OFFICE,
}


@dataclass(frozen=True)
class BranchDay:
    """A branch and the day it is there."""

    branch_id: int
    today: date
    timezone: str


@dataclass
class Sums:
    """Counters by metric: of the month up to today, and of today."""

    month: dict[str, int] = field(default_factory=dict)
    today: dict[str, int] = field(default_factory=dict)


Key = tuple[int, str, str]
"""(branch, letter of ``counters.LEVELS``, key)"""


def captured_kinds() -> list[str]:
    """Kinds of event that count a captured enrolment."""
    return [kind.name for kind in kinds().values() if ("captured", "quantity") in kind.metrics]


def sums(days: Sequence[BranchDay], levels: Sequence[str]) -> Reading[dict[Key, Sums]]:
    """This month's and today's counters of these branches at these levels; a key without counters is absent."""
    rows = yield _SUMS, {"branches": _ids(days), "todays": [day.today for day in days], "levels": list(levels)}
    found: dict[Key, Sums] = {}
    for row in rows:
        entry = found.setdefault((row["branch_id"], row["level"], row["key"]), Sums())
        entry.month[row["metric"]] = row["month"]
        if row["today"]:
            entry.today[row["metric"]] = row["today"]
    return found


@dataclass(frozen=True)
class Moved:
    """A counter that moved: re-read from ``first`` on, which is today, or the first of the month for late work."""

    key: Key
    first: date
    today: date


def moved_sums(moved: Sequence[Moved]) -> Reading[dict[Key, Sums]]:
    """As ``sums`` for single keys, but ``month`` holds the sum from each key's ``first`` on."""
    rows = yield (
        _MOVED_SUMS,
        {
            "branches": [each.key[0] for each in moved],
            "levels": [each.key[1] for each in moved],
            "keys": [each.key[2] for each in moved],
            "firsts": [each.first for each in moved],
            "todays": [each.today for each in moved],
        },
    )
    found: dict[Key, Sums] = {}
    for row in rows:
        entry = found.setdefault((row["branch_id"], row["level"], row["key"]), Sums())
        entry.month[row["metric"]] = row["total"]
        if row["today"]:
            entry.today[row["metric"]] = row["today"]
    return found


def hours(days: Sequence[BranchDay], since: datetime) -> Reading[dict[Key, list[int]]]:
    """Enrolments captured and received today, by hour of the branch's clock, for every key but regencies.

    ``since`` is an instant no later than the beginning of any of these days; it lets PostgreSQL skip old partitions.
    """
    rows = yield (
        _HOURS,
        {
            "branches": _ids(days),
            "todays": [day.today for day in days],
            "timezones": [day.timezone for day in days],
            "since": since,
            "kinds": captured_kinds(),
        },
    )
    found: dict[Key, list[int]] = {}
    for row in rows:
        for key in keys_of(row):
            found.setdefault(key, [0] * 24)[row["hour"]] += row["quantity"]
    return found


def new_events(after: dict[int, tuple[int, int]], since: datetime) -> Reading[list[Row]]:
    """Events of each branch with ``after[branch] = (last number seen, newest number)``, received since an instant."""
    return (
        yield (
            _NEW_EVENTS,
            {
                "branches": list(after),
                "after": [low for low, _ in after.values()],
                "upto": [high for _, high in after.values()],
                "since": since,
            },
        )
    )


def last_events(branch_id: int, level: str, key: str, limit: int = FEED_LENGTH) -> Reading[list[Row]]:
    """The newest events of a sub-branch (``s``), agency office (``o``) or agent (``a``), newest first."""
    return (yield _EVENTS_BY_LEVEL[level], {"branch": branch_id, "key": key, "limit": limit})


def keys_of(row: Row) -> list[Key]:
    """The counters above an event, regency aside."""
    branch_id = row["branch_id"]
    parts = [("s", row["sub_branch_id"]), ("o", row["agency_office_id"]), ("a", row["agent_id"])]
    return [(branch_id, "b", str(branch_id)), *((branch_id, l_, str(k)) for l_, k in parts if k is not None)]


def _ids(days: Sequence[BranchDay]) -> list[int]:
    return [day.branch_id for day in days]
