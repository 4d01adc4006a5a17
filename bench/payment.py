"""One payment notification over HTTP, signature checked, against ``pgbench`` running the same SQL.

The SQL is recorded from real notifications that are rolled back. What differs between them becomes a column of a staging
table, which the pgbench script reads first (one look-up more than we do); the rest is written into the script, which runs
with prepared statements. Each client has a branch of its own on both sides. Rounds are interleaved, bodies are made
beforehand, the clients' own CPU seconds are measured.
"""

import http.client
import re
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import orjson
import psycopg
from django.db import connection, transaction
from django.test import RequestFactory
from psycopg import sql as literal_sql

from bench import _payment_world as world
from bench._push_world import analyze, next_free_branch
from bench.push import Round, crew
from perisai.payments.api import va_payment
from perisai.web.bench import Env
from perisai.web.postgres import Cluster
from perisai.web.simulate.bank import BankSimulator

LANES = 4
EACH = 150
"""Payments of a client in a round."""
ROUNDS = 4
GOAL = 0.25
PATH = "/snap/v1.0/transfer-va/payment"
MARK = re.compile(r"%s|%\((\w+)\)s|%%")

Sent = tuple[bytes, dict[str, str]]
Statement = tuple[str, Any]


def run(env: Env) -> dict[str, Any]:
    credentials = world.make_bank()
    first = next_free_branch()
    owed = [world.make_owed(first + lane, EACH * ROUNDS) for lane in range(2 * LANES)]
    bank = BankSimulator(env.origin, credentials)
    made = [[_make(bank, one) for one in lane] for lane in owed]
    recorded = [_record(lane) for lane in made[LANES:]]
    ours, limit = [], []
    with tempfile.TemporaryDirectory() as folder:
        script = _prepare_pgbench(env, recorded, Path(folder))
        analyze(env.owner_url)
        parts = [slice(index * EACH, (index + 1) * EACH) for index in range(ROUNDS)]
        with crew([(_send, env.origin, [lane[part] for part in parts]) for lane in made[:LANES]]) as senders:
            for _ in parts:
                ours.append(senders())
                limit.append(_pgbench(env, script))
    return {"name": "payment", "figures": [_figure(ours, limit)], "clients": LANES, "statements": len(recorded[0][0])}


