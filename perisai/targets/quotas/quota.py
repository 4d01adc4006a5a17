"""The branch's cap: taken and given back here and nowhere else (design section 6). ``quotas/setting.py`` says how high it is.

Order of locks: quota rows by (period, segment), then leases; a lease changes only under the lock of its quota's row.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, LiteralString, NamedTuple
from uuid import UUID

import orjson

from perisai.errors import Refused
from perisai.events.work import Happened, Work
from perisai.targets.quotas.setting import MODES, set_quota, set_targets

__all__ = [
    "ALL",
    "MODES",
    "Held",
    "Quota",
    "Slots",
    "give_back",
    "left",
    "period_of",
    "raise_cap",
    "set_quota",
    "set_targets",
    "take",
]

ALL: Final = "all"
"""The segment of a quota over all segments."""

# Locked first, so that two pushes with work of two months never wait for each other in a circle. The UPDATE is a
# statement of its own: it sees what the one we waited for has committed (lock and count in one statement overbooked).
_LOCK_MONTHS: LiteralString = """
SELECT q.period, q.segment, q.months, q.mode FROM targets_quota q
WHERE q.branch_id = %s AND q.segment IN (%s, 'all')
  AND EXISTS (SELECT FROM unnest(%s::date[]) AS m (first)
    WHERE m.first >= q.period AND m.first < q.period + make_interval(months => q.months))
ORDER BY q.period, q.segment FOR UPDATE
"""

_LOCK_PERIODS: LiteralString = """
SELECT period, segment FROM targets_quota WHERE branch_id = %s AND period = ANY (%s::date[]) ORDER BY period, segment FOR UPDATE
"""

# First what the phone holds (slots of a lease that has ended go back in the same breath), then the pool, which is closed to
# newcomers while somebody waits.
_TAKE: LiteralString = """
WITH wanted AS (
  SELECT w.period, w.segment, w.count FROM jsonb_to_recordset(%(rows)s::jsonb) AS w (period date, segment text, count int)
), share AS (
  SELECT q.period, q.segment, w.count, s.lent, s.ended,
    CASE WHEN q.is_queued AND q.mode = 'queue' AND NOT %(past_queue)s::boolean THEN 0
      ELSE LEAST(w.count - s.lent, GREATEST(0, q.cap - q.consumed - q.leased + s.ended)) END AS pool
  FROM wanted w
  JOIN targets_quota q ON q.branch_id = %(branch)s AND q.period = w.period AND q.segment = w.segment
  LEFT JOIN targets_lease l ON l.branch_id = q.branch_id AND l.device_id = %(device)s::uuid AND l.period = q.period
    AND l.segment = q.segment AND l.slots > 0
  CROSS JOIN LATERAL (
    SELECT CASE WHEN l.until > %(now)s::timestamptz THEN LEAST(w.count, l.slots) ELSE 0 END AS lent,
      CASE WHEN l.until <= %(now)s::timestamptz THEN l.slots ELSE 0 END AS ended
  ) s
), spent AS (
  UPDATE targets_lease l SET slots = l.slots - s.lent - s.ended, used = l.used + s.lent,
    ended_at = CASE WHEN s.ended > 0 THEN %(now)s::timestamptz ELSE l.ended_at END,
    end_reason = CASE WHEN s.ended > 0 THEN 'expired' ELSE l.end_reason END
  FROM share s
  WHERE l.branch_id = %(branch)s AND l.device_id = %(device)s::uuid AND l.period = s.period AND l.segment = s.segment
    AND s.lent + s.ended > 0
)
UPDATE targets_quota AS q
SET consumed = q.consumed + s.lent + s.pool, leased = q.leased - s.lent - s.ended,
    over = q.over + CASE WHEN q.mode = 'warn' THEN s.count - s.lent - s.pool ELSE 0 END,
    is_queued = q.is_queued OR (q.mode <> 'warn' AND NOT %(past_queue)s::boolean AND s.lent + s.pool < s.count),
    grandfathered = GREATEST(0, LEAST(q.grandfathered, q.consumed + q.leased + s.pool - s.ended - q.cap))
