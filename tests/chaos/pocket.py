"""A phone that dies in the agent's hand: a Chromium with its storage on disk, killed page by page or as a whole."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
from playwright.sync_api import BrowserContext, BrowserType, Page, expect
from playwright.sync_api import Error as BrowserGone

from tests.e2e.app import FieldApp, Worker
from tests.e2e.chromium import PHONE, find_chromium

STEP_MS = 30_000
"""Whatever is on the phone comes within this, or the page has died."""


ACTS = 13
"""What an agent does at least for one worker: fields and buttons."""
WORKER_SECONDS = 400.0
"""However often the phone dies: by then a worker is entered."""


class Mortal(FieldApp):
    """The app of a phone that may die after any act; ``acted`` is told of each."""

    def __init__(self, context: BrowserContext, origin: str, page: Page, acted: Callable[[], None]) -> None:
        self.context, self.origin, self.page = context, origin, page
        self._acted = acted
        page.set_default_timeout(STEP_MS)

    def go(self, hash_: str) -> None:
        """By the address, which fails on a dead page; a script in one would never answer."""
        self.page.goto(f"{self.origin}/app/{hash_}")

    def press(self, testid: str) -> None:
        super().press(testid)
        self._acted()

    def type(self, testid: str, text: str) -> None:
        super().type(testid, text)
        self._acted()


class Pocket:
    """``enrol`` goes on through every death, as an agent does, until the worker is on the phone. ``lives`` counts pages."""

    def __init__(self, kind: BrowserType, folder: Path, origin: str, acted: Callable[[], None]) -> None:
        self._kind, self._folder, self._origin, self._acted = kind, folder, origin, acted
        self.lives = 0
        self.app = self._start()

    def enrol(self, worker: Worker) -> None:
        """Continues the form where the phone kept it; begins one where there is none and the worker is not in the list."""
        begun, deadline = False, time.monotonic() + WORKER_SECONDS
        while True:
            assert time.monotonic() < deadline, f"{worker.name} is not on the phone after {WORKER_SECONDS} s"
            try:
                if not begun:
                    self.app.go("#/enrol")
                self._fill(worker)
                return
            except (BrowserGone, AssertionError):
                self._come_back()
                if self._is_kept(worker):
                    return
                begun = self._continue_draft(worker)

    def _fill(self, worker: Worker) -> None:
        self.app.see("step-identity")
        self.app.fill_identity(worker)
        self.app.finish(worker)

    def _continue_draft(self, worker: Worker) -> bool:
        """Opens the form of this worker at its first step, if the phone has it."""
        try:
            self.app.go("#/")
            self.app.see("screen-home")
            draft = self.app.at("draft").filter(has_text=worker.name)
            if not draft.count():
                return False
            self.app.press("draft-continue")
            self.app.page.wait_for_url("**/app/#/enrol/*/*")
            self.app.go(self.app.page.url.partition("#")[2].rpartition("/")[0].join(("#", "/identity")))
            self.app.see("step-identity")
        except (BrowserGone, AssertionError):
            return False
        return True

    def _is_kept(self, worker: Worker) -> bool:
        with suppress(BrowserGone, AssertionError):
            self.app.go(f"#/members?q={worker.name.replace(' ', '+')}")
            rows = self.app.at("member-row").filter(has_text=worker.name)
            expect(rows.or_(self.app.at("empty")).first).to_be_visible(timeout=STEP_MS)
            return bool(rows.count())
        return False

    def _come_back(self) -> None:
        """A new page, or the whole browser again, until the app is there."""
        deadline = time.monotonic() + WORKER_SECONDS
        while True:
            assert time.monotonic() < deadline, f"the app does not open in {WORKER_SECONDS} s"
            try:
                context = self.app.context
                page = context.new_page()
                for other in context.pages:
                    if other != page:
                        other.close()
                self._take(context, page)
                return
            except (BrowserGone, AssertionError):
                with suppress(BrowserGone):
                    self.app.context.close()
                self._kill_left()
                with suppress(BrowserGone, AssertionError):
                    self.app = self._start()
                    return

    def _start(self) -> Mortal:
        context = self._kind.launch_persistent_context(
            str(self._folder), executable_path=find_chromium(), args=["--no-sandbox"], **PHONE
        )
        return self._take(context, context.pages[0] if context.pages else context.new_page())

    def _take(self, context: BrowserContext, page: Page) -> Mortal:
        self.lives += 1
        self.app = app = Mortal(context, self._origin, page, self._acted)
        app.open()
        app.come_in()
        return app

    def close(self) -> None:
        with suppress(BrowserGone):
            self.app.context.close()

    def kill_page(self) -> None:
        self._kill(lambda process: "--type=renderer" in process.cmdline())

    def kill_all(self) -> None:
        """As when the battery is empty."""
        self._kill(lambda process: True)

    def _kill(self, chosen: Callable[[psutil.Process], bool]) -> None:
        killed = []
        for process in self._processes():
            with suppress(psutil.Error, ProcessLookupError):
                if chosen(process):
                    os.kill(process.pid, signal.SIGKILL)
                    killed.append(process)
        psutil.wait_procs(killed, timeout=5)

    def _kill_left(self) -> None:
        self.kill_all()
        psutil.wait_procs(self._processes(), timeout=5)

    def _processes(self) -> list[psutil.Process]:
        """Of this phone's Chromium: the main one names the folder, the others are its children."""
        mark = f"--user-data-dir={self._folder}"
        found = []
        for process in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):
                words = process.cmdline()
                if mark in words and not any(word.startswith("--type=") for word in words):
                    found += [*process.children(recursive=True), process]
        return found
