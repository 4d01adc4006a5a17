"""Credit of many people at once, for lists: as ``completion.credit_minutes`` says it of one."""

from collections.abc import Sequence
from datetime import date
from typing import LiteralString
from uuid import UUID

from perisai.events.work import Work

# Carried by training_taking_trainee and training_attendance_trainee; lessons and offices by primary key.
_CREDITS: LiteralString = """
SELECT k.trainee_id,
  coalesce((SELECT sum(t.credit_minutes) FROM training_taking t WHERE t.branch_id = k.branch_id AND t.trainee_id = k.trainee_id
    AND t.completed_on BETWEEN k.since AND %(until)s), 0)
  + coalesce((SELECT sum(l.credit_minutes) FROM training_attendance a
    JOIN training_lesson l ON l.branch_id = a.branch_id AND l.id = a.lesson_id AND l.cancelled_at IS NULL
    WHERE a.branch_id = k.branch_id AND a.trainee_id = k.trainee_id AND a.state = 'present'
      AND (l.starts_at AT TIME ZONE o.timezone)::date BETWEEN k.since AND %(until)s), 0)
FROM unnest(%(branches)s::int[], %(trainees)s::uuid[], %(since)s::date[]) AS k (branch_id, trainee_id, since)
JOIN offices_office o ON o.id = k.branch_id
"""


def credit_of_many(work: Work, terms: Sequence[tuple[int, UUID, date]], until: date) -> dict[UUID, int]:
    """Minutes from each one's first day to ``until``, by trainee; ``terms`` are (branch, trainee, first day). One statement, none
    where nobody is asked about."""
    if not terms:
        return {}
    branches, trainees, since = (list(column) for column in zip(*terms, strict=True))
    params = {"branches": branches, "trainees": trainees, "since": since, "until": until}
    return {trainee: int(minutes) for trainee, minutes in work.rows(_CREDITS, params)}
