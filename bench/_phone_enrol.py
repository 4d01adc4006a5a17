"""One enrolment by thumb: every touch counted, every character typed at four a second.

How it is counted. A touch is a press on the glass: of a field, a button, a choice, the camera's shutter and its tick. Characters
are no touches but take a quarter of a second each, one by one through real key events; a date or number that the form fills in
by itself is not typed. Before each touch the thumb takes 0.4 s to find its place; a swipe takes 0.4 s and is counted apart.
The time is the clock's, from the press on "enrol" until the screen says that it is kept, at 4x CPU slowdown.
What is not in it: asking the worker, reading the consents aloud, and the keyboard that covers half of a real phone's screen.
"""

import time
from dataclasses import dataclass

from playwright.sync_api import Browser, Locator, Page

from bench._phone_page import Figure, SlowPhone, figure, slow_phone
from bench._phone_world import Agent
from tests.e2e.app import Worker, small_photo, workers

TAPS, SECONDS = 45, 60
KEY_MS = 250
THUMB_MS = 400
CAMERA_TAPS = 2
"""Shutter and tick, outside the page."""
HEAD, FOOT = 60, 90
"""Pixels at the top and the bottom that a head bar or a foot may cover."""


@dataclass
class Thumb:
    page: Page
    taps: int = 0
    swipes: int = 0
    keys: int = 0

    def tap(self, testid: str) -> None:
        """On the label where it is a choice: the whole of it can be pressed."""
        target = self.page.get_by_test_id(testid).first
        target.wait_for(state="attached")
        label = target.locator("xpath=ancestor::label")
        self._touch(label if label.count() else target)

    def _touch(self, target: Locator) -> None:
        target.wait_for(state="visible")
        box = self._reach(target)
        self.page.wait_for_timeout(THUMB_MS)
        self.page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.taps += 1

    def _reach(self, target: Locator) -> dict[str, float]:
        """Swipes until the middle of it is between head and foot, half a screen at a time."""
        height = self.page.viewport_size["height"] if self.page.viewport_size else 740
        for _ in range(20):
            box = target.bounding_box()
            assert box is not None
            middle = box["y"] + box["height"] / 2
            fixed = target.evaluate("e => e.closest('.page__foot, .nav, .foot') !== null")
            if fixed or HEAD < middle < height - FOOT:
                return dict(box)
            self.page.wait_for_timeout(THUMB_MS)
            self.page.mouse.wheel(0, 300 if middle >= height - FOOT else -300)
            self.swipes += 1
            self.page.wait_for_timeout(100)
        raise AssertionError("cannot be reached by swiping")

    def type(self, testid: str, text: str) -> None:
        """Nothing where the form has filled it in."""
        target = self.page.get_by_test_id(testid)
        if target.input_value() == "":
            self.tap(testid)
            self.keys += len(text)
            self.page.keyboard.type(text, delay=KEY_MS)

    def choose(self, testid: str) -> None:
        """Nothing where it is chosen already."""
        if not self.page.get_by_test_id(testid).is_checked():
            self.tap(testid)

    def photograph(self, testid: str, picture: bytes) -> None:
        with self.page.expect_file_chooser() as chooser:
            self.tap(testid)
        self.page.wait_for_timeout(CAMERA_TAPS * THUMB_MS)
        self.taps += CAMERA_TAPS
        chooser.value.set_files({"name": "ktp.jpg", "mimeType": "image/jpeg", "buffer": picture})


def measure_enrol(browser: Browser, origin: str, agent: Agent) -> list[Figure]:
    with slow_phone(browser, origin) as phone:
        phone.app.activate(agent.new_code())
        phone.app.wait_ready_for_offline()
        thumb, seconds = _enrol(phone, workers(1, 90)[0])
    return [
        figure("enrol taps", thumb.taps, "taps", TAPS, swipes=thumb.swipes, keys=thumb.keys),
        figure("enrol time", seconds, "s", SECONDS, typing=thumb.keys * KEY_MS / 1000),
    ]


def _enrol(phone: SlowPhone, worker: Worker) -> tuple[Thumb, float]:
    phone.app.go("#/")
    phone.app.see("screen-home")
    thumb = Thumb(phone.page)
    began = time.monotonic()
    thumb.tap("enrol")
    fill(thumb, worker)
    phone.page.get_by_test_id("saved-state").wait_for()
    return thumb, time.monotonic() - began


def fill(thumb: Thumb, worker: Worker) -> None:
    """The steps as an agent fills them: photo, NIK, name, telephone, address; job and income; programmes; consent; confirm."""
    thumb.type("nik", worker.nik)
    thumb.type("name", worker.name)
    thumb.type("birth-date-day", f"{worker.birth:%d}")
    thumb.type("birth-date-month", f"{worker.birth:%m}")
    thumb.type("birth-date-year", f"{worker.birth:%Y}")
    thumb.choose(f"sex-{worker.sex}")
    thumb.choose("phone-owner-own")
    thumb.type("phone", worker.phone)
    thumb.type("address", "Lorong Melati 4")
    thumb.type("village", worker.village_typed[:5])
    thumb.tap(f"village-{worker.village}")
    thumb.photograph("photo-camera-button", small_photo())
    thumb.tap("next")
    thumb.type("job-search", "pasar")
    thumb.tap("job-trade.market")
    thumb.type("income", worker.income)
    thumb.choose("employs-no")
    thumb.tap("next")
    thumb.page.get_by_test_id("step-programmes").wait_for()
    thumb.tap("next")
    thumb.choose("consent-enrolment")
    thumb.choose("consent-photo")
    thumb.type("signature-name", worker.name)
    thumb.tap("next")
    thumb.page.get_by_test_id("step-summary").wait_for()
    thumb.tap("confirm")
