"""Databases made once and copied, for making one costs more than most tests: kept in ``.build/prepared`` for as long as nothing
changes that goes into them. Copies are tests' own; as nobody pulls the plug on them, they do not wait for the disk."""

import fcntl
import hashlib
import math
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from perisai.web import unprivileged
from perisai.web.prepared import describe_migrations

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / ".build" / "prepared"
SECONDS = 900.0
FRESH_SECONDS = 3600.0
"""A demo world is of a moment: its class is on for two hours more, and phones were in touch just now."""
UNSAFE = "fsync = off\nfull_page_writes = off\n"
"""Durable through the death of any process, not of the machine."""


def put_migrated(data: Path) -> None:
    """An empty database with all migrations; ``data`` keeps its own keys."""
    ways = "".join((ROOT / file).read_text() for file in ("perisai/events/rls.py", "perisai/web/postgres_setup.py"))
    _put("migrated", describe_migrations() + ways, _migrate, data)


def put_demo(data: Path) -> None:
    """The demo world of today, with its keys and passwords; ``data`` is empty. The next start makes it its own."""
    files = sorted([*ROOT.glob("perisai/**/*.py"), *ROOT.glob("perisai/**/*.yaml"), *ROOT.glob("rules/*.yaml")])
    today = datetime.now(ZoneInfo("Asia/Jakarta")).date().isoformat()
    goes_in = today + "".join(file.read_text(encoding="utf-8") for file in files)
    _put("demo", goes_in, _load_demo, data, FRESH_SECONDS)


def _migrate(data: Path) -> None:
    _run("migrate", "--data", str(data))
    for key in (data / "keys").iterdir():
        if key.name != "pg_superuser":
            key.unlink()


def _load_demo(data: Path) -> None:
    _run("demo", "--credentials", "--years", "0", "--data", str(data))


def _run(*arguments: str) -> None:
    from tests.running import PERISAI, clean_environment

    command = [*PERISAI, *arguments]
    ran = subprocess.run(
        command,
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        timeout=SECONDS,
    )
    assert ran.returncode == 0, ran.stderr.decode(errors="replace")[-3000:]


def _put(kind: str, goes_in: str, make: Callable[[Path], None], data: Path, keeps: float = math.inf) -> None:
    ready = KEPT / f"{kind}-{hashlib.sha256(goes_in.encode()).hexdigest()[:16]}"
    KEPT.mkdir(parents=True, exist_ok=True)
    with _alone(KEPT / f"{kind}.lock"):
        if not ready.exists() or time.time() - ready.stat().st_mtime > keeps:
            for old in KEPT.glob(f"{kind}-*"):
                shutil.rmtree(old)
            fresh = Path(tempfile.mkdtemp(prefix="new-", dir=KEPT))
            try:
                make(fresh)
                for part in ("run", "log"):
                    shutil.rmtree(fresh / part)
                (fresh / "pg" / "local.conf").write_text(UNSAFE)
                unprivileged.own(fresh / "pg" / "local.conf")
                fresh.rename(ready)
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
        data.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-a", "--reflink=auto", f"{ready}/.", str(data)], check=True, timeout=SECONDS)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """One of the parts makes it, the others wait and copy."""
    deadline = time.monotonic() + SECONDS
    with lock.open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                assert time.monotonic() < deadline, f"somebody holds {lock} for more than {SECONDS} s"
                time.sleep(0.05)
        yield
