"""Push of 50 and of 1 enrolment, HTTP to commit, against the same statements from bare psycopg in as many processes.

The statements are recorded from real pushes that are rolled back, and replayed by processes that do nothing else. Rounds are
interleaved; bodies are made beforehand; the clients' own CPU seconds are printed. The figure is a running server's: PostgreSQL
settles on a plan for a prepared statement at its sixth use on a connection, so the first rounds only warm up. Both sides keep
their connections through all rounds, as a server does; the very first round's rate is printed beside the figure (``cold``).
"""

import http.client
import itertools
import multiprocessing
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
from django.db import connection, transaction
from django.test import RequestFactory

from bench import _push_world as world
from perisai.events.clock import SystemClock
from perisai.web.bench import Env

LANES = 4
MEMBERS = 100_000
WARM_UP = 2
ROUNDS = 9
"""Rounds that count, after those that warm up."""
PUSHES = {50: 12, 1: 60}
OPENIMIS = 6.2 * 300
"""Enrolments a second: 300 times the best of openIMIS 26.04."""

Push = tuple[bytes, dict[str, str]]
Statements = list[list[tuple[Any, Any]]]
"""The transactions of one push, each a list of (SQL, parameters)."""


@dataclass
class Round:
    seconds: float
    client_cpu: float


