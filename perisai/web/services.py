"""The processes of an installation and how each is started."""

import os
import sys
from dataclasses import dataclass

from perisai.web.child import Service
from perisai.web.config import HOST, Config

OWNER_ONLY = frozenset({"DATABASE_OWNER_URL"})
"""What serves never holds the owner's password: row-level security must bind it."""


@dataclass(frozen=True)
class Layout:
    """Sizes and ports. ``threads`` is per web worker and at most the size of its connection pool."""

    host: str = HOST
    port: int = 8000
    live_port: int = 8001
    workers: int = 2
    threads: int = 4


def web(layout: Layout) -> Service:
    command = (
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", layout.host, "--port", str(layout.port)),
        *("--workers", str(layout.workers), "--blocking-threads", str(layout.threads), "--backlog", "2048"),
        *("--respawn-failed-workers", "--workers-kill-timeout", "10", "--no-ws", "--log-level", "warning"),
        "perisai.web.wsgi:application",
    )
    return Service("web", command, env={"PERISAI_WEB_THREADS": str(layout.threads)}, without=OWNER_ONLY)


def live(layout: Layout) -> Service:
    command = (
        *(sys.executable, "-m", "uvicorn", "--host", layout.host, "--port", str(layout.live_port)),
        *("--no-access-log", "--log-level", "warning", "--timeout-graceful-shutdown", "3"),
        "perisai.web.live.app:app",
    )
    return Service("live", command, without=OWNER_ONLY)


def worker() -> Service:
    command = (
        sys.executable,
        "-m",
        "perisai",
        "manage",
        "procrastinate",
        "--skip-checks",
        "worker",
        "--concurrency",
        "4",
    )
    return Service("worker", command, without=OWNER_ONLY, stop_seconds=20.0)


def simulate(config: Config) -> Service:
    """Simulated phones and the bank, over real HTTP, at a pace that a person can watch."""
    command = (sys.executable, "-m", "perisai", "simulate", "field", "--origin", config.origin)
    return Service("simulate", command, without=OWNER_ONLY, stop_seconds=5.0)


def migrate(config: Config) -> Service:
    command = (sys.executable, "-m", "perisai", "manage", "migrate", "--noinput", "--skip-checks", "--verbosity", "0")
    return Service("migrate", command, env={"DATABASE_URL": config.owner_url})


def load_regions() -> Service:
    """The country's regions, without which no phone finds a village. The demo brings them with its world."""
    return Service("regions", (sys.executable, "-m", "perisai", "manage", "load_regions"))


def load_demo(years: int) -> Service:
    """Fills an empty installation with the Jambi world and so many years before it; leaves one that has it as it is."""
    return Service("demo", (sys.executable, "-m", "perisai", "manage", "load_demo", "--years", str(years)))


def point_desk() -> Service:
    """Tells the demo where the simulated bank is since it serves at another address."""
    return Service("desk", (sys.executable, "-m", "perisai", "manage", "load_demo", "--desk"))


def layout_from_environment(host: str, port: int, live_port: int) -> Layout:
    """Sizes from ``PERISAI_WEB_WORKERS`` and ``PERISAI_WEB_THREADS`` (defaults 2 and 4)."""
    return Layout(
        host=host,
        port=port,
        live_port=live_port,
        workers=int(os.environ.get("PERISAI_WEB_WORKERS", "2")),
        threads=int(os.environ.get("PERISAI_WEB_THREADS", "4")),
    )
