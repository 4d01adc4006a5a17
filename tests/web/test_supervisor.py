"""The supervisor with real PostgreSQL and small services in place of web and live: order, restarts, ends."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from perisai.web.postgres import Cluster
from perisai.web.supervisor import read_state
from tests.running import end, free_port

SCRIPT = """
import os, sys
from perisai.web import config
from perisai.web.child import Service
from perisai.web.services import Layout
from perisai.web.supervisor import InUse, Stopped, Supervisor

found = config.resolve(sys.argv[1], port=int(sys.argv[2]))
config.export(found)
listen = "import socket, sys; s = socket.create_server(('127.0.0.1', int(sys.argv[1])))\\nwhile True: s.accept()[0].close()"
parent = "import os, time\\nif os.fork() == 0: time.sleep(600)\\ntime.sleep(600)"
port = int(sys.argv[2])
supervisor = Supervisor(found, Layout(port=port, live_port=port + 1))
try:
    supervisor.open()
    supervisor.run_step(Service("step", (sys.executable, "-c", "print('prepared')")))
    supervisor.keep([
        Service("web", (sys.executable, "-c", listen, str(port))),
        Service("live", (sys.executable, "-c", listen, str(port + 1)), without=frozenset({"DATABASE_OWNER_URL"})),
        Service("worker", (sys.executable, "-c", parent)),
    ])
    supervisor.wait_ready()
    supervisor.watch()
except (InUse, Stopped) as error:
    print("ended:", error, file=sys.stderr)
finally:
    supervisor.close()
"""

Start = Callable[[], "subprocess.Popen[str]"]


def _until(condition: Callable[[], Any], what: str, seconds: float = 60.0) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError(f"not in {seconds} s: {what}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("supervised")


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def begin() -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", SCRIPT, str(folder), str(free_port())]
        started.append(subprocess.Popen(command, stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield begin
    for process in started:
        end(process, 60)
        process.communicate(timeout=60)


@pytest.fixture
def state(folder: Path, start: Start) -> dict[str, Any]:
    start()
    return _ready_state(folder)


def _ready_state(folder: Path) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        found = read_state(folder / "run")
        return found if found is not None and found["ready"] else None

    found: dict[str, Any] = _until(look, "ready")
    return found


def _pids(state: dict[str, Any]) -> set[int]:
    own = {service["pid"] for service in state["services"].values()} | {state["postgres"]["pid"]}
    return own | {child.pid for pid in own for child in psutil.Process(pid).children(recursive=True)}


def _is_alive(pid: int) -> bool:
    """A zombie is dead: in a container nobody may collect an orphan's exit code."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_killed_service_and_its_children_are_replaced(folder: Path, state: dict[str, Any]) -> None:
    worker = psutil.Process(state["services"]["worker"]["pid"])
    (grandchild,) = _until(worker.children, "the worker's own child")
    worker.kill()

    def replaced() -> bool:
        now = read_state(folder / "run")
        return now is not None and now["services"]["worker"]["starts"] == 2

    _until(replaced, "a new worker")
    _until(lambda: not _is_alive(grandchild.pid), "no orphan")
    now = read_state(folder / "run")
    assert now is not None
    assert now["services"]["web"] == state["services"]["web"]


def test_killed_postgres_comes_back_beside_running_services(folder: Path, state: dict[str, Any]) -> None:
    os.kill(state["postgres"]["pid"], signal.SIGKILL)

    def replaced() -> bool:
        now = read_state(folder / "run")
        return bool(now and now["postgres"] and now["postgres"]["pid"] != state["postgres"]["pid"])

    _until(replaced, "a new postmaster")
    assert Cluster(folder).is_ready()
    now = read_state(folder / "run")
    assert now is not None
    assert now["services"] == state["services"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_stops_everything_in_order(folder: Path, start: Start, number: signal.Signals) -> None:
    supervisor = start()
    pids = _pids(_ready_state(folder))
    supervisor.send_signal(number)
    supervisor.wait(60)
    assert supervisor.returncode == 0
    assert not any(_is_alive(pid) for pid in pids)
    assert "database system is shut down" in (folder / "log" / "postgres.log").read_text().splitlines()[-1]
    assert not (folder / "run" / "state.json").exists()
    assert read_state(folder / "run") is None


def test_killed_supervisor_takes_everything_along_and_can_start_again(folder: Path, start: Start) -> None:
    first = start()
    pids = _pids(_ready_state(folder))
    first.kill()
    first.wait()
    start()
    after = _ready_state(folder)
    assert not pids & _pids(after)
    assert not any(_is_alive(pid) for pid in pids)


def test_second_supervisor_on_the_same_folder_is_refused_plainly(start: Start, state: dict[str, Any]) -> None:
    error = start().communicate(timeout=60)[1]
    assert f"already in use by pid {state['pid']}" in error
    assert "--data" in error
    assert _is_alive(state["postgres"]["pid"])


def test_children_that_serve_lack_the_owners_password(state: dict[str, Any]) -> None:
    assert "DATABASE_OWNER_URL" not in psutil.Process(state["services"]["live"]["pid"]).environ()


def test_lines_of_children_are_kept_in_the_log_folder(folder: Path, state: dict[str, Any]) -> None:
    assert json.dumps(state)
    assert (folder / "log" / "step.log").read_text().splitlines()[-1].endswith("prepared")
