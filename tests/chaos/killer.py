"""Kills what serves, with SIGKILL, when the work has come so far."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from random import Random

import httpx
import psutil

from tests.running import Running

TARGETS = ("postmaster", "web worker", "web", "back end")
JITTER_SECONDS = 0.4
RECOVERY_SECONDS = 120.0


class Killer:
    """Each kill of ``kills`` falls at its share of the work, at a random moment. Every target gets its turn."""

    def __init__(self, running: Running, *, kills: int, total: int, random: Random) -> None:
        self._running, self._random = running, random
        order = [TARGETS[index % len(TARGETS)] for index in range(kills)]
        random.shuffle(order)
        # The last one falls at three fifths of the work or before, so that work goes on however long a kill takes.
        self._plan = [(3 * total * (index + 1) // (4 * (kills + 1)), target) for index, target in enumerate(order)]
        self.done: Counter[str] = Counter()

    def look(self, progress: int) -> None:
        """Kills once if it is time for the next one."""
        if self._plan and progress >= self._plan[0][0]:
            _, target = self._plan.pop(0)
            time.sleep(self._random.uniform(0, JITTER_SECONDS))
            _until(lambda: self._kill(target), f"a {target} to kill")
            self.done[target] += 1

    def wait_until_well(self) -> None:
        """What was killed last is back as well, and the server's state file names what runs."""
        _until(self._is_well, "everything to be back")

    def _is_well(self) -> bool:
        with suppress(psutil.Error, httpx.HTTPError):
            found = (self._find("postmaster"), self._find("web worker"))
            return all(found) and httpx.get(f"{self._running.origin}/healthz", timeout=5).is_success
        return False

    def _kill(self, target: str) -> bool:
        with suppress(psutil.Error, ProcessLookupError):
            pid = self._find(target)
            if pid:
                os.kill(pid, signal.SIGKILL)
                return True
        return False

    def _find(self, target: str) -> int | None:
        state = self._running.state()
        web, postmaster = state["services"]["web"]["pid"], (state["postgres"] or {}).get("pid")
        if target == "web":
            return int(web) if web else None
        if target == "postmaster":
            return int(postmaster) if postmaster and psutil.pid_exists(postmaster) else None
        parent = web if target == "web worker" else postmaster
        children = psutil.Process(parent).children() if parent else []
        if target == "back end":
            children = [child for child in children if any("perisai_web" in word for word in child.cmdline())]
        return self._random.choice(children).pid if children else None


def _until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + RECOVERY_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"not in {RECOVERY_SECONDS} s: {what}"
        time.sleep(0.05)