FROM share s
WHERE q.branch_id = %(branch)s AND q.period = s.period AND q.segment = s.segment
RETURNING q.period, q.segment, new.consumed - old.consumed, new.over - old.over
"""

# What was let in above the cap goes first; then what a lowered cap had left above it. A period has a quota over all segments or
# one of the segment, never both.
_GIVE_BACK: LiteralString = """
WITH back AS (
  SELECT q.period, q.segment, sum(w.held)::int AS held, sum(w.over)::int AS over
  FROM jsonb_to_recordset(%s::jsonb) AS w (period date, segment text, held int, over int)
  JOIN targets_quota q ON q.branch_id = %s AND q.period = w.period AND q.segment IN (w.segment, 'all')
  GROUP BY 1, 2
)
UPDATE targets_quota AS q
SET consumed = q.consumed - w.held, over = q.over - w.over,
    grandfathered = GREATEST(0, LEAST(q.grandfathered, q.consumed - w.held + q.leased - q.cap))
FROM back w
WHERE q.branch_id = %s AND q.period = w.period AND q.segment = w.segment
"""

_RAISE: LiteralString = """
UPDATE targets_quota SET extra = extra + %(by)s, cap = cap + %(by)s,
  grandfathered = GREATEST(0, consumed + leased - cap - %(by)s)
WHERE branch_id = %(branch)s AND period = %(period)s AND segment = %(segment)s
RETURNING target, cap_percent, cap, mode
"""

_LOCK_QUEUE: LiteralString = """
SELECT q.period, q.segment, q.months, q.is_queued FROM targets_quota q
WHERE q.branch_id = %s AND (q.is_queued OR EXISTS (SELECT FROM unnest(%s::date[]) AS m (first)
  WHERE m.first >= q.period AND m.first < q.period + make_interval(months => q.months)))
ORDER BY q.period, q.segment FOR UPDATE
"""

# A few rows a branch.
_WITH_ROOM: LiteralString = """
SELECT DISTINCT q.branch_id, o.timezone FROM targets_quota q JOIN offices_office o ON o.id = q.branch_id
WHERE q.is_queued AND (q.mode = 'warn' OR q.cap > q.consumed + q.leased) ORDER BY 1
"""

_REOPEN: LiteralString = """
UPDATE targets_quota q SET is_queued = false FROM unnest(%s::date[], %s::text[]) AS e (period, segment)
WHERE q.branch_id = %s AND q.period = e.period AND q.segment = e.segment
"""

# Carried by the primary key of targets_quota: the few rows of one branch.
_OF_DAY: LiteralString = """
SELECT period, months, segment, target, cap_percent, cap, extra, mode, consumed, leased, over, grandfathered, is_queued
FROM targets_quota
WHERE branch_id = %(branch)s AND period <= %(day)s AND period + make_interval(months => months) > %(day)s
ORDER BY segment
"""


@dataclass
class Slots:
    """What a batch got of one quota: ``within`` the cap, and ``above`` it (mode warn only). ``period`` is what each holds from now
    on; ``refuses``: who gets none is refused instead of waiting."""

    within: int
    above: int
    period: date
    refuses: bool


class Held(NamedTuple):
    """The slot of one enrolment: the quota's period, whether above the cap, the enrolment's segment."""

    period: date
    over: bool
    segment: str


class Quota(NamedTuple):
    period: date
    months: int
    segment: str
    target: int
    cap_percent: int
    cap: int
    extra: int
    mode: str
    consumed: int
    leased: int
    over: int
    grandfathered: int
    is_queued: bool

    @property
    def left(self) -> int:
        return max(0, self.cap - self.consumed - self.leased)


def period_of(day: date) -> date:
    """The month of a captured day; its quota is the one whose period holds that month."""
    return day.replace(day=1)


def take(
    work: Work,
    *,
    branch_id: int,
    wanted: Counter[date],
    segment: str = "BPU",
    device_id: UUID | None = None,
    past_queue: bool = False,
) -> dict[date, Slots]:
    """Takes up to ``wanted`` slots a captured month, never above the cap: first what the phone was lent, then what is free. What is
    granted goes to ops in their order; months of one quota share their ``Slots``. Two statements.

    A month without a quota has no cap set: it is absent from the answer, and everything is let in. ``past_queue``: for those whose
    turn it is, or whom a person lets in.
    """
    if not wanted:
        return {}
    of_month = _lock(work, branch_id, segment, sorted(wanted))
    if not of_month:
        return {}
    counts: Counter[tuple[date, str]] = Counter()
    for month, (period, of_segment, _mode) in of_month.items():
        counts[period, of_segment] += wanted[month]
    rows = [{"period": period.isoformat(), "segment": of, "count": n} for (period, of), n in sorted(counts.items())]
    granted = work.rows(
        _TAKE,
        {
            "rows": orjson.dumps(rows).decode(),
            "branch": branch_id,
            "device": device_id,
            "now": work.now,
            "past_queue": past_queue,
        },
        prepared=True,
    )
    slots = {(period, of): (within, above) for period, of, within, above in granted}
    shared: dict[tuple[date, str], Slots] = {}
    for period, of, mode in of_month.values():
        within, above = slots[period, of]
        shared[period, of] = Slots(within, above, period, refuses=mode == "block")
    return {month: shared[period, of] for month, (period, of, _mode) in of_month.items()}


def give_back(work: Work, *, branch_id: int, slots: Iterable[Held]) -> None:
    """Returns slots. The caller clears the enrolment's ``quota_period`` in the same Work, so that a slot returns once."""
    counted = Counter(slots)
    if not counted:
        return
    rows = [
        {"period": one.period.isoformat(), "segment": one.segment, "held": 0 if one.over else n, "over": n * one.over}
        for one, n in counted.items()
    ]
    work.execute(_LOCK_PERIODS, [branch_id, sorted({one.period for one in counted})], prepared=True)
    work.execute(_GIVE_BACK, [orjson.dumps(rows).decode(), branch_id, branch_id], prepared=True)


