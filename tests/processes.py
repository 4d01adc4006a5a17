"""Real processes that start together, for races: threads of one process would share a lock that users do not share."""

import multiprocessing
import os
import time
import traceback
from collections.abc import Callable
from typing import Any

SECONDS = 120


def run_together(jobs: list[Callable[[], Any]]) -> list[Any]:
    """Forks a process a job, lets all begin at once, and returns their results in order. Raises where one fails or is late;
    none of them is left then."""
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

    # As daemons: the end of this process does not wait for one that hangs.
    processes = [context.Process(target=child, args=(index,), daemon=True) for index in range(len(jobs))]
    try:
        for process in processes:
            process.start()
        deadline = time.monotonic() + SECONDS
        found = dict(_get(results, deadline) for _ in jobs)
    finally:
        for process in processes:
            process.join(1)
            process.kill()
    failures = [error for _, error in found.values() if error]
    assert not failures, failures[0]
    return [found[index][0] for index in range(len(jobs))]


def _get(results: Any, deadline: float) -> tuple[int, tuple[Any, str | None]]:
    index, result, error = results.get(timeout=max(0.1, deadline - time.monotonic()))
    return index, (result, error)
