"""Twenty thousand agents, two hundred thousand candidates and as many attempts at exams in ten branches, one of them large; loaded
set-based."""

from typing import Any

import psycopg

from bench._push_world import WORDS
from perisai.recruitment.application import words_of
from perisai.web.demo.places import HEAD, KANWIL

AGENTS, CANDIDATES, TIMES = 20_000, 200_000, 10
BRANCHES, FIRST = 10, 9101
LARGE_SHARE = 0.4
"""Of everything, in the first branch: a page of its officers is the hard one."""

_OFFICES = """
INSERT INTO offices_office (id, kind, parent_id, branch_id, path, code, name, timezone, province_code, regencies, address,
  is_demo, is_open)
SELECT n, 'branch', %(region)s, n, ARRAY[%(head)s, %(region)s, n], 'KC-' || n, 'KC Bench ' || n, 'Asia/Jakarta', '15',
  '{15.71}', '', true, true
FROM generate_series(%(first)s::int, %(last)s::int) n ON CONFLICT DO NOTHING
"""
_POSITIONS = """
INSERT INTO events_position (branch_id, number) SELECT n, 0 FROM generate_series(%(first)s::int, %(last)s::int) n
ON CONFLICT DO NOTHING
"""
# The branch of the nth row: the large one for its share, then the others in turn.
_BRANCH = """CASE WHEN n <= %(all)s * %(share)s THEN %(first)s ELSE %(first)s + 1 + n %% (%(count)s - 1) END::int"""
_NAME = "%(words)s::text[]"
_AGENTS = f"""
INSERT INTO agents_agent (branch_id, id, code, full_name, phone, state, since)
SELECT b, uuidv7(), format('P-%%s-%%s', b, lpad(n::text, 6, '0')),
  ({_NAME})[1 + n * 7 %% %(many)s] || ' ' || ({_NAME})[1 + n / %(many)s * 3 %% %(many)s], '+62812' || lpad(n::text, 8, '0'),
  CASE WHEN n %% 10 = 0 THEN 'ended' ELSE 'active' END, current_date - (n %% 900)::int
FROM (SELECT n, {_BRANCH} AS b FROM generate_series(1, %(all)s) n) AS numbered
"""
_LICENCES = """
INSERT INTO agents_licence (branch_id, id, agent_id, number, valid_from, valid_to, state, state_since)
SELECT branch_id, uuidv7(), id, 'L' || substr(code, 2), current_date - 200,
  current_date + (hashtext(code) & 127) - 20, 'valid', now()
FROM agents_agent WHERE branch_id BETWEEN %(first)s AND %(last)s
"""
# Most have been decided long ago; about one in twelve is on the way.
_CANDIDATES = f"""
INSERT INTO recruitment_candidate (branch_id, id, form_key, state, state_since, applied_at, full_name, nik_sealed, nik_hash,
  nik_masked, birth_date, education, phone, bank, account_sealed, account_masked, account_holder, is_bpu_member, kpj,
  is_bpjs_employee, districts, language, consent_version, consented_at, code_hash, warnings, reason_code, reason_note)
SELECT b, uuidv7(), gen_random_uuid(), s, at, at, name, '\\x00', sha256(('n' || n)::bytea),
  '1571**********' || lpad((n %% 100)::text, 2, '0'),
  date '1980-01-01' + (n %% 7000)::int, 3, '+62813' || lpad(n::text, 8, '0'), 'BNI', '\\x00', '0123****89', name, true, '', false,
  '{{15.71.08}}', 'id', '2026-11', at, sha256(('c' || n)::bytea), '{{}}', CASE s WHEN 'refused' THEN 'no_place' ELSE '' END, ''
FROM (
  SELECT n, {_BRANCH} AS b, now() - make_interval(mins => (%(all)s - n) * 6) AS at,
    ({_NAME})[1 + n * 11 %% %(many)s] || ' ' || ({_NAME})[1 + n / %(many)s * 5 %% %(many)s] || ' '
      || ({_NAME})[1 + n / 3600 %% %(many)s] AS name,
    CASE WHEN n %% 12 < 7 THEN 'refused' WHEN n %% 12 < 9 THEN 'withdrawn' WHEN n %% 12 < 11 THEN 'licensed'
      ELSE (ARRAY['applied', 'screened', 'in_training', 'examined'])[1 + n / 12 %% 4] END AS s
  FROM generate_series(1, %(all)s) n
) AS made ORDER BY n
"""
_WORDS = """
INSERT INTO recruitment_word (branch_id, word, candidate_id)
SELECT DISTINCT c.branch_id, lower(w), c.id FROM recruitment_candidate c, unnest(string_to_array(c.full_name, ' ')) w
WHERE c.branch_id BETWEEN %(first)s AND %(last)s
"""
_DOCUMENTS = """
INSERT INTO recruitment_document (branch_id, id, candidate_id, kind, media_type, size, added_at)
SELECT c.branch_id, uuidv7(), c.id, k, 'image/jpeg', 100000, now()
FROM recruitment_candidate c, unnest(ARRAY['id_card', 'face']) k WHERE c.branch_id BETWEEN %(first)s AND %(last)s
"""
# Each agent took the branch's exam ten times, a day apart; every third failed, one in fifty annulled. No papers: lists read none.
_EXAMS = """
INSERT INTO exams_exam (branch_id, id, name_id, name_en, state, for_licence, changed_at)
SELECT n, md5('exam' || n)::uuid, 'Ujian bench', 'Bench exam', 'open', true, now()
FROM generate_series(%(first)s::int, %(last)s::int) n
"""
_SEATS = """
INSERT INTO exams_seat (branch_id, id, exam_id, trainee_id, given_at, expires_at)
SELECT branch_id, md5('seat' || id)::uuid, md5('exam' || branch_id)::uuid, id, now(), now() + interval '90 days'
FROM agents_agent WHERE branch_id BETWEEN %(first)s AND %(last)s
"""
_ATTEMPTS = """
INSERT INTO exams_attempt (branch_id, id, exam_id, seat_id, trainee_id, number, seed, minutes, pass_percent, started_at, due_at,
  ended_at)
SELECT branch_id, uuidv7(), md5('exam' || branch_id)::uuid, md5('seat' || id)::uuid, id, n, 1, 45, 70, at,
  at + interval '45 minutes', CASE WHEN n < %(times)s OR hashtext(code) %% 20 <> 0 THEN at + interval '30 minutes' END
FROM generate_series(1, %(times)s) n, agents_agent a, LATERAL (SELECT now() - make_interval(days => %(times)s - n) AS at) AS started
WHERE branch_id BETWEEN %(first)s AND %(last)s ORDER BY n, a.id
"""
_RESULTS = """
INSERT INTO exams_result (branch_id, attempt_id, exam_id, trainee_id, ending, correct, questions, pass_percent, passed, topics,
  answers, ended_at, ended_on)
SELECT branch_id, id, exam_id, trainee_id, 'submitted', CASE WHEN fails THEN 12 ELSE 25 END, 30, 70, NOT fails, '[]', '[]',
  ended_at, ended_at::date
FROM exams_attempt, LATERAL (SELECT hashtext(id::text) %% 3 = 0 AS fails) AS told
WHERE branch_id BETWEEN %(first)s AND %(last)s AND ended_at IS NOT NULL
"""
_ANNULMENTS = """
INSERT INTO exams_annulment (branch_id, attempt_id, reason, note, gives_back, annulled_at)
SELECT branch_id, attempt_id, 'technical', 'x', true, now() FROM exams_result
WHERE branch_id BETWEEN %(first)s AND %(last)s AND hashtext(attempt_id::text) %% 50 = 1
"""
_TABLES = (
    "agents_agent",
    "agents_licence",
    "recruitment_candidate",
    "recruitment_word",
    "recruitment_document",
    "exams_seat",
    "exams_attempt",
    "exams_result",
    "exams_annulment",
    "offices_office",
)


