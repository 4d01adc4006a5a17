"""Decides what waits in the review queue. ``queue.py`` is its entrance.

Order of locks: enrolment, review, NIK registry, quota, numbering of payment codes; then the end of the Work.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from perisai.contributions.bills import bill
from perisai.errors import Refused
from perisai.events.work import Happened, Work
from perisai.members.reviews.waiting import COLUMNS, Waiting, bill_first, number, report, report_accepted
from perisai.payments.codes import lease
from perisai.targets.quotas import quota

MOST_NOTE = 1000

_FIND = "SELECT enrolment_id FROM members_review WHERE branch_id = %s AND id = %s"

_LOCK_ENROLMENT = f"""
SELECT {COLUMNS}, e.quota_period, e.quota_over, e.state
FROM members_enrolment e JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
WHERE e.branch_id = %s AND e.id = %s FOR UPDATE OF e
"""

_LOCK_REVIEW = """
SELECT r.reason, r.state, r.decided_at, r.op_id, r.device_id, r.agent_id, u.full_name
FROM members_review r LEFT JOIN accounts_user u ON u.id = r.decided_by
WHERE r.branch_id = %s AND r.id = %s FOR UPDATE OF r
"""

_CLOSE = """
UPDATE members_review SET state = %s, decided_at = %s, decided_by = %s, note = %s
WHERE branch_id = %s AND id = %s
"""

# Someone else's item can be taken over: the owner is who works on it, not a lock.
_TAKE = """
UPDATE members_review SET owner_id = %s WHERE branch_id = %s AND id = %s AND state = 'open'
RETURNING enrolment_id, agent_id
"""

_CLAIM = "SELECT enrolment_id FROM members_claim_niks(%s, %s, ARRAY[%s]::bytea[], ARRAY[%s]::uuid[], %s)"
_RELEASE = "SELECT members_release_niks(%s, ARRAY[%s]::uuid[])"

_ACCEPT = """
UPDATE members_enrolment SET state = 'accepted', decided_at = %s, payment_code = %s, quota_period = %s, quota_over = %s
WHERE branch_id = %s AND id = %s
"""

_REJECT = """
UPDATE members_enrolment SET state = 'rejected', decided_at = %s, reject_code = 'E3011', quota_period = NULL, quota_over = false
WHERE branch_id = %s AND id = %s
"""


@dataclass(frozen=True)
class Item:
    """A review, locked and open."""

    reason: str
    op_id: UUID | None
    device_id: UUID | None
    agent_id: UUID | None


@dataclass(frozen=True)
class Decided:
    """What came of it; ``issued`` where a bill was made."""

    enrolment_id: UUID
    device_id: UUID | None
    issued: bill.Issued | None


def take(work: Work, *, branch_id: int, review_id: UUID) -> None:
    """Makes the acting user the owner of an open item. Raises E8001 where it is decided already, E1004 where there is none."""
    row = work.row(_TAKE, [work.actor.user_id, branch_id, review_id])
    if row is None:
        lock_open(work, branch_id=branch_id, review_id=review_id)
        raise Refused("E1004")
    enrolment_id, agent_id = row
    work.report(
        Happened(kind="review_taken", branch_id=branch_id, subject_id=enrolment_id or review_id, agent_id=agent_id)
    )


def accept(work: Work, *, branch_id: int, timezone: str, review_id: UUID, note: str = "") -> Decided:
    """Accepts the enrolment: claims its NIK, takes a quota slot of its captured month, and issues the bill.

    Raises E8001 where somebody decided before, E8002 where another membership holds the NIK, E8003 where the cap is reached.
    """
    waiting, item = _lock(work, branch_id, review_id)
    _claim(work, branch_id, waiting)
    period, over = _slot(work, branch_id, waiting)
    numbers = number(work, branch_id, waiting.segment, [waiting])
    work.execute(_ACCEPT, [work.now, numbers[waiting.id], period, over, branch_id, waiting.id])
    issued = bill_first(work, branch_id, timezone, waiting.segment, [waiting], numbers).get(waiting.id)
    close(work, branch_id=branch_id, review_id=review_id, state="accepted", note=note)
    report_accepted(work, branch_id, waiting, issued, reason=item.reason)
    return Decided(waiting.id, waiting.device_id, issued)


def reject(work: Work, *, branch_id: int, review_id: UUID, note: str) -> Decided:
    """Refuses the enrolment; its NIK claim and slot return, and its code waits for the enrolment that mends it.

    Raises E8001, and E8005 without a note.
    """
    if not note.strip():
        raise Refused("E8005")
    waiting, item = _lock(work, branch_id, review_id)
    work.row(_RELEASE, [branch_id, waiting.id])
    if waiting.quota_period is not None:
        held = quota.Held(waiting.quota_period, waiting.quota_over, waiting.segment)
        quota.give_back(work, branch_id=branch_id, slots=[held])
    lease.release(work, branch_id=branch_id, enrolment_id=waiting.id)
    work.execute(_REJECT, [work.now, branch_id, waiting.id])
    close(work, branch_id=branch_id, review_id=review_id, state="rejected", note=note)
    report(work, branch_id, waiting, "review_rejected", {"reason": item.reason})
    return Decided(waiting.id, waiting.device_id, None)


def lock_open(work: Work, *, branch_id: int, review_id: UUID) -> Item:
    """Locks an open review. Raises E8001, which names who decided and when, and E1004."""
    row = work.row(_LOCK_REVIEW, [branch_id, review_id])
    if row is None:
        raise Refused("E1004")
    reason, state, decided_at, op_id, device_id, agent_id, decided_by = row
    if state != "open":
        raise Refused("E8001", who=decided_by or "-", when=f"{decided_at:%Y-%m-%d %H.%M} UTC")
    return Item(reason, op_id, device_id, agent_id)


def close(work: Work, *, branch_id: int, review_id: UUID, state: str, note: str) -> None:
    """Closes a review that the caller has locked."""
    work.execute(_CLOSE, [state, work.now, work.actor.user_id, note.strip()[:MOST_NOTE], branch_id, review_id])


def _lock(work: Work, branch_id: int, review_id: UUID) -> tuple[Waiting, Item]:
    found = work.row(_FIND, [branch_id, review_id])
    if found is None or found[0] is None:
        raise Refused("E1004")
    row = work.row(_LOCK_ENROLMENT, [branch_id, found[0]])
    item = lock_open(work, branch_id=branch_id, review_id=review_id)
    if row is None or row[-1] != "review":
        raise Refused("E8001", who="-", when="-")
    return Waiting(*row[:-1]), item


def _claim(work: Work, branch_id: int, waiting: Waiting) -> None:
    holder = work.row(_CLAIM, [waiting.segment, branch_id, waiting.nik_hash, waiting.id, work.now])
    if holder is None or holder[0] != waiting.id:
        raise Refused("E8002")


def _slot(work: Work, branch_id: int, waiting: Waiting) -> tuple[date | None, bool]:
    """The period of the slot it holds from now on, and whether that is above the cap."""
    if waiting.quota_period is not None:
        return waiting.quota_period, waiting.quota_over
    month = quota.period_of(waiting.captured_on)
    wanted = Counter([month])
    slots = quota.take(work, branch_id=branch_id, wanted=wanted, segment=waiting.segment, past_queue=True).get(month)
    if slots is None:
        return None, False
    if not (slots.within or slots.above):
        raise Refused("E8003")
    return slots.period, not slots.within
