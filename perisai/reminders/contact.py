"""What visits and answers add up to for a member: whether to remind, when to come again. The only writer of
``reminders_contact``; always worked out anew from what was said, so that taking something back is only saying less."""

from collections.abc import Iterable
from typing import LiteralString
from uuid import UUID

from perisai.events.work import Work

# The newest visit and answer by visit_enrolment and answer_enrolment. What the branch found to be untrue, or has mended, no longer
# counts. Death stands until it is taken back; of the rest the newest word counts.
_REFRESH: LiteralString = """
INSERT INTO reminders_contact (branch_id, enrolment_id, stopped, is_sick, promised_on, outcome, outcome_on, changed_at)
SELECT %(branch)s, n.id,
  CASE WHEN d.id IS NOT NULL THEN 'died'
    WHEN v.outcome = 'moved' AND (a.said_at IS NULL OR v.recorded_at >= a.said_at) THEN 'moved'
    WHEN a.said = 'stopped' AND (v.id IS NULL OR a.said_at > v.recorded_at) THEN 'stopped_working'
    WHEN a.said = 'wrong' AND (v.id IS NULL OR a.said_at > v.recorded_at OR v.outcome = 'not_found') THEN 'wrong_number'
    ELSE '' END,
  coalesce(v.outcome = 'sick', false), CASE WHEN v.outcome = 'promised' THEN v.promised_on END, coalesce(v.outcome, ''),
  v.visited_on, %(now)s
FROM unnest(%(ids)s::uuid[]) AS n (id)
LEFT JOIN LATERAL (
  SELECT * FROM reminders_visit x WHERE x.branch_id = %(branch)s AND x.enrolment_id = n.id AND x.undone_by IS NULL AND NOT EXISTS (
    SELECT FROM reminders_case k WHERE k.branch_id = x.branch_id AND k.visit_id = x.id AND k.decision IN ('untrue', 'mended'))
  ORDER BY x.recorded_at DESC, x.id DESC LIMIT 1
) v ON true
LEFT JOIN LATERAL (
  SELECT * FROM reminders_visit x WHERE x.branch_id = %(branch)s AND x.enrolment_id = n.id AND x.undone_by IS NULL
    AND x.outcome = 'died' AND NOT EXISTS (
    SELECT FROM reminders_case k WHERE k.branch_id = x.branch_id AND k.visit_id = x.id AND k.decision IN ('untrue', 'mended'))
  LIMIT 1
) d ON true
LEFT JOIN LATERAL (
  SELECT * FROM reminders_answer x WHERE x.branch_id = %(branch)s AND x.enrolment_id = n.id AND NOT EXISTS (
    SELECT FROM reminders_case k WHERE k.branch_id = x.branch_id AND k.answer_id = x.id AND k.decision IN ('untrue', 'mended'))
  ORDER BY x.said_at DESC, x.id DESC LIMIT 1
) a ON true
ORDER BY n.id
ON CONFLICT (branch_id, enrolment_id) DO UPDATE
SET stopped = excluded.stopped, is_sick = excluded.is_sick, promised_on = excluded.promised_on, outcome = excluded.outcome,
  outcome_on = excluded.outcome_on, changed_at = excluded.changed_at
"""


def refresh(work: Work, *, branch_id: int, enrolment_ids: Iterable[UUID]) -> None:
    """One statement, whatever their number."""
    ids = sorted(set(enrolment_ids))
    if ids:
        work.execute(_REFRESH, {"branch": branch_id, "ids": ids, "now": work.now})
