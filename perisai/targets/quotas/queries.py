"""Reads about quotas for screens. Every query names its branches."""

from datetime import date
from typing import Any

import orjson

from perisai.events.work import Work

# Branches without a row have no cap set; they are listed too, so that a missing target is seen.
_OF_MONTH = """
SELECT o.id AS branch_id, o.name, q.period, q.months, q.segment, q.target, q.cap_percent, q.cap, q.extra, q.mode, q.consumed,
  q.leased, q.over, q.grandfathered, q.is_queued, GREATEST(0, q.cap - q.consumed - q.leased) AS slots_left
FROM unnest(coalesce(%(branches)s::int[], ARRAY(SELECT id FROM offices_office WHERE kind = 'branch'))) AS b (id)
JOIN offices_office o ON o.id = b.id
LEFT JOIN targets_quota q ON q.branch_id = o.id AND q.period <= %(day)s::date
  AND q.period + make_interval(months => q.months) > %(day)s::date
WHERE o.kind = 'branch' ORDER BY o.name, q.segment
"""

_MONTHS = """
SELECT period, months, segment, target, cap_percent, cap, extra, mode, consumed, leased, over, grandfathered, is_queued,
  GREATEST(0, cap - consumed - leased) AS slots_left
FROM targets_quota WHERE branch_id = %s ORDER BY period DESC, segment LIMIT 24
"""

# Carried by event_number (branch_id, number) from its end.
_HISTORY = """
SELECT v.received_at, v.detail, u.full_name AS actor
FROM events_event v LEFT JOIN accounts_user u ON u.id = v.actor_id
WHERE v.branch_id = %s AND v.kind = 'quota_changed' AND v.received_at >= %s
ORDER BY v.number DESC LIMIT 50
"""

_TOTALS = """
SELECT coalesce(sum(target), 0), coalesce(sum(cap), 0), coalesce(sum(consumed), 0),
  coalesce(sum(GREATEST(0, cap - consumed - leased)), 0), count(*)
FROM targets_quota
WHERE branch_id = ANY(coalesce(%(branches)s::int[], ARRAY(SELECT id FROM offices_office WHERE kind = 'branch')))
  AND period <= %(day)s::date AND period + make_interval(months => months) > %(day)s::date
"""


def of_month(work: Work, *, branches: list[int] | None, period: date) -> list[dict[str, Any]]:
    """One row a quota in force, by name of the branch; a branch that is not capped has one without figures."""
    return work.dicts(_OF_MONTH, {"branches": branches, "day": period})


def months(work: Work, *, branch_id: int) -> list[dict[str, Any]]:
    """The branch's quotas, newest first."""
    return work.dicts(_MONTHS, [branch_id])


def history(work: Work, *, branch_id: int, since: date) -> list[dict[str, Any]]:
    """Who changed a quota to what, newest first."""
    return [row | {"detail": orjson.loads(row["detail"])} for row in work.dicts(_HISTORY, [branch_id, since])]


def totals(work: Work, *, branches: list[int] | None, period: date) -> tuple[int, int, int, int, int]:
    """(target, cap, consumed, slots left, how many quotas) of the quotas that a month lies in."""
    row = work.row(_TOTALS, {"branches": branches, "day": period})
    assert row is not None
    return int(row[0]), int(row[1]), int(row[2]), int(row[3]), int(row[4])