def raise_cap(work: Work, *, branch_id: int, period: date, segment: str, by: int) -> int:
    """Adds slots on top of what the target gives, for good; returns the cap. Raises E5004 where there is no such quota."""
    row = work.row(_RAISE, {"branch": branch_id, "period": period, "segment": segment, "by": by})
    if row is None:
        raise Refused("E5004")
    target, percent, cap, mode = row
    detail = {
        "period": period.isoformat(), "target": target, "cap_percent": percent, "cap": cap, "mode": mode, "segment": segment,
        "extra": by, "reason": "request",
    }  # fmt: skip
    work.report(Happened(kind="quota_changed", branch_id=branch_id, quantity=0, detail=detail))
    return int(cap)


def lock_queue(work: Work, *, branch_id: int, months: list[date]) -> list[tuple[date, str, int]]:
    """Locks the quotas of these months, and those that are closed to newcomers because somebody waits; returns the latter as
    (period, segment, months)."""
    return [(row[0], row[1], row[2]) for row in work.rows(_LOCK_QUEUE, [branch_id, months]) if row[3]]


def branches_with_room(work: Work) -> list[tuple[int, str]]:
    """Branches (and their time zones) where somebody waits and could be let in."""
    return [(row[0], row[1]) for row in work.rows(_WITH_ROOM)]


def reopen(work: Work, *, branch_id: int, quotas: list[tuple[date, str]]) -> None:
    """Nobody waits for these any more. The caller holds them by ``lock_queue``."""
    if quotas:
        work.execute(_REOPEN, [[period for period, _ in quotas], [of for _, of in quotas], branch_id])


def of_day(work: Work, *, branch_id: int, day: date) -> list[Quota]:
    """The quotas in force on a day: none (not capped), one over all segments, or one a segment."""
    return [Quota(*row) for row in work.rows(_OF_DAY, {"branch": branch_id, "day": day})]


def left(work: Work, *, branch_id: int, period: date) -> tuple[int | None, int | None, str]:
    """(cap, slots left, mode) on a day, of all segments together; cap and left are None where no target is set."""
    found = of_day(work, branch_id=branch_id, day=period)
    if not found:
        return None, None, "queue"
    return sum(one.cap for one in found), sum(one.left for one in found), found[0].mode


def _lock(work: Work, branch_id: int, segment: str, months: list[date]) -> dict[date, tuple[date, str, str]]:
    """(period, segment, mode) of the quota of each month that has one. Looked at again where one is missing: a change of rules that
    was waited for has put other quotas in the place of those that nobody used."""
    found: dict[date, tuple[date, str, str]] = {}
    for _look in range(2):
        for period, of, length, mode in work.rows(_LOCK_MONTHS, [branch_id, segment, months], prepared=True):
            found |= {month: (period, of, mode) for month in months if 0 <= months_between(period, month) < length}
        if len(found) == len(months):
            break
    return found


def months_between(first: date, later: date) -> int:
    return (later.year - first.year) * 12 + later.month - first.month