def _figure(ours: list[Round], limit: list[float]) -> dict[str, Any]:
    rate = sorted(LANES * EACH / one.seconds for one in ours)[ROUNDS // 2]
    bound = sorted(limit)[ROUNDS // 2]
    return {
        "what": "payment",
        "value": round(rate),
        "unit": "notifications/s",
        "limit": round(bound),
        "ratio": round(rate / bound, 3),
        "goal": GOAL,
        "met": rate / bound >= GOAL,
        "client_cpu_seconds": round(sum(one.client_cpu for one in ours) / ROUNDS, 2),
        "round_seconds": round(sum(one.seconds for one in ours) / ROUNDS, 2),
    }


def _make(bank: BankSimulator, owed: world.Owed) -> Sent:
    body = orjson.dumps(bank.payment(owed.code, owed.amount))
    return body, bank.signed_headers(PATH, body)


def _send(origin: str, rounds: list[list[Sent]], barrier: Any, results: Any) -> None:
    parts = urlsplit(origin)
    client = http.client.HTTPConnection(parts.hostname or "", parts.port)
    client.connect()
    for sent in rounds:
        barrier.wait(300)
        begun = time.process_time()
        for body, headers in sent:
            client.request("POST", PATH, body, headers)
            response = client.getresponse()
            content = response.read()
            if b'"2002500"' not in content:
                raise RuntimeError(f"{response.status} {content[:300]!r}")
        results.put(time.process_time() - begun)


def _record(sent: list[Sent]) -> list[list[Statement]]:
    """The statements of each notification, from one transaction that is rolled back."""
    recorded: list[list[Statement]] = []

    def listen(execute: Callable[..., Any], statement: Any, params: Any, many: bool, context: Any) -> Any:
        recorded[-1].append((statement, params))
        return execute(statement, params, many, context)

    factory = RequestFactory()
    outer = transaction.atomic()
    outer._from_testcase = True  # lets the durable Works inside take part in a transaction that is rolled back
    with outer, connection.execute_wrapper(listen):
        for body, headers in sent:
            recorded.append([])
            request = factory.post(PATH, data=body, content_type="application/json", headers=headers)
            response = va_payment(request)
            assert response.status_code == 200, response.content
        transaction.set_rollback(True)
    return recorded


def _prepare_pgbench(env: Env, recorded: list[list[list[Statement]]], folder: Path) -> Path:
    """The staging table, a numbering for each client, and the script; returns the script."""
    flat = [payment for lane in recorded for payment in lane]
    shape = [statement for statement, _ in flat[0]]
    assert all([statement for statement, _ in payment] == shape for payment in flat), (
        "not the same statements every time"
    )
    values = [[_in_order(statement, params) for statement, params in payment] for payment in flat]
    varying = [
        (number, place)
        for number, first in enumerate(values[0])
        for place in range(len(first))
        if any(payment[number][place] != first[place] for payment in values) or _looks_like_variable(first[place])
    ]
    with psycopg.connect(env.owner_url, autocommit=True) as owner:
        columns = ", ".join(f"{_name(*one)} text" for one in varying)
        owner.execute("DROP TABLE IF EXISTS bench_payment")
        owner.execute(f"CREATE TABLE bench_payment (lane int, n int, {columns}, PRIMARY KEY (lane, n))")
        for lane in range(LANES):
            owner.execute(f"DROP SEQUENCE IF EXISTS bench_payment_{lane}; CREATE SEQUENCE bench_payment_{lane}")
        marks = ", ".join(["%s"] * (2 + len(varying)))
        rows = [
            (index // (EACH * ROUNDS), index % (EACH * ROUNDS) + 1, *(_as_text(payment[a][b]) for a, b in varying))
            for index, payment in enumerate(values)
        ]
        with owner.cursor() as cursor:
            cursor.executemany(f"INSERT INTO bench_payment VALUES ({marks})", rows)
        script = _script(shape, values[0], set(varying), owner)
    path = folder / "payment.sql"
    path.write_text(script)
    return path


def _script(
    shape: list[str], first: list[list[Any]], varying: set[tuple[int, int]], owner: psycopg.Connection[Any]
) -> str:
    names = ", ".join(_name(*one) for one in sorted(varying))
    mine = "lane = :client_id AND n = (SELECT nextval('bench_payment_' || :client_id))"
    lines = [f"SELECT {names} FROM bench_payment WHERE {mine}\n\\gset"]
    began = False
    for number, statement in enumerate(shape):
        if "set_config('perisai.branches'" in statement and not began:
            lines.append("BEGIN;")
            began = True
        lines.append(_filled(statement, number, first[number], varying, owner) + ";")
    return "\n".join([*lines, "COMMIT;", ""])


def _filled(
    statement: str, number: int, values: list[Any], varying: set[tuple[int, int]], owner: psycopg.Connection[Any]
) -> str:
    """The statement on one line, with variables of pgbench or literals for its marks."""
    places = iter(range(len(values)))

    def fill(match: re.Match[str]) -> str:
        if match.group() == "%%":
            return "%"
        place = next(places)
        if (number, place) in varying:
            return f":{_name(number, place)}{_cast(values[place])}"
        return literal_sql.Literal(values[place]).as_string(owner)

    bare = re.sub(r"--[^\n]*", "", statement)
    text = MARK.sub(fill, bare)
    return " ".join(text.split())


def _in_order(statement: str, params: Any) -> list[Any]:
    """Parameters in the order of their marks; named ones as often as they stand there."""
    if isinstance(params, dict):
        return [params[match.group(1)] for match in MARK.finditer(statement) if match.group(1)]
    return list(params or [])


def _looks_like_variable(value: Any) -> bool:
    """pgbench would take ``:name`` for a variable even within a literal."""
    return isinstance(value, str) and re.search(r":[A-Za-z_]", value) is not None


def _cast(value: Any) -> str:
    kinds: list[tuple[type, str]] = [
        (bytes, "bytea"),
        (UUID, "uuid"),
        (datetime, "timestamptz"),
        (date, "date"),
        (int, "bigint"),
    ]
    if isinstance(value, list):
        return "::int[]" if value and isinstance(value[0], int) else "::text[]"
    return next((f"::{name}" for kind, name in kinds if isinstance(value, kind)), "")


def _as_text(value: Any) -> str:
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    if isinstance(value, list):
        return "{" + ",".join(str(one) for one in value) + "}"
    return str(value)


def _name(number: int, place: int) -> str:
    return f"v{number}_{place}"


def _pgbench(env: Env, script: Path) -> float:
    """Transactions a second; every client goes on where it stood."""
    program = Cluster(env.data).programs / "pgbench"
    command = [
        program,
        "-n",
        "-M",
        "prepared",
        "-c",
        str(LANES),
        "-j",
        "2",
        "-t",
        str(EACH),
        "-f",
        str(script),
        env.database_url,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.returncode != 0 or "aborted" in done.stderr:
        raise RuntimeError(done.stderr[-3000:])
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    assert found is not None, done.stdout
    return float(found.group(1))
