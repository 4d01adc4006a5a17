"""A running Perisai for tests: started by its own command, found by its state file, stopped by a signal."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from perisai.web.config import resolve
from perisai.web.supervisor import read_state
from perisai.web.tether import tether
from tests.prepared import put_demo

START_SECONDS = 240.0
PERISAI = (sys.executable, "-m", "perisai")
DEMO = ("demo", "--no-simulate", "--years", "0")


@dataclass
class Running:
    """``process`` is the supervisor; ``origin`` like ``http://127.0.0.1:20001``."""

    data: Path
    process: "subprocess.Popen[bytes]"
    web_port: int
    live_port: int
    _credentials: dict[str, Any] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def live_origin(self) -> str:
        return f"http://127.0.0.1:{self.live_port}"

    @property
    def database_url(self) -> str:
        """The web role's."""
        return resolve(str(self.data)).database_url

    @property
    def owner_url(self) -> str:
        return resolve(str(self.data)).owner_url

    def state(self) -> dict[str, Any]:
        """``services`` by name with ``pid`` and ``starts``, and ``postgres`` with ``pid``."""
        state = read_state(self.data / "run")
        assert state is not None, "the supervisor is not running"
        return state

    def credentials(self) -> dict[str, Any]:
        """As ``perisai demo --credentials`` prints them; asked once."""
        if not self._credentials:
            self._credentials = json.loads(self.run("demo", "--credentials").stdout)
        return self._credentials

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """A ``perisai`` command on this data folder; raises with its words when it fails."""
        command = [*PERISAI, *arguments, "--data", str(self.data)]
        result = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, timeout=300)
        assert result.returncode == 0, f"{arguments}: {result.stderr[-3000:]}"
        return result


def clean_environment() -> dict[str, str]:
    """The environment without what this test process exported for itself."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("PERISAI_", "DATABASE_"))}


@contextmanager
def run_demo(data: Path, *options: str, command: Sequence[str] = DEMO) -> Iterator[Running]:
    """``perisai demo --no-simulate`` (or another ``command`` that serves) on free ports until the block ends."""
    port = free_port()
    if command is DEMO:
        put_demo(data)
    process = start_demo(data, port, *options, command=command)
    try:
        yield Running(data, process, port, port + 1)
    finally:
        end(process)


def end(process: "subprocess.Popen[Any]", seconds: float = 60) -> None:
    """Asks it to stop, and kills it when it does not in time. Tells nobody: the test has said what it wanted to know."""
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def start_demo(data: Path, port: int, *options: str, command: Sequence[str] = DEMO) -> "subprocess.Popen[bytes]":
    """Waits until web and live answer; the log folder tells why when they do not."""
    full = [*PERISAI, *command, "--quiet", "--data", str(data), "--port", str(port), *options]
    data.mkdir(parents=True, exist_ok=True)
    with (data / "supervisor.log").open("wb") as log:
        process = subprocess.Popen(
            full,
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=tether(signal.SIGTERM),
        )
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        state = read_state(data / "run")
        if state is not None and state["ready"] and state["pid"] == process.pid:
            return process
        time.sleep(0.1)
    process.kill()
    process.wait()
    raise AssertionError(f"the demo did not start:\n{(data / 'supervisor.log').read_text()[-3000:]}")


def free_port() -> int:
    """A port whose neighbour (for the live process) is free as well; below those that the kernel gives to clients."""
    for port in range(20000 + os.getpid() * 14 % 10000, 32000, 2):
        try:
            with socket.create_server(("127.0.0.1", port)), socket.create_server(("127.0.0.1", port + 1)):
                return port
        except OSError:
            continue
    raise AssertionError("no free ports")
