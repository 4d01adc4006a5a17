"""From commit to browser: 2,000 event streams over real sockets while phones push 20 times a second.

For every event that a listener hears: the time from the commit (as PostgreSQL wrote it into its log) to the arrival
at the listener's socket. All processes share one machine and one clock. Also counted: listeners that were not at the newest
position in the end, streams that ended, and the CPU seconds of each part.
"""

import http.client
import multiprocessing
import os
import random
import re
import resource
import selectors
import socket
import threading
import time
from array import array
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import httpx
import psutil
from django.db import connection

from bench import _push_world as world
from bench._commits import CommitLog
from perisai import keys
from perisai.events.clock import SystemClock
from perisai.events.ids import uuid7
from perisai.events.live import make_ticket
from perisai.web.bench import Env
from perisai.web.supervisor import read_state

LISTENERS = 2000
NATION = 200
"""Listeners of the nation: each hears every push. The others listen to one branch each, evenly."""
BRANCHES = 10
PUSHES_A_SECOND = 20
OPS_A_PUSH = 5
SECONDS = 25
CLIENTS = 2
SENDERS = 4
GOAL_MS = 300
CONNECT_SECONDS = 20.0

_MOVED = b"event: moved\n"
_EVENT = re.compile(rb'"n":"(\d+-\d+)"')
_ID = re.compile(rb"\nid: \S+\.(\d+)\n")
_END = b"\n\n\r\n"

Push = tuple[bytes, dict[str, str]]


@dataclass
class Heard:
    """What one client process measured."""

    arrivals: dict[bytes, "array[float]"] = field(default_factory=lambda: defaultdict(_times))
    """Milliseconds since 1970, by ``<branch>-<number>`` of the event."""
    positions: dict[int, int] = field(default_factory=dict)
    """The last position heard, by number of the listener."""
    ended: int = 0
    cpu: float = 0.0


def _times() -> "array[float]":
    return array("d")


