"""Takes the standing of a branch: what members, money and agents stand at just now, and with whom (``kept.py``). The only writer of
``figures_standing`` and ``figures_member``."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final, LiteralString

import orjson

from perisai.contributions.bills.owed import owed
from perisai.contributions.cover import cover
from perisai.events.work import Work, branch_day
from perisai.figures.kept import KEPT
from perisai.targets.quotas import quota

EXPIRING: Final = timedelta(days=30)

# Members by enrolment_state, open bills by bill_open, cash by receipt_held and the key of custody_line, agents and licences by
# their keys: what one branch holds, whatever has happened in it. The words of cover come as months from which they hold.
_GATHERED: LiteralString = """
WITH word AS (
  SELECT * FROM jsonb_to_recordset(%(words)s::jsonb) AS w (segment text, protected_from date, catch_up_from date)
), stands AS MATERIALIZED (
  SELECT e.id, e.segment, e.state, e.paid_through, e.agent_id, e.sub_branch_id, e.agency_office_id,
    left(e.region_code, 8) AS kecamatan,
    CASE WHEN e.state NOT IN ('active', 'lapsed', 'ended') OR e.paid_through IS NULL THEN ''
      WHEN e.state <> 'active' OR e.paid_through < w.catch_up_from THEN 'ended'
      WHEN e.paid_through < w.protected_from THEN 'catch_up' ELSE 'paying' END AS cover,
    CASE WHEN e.state = 'active' AND e.paid_through IS NOT NULL THEN coalesce(b.amount, 0) ELSE 0 END AS owed
  FROM members_enrolment e
  JOIN word w ON w.segment = e.segment
  LEFT JOIN (
    SELECT o.enrolment_id, sum(o.amount)::bigint AS amount FROM contributions_bill o
    WHERE o.branch_id = %(branch)s AND {owed} GROUP BY 1
  ) b ON b.enrolment_id = e.id
  WHERE e.branch_id = %(branch)s
), {kept}, member AS (
  SELECT segment, agent_id, sub_branch_id, agency_office_id, kecamatan, count(*) FILTER (WHERE cover = 'paying') AS paying,
    count(*) FILTER (WHERE cover = 'catch_up') AS catch_up, count(*) FILTER (WHERE cover = 'ended') AS ended,
    count(*) FILTER (WHERE owed > 0) AS arrears_members, sum(owed) AS arrears
  FROM stands WHERE cover <> '' GROUP BY 1, 2, 3, 4, 5
), cash AS (
  SELECT r.agent_id, sum(l.amount - l.settled) AS held,
    sum(l.amount - l.settled) FILTER (WHERE r.due_on < %(day)s AND NOT EXISTS (
      SELECT FROM custody_permission p WHERE p.branch_id = r.branch_id AND p.agent_id = r.agent_id AND p.kind = 'extension'
        AND p.ended_at IS NULL AND p.until_on >= %(day)s)) AS overdue
  FROM custody_receipt r JOIN custody_line l ON l.branch_id = r.branch_id AND l.receipt_id = r.id
  WHERE r.branch_id = %(branch)s AND r.state = 'held' AND r.kind = 'cash' GROUP BY 1
), agent AS (
  SELECT a.id AS agent_id, a.sub_branch_id, a.agency_office_id, coalesce(c.held, 0) AS held, coalesce(c.overdue, 0) AS overdue,
    (a.state = 'active' AND EXISTS (SELECT FROM agents_licence l WHERE l.branch_id = a.branch_id AND l.agent_id = a.id
      AND l.state = 'valid' AND %(day)s BETWEEN l.valid_from AND l.valid_to))::int AS is_active,
    (a.state = 'active' AND NOT EXISTS (SELECT FROM agents_licence l WHERE l.branch_id = a.branch_id AND l.agent_id = a.id
      AND l.state = 'valid' AND l.valid_to > %(expiring)s))::int AS is_ending
  FROM agents_agent a LEFT JOIN cash c ON c.agent_id = a.id WHERE a.branch_id = %(branch)s
), of_members AS (
  SELECT k.level, k.key, sum(paying)::int AS paying, coalesce(sum(paying) FILTER (WHERE is_pu), 0)::int AS paying_pu,
    sum(catch_up)::int AS catch_up, coalesce(sum(catch_up) FILTER (WHERE is_pu), 0)::int AS catch_up_pu,
    sum(ended)::int AS ended, coalesce(sum(ended) FILTER (WHERE is_pu), 0)::int AS ended_pu,
    sum(arrears_members)::int AS arrears_members,
    coalesce(sum(arrears_members) FILTER (WHERE is_pu), 0)::int AS arrears_members_pu,
    sum(arrears)::bigint AS arrears, coalesce(sum(arrears) FILTER (WHERE is_pu), 0)::bigint AS arrears_pu
  FROM member m CROSS JOIN LATERAL (SELECT m.segment = 'PU' AS is_pu) p
  CROSS JOIN LATERAL (VALUES ('b', %(branch)s::int::text), ('s', m.sub_branch_id::text), ('o', m.agency_office_id::text),
    ('a', m.agent_id::text), ('r', left(m.kecamatan, 5)),
    ('d', CASE WHEN length(m.kecamatan) = 8 THEN m.kecamatan END)) AS k (level, key)
  WHERE k.key IS NOT NULL GROUP BY 1, 2
), of_agents AS (
  SELECT k.level, k.key, sum(held)::bigint AS custody, sum(overdue)::bigint AS custody_overdue,
    sum(is_active)::int AS agents_active, sum(is_ending)::int AS licences_ending,
    max(g.sub_branch_id) FILTER (WHERE k.level = 'a') AS sub_branch_id,
    max(g.agency_office_id) FILTER (WHERE k.level = 'a') AS agency_office_id
  FROM agent g CROSS JOIN LATERAL (VALUES ('b', %(branch)s::int::text), ('s', g.sub_branch_id::text),
    ('o', g.agency_office_id::text), ('a', g.agent_id::text)) AS k (level, key)
  WHERE k.key IS NOT NULL GROUP BY 1, 2
), quota AS (
  SELECT 'b' AS level, %(branch)s::int::text AS key, t.*
  FROM jsonb_to_recordset(%(quota)s::jsonb) AS t (quota_cap int, quota_consumed int, quota_leased int, quota_left int)
)
"""
_COLUMNS: Final[
    LiteralString
] = """sub_branch_id, agency_office_id, paying, paying_pu, catch_up, catch_up_pu, ended, ended_pu,
  arrears_members, arrears_members_pu, arrears, arrears_pu, custody, custody_overdue, agents_active, licences_ending, quota_cap,
  quota_consumed, quota_leased, quota_left"""
_NOUGHT: Final[LiteralString] = """paying = 0, paying_pu = 0, catch_up = 0, catch_up_pu = 0, ended = 0, ended_pu = 0,
  arrears_members = 0, arrears_members_pu = 0, arrears = 0, arrears_pu = 0, custody = 0, custody_overdue = 0, agents_active = 0,
  licences_ending = 0"""
_TAKE: LiteralString = (
    _GATHERED.replace("{owed}", owed("o", "%(day)s")).replace("{kept}", KEPT)
    + "INSERT INTO figures_standing (branch_id, level, day, key, taken_at, number, "
    + _COLUMNS
    + """)
