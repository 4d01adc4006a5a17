"""What the demo's branches stood at on the days of the story, worked out from what was paid by then, and what they stand at now.

Only a demo may write a past day (``perisai/figures/migrations/0002_scope.py``).
"""

from datetime import datetime
from typing import LiteralString
from zoneinfo import ZoneInfo

from perisai.events import world
from perisai.events.clock import FixedClock
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.figures import cohort, take
from perisai.web.demo.people import HISTORY
from perisai.web.demo.places import BUNGO, JAMBI

ZONE = "Asia/Jakarta"

# A member's paid months as they were known at the end of a day; arrears, cash and quotas of the past are left at nought.
_PAST: LiteralString = """
WITH day AS (
  SELECT d::date AS day, (d + interval '1 day') AT TIME ZONE %(zone)s AS ends
  FROM generate_series(%(first)s::date, %(last)s::date - 1, interval '1 day') d
), member AS (
  SELECT d.day, e.segment = 'PU' AS is_pu, e.agent_id, e.sub_branch_id, e.agency_office_id, left(e.region_code, 8) AS place,
    max(m.month) >= date_trunc('month', d.day) AS is_paying
  FROM day d
  JOIN contributions_paid_month m ON m.branch_id = %(branch)s AND m.paid_at < d.ends
  JOIN members_enrolment e ON e.branch_id = m.branch_id AND e.id = m.enrolment_id
  GROUP BY d.day, e.id, e.segment, e.region_code, e.agent_id, e.sub_branch_id, e.agency_office_id
), counted AS (
  SELECT m.day, k.level, k.key, count(*) FILTER (WHERE is_paying) AS paying,
    count(*) FILTER (WHERE is_paying AND is_pu) AS paying_pu, count(*) FILTER (WHERE NOT is_paying) AS catch_up,
    count(*) FILTER (WHERE NOT is_paying AND is_pu) AS catch_up_pu
  FROM member m CROSS JOIN LATERAL (VALUES ('s', m.sub_branch_id::text), ('o', m.agency_office_id::text),
    ('a', m.agent_id::text), ('r', left(m.place, 5)), ('d', m.place), ('b', %(branch)s::int::text)) AS k (level, key)
  WHERE k.key IS NOT NULL GROUP BY 1, 2, 3
)
INSERT INTO figures_standing (branch_id, level, day, key, taken_at, paying, paying_pu, catch_up, catch_up_pu, ended, ended_pu,
  arrears_members, arrears_members_pu, arrears, arrears_pu, custody, custody_overdue, agents_active, licences_ending, target)
SELECT %(branch)s, level, day, key, ends - interval '1 minute', coalesce(paying, 0), coalesce(paying_pu, 0), coalesce(catch_up, 0),
  coalesce(catch_up_pu, 0), 0, 0, 0, 0, 0, 0, 0, 0,
  CASE level WHEN 'b' THEN (SELECT count(*) FROM agents_agent WHERE branch_id = %(branch)s AND state = 'active')
    WHEN 'a' THEN 1 ELSE 0 END, 0,
  CASE level WHEN 'b' THEN (SELECT sum(q.persons) FROM targets_quota_target q
    WHERE q.branch_id = %(branch)s AND q.month = date_trunc('month', day)) END
FROM (SELECT day, ends, 'b' AS level, %(branch)s::int::text AS key FROM day
  UNION SELECT c.day, d.ends, c.level, c.key FROM counted c JOIN day d USING (day)) AS keys
LEFT JOIN counted USING (day, level, key)
ON CONFLICT DO NOTHING
"""


def build_figures(end: datetime) -> None:
    """Both branches; days that are there stay."""
    last = end.astimezone(ZoneInfo(ZONE)).date()
    for branch in (JAMBI, BUNGO):
        with Work(scope=Scope.branch(branch), clock=FixedClock(end)) as work:
            if world.marked() != "demo":
                return
            work.execute(_PAST, {"branch": branch, "zone": ZONE, "first": last - HISTORY, "last": last})
            take.take(work, branch_id=branch, timezone=ZONE)
            cohort.tell(work, branch_id=branch, timezone=ZONE)
