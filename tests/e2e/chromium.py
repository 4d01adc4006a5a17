"""The Chromium of browser tests, pictures and the phone bench."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserType, expect, sync_playwright

MAX_WAIT_MS = 60_000
"""For what the server answers on a machine that is busy; whatever is on the phone comes at once."""
RESTART_MS = 4 * MAX_WAIT_MS
"""For what waits until a server that was killed is up again, and then tries again after a pause."""
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "locale": "id-ID", "timezone_id": "Asia/Jakarta"}
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def find_chromium() -> str | None:
    """``PERISAI_CHROMIUM`` (``make`` sets it), else what is installed; None leaves it to Playwright's own."""
    return os.environ.get("PERISAI_CHROMIUM") or next((path for path in map(shutil.which, NAMES) if path), None)


@contextmanager
def chromium(arguments: Sequence[str] = ()) -> Iterator[Browser]:
    """A headless one that ends with the block. What a test expects is waited for as long as what it presses."""
    expect.set_options(timeout=MAX_WAIT_MS)
    with sync_playwright() as playwright, launched(playwright.chromium, arguments) as browser:
        yield browser


@contextmanager
def launched(kind: BrowserType, arguments: Sequence[str] = ()) -> Iterator[Browser]:
    """Another one beside those that run; ``browser.browser_type`` is its kind."""
    browser = kind.launch(executable_path=find_chromium(), args=["--no-sandbox", *arguments])
    try:
        yield browser
    finally:
        browser.close()
