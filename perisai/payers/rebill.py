"""Open bills of months that turn out to be paid by somebody else: taken down by counter-entry and issued anew."""

from datetime import date
from typing import Final, LiteralString
from uuid import UUID

from perisai.contributions.bills import bill, first_bill
from perisai.contributions.runs import run
from perisai.events.work import Work

MOST_MONTHS: Final = 24

# Members whose open bills name another payer for some month than the fundings of today say. Carried by bill_enrolment and
# funding_once_a_month.
_WRONG: LiteralString = """
SELECT DISTINCT b.enrolment_id FROM contributions_bill b
JOIN members_enrolment e ON e.branch_id = b.branch_id AND e.id = b.enrolment_id AND e.state = 'active'
CROSS JOIN generate_series(b.first_month, b.first_month + make_interval(months => b.months - 1), interval '1 month') AS m (month)
LEFT JOIN payers_funding f ON f.branch_id = b.branch_id AND f.enrolment_id = b.enrolment_id AND f.first_month <= m.month
  AND (f.last_month IS NULL OR f.last_month >= m.month)
WHERE b.branch_id = %s AND b.enrolment_id = ANY (%s) AND b.state = 'open' AND b.sponsor_id IS DISTINCT FROM f.sponsor_id
ORDER BY 1
"""
_MONTHS: LiteralString = """
SELECT DISTINCT m.month::date FROM contributions_bill b
CROSS JOIN generate_series(b.first_month, b.first_month + make_interval(months => b.months - 1), interval '1 month') AS m (month)
WHERE b.branch_id = %s AND b.enrolment_id = ANY (%s) AND b.state = 'open' ORDER BY 1
"""

# Whoever has not paid yet and was ever funded. Carried by enrolment_state.
_FUNDED_FIRSTS: LiteralString = """
SELECT e.id FROM members_enrolment e
WHERE e.branch_id = %s AND e.state = 'accepted' AND e.segment = 'BPU'
  AND EXISTS (SELECT FROM payers_funding f WHERE f.branch_id = e.branch_id AND f.enrolment_id = e.id)
ORDER BY e.id FOR NO KEY UPDATE
"""


def issue_anew(work: Work, *, branch_id: int, enrolment_ids: list[UUID]) -> int:
    """Bills of these members whose payer has changed, again, each month to who pays it now; answers how many members. The caller
    holds the enrolments' rows. What is paid stays as it is."""
    row = work.row("SELECT timezone FROM offices_office WHERE id = %s", [branch_id])
    assert row is not None
    timezone: str = row[0]
    firsts = first_bill.issue_anew(work, branch_id=branch_id, timezone=timezone, enrolment_ids=enrolment_ids)
    wrong = [row[0] for row in work.rows(_WRONG, [branch_id, enrolment_ids])]
    if not wrong:
        return firsts
    months: list[date] = [row[0] for row in work.rows(_MONTHS, [branch_id, wrong])]
    bill.cancel_many(work, branch_id=branch_id, enrolment_ids=wrong)
    for month in months[:MOST_MONTHS]:
        run.issue_month(work, branch_id=branch_id, timezone=timezone, month=month, enrolment_ids=wrong)
    return firsts + len(wrong)


def follow_firsts(work: Work, *, branch_id: int) -> int:
    """First bills that nobody issued anew when their payer changed: a funding began or ended with the month, or somebody whom a
    sponsor funds came back. Every night, of any number."""
    who = [row[0] for row in work.rows(_FUNDED_FIRSTS, [branch_id])]
    return issue_anew(work, branch_id=branch_id, enrolment_ids=who) if who else 0
