"""People enrolled in a month, and how many of them came how far. The only writer of ``figures_cohort``.

The stages ``accepted`` and ``first_paid`` are told when the month after is over (by then nobody can pay a first bill any more),
``paying_3``, ``paying_6`` and ``paying_12`` when that many months after are over. A stage is written once.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final, LiteralString

from perisai.contributions.cover.rule import add_months
from perisai.events.work import Work, branch_day

MONTHS_BACK: Final = 36
AFTER: Final = {"accepted": 1, "first_paid": 1, "paying_3": 3, "paying_6": 6, "paying_12": 12}
"""Months that must be over before a stage is told."""

# Carried by the primary key.
_TOLD: LiteralString = (
    "SELECT DISTINCT month, stage FROM figures_cohort WHERE branch_id = %s AND level = 'b' AND month >= %s"
)
# Once a month for a branch: all its members, each in the stages of the month they were enrolled in.
_TELL: LiteralString = """
WITH stage AS (
  SELECT * FROM unnest(%(months)s::date[], %(stages)s::text[], %(paid)s::date[]) AS s (month, stage, paid_through)
), member AS (
  SELECT date_trunc('month', e.captured_on)::date AS month, e.segment, e.sub_branch_id, e.agency_office_id, e.region_code,
    coalesce(e.acquired_by, e.agent_id) AS agent_id, e.activated_at IS NOT NULL AS has_paid, e.paid_through
  FROM members_enrolment e
  WHERE e.branch_id = %(branch)s AND e.state IN ('accepted', 'active', 'lapsed', 'ended')
    AND e.captured_on >= (SELECT min(month) FROM stage)
), counted AS (
  SELECT s.month, s.stage, k.level, k.key, m.segment, count(*)::int AS persons
  FROM stage s JOIN member m ON m.month = s.month
    AND (s.stage = 'accepted' OR (m.has_paid AND (s.paid_through IS NULL OR m.paid_through >= s.paid_through)))
  CROSS JOIN LATERAL (VALUES ('b', %(branch)s::int::text), ('s', m.sub_branch_id::text), ('o', m.agency_office_id::text),
    ('a', m.agent_id::text), ('r', left(m.region_code, 5))) AS k (level, key)
  WHERE k.key IS NOT NULL GROUP BY 1, 2, 3, 4, 5
)
INSERT INTO figures_cohort (branch_id, level, month, stage, key, segment, persons, taken_at)
SELECT %(branch)s, level, month, stage, key, segment, persons, %(now)s FROM counted
UNION ALL
SELECT %(branch)s, 'b', s.month, s.stage, %(branch)s::int::text, 'BPU', 0, %(now)s FROM stage s
WHERE NOT EXISTS (SELECT FROM counted c WHERE c.month = s.month AND c.stage = s.stage AND c.level = 'b' AND c.segment = 'BPU')
ON CONFLICT DO NOTHING
"""


def tell(work: Work, *, branch_id: int, timezone: str) -> int:
    """Writes the stages whose time has come and that are not told yet; how many. At most two statements."""
    today = branch_day(work.now, timezone)
    told = {(month, stage) for month, stage in work.rows(_TOLD, [branch_id, add_months(today, -MONTHS_BACK)])}
    due = [each for each in stages_due(today) if each not in told]
    if due:
        work.execute(_TELL, _asked(due) | {"branch": branch_id, "now": work.now})
    return len(due)


def stages_due(today: date) -> Iterator[tuple[date, str]]:
    """(month, stage) of everything whose time has come by a day."""
    for back in range(1, MONTHS_BACK + 1):
        month = add_months(today, -back)
        for stage, after in AFTER.items():
            if add_months(month, after + 1) <= today:
                yield month, stage


def paid_through(month: date, stage: str) -> date | None:
    """The month that must be paid for a stage that asks who still pays."""
    return add_months(month, AFTER[stage]) if stage.startswith("paying") else None


def _asked(due: Sequence[tuple[date, str]]) -> dict[str, Any]:
    return {
        "months": [month for month, _ in due],
        "stages": [stage for _, stage in due],
        "paid": [paid_through(month, stage) for month, stage in due],
    }
