"""A real browser phone enrols while its page, its browser, its line and the server are killed: every op on the server once."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from tests.chaos.killer import Killer
from tests.chaos.pocket import ACTS, Pocket
from tests.e2e.app import MAX_WAIT_MS
from tests.e2e.chromium import RESTART_MS, chromium
from tests.e2e.line import Line, line_to
from tests.e2e.mishaps.books import Books
from tests.e2e.mishaps.stall import people
from tests.running import Running, clean_environment, run_demo

SEED = int(os.environ.get("CHAOS_SEED", "20261122"))
OWN_OPS = "SELECT op_id FROM sync_op WHERE branch_id = (SELECT max(branch_id) FROM sync_op)"
"""Of the test's branch: the newest; the demo world has others."""


@dataclass(frozen=True)
class Size:
    ops: int
    page: int
    phone: int
    line: int
    server: int

    def __str__(self) -> str:
        return f"{self.ops} ops; killed: page {self.page}, browser {self.phone}, line {self.line}, server {self.server}"


SMALL = Size(ops=12, page=3, phone=1, line=3, server=2)
FULL = Size(ops=200, page=40, phone=12, line=40, server=24)


def test_a_phone_that_dies_in_the_hand_loses_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """12 ops, 9 kills; the full size is the next test's."""
    _enrol_through_deaths(tmp_path, capsys, SMALL)


@pytest.mark.full
def test_a_phone_that_dies_for_ten_minutes_loses_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """200 ops, 116 kills."""
    _enrol_through_deaths(tmp_path, capsys, FULL)


def _enrol_through_deaths(folder: Path, capsys: pytest.CaptureFixture[str], size: Size) -> None:
    random = Random(SEED)
    with ExitStack() as stack:
        running = stack.enter_context(run_demo(folder / "world"))
        line = stack.enter_context(line_to(running.origin))
        browser = stack.enter_context(chromium())
        deaths = _Deaths()
        pocket = Pocket(browser.browser_type, folder / "phone", line.origin, deaths.look)
        stack.callback(pocket.close)
        pocket.app.activate(_code(running))
        pocket.app.wait_ready_for_offline()
        workers, begun = people(size.ops), time.monotonic()
        deaths.plan(running, line, pocket, size, random)
        for worker in workers:
            pocket.enrol(worker)
        deaths.end()
        pocket.app.page.set_default_timeout(MAX_WAIT_MS)
        pocket.app.reload()
        pocket.app.come_in()
        pocket.app.sync_until(0, ms=RESTART_MS)
        seconds = time.monotonic() - begun
        books = Books(running)
        found = {worker.name: books.enrolments_of(worker.name) for worker in workers}
        ops = [str(op) for (op,) in books.rows(OWN_OPS)]
        with capsys.disabled():
            print(f"\n{size}, seed {SEED}, {seconds:.0f} s, {pocket.lives} lives; done: {dict(deaths.done)}")
        assert {name: len(each) for name, each in found.items()} == dict.fromkeys(found, 1)
        assert len(ops) == size.ops
        books.assert_each_once(ops)
        assert "counters equal events" in running.run("audit", "recount").stdout


class _Deaths:
    """What is killed after which act of the agent, while the app is still at what the act began."""

    def __init__(self) -> None:
        self._plan: list[tuple[int, str, Callable[[], None]]] = []
        self._acts = 0
        self.done: Counter[str] = Counter()

    def plan(self, running: Running, line: Line, pocket: Pocket, size: Size, random: Random) -> None:
        killer = Killer(running, kills=size.server, total=size.server + 1, random=random)
        turns = iter(range(1, size.server + 1))
        acts: dict[str, tuple[int, Callable[[], None]]] = {
            "page": (size.page, pocket.kill_page),
            "browser": (size.phone, pocket.kill_all),
            "line": (size.line, lambda: line.cut(random.uniform(0.5, 4.0))),
            "server": (size.server, lambda: killer.look(next(turns))),
        }
        moments = [(random.randrange(size.ops * ACTS), name) for name, (times, _) in acts.items() for _ in range(times)]
        self._acts, self._plan = 0, [(at, name, acts[name][1]) for at, name in sorted(moments)]

    def end(self) -> None:
        """Nothing dies any more."""
        self._plan.clear()

    def look(self) -> None:
        """After each act; kills when its time has come."""
        self._acts += 1
        while self._plan and self._plan[0][0] < self._acts:
            _, name, kill = self._plan.pop(0)
            self.done[name] += 1
            kill()


def _code(running: Running) -> str:
    command = [sys.executable, "-m", "tests.e2e.mishaps.place", str(running.data), "1"]
    made = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, timeout=300)
    assert made.returncode == 0, made.stderr[-3000:]
    return str(json.loads(made.stdout)[0][0])
