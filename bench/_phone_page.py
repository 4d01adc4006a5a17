"""A slow phone: a browser context at 4x CPU slowdown behind a line like slow 4G, and what its processes hold."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psutil
from playwright.sync_api import Browser, CDPSession, Page

from tests.e2e.app import FieldApp
from tests.e2e.chromium import PHONE
from tests.e2e.line import Line, line_to

SLOWDOWN = 4
RTT_SECONDS = 0.150
DOWN, UP = 1_600_000 / 8, 750_000 / 8
"""Bytes per second."""
TOUCH: dict[str, Any] = {**PHONE, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}

Figure = dict[str, Any]


@dataclass
class SlowPhone:
    app: FieldApp
    line: Line
    cdp: CDPSession

    @property
    def page(self) -> Page:
        return self.app.page


@contextmanager
def slow_phone(browser: Browser, origin: str, *, script: str = "") -> Iterator[SlowPhone]:
    """``script`` runs before the page's own on every load."""
    with line_to(origin, down=DOWN, up=UP, rtt=RTT_SECONDS) as line:
        context = browser.new_context(**TOUCH)
        if script:
            context.add_init_script(script)
        app = FieldApp(context, line.origin)
        cdp = context.new_cdp_session(app.page)
        cdp.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
        try:
            yield SlowPhone(app, line, cdp)
        finally:
            context.close()


def figure(what: str, value: float, unit: str, goal: float | None, **more: Any) -> Figure:
    """At most ``goal`` is met. ``load`` is the machine's load average of the last minute when it was measured."""
    load = round(os.getloadavg()[0], 1)
    shown = round(value, 1) if isinstance(value, float) else value
    ratio = round(value / goal, 2) if goal else None
    met = goal is None or value <= goal
    told = {"what": what, "value": shown, "unit": unit, "limit": None, "ratio": ratio, "goal": goal, "met": met}
    return {**told, "load": load, **more}


def wait_until(page: Page, expression: str, seconds: float = 60.0) -> Any:
    """The first truthy value of an expression; the app's policy lets nobody evaluate text inside the page."""
    deadline = time.monotonic() + seconds
    while not (value := page.evaluate(expression)):
        if time.monotonic() > deadline:
            raise TimeoutError(expression)
        page.wait_for_timeout(100)
    return value


def renderers() -> dict[int, psutil.Process]:
    """Chromium's page processes that this process has started."""
    found = {}
    for process in psutil.Process().children(recursive=True):
        try:
            if any(word == "--type=renderer" for word in process.cmdline()):
                found[process.pid] = process
        except psutil.Error:
            continue
    return found


def private_mb(processes: dict[int, psutil.Process]) -> float:
    """What these processes alone hold, MB."""
    held = 0
    for process in processes.values():
        try:
            held += process.memory_full_info().uss
        except psutil.Error:
            continue
    return held / 1e6
