"""A phone in the stall: the field app on a line that a test can spoil, and the mishaps of the phone itself."""

import os
import re
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any

import psutil
from playwright.sync_api import BrowserContext, CDPSession, expect

from tests.e2e.app import FIRST, LAST, MAX_WAIT_MS, FieldApp, Worker
from tests.e2e.chromium import PHONE
from tests.e2e.line import Line

# The whole page lives by a clock that is off, and it stays off when the page is loaded again.
SHIFT = """
(() => {
  const real = Date, shift = () => Number(localStorage.getItem("test-clock-shift") ?? 0);
  class Shifted extends real {
    constructor(...parts) { if (parts.length === 0) super(real.now() + shift()); else super(...parts); }
    static now() { return real.now() + shift(); }
  }
  globalThis.Date = Shifted;
})();
"""
PHONE_ANYWHERE = {name: value for name, value in PHONE.items() if name != "timezone_id"}
"""A phone whose time zone a test may change."""
_numbers = count(1)


def people(number: int) -> list[Worker]:
    """Workers whom no other test enrols."""
    found = []
    for n in [next(_numbers) for _ in range(number)]:
        birth = date(1970 + n % 35, n % 12 + 1, n % 27 + 1)
        nik = f"157108{birth:%d%m%y}7{n:03d}"
        name = f"{FIRST[n % len(FIRST)]}{'aeiou'[n // 50 % 5]} {LAST[n // len(FIRST) % len(LAST)]}"
        found.append(Worker(name, nik, birth, f"08130011{n:04d}"))
    return found


@dataclass
class Stall:
    """``app`` speaks to the server through ``line``. Browser storage is that of ``context``."""

    app: FieldApp
    line: Line
    context: BrowserContext
    codes: list[str]
    cdp: CDPSession = field(init=False)

    def __post_init__(self) -> None:
        self.context.add_init_script(SHIFT)
        self._hold_page()

    def _hold_page(self) -> None:
        self.cdp = self.context.new_cdp_session(self.app.page)
        self.set_time_zone("Asia/Jakarta")

    def set_time_zone(self, zone: str) -> None:
        self.cdp.send("Emulation.setTimezoneOverride", {"timezoneId": zone})

    def activate(self) -> None:
        self.app.activate(self.codes.pop(0))
        self.app.wait_ready_for_offline()

    def reload(self) -> None:
        self.app.reload()
        self.app.come_in()

    def set_clock(self, days: float) -> None:
        """So far from the true time from now on, and when the page is loaded again."""
        self.app.page.evaluate("ms => localStorage.setItem('test-clock-shift', ms)", str(int(days * 86_400_000)))

    def kill_page(self) -> None:
        """SIGKILL to the process of the page, as a phone short of memory does; a new page is opened but not loaded."""
        for process in page_processes(self.context):
            os.kill(process.pid, signal.SIGKILL)
        self.app.page.close()
        self.open_page()

    def open_page(self) -> None:
        self.app.page = self.context.new_page()
        self.app.page.set_default_timeout(MAX_WAIT_MS)
        self._hold_page()

    def send_now(self) -> None:
        """The agent presses "send now" in the outbox; comes back at once."""
        self.app.go("#/outbox")
        self.app.press("send-now")

    def expect_said(self, *words: str) -> None:
        """Each of these can be read on the screen, in a place that screen readers speak."""
        for word in words:
            said = self.app.page.locator("[role=status], [role=alert]").filter(has_text=re.compile(word, re.IGNORECASE))
            expect(said.first).to_be_visible(timeout=MAX_WAIT_MS)

    def until(self, condition: Callable[[], bool], what: str, seconds: float = MAX_WAIT_MS / 1000) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"not in {seconds} s: {what}"
            self.app.page.wait_for_timeout(100)


def page_processes(context: BrowserContext) -> list[psutil.Process]:
    """Chromium's renderer processes of the pages and workers of this test's browser that were started last."""
    browser = context.browser
    assert browser is not None
    session = browser.new_browser_cdp_session()
    infos: list[dict[str, Any]] = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    pids = [info["id"] for info in infos if info["type"] == "renderer" and psutil.pid_exists(info["id"])]
    return [psutil.Process(pid) for pid in pids]
