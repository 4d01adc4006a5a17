"""Two installations beside each other, each a database of its own: the same hundred branches and twenty thousand agents, one with
few events, all of this month, one with many over two years. Loaded set-based, kept in the data folder."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql

from perisai.contributions.cover.rule import add_months
from perisai.events import country
from perisai.events.recount import COUNT, counting
from perisai.web import services
from perisai.web.bench import Env
from perisai.web.commands import CannotRun, run_step_here
from perisai.web.postgres import Cluster
from perisai.web.postgres_setup import statements

REGIONS, BRANCHES, AGENTS = 10, 100, 20_000
HEAD, FIRST_REGION, FIRST_BRANCH, FIRST_WITHIN = 1, 10, 101, 1001
ZONE = "Asia/Jakarta"
WITHIN = 7
"""Two sub-branches and five agency offices a branch."""
PER_VISIT, YEARS = 4, 2

_OFFICES = """
INSERT INTO offices_office (id, kind, parent_id, branch_id, path, code, name, timezone, province_code, regencies, address,
  is_demo, is_open)
VALUES (%(head)s, 'head', NULL, NULL, ARRAY[%(head)s::int], 'KP', 'Kantor Pusat', 'Asia/Jakarta', NULL, '{}', '', true, true);
"""
_REGIONS = """
INSERT INTO offices_office (id, kind, parent_id, branch_id, path, code, name, timezone, province_code, regencies, address,
  is_demo, is_open)
SELECT n, 'region', %(head)s, NULL, ARRAY[%(head)s, n], 'KW-' || n, 'Kanwil ' || n, 'Asia/Jakarta', '15', '{}', '', true, true
FROM generate_series(%(region)s::int, %(region)s::int + %(regions)s::int - 1) n
"""
_BRANCHES = """
INSERT INTO offices_office (id, kind, parent_id, branch_id, path, code, name, timezone, province_code, regencies, address,
  is_demo, is_open)
SELECT b, 'branch', r, b, ARRAY[%(head)s, r, b], 'KC-' || b, 'KC Bench ' || b, 'Asia/Jakarta', '15', '{15.71}', '', true, true
FROM generate_series(%(branch)s::int, %(branch)s::int + %(branches)s::int - 1) b,
  LATERAL (SELECT %(region)s::int + b %% %(regions)s::int AS r) above
"""
_WITHIN = """
INSERT INTO offices_office (id, kind, parent_id, branch_id, path, code, name, timezone, province_code, regencies, address,
  is_demo, is_open)
SELECT %(within)s + (o.id - %(branch)s) * %(each)s + n, CASE WHEN n < 2 THEN 'sub_branch' ELSE 'agency' END, o.id, o.id,
  o.path || (%(within)s + (o.id - %(branch)s) * %(each)s + n)::int, 'K-' || o.id || '-' || n, 'Kantor ' || n, o.timezone, '15',
  '{}', '', true, true
FROM offices_office o, generate_series(0, %(each)s - 1) n WHERE o.kind = 'branch'
"""
_POSITIONS = "INSERT INTO events_position (branch_id, number) SELECT id, 0 FROM offices_office WHERE kind = 'branch'"
_AGENTS = """
INSERT INTO agents_agent (branch_id, id, code, full_name, phone, state, since, sub_branch_id, agency_office_id)
SELECT b, uuidv7(), format('P-%%s-%%s', b, lpad(n::text, 6, '0')), 'Agen ' || n, '', 'active', current_date - 500,
  CASE WHEN n / %(branches)s %% 7 < 2 THEN w + n / %(branches)s %% 7 END,
  CASE WHEN n / %(branches)s %% 7 >= 2 THEN w + n / %(branches)s %% 7 END
FROM generate_series(0, %(agents)s - 1) n, LATERAL (SELECT %(branch)s::int + n %% %(branches)s AS b) of,
  LATERAL (SELECT %(within)s + (b - %(branch)s) * %(each)s AS w) near
