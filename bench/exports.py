"""A million payments to a file, as XLSX and as Parquet: the most memory that the whole process took, from the kernel's own count.

Each file is made in a process of its own, as the job makes it: the same statement, cursor, Work and sink."""

import json
import subprocess
import sys
import time
from typing import Any, Final

import psycopg

from bench._push_world import analyze, next_free_branch
from perisai.web.bench import Env

ROWS: Final = 1_000_000
MOST_MIB: Final = 300

_CHILD: Final = """
import json, resource, sys, tempfile
from pathlib import Path
import django
django.setup()
from datetime import date
from uuid import UUID
from perisai.documents import export
branch, form = int(sys.argv[1]), sys.argv[2]
job = export._Job(UUID(int=0), "payments", form, (branch,), None, None, date(2026, 1, 1), date(2026, 12, 31), "", "id")
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "plain"
    rows = export.write(job, path, folder=Path(folder))
    size = path.stat().st_size
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"rows": rows, "size": size, "peak": peak}))
"""

_PERSONS = """
INSERT INTO members_person (branch_id, id, nik_sealed, nik_hash, nik_masked, name, name_key, birth_place, birth_date, sex,
  phone_owner, address, region_code, created_at)
SELECT %(branch)s, uuidv7(), '', sha256(n::text::bytea), '1571********' || lpad((n %% 10000)::text, 4, '0'), 'Peserta Uji ' || n,
  'peserta uji ' || n, '', '1990-01-01', 'F', 'none', '', '15.71.08.1001', now() FROM generate_series(1, %(members)s) n
"""
_ENROLMENTS = """
INSERT INTO members_enrolment (branch_id, id, person_id, segment, state, region_code, captured_from, captured_to, captured_on,
  received_at, jobs, income, base_income, transport, employs_others, programmes, months, rules, quota_over, warnings, core_state,
  core_is_demo)
SELECT branch_id, uuidv7(), id, 'BPU', 'ended', region_code, now(), now(), now(), now(), '{}', 0, 0, false, false, '{JKK,JKM}', 1,
  '', false, '{}', 'none', false FROM members_person WHERE branch_id = %(branch)s
"""
_BILLS = """
INSERT INTO contributions_bill (branch_id, id, enrolment_id, payment_code, state, first_month, months, lines, amount, rules,
  issued_at, priced_at, pay_by, paid_at, origin)
SELECT e.branch_id, uuidv7(), e.id, '8', 'paid', date '2025-01-01' + make_interval(months => n), 1, '[]', 16800, '', now(), now(),
  now(), now(), 'first'
FROM members_enrolment e, generate_series(1, %(each)s) n WHERE e.branch_id = %(branch)s
"""
_PAYMENTS = """
INSERT INTO payments_payment (branch_id, id, bill_id, enrolment_id, bank_id, payment_request_id, reference_no, amount, paid_at,
  confirmed_at, source)
SELECT branch_id, uuidv7(), id, enrolment_id, 'bench', id::text, 'REF' || id, amount, first_month + interval '14 months',
  timestamptz '2026-03-01', 'snap'
FROM contributions_bill WHERE branch_id = %(branch)s
"""


def run(env: Env) -> dict[str, Any]:
    branch, members = next_free_branch(), 100_000
    size = {"branch": branch, "members": members, "each": ROWS // members}
    with psycopg.connect(env.owner_url, autocommit=True) as database:
        database.execute(
            "INSERT INTO offices_office (id, kind, branch_id, path, code, name, timezone, province_code, regencies, address,"
            " is_demo, is_open) VALUES (%(branch)s, 'branch', %(branch)s, ARRAY[%(branch)s::int], 'KC-' || %(branch)s, 'KC Bench',"
            " 'Asia/Jakarta', '15', '{15.71}', '', true, true) ON CONFLICT DO NOTHING",
            size,
        )
        for sql in (_PERSONS, _ENROLMENTS, _BILLS, _PAYMENTS):
            database.execute(sql, size)
    analyze(env.owner_url)
    return {"name": "exports", "figures": [figure for form in ("parquet", "xlsx") for figure in _make(branch, form)]}


def _make(branch: int, form: str) -> list[dict[str, Any]]:
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, str(branch), form], stdout=subprocess.PIPE, check=True, text=True
    )
    seconds = time.monotonic() - begun
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["rows"] == ROWS, told
    return [
        {
            "what": f"{form}: most memory",
            "value": round(told["peak"], 1),
            "unit": "MiB",
            "limit": MOST_MIB,
            "goal": f"<= {MOST_MIB}",
            "met": told["peak"] <= MOST_MIB,
        },
        {
            "what": f"{form}: rows",
            "value": round(told["rows"] / seconds),
            "unit": "rows/s",
            "met": True,
        },
    ]
