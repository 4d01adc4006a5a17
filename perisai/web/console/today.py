"""What the home page asks: what waits, and the numbers of today. Within what the viewer may see."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import LiteralString

from perisai.accounts.audience import Viewer
from perisai.events.work import Work

SILENT_AFTER = timedelta(days=3)

# Carried by the primary key of events_counter: one day of a level, one month of the same level in capitals, and below a branch one
# key. So it reads as much on the last day of a month as on the first.
_NUMBERS = """
SELECT c.metric, coalesce(sum(c.value) FILTER (WHERE a.is_month), 0)::bigint,
  coalesce(sum(c.value) FILTER (WHERE NOT a.is_month), 0)::bigint
FROM unnest(coalesce(%s::int[], ARRAY(SELECT branch_id FROM events_position))) AS b (id)
CROSS JOIN (VALUES (%s::bpchar, %s::date, false), (upper(%s)::bpchar, %s::date, true)) AS a (level, day, is_month)
CROSS JOIN LATERAL (
  SELECT n.metric, sum(n.value) AS value FROM events_counter n
  WHERE n.branch_id = b.id AND n.level = a.level AND n.key = coalesce(%s::text, b.id::text) AND n.day_captured = a.day
  GROUP BY 1) c
GROUP BY 1
"""

# Carried by op_waiting_since, which holds only what is not judged yet.
_HELD: LiteralString = """
SELECT count(*), min(o.received_at) FROM sync_op o
JOIN accounts_device d ON d.id = o.device_id JOIN agents_agent a ON a.branch_id = o.branch_id AND a.id = d.agent_id
WHERE o.state = 'held' AND """

_SILENT: LiteralString = """
SELECT count(*) FROM agents_agent a
WHERE a.state = 'active' AND EXISTS (
  SELECT FROM accounts_device d WHERE d.branch_id = a.branch_id AND d.agent_id = a.id AND d.state = 'active')
AND NOT EXISTS (
  SELECT FROM accounts_device d WHERE d.branch_id = a.branch_id AND d.agent_id = a.id AND d.last_seen_at > %s) AND """

# Carried by notification_suspense. Money whose branch is not known yet concerns those who look at many branches.
_SUSPENSE = """
SELECT count(*), coalesce(sum(amount), 0)::bigint FROM payments_notification
WHERE state = 'suspense' AND (branch_id = ANY(coalesce(%s::int[], ARRAY(SELECT branch_id FROM events_position)))
  OR (branch_id IS NULL AND %s))
"""


@dataclass(frozen=True)
class Numbers:
    """Counters by metric."""

    today: dict[str, int]
    month: dict[str, int]


def numbers(work: Work, *, viewer: Viewer, today: date) -> Numbers:
    """Of the viewer's own part: an office within the branch, an agent, or the branches together. One statement."""
    level, key = _level(viewer)
    branches = viewer.branch_ids
    rows = work.rows(_NUMBERS, [branches, level, today, level, today.replace(day=1), key or None])
    return Numbers({metric: day for metric, _, day in rows}, {metric: month for metric, month, _ in rows})


def _level(viewer: Viewer) -> tuple[str, str]:
    if viewer.sub_branch_id is not None:
        return "s", str(viewer.sub_branch_id)
    if viewer.agency_office_id is not None:
        return "o", str(viewer.agency_office_id)
    if viewer.agent_id is not None:
        return "a", str(viewer.agent_id)
    return "b", ""


def held_ops(work: Work, *, viewer: Viewer) -> tuple[int, datetime | None]:
    """How many records of phones wait for one before them, and since when."""
    sql, params = viewer.narrow("a")
    row = work.row(_HELD + sql, params)
    return (int(row[0]), row[1]) if row else (0, None)


def silent_phones(work: Work, *, viewer: Viewer) -> int:
    """Active agents whose phones have said nothing for three days."""
    sql, params = viewer.narrow("a")
    row = work.row(_SILENT + sql, [work.now - SILENT_AFTER, *params])
    return int(row[0]) if row else 0


def suspense(work: Work, *, viewer: Viewer) -> tuple[int, int]:
    """(how many, rupiah) of payments that wait for a decision."""
    branches = viewer.branch_ids
    row = work.row(_SUSPENSE, [branches, viewer.branches is None])
    return (int(row[0]), int(row[1])) if row else (0, 0)