"""
_LICENCES = """
INSERT INTO agents_licence (branch_id, agent_id, number, valid_from, valid_to, state, state_since)
SELECT branch_id, id, 'L-' || code, current_date - 300, current_date + 65, 'valid', now() FROM agents_agent
"""
_PLACEMENTS = """
INSERT INTO agents_placement (branch_id, agent_id, sub_branch_id, agency_office_id, districts, during, reason, placed_at)
SELECT branch_id, id, sub_branch_id, agency_office_id, '{15.71.08}', daterange(current_date - 500, NULL), '', now()
FROM agents_agent
"""
_QUOTAS = """
INSERT INTO targets_quota (branch_id, period, target, cap_percent, cap, mode, consumed, leased, over, grandfathered)
SELECT id, %(month)s, 5000, 100, 5000, 'queue', 100, 10, 0, 0 FROM offices_office WHERE kind = 'branch'
"""
_PLANS = """
WITH plan AS (
  INSERT INTO targets_upper_plan (id, office_id, year, version, state, from_month, revision, made_at, approved_at, approved_on)
  SELECT uuidv7(), id, extract(year FROM %(month)s::date), 1, 'approved', %(month)s, 0, now(), now(), %(month)s
  FROM offices_office WHERE kind IN ('head', 'region') RETURNING id, office_id
)
INSERT INTO targets_upper_figure (plan_id, month, segment, measure, child_level, child_key, value)
SELECT p.id, %(month)s, 'BPU', 'persons', o.kind, o.id::text, 5000
FROM plan p JOIN offices_office o ON o.parent_id = p.office_id AND o.kind IN ('region', 'branch')
"""
_PLANS_WITHIN = """
WITH plan AS (
  INSERT INTO targets_plan (branch_id, id, office_id, year, version, state, from_month, revision, made_at, approved_at, approved_on)
  SELECT id, uuidv7(), id, extract(year FROM %(month)s::date), 1, 'approved', %(month)s, 0, now(), now(), %(month)s
  FROM offices_office WHERE kind = 'branch' RETURNING branch_id, id
), child AS (
  SELECT branch_id, CASE kind WHEN 'agency' THEN 'agency_office' ELSE kind END AS level, id::text AS key FROM offices_office
  WHERE kind IN ('sub_branch', 'agency')
  UNION ALL SELECT branch_id, 'agent', id::text FROM agents_agent
)
INSERT INTO targets_figure (branch_id, plan_id, month, segment, measure, child_level, child_key, value)
SELECT p.branch_id, p.id, %(month)s, 'BPU', 'persons', c.level, c.key, 20 FROM plan p JOIN child c USING (branch_id)
"""
_STANDINGS = """
INSERT INTO figures_standing (branch_id, level, day, key, taken_at, paying, paying_pu, catch_up, catch_up_pu, ended, ended_pu,
  arrears_members, arrears_members_pu, arrears, arrears_pu, custody, custody_overdue, agents_active, licences_ending)
SELECT k.branch_id, k.level, d::date, k.key, d, 50, 5, 9, 1, 7, 0, 9, 1, 900000, 90000, 50000, 0, 1, 0
FROM (
  SELECT id AS branch_id, 'b' AS level, id::text AS key FROM offices_office WHERE kind = 'branch'
  UNION ALL SELECT branch_id, CASE kind WHEN 'agency' THEN 'o' ELSE 's' END, id::text FROM offices_office
    WHERE kind IN ('agency', 'sub_branch')
  UNION ALL SELECT branch_id, 'a', id::text FROM agents_agent
) k, generate_series(%(today)s::date - 40, %(today)s::date, interval '1 day') d
"""
_COHORTS = """
INSERT INTO figures_cohort (branch_id, level, month, stage, key, segment, persons, taken_at)
SELECT id, 'b', m::date, s, id::text, 'BPU', 40, m FROM offices_office,
  generate_series(%(month)s::date - interval '24 months', %(month)s::date - interval '2 months', interval '1 month') m,
  unnest('{accepted,first_paid}'::text[]) s WHERE kind = 'branch'
"""
# Visits go through the days evenly, agent after agent, a few events each; kinds and kecamatan by turns.
_EVENTS = """
INSERT INTO events_event (branch_id, number, id, received_at, kind, sub_branch_id, agency_office_id, agent_id, region_code,
  segment, subject_id, quantity, amount, captured_from, captured_to, day_captured, hour_captured, day_received, detail)
SELECT %(branch)s, g, uuidv7(), t.at, k.kind, (%(subs)s::int[])[i], (%(offices)s::int[])[i], (%(ids)s::uuid[])[i],
  '15.' || lpad((1 + v.visit %% 5)::text, 2, '0') || '.' || lpad((1 + v.visit %% 4)::text, 2, '0') || '.1001',
  CASE WHEN g %% 9 = 0 THEN 'PU' ELSE 'BPU' END, uuidv7(), 1, 16800 + g %% 97, t.at, t.at, d.day,
  CASE WHEN k.kind = 'enrolment_accepted' THEN 8 + g %% 9 END, d.day, '{}'
FROM generate_series(1, %(count)s) g
CROSS JOIN LATERAL (SELECT (g - 1) / %(per)s AS visit) v
CROSS JOIN LATERAL (SELECT 1 + (v.visit %% cardinality(%(ids)s::uuid[]))::int AS i) a
CROSS JOIN LATERAL (SELECT %(first)s::date + (v.visit * %(days)s / %(visits)s)::int AS day) d
CROSS JOIN LATERAL (SELECT (ARRAY['enrolment_accepted', 'member_activated', 'payment_confirmed', 'payment_confirmed',
  'enrolment_accepted', 'bill_issued', 'payment_confirmed', 'visit_recorded'])[1 + g %% 8] AS kind) k
