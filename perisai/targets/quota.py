"""The branch's cap: taken, given back and changed here and nowhere else (design section 6)."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from perisai.errors import Refused
from perisai.events.work import Happened, Work

# Locked first, by period, so that two pushes with work of two months never wait for each other in a circle. The UPDATE is a
# statement of its own: it sees what the one we waited for has committed (lock and count in one statement overbooked).
_LOCK = """
SELECT period FROM targets_quota WHERE branch_id = %s AND period = ANY (%s) ORDER BY period FOR UPDATE
"""

_TAKE = """
UPDATE targets_quota AS q
SET consumed = q.consumed + LEAST(w.count, GREATEST(0, q.cap - q.consumed - q.leased)),
    over = q.over + CASE WHEN q.mode = 'warn' THEN w.count - LEAST(w.count, GREATEST(0, q.cap - q.consumed - q.leased)) ELSE 0 END
FROM jsonb_to_recordset(%s::jsonb) AS w (period date, count int)
WHERE q.branch_id = %s AND q.period = w.period
RETURNING q.period, new.consumed - old.consumed, new.over - old.over
"""

# What was let in above the cap goes first; then what a lowered cap had left above it.
_GIVE_BACK = """
UPDATE targets_quota AS q
SET consumed = q.consumed - w.held, over = q.over - w.over,
    grandfathered = GREATEST(0, LEAST(q.grandfathered, q.consumed - w.held + q.leased - q.cap))
FROM jsonb_to_recordset(%s::jsonb) AS w (period date, held int, over int)
WHERE q.branch_id = %s AND q.period = w.period
"""

_SET = """
INSERT INTO targets_quota AS q (branch_id, period, target, cap_percent, cap, mode, consumed, leased, over, grandfathered)
VALUES (%(branch)s, %(period)s, %(target)s, %(percent)s, %(target)s::int * %(percent)s::int / 100, %(mode)s, 0, 0, 0, 0)
ON CONFLICT (branch_id, period) DO UPDATE SET
  target = excluded.target, cap_percent = excluded.cap_percent, cap = excluded.cap, mode = excluded.mode,
  grandfathered = GREATEST(0, q.consumed + q.leased - excluded.cap)
RETURNING cap
"""

MODES = ("queue", "block", "warn")


@dataclass
class Slots:
    """What a batch got for one period: ``within`` the cap, and ``above`` it (mode warn only)."""

    within: int
    above: int


def period_of(day: date) -> date:
    """The quota period (month) that a captured day counts in."""
    return day.replace(day=1)


def take(work: Work, *, branch_id: int, wanted: Counter[date]) -> dict[date, Slots]:
    """Takes up to ``wanted`` slots a period, never above the cap; what is granted goes to ops in their order.

    A period without a quota row has no cap set: it is absent from the answer, and everything is let in.
    """
    if not wanted:
        return {}
    work.execute(_LOCK, [branch_id, sorted(wanted)], prepared=True)
    rows = [{"period": period.isoformat(), "count": count} for period, count in sorted(wanted.items())]
    granted = work.rows(_TAKE, [orjson.dumps(rows).decode(), branch_id], prepared=True)
    return {period: Slots(within, above) for period, within, above in granted}


def give_back(work: Work, *, branch_id: int, slots: list[tuple[date, bool]]) -> None:
    """Returns slots, each ``(period, was above the cap)``. The caller clears the enrolment's ``quota_period`` in the same
    Work, so that a slot returns once."""
    if not slots:
        return
    held = Counter(period for period, over in slots if not over)
    over = Counter(period for period, over in slots if over)
    periods = sorted(set(held) | set(over))
    work.execute(_LOCK, [branch_id, periods], prepared=True)
    rows = [{"period": p.isoformat(), "held": held[p], "over": over[p]} for p in periods]
    work.execute(_GIVE_BACK, [orjson.dumps(rows).decode(), branch_id], prepared=True)


def set_quota(
    work: Work,
    *,
    branch_id: int,
    period: date,
    target: int,
    cap_percent: int = 100,
    mode: str = "queue",
    reason: str = "",
) -> int:
    """Sets target, cap and mode of a month and returns the cap in persons. Lowering beneath what is taken is allowed.

    ``reason`` is a code that the event keeps. Raises E5002 for a figure out of bounds.
    """
    if not (0 <= target <= 10_000_000 and 0 <= cap_percent <= 1000 and mode in MODES and period.day == 1):
        raise Refused("E5002")
    if target * cap_percent >= 2**31:  # the database holds the cap to it in four bytes
        raise Refused("E5002")
    row = work.row(
        _SET,
        {"branch": branch_id, "period": period, "target": target, "percent": cap_percent, "mode": mode},
        prepared=True,
    )
    assert row is not None
    detail: dict[str, Any] = {
        "period": period.isoformat(),
        "target": target,
        "cap_percent": cap_percent,
        "cap": row[0],
        "mode": mode,
    }
    if reason:
        detail["reason"] = reason
    work.report(Happened(kind="quota_changed", branch_id=branch_id, quantity=0, detail=detail))
    return int(row[0])


def left(work: Work, *, branch_id: int, period: date) -> tuple[int | None, int | None, str]:
    """(cap, slots left, mode); cap and left are None where no target is set."""
    row = work.row(
        "SELECT cap, GREATEST(0, cap - consumed - leased), mode FROM targets_quota WHERE branch_id = %s AND period = %s",
        [branch_id, period],
    )
    return (row[0], row[1], row[2]) if row else (None, None, "queue")
