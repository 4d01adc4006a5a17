"""Branches full of active members for the bill bench: declared incomes as people give them, every fourth with JHT, every sixth in
transport, all paid through last month. Loaded set-based."""

from dataclasses import dataclass
from datetime import date

import psycopg

from bench._push_world import _make_branch
from perisai.events.scope import Scope
from perisai.events.work import Work

# Incomes of 1 to 6.5 million in steps of 50,000; loaded as the owner, in the order of ids, as a branch grows.
_MEMBERS = """
WITH numbered AS MATERIALIZED (
  SELECT n, uuidv7() AS id, uuidv7() AS person FROM generate_series(1, %(count)s) n
), persons AS (
  INSERT INTO members_person (branch_id, id, nik_sealed, nik_hash, nik_masked, name, name_key, birth_place, birth_date, sex,
    phone_owner, address, region_code, created_at)
  SELECT %(branch)s, person, '\\x00', sha256(person::text::bytea), '1571**********00', 'Siti Aminah', 'siti', 'Jambi',
    date '1970-01-01' + (n %% 12000)::int, 'F', 'none', '', '15.71.08.1001', now() FROM numbered
)
INSERT INTO members_enrolment (branch_id, id, person_id, segment, state, agent_id, region_code, captured_from, captured_to,
  captured_on, received_at, jobs, income, base_income, transport, employs_others, programmes, months, rules, quota_over,
  warnings, core_state, core_is_demo, payment_code, activated_at, cover_from, first_month, paid_through)
SELECT %(branch)s, id, person, 'BPU', 'active', %(agent)s::uuid, '15.71.08.1001', since, since, since::date, since,
  '{trade.market}',
  1000000 + 50000 * (hashtext(n::text) & 127 %% 110), 1600000, n %% 6 = 0, false,
  CASE WHEN n %% 4 = 0 THEN '{JHT,JKK,JKM}'::text[] ELSE '{JKK,JKM}' END, 1, 'bench', false, '{}', 'none', false,
  '88' || lpad(%(branch)s::text, 5, '0') || lpad(n::text, 9, '0'), since, since, since::date, %(paid)s
FROM numbered, (SELECT timestamptz '2026-06-01 03:00+00' AS since) AS began ORDER BY n
"""


@dataclass(frozen=True)
class Place:
    branch_id: int
    members: int


def make_members(owner_url: str, branch_id: int, count: int, paid: date) -> Place:
    """Members of a new branch who have paid through the month ``paid``."""
    with Work(scope=Scope.branch(branch_id)) as work:
        _make_branch(work, branch_id)
    with psycopg.connect(owner_url) as owner:
        agent = "00000000-0000-7000-8000-000000000001"
        owner.execute(_MEMBERS, {"branch": branch_id, "count": count, "agent": agent, "paid": paid})
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE members_enrolment")
    return Place(branch_id, count)