CROSS JOIN LATERAL (SELECT (d.day + make_interval(hours => 8 + (g %% 9)::int)) AT TIME ZONE 'Asia/Jakarta' AS at) t
"""
_MOVED = "UPDATE events_position SET number = %s, moved_at = %s WHERE branch_id = %s"
_TABLES = (
    "events_event",
    "events_country",
    "events_counter",
    "events_position",
    "agents_agent",
    "agents_licence",
    "agents_placement",
    "offices_office",
    "figures_standing",
    "figures_cohort",
    "targets_figure",
    "targets_upper_figure",
)


@dataclass(frozen=True)
class World:
    """``web``: as the role that serves the web, under row-level security."""

    name: str
    events: int
    web: str


def make(env: Env, name: str, events: int, *, days: int) -> World:
    """A database with that many events, evenly over so many days up to today. What is there already stays."""
    cluster = Cluster(env.data)
    database = f"bench_{name}_{events}"
    with psycopg.connect(cluster.url("superuser"), autocommit=True) as server:
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            server.execute(sql.SQL("CREATE DATABASE {} OWNER perisai_owner").format(sql.Identifier(database)))
    owner_url = cluster.url("owner", database)
    with psycopg.connect(cluster.url("superuser", database), autocommit=True) as server:
        for statement in statements():
            server.execute(statement)
    step = services.migrate(env.config)
    if (
        run_step_here(
            services.Service(step.name, step.command, env={"DATABASE_URL": owner_url, "DATABASE_OWNER_URL": owner_url}),
            quiet=True,
        )
        != 0
    ):
        raise CannotRun(f"The database {database} could not be migrated.")
    _load(owner_url, events, days)
    return World(name, events, cluster.url("web", database))


def _load(owner_url: str, events: int, days: int) -> None:
    today = datetime.now(UTC).date()
    with psycopg.connect(owner_url, autocommit=True) as owner:
        done = owner.execute("SELECT branch_id FROM events_position WHERE number > 0").fetchall()
        if len(done) == BRANCHES:
            return
        if not owner.execute("SELECT 1 FROM offices_office LIMIT 1").fetchone():
            with owner.transaction():
                _load_places(owner, today)
        owner.execute("SET synchronous_commit = off")
        owner.execute("SET work_mem = '256MB'")
        first = today - timedelta(days=days - 1)
        month = first.replace(day=1)
        while month <= today:
            owner.execute("SELECT events_make_partitions(%s, 1)", [month])
            month = add_months(month, 1)
        for branch in sorted(set(range(FIRST_BRANCH, FIRST_BRANCH + BRANCHES)) - {row[0] for row in done}):
            with owner.transaction():
                _load_events(owner, branch, events // BRANCHES, first, days)
        _add_up_country(owner, today - timedelta(days=1))
        for table in _TABLES:
            owner.execute(f"VACUUM ANALYZE {table}")  # type: ignore[arg-type]


def _add_up_country(owner: psycopg.Connection, day: date) -> None:
    """As the hourly job has done by the morning."""
    with owner.transaction():
        owner.execute(
            "SELECT set_config('perisai.branches', (SELECT array_agg(branch_id) FROM events_position)::text, true)"
        )
        owner.execute(country.ADD, country.adding(ZONE, country.NEVER, day))
        owner.execute("INSERT INTO events_country_day (timezone, day) VALUES (%s, %s)", [ZONE, day])


def _load_places(owner: psycopg.Connection, today: date) -> None:
    facts: dict[str, Any] = {"head": HEAD, "region": FIRST_REGION, "regions": REGIONS, "branch": FIRST_BRANCH}
    facts |= {"branches": BRANCHES, "within": FIRST_WITHIN, "each": WITHIN, "agents": AGENTS}
    facts |= {"today": today, "month": today.replace(day=1)}
    for statement in (_OFFICES, _REGIONS, _BRANCHES, _WITHIN, _POSITIONS, _AGENTS, _LICENCES, _PLACEMENTS):
        owner.execute(statement, facts)
    for statement in (_QUOTAS, _PLANS, _PLANS_WITHIN, _STANDINGS, _COHORTS):
        owner.execute(statement, facts)


def _load_events(owner: psycopg.Connection, branch: int, count: int, first: date, days: int) -> None:
    rows = owner.execute(
        "SELECT id, sub_branch_id, agency_office_id FROM agents_agent WHERE branch_id = %s ORDER BY code", [branch]
    ).fetchall()
    per = PER_VISIT if count >= PER_VISIT * len(rows) else 1
    facts: dict[str, Any] = {"branch": branch, "count": count, "first": first, "days": days, "per": per}
    facts |= {"visits": -(-count // per), "ids": [row[0] for row in rows]}
    facts |= {"subs": [row[1] for row in rows], "offices": [row[2] for row in rows]}
    owner.execute(_EVENTS, facts)
    owner.execute(COUNT, counting(branch))
    owner.execute(_MOVED, [count, datetime.now(UTC), branch])
