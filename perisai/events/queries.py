"""Set-based reads of positions, counters and events. Every query names its branches, so that it stays on their shards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, LiteralString

from perisai.events.counters import hour_key
from perisai.events.kinds import told_kinds
from perisai.events.reading import Reading, Row

FEED_LENGTH = 30
FEED_REACH = 1000
"""How far back among a branch's events its feed looks."""

ALL_POSITIONS: LiteralString = "SELECT branch_id, number, moved_at FROM events_position"
"""A few hundred rows, outside row-level security: what the live process asks ten times a second."""

SCOPE_OF_ALL: LiteralString = """
SELECT set_config('perisai.branches', (SELECT coalesce(array_agg(branch_id), '{}') FROM events_position)::text, true)
"""

# Carried by counter_day (branch_id, level, day_captured, key). The month is one row a metric and segment, of the level's capital
# letter.
# Lateral here and below: so that each key is looked up, however few rows the statistics know of.
_SUMS = """
SELECT b.id AS branch_id, l.level, c.key, array_agg(c.metric) AS metrics, array_agg(c.value::bigint) AS values,
       array_agg(p.is_month) AS are_month
FROM unnest(%(branches)s::int[], %(todays)s::date[]) AS b (id, today)
CROSS JOIN unnest(%(levels)s::text[]) AS l (level)
CROSS JOIN LATERAL (VALUES (l.level::bpchar, b.today, false),
                           (upper(l.level)::bpchar, date_trunc('month', b.today)::date, true)) AS p (level, day, is_month)
CROSS JOIN LATERAL (
  SELECT c.key, c.metric, sum(c.value) AS value FROM events_counter c
  WHERE c.branch_id = b.id AND c.level = p.level AND c.day_captured = p.day GROUP BY 1, 2) c
GROUP BY 1, 2, 3
"""

# The same rows, only of the counters that moved; carried by the primary key of events_counter.
_MOVED_SUMS = """
SELECT m.branch_id, m.level, m.key, array_agg(c.metric) AS metrics, array_agg(c.value::bigint) AS values,
       array_agg(p.is_month) AS are_month
FROM unnest(%(branches)s::int[], %(levels)s::text[], %(keys)s::text[], %(todays)s::date[]) AS m (branch_id, level, key, today)
CROSS JOIN LATERAL (VALUES (m.level::bpchar, m.today, false),
                           (upper(m.level)::bpchar, date_trunc('month', m.today)::date, true)) AS p (level, day, is_month)
CROSS JOIN LATERAL (
  SELECT c.metric, sum(c.value) AS value FROM events_counter c
  WHERE c.branch_id = m.branch_id AND c.level = p.level AND c.key = m.key AND c.day_captured = p.day GROUP BY 1) c
GROUP BY 1, 2, 3
"""

# Carried by the primary key of events_counter: 24 keys a branch; with what lies within it, by counter_day.
_HOURS_OF_BRANCHES = """
SELECT b.id AS branch_id, array_agg(c.key) AS keys, array_agg(c.quantity) AS quantities
FROM unnest(%(branches)s::int[], %(todays)s::date[]) AS b (id, today)
CROSS JOIN LATERAL (
  SELECT c.key, sum(c.value)::bigint AS quantity FROM events_counter c
  WHERE c.branch_id = b.id AND c.level = 'h' AND c.key = ANY(%(keys)s::text[]) AND c.day_captured = b.today GROUP BY 1) c
GROUP BY 1
"""
_HOURS_WITHIN = """
SELECT b.id AS branch_id, array_agg(c.key) AS keys, array_agg(c.quantity) AS quantities
FROM unnest(%(branches)s::int[], %(todays)s::date[]) AS b (id, today)
CROSS JOIN LATERAL (
  SELECT c.key, sum(c.value)::bigint AS quantity FROM events_counter c
  WHERE c.branch_id = b.id AND c.level = 'h' AND c.day_captured = b.today GROUP BY 1) c
GROUP BY 1
"""