SELECT %(branch)s, level, %(day)s, key, %(now)s, CASE WHEN level = 'b' THEN %(number)s::bigint END, sub_branch_id,
  agency_office_id, coalesce(paying, 0), coalesce(paying_pu, 0),
  coalesce(catch_up, 0), coalesce(catch_up_pu, 0), coalesce(ended, 0), coalesce(ended_pu, 0), coalesce(arrears_members, 0),
  coalesce(arrears_members_pu, 0), coalesce(arrears, 0), coalesce(arrears_pu, 0), coalesce(custody, 0),
  coalesce(custody_overdue, 0), coalesce(agents_active, 0), coalesce(licences_ending, 0), quota_cap, quota_consumed,
  quota_leased, quota_left
FROM (SELECT 'b' AS level, %(branch)s::int::text AS key UNION SELECT level, key FROM of_members
  UNION SELECT level, key FROM of_agents) AS keys
LEFT JOIN of_members USING (level, key) LEFT JOIN of_agents USING (level, key) LEFT JOIN quota USING (level, key)
ORDER BY level, key
ON CONFLICT (branch_id, level, day, key) DO UPDATE SET taken_at = excluded.taken_at, number = excluded.number, ("""
    + _COLUMNS
    + ") = ROW (excluded."
    + ", excluded.".join(_COLUMNS.replace("\n", " ").replace(" ", "").split(","))
    + ")"
)
# What stood at something earlier today and is not found any more.
_GONE: LiteralString = (
    "UPDATE figures_standing SET taken_at = %(now)s, "
    + _NOUGHT
    + " WHERE branch_id = %(branch)s AND day = %(day)s AND level = ANY ('{s,o,a,r,d}') AND taken_at < %(now)s"
)
# The branches whose position is another than that of their last row of today, or that have none of today. By their keys. Moments
# tell nothing here: a Work that began before a row was taken, and ended after it, moved the branch at its beginning.
_DUE: LiteralString = """
SELECT p.branch_id, o.timezone FROM events_position p
JOIN offices_office o ON o.id = p.branch_id
CROSS JOIN LATERAL (SELECT %(now)s::timestamptz AT TIME ZONE o.timezone AS at) t
LEFT JOIN figures_standing s ON s.branch_id = p.branch_id AND s.level = 'b' AND s.day = t.at::date AND s.key = p.branch_id::text
WHERE s.day IS NULL OR s.number IS DISTINCT FROM p.number OR (%(ending)s AND extract(hour FROM t.at) = 23)
ORDER BY 1
"""


def due(work: Work, *, ending: bool = False) -> list[tuple[int, str]]:
    """(branch, time zone) of branches to take; with ``ending`` also all whose day is in its last hour."""
    return [(row[0], row[1]) for row in work.rows(_DUE, {"now": work.now, "ending": ending})]


def take(work: Work, *, branch_id: int, timezone: str) -> None:
    """Writes the rows of the branch's today. A fixed number of statements, whatever the branch holds."""
    day = branch_day(work.now, timezone)
    # First: what happens while the rest is read is taken once more rather than missed.
    (number,) = work.row("SELECT number FROM events_position WHERE branch_id = %s", [branch_id]) or (None,)
    asked: dict[str, Any] = {"branch": branch_id, "day": day, "now": work.now, "expiring": day + EXPIRING}
    asked["number"] = number
    asked |= {
        "words": _json(each._asdict() for each in cover.bounds(day)),
        "quota": _json(_quota(work, branch_id, day)),
    }
    work.execute(_TAKE, asked)
    work.execute(_GONE, asked)


def _quota(work: Work, branch_id: int, day: date) -> list[dict[str, object]]:
    """One row of all segments together; none where the branch is not capped."""
    found = quota.of_day(work, branch_id=branch_id, day=day)
    sums: dict[str, object] = {
        "quota_cap": sum(one.cap for one in found),
        "quota_consumed": sum(one.consumed for one in found),
        "quota_leased": sum(one.leased for one in found),
        "quota_left": sum(one.left for one in found),
    }
    return [sums] if found else []


def _json(rows: Iterable[dict[str, object]]) -> str:
    return orjson.dumps(list(rows)).decode()
