"""The real thing: ``perisai demo`` with its web, live and worker."""

import json
import os
import signal
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.running import Running, run_demo

SECONDS = 60.0


def _get(url: str) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def _until_healthy(running: Running) -> dict[str, Any]:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            status, health = _get(f"{running.origin}/healthz")
        except (urllib.error.URLError, ConnectionError):
            continue
        assert status in {200, 503}
        if health["status"] == "ok":
            return dict(health)
        time.sleep(0.1)
    raise AssertionError(f"not healthy in {SECONDS} s: {health}")


def test_healthz_of_the_demo_tells_the_four_apart(demo: Running) -> None:
    parts = {"web": "ok", "database": "ok", "worker": "ok", "live": "ok"}
    assert _until_healthy(demo) == {"world": "demo", "status": "ok", **parts}


def test_openapi_is_served(demo: Running) -> None:
    status, document = _get(f"{demo.origin}/api/v1/openapi.json")
    assert status == 200
    assert document["openapi"].startswith("3.1")


def test_credentials_give_every_agent_a_code_and_every_login_a_password(demo: Running) -> None:
    found = demo.credentials()
    assert len(found["agents"]) >= 10
    assert all(agent["activation_code"] for agent in found["agents"])
    assert all(login["password"] and login["username"] for login in found["logins"])


def test_audit_of_the_demo_world_proves_counters(demo: Running) -> None:
    assert "counters equal events" in demo.run("audit", "recount").stdout


@pytest.mark.full
def test_every_killed_process_comes_back(tmp_path: Path) -> None:
    with run_demo(tmp_path / "world") as running:
        for name in ("web", "live", "worker", "postgres"):
            state = running.state()
            pid = state["postgres"]["pid"] if name == "postgres" else state["services"][name]["pid"]
            os.kill(pid, signal.SIGKILL)
            _until_healthy(running)
