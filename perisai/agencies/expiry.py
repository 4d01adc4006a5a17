"""Agreements that are about to expire: warned of 60, 30 and 7 days ahead, each once; and offices left without one."""

from datetime import date
from typing import Final

from perisai.agencies import proposal
from perisai.events.work import Happened, Work

WARN_DAYS: Final = (60, 30, 7)

# Carried by agreement_expiry. Where an agreement that follows it is signed, nothing needs a warning. Of the days that have
# come, the nearest is told: after a stop of a month nobody needs to hear that there were sixty.
_WARN = """
INSERT INTO agencies_warning (branch_id, agreement_id, days, warned_on, warned_at)
SELECT a.branch_id, a.id, w.days, %(today)s, %(now)s
FROM agencies_agreement a
JOIN agencies_office f ON f.branch_id = a.branch_id AND f.office_id = a.office_id AND f.ended_on IS NULL
CROSS JOIN LATERAL (SELECT min(d) AS days FROM unnest(%(days)s::int[]) AS d WHERE a.last_day - %(today)s::date <= d) w
WHERE a.branch_id = %(branch)s AND a.state = 'signed'
  AND a.last_day BETWEEN %(today)s::date AND %(today)s::date + %(most)s AND a.last_day >= a.first_day
  AND NOT EXISTS (
    SELECT FROM agencies_agreement n
    WHERE n.branch_id = a.branch_id AND n.office_id = a.office_id AND n.state = 'signed' AND n.last_day > a.last_day)
ORDER BY a.id
ON CONFLICT DO NOTHING
RETURNING agreement_id, days
"""
_ABOUT = "SELECT id, office_id, last_day FROM agencies_agreement WHERE branch_id = %s AND id = ANY(%s)"

# Offices whose last signed agreement is over, by agreement_office.
_LEFT = """
SELECT f.office_id
FROM agencies_office f
JOIN agencies_agreement a ON a.branch_id = f.branch_id AND a.office_id = f.office_id AND a.state = 'signed'
WHERE f.branch_id = %s AND f.ended_on IS NULL
GROUP BY f.office_id HAVING max(a.last_day) < %s ORDER BY 1
"""


def warn(work: Work, *, branch_id: int, today: date) -> int:
    """Warns of each agreement at most once for each of ``WARN_DAYS``, however often it is called. How many were warned of."""
    facts = {"today": today, "now": work.now, "days": list(WARN_DAYS), "branch": branch_id, "most": max(WARN_DAYS)}
    warned = work.rows(_WARN, facts)
    if not warned:
        return 0
    rows = work.rows(_ABOUT, [branch_id, [agreement_id for agreement_id, _ in warned]])
    about = {agreement_id: (office_id, last_day) for agreement_id, office_id, last_day in rows}
    for agreement_id, days in warned:
        office_id, last_day = about[agreement_id]
        work.report(
            Happened(
                kind="agreement_expiring",
                branch_id=branch_id,
                subject_id=agreement_id,
                agency_office_id=office_id,
                detail={"agreement": str(agreement_id), "days": days, "last_day": last_day.isoformat()},
            )
        )
    return len(warned)


def propose_left(work: Work, *, branch_id: int, today: date) -> int:
    """Proposes to end offices whose agreement is over and was not renewed: at most once a month each. How many."""
    offices = [row[0] for row in work.rows(_LEFT, [branch_id, today])]
    found = [(office_id, 0) for office_id in offices]
    return proposal.propose(work, branch_id=branch_id, reason="expired", month=today.replace(day=1), offices=found)
