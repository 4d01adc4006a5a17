"""Real processes that start together, for races: threads of one process would share a lock that users do not share."""

import multiprocessing
import os
import traceback
from collections.abc import Callable
from typing import Any

SECONDS = 120


def run_together(jobs: list[Callable[[], Any]]) -> list[Any]:
    """Forks a process a job, lets all begin at once, and returns their results in order. Raises where one fails."""
    from django.db import connection

    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    context = multiprocessing.get_context("fork")
    barrier, results = context.Barrier(len(jobs)), context.Queue()

    def child(index: int) -> None:
        try:
            barrier.wait(SECONDS)
            results.put((index, jobs[index](), None))
        except BaseException:  # noqa: BLE001 - the parent must hear of it
            results.put((index, None, traceback.format_exc()))
        finally:
            results.close()
            results.join_thread()
            os._exit(0)

    processes = [context.Process(target=child, args=(index,)) for index in range(len(jobs))]
    for process in processes:
        process.start()
    found = dict(_get(results) for _ in jobs)
    for process in processes:
        process.join(SECONDS)
    failures = [error for _, error in found.values() if error]
    assert not failures, failures[0]
    return [found[index][0] for index in range(len(jobs))]


def _get(results: Any) -> tuple[int, tuple[Any, str | None]]:
    index, result, error = results.get(timeout=SECONDS)
    return index, (result, error)
