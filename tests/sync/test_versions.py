"""Phones of every version ever released push what they pushed then (tests/sync/versions), and today's server understands."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from perisai.events.clock import FixedClock
from perisai.sync import api
from perisai.sync import clock as sync_clock
from perisai.sync.signed import unb64
from tests.sync.versions.make_versions import ISSUED, TOKEN_KEY, VECTORS
from tests.world import make_agent, make_branch, make_device

VERSIONS = Path(__file__).parent / "versions"
RECORDED: dict[str, Any] = json.loads((VERSIONS / "versions.json").read_text(encoding="utf-8"))
SENT_AFTER = {"1.0.0-late": timedelta(weeks=5)}
PUBLIC_KEY = VECTORS["key"]["public_key"]


@pytest.fixture(autouse=True)
def then(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Time tokens were made with a key that is not this server's."""
    monkeypatch.setattr(sync_clock, "_token_key", lambda: TOKEN_KEY)
    sync_clock.read_token.cache_clear()
    yield
    sync_clock.read_token.cache_clear()


def push(http: httpx.Client, version: str) -> httpx.Response:
    told = RECORDED[version]
    headers = {
        "Content-Type": "application/x-ndjson",
        "X-Perisai-Device": told["device"],
        "X-Perisai-Signature": told["signature"],
    }
    content = (VERSIONS / f"{version}.ndjson").read_bytes()
    return http.post("/api/v1/sync/push", content=content, headers=headers)


@pytest.mark.parametrize("version", RECORDED)
def test_push_of_a_former_version_is_understood(
    http: httpx.Client, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    received = ISSUED + SENT_AFTER.get(version, timedelta(hours=6))
    monkeypatch.setattr(api, "clock", FixedClock(received))
    agent = make_agent(make_branch(at=ISSUED), valid_from=date(2026, 1, 1), valid_to=date(2027, 6, 30))
    make_device(agent, unb64(PUBLIC_KEY), device_id=UUID(RECORDED[version]["device"]))
    first = push(http, version)
    assert first.status_code == 200, first.text
    answers = [[a["status"], a["code"]] for a in first.json()["answers"]]
    assert answers == RECORDED[version]["answers"]
    assert all(a["text"]["id"] and a["text"]["en"] for a in first.json()["answers"] if a["code"])
    assert first.json()["chain"]["seq"] == len(answers)
    again = push(http, version).json()["answers"]
    assert [[a["status"], a["code"]] for a in again] == answers


def test_every_version_is_accepted_or_told_why() -> None:
    """Never ``invalid``: the phone would keep such an op for good, and nobody would ever see it."""
    files = {path.stem for path in VERSIONS.glob("*.ndjson")}
    assert files == set(RECORDED)
    for told in RECORDED.values():
        assert {status for status, _ in told["answers"]} <= {"accepted", "review", "rejected"}
        assert all((code is None) == (status == "accepted") for status, code in told["answers"])
