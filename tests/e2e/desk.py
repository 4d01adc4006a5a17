"""The console in a browser, as office staff meet it."""

import re
from typing import Any

import pyotp
from playwright.sync_api import BrowserContext, Page, expect


class Desk:
    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.context = context
        self.origin = origin
        self.page: Page = context.new_page()
        self.page.set_default_timeout(30_000)

    def open(self, path: str) -> None:
        self.page.goto(f"{self.origin}{path}")

    def log_in(self, login: dict[str, Any]) -> None:
        self.give_password(login["username"], login["password"])
        self.log_in_second(login)

    def log_in_second(self, login: dict[str, Any]) -> None:
        """The second step, at its page."""
        expect(self.page).to_have_url(re.compile("/accounts/2fa/authenticate"))
        self.give_code(pyotp.TOTP(login["totp_secret"]).now())
        expect(self.page).to_have_url(re.compile("/console/"))

    def give_password(self, username: str, password: str) -> None:
        self.open("/accounts/login/")
        self.page.locator("[name=login]").fill(username)
        self.page.locator("[name=password]").fill(password)
        self.page.locator("main form button[type=submit], form button[type=submit]").first.click()

    def give_code(self, code: str) -> None:
        self.page.locator("[name=code]").fill(code)
        self.page.locator("form:has([name=code]) button[type=submit]").first.click()
