"""Screens of a branch and of the nation with many events against the same screens with few; twenty thousand agents in both.

A screen is everything that the page asks: the live payload, the figures of the month beside those of the month before, what is
beneath, run rate, pace, thirty days of one figure, and the turning of all that into JSON; as the web role under row-level security,
in one transaction. Rounds are interleaved. The arguments may name another number of events than ten million. Beside them, without a
goal of their own: leaderboards of agents across a region and the country, which a screen asks for by themselves.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any, LiteralString

import orjson
import psycopg
from psycopg.rows import DictRow, dict_row

from bench import _dashboards_world as worlds
from perisai.events.queries import SCOPE_OF_ALL
from perisai.events.reading import read
from perisai.figures import place, readings
from perisai.figures.period import Period
from perisai.offices.scopes import BRANCH, NATION, REGION, WHOLE, Watch
from perisai.web.bench import Env
from perisai.web.live import leaders
from perisai.web.live.payload import build
from perisai.web.live.world import World

MANY, FEW = 10_000_000, 10_000
ROUNDS, GOAL = 30, 1.3
SCREENS = {"branch": Watch(BRANCH, str(worlds.FIRST_BRANCH + 7)), "nation": Watch(NATION, WHOLE)}
LEADERS = {
    "agents of a region": (Watch(REGION, str(worlds.FIRST_REGION + 3)), 0),
    "agents of the nation": (Watch(NATION, WHOLE), 0),
    "agents, a past day": (Watch(NATION, WHOLE), 10),
}
"""The scope, and how many days ago."""
_SCOPE_OF_ONE: LiteralString = "SELECT set_config('perisai.branches', %s, true)"


def run(env: Env) -> dict[str, Any]:
    many = int(env.arguments[0]) if env.arguments else MANY
    today = datetime.now(UTC).date()
    made = [
        worlds.make(env, "few", FEW, days=today.day),
        worlds.make(env, "many", many, days=365 * worlds.YEARS),
    ]
    with ExitStack() as stack:
        connections = [stack.enter_context(psycopg.connect(world.web, row_factory=dict_row)) for world in made]
        took = _measure(connections)
        led = [_leaders(connections[1], what, watch, back) for what, (watch, back) in LEADERS.items()]
    return {
        "name": "dashboards",
        "figures": [*(_figure(what, took[0][what], took[1][what]) for what in SCREENS), *led],
        "events": [world.events for world in made],
        "agents": worlds.AGENTS,
        "branches": worlds.BRANCHES,
        "rounds": ROUNDS,
    }


def _measure(connections: list[psycopg.Connection[DictRow]]) -> list[dict[str, list[float]]]:
    """Milliseconds of every round by world and screen; the first three rounds warm up both."""
    took: list[dict[str, list[float]]] = [{what: [] for what in SCREENS} for _ in connections]
    for turn in range(ROUNDS + 3):
        for what, watch in SCREENS.items():
            order = range(len(connections)) if turn % 2 else range(len(connections) - 1, -1, -1)
            for index in order:
                begun = time.perf_counter()
                screen(connections[index], watch)
                if turn >= 3:
                    took[index][what].append((time.perf_counter() - begun) * 1000)
    return took


def screen(connection: psycopg.Connection[DictRow], watch: Watch) -> bytes:
    """What a page of the scope asks, as JSON."""
    now = datetime.now(UTC)
    today = (now + timedelta(hours=7)).date()
    month = Period.month(today)
    before = Period.month(month.first - timedelta(days=1))

    def rows(sql: LiteralString, params: dict[str, Any]) -> list[DictRow]:
        return connection.execute(sql, params).fetchall()

    with connection.transaction():
        if watch.level == NATION:
            connection.execute(SCOPE_OF_ALL)
        else:
            connection.execute(_SCOPE_OF_ONE, [f"{{{watch.key}}}"])
        world = World()
        watched = read(world.open(watch, now), rows)
        answers: list[Callable[[], Any]] = [
            lambda: build(world, watched, now),
            lambda: read(readings.of(watch, month, today, now, compare=before), rows),
            lambda: read(readings.children(watch, month, today, now), rows),
            lambda: read(readings.rate(watch, month, today, now), rows),
            lambda: read(readings.pace_of(watch, today, now), rows),
            lambda: read(
                readings.series(watch, "accepted", Period(today - timedelta(days=29), today), today, now), rows
            ),
        ]
        return orjson.dumps([answer() for answer in answers], default=list, option=orjson.OPT_NON_STR_KEYS)


def _leaders(connection: psycopg.Connection[DictRow], what: str, watch: Watch, back: int) -> dict[str, Any]:
    """The median of a few times, after one that warms up."""
    took = []

    def rows(sql: LiteralString, params: dict[str, Any]) -> list[DictRow]:
        return connection.execute(sql, params).fetchall()

    for _ in range(1 + ROUNDS // 3):
        begun = time.perf_counter()
        with connection.transaction():
            connection.execute(SCOPE_OF_ALL)
            found = read(place.find(watch), rows)
            day = (datetime.now(UTC) + timedelta(hours=7)).date() - timedelta(days=back)
            days = {branch.id: day for branch in found.branches}
            names = {branch.id: branch.name for branch in found.branches}
            orjson.dumps(read(leaders.agents(days, names, is_past=back > 0), rows))
        took.append((time.perf_counter() - begun) * 1000)
    value = round(median(took[1:]), 2)
    return {"what": what, "value": value, "unit": "ms", "limit": None, "ratio": None, "goal": None, "met": True}


def _figure(what: str, few: list[float], many: list[float]) -> dict[str, Any]:
    ratio = median(many) / median(few)
    return {
        "what": what,
        "value": round(median(many), 2),
        "unit": "ms",
        "limit": round(median(few), 2),
        "ratio": round(ratio, 3),
        "goal": GOAL,
        "met": ratio <= GOAL,
    }
