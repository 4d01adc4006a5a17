"""Slots of a quota that a phone holds, so that its agent may enrol without signal and be sure.

A lease is good for three days and renewed at each sync. Its size follows the agent's own pace, and is bounded by an even share of
what is left, so that no phone holds what others need. What was captured and sent within it is honoured; after its end the slots are
the pool's again. Order of locks: quota rows by (period, segment), then leases.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Final, LiteralString, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from perisai.errors import Refused
from perisai.events.work import Happened, Work, branch_day
from perisai.targets.quotas.setting import add_months

VALID_FOR: Final = timedelta(days=3)
RENEW_WITHIN: Final = timedelta(days=2)
WORTH: Final = timedelta(hours=12)
"""A lease that ends within the first is renewed where it then lasts longer by the second: about once a day for a phone in touch."""
LEAST, MOST = 10, 60
PACE_DAYS: Final = 14
DAYS_AHEAD: Final = 3
"""How many of the agent's best days without signal a lease covers."""

# Carried by the primary keys: the few quotas of a branch that a day of the lease's life lies in, and this phone's part of each.
_READ: LiteralString = """
SELECT q.period, q.months, q.segment, q.cap, GREATEST(0, q.cap - q.consumed - q.leased), q.mode,
  CASE WHEN l.until > %(now)s::timestamptz THEN l.slots ELSE 0 END, coalesce(l.slots, 0), l.until, coalesce(l.size, 0),
  q.is_queued AND q.mode = 'queue'
FROM targets_quota q
LEFT JOIN targets_lease l ON l.branch_id = q.branch_id AND l.device_id = %(device)s::uuid AND l.period = q.period
  AND l.segment = q.segment
WHERE q.branch_id = %(branch)s AND q.period <= %(last)s::date AND q.period + make_interval(months => q.months) > %(today)s::date
ORDER BY q.period, q.segment
"""

_LOCK: LiteralString = """
SELECT 1 FROM targets_quota q JOIN unnest(%s::date[], %s::text[]) AS w (period, segment) USING (period, segment)
WHERE q.branch_id = %s ORDER BY q.period, q.segment FOR UPDATE OF q
"""

# Pace: the primary key of events_counter, one agent's days. An even share: one slot at least, as long as there is one.
_RENEW: LiteralString = """
WITH pace AS (
  SELECT LEAST(GREATEST(coalesce(max(day.captured), 0)::int * %(days)s, %(least)s), %(most)s) AS size FROM (
    SELECT sum(value) AS captured FROM events_counter
    WHERE branch_id = %(branch)s AND level = 'a' AND key = %(agent)s AND metric = 'captured'
      AND day_captured BETWEEN %(from)s::date AND %(today)s::date GROUP BY day_captured) day
), field AS (
  SELECT GREATEST(1, count(*))::int AS agents FROM agents_agent WHERE branch_id = %(branch)s AND state = 'active'
), share AS (
  SELECT q.period, q.segment, w.until,
    CASE WHEN q.is_queued AND q.mode = 'queue' THEN 0
      ELSE LEAST(GREATEST(0, LEAST(p.size, GREATEST(1, s.pool / f.agents)) - coalesce(l.slots, 0)), s.pool) END AS added,
    coalesce(l.slots, 0) AS held
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS w (period date, segment text, until timestamptz)
  JOIN targets_quota q ON q.branch_id = %(branch)s AND q.period = w.period AND q.segment = w.segment AND q.mode <> 'warn'
  LEFT JOIN targets_lease l ON l.branch_id = q.branch_id AND l.device_id = %(device)s::uuid AND l.period = q.period
    AND l.segment = q.segment
  CROSS JOIN LATERAL (SELECT GREATEST(0, q.cap - q.consumed - q.leased) AS pool) s
  CROSS JOIN pace p CROSS JOIN field f
), lent AS (
  INSERT INTO targets_lease AS l (branch_id, device_id, period, segment, agent_id, slots, size, used, until, renewed_at, end_reason)
  SELECT %(branch)s, %(device)s::uuid, s.period, s.segment, %(agent)s::uuid, s.added, s.held + s.added, 0, s.until, %(now)s, ''
  FROM share s
  ON CONFLICT (branch_id, device_id, period, segment) DO UPDATE SET
    slots = l.slots + excluded.slots, size = excluded.size, until = excluded.until, renewed_at = excluded.renewed_at,
    ended_at = NULL, end_reason = ''
  RETURNING l.period, l.segment, l.slots, l.until
), moved AS (
  UPDATE targets_quota q SET leased = q.leased + s.added FROM share s
  WHERE q.branch_id = %(branch)s AND q.period = s.period AND q.segment = s.segment AND s.added > 0
)
SELECT period, segment, slots, until FROM lent ORDER BY period, segment
"""

_HELD_ROWS: LiteralString = """
SELECT period, segment FROM targets_quota WHERE branch_id = %s AND leased > 0 ORDER BY period, segment FOR UPDATE
"""

