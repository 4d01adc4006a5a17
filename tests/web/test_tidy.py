"""Every night ended jobs of all queues go, and sessions that are over; nothing that is still to be done."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from perisai.web import jobs

_JOB = "INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES (%s, 'x.test', %s) RETURNING id"
_WORKER = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s::interval) RETURNING id"
_DOING = (
    "INSERT INTO procrastinate_jobs (queue_name, task_name, status, attempts, queueing_lock, worker_id)"
    " VALUES ('members', 'x.test', 'doing', %s, %s, %s) RETURNING id"
)
_EVENTS = "UPDATE procrastinate_events SET at = %s WHERE job_id = %s"
_EVENT = "INSERT INTO procrastinate_events (job_id, type, at) VALUES (%s, 'deferred', %s)"


@pytest.mark.usefixtures("database")
def test_ended_jobs_of_all_queues_go_by_age_and_open_ones_stay() -> None:
    kept: dict[tuple[str, str, int], bool] = {
        ("messages", "succeeded", 71): True,
        ("messages", "succeeded", 73): False,
        ("feeds", "succeeded", 999): False,
        ("default", "failed", 73): True,
        ("default", "failed", 721): False,
        ("members", "cancelled", 721): False,
        ("members", "todo", 5000): True,
        ("members", "doing", 5000): True,
    }
    made = {case: _make(*case) for case in kept}
    jobs.tidy(timestamp=0)
    for task in _deferred():
        asyncio.run(_remove(**task))
    left = {row[0] for row in _ask("SELECT id FROM procrastinate_jobs WHERE task_name = 'x.test'")}
    assert {case: job in left for case, job in made.items()} == kept
    _ask("DELETE FROM procrastinate_jobs WHERE task_name = 'x.test' RETURNING id")


def test_sessions_that_are_over_go(database: Path) -> None:
    del database
    now = datetime.now(UTC)
    for name, hours in (("over", -1), ("open", 1)):
        Session.objects.update_or_create(
            session_key=name, defaults={"session_data": "", "expire_date": now + timedelta(hours=hours)}
        )
    jobs.tidy(timestamp=0)
    assert set(Session.objects.filter(session_key__in=("over", "open")).values_list("session_key", flat=True)) == {
        "open"
    }


@pytest.mark.usefixtures("database")
def test_jobs_of_a_worker_that_was_killed_are_begun_again_and_those_of_a_live_one_left_alone() -> None:
    """As being done they stood for ever: members of a hand-over were not told, a workbook was never checked."""
    workers = {name: _ask(_WORKER, [f"{age} seconds"])[0][0] for name, age in (("dead", 500), ("live", 5))}
    cases: dict[tuple[str | None, int, str | None], str] = {
        ("dead", 0, None): "todo",
        (None, 0, None): "todo",  # the worker's row was taken away by another
        ("live", 0, None): "doing",
        ("dead", 0, "x.lock"): "failed",
        ("dead", 2, None): "failed",
    }
    made = {case: _ask(_DOING, [case[1], case[2], workers.get(case[0] or "")])[0][0] for case in cases}
    for _twice in range(2):
        asyncio.run(_as_a_worker(lambda: jobs.take_up(timestamp=0)))
        found = dict(_ask("SELECT id, status::text FROM procrastinate_jobs WHERE task_name = 'x.test'"))
        assert {case: found[job] for case, job in made.items()} == cases
    _ask("DELETE FROM procrastinate_jobs WHERE task_name = 'x.test' RETURNING id")
    _ask("DELETE FROM procrastinate_workers WHERE id = ANY (%s) RETURNING id", [list(workers.values())])


def _make(queue: str, status: str, hours: int) -> int:
    at = datetime.now(UTC) - timedelta(hours=hours)
    job = int(_ask(_JOB, [queue, status])[0][0])
    with connection.cursor() as cursor:
        cursor.execute(_EVENT, [job, at])
        cursor.execute(_EVENTS, [at, job])
    return job


def _deferred() -> list[dict[str, Any]]:
    """Arguments of the removals that wait for a worker; they are taken away from it."""
    rows = _ask(
        "DELETE FROM procrastinate_jobs WHERE task_name LIKE '%%remove_old_jobs' AND status = 'todo' RETURNING args::text"
    )
    return [orjson.loads(row[0]) for row in rows]


async def _remove(**given: Any) -> None:
    """As the library's task does."""
    given["nb_hours"] = given.pop("max_hours")
    given = {name.replace("remove_", "include_"): value for name, value in given.items()}
    await _as_a_worker(lambda: app.job_manager.delete_old_jobs(**given))


async def _as_a_worker(act: Callable[[], Awaitable[object]]) -> None:
    with app.replace_connector(DjangoConnector().get_worker_connector()):
        async with app.open_async():
            await act()


def _ask(sql: str, given: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given or [])
        return list(cursor.fetchall())
