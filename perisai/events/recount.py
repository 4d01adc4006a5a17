"""Proves that counters equal events: adds all events up again and compares."""

from dataclasses import dataclass
from typing import Any, LiteralString

import orjson

from perisai.events.counters import HOURLY
from perisai.events.kinds import metric_rows
from perisai.events.work import Work

# A full scan by design, of one branch at a time: the audit reads everything that happened. Months are added up from days: what is
# proved of days holds for them.
_ADDED: LiteralString = """
WITH metric AS (
  SELECT * FROM jsonb_to_recordset(%(metrics)s::jsonb) AS m (kind text, metric text, source text)
), by_day AS MATERIALIZED (
  SELECT l.level, l.key, e.day_captured, e.day_received, e.segment, m.metric,
         sum(CASE m.source WHEN 'amount' THEN e.amount WHEN '-quantity' THEN -e.quantity ELSE e.quantity END)::bigint AS value
  FROM events_event e
  JOIN metric m ON m.kind = e.kind
  CROSS JOIN LATERAL (VALUES ('b', e.branch_id::text), ('s', e.sub_branch_id::text), ('o', e.agency_office_id::text),
                             ('a', e.agent_id::text), ('r', left(e.region_code, 5)),
                             ('d', CASE WHEN length(e.region_code) >= 8 THEN left(e.region_code, 8) END)) AS l (level, key)
  WHERE e.branch_id = %(branch)s AND e.number > %(after)s AND l.key IS NOT NULL
  GROUP BY 1, 2, 3, 4, 5, 6
), by_hour AS (
  SELECT k.prefix || lpad(coalesce(e.hour_captured, h.hour)::text, 2, '0') AS key, e.day_captured, e.segment, m.metric,
         sum(e.quantity)::bigint AS value
  FROM events_event e
  JOIN offices_office o ON o.id = e.branch_id
  JOIN metric m ON m.kind = e.kind AND m.metric = %(hourly)s
  CROSS JOIN LATERAL (SELECT e.captured_from AT TIME ZONE o.timezone AS at) t
  -- Of events from before the hour was kept.
  CROSS JOIN LATERAL (SELECT CASE WHEN t.at::date = e.day_captured THEN extract(hour FROM t.at)::int
                                  WHEN t.at::date > e.day_captured THEN 23 ELSE 0 END AS hour) h
  CROSS JOIN LATERAL (VALUES (''), ('s' || e.sub_branch_id || ':'), ('o' || e.agency_office_id || ':'),
                             ('a' || e.agent_id || ':')) AS k (prefix)
  WHERE e.branch_id = %(branch)s AND e.number > %(after)s AND e.day_captured = e.day_received AND k.prefix IS NOT NULL
  GROUP BY 1, 2, 3, 4
), added AS (
  SELECT level, key, day_captured, day_received, segment, metric, value FROM by_day
  UNION ALL
  SELECT upper(level), key, date_trunc('month', day_captured)::date, date_trunc('month', day_received)::date, segment, metric,
         sum(value)::bigint
  FROM by_day GROUP BY 1, 2, 3, 4, 5, 6
  UNION ALL
  SELECT 'h', key, day_captured, day_captured, segment, metric, value FROM by_hour
)
"""
_COMPARE: LiteralString = (
    _ADDED
    + """, counted AS (
  SELECT level::text, key, day_captured, day_received, segment, metric, value FROM events_counter WHERE branch_id = %(branch)s
)
SELECT level, key, day_captured, day_received, segment, metric, coalesce(counted.value, 0), coalesce(added.value, 0)
FROM counted FULL JOIN added USING (level, key, day_captured, day_received, segment, metric)
WHERE coalesce(counted.value, 0) <> coalesce(added.value, 0)
ORDER BY 1, 2, 3
"""
)

COUNT: LiteralString = (
    """
INSERT INTO events_counter AS c (branch_id, level, key, day_captured, day_received, segment, metric, value)
"""
    + _ADDED
    + """
SELECT %(branch)s, level, key, day_captured, day_received, segment, metric, value FROM added ORDER BY 2, 3, 4, 5, 6, 7
ON CONFLICT (branch_id, level, key, day_captured, day_received, segment, metric) DO UPDATE SET value = c.value + excluded.value
"""
)
"""Adds counters of events that were loaded in bulk, after a number of their branch; parameters: ``counting``."""

_NUMBERS = """
SELECT p.number, count(e.number), coalesce(min(e.number), 1), coalesce(max(e.number), 0), count(DISTINCT e.number)
FROM events_position p LEFT JOIN events_event e ON e.branch_id = p.branch_id
WHERE p.branch_id = %s
GROUP BY p.number
"""


@dataclass(frozen=True)
class Recount:
    branch_id: int
    events: int
    differences: list[tuple[Any, ...]]
    """(level, key, day captured, day received, segment, metric, counter says, events say)"""
    gapless: bool

    @property
    def proved(self) -> bool:
        return self.gapless and not self.differences


def counting(branch_id: int, after: int = 0) -> dict[str, Any]:
    """Parameters of ``COUNT``."""
    rows = [{"kind": kind, "metric": metric, "source": source} for kind, metric, source in metric_rows()]
    return {"metrics": orjson.dumps(rows).decode(), "branch": branch_id, "after": after, "hourly": HOURLY}


def recount(work: Work, *, branch_id: int) -> Recount:
    """Recounts one branch within the Work's scope."""
    differences = work.rows(_COMPARE, counting(branch_id))
    row = work.row(_NUMBERS, [branch_id])
    if row is None:
        return Recount(branch_id, 0, differences, gapless=False)
    position, count, lowest, highest, distinct = row
    gapless = position == highest and count == distinct == position and lowest == 1
    return Recount(branch_id, count, differences, gapless)
