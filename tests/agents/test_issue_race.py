"""An exam is annulled while the licence is issued: one comes first, and both are answered. Size: six candidates, real
connections."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection

from perisai.agents import issue
from perisai.exams import result
from tests.agents.whole import Way, World, make_world
from tests.world import system_work

CANDIDATES = 4
PAUSE = 0.4


@pytest.fixture(scope="module")
def world(database: Path) -> World:
    return make_world()


def meet(monkeypatch: pytest.MonkeyPatch, patience: float = PAUSE) -> None:
    """Both stand still before their second lock until the other has come so far, or a moment where that one has to wait."""
    barrier, real_passed, real_tell = threading.Barrier(2), result.passed, result._tell_recruitment

    def wait() -> None:
        with suppress(threading.BrokenBarrierError):
            barrier.wait(patience)

    def passed(*args: Any, hold: bool = False) -> Any:
        if hold:
            wait()
        return real_passed(*args, hold=hold)

    def tell(*args: Any) -> None:
        wait()
        real_tell(*args)

    monkeypatch.setattr(result, "passed", passed)
    monkeypatch.setattr(result, "_tell_recruitment", tell)


def together(*acts: Callable[[], object]) -> list[object]:
    def run(act: Callable[[], object]) -> object:
        try:
            return act()
        except OperationalError as error:
            return type(error.__cause__).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def numbers(way: Way) -> dict[str, int]:
    """When what happened to this agent was committed, in the order of the branch."""
    with system_work(way.world.branch) as work:
        rows = work.rows(
            "SELECT kind, number FROM events_event WHERE branch_id = %s AND agent_id = %s"
            " AND kind IN ('licence_issued', 'exam_annulled')",
            [way.branch_id, way.id],
        )
    return dict(rows)


def test_without_the_order_of_locks_both_wait_for_each_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    way = Way(world)
    way.to_the_end()
    for room in (issue, result):
        monkeypatch.setattr(room, "_hold_candidate", lambda *_: None)
    meet(monkeypatch, 60)
    assert "DeadlockDetected" in together(way.issue, way.annul)


@pytest.mark.parametrize("annul_is_asked_first", [False, True])
def test_annul_while_the_licence_is_issued_comes_before_or_after_it(
    world: World, monkeypatch: pytest.MonkeyPatch, annul_is_asked_first: bool
) -> None:
    for _ in range(CANDIDATES // 2):
        way = Way(world)
        way.to_the_end()
        with monkeypatch.context() as patch:
            meet(patch)
            acts: list[Callable[[], object]] = [way.issue, way.annul]
            told = together(*(reversed(acts) if annul_is_asked_first else acts))
        assert set(told) <= {"", "E9408", None}, "nobody is told to try again"
        happened = numbers(way)
        if "E9408" in told:
            assert set(happened) == {"exam_annulled"}
        else:
            assert happened["licence_issued"] < happened["exam_annulled"]


def test_annul_while_the_licence_is_renewed_comes_before_or_after_it(world: World) -> None:
    way = Way(world)
    way.to_the_end()
    assert way.issue() == ""
    assert way.attempt_id is not None
    with ThreadPoolExecutor(1) as pool:
        with system_work(world.branch) as work:
            assert not issue.is_doubtful(work, way.branch_id, way.attempt_id, hold=True)
            annulling = pool.submit(together, way.annul)
            with pytest.raises(TimeoutError):
                annulling.result(PAUSE)
            assert not issue.is_doubtful(work, way.branch_id, way.attempt_id), "held until the end"
        assert annulling.result(60) == [None]