# Three ways to add up the same; carried by the primary key of events_counter.
_ASKED: LiteralString = """
FROM unnest(%(ns)s::int[], %(branches)s::int[], %(levels)s::bpchar[], %(keys)s::text[], %(firsts)s::date[], %(lasts)s::date[],
  %(since)s::date[], %(until)s::date[]) AS p (n, branch_id, level, key, first, last, since, until)
CROSS JOIN LATERAL ("""
_OF_ASKED: LiteralString = """
  WHERE c.branch_id = p.branch_id AND c.level = p.level AND c.day_captured BETWEEN p.first AND p.last
    AND c.day_received BETWEEN p.since AND p.until AND c.metric = ANY(%(metrics)s::text[])"""
_COUNTED: LiteralString = (
    "SELECT p.n, c.segment, c.metric, sum(c.value)::bigint AS value"
    + _ASKED
    + "SELECT c.segment, c.metric, sum(c.value) AS value FROM events_counter c"
    + _OF_ASKED
    + " AND c.key = p.key GROUP BY 1, 2) c GROUP BY 1, 2, 3"
)
_COUNTED_BY_DAY: LiteralString = (
    "SELECT p.n, c.day, c.metric, sum(c.value)::bigint AS value"
    + _ASKED
    + "SELECT c.day_captured AS day, c.metric, sum(c.value) AS value FROM events_counter c"
    + _OF_ASKED
    + " AND c.key = p.key GROUP BY 1, 2) c GROUP BY 1, 2, 3"
)
# Carried by counter_day, as no key is named.
_COUNTED_WITHIN: LiteralString = (
    "SELECT p.level, c.key, array_agg(c.metric) AS metrics, array_agg(c.value::bigint) AS values"
    + _ASKED
    + "SELECT c.key, c.metric, sum(c.value) AS value FROM events_counter c"
    + _OF_ASKED
    + " GROUP BY 1, 2) c GROUP BY 1, 2"
)

_EVENT_COLUMNS: LiteralString = """
e.branch_id, e.number, e.received_at, e.kind, e.sub_branch_id, e.agency_office_id, e.agent_id, e.region_code, e.segment,
e.quantity, e.amount, e.day_captured, e.hour_captured, e.day_received
"""

# Carried by event_number (branch_id, number). Numbers have no gaps, so the last 30 are found without sorting.
_NEW_EVENTS = (
    "SELECT"
    + _EVENT_COLUMNS
    + """
FROM unnest(%(branches)s::int[], %(after)s::bigint[], %(upto)s::bigint[]) AS b (id, after, upto)
CROSS JOIN LATERAL (
  SELECT * FROM events_event n WHERE n.branch_id = b.id AND n.number > b.after AND n.number <= b.upto AND n.received_at >= %(since)s
  OFFSET 0) e
ORDER BY e.branch_id, e.number
"""
)

# Carried by event_number (branch_id, number), from its end.
_TOLD_EVENTS = (
    "SELECT"
    + _EVENT_COLUMNS
    + """
FROM unnest(%(branches)s::int[], %(upto)s::bigint[]) AS b (id, upto)
CROSS JOIN LATERAL (
  SELECT * FROM events_event n
  WHERE n.branch_id = b.id AND n.number > b.upto - %(reach)s AND n.number <= b.upto AND n.received_at >= %(since)s
    AND n.kind = ANY(%(kinds)s::text[])
  ORDER BY n.number DESC LIMIT %(limit)s) e
"""
)

_NEWEST: LiteralString = " AND e.kind = ANY(%(kinds)s::text[]) ORDER BY e.number DESC LIMIT %(limit)s"
# Carried by event_agent (branch_id, agent_id, number).
_EVENTS_OF_AGENT = (
    "SELECT"
    + _EVENT_COLUMNS
    + "FROM events_event e WHERE e.branch_id = %(branch)s AND e.agent_id = %(key)s::uuid"
    + _NEWEST
)

