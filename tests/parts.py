"""Runs the tests in parts beside each other: ``python -m tests.parts [PART ...]``; without a name, all of them.

It ends, whatever hangs: a part that is late is interrupted, so that pytest still cleans up and says where it was, and killed
where that does not help. Nothing that a part started is left behind. What the parts say is told line by line, and kept in
``.build/<part>.log``; tables of durations only there. Last come what failed and why, and the summaries of the parts. The exit
code is 0 where all have passed.
"""

import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from perisai.web.tether import tether
from tests.failures import find_failures

BROWSER = "tests/e2e"
MISHAPS = [
    "tests/chaos",
    "tests/e2e/mishaps",
    "tests/e2e/test_reader.py",
    "tests/e2e/test_upgrade.py",
    "tests/e2e/test_versions.py",
]
MONEY_AND_API = [
    f"tests/{room}" for room in ("api", "contributions", "custody", "employers", "payers", "payments", "reconciliation")
]


def _without(paths: Sequence[str]) -> list[str]:
    return [f"--ignore={path}" for path in paths]


PARTS = {
    "browser": [BROWSER, *_without(MISHAPS)],
    "mishaps": MISHAPS,
    "money-api": MONEY_AND_API,
    "others": ["tests", *_without([BROWSER, *MISHAPS, *MONEY_AND_API])],
}
LOGS = Path(".build")
SECONDS = 3000.0
"""For all parts together; a quiet machine of two cores needs a quarter of it."""
GRACE_SECONDS = 90.0
TICK_SECONDS = 0.1
FAILURE_LINES = 160
"""So many tell what failed: with the summaries they are what a reader of the last 200 lines sees."""
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER: who loses its parent becomes a child of ours, and is found and ended


class Part:
    """One command in a session of its own; nothing of it holds our input or output."""

    def __init__(self, name: str, command: Sequence[str], log: Path) -> None:
        self.name, self.code, self.last, self.log = name, -1, "", log
        self.is_over = self.is_late = self._is_table = False
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                preexec_fn=tether(signal.SIGINT),
            )
        self.pid = self._process.pid
        self._log = log.open("rb")
        self._rest = b""

    def tell(self) -> None:
        """Prints the lines that are new, without the table of durations."""
        *lines, self._rest = (self._rest + self._log.read()).split(b"\n")
        for line in (raw.decode(errors="replace") for raw in lines):
            # What threads still say after pytest's summary is not the last word.
            if line.startswith("=") or not self.last.startswith("="):
                self.last = line
            if line.startswith("="):
                self._is_table = " slowest " in line
            if not self._is_table:
                print(f"{self.name:>9} | {line}", flush=True)

    def has_failed(self) -> bool:
        return self.code != 0 or self.is_late

    def end(self, status: int) -> None:
        self.code, self.is_over = os.waitstatus_to_exitcode(status), True
        self._process.returncode = self.code
        self.tell()
        self._log.close()
        if self.code:
            print(f"{self.name:>9} | ended with {self.code}", flush=True)


def main(names: Sequence[str]) -> int:
    LOGS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="perisai-parts-", ignore_cleanup_errors=True) as folder:
        pytest = (sys.executable, "-m", "pytest", "-m", "not full")
        commands = {name: [*pytest, f"--basetemp={folder}/{name}", *PARTS[name]] for name in names or PARTS}
        return run(commands, LOGS)


def run(
    commands: Mapping[str, Sequence[str]], logs: Path, *, seconds: float = SECONDS, grace: float = GRACE_SECONDS
) -> int:
    """All commands at once, for at most ``seconds``, and ``grace`` more to clean up."""
    ctypes.CDLL(None).prctl(_SUBREAPER, 1)
    asked: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: asked.append(number))
    parts = [Part(name, command, logs / f"{name}.log") for name, command in commands.items()]
    try:
        _wait(parts, time.monotonic() + seconds, asked)
        if late := [part for part in parts if not part.is_over]:
            print(f"stopping {', '.join(part.name for part in late)}", flush=True)
            for part in late:
                part.is_late = True
                os.kill(part.pid, signal.SIGINT)
            _wait(late, time.monotonic() + grace)
    finally:
        _end_what_is_left(parts, min(grace, 10.0))
    failed = [part for part in parts if part.has_failed()]
    for part in failed:
        print(f"{part.name} failed, {part.log} has all of it:", flush=True)
        text = part.log.read_text(encoding="utf-8", errors="replace")
        print("\n".join(find_failures(text, FAILURE_LINES // len(failed))), flush=True)
    for part in sorted(parts, key=Part.has_failed):
        print(part.last, flush=True)
    return 1 if failed else 0


def _wait(parts: Sequence[Part], deadline: float, asked: Sequence[int] = ()) -> None:
    """Until all are over, the time is, or somebody asked to stop."""
    while not asked and time.monotonic() < deadline and not all(part.is_over for part in parts):
        _collect(parts)
        for part in parts:
            if not part.is_over:
                part.tell()
        time.sleep(TICK_SECONDS)


def _collect(parts: Sequence[Part]) -> None:
    """Takes the exit codes of all that ended, also of what lost its parent."""
    with suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG)) != (0, 0):
            for part in parts:
                if part.pid == ended[0]:
                    part.end(ended[1])


def _end_what_is_left(parts: Sequence[Part], seconds: float) -> None:
    """Asks it to stop, then kills it: parts that do not end, and what has outlived its part."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + seconds
        while (left := psutil.Process().children(recursive=True)) and time.monotonic() < deadline:
            for process in left:
                with suppress(psutil.Error):
                    process.send_signal(number)
            time.sleep(TICK_SECONDS)
            _collect(parts)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
