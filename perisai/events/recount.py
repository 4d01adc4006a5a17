"""Proves that counters equal events: adds all events up again and compares."""

from dataclasses import dataclass
from typing import Any

import orjson

from perisai.events.kinds import metric_rows
from perisai.events.work import Work

# A full scan by design, of one branch at a time: the audit reads everything that happened.
_COMPARE = """
WITH metric AS (
  SELECT * FROM jsonb_to_recordset(%(metrics)s::jsonb) AS m (kind text, metric text, source text)
), added AS (
  SELECT l.level, l.key, e.day_captured, e.day_received, e.segment, m.metric,
         sum(CASE m.source WHEN 'amount' THEN e.amount WHEN '-quantity' THEN -e.quantity ELSE e.quantity END)::bigint AS value
  FROM events_event e
  JOIN metric m ON m.kind = e.kind
  CROSS JOIN LATERAL (VALUES ('b', e.branch_id::text), ('s', e.sub_branch_id::text), ('o', e.agency_office_id::text),
                             ('a', e.agent_id::text), ('r', left(e.region_code, 5))) AS l (level, key)
  WHERE e.branch_id = %(branch)s AND l.key IS NOT NULL
  GROUP BY 1, 2, 3, 4, 5, 6
), counted AS (
  SELECT level, key, day_captured, day_received, segment, metric, value FROM events_counter WHERE branch_id = %(branch)s
)
SELECT level, key, day_captured, day_received, segment, metric, coalesce(counted.value, 0), coalesce(added.value, 0)
FROM counted FULL JOIN added USING (level, key, day_captured, day_received, segment, metric)
WHERE coalesce(counted.value, 0) <> coalesce(added.value, 0)
ORDER BY 1, 2, 3
"""

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


def recount(work: Work, *, branch_id: int) -> Recount:
    """Recounts one branch within the Work's scope."""
    metrics = orjson.dumps(
        [{"kind": kind, "metric": metric, "source": source} for kind, metric, source in metric_rows()]
    ).decode()
    differences = work.rows(_COMPARE, {"metrics": metrics, "branch": branch_id})
    row = work.row(_NUMBERS, [branch_id])
    if row is None:
        return Recount(branch_id, 0, differences, gapless=False)
    position, count, lowest, highest, distinct = row
    gapless = position == highest and count == distinct == position and lowest == 1
    return Recount(branch_id, count, differences, gapless)
