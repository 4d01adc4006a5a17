"""Seats: which trainee may take which exam, through which link, and when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, LiteralString
from uuid import UUID

from perisai.errors import Refused
from perisai.events.work import Happened, Work
from perisai.exams import link

VALID_FOR: Final = timedelta(days=90)
"""How long a link lives where no date ends it sooner."""
AFTER_SITTING: Final = timedelta(days=14)
"""So long after its date a link still shows the result."""

_SITTING: LiteralString = "SELECT exam_id, closes_at FROM exams_sitting WHERE branch_id = %s AND id = %s"
# Whoever has that seat already keeps it (exam_seat_once).
_GIVE: LiteralString = """
INSERT INTO exams_seat (branch_id, exam_id, sitting_id, trainee_id, given_by, given_at, expires_at)
SELECT e.branch_id, e.id, %s::uuid, w.trainee, %s::uuid, %s, %s
FROM exams_exam e CROSS JOIN unnest(%s::uuid[]) AS w (trainee)
WHERE e.branch_id = %s AND e.id = %s
ON CONFLICT DO NOTHING RETURNING id, trainee_id
"""
_WITHDRAW: LiteralString = """
UPDATE exams_seat SET withdrawn_at = %s WHERE branch_id = %s AND id = %s AND withdrawn_at IS NULL RETURNING exam_id, trainee_id
"""
# Carried by exam_seat_trainee.
_OF_TRAINEE: LiteralString = """
SELECT s.id, e.name_id, e.name_en, t.opens_at, t.closes_at, coalesce(t.place, ''), s.expires_at
FROM exams_seat s
JOIN exams_exam e ON e.branch_id = s.branch_id AND e.id = s.exam_id
LEFT JOIN exams_sitting t ON t.branch_id = s.branch_id AND t.id = s.sitting_id
WHERE s.branch_id = %s AND s.trainee_id = %s AND s.withdrawn_at IS NULL AND s.expires_at > %s AND e.state = 'open'
ORDER BY t.opens_at NULLS LAST, s.id
"""


@dataclass(frozen=True)
class Dated:
    """An exam that a trainee may take. ``opens_at`` and ``closes_at`` are None where no date is set."""

    seat_id: UUID
    name_id: str
    name_en: str
    opens_at: datetime | None
    closes_at: datetime | None
    place: str
    path: str


def give(work: Work, *, branch_id: int, exam_id: UUID, trainee_id: UUID, sitting_id: UUID | None = None) -> UUID:
    """As ``give_all`` for one. Raises ``Refused`` E9317 where the trainee has that seat already."""
    found = give_all(work, branch_id=branch_id, exam_id=exam_id, trainee_ids=[trainee_id], sitting_id=sitting_id)
    if not found:
        raise Refused("E9317")
    return found[trainee_id]


def give_all(
    work: Work, *, branch_id: int, exam_id: UUID, trainee_ids: Iterable[UUID], sitting_id: UUID | None = None
) -> dict[UUID, UUID]:
    """Enters trainees for an exam, at any time or on a date, in one statement; returns the new seats by trainee. The caller
    has checked that they are of the branch. Raises ``Refused`` E1004 for an exam or date that is not the branch's."""
    expires_at = work.now + VALID_FOR
    if sitting_id is not None:
        sitting = work.row(_SITTING, [branch_id, sitting_id])
        if sitting is None or sitting[0] != exam_id:
            raise Refused("E1004")
        expires_at = sitting[1] + AFTER_SITTING
    if work.row("SELECT 1 FROM exams_exam WHERE branch_id = %s AND id = %s", [branch_id, exam_id]) is None:
        raise Refused("E1004")
    trainees = sorted(set(trainee_ids))
    rows = work.rows(_GIVE, [sitting_id, work.actor.user_id, work.now, expires_at, trainees, branch_id, exam_id])
    for seat_id, trainee_id in rows:
        detail = {"seat": str(seat_id), "exam": str(exam_id), "sitting": str(sitting_id) if sitting_id else None}
        work.report(Happened("exam_seat_given", branch_id, subject_id=seat_id, agent_id=trainee_id, detail=detail))
    return {trainee_id: seat_id for seat_id, trainee_id in rows}


def withdraw(work: Work, *, branch_id: int, seat_id: UUID) -> None:
    """The link opens nothing new any more; an attempt that has begun goes on to its end. Raises ``Refused`` E1004."""
    row = work.row(_WITHDRAW, [work.now, branch_id, seat_id])
    if row is None:
        raise Refused("E1004")
    detail = {"seat": str(seat_id), "exam": str(row[0])}
    work.report(Happened("exam_seat_withdrawn", branch_id, subject_id=seat_id, agent_id=row[1], detail=detail))


def of_trainee(work: Work, branch_id: int, trainee_id: UUID) -> list[Dated]:
    """The exams that a trainee may take now or later, the nearest date first, each with its link."""
    return [
        Dated(
            seat_id=row[0],
            name_id=row[1],
            name_en=row[2],
            opens_at=row[3],
            closes_at=row[4],
            place=row[5],
            path=link.make(seat_id=row[0], branch_id=branch_id, expires_at=row[6]),
        )
        for row in work.rows(_OF_TRAINEE, [branch_id, trainee_id, work.now])
    ]
