"""One supervisor: PostgreSQL first, then preparation, then web, live and worker; and all of it down in reverse order.

A service that dies is started again (with growing pauses while it keeps dying), so is PostgreSQL. Whoever kills the
supervisor itself takes the children along: the kernel tells them (see ``tether``).
"""

import fcntl
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import psutil

from perisai.web.child import Child, Service, end_leftovers
from perisai.web.config import ANY_HOST, Config, ensure_folders
from perisai.web.postgres import Cluster
from perisai.web.services import Layout

TICK_SECONDS = 0.05
STEADY_SECONDS = 10.0
FIRST_PAUSE = 0.2
LONGEST_PAUSE = 10.0


class InUse(RuntimeError):
    """Another supervisor serves this data folder, or another program has the port."""


class StepFailed(RuntimeError):
    """A preparation step ended with an error; the text holds its last lines."""


class Stopped(Exception):
    """Somebody asked to stop before everything was up."""


@dataclass
class _Kept:
    """A service that is meant to run, and the pause before its next start."""

    service: Service
    child: Child | None = None
    starts: int = 0
    started: float = 0.0
    pause: float = FIRST_PAUSE
    due: float = field(default_factory=time.monotonic)


class Supervisor:
    def __init__(self, config: Config, layout: Layout, *, shown: bool = True) -> None:
        self.config = config
        self.layout = layout
        self.cluster = Cluster(config.data) if config.embedded else None
        self.ready = False
        self._shown = shown
        self._kept: dict[str, _Kept] = {}
        self._signals = 0
        self._lock: IO[str] | None = None
        # PostgreSQL's recovery may take long; its thread lives as long as we do, for the tether's sake.
        self._database_thread = ThreadPoolExecutor(1, thread_name_prefix="postgres")
        self._database_start: Future[None] | None = None

    def open(self) -> None:
        """Take the data folder and the ports, start PostgreSQL. Raises InUse and what ``Cluster.start`` raises."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        ensure_folders(self.config)
        self._take_folder()
        self._take_ports()
        if self.cluster is not None:
            self._database_start = self._database_thread.submit(self.cluster.start)
            self._tick_until(self._database_start.done)
            self._database_start.result()
        self.write_state()

    def run_step(self, step: Service) -> None:
        """Run something to its end before the services. Raises StepFailed, Stopped."""
        begun = time.monotonic()
        child = Child(step, self.config.log, shown=self._shown)
        try:
            self._tick_until(lambda: child.poll() is not None)
        finally:
            child.kill()
        if child.poll() != 0:
            last = "" if self._shown else "\n".join(["", *child.last_lines])
            raise StepFailed(f"{step.name} failed (see {self.config.log / step.name}.log){last}")
        self.say(f"{step.name} done in {time.monotonic() - begun:.1f} s")

    def keep(self, services: Sequence[Service]) -> None:
        """Start services and keep them running from now on."""
        for service in services:
            self._kept[service.name] = _Kept(service)
        self._tick()

    def wait_ready(self, seconds: float = 60.0) -> bool:
        """Until web and live accept connections; False when they did not in time (they are still being restarted)."""
        ports = [self.layout.port] * ("web" in self._kept) + [self.layout.live_port] * ("live" in self._kept)
        deadline = time.monotonic() + seconds
        self._tick_until(lambda: time.monotonic() > deadline or all(map(self._answers, ports)))
        self.ready = all(map(self._answers, ports))
        self.write_state()
        return self.ready

    def watch(self) -> None:
        """Keep everything running until a signal asks to stop."""
        with suppress(Stopped):
            self._tick_until(lambda: False)

    def close(self) -> None:
        """Stop services together, each with its time to finish; PostgreSQL last. A second signal makes it short."""
        self._signals = min(self._signals, 1)
        children = [kept.child for kept in self._kept.values() if kept.child is not None]
        self._kept.clear()
        if self._lock is not None:
            self.say("stopping: services first, then PostgreSQL")
        for child in children:
            child.terminate()
        begun = time.monotonic()
        while children:
            late = [c for c in children if self._signals > 1 or time.monotonic() - begun > c.service.stop_seconds]
            for child in late:
                child.kill()
            children = [c for c in children if c.poll() is None]
            time.sleep(TICK_SECONDS)
        if self.cluster is not None and self._lock is not None:
            if self._database_start is not None:
                with suppress(Exception):  # Why it failed to start was said when it failed.
                    self._database_start.result()
            self.cluster.stop()
        self._database_thread.shutdown()
        if self._lock is not None:
            (self.config.run / "state.json").unlink(missing_ok=True)
            self._lock.close()

    def write_state(self) -> None:
        """``DATA/run/state.json``: what runs where, for tests, ``doctor`` and the other commands."""
        postgres = self.cluster.find_postmaster() if self.cluster is not None else None
        state: dict[str, Any] = {
            "pid": os.getpid(),
            "ready": self.ready,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "origin": self.config.origin,
            "live_origin": self.config.live_origin,
            "web_port": self.layout.port,
            "live_port": self.layout.live_port,
            "postgres": {"pid": postgres.pid} if postgres is not None else None,
            "services": {
                name: {"pid": kept.child.pid if kept.child else None, "starts": kept.starts}
                for name, kept in self._kept.items()
            },
        }
        fresh = self.config.run / "state.json.new"
        fresh.write_text(json.dumps(state, indent=1))
        fresh.rename(self.config.run / "state.json")

    def say(self, text: str) -> None:
        print(f"{'perisai':>9} | {text}", file=sys.stderr, flush=True)

    def _on_signal(self, *_: object) -> None:
        self._signals += 1

    def _tick_until(self, done: Any) -> None:
        while not done():
            if self._signals:
                raise Stopped
            self._tick()
            time.sleep(TICK_SECONDS)

    def _tick(self) -> None:
        changed = self._tend_database()
        for kept in self._kept.values():
            changed |= self._tend(kept)
        if changed:
            self.write_state()

    def _tend(self, kept: _Kept) -> bool:
        """Notice an end, start what is due. True when something changed."""
        now = time.monotonic()
        if kept.child is not None:
            code = kept.child.poll()
            if code is None:
                return False
            kept.pause = FIRST_PAUSE if now - kept.started > STEADY_SECONDS else min(kept.pause * 2, LONGEST_PAUSE)
            kept.child, kept.due = None, now + kept.pause
            self.say(f"{kept.service.name} ended ({_describe(code)}); starting it again in {kept.pause:.1f} s")
            return True
        if now < kept.due:
            return False
        kept.child = Child(kept.service, self.config.log, shown=self._shown)
        kept.started, kept.starts = now, kept.starts + 1
        return True

    def _tend_database(self) -> bool:
        if self.cluster is None or self._database_start is None or not self._database_start.done():
            return False
        process = self.cluster.process
        if process is not None and process.poll() is None:
            return False
        error = self._database_start.exception()
        if error is not None and not self._kept:
            return False  # The first start failed: ``open`` raises it.
        self.say(f"PostgreSQL ended ({error or _describe(process.poll() if process else None)}); starting it again")
        self._database_start = self._database_thread.submit(self._restart_database)
        self._database_start.add_done_callback(lambda _: self.write_state())
        return True

    def _restart_database(self) -> None:
        assert self.cluster is not None
        try:
            self.cluster.start()
        except Exception:
            time.sleep(1.0)
            raise

    def _take_folder(self) -> None:
        lock = open(self.config.run / "supervisor.lock", "a")  # noqa: SIM115 - held until close()
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise InUse(_describe_other(self.config)) from None
        self._lock = lock
        self._end_stale()

    def _end_stale(self) -> None:
        """A state file that outlived its supervisor names processes that may still hold our ports."""
        file = self.config.run / "state.json"
        try:
            services = json.loads(file.read_text())["services"].values()
        except (OSError, ValueError, KeyError):
            return
        end_leftovers({service["pid"] for service in services if service["pid"]}, self.config.data)
        file.unlink()

    def _take_ports(self) -> None:
        for port in (self.layout.port, self.layout.live_port):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((self.layout.host, port))
                except OSError as error:
                    raise InUse(
                        f"Port {port} on {self.layout.host} cannot be used ({error.strerror}). "
                        f"Choose another with --port (the live process takes the next one, or --live-port)."
                    ) from error

    def _answers(self, port: int) -> bool:
        host = "127.0.0.1" if self.layout.host in ANY_HOST else self.layout.host
        with socket.socket() as probe:
            probe.settimeout(0.2)
            return probe.connect_ex((host, port)) == 0


def read_state(run: Path) -> dict[str, Any] | None:
    """The state of the supervisor that runs now; None when none does."""
    try:
        with open(run / "supervisor.lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return None
    except BlockingIOError:
        pass
    except OSError:
        return None
    try:
        state: dict[str, Any] = json.loads((run / "state.json").read_text())
    except (OSError, ValueError):
        return None
    # Between taking the lock and removing it, a new supervisor sees the file of one that was killed.
    return state if psutil.pid_exists(state["pid"]) else None


def _describe(code: int | None) -> str:
    if code is None:
        return "gone"
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"code {code}"


def _describe_other(config: Config) -> str:
    state = read_state(config.run)
    whom = f" by pid {state['pid']} at {state['origin']}" if state else ""
    return f"The data folder {config.data} is already in use{whom}. Stop that one, or choose another with --data."
