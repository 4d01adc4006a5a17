"""Results: written once when an attempt ends, annulled by another row, asked by whoever issues a licence.

Who annuls and who issues lock in one order: the candidate's row, the agent's, the attempt's. So neither waits for the other in a
circle, and a licence is never issued on an examination whose annulment came first.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, LiteralString
from uuid import UUID

from perisai.errors import Refused
from perisai.events.work import Happened, Work
from perisai.exams.models import AnnulReason

# Carried by exam_result_trainee.
_PASSED: LiteralString = """
SELECT r.attempt_id, r.exam_id, e.name_id, e.name_en, r.correct, r.questions, r.pass_percent, r.ended_on
FROM exams_result r
JOIN exams_exam e ON e.branch_id = r.branch_id AND e.id = r.exam_id AND e.for_licence
JOIN exams_attempt a ON a.branch_id = r.branch_id AND a.id = r.attempt_id
WHERE r.branch_id = %s AND r.trainee_id = %s AND r.passed AND r.ended_on <= %s
  AND NOT EXISTS (SELECT FROM exams_annulment n WHERE n.branch_id = r.branch_id AND n.attempt_id = r.attempt_id)
ORDER BY r.ended_on DESC, r.attempt_id DESC LIMIT 1
"""

_WHOSE: LiteralString = "SELECT trainee_id FROM exams_attempt WHERE branch_id = %s AND id = %s"
# Held before it is asked about, and asked in a statement of its own, which sees what the wait was for.
_HOLD: LiteralString = "SELECT id FROM exams_attempt WHERE branch_id = %s AND id = ANY (%s) ORDER BY id FOR SHARE"
_ANNULLED: LiteralString = "SELECT attempt_id FROM exams_annulment WHERE branch_id = %s AND attempt_id = ANY (%s)"

_FOR_ANNULLING: LiteralString = """
SELECT r.trainee_id, r.exam_id, r.passed FROM exams_attempt a
JOIN exams_result r ON r.branch_id = a.branch_id AND r.attempt_id = a.id
WHERE a.branch_id = %s AND a.id = %s FOR UPDATE OF a
"""

_ANNUL: LiteralString = """
INSERT INTO exams_annulment (branch_id, attempt_id, reason, note, gives_back, annulled_by, annulled_at)
VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (branch_id, attempt_id) DO NOTHING
"""

BLAMELESS: Final = frozenset({AnnulReason.QUESTION, AnnulReason.TECHNICAL})
"""Reasons for which the candidate gets the attempt back."""
MOST_NOTE: Final = 500


@dataclass(frozen=True)
class Passed:
    """The result that counts."""

    attempt_id: UUID
    exam_id: UUID
    name_id: str
    name_en: str
    correct: int
    questions: int
    pass_percent: int
    passed_on: date

    @property
    def percent(self) -> int:
        """Rounded down, so that it never shows the pass mark to who missed it."""
        return self.correct * 100 // self.questions


def passed(work: Work, branch_id: int, trainee_id: UUID, on: date, *, hold: bool = False) -> Passed | None:
    """The newest passed examination for a licence up to a day, by what is known now; None where there is none or it was
    annulled. ``hold`` keeps it from being annulled until the Work ends: for who decides on it (not in a read-only Work), and who
    holds the candidate's row already."""
    lock: LiteralString = " FOR SHARE OF a" if hold else ""
    row = work.row(_PASSED + lock, [branch_id, trainee_id, on])
    if row is None:
        return None
    if hold and annulled(work, branch_id, [row[0]]):  # the one whom the lock waited for annulled it
        return passed(work, branch_id, trainee_id, on, hold=True)
    return Passed(*row)


def annul(work: Work, *, branch_id: int, attempt_id: UUID, reason: str, note: str) -> None:
    """Takes a result's effect away from now on; the result itself stays as it was written. Locks the candidate's row, then the
    attempt's, as issuing a licence does.

    Raises ``Refused`` E1004 for an attempt without a result, E9310 where it is annulled already, E9311 without a reason.
    """
    if reason not in AnnulReason or not note.strip() or len(note) > MOST_NOTE or "\x00" in note:
        raise Refused("E9311")
    _hold_candidate(work, branch_id, attempt_id)
    found = work.row(_FOR_ANNULLING, [branch_id, attempt_id])
    if found is None:
        raise Refused("E1004")
    trainee_id, exam_id, had_passed = found
    gives_back = reason in BLAMELESS
    values = [branch_id, attempt_id, reason, note.strip(), gives_back, work.actor.user_id, work.now]
    if work.execute(_ANNUL, values) == 0:
        raise Refused("E9310")
    detail = {"attempt": str(attempt_id), "exam": str(exam_id), "reason": reason, "had_passed": had_passed}
    work.report(Happened("exam_annulled", branch_id, subject_id=attempt_id, agent_id=trainee_id, detail=detail))
    _tell_recruitment(work, branch_id, trainee_id)


def _hold_candidate(work: Work, branch_id: int, attempt_id: UUID) -> None:
    from perisai.recruitment import pipeline

    row = work.row(_WHOSE, [branch_id, attempt_id])
    if row is None:
        raise Refused("E1004")
    pipeline.hold(work, branch_id=branch_id, candidate_id=row[0])


def _tell_recruitment(work: Work, branch_id: int, trainee_id: UUID) -> None:
    """A candidate who has not passed any more is back in training."""
    from perisai.recruitment import pipeline

    pipeline.follow_exam(work, branch_id=branch_id, candidate_id=trainee_id)


def annulled(work: Work, branch_id: int, attempt_ids: Collection[UUID], *, hold: bool = False) -> frozenset[UUID]:
    """Which of these attempts have an annulled result. ``hold`` keeps the others from being annulled until the Work ends."""
    ids = sorted(set(attempt_ids))
    if hold:
        work.rows(_HOLD, [branch_id, ids])
    return frozenset(row[0] for row in work.rows(_ANNULLED, [branch_id, ids])) if ids else frozenset()


def annulments(work: Work, *, most: int = 2000) -> list[tuple[int, UUID, datetime]]:
    """What was annulled within the scope of the Work, newest first: (branch, attempt, when). One statement; there are few."""
    sql = "SELECT branch_id, attempt_id, annulled_at FROM exams_annulment ORDER BY annulled_at DESC LIMIT %s"
    return [(row[0], row[1], row[2]) for row in work.rows(sql, [most])]
