"""Pictures of ID cards that were not taken at the stall: noted once when their day has passed, then decided by a person.

An enrolment without its picture holds; what is missing is evidence.
"""

from datetime import date, timedelta
from typing import LiteralString
from uuid import UUID

from perisai.errors import Refused
from perisai.events.work import Happened, Work
from perisai.members.enrolments.store import MOST_DAYS_FOR_PHOTO
from perisai.members.reviews import queue, review

REASON = "photo_overdue"
MOST = 500
LOST_AFTER = timedelta(days=7)

# Carried by enrolment_photo_due and review_enrolment. Once for each day that it was due on.
_OVERDUE: LiteralString = """
SELECT e.id, e.agent_id, e.sub_branch_id, e.agency_office_id, e.region_code, e.photo_due_on
FROM members_enrolment e
WHERE e.branch_id = %(branch)s AND e.photo_due_on < %(today)s AND e.state IN ('review', 'accepted', 'active', 'lapsed')
  AND NOT EXISTS (
    SELECT FROM members_review r WHERE r.branch_id = e.branch_id AND r.enrolment_id = e.id AND r.reason = 'photo_overdue'
      AND (r.state = 'open' OR r.opened_at >= e.photo_due_on))
ORDER BY e.id LIMIT %(most)s FOR UPDATE OF e SKIP LOCKED
"""

# Order of locks: enrolment, then review.
_LOCK: LiteralString = """
SELECT e.id FROM members_enrolment e WHERE e.branch_id = %(branch)s AND e.id = (
  SELECT enrolment_id FROM members_review WHERE branch_id = %(branch)s AND id = %(review)s AND reason = 'photo_overdue')
FOR UPDATE
"""

# Carried by photo_on_its_way. A phone that still has the picture goes on sending it; one that lost its storage is told.
_LOST: LiteralString = """
UPDATE members_enrolment e SET photo_due_on = %(due_on)s
WHERE e.branch_id = %(branch)s AND e.photo_due_on IS NULL AND e.state IN ('review', 'accepted', 'active', 'lapsed')
  AND e.id IN (
    SELECT p.enrolment_id FROM members_photo p
    WHERE p.branch_id = %(branch)s AND p.complete_at IS NULL AND p.named_at BETWEEN %(from)s AND %(before)s
      AND NOT EXISTS (SELECT FROM members_photo o WHERE o.branch_id = p.branch_id AND o.enrolment_id = p.enrolment_id
        AND o.complete_at IS NOT NULL)
    LIMIT %(most)s)
RETURNING e.id, e.agent_id, e.sub_branch_id, e.agency_office_id, e.region_code, e.photo_due_on
"""

_DUE: LiteralString = """
UPDATE members_enrolment SET photo_due_on = CASE WHEN photo_due_on IS NOT NULL THEN %s::date END WHERE branch_id = %s AND id = %s
RETURNING id, agent_id, sub_branch_id, agency_office_id, region_code, photo_due_on
"""


def note_overdue(work: Work, *, branch_id: int, today: date) -> int:
    """Puts up to ``MOST`` overdue pictures into the review queue; answers how many."""
    rows = work.rows(_OVERDUE, {"branch": branch_id, "today": today, "most": MOST})
    items = [queue.ToReview(reason=REASON, enrolment_id=row[0], agent_id=row[1]) for row in rows]
    queue.open_many(work, branch_id=branch_id, items=items)
    for row in rows:
        work.report(_happened("photo_overdue", branch_id, row))
    return len(rows)


def await_lost(work: Work, *, branch_id: int, today: date) -> int:
    """Asks once more for pictures that a phone promised and has not sent within a week: it may have lost them, and the agent
    can bring them again. Answers how many."""
    rows = work.rows(
        _LOST,
        {
            "branch": branch_id,
            "due_on": today + timedelta(days=MOST_DAYS_FOR_PHOTO),
            "from": work.now - 2 * LOST_AFTER,
            "before": work.now - LOST_AFTER,
            "most": MOST,
        },
    )
    for row in rows:
        work.report(_happened("photo_awaited", branch_id, row))
    return len(rows)


def wait_longer(work: Work, *, branch_id: int, review_id: UUID, today: date, note: str) -> None:
    """Gives the agent two more weeks. Raises E8001 where somebody decided before, E1004 where it is no such note."""
    _settle(work, branch_id, review_id, today + timedelta(days=MOST_DAYS_FOR_PHOTO), note)


def do_without(work: Work, *, branch_id: int, review_id: UUID, note: str) -> None:
    """No picture is awaited any more. Raises as ``wait_longer``, and E8005 without a note."""
    if not note.strip():
        raise Refused("E8005")
    _settle(work, branch_id, review_id, None, note)


def _settle(work: Work, branch_id: int, review_id: UUID, due_on: date | None, note: str) -> None:
    found = work.row(_LOCK, {"branch": branch_id, "review": review_id})
    if found is None:
        raise Refused("E1004")
    review.lock_open(work, branch_id=branch_id, review_id=review_id)
    row = work.row(_DUE, [due_on, branch_id, found[0]])
    review.close(work, branch_id=branch_id, review_id=review_id, state="closed", note=note)
    assert row is not None
    work.report(_happened("photo_note_closed", branch_id, row))


def _happened(kind: str, branch_id: int, row: tuple[UUID, UUID, int | None, int | None, str, date | None]) -> Happened:
    return Happened.to(kind, branch_id, row[:5], detail={"due_on": row[5] and row[5].isoformat()})
