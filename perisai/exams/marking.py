"""Ending attempts: many at once, each exactly once, in a fixed number of statements."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, LiteralString
from uuid import UUID

from perisai.events.work import Happened, Work

GRACE: Final = timedelta(seconds=15)
"""An answer given in the last second may still be on its way so long."""

# Locked in the order of their ids, so that two who end the same attempts never wait for each other in a circle.
_LOCK_ONE: LiteralString = """
SELECT id FROM exams_attempt WHERE branch_id = %s AND id = %s AND ended_at IS NULL FOR UPDATE
"""
# Carried by exam_attempt_due.
_LOCK_OVERDUE: LiteralString = """
SELECT id FROM exams_attempt WHERE branch_id = %s AND ended_at IS NULL AND due_at < %s ORDER BY id
FOR UPDATE SKIP LOCKED LIMIT 500
"""

# A statement of its own after the lock: it sees the last answer that was saved. By the primary key of the paper and
# exam_version_id; a topic from above is the branch's own of the same code.
_MARK: LiteralString = """
WITH line AS (
  SELECT a.id, a.exam_id, a.trainee_id, a.pass_percent, a.due_at, l.position, l.answer,
    coalesce(own.id, v.topic_id) AS topic_id,
    coalesce(l.answer = v.correct, false) AS ok
  FROM exams_attempt a
  JOIN exams_paper_line l ON l.branch_id = a.branch_id AND l.attempt_id = a.id
  JOIN exams_question_version v ON v.question_id = l.question_id AND v.version = l.version
  JOIN exams_topic t ON t.branch_id = v.branch_id AND t.id = v.topic_id
  LEFT JOIN exams_topic own ON own.branch_id = a.branch_id AND own.code = t.code
  WHERE a.branch_id = %(branch)s AND a.id = ANY (%(attempts)s)
), by_topic AS (
  SELECT id, jsonb_agg(jsonb_build_object('topic', topic_id, 'correct', correct, 'questions', questions)
    ORDER BY topic_id) AS topics
  FROM (
    SELECT id, topic_id, count(*) FILTER (WHERE ok) AS correct, count(*) AS questions FROM line GROUP BY id, topic_id
  ) AS t GROUP BY id
), total AS (
  SELECT id, exam_id, trainee_id, pass_percent, due_at, count(*) FILTER (WHERE ok) AS correct, count(*) AS questions,
    jsonb_agg(answer ORDER BY position) AS answers
  FROM line GROUP BY id, exam_id, trainee_id, pass_percent, due_at
)
INSERT INTO exams_result (branch_id, attempt_id, exam_id, trainee_id, ending, correct, questions, pass_percent, passed,
  topics, answers, ended_at, ended_on)
SELECT %(branch)s, t.id, t.exam_id, t.trainee_id, %(ending)s, t.correct, t.questions, t.pass_percent,
  t.correct * 100 >= t.pass_percent * t.questions, b.topics, t.answers, LEAST(%(now)s, t.due_at),
  (LEAST(%(now)s, t.due_at) AT TIME ZONE o.timezone)::date
FROM total t JOIN by_topic b ON b.id = t.id JOIN offices_office o ON o.id = %(branch)s
RETURNING attempt_id, exam_id, trainee_id, correct, questions, passed, ending
"""

_END: LiteralString = """
UPDATE exams_attempt SET ended_at = LEAST(%s, due_at) WHERE branch_id = %s AND id = ANY (%s) RETURNING id, number
"""


def submit(work: Work, *, branch_id: int, attempt_id: UUID) -> bool:
    """Ends an attempt as its candidate asks; False where it has ended already (another tab, another phone, the clock)."""
    if work.row(_LOCK_ONE, [branch_id, attempt_id]) is None:
        return False
    row = work.row("SELECT due_at FROM exams_attempt WHERE branch_id = %s AND id = %s", [branch_id, attempt_id])
    assert row is not None
    mark(work, branch_id, [attempt_id], "submitted" if work.now <= row[0] + GRACE else "time")
    return True


def end_overdue(work: Work, *, branch_id: int) -> int:
    """Ends every attempt of a branch whose time is over, though nobody comes back; returns how many."""
    attempts = [row[0] for row in work.rows(_LOCK_OVERDUE, [branch_id, work.now - GRACE])]
    if attempts:
        mark(work, branch_id, attempts, "time")
    return len(attempts)


def end_if_overdue(work: Work, *, branch_id: int, attempt_id: UUID) -> bool:
    """For whoever looks at an attempt before the job has come by. True where this call ended it."""
    sql: LiteralString = _LOCK_ONE.replace(" FOR UPDATE", " AND due_at < %s FOR UPDATE")
    if work.row(sql, [branch_id, attempt_id, work.now - GRACE]) is None:
        return False
    mark(work, branch_id, [attempt_id], "time")
    return True


def mark(work: Work, branch_id: int, attempts: Sequence[UUID], ending: str) -> None:
    """Writes the results of attempts that the caller holds locked, or has made in this Work, and ends them. A candidate who has
    passed reaches the next stage."""
    from perisai.recruitment import pipeline

    results = work.rows(_MARK, {"branch": branch_id, "attempts": list(attempts), "ending": ending, "now": work.now})
    numbers = dict(work.rows(_END, [work.now, branch_id, list(attempts)]))
    for attempt_id, exam_id, trainee_id, correct, questions, passed, how in results:
        detail = {
            "attempt": str(attempt_id),
            "exam": str(exam_id),
            "number": numbers[attempt_id],
            "correct": correct,
            "questions": questions,
            "passed": passed,
            "ending": how,
        }
        work.report(Happened("exam_finished", branch_id, subject_id=attempt_id, agent_id=trainee_id, detail=detail))
    # Candidates are held in the order of their ids, so that two who end the attempts of the same people never wait in a circle.
    for trainee_id in sorted({result[2] for result in results if result[5]}):
        pipeline.follow_exam(work, branch_id=branch_id, candidate_id=trainee_id)
