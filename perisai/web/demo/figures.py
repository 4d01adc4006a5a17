"""What the demo's branches stood at on the days of the story, worked out from what was paid by then, and what they stand at now.

Only a demo may write a past day (``perisai/figures/migrations/0002_scope.py``).
"""

from datetime import date, datetime
from typing import LiteralString
from zoneinfo import ZoneInfo

import orjson

from perisai.events import world
from perisai.events.clock import FixedClock
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.figures import cohort, take
from perisai.web.demo import past_standings
from perisai.web.demo.people import HISTORY, agents
from perisai.web.demo.places import BUNGO, JAMBI

ZONE = "Asia/Jakarta"

# A member's paid months and open bills as they were known at the end of a day, and the quota as it is now; cash is left at nought.
# Who has paid nothing for more than three months has lapsed.
_PAST: LiteralString = """
WITH day AS (
  SELECT d::date AS day, (d + interval '1 day') AT TIME ZONE %(zone)s AS ends, date_trunc('month', d)::date AS month
  FROM generate_series(%(first)s::date, %(last)s::date - 1, interval '1 day') d
), paid AS (
  SELECT d.day, d.month, m.enrolment_id, max(m.month) AS through
  FROM day d JOIN contributions_paid_month m ON m.branch_id = %(branch)s AND m.paid_at < d.ends GROUP BY 1, 2, 3
), owed AS (
  SELECT d.day, b.enrolment_id, sum(b.amount) AS amount
  FROM day d JOIN contributions_bill b ON b.branch_id = %(branch)s AND b.issued_at < d.ends AND b.first_month < d.month
    AND (b.state = 'open' OR (b.state = 'paid' AND b.paid_at >= d.ends) OR (b.state = 'cancelled' AND b.origin = 'run'
      AND EXISTS (SELECT FROM contributions_spell s WHERE s.branch_id = %(branch)s AND s.enrolment_id = b.enrolment_id
        AND s.during @> d.day AND s.during @> b.issued_at::date)))
  GROUP BY 1, 2
), quota AS (
  SELECT d.day, 'b' AS level, q.cap, (SELECT count(*) FROM members_enrolment e
    WHERE e.branch_id = %(branch)s AND e.quota_period = d.month AND e.received_at < d.ends) AS taken
  FROM day d JOIN targets_quota q ON q.branch_id = %(branch)s AND q.period = d.month AND q.segment = 'all' AND q.months = 1
), member AS (
  SELECT p.day, e.segment = 'PU' AS is_pu, e.agent_id, e.sub_branch_id, e.agency_office_id, left(e.region_code, 8) AS place,
    count(*) FILTER (WHERE p.through >= p.month) AS paying,
    count(*) FILTER (WHERE p.through < p.month AND p.through >= p.month - interval '3 months') AS catch_up,
    count(*) FILTER (WHERE p.through < p.month - interval '3 months') AS ended,
    count(o.enrolment_id) AS arrears_members, coalesce(sum(o.amount), 0) AS arrears
  FROM paid p JOIN members_enrolment e ON e.branch_id = %(branch)s AND e.id = p.enrolment_id
  LEFT JOIN owed o ON o.day = p.day AND o.enrolment_id = p.enrolment_id
  GROUP BY 1, 2, 3, 4, 5, 6
), counted AS (
  SELECT m.day, k.level, k.key, sum(paying) AS paying, sum(paying) FILTER (WHERE is_pu) AS paying_pu, sum(catch_up) AS catch_up,
    sum(catch_up) FILTER (WHERE is_pu) AS catch_up_pu, sum(ended) AS ended, sum(ended) FILTER (WHERE is_pu) AS ended_pu,
    sum(arrears_members) AS arrears_members, sum(arrears_members) FILTER (WHERE is_pu) AS arrears_members_pu,
    sum(arrears) AS arrears, sum(arrears) FILTER (WHERE is_pu) AS arrears_pu
  FROM member m CROSS JOIN LATERAL (VALUES ('s', m.sub_branch_id::text), ('o', m.agency_office_id::text),
    ('a', m.agent_id::text), ('r', left(m.place, 5)), ('d', m.place), ('b', %(branch)s::int::text)) AS k (level, key)
  WHERE k.key IS NOT NULL GROUP BY 1, 2, 3
)
INSERT INTO figures_standing (branch_id, level, day, key, taken_at, paying, paying_pu, catch_up, catch_up_pu, ended, ended_pu,
  arrears_members, arrears_members_pu, arrears, arrears_pu, custody, custody_overdue, agents_active, licences_ending,
  quota_cap, quota_consumed, quota_leased, quota_left, target)
SELECT %(branch)s, level, day, key, ends - interval '1 minute', coalesce(paying, 0), coalesce(paying_pu, 0), coalesce(catch_up, 0),
  coalesce(catch_up_pu, 0), coalesce(ended, 0), coalesce(ended_pu, 0), coalesce(arrears_members, 0),
  coalesce(arrears_members_pu, 0), coalesce(arrears, 0), coalesce(arrears_pu, 0), 0, 0,
  CASE level WHEN 'b' THEN (SELECT count(*) FROM agents_agent WHERE branch_id = %(branch)s AND state = 'active')
    WHEN 'a' THEN 1 ELSE 0 END, 0, quota.cap, quota.taken, CASE WHEN quota.cap IS NOT NULL THEN 0 END,
  greatest(0, quota.cap - quota.taken),
  (SELECT t.value FROM jsonb_to_recordset(%(targets)s::jsonb) AS t (level text, key text, month date, value int)
    WHERE t.level = keys.level AND t.key = keys.key AND t.month = keys.month)
FROM (SELECT day, ends, month, 'b' AS level, %(branch)s::int::text AS key FROM day
  UNION SELECT c.day, d.ends, d.month, c.level, c.key FROM counted c JOIN day d USING (day)) AS keys
LEFT JOIN counted USING (day, level, key)
LEFT JOIN quota USING (day, level)
ON CONFLICT DO NOTHING
"""


def build_figures(end: datetime) -> None:
    """Both branches; days that are there stay."""
    last = end.astimezone(ZoneInfo(ZONE)).date()
    for branch in (JAMBI, BUNGO):
        with Work(scope=Scope.branch(branch), clock=FixedClock(end)) as work:
            if world.marked() != "demo":
                return
            asked: dict[str, object] = {"branch": branch, "zone": ZONE, "first": last - HISTORY, "last": last}
            asked["targets"] = orjson.dumps(_targets(work, branch, last)).decode()
            work.execute(_PAST, asked)
            take.take(work, branch_id=branch, timezone=ZONE)
            cohort.tell(work, branch_id=branch, timezone=ZONE)


def _targets(work: Work, branch: int, last: date) -> list[dict[str, object]]:
    """Of the months of the story, by level and key."""
    mine = [agent for agent in agents() if agent.branch_id == branch]
    span = past_standings.Span(last - HISTORY, last)
    found = past_standings.targets(work, branch, past_standings.agents_of(branch, mine), span)
    return [
        {"level": level, "key": key, "month": month, "value": value}
        for (level, key), months in found.items()
        for month, value in months.items()
    ]
