"""A supervised child process: its own session and process group, its lines prefixed and kept in ``DATA/log``."""

import logging
import logging.handlers
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from perisai.web.tether import tether

LOG_BYTES = 10_000_000
LOG_FILES = 3


@dataclass(frozen=True)
class Service:
    """What to run. ``env`` is added to the supervisor's own environment; ``without`` is taken away from it."""

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    without: frozenset[str] = frozenset()
    stop_seconds: float = 15.0


class Child:
    """One run of a service. Start it from a thread that lives as long as the supervisor (see ``tether``)."""

    def __init__(self, service: Service, log_folder: Path, *, shown: bool = True) -> None:
        self.service = service
        self.last_lines: deque[str] = deque(maxlen=30)
        self._shown = shown
        self._log = _open_log(service.name, log_folder)
        environment = {k: v for k, v in os.environ.items() if k not in service.without} | dict(service.env)
        self.process = subprocess.Popen(
            service.command,
            env=environment | {"PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=tether(signal.SIGTERM),
        )
        self._reader = threading.Thread(target=self._read, name=f"log-{service.name}", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self.process.pid

    def poll(self) -> int | None:
        """The exit code once the child has ended; then nothing of its process group is left either."""
        code = self.process.poll()
        if code is not None:
            self.kill()
            self._reader.join(2.0)
        return code

    def terminate(self) -> None:
        """Ask the child to finish what it has begun and to stop."""
        with suppress(ProcessLookupError):
            self.process.terminate()

    def kill(self) -> None:
        """End the whole group: workers that outlive their parent would keep the port."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            for raw in output:
                line = raw.decode(errors="replace").rstrip()
                self.last_lines.append(line)
                self._log.info(line)
                if self._shown:
                    print(f"{self.service.name:>9} | {line}", file=sys.stderr, flush=True)


def end_leftovers(groups: set[int], data: Path) -> None:
    """End what a killed supervisor left: members of its children's groups that belong to this data folder, no others."""
    for process in psutil.process_iter(["pid"]):
        try:
            if os.getpgid(process.pid) in groups and process.environ().get("PERISAI_DATA") == str(data):
                process.kill()
        except (psutil.Error, ProcessLookupError):
            continue


def _open_log(name: str, folder: Path) -> logging.Logger:
    """A logger that only writes to this file, with the time in front; the lines themselves are the child's."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    logger = logging.getLogger(f"perisai.child.{folder}.{name}")
    if not logger.handlers:
        handler = logging.handlers.RotatingFileHandler(
            folder / f"{name}.log", maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8"
        )
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        logger.addHandler(handler)
        logger.propagate = False
        logger.setLevel(logging.INFO)
    return logger
