"""Lets in who waits for a slot of the quota, in the order of capture, when there is room: the cap was raised, a slot returned.

Who waits was found clear when the enrolment came, so that the system may accept; the event says so. Order of locks: enrolments
(those that somebody holds are left for the next time), NIK registry, quota, numbering of payment codes.
"""

from collections import Counter
from datetime import date
from typing import LiteralString
from uuid import UUID

import orjson

from perisai.events.work import Work
from perisai.members.reviews.waiting import COLUMNS, Waiting, bill_first, number, report_accepted
from perisai.targets.quotas import quota

MOST = 500

# Carried by review_open. The moment of capture is known by its day and from its earliest on.
_WAITING: LiteralString = f"""
SELECT {COLUMNS}, r.id
FROM members_review r
JOIN members_enrolment e ON e.branch_id = r.branch_id AND e.id = r.enrolment_id AND e.state = 'review' AND e.segment = %(segment)s
JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
WHERE r.branch_id = %(branch)s AND r.state = 'open' AND r.reason = 'quota'
ORDER BY e.captured_on, e.captured_from, e.id LIMIT %(most)s
FOR UPDATE OF e, r SKIP LOCKED
"""

_CLAIM: LiteralString = "SELECT enrolment_id FROM members_claim_niks(%s, %s, %s::bytea[], %s::uuid[], %s)"

_ACCEPT: LiteralString = """
UPDATE members_enrolment e SET state = 'accepted', decided_at = %(now)s, payment_code = a.code, quota_period = a.period,
  quota_over = coalesce(a.over, false)
FROM jsonb_to_recordset(%(rows)s::jsonb) AS a (id uuid, code text, period date, over boolean)
WHERE e.branch_id = %(branch)s AND e.id = a.id
"""

_CLOSE: LiteralString = """
UPDATE members_review SET state = 'accepted', decided_at = %s, decided_by = NULL, note = ''
WHERE branch_id = %s AND id = ANY (%s::uuid[]) AND state = 'open'
"""

# Who still waits, by captured month, whatever holds them at this moment.
_STILL: LiteralString = """
SELECT DISTINCT date_trunc('month', e.captured_on)::date, e.segment
FROM members_review r JOIN members_enrolment e ON e.branch_id = r.branch_id AND e.id = r.enrolment_id AND e.state = 'review'
WHERE r.branch_id = %s AND r.state = 'open' AND r.reason = 'quota' AND e.id <> ALL (%s::uuid[])
"""


# Carried by review_open, in the order in which they are let in.
_LIST: LiteralString = """
SELECT e.id, r.id AS review_id, e.segment, p.name, a.full_name AS agent, e.captured_on, r.opened_at, count(*) OVER () AS total
FROM members_review r
JOIN members_enrolment e ON e.branch_id = r.branch_id AND e.id = r.enrolment_id AND e.state = 'review'
JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
LEFT JOIN agents_agent a ON a.branch_id = e.branch_id AND a.id = e.agent_id
WHERE r.branch_id = %(branch)s AND r.state = 'open' AND r.reason = 'quota'
  AND e.captured_on >= %(first)s AND e.captured_on < %(after)s
ORDER BY e.captured_on, e.captured_from, e.id LIMIT %(most)s
"""


def admit_waiting(work: Work, *, branch_id: int, timezone: str, segment: str) -> int:
    """Accepts as many as there are slots for, at most ``MOST``, and bills them; returns how many. A fixed number of statements."""
    found = work.rows(_WAITING, {"branch": branch_id, "segment": segment, "most": MOST})
    reviews = {row[0]: review_id for *row, review_id in found}
    waiting = _claimed(work, branch_id, segment, [Waiting(*row) for *row, _ in found])
    months = sorted({quota.period_of(one.captured_on) for one in waiting})
    queued = quota.lock_queue(work, branch_id=branch_id, months=months)
    slots = _take(work, branch_id, segment, waiting)
    _reopen(work, branch_id, queued, admitted=list(slots))
    if not slots:
        return 0
    admitted = [one for one in waiting if one.id in slots]
    numbers = number(work, branch_id, segment, admitted)
    rows = [
        {"id": one.id, "code": numbers[one.id], "period": slots[one.id][0], "over": slots[one.id][1]}
        for one in admitted
    ]
    work.execute(_ACCEPT, {"now": work.now, "branch": branch_id, "rows": orjson.dumps(rows).decode()})
    issued = bill_first(work, branch_id, timezone, segment, admitted, numbers)
    work.execute(_CLOSE, [work.now, branch_id, [reviews[one.id] for one in admitted]])
    for one in admitted:
        report_accepted(work, branch_id, one, issued.get(one.id), reason="quota", by="system")
    return len(admitted)


def list_waiting(
    work: Work, *, branch_id: int, months: tuple[date, date] | None, most: int
) -> tuple[list[dict[str, object]], int]:
    """Who waits for a slot of the quota from the first month up to the second, first in line first, and how many they are."""
    if months is None:
        return [], 0
    rows = work.dicts(_LIST, {"branch": branch_id, "first": months[0], "after": months[1], "most": most})
    return rows, int(rows[0]["total"]) if rows else 0


def _claimed(work: Work, branch_id: int, segment: str, waiting: list[Waiting]) -> list[Waiting]:
    """Those whose NIK is theirs, as it was when they came."""
    if not waiting:
        return []
    asked = [segment, branch_id, [one.nik_hash for one in waiting], [one.id for one in waiting], work.now]
    holders = {row[0] for row in work.rows(_CLAIM, asked)}
    return [one for one in waiting if one.id in holders]


def _take(work: Work, branch_id: int, segment: str, waiting: list[Waiting]) -> dict[UUID, tuple[date | None, bool]]:
    """Period of the slot and whether above the cap, of those who get in; in order."""
    wanted = Counter(quota.period_of(one.captured_on) for one in waiting)
    granted = quota.take(work, branch_id=branch_id, wanted=wanted, segment=segment, past_queue=True)
    taken: dict[UUID, tuple[date | None, bool]] = {}
    for one in waiting:
        slots = granted.get(quota.period_of(one.captured_on))
        if slots is None:  # its target was taken away: nothing is capped any more
            taken[one.id] = None, False
        elif slots.within:
            slots.within -= 1
            taken[one.id] = slots.period, False
        elif slots.above:
            slots.above -= 1
            taken[one.id] = slots.period, True
    return taken


def _reopen(work: Work, branch_id: int, queued: list[tuple[date, str, int]], *, admitted: list[UUID]) -> None:
    """Opens quotas to newcomers where nobody waits any more. They were locked before anybody is counted: who came to wait has
    committed by then, or waits for the lock."""
    if not queued:
        return
    still = work.rows(_STILL, [branch_id, admitted])
    empty = [
        (period, of)
        for period, of, months in queued
        if not any(
            0 <= quota.months_between(period, month) < months and of in ("all", segment) for month, segment in still
        )
    ]
    quota.reopen(work, branch_id=branch_id, quotas=empty)