def run(env: Env) -> dict[str, Any]:
    with httpx.Client(base_url=env.origin) as client:
        lanes = world.make_lanes(world.next_free_branch(), 2 * LANES, MEMBERS // (2 * LANES), client)
        lanes[0].phone.sync_time()
        for lane in lanes[1:]:
            lane.phone.token, lane.phone.token_clock = lanes[0].phone.token, lanes[0].phone.token_clock
            lane.phone.token_mono = lanes[0].phone.token_mono
    world.analyze(env.owner_url)
    figures = []
    serial = random.Random(env.data.name).randrange(10_000, 500_000)
    for size, pushes in PUSHES.items():
        total = pushes * (WARM_UP + ROUNDS)
        made = [[_make_push(lane, size, serial + 1_000_000 * i) for _ in range(total)] for i, lane in enumerate(lanes)]
        replays = [_record(push_list) for push_list in made[LANES:]]
        figures += _measure(env, size, pushes, made[:LANES], replays)
        serial += 50_000
    return {"name": "push", "figures": figures}


_serials = itertools.count(1)


def _make_push(lane: world.Lane, size: int, base: int) -> Push:
    rng = random.Random(f"{base}-{lane.branch_id}-{lane.phone.seq}")
    for _ in range(size):
        lane.phone.op("enrol", world.worker(rng, base + next(_serials)))
    lines, lane.phone.outbox = lane.phone.outbox, []
    return lane.phone.signed_push(lines)


def _record(pushes: list[Push]) -> list[Statements]:
    """Runs the pushes through the application in one transaction that is rolled back, and returns their statements."""
    from perisai.sync.push import push

    recorded: list[Statements] = []
    factory = RequestFactory()

    def listen(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        if "set_config('perisai.branches'" in sql:
            recorded[-1].append([])
        statements = recorded[-1]
        (statements[-1] if statements else statements.append([]) or statements[-1]).append((sql, params))
        return execute(sql, params, many, context)

    outer = transaction.atomic()
    outer._from_testcase = True  # lets the durable Works inside take part in a transaction that is rolled back
    with outer, connection.execute_wrapper(listen):
        for body, headers in pushes:
            recorded.append([])
            meta = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
            request = factory.post("/", data=body, content_type=headers["Content-Type"], **meta)  # type: ignore[arg-type]
            answers = push(request, clock=SystemClock())["answers"]
            assert {a["status"] for a in answers} <= {"accepted", "review"}, answers[0]
        transaction.set_rollback(True)
    return recorded


def _measure(
    env: Env, size: int, pushes: int, made: list[list[Push]], replays: list[list[Statements]]
) -> list[dict[str, Any]]:
    parts = [slice(index * pushes, (index + 1) * pushes) for index in range(WARM_UP + ROUNDS)]
    with (
        crew([(_send, env.origin, [lane[part] for part in parts]) for lane in made]) as senders,
        crew([(_replay, env.database_url, [lane[part] for part in parts]) for lane in replays]) as replayers,
    ):
        ours, bare = [], []
        for _ in parts:
            ours.append(senders())
            bare.append(replayers())
    enrolled = size * pushes * len(made)
    cold = enrolled / ours[0].seconds
    ours, bare = ours[WARM_UP:], bare[WARM_UP:]
    rate = statistics.median(enrolled / r.seconds for r in ours)
    limit = statistics.median(enrolled / r.seconds for r in bare)
    cpu = sum(r.client_cpu for r in ours) / ROUNDS
    goal = 0.70 if size == 50 else 0.40
    ratio = rate / limit
    figures = [
        {
            "what": f"push {size}",
            "value": round(rate),
            "unit": "enrolments/s",
            "limit": round(limit),
            "ratio": round(ratio, 3),
            "goal": goal,
            "met": ratio >= goal,
            "cold": round(cold),
            "client_cpu_seconds": round(cpu, 2),
            "round_seconds": round(sum(r.seconds for r in ours) / ROUNDS, 2),
        }
    ]
    if size == 50:
        figures.append(
            {
                "what": "push 50 absolute",
                "value": round(rate),
                "unit": "enrolments/s",
                "limit": 6.2,
                "ratio": round(rate / 6.2),
                "goal": round(OPENIMIS),
                "met": rate >= OPENIMIS,
            }
        )
    return figures


@contextmanager
def crew(jobs: list[tuple[Callable[..., None], str, list[Any]]]) -> Iterator[Callable[[], Round]]:
    """Processes that keep their connections; each call runs the next round in all of them, from the start to the last end."""
    context = multiprocessing.get_context("fork")
    barrier, results = context.Barrier(len(jobs) + 1), context.Queue()

    def child(job: tuple[Callable[..., None], str, list[Any]]) -> None:
        try:
            work, where, rounds = job
            work(where, rounds, barrier, results)
        except BaseException as error:  # noqa: BLE001 - the parent must hear of it
            barrier.abort()
            results.put(error)
        finally:
            results.close()
            results.join_thread()
            os._exit(0)

    processes = [context.Process(target=child, args=(job,)) for job in jobs]
    for process in processes:
        process.start()

    def round_() -> Round:
        barrier.wait(60)
        started = time.perf_counter()
        done = [results.get(timeout=300) for _ in jobs]
        for result in done:
            if isinstance(result, BaseException):
                raise result
        return Round(time.perf_counter() - started, sum(done))

    try:
        yield round_
    finally:
        barrier.abort()
        for process in processes:
            process.join(10)


def _send(origin: str, rounds: list[list[Push]], barrier: Any, results: Any) -> None:
    parts = urlsplit(origin)
    client = http.client.HTTPConnection(parts.hostname or "", parts.port)
    client.connect()
    for pushes in rounds:
        barrier.wait(300)
        begun = time.process_time()
        for body, headers in pushes:
            client.request("POST", "/api/v1/sync/push", body, headers)
            response = client.getresponse()
            content = response.read()
            if response.status != 200:
                raise RuntimeError(f"{response.status} {content[:300]!r}")
        results.put(time.process_time() - begun)


def _replay(url: str, rounds: list[list[Statements]], barrier: Any, results: Any) -> None:
    with psycopg.connect(url, autocommit=True) as bare:
        bare.prepare_threshold = 3
        for pushes in rounds:
            barrier.wait(300)
            begun = time.process_time()
            for push in pushes:
                _replay_one(bare, push)
            results.put(time.process_time() - begun)


def _replay_one(bare: psycopg.Connection[Any], push: Statements) -> None:
    for statements in push:
        with bare.transaction():
            for sql, params in statements:
                cursor = bare.execute(sql, params)
                if cursor.description:
                    cursor.fetchall()
