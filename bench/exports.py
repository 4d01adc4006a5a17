"""A million ledger entries to a file, as XLSX and as Parquet: the most memory the whole process took, by the kernel's count.

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
job = export._Job(UUID(int=0), "ledger", form, (branch,), None, None, date(2026, 1, 1), date(2026, 12, 31), "", "id")
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "plain"
    rows = export.write(job, path, folder=Path(folder))
    size = path.stat().st_size
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"rows": rows, "size": size, "peak": peak}))
"""

_LEDGER = """
INSERT INTO payments_ledger_entry (branch_id, id, at, debit, credit, amount)
SELECT %(branch)s, uuidv7(), timestamptz '2026-03-01' + n * interval '10 seconds', 'bank:bench', 'receivable', 16800 + n %% 9
FROM generate_series(1, %(rows)s) n
"""


def run(env: Env) -> dict[str, Any]:
    branch = next_free_branch()
    size = {"branch": branch, "rows": ROWS}
    with psycopg.connect(env.owner_url, autocommit=True) as database:
        database.execute(
            "INSERT INTO offices_office (id, kind, branch_id, path, code, name, timezone, province_code, regencies, address,"
            " is_demo, is_open) VALUES (%(branch)s, 'branch', %(branch)s, ARRAY[%(branch)s::int], 'KC-' || %(branch)s, 'KC Bench',"
            " 'Asia/Jakarta', '15', '{15.71}', '', true, true) ON CONFLICT DO NOTHING",
            size,
        )
        database.execute(_LEDGER, size)
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
