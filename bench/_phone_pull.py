"""The first pull of all members of an agent: when the first can be used, when all are there, what it holds of memory, and
whether it goes on after a cut instead of beginning again."""

import re
import time
from typing import Any

from playwright.sync_api import Browser

from bench._phone_page import Figure, SlowPhone, figure, private_mb, renderers, slow_phone
from bench._phone_world import Agent
from tests.e2e.line import Fault, Line

FIRST_SECONDS, WHOLE_SECONDS, MEMORY_MB = 5.0, 60.0, 60.0
MOST_SECONDS = 120.0
AWAY_SECONDS = 3.0
SHOWN = "Number(document.querySelector('[data-testid=rows]')?.dataset.count ?? 0)"
"""How many members the list on the screen has."""


def measure_pull(browser: Browser, origin: str, agent: Agent, members: int) -> list[Figure]:
    whole = _pull(browser, origin, agent.new_code(), members, cut_after=None)
    cut = _pull(browser, origin, agent.new_code(), members, cut_after=3)
    return [
        figure("pull first members", whole["first"], "s", FIRST_SECONDS),
        figure("pull all", whole["all"], "s", WHOLE_SECONDS, pages=whole["pages"], kb=whole["kb"]),
        figure("pull heap", whole["heap"], "MB", MEMORY_MB, before=whole["heap_before"]),
        figure("pull process", whole["process"], "MB", MEMORY_MB, before=whole["process_before"]),
        figure("pull asked again", cut["again"], "pages", 1, all_s=cut["all"], away_s=AWAY_SECONDS),
    ]


def _pull(browser: Browser, origin: str, code: str, members: int, *, cut_after: int | None) -> dict[str, Any]:
    """``heap`` is the most the page's JavaScript held, ``process`` by how much the process of the page grew at most, from a
    phone that is activated and has no member yet."""
    others = renderers()
    with slow_phone(browser, origin) as phone:
        phone.cdp.send("Performance.enable")
        phone.app.open()
        phone.app.see("screen-activate")
        own = {pid: process for pid, process in renderers().items() if pid not in others}
        phone.line.fail(Fault("unheard", "/api/v1/sync/pull"))
        phone.app.enter_code(code)
        phone.app.choose_pin()
        phone.app.go("#/members")
        phone.app.see("screen-members")
        phone.page.wait_for_timeout(3000)
        before = {"heap": _heap(phone), "process": private_mb(own)}
        phone.line.requests.clear()
        began = time.monotonic()
        phone.line.mend()
        phone.page.evaluate("dispatchEvent(new Event('online'))")
        found = _follow(phone, own, began, members, cut_after)
        asked = _cursors(phone.line)
    return {
        "first": round(found["first"], 1),
        "all": round(found["all"], 1),
        "heap": round(found["heap"], 1),
        "heap_before": round(before["heap"], 1),
        "process": round(found["process"] - before["process"], 1),
        "process_before": round(before["process"], 1),
        "pages": len(set(asked)),
        "kb": found["kb"],
        "again": len(asked) - len(set(asked)),
    }


def _follow(phone: SlowPhone, own: dict[int, Any], began: float, members: int, cut_after: int | None) -> dict[str, Any]:
    """Times are from when the first page could be asked for."""
    found: dict[str, Any] = {"heap": 0.0, "process": 0.0, "first": None}
    deadline, cut = time.monotonic() + MOST_SECONDS, False
    while True:
        shown = phone.page.evaluate(SHOWN)
        now = time.monotonic()
        found["heap"] = max(found["heap"], _heap(phone))
        found["process"] = max(found["process"], private_mb(own))
        if shown and found["first"] is None:
            found["first"] = now - began
        # Not before the list is on the screen: its own program would be cut off as well.
        if cut_after is not None and shown and not cut and len(_cursors(phone.line)) >= cut_after:
            phone.line.cut(AWAY_SECONDS)
            cut = True
        if shown >= members:
            kb = round(sum(r.size for r in phone.line.requests if _PULL.match(r.path)) / 1000)
            return {**found, "all": now - began, "kb": kb}
        if now > deadline:
            raise TimeoutError(f"{shown} of {members} members after {MOST_SECONDS} s")
        phone.page.wait_for_timeout(150)


_PULL = re.compile(r"/api/v1/sync/pull\?(?:.*&)?cursor=(\d+)")


def _cursors(line: Line) -> list[str]:
    """Of every request for members that came to the line and brought members, in order; the quiet rounds afterwards ask too."""
    found = [match.group(1) for r in list(line.requests) if (match := _PULL.match(r.path))]
    last = max(found, key=int, default=None)
    return [cursor for cursor in found if cursor != last or found.count(last) == 1]


def _heap(phone: SlowPhone) -> float:
    metrics = {m["name"]: m["value"] for m in phone.cdp.send("Performance.getMetrics")["metrics"]}
    return float(metrics["JSHeapUsedSize"]) / 1e6
