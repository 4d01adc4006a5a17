"""What the demo's branches stood at on the days of the story, and with whom, worked out from what was paid by then, and what they
stand at now.

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

# A member's paid months and open bills as they were known at the end of a day, cash by receipts, and the quota as it is now.
# Who has paid nothing for more than three months has lapsed.
_PAST: LiteralString = """
WITH day AS (
  SELECT d::date AS day, (d + interval '1 day') AT TIME ZONE %(zone)s AS ends,
    (d + interval '1 day') AT TIME ZONE %(zone)s - interval '1 minute' AS told, date_trunc('month', d)::date AS month
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
), stands AS MATERIALIZED (
  SELECT p.day, e.id, e.segment = 'PU' AS is_pu, e.agent_id, e.sub_branch_id, e.agency_office_id, left(e.region_code, 8) AS place,
    p.through, coalesce(o.amount, 0)::bigint AS owed,
    CASE WHEN p.through >= p.month THEN 'paying' WHEN p.through >= p.month - interval '3 months' THEN 'catch_up' ELSE 'ended' END
      AS cover
  FROM paid p JOIN members_enrolment e ON e.branch_id = %(branch)s AND e.id = p.enrolment_id
  LEFT JOIN owed o ON o.day = p.day AND o.enrolment_id = p.enrolment_id
), listed AS (
  INSERT INTO figures_listed (branch_id, since) VALUES (%(branch)s, %(first)s) ON CONFLICT DO NOTHING
), kept AS (
  INSERT INTO figures_member (branch_id, enrolment_id, day, cover, state, paid_through, agent_id, sub_branch_id, agency_office_id,
    owed)
  SELECT %(branch)s, id, day, cover, CASE cover WHEN 'ended' THEN 'lapsed' ELSE 'active' END, through, agent_id, sub_branch_id,
    agency_office_id, owed
  FROM (SELECT s.*, lag((cover, through, owed)) OVER (PARTITION BY id ORDER BY day) AS before FROM stands s) s
  WHERE (cover, through, owed) IS DISTINCT FROM before
  ON CONFLICT DO NOTHING
), member AS (
  SELECT day, is_pu, agent_id, sub_branch_id, agency_office_id, place, count(*) FILTER (WHERE cover = 'paying') AS paying,
    count(*) FILTER (WHERE cover = 'catch_up') AS catch_up, count(*) FILTER (WHERE cover = 'ended') AS ended,
    count(*) FILTER (WHERE owed > 0) AS arrears_members, sum(owed) AS arrears
  FROM stands GROUP BY 1, 2, 3, 4, 5, 6
), cash AS (
  SELECT d.day, r.agent_id, sum(r.amount - coalesce(p.paid, 0))::bigint AS held,
    sum(r.amount - coalesce(p.paid, 0)) FILTER (WHERE r.due_on < d.day AND NOT EXISTS (
      SELECT FROM custody_permission x WHERE x.branch_id = r.branch_id AND x.agent_id = r.agent_id AND x.kind = 'extension'
        AND x.given_at <= d.told AND coalesce(x.ended_at, 'infinity') > d.told AND x.until_on >= d.day))::bigint AS overdue
  FROM day d JOIN custody_receipt r ON r.branch_id = %(branch)s AND r.kind = 'cash' AND r.received_at <= d.told
    AND coalesce(r.settled_at, r.void_at, 'infinity') > d.told
  LEFT JOIN LATERAL (
    SELECT sum(l.amount)::bigint AS paid FROM custody_deposit_line l
    JOIN events_event v ON v.branch_id = l.branch_id AND v.subject_id = l.deposit_id AND v.kind = 'cash_settled'
    WHERE l.branch_id = r.branch_id AND l.receipt_id = r.id AND v.received_at <= d.told) p ON true
  GROUP BY 1, 2
), of_agents AS (
  SELECT d.day, k.level, k.key, count(*) AS agents, sum(c.held) AS held, sum(c.overdue) AS overdue,
    count(*) FILTER (WHERE NOT EXISTS (SELECT FROM agents_licence l WHERE l.branch_id = a.branch_id AND l.agent_id = a.id
      AND (l.state = 'valid' OR l.state_since > d.told) AND coalesce(l.issued_at::date, l.valid_from) <= d.day
      AND l.valid_to > d.day + 30)) AS ending, max(a.sub_branch_id) FILTER (WHERE k.level = 'a') AS sub_branch_id,
    max(a.agency_office_id) FILTER (WHERE k.level = 'a') AS agency_office_id
  FROM day d JOIN agents_agent a ON a.branch_id = %(branch)s AND a.state = 'active' AND a.since <= d.day
  LEFT JOIN cash c ON c.day = d.day AND c.agent_id = a.id
  CROSS JOIN LATERAL (VALUES ('b', %(branch)s::int::text), ('s', a.sub_branch_id::text), ('o', a.agency_office_id::text),
    ('a', a.id::text)) AS k (level, key)
  WHERE k.key IS NOT NULL GROUP BY 1, 2, 3
), counted AS (
  SELECT m.day, k.level, k.key, sum(paying) AS paying, sum(paying) FILTER (WHERE is_pu) AS paying_pu, sum(catch_up) AS catch_up,
    sum(catch_up) FILTER (WHERE is_pu) AS catch_up_pu, sum(ended) AS ended, sum(ended) FILTER (WHERE is_pu) AS ended_pu,
    sum(arrears_members) AS arrears_members, sum(arrears_members) FILTER (WHERE is_pu) AS arrears_members_pu,
    sum(arrears) AS arrears, sum(arrears) FILTER (WHERE is_pu) AS arrears_pu
  FROM member m CROSS JOIN LATERAL (VALUES ('s', m.sub_branch_id::text), ('o', m.agency_office_id::text),
    ('a', m.agent_id::text), ('r', left(m.place, 5)), ('d', m.place), ('b', %(branch)s::int::text)) AS k (level, key)
  WHERE k.key IS NOT NULL GROUP BY 1, 2, 3
)
INSERT INTO figures_standing (branch_id, level, day, key, taken_at, sub_branch_id, agency_office_id, paying, paying_pu, catch_up,
  catch_up_pu, ended, ended_pu, arrears_members, arrears_members_pu, arrears, arrears_pu, custody, custody_overdue, agents_active,
  licences_ending, quota_cap, quota_consumed, quota_leased, quota_left)
