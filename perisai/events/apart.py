"""Files of strangers are read in a process of their own, with little memory and time and without any key: one that was made to
break its reader (a page tree of a billion pages, streams that unpack to gigabytes) breaks nothing else."""

import resource
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import BoundedSemaphore
from typing import Final

MEMORY: Final = 1 << 30
"""Bytes of address space; programs and fonts take a fifth of it."""
SECONDS: Final = 15
_AT_ONCE: Final = BoundedSemaphore(2)
_ROOT: Final = Path(__file__).resolve().parents[2]
# One thread and one arena, or the address space of a machine with many cores is full before anything is read.
_ENVIRONMENT: Final = {"PYTHONPATH": str(_ROOT), "RAYON_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1", "LC_ALL": "C.UTF-8"}


class Failed(ValueError):
    """The reader said no, or died. ``what`` is the name of what it raised; empty where it died or took too long."""

    def __init__(self, what: str = "") -> None:
        self.what = what
        super().__init__(what)


def run(reader: Callable[[bytes], bytes], data: bytes) -> bytes:
    """What ``reader``, a function of a module that needs no settings, makes of ``data``. Raises ``Failed``."""
    command = [sys.executable, "-m", __name__, reader.__module__, reader.__name__]
    # Also what a reader that died has left on the disk goes.
    with _AT_ONCE, TemporaryDirectory(prefix="perisai-apart-") as folder:
        try:
            done = subprocess.run(
                command,
                input=data,
                capture_output=True,
                timeout=SECONDS,
                env=_ENVIRONMENT | {"TMPDIR": folder},
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Failed from None
    if done.returncode != 0 or not done.stdout:
        raise Failed
    if done.stdout[:1] != b"+":
        raise Failed(done.stdout[1:].decode())
    return done.stdout[1:]


def _main(module: str, name: str) -> None:
    for limit, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_CORE, 0)):
        with suppress(ValueError, OSError):  # not every system has each of them
            resource.setrlimit(limit, (most, most))
    read: Callable[[bytes], bytes] = getattr(import_module(module), name)
    try:
        answer = b"+" + read(sys.stdin.buffer.read())
    except Exception as error:  # noqa: BLE001 - its name is all that is told
        answer = b"-" + type(error).__name__.encode()
    sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    _main(*sys.argv[1:3])