# Carried by event_number (branch_id, number), from its end, and not the whole of it where little happened.
_EVENTS_OF_SUB_BRANCH = (
    "SELECT"
    + _EVENT_COLUMNS
    + "FROM events_event e WHERE e.branch_id = %(branch)s AND e.sub_branch_id = %(key)s::int"
    + " AND e.number > %(after)s"
    + _NEWEST
)
_EVENTS_OF_OFFICE = (
    "SELECT"
    + _EVENT_COLUMNS
    + "FROM events_event e WHERE e.branch_id = %(branch)s AND e.agency_office_id = %(key)s::int"
    + " AND e.number > %(after)s"
    + _NEWEST
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


def sums(days: Sequence[BranchDay], levels: Sequence[str]) -> Reading[dict[Key, Sums]]:
    """This month's and today's counters of these branches at these levels; a key without counters is absent."""
    rows = yield _SUMS, {"branches": _ids(days), "todays": [day.today for day in days], "levels": list(levels)}
    return _sums_of(rows)


@dataclass(frozen=True)
class Moved:
    """A counter that moved, on its branch's day."""

    key: Key
    today: date


def moved_sums(moved: Sequence[Moved]) -> Reading[dict[Key, Sums]]:
    """As ``sums`` for single keys."""
    rows = yield (
        _MOVED_SUMS,
        {
            "branches": [each.key[0] for each in moved],
            "levels": [each.key[1] for each in moved],
            "keys": [each.key[2] for each in moved],
            "todays": [each.today for each in moved],
        },
    )
    return _sums_of(rows)


def _sums_of(rows: Sequence[Row]) -> dict[Key, Sums]:
    found: dict[Key, Sums] = {}
    for row in rows:
        entry = found[row["branch_id"], row["level"], row["key"]] = Sums()
        for metric, value, is_month in zip(row["metrics"], row["values"], row["are_month"], strict=True):
            if is_month:
                entry.month[metric] = value
            elif value:
                entry.today[metric] = value
        for metric in entry.today:
            entry.month.setdefault(metric, 0)
    return found


HOURS: Final = [hour_key("b", "", hour) for hour in range(24)]


def hours(days: Sequence[BranchDay], *, within: bool) -> Reading[dict[Key, list[int]]]:
    """Enrolments captured and received today, by hour of the branch's clock; of branches, and with ``within`` also of the
    sub-branches, agency offices and agents in them."""
    sql = _HOURS_WITHIN if within else _HOURS_OF_BRANCHES
    asked = {"branches": _ids(days), "todays": [day.today for day in days], "keys": HOURS}
    found: dict[Key, list[int]] = {}
    for row in (yield sql, asked):
        for text, quantity in zip(row["keys"], row["quantities"], strict=True):
            key, hour = _key_and_hour(row["branch_id"], text)
            found.setdefault(key, [0] * 24)[hour] += quantity
    return found


# Carried by the primary key of events_counter: the hours of one thing a branch, on single days.
_HOURS_OF_DAYS: LiteralString = """
SELECT b.timezone, c.day, c.hour, sum(c.quantity)::bigint AS quantity
FROM unnest(%(branches)s::int[], %(timezones)s::text[]) AS b (id, timezone)
CROSS JOIN LATERAL (
  SELECT c.day_captured AS day, right(c.key, 2)::int AS hour, sum(c.value)::bigint AS quantity FROM events_counter c
  WHERE c.branch_id = b.id AND c.level = 'h' AND c.key = ANY(%(keys)s::text[]) AND c.day_captured = ANY(%(days)s::date[])
  GROUP BY 1, 2) c
GROUP BY 1, 2, 3
"""


def hours_of_days(
    branches: Mapping[int, str], level: str, key: str, days: Sequence[date]
) -> Reading[dict[str, dict[date, list[int]]]]:
    """Enrolments captured and received on days, by time zone and day, by hour of its clock. ``branches``: time zone by branch.
    ``key``: of what is asked in its one branch, of level ``s``, ``o`` or ``a``; of whole branches (``b``) it does not matter."""
    keys = [hour_key(level, key, hour) for hour in range(24)]
    asked = {"branches": list(branches), "timezones": list(branches.values()), "keys": keys, "days": list(days)}
    found: dict[str, dict[date, list[int]]] = {timezone: {} for timezone in branches.values()}
    for row in (yield _HOURS_OF_DAYS, asked) if days else []:
        found[row["timezone"]].setdefault(row["day"], [0] * 24)[row["hour"]] += row["quantity"]
    return found


def _key_and_hour(branch_id: int, text: str) -> tuple[Key, int]:
    """What ``counters.hour_key`` wrote."""
    key, _, hour = text.rpartition(":")
    return (branch_id, key[0], key[1:]) if key else (branch_id, "b", str(branch_id)), int(hour)


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


def told_events(upto: dict[int, int], since: datetime, limit: int = FEED_LENGTH) -> Reading[list[Row]]:
    """The newest of each branch that screens tell, up to a number, within the last ``FEED_REACH``."""
    asked = {"branches": list(upto), "upto": list(upto.values()), "reach": FEED_REACH}
    return (yield _TOLD_EVENTS, asked | {"since": since, "kinds": sorted(told_kinds()), "limit": limit})


def last_events(
    branch_id: int, level: str, key: str, limit: int = FEED_LENGTH, *, after: int = 0
) -> Reading[list[Row]]:
    """The newest events that screens tell of a sub-branch (``s``), agency office (``o``) or agent (``a``), newest first; of offices
    those after a number."""
    asked = {"branch": branch_id, "key": key, "limit": limit, "after": after, "kinds": sorted(told_kinds())}
    return (yield _EVENTS_BY_LEVEL[level], asked)


def keys_of(row: Row) -> list[Key]:
    """The counters above an event, regency aside."""
    branch_id = row["branch_id"]
    parts = [("s", row["sub_branch_id"]), ("o", row["agency_office_id"]), ("a", row["agent_id"])]
    return [(branch_id, "b", str(branch_id)), *((branch_id, l_, str(k)) for l_, k in parts if k is not None)]


def _ids(days: Sequence[BranchDay]) -> list[int]:
    return [day.branch_id for day in days]


@dataclass(frozen=True)
class Asked:
    """Counters of one key that are added up together: captured in ``first`` to ``last`` and received in ``since`` to ``until``.

    ``n`` says which sum they go to. A ``level`` in capitals counts months: its days are first days of months.
    """

    n: int
    branch_id: int
    level: str
    key: str
    first: date
    last: date
    since: date
    until: date


def counted(asked: Sequence[Asked], metrics: Sequence[str]) -> Reading[list[Row]]:
    """Rows (n, segment, metric, value) of everything asked for. One statement."""
    return (yield _COUNTED, _columns(asked) | {"metrics": list(metrics)}) if asked else []


def counted_by_day(asked: Sequence[Asked], metrics: Sequence[str]) -> Reading[list[Row]]:
    """Rows (n, day, metric, value) by day captured. One statement."""
    return (yield _COUNTED_BY_DAY, _columns(asked) | {"metrics": list(metrics)}) if asked else []


def counted_within(asked: Sequence[Asked], metrics: Sequence[str]) -> Reading[list[Row]]:
    """As ``counted`` for every key of the levels, whatever key is named; rows have branch_id, level and key too."""
    return (yield _COUNTED_WITHIN, _columns(asked) | {"metrics": list(metrics)}) if asked else []


def _columns(asked: Sequence[Asked]) -> dict[str, object]:
    return {
        "ns": [each.n for each in asked],
        "branches": [each.branch_id for each in asked],
        "levels": [each.level for each in asked],
        "keys": [each.key for each in asked],
        "firsts": [each.first for each in asked],
        "lasts": [each.last for each in asked],
        "since": [each.since for each in asked],
        "until": [each.until for each in asked],
    }