# Of locked quotas only. Ended: its time has passed, its phone sends no more, its agent may not enrol, or it is taken back by name.
_RETURN: LiteralString = """
WITH ended AS (
  UPDATE targets_lease l SET slots = 0, ended_at = %(now)s, end_reason = g.reason
  FROM (
    SELECT l.device_id, l.period, l.segment,
      CASE WHEN l.device_id = %(taken)s::uuid THEN 'taken_back' WHEN l.until <= %(now)s::timestamptz THEN 'expired'
        WHEN d.state IS DISTINCT FROM 'active' THEN 'phone_ended'
        WHEN EXISTS (SELECT FROM agents_hold h WHERE h.branch_id = l.branch_id AND h.agent_id = l.agent_id
          AND h.during @> %(now)s::timestamptz) THEN 'agent_held' END AS reason
    FROM targets_lease l LEFT JOIN accounts_device d ON d.id = l.device_id
    WHERE l.branch_id = %(branch)s AND l.slots > 0
  ) g
  JOIN unnest(%(periods)s::date[], %(segments)s::text[]) AS w (period, segment) USING (period, segment)
  WHERE g.reason IS NOT NULL AND l.branch_id = %(branch)s AND l.device_id = g.device_id AND l.period = g.period
    AND l.segment = g.segment AND l.slots > 0
  RETURNING l.period, l.segment, old.slots, g.reason
), sums AS (
  SELECT period, segment, sum(slots)::int AS slots FROM ended GROUP BY 1, 2
), moved AS (
  UPDATE targets_quota q SET leased = q.leased - s.slots,
    grandfathered = GREATEST(0, LEAST(q.grandfathered, q.consumed + q.leased - s.slots - q.cap))
  FROM sums s WHERE q.branch_id = %(branch)s AND q.period = s.period AND q.segment = s.segment
)
SELECT period, segment, reason, sum(slots)::int, count(*) FROM ended GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""

# Carried by lease_held, and by the primary key of accounts_device; holds of agents are few.
_DUE: LiteralString = """
SELECT DISTINCT l.branch_id FROM targets_lease l LEFT JOIN accounts_device d ON d.id = l.device_id
WHERE l.slots > 0 AND (l.until <= %(now)s OR d.state IS DISTINCT FROM 'active')
UNION
SELECT l.branch_id FROM agents_hold h JOIN targets_lease l ON l.branch_id = h.branch_id AND l.agent_id = h.agent_id AND l.slots > 0
WHERE h.during @> %(now)s::timestamptz ORDER BY 1
"""

# Carried by lease_of_quota.
_LIST: LiteralString = """
SELECT l.device_id, l.period, l.segment, l.agent_id, l.slots, l.size, l.used, l.until, l.renewed_at, l.ended_at, l.end_reason,
  a.code, a.full_name, d.name AS phone, d.state AS phone_state