def run(env: Env) -> dict[str, Any]:
    raise_limits()
    with httpx.Client(base_url=env.origin, trust_env=False) as client:
        lanes = world.make_lanes(world.next_free_branch(), BRANCHES, 100, client)
        for lane in lanes:
            lane.phone.sync_time()
    pushes = [[_make_push(lane) for _ in range(SECONDS * PUSHES_A_SECOND // BRANCHES)] for lane in lanes]
    scopes = _scopes([lane.branch_id for lane in lanes])
    parts = urlsplit(env.live_origin)
    address = (parts.hostname or "127.0.0.1", parts.port or 80)
    queues = multiprocessing.get_context("fork")
    ready, stop, results = queues.Semaphore(0), queues.Event(), queues.Queue()
    shares = [scopes[index::CLIENTS] for index in range(CLIENTS)]
    clients = [queues.Process(target=_listen, args=(address, share, ready, stop, results)) for share in shares]
    for process in clients:
        process.start()
    for _ in clients:
        assert ready.acquire(timeout=CONNECT_SECONDS), "the listeners did not all connect"
    commits = CommitLog(env.data, env.owner_url)
    before = _server_cpu(env)
    sent = _push_all(env.origin, pushes)
    after = _server_cpu(env)
    time.sleep(1.0)
    stop.set()
    heard = [results.get(timeout=30) for _ in clients]
    for process in clients:
        process.join(10)
    branches = [lane.branch_id for lane in lanes]
    cpu = {name: after[name] - before.get(name, 0.0) for name in after}
    times = _latencies(heard, commits.of_events(branches))
    return _result(heard, times, _behind(heard, scopes, branches), sent, cpu)


@dataclass
class Sent:
    pushes: int
    seconds: float
    answer_ms: list[float]


def raise_limits() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _scopes(branches: list[int]) -> list[tuple[int, str]]:
    """(index of the branch or -1 for the nation, ticket) for every listener."""
    user, secret, now = _user(), keys.get("live_ticket"), SystemClock().now()
    tickets = [make_ticket(user_id=user, level="branch", key=str(b), now=now, secret=secret) for b in branches]
    nation = make_ticket(user_id=user, level="nation", key="all", now=now, secret=secret)
    local = [(n % BRANCHES, tickets[n % BRANCHES]) for n in range(LISTENERS - NATION)]
    return [*local, *([(-1, nation)] * NATION)]


def _user() -> UUID:
    """Somebody of head office, as the tickets of the page name them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM accounts_user WHERE is_active AND role = 'head_office' LIMIT 1")
        found = cursor.fetchone()
    if found is None:
        raise RuntimeError("the demo world has nobody at head office")
    return UUID(str(found[0]))


def _make_push(lane: world.Lane) -> Push:
    rng = random.Random(uuid7().int)  # another worker each run, so that nobody enrols twice
    for _ in range(OPS_A_PUSH):
        lane.phone.op("enrol", world.worker(rng, rng.randrange(10_000, 700_000_000)))
    lines, lane.phone.outbox = lane.phone.outbox, []
    return lane.phone.signed_push(lines)


def _listen(address: tuple[str, int], scopes: list[tuple[int, str]], ready: Any, stop: Any, results: Any) -> None:
    """One process with its share of the listeners: plain sockets, one selector."""
    heard = Heard()
    selector = selectors.DefaultSelector()
    buffers: dict[socket.socket, bytearray] = {}
    numbers: dict[socket.socket, int] = {}
    for number, (_, ticket) in enumerate(scopes):
        client = _open(address, ticket)
        buffers[client], numbers[client] = bytearray(), number
        heard.positions[number] = 0
        selector.register(client, selectors.EVENT_READ)
    silent = set(buffers)
    began = 0.0
    while not stop.is_set():
        for event, _ in selector.select(0.1):
            client = event.fileobj
            assert isinstance(client, socket.socket)
            data = client.recv(65536)
            arrived = time.time() * 1000
            if not data:
                selector.unregister(client)
                heard.ended += 1
                continue
            buffer = buffers[client]
            buffer += data
            if not buffer.endswith(_END):
                continue
            whole = bytes(buffer)
            buffer.clear()
            if silent and b"event: snapshot\n" in whole:
                silent.discard(client)
                if not silent:
                    ready.release()
                    began = time.process_time()
            _measure(whole, arrived, numbers[client], heard)
    heard.cpu = time.process_time() - began
    results.put(heard)


def _measure(data: bytes, arrived: float, number: int, heard: Heard) -> None:
    for message in data.split(_MOVED)[1:]:
        for event in _EVENT.findall(message.partition(b"event: ")[0]):
            heard.arrivals[event].append(arrived)
    ids = _ID.findall(data)
    if ids:
        heard.positions[number] = int(ids[-1])


def _open(address: tuple[str, int], ticket: str) -> socket.socket:
    client = socket.create_connection(address, timeout=10)
    query = urlencode({"ticket": ticket})
    client.sendall(
        f"GET /live/stream?{query} HTTP/1.1\r\nHost: {address[0]}\r\nAccept: text/event-stream\r\n\r\n".encode()
    )
    client.setblocking(False)
    return client


def _push_all(origin: str, pushes: list[list[Push]]) -> Sent:
    """Phones push at an even pace; each branch's pushes follow each other on one connection."""
    sent = Sent(0, 0.0, [])
    started = time.perf_counter()
    lock = threading.Lock()

    def work(mine: list[int]) -> None:
        parts = urlsplit(origin)
        client = http.client.HTTPConnection(parts.hostname or "", parts.port)
        for turn in range(len(pushes[0])):
            for index in mine:
                due = started + turn * len(pushes) / PUSHES_A_SECOND + index / PUSHES_A_SECOND
                time.sleep(max(0.0, due - time.perf_counter()))
                _push(client, pushes[index][turn], sent, lock)

    threads = [threading.Thread(target=work, args=(list(range(n, len(pushes), SENDERS)),)) for n in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent.seconds = time.perf_counter() - started
    return sent


def _push(client: http.client.HTTPConnection, push: Push, sent: Sent, lock: threading.Lock) -> None:
    began = time.perf_counter()
    client.request("POST", "/api/v1/sync/push", push[0], push[1])
    response = client.getresponse()
    content = response.read()
    if response.status != 200:
        raise RuntimeError(f"{response.status} {content[:300]!r}")
    with lock:
        sent.pushes += 1
        sent.answer_ms.append((time.perf_counter() - began) * 1000)


def _server_cpu(env: Env) -> dict[str, float]:
    """CPU seconds so far of the live process and of web, by the supervisor's list of processes."""
    state = read_state(env.config.run) or {"services": {}}
    found: dict[str, float] = {"clients and phones": time.process_time()}
    for name, service in state["services"].items():
        if name in ("live", "web") and service.get("pid"):
            top = psutil.Process(service["pid"])
            times = [each.cpu_times() for each in (top, *top.children(recursive=True))]
            found[name] = sum(each.user + each.system for each in times)
    return found


def _latencies(heard: list[Heard], committed: dict[str, float]) -> list[float]:
    return sorted(
        at - committed[event.decode()]
        for each in heard
        for event, arrivals in each.arrivals.items()
        if event.decode() in committed
        for at in arrivals
    )


def _behind(heard: list[Heard], scopes: list[tuple[int, str]], branches: list[int]) -> int:
    """Listeners that had not heard the newest position when it was all over."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.branch_id, p.number FROM events_position p JOIN offices_office o ON o.id = p.branch_id WHERE o.is_open"
        )
        numbers = dict(cursor.fetchall())
    newest = [numbers[branch] for branch in branches]
    behind = 0
    for part, each in enumerate(heard):
        for number, (branch, _) in enumerate(scopes[part::CLIENTS]):
            behind += each.positions[number] < (sum(numbers.values()) if branch < 0 else newest[branch])
    return behind


def _result(heard: list[Heard], times: list[float], behind: int, sent: Sent, cpu: dict[str, float]) -> dict[str, Any]:
    cpu["clients and phones"] += sum(each.cpu for each in heard)
    common = {
        "listeners": LISTENERS,
        "pushes_a_second": round(sent.pushes / sent.seconds, 1),
        "ops_a_push": OPS_A_PUSH,
        "deliveries": len(times),
        "cpu_seconds": {name: round(value, 1) for name, value in cpu.items()},
        "cores_seconds": round(sent.seconds * (os.cpu_count() or 1), 1),
        "push_answer_p50_ms": round(sorted(sent.answer_ms)[len(sent.answer_ms) // 2]),
    }
    ended = sum(each.ended for each in heard)
    p99 = _percentile(times, 99)
    return {
        "name": "live",
        "figures": [
            _figure("p99", p99, "ms", GOAL_MS, p99 <= GOAL_MS) | common,
            _figure("p50", _percentile(times, 50), "ms"),
            _figure("p95", _percentile(times, 95), "ms"),
            _figure("max", round(times[-1], 1), "ms"),
            _figure("listeners behind", behind, "listeners", 0, behind == 0),
            _figure("streams ended", ended, "streams", 0, ended == 0),
        ],
    }


def _figure(what: str, value: float, unit: str, goal: float | None = None, met: bool | None = None) -> dict[str, Any]:
    ratio = round(value / goal, 3) if goal else None
    return {
        "what": what,
        "value": value,
        "unit": unit,
        "limit": None,
        "ratio": ratio,
        "goal": goal,
        "met": met is not False,
    }


def _percentile(times: list[float], percent: int) -> float:
    return round(times[min(len(times) - 1, len(times) * percent // 100)], 1)
