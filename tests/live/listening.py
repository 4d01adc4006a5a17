"""A live process of its own, and a client that listens to it as a browser does."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from perisai import keys
from perisai.events.live import make_ticket
from perisai.web.tether import tether
from tests.live.places import utc_now
from tests.running import end

PATIENCE_SECONDS = 60.0
"""How long a test waits for a condition before it gives up. No test asserts a time."""
BUSY = 503
"""Come again: the scope could not be read in time."""


def wait_for(condition: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"waited in vain for {what}")


@dataclass
class LiveProcess:
    """The real process, started and stopped like the supervisor does it."""

    port: int
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [*(sys.executable, "-m", "uvicorn", "--host", "127.0.0.1", "--port", str(self.port))]
        command += ["--no-access-log", "--log-level", "warning", "perisai.web.live.app:app"]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=tether(signal.SIGKILL))
        wait_for(self.is_healthy, "the live process")

    def stop(self) -> int:
        assert self.process is not None
        end(self.process, 20)
        return int(self.process.returncode)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)

    def is_healthy(self) -> bool:
        try:
            return httpx.get(f"{self.origin}/live/healthz", timeout=2, trust_env=False).status_code == 200
        except httpx.TransportError:
            return False


@dataclass
class Stream:
    """What a listener heard so far: (event, data)."""

    status: int = 0
    heard: list[tuple[str, Any]] = field(default_factory=list)
    last_id: str = ""
    is_over: bool = False

    def of(self, event: str) -> list[Any]:
        return [data for name, data in self.heard if name == event]

    def today(self, metric: str) -> int:
        """The number a screen shows that followed what was heard."""
        shown: dict[str, int] = {}
        for name, data in list(self.heard):
            if name == "snapshot":
                shown = dict(data["today"])
            elif name == "moved":
                shown |= data.get("today", {})
        return shown.get(metric, 0)

    def wait(self, event: str, count: int = 1) -> Any:
        """The newest of an event, once there are ``count`` of them."""
        return wait_for(lambda: len(self.of(event)) >= count and self.of(event), f"{count} x {event}")[-1]


@contextmanager
def listening(origin: str, ticket: str, **params: str) -> Iterator[Stream]:
    """Listens in a thread until the block ends."""
    stream = Stream()
    client = httpx.Client(timeout=httpx.Timeout(5, read=60), trust_env=False)
    closing = threading.Event()

    def hear() -> int:
        """Until the stream ends; answers its status."""
        with client.stream("GET", f"{origin}/live/stream", params={"ticket": ticket, **params}) as response:
            if response.status_code == BUSY:
                return BUSY
            stream.status = response.status_code
            event = ""
            for line in response.iter_lines():
                if closing.is_set():
                    break
                if line.startswith("event: "):
                    event = line[7:]
                elif line.startswith("id: "):
                    stream.last_id = line[4:]
                elif line.startswith("data: "):
                    stream.heard.append((event, json.loads(line[6:])))
            return stream.status

    def listen() -> None:
        try:
            while (
                not closing.is_set() and hear() == BUSY
            ):  # as the page's script does; whoever waits for it has a deadline
                closing.wait(0.2)
        except (httpx.TransportError, RuntimeError):  # the line broke, or the client was closed
            pass
        finally:
            stream.is_over = True

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    wait_for(lambda: stream.status or stream.is_over, "an answer")
    try:
        yield stream
    finally:
        closing.set()
        client.close()


def ticket_for(user_id: UUID, level: str, key: object) -> str:
    return make_ticket(user_id=user_id, level=level, key=str(key), now=utc_now(), secret=keys.get("live_ticket"))
