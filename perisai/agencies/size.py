"""How many agents an office has. Counted when a month is over; short for too many months in a row, its ending is proposed."""

from datetime import date, timedelta

from perisai.agencies import proposal
from perisai.agents.rules import figure
from perisai.events.work import Work

# An agent counts who may work or is held back for a time; who still learns does not. Only offices that were there the whole
# month are counted, so that a new one is not short in its first weeks.
_COUNT = """
INSERT INTO agencies_agent_count (branch_id, office_id, month, agents, least, counted_at)
SELECT f.branch_id, f.office_id, %(month)s, count(a.id), %(least)s, %(now)s
FROM agencies_office f
LEFT JOIN agents_agent a ON a.branch_id = f.branch_id AND a.agency_office_id = f.office_id AND a.state IN ('active', 'suspended')
WHERE f.branch_id = %(branch)s AND f.since <= %(month)s AND f.ended_on IS NULL
GROUP BY f.branch_id, f.office_id
ON CONFLICT DO NOTHING
"""
# Carried by the primary key: the months since the last one with enough agents.
_SHORT = """
SELECT c.office_id, count(*)::int
FROM agencies_agent_count c
JOIN agencies_office f ON f.branch_id = c.branch_id AND f.office_id = c.office_id AND f.ended_on IS NULL
WHERE c.branch_id = %(branch)s AND c.month <= %(month)s AND c.month > coalesce((
  SELECT max(e.month) FROM agencies_agent_count e
  WHERE e.branch_id = c.branch_id AND e.office_id = c.office_id AND e.agents >= e.least AND e.month <= %(month)s), '2000-01-01')
GROUP BY c.office_id HAVING count(*) >= %(months)s AND max(c.month) = %(month)s ORDER BY 1
"""


def count_last_month(work: Work, *, branch_id: int, today: date) -> int:
    """Counts the month before ``today``'s, once, and proposes to end the offices that were short of agents for as many months
    in a row as the rules of its last day say. How many were proposed."""
    last_day = today.replace(day=1) - timedelta(days=1)
    month = last_day.replace(day=1)
    facts = {
        "branch": branch_id,
        "month": month,
        "least": figure("office_agents_least", last_day),
        "months": figure("office_short_months", last_day),
        "now": work.now,
    }
    if not work.execute(_COUNT, facts):
        return 0
    short = [(office_id, months) for office_id, months in work.rows(_SHORT, facts)]
    return proposal.propose(work, branch_id=branch_id, reason="short", month=month, offices=short)