def load(owner_url: str) -> None:
    """Once for a data folder; then what is there stays."""
    names = [name for name in WORDS if words_of(name) == [name.lower()]]
    base: dict[str, Any] = {"first": FIRST, "last": FIRST + BRANCHES - 1, "count": BRANCHES, "share": LARGE_SHARE}
    base |= {"head": HEAD, "region": KANWIL, "words": names, "many": len(names)}
    with psycopg.connect(owner_url, autocommit=True) as owner:
        if owner.execute("SELECT 1 FROM exams_exam WHERE branch_id = %s LIMIT 1", [FIRST]).fetchone():
            return
        with owner.transaction():
            if not owner.execute(
                "SELECT 1 FROM recruitment_candidate WHERE branch_id = %s LIMIT 1", [FIRST]
            ).fetchone():
                _load_people(owner, base)
            owner.execute(_EXAMS, base)
            owner.execute(_SEATS, base)
            owner.execute(_ATTEMPTS, base | {"times": TIMES})
            owner.execute(_RESULTS, base)
            owner.execute(_ANNULMENTS, base)
        for table in _TABLES:
            owner.execute(f"VACUUM ANALYZE {table}")  # as autovacuum would have, some minutes later


def _load_people(owner: psycopg.Connection, base: dict[str, Any]) -> None:
    owner.execute(_OFFICES, base)
    owner.execute(_POSITIONS, base)
    owner.execute(_AGENTS, base | {"all": AGENTS})
    owner.execute(_LICENCES, base)
    owner.execute(_CANDIDATES, base | {"all": CANDIDATES})
    owner.execute(_WORDS, base)
    owner.execute(_DOCUMENTS, base)