SELECT %(branch)s, level, day, key, told, sub_branch_id, agency_office_id, coalesce(paying, 0),
  coalesce(paying_pu, 0), coalesce(catch_up, 0), coalesce(catch_up_pu, 0), coalesce(ended, 0), coalesce(ended_pu, 0),
  coalesce(arrears_members, 0), coalesce(arrears_members_pu, 0), coalesce(arrears, 0), coalesce(arrears_pu, 0),
  coalesce(held, 0), coalesce(overdue, 0), coalesce(agents, 0), coalesce(ending, 0), quota.cap, quota.taken,
  CASE WHEN quota.cap IS NOT NULL THEN 0 END,
  greatest(0, quota.cap - quota.taken)
FROM (SELECT day, told, 'b' AS level, %(branch)s::int::text AS key FROM day
  UNION SELECT c.day, d.told, c.level, c.key FROM counted c JOIN day d USING (day)
  UNION SELECT a.day, d.told, a.level, a.key FROM of_agents a JOIN day d USING (day)) AS keys
LEFT JOIN counted USING (day, level, key) LEFT JOIN of_agents USING (day, level, key)
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
            # The statistics of a new world know of few rows: days would be looked through for each member.
            work.execute("SET LOCAL enable_nestloop = off")
            work.execute(_PAST, asked)
            work.execute("SET LOCAL enable_nestloop = on")
            take.take(work, branch_id=branch, timezone=ZONE)
            cohort.tell(work, branch_id=branch, timezone=ZONE)