FROM targets_lease l
JOIN agents_agent a ON a.branch_id = l.branch_id AND a.id = l.agent_id
LEFT JOIN accounts_device d ON d.id = l.device_id
WHERE l.branch_id = %s AND l.period = %s AND (l.slots > 0 OR l.ended_at > %s)
ORDER BY l.slots > 0 DESC, a.full_name, l.device_id LIMIT 500
"""


class Lease(NamedTuple):
    """What one phone may use of one quota: ``slots`` more people, captured from ``first`` to ``last``, until an instant. ``until``
    None: it holds none."""

    first: date
    last: date
    segment: str
    slots: int
    until: datetime | None


class Now(NamedTuple):
    """How a phone stands with the branch's quota. ``cap`` None: nothing is capped. ``leases`` None: it needs none (not capped, or
    what lies above the cap is let in)."""

    cap: int | None
    left: int | None
    mode: str
    leases: list[Lease] | None
    is_queued: bool = False


class _Row(NamedTuple):
    period: date
    months: int
    segment: str
    cap: int
    left: int
    mode: str
    alive: int
    slots: int
    until: datetime | None
    size: int
    is_queued: bool

    @property
    def last(self) -> date:
        return add_months(self.period, self.months) - timedelta(days=1)


def held(work: Work, *, branch_id: int, device_id: UUID, agent_id: UUID, timezone: str, may_enrol: bool = True) -> Now:
    """What the phone holds and how the quota of today stands, renewed where it is short or ends soon. One statement, and two more
    where it is renewed. ``may_enrol`` False (suspended, without a licence): it is told of none and lent none; what it has goes back
    by the job."""
    today = branch_day(work.now, timezone)
    rows = _read(work, branch_id, device_id, today, timezone)
    here = [row for row in rows if row.period <= today]
    if not here:
        return Now(None, None, "queue", None)
    cap, left = sum(row.cap for row in here), sum(row.left for row in here)
    is_queued = any(row.is_queued for row in here)
    if here[0].mode == "warn":
        return Now(cap, left, "warn", None)
    if not may_enrol:
        return Now(
            cap, left, here[0].mode, [Lease(row.period, row.last, row.segment, 0, None) for row in rows], is_queued
        )
    due = [row for row in rows if row.mode != "warn" and _is_due(row, work.now, timezone)]
    if due:
        renewed = _renew(work, branch_id, device_id, agent_id, today, timezone, due)
        rows = [row._replace(alive=renewed.get((row.period, row.segment), (row.alive,))[0]) for row in rows]
        ends = {key: until for key, (_slots, until) in renewed.items()}
        rows = [row._replace(until=ends.get((row.period, row.segment), row.until)) for row in rows]
    leases = [Lease(row.period, row.last, row.segment, row.alive, row.until if row.alive else None) for row in rows]
    return Now(cap, left, here[0].mode, leases, is_queued)


def return_ended(work: Work, *, branch_id: int, taken_from: UUID | None = None) -> int:
    """Gives back the slots of leases whose time has passed, of phones that send no more and of agents under a hold; with
    ``taken_from`` also those of this phone. Each slot returns once; returns how many. Two statements."""
    locked = work.rows(_HELD_ROWS, [branch_id])
    if not locked:
        return 0
    ended = work.rows(
        _RETURN,
        {
            "branch": branch_id,
            "now": work.now,
            "taken": taken_from,
            "periods": [row[0] for row in locked],
            "segments": [row[1] for row in locked],
        },
    )
    for period, segment, reason, slots, leases in ended:
        detail = {
            "period": period.isoformat(), "segment": segment, "slots": slots, "leases": leases, "reason": reason,
        }  # fmt: skip
        work.report(
            Happened(
                kind="quota_leases_returned",
                branch_id=branch_id,
                quantity=0,
                device_id=taken_from if reason == "taken_back" else None,
                detail=detail,
            )
        )
    return sum(row[3] for row in ended)


def take_back(work: Work, *, branch_id: int, device_id: UUID) -> int:
    """The branch takes the slots from a phone; what it captured meanwhile goes by the pool. Raises E1004 where it holds none."""
    row = work.row(
        "SELECT sum(slots) FROM targets_lease WHERE branch_id = %s AND device_id = %s AND slots > 0",
        [branch_id, device_id],
    )
    if row is None or not row[0]:
        raise Refused("E1004")
    return return_ended(work, branch_id=branch_id, taken_from=device_id)


def branches_due(work: Work) -> list[int]:
    """Branches with slots to give back."""
    return [row[0] for row in work.rows(_DUE, {"now": work.now})]


def of_quota(work: Work, *, branch_id: int, period: date) -> list[dict[str, object]]:
    """Leases that hold slots, then those that ended within the last week, with agent and phone."""
    return work.dicts(_LIST, [branch_id, period, work.now - timedelta(days=7)])


def ends_at(last: date, timezone: str, now: datetime) -> datetime:
    """Three days on, but not beyond the end of the quota's last day at the branch."""
    return min(now + VALID_FOR, datetime.combine(last + timedelta(days=1), time(), ZoneInfo(timezone)))


def _read(work: Work, branch_id: int, device_id: UUID, today: date, timezone: str) -> list[_Row]:
    last = branch_day(work.now + VALID_FOR, timezone)
    parameters = {"branch": branch_id, "device": device_id, "now": work.now, "today": today, "last": last}
    return [_Row(*row) for row in work.rows(_READ, parameters, prepared=True)]


def _is_due(row: _Row, now: datetime, timezone: str) -> bool:
    """Fewer than half are left and there are some to have, or what it holds ends soon and need not."""
    if row.left > 0 and not row.is_queued and (row.until is None or row.alive * 2 < row.size or not row.slots):
        return True
    if row.slots == 0 or row.until is None or row.until >= now + RENEW_WITHIN:
        return False
    return ends_at(row.last, timezone, now) >= row.until + WORTH


def _renew(
    work: Work, branch_id: int, device_id: UUID, agent_id: UUID, today: date, timezone: str, due: Iterable[_Row]
) -> dict[tuple[date, str], tuple[int, datetime]]:
    rows = [
        {"period": row.period, "segment": row.segment, "until": ends_at(row.last, timezone, work.now)} for row in due
    ]
    work.execute(_LOCK, [[row["period"] for row in rows], [row["segment"] for row in rows], branch_id], prepared=True)
    parameters = {
        "branch": branch_id,
        "device": device_id,
        "agent": str(agent_id),
        "now": work.now,
        "from": today - timedelta(days=PACE_DAYS - 1),
        "today": today,
        "days": DAYS_AHEAD,
        "least": LEAST,
        "most": MOST,
        "rows": orjson.dumps(rows).decode(),
    }
    return {(row[0], row[1]): (row[2], row[3]) for row in work.rows(_RENEW, parameters, prepared=True)}
