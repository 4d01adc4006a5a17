"""``perisai bench``: runs ``bench/<name>.py`` on a still demo world of its own and prints figures against their goals.

A bench is a module with ``run(env: Env) -> dict`` that answers ``name`` and ``figures``; the machine is added here.
"""

import ast
import importlib
import json
import os
import platform
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil

from perisai.web import config as configuration
from perisai.web.commands import CannotRun, django, repository
from perisai.web.config import Config
from perisai.web.supervisor import read_state

START_SECONDS = 300.0
DURABILITY = ("fsync", "full_page_writes", "synchronous_commit", "server_version", "shared_buffers")


@dataclass(frozen=True)
class Env:
    """What a bench may use. Django is set up as the web role; ``arguments`` are those the command did not know."""

    config: Config
    origin: str
    live_origin: str
    database_url: str
    owner_url: str
    data: Path
    arguments: tuple[str, ...] = ()


def run(name: str | None, *, data: str | None, as_json: bool, rest: list[str]) -> int:
    """The exit code is 1 when a goal is missed. All benches together also write ``bench/results.json``."""
    root = repository()
    sys.path.insert(0, str(root))
    known = sorted(p.stem for p in (root / "bench").glob("*.py") if not p.stem.startswith("_"))
    if name is None:
        return _run_all(root, known, data=data, as_json=as_json, rest=rest)
    if name not in known:
        raise CannotRun(f"There is no bench called {name}. There are: {', '.join(known) or 'none'}.")
    with _world(data or str(root / ".build" / f"bench-{name}")) as config, django(config):
        env = Env(
            *(config, config.origin, config.live_origin, config.database_url, config.owner_url, config.data),
            arguments=tuple(rest),
        )
        result = {**importlib.import_module(f"bench.{name}").run(env), "machine": describe_machine()}
    if as_json:
        print(json.dumps(result, indent=2))
    else:
        print_table(result)
    return _code([result])


def describe(given: list[str]) -> str:
    """What ``perisai bench`` takes, or what one bench measures, by the first words of its file; nothing is run."""
    root = repository()
    texts = {p.stem: _about(p) for p in sorted((root / "bench").glob("*.py")) if not p.stem.startswith("_")}
    for name in given:
        if name in texts:
            return f"perisai bench {name} [--json] [--data DIR]\n\n{texts[name]}"
    lines = [f"  {name:<12} {text.partition(chr(10))[0]}" for name, text in texts.items()]
    return "\n".join(
        [
            "usage: perisai bench [NAME [NUMBER ...]] [--json] [--data DIR]",
            "",
            "Measures one thing against its limit in a still demo world of its own; without NAME all of them, one by one.",
            "`perisai bench NAME --help` says what one measures. Exit code 1 when a goal is missed.",
            "",
            "benches:" if lines else "There are none here: benches lie in a checkout, beside the package.",
            *lines,
        ]
    )


def _about(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""


def _run_all(root: Path, names: list[str], *, data: str | None, as_json: bool, rest: list[str]) -> int:
    """Each in a process and, without ``data``, in a world of its own: jobs over what one bench made take time from the next."""
    results: list[dict[str, Any]] = []
    for each in names:
        command = [sys.executable, "-m", "perisai", "bench", each, "--json", *(["--data", data] if data else []), *rest]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
        if not done.stdout:
            raise CannotRun(f"bench {each} did not end: exit code {done.returncode}.")
        results.append(json.loads(done.stdout))
        if not as_json:
            print_table(results[-1])
    if as_json:
        print(json.dumps(results, indent=2))
    (root / "bench" / "results.json").write_text(json.dumps(results, indent=2) + "\n")
    return _code(results)


def _code(results: list[dict[str, Any]]) -> int:
    return 0 if all(figure.get("met", True) for result in results for figure in result["figures"]) else 1


def describe_machine() -> dict[str, Any]:
    """Processor, memory and the settings that a database could cheat with."""
    from django.db import connection

    settings = {}
    with connection.cursor() as cursor:
        for setting in DURABILITY:
            cursor.execute("SELECT current_setting(%s)", [setting])
            settings[setting] = cursor.fetchone()[0]
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / (1 << 30), 1),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "postgresql": settings,
    }


def print_table(result: dict[str, Any]) -> None:
    print(f"\n{result['name']}")
    for figure in result["figures"]:
        met = "met" if figure.get("goal") is not None else ""  # what has no goal cannot have met it
        mark = met if figure.get("met") else "MISSED"
        numbers = " ".join(f"{key} {figure[key]}" for key in ("limit", "ratio", "goal") if figure.get(key) is not None)
        print(f"  {figure['what']:<24} {figure['value']:>12} {figure['unit']:<14} {numbers:<44} {mark}")


@contextmanager
def _world(data: str) -> Iterator[Config]:
    """The demo that runs on ``data``, or a still one started for the length of the block."""
    os.environ["PERISAI_DEMO"] = "1"
    config = configuration.resolve(data)
    state = read_state(config.run)
    if state is not None:
        config = replace(config, origin=state["origin"], live_origin=state["live_origin"])
        configuration.export(config)
        yield config
        return
    port, live_port = free_port(), free_port()
    command = [sys.executable, "-m", "perisai", "demo", "--no-simulate", "--years", "0", "--quiet", "--data", data]
    process = subprocess.Popen([*command, "--port", str(port), "--live-port", str(live_port)], stdout=sys.stderr)
    try:
        state = _wait_ready(process, config)
        config = replace(config, origin=state["origin"], live_origin=state["live_origin"])
        configuration.export(config)
        yield config
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _wait_ready(process: "subprocess.Popen[bytes]", config: Config) -> dict[str, Any]:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        state = read_state(config.run)
        if state is not None and state["ready"]:
            return state
        time.sleep(0.1)
    raise CannotRun(f"The demo world did not start on {config.data}; see {config.log}.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
