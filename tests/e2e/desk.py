"""The console in a browser, as office staff meet it."""

import re
import time
from typing import Any

import pyotp
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.e2e.chromium import MAX_WAIT_MS

CODE_SECONDS = 30
"""A code of the app is shown for so long; the one before it and the next open too, each once."""
_used: set[tuple[str, str]] = set()


class Desk:
    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.context = context
        self.origin = origin
        self.page: Page = context.new_page()
        self.page.set_default_timeout(MAX_WAIT_MS)

    def open(self, path: str) -> None:
        self.page.goto(f"{self.origin}{path}")

    def open_until(self, path: str, shows: Locator) -> None:
        """Opens the page again and again until it shows this: what a phone has sent may still wait for its judgement."""
        until = time.monotonic() + MAX_WAIT_MS / 1000
        self.open(path)
        while shows.count() == 0 and time.monotonic() < until:
            self.page.wait_for_timeout(500)
            self.open(path)
        expect(shows.first).to_be_visible()

    def log_in(self, login: dict[str, Any]) -> None:
        self.give_password(login["username"], login["password"])
        self.log_in_second(login)

    def log_in_second(self, login: dict[str, Any]) -> None:
        """The second step, at its page."""
        expect(self.page).to_have_url(re.compile("/accounts/2fa/authenticate"))
        self.give_code(fresh_code(login["totp_secret"]))
        expect(self.page).to_have_url(re.compile("/console/"))

    def give_password(self, username: str, password: str) -> None:
        self.open("/accounts/login/")
        self.page.locator("[name=login]").fill(username)
        self.page.locator("[name=password]").fill(password)
        self.page.locator("main form button[type=submit], form button[type=submit]").first.click()

    def give_code(self, code: str) -> None:
        self.page.locator("[name=code]").fill(code)
        self.page.locator("form:has([name=code]) button[type=submit]").first.click()


def fresh_code(secret: str) -> str:
    """One that has opened nothing yet."""
    app = pyotp.TOTP(secret)
    while True:
        now = time.time()
        for moment in (now, now + CODE_SECONDS):
            if (use := (secret, app.at(moment))) not in _used:
                _used.add(use)
                return use[1]
        time.sleep(CODE_SECONDS - now % CODE_SECONDS)
