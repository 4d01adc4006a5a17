"""The whole way: the worker process sends the demo's events to the simulated receiver, and the demo's key reads the same ones."""

import json
import re
import time

import httpx

from tests.running import Running

SECONDS = 120.0
"""Of patience: the worker may be up before the web is, and its first tries wait for the next ones."""


def _came(client: httpx.Client) -> set[int]:
    """Numbers on the receiver's page, once there are some."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        page = client.get("/simulate/receiver/")
        assert page.status_code == 200
        found = {int(number) for number in re.findall(r"nomor (\d+)", page.text)}
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError("nothing came")


def test_events_of_the_demo_arrive_and_are_read_by_its_key(demo: Running) -> None:
    key = json.loads(demo.run("demo", "--credentials").stdout)["read_key"]
    with httpx.Client(base_url=demo.origin, timeout=60, headers={"Authorization": f"Bearer {key}"}) as client:
        came = _came(client)
        me = client.get("/api/v1/read/me").json()
        assert (me["world"], me["level"]) == ("demo", "region")
        branch = client.get("/api/v1/read/positions").json()["positions"][0]["branch"]
        asked = {"branch": branch, "after": min(came) - 1, "limit": 1000}
        read = {event["number"] for event in client.get("/api/v1/read/events", params=asked).json()["events"]}
        assert came <= read
        month = {"level": "branch", "key": str(branch), "first": "2026-01-01", "last": "2026-12-31"}
        assert client.get("/api/v1/read/figures", params=month).status_code == 200
        forged = client.post("/simulate/receiver/in", content=b"[]", headers={"webhook-id": "x"})
        assert forged.status_code == 401
