"""The field app in a browser as an agent's thumb meets it: every form is filled, every button pressed, by what is on the screen."""

import base64
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Error, Page, expect

from tests.e2e.chromium import MAX_WAIT_MS

__all__ = ["MAX_WAIT_MS"]

GATE = "quota-go-on"
PIN = "482613"


@dataclass(frozen=True)
class Worker:
    """A synthetic worker: the NIK's serial begins with 9, the telephone number belongs to nobody."""

    name: str
    nik: str
    birth: date
    phone: str
    sex: str = "M"
    village: str = "15.71.08.1001"
    village_typed: str = "Jelutung"
    income: str = "1500000"


FIRST = ("Arlen", "Borisa", "Cekmat", "Delvan", "Ermon", "Faresa", "Galuhan", "Hendro", "Ilmasari", "Jumadi")
LAST = (
    "Wiratno",
    "Zamzuri",
    "Qodratin",
    "Vedanto",
    "Xaverino",
    "Yulbahri",
    "Ostrandi",
    "Nurkamal",
    "Padmolo",
    "Tarumin",
)


def workers(count: int, start: int = 0) -> list[Worker]:
    """People who look like nobody else in the demo world, nor like each other: other names, birthdays and telephones.

    ``start + count`` is at most 100: so many names there are."""
    found = []
    for n in range(start, start + count):
        birth = date(1971 + n % 30, n % 12 + 1, n % 27 + 2)
        nik = f"157108{birth:%d%m%y}9{n + 1:03d}"
        name = f"{FIRST[n % len(FIRST)]} {LAST[n // len(FIRST) % len(LAST)]}"
        found.append(Worker(name, nik, birth, f"0812000990{n:02d}"))
    return found


class FieldApp:
    """One phone: a browser context of its own, at 360 x 740."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.context = context
        self.origin = origin
        self.page: Page = context.new_page()
        self.page.set_default_timeout(MAX_WAIT_MS)

    def open(self, hash_: str = "#/") -> None:
        self.page.goto(f"{self.origin}/app/{hash_}")

    def reload(self) -> None:
        try:
            self.page.reload()
        except Error as failure:
            if "ERR_ABORTED" not in failure.message:
                raise
            self.page.wait_for_load_state()  # the app was loading itself anew: a new version, or its storage is gone

    def go(self, hash_: str) -> None:
        """To another screen of the open app, without loading it anew."""
        self.page.evaluate("hash => { location.hash = hash }", hash_)

    def activate(self, code: str) -> None:
        self.open()
        self.enter_code(code)
        self.choose_pin()
        self.see("screen-home")

    def enter_code(self, code: str) -> None:
        self.type("activation-code-1", code[:5])
        self.type("activation-code-2", code[5:])
        self.press("activate")

    def choose_pin(self, pin: str = PIN) -> None:
        """After activation, and after an update from before there were PINs."""
        self.see("screen-choose-pin")
        self.enter_pin(pin)
        self.enter_pin(pin)

    def enter_pin(self, pin: str = PIN) -> None:
        expect(self.at("pin-entry")).to_have_attribute("data-count", "0", timeout=MAX_WAIT_MS)
        for digit in pin:
            self.press(f"pin-{digit}")

    def lock(self) -> None:
        self.go("#/settings")
        self.press("lock-now")
        self.see("screen-lock")

    def come_in(self) -> None:
        """After a load: gives the PIN where it is asked for."""
        lock = self.at("screen-lock")
        expect(self.page.locator("[data-testid^=screen-], [data-testid^=step-]").first).to_be_visible(
            timeout=MAX_WAIT_MS
        )
        if lock.count():
            self.enter_pin()
            expect(lock).to_have_count(0, timeout=MAX_WAIT_MS)

    def wait_ready_for_offline(self) -> None:
        """The service worker has everything, and the first round has brought figures, rules and villages."""
        self.page.wait_for_function("navigator.serviceWorker.ready.then(() => true)", timeout=MAX_WAIT_MS)
        expect(self.page.locator(".headbar__age")).to_be_visible(timeout=MAX_WAIT_MS)

    def go_offline(self) -> None:
        self.context.set_offline(True)

    def come_back(self) -> None:
        self.context.set_offline(False)

    def enrol(self, worker: Worker, *, photo: bytes | None = None) -> str:
        """The four steps and the last look; returns the op's id."""
        self.go("#/enrol")
        self.pass_quota_gate()
        self.see("step-identity")
        self.fill_identity(worker, photo=photo)
        return self.finish(worker)

    def pass_quota_gate(self) -> None:
        """What the phone may do without signal can be used up: then it says so, and lets the agent go on."""
        first = self.at("step-identity").or_(self.at(GATE))
        expect(first).to_be_visible(timeout=MAX_WAIT_MS)
        if self.at(GATE).is_visible():
            self.at(GATE).click()

    def finish(self, worker: Worker, *, employs: bool = False) -> str:
        """From the filled first step on; returns the op's id."""
        self.fill_rest(worker, employs=employs)
        self.press("confirm")
        state = self.see("saved-state")
        return str(state.get_attribute("data-op"))

    def fill_rest(self, worker: Worker, *, employs: bool = False) -> None:
        """From the filled first step to the last look."""
        self.press("next")
        self.fill_work(worker, employs=employs)
        self.press("next")
        self.see("step-programmes")
        self.press("next")
        self.fill_consent(worker)
        self.press("next")
        self.see("step-summary")

    def fill_identity(self, worker: Worker, *, photo: bytes | None = None) -> None:
        self.type("nik", worker.nik)
        self.type("name", worker.name)
        for part, text in (
            ("day", f"{worker.birth:%d}"),
            ("month", f"{worker.birth:%m}"),
            ("year", f"{worker.birth:%Y}"),
        ):
            self.type(f"birth-date-{part}", text)
        self.choose(f"sex-{worker.sex}")
        self.choose("phone-owner-own")
        self.type("phone", worker.phone)
        self.type("address", "Jl. Contoh No. 1")
        if not self.at("village-picked").count():  # the worker before lived there as well
            self.type("village", worker.village_typed)
            self.press(f"village-{worker.village}")
        if photo is not None:
            file: Any = {"name": "ktp.jpg", "mimeType": "image/jpeg", "buffer": photo}
            self.page.locator("input[type=file]").first.set_input_files(file)
            self.see("photo-preview")

    def fill_work(self, worker: Worker, *, employs: bool = False) -> None:
        self.see("step-work")
        if not self.at("job-picked").count():
            self.type("job-search", "Pedagang pasar")
            self.press("job-trade.market")
        self.type("income", worker.income)
        self.choose("employs-yes" if employs else "employs-no")

    def fill_consent(self, worker: Worker) -> None:
        self.see("step-consent")
        self.choose("consent-enrolment")
        self.choose("consent-photo")
        self.type("signature-name", worker.name)

    def unsent(self) -> int:
        return int(self.at("sync-state").get_attribute("data-unsent") or 0)

    def sync_until(self, unsent: int, *, ms: int = MAX_WAIT_MS) -> None:
        expect(self.at("sync-state")).to_have_attribute("data-unsent", str(unsent), timeout=ms)

    def at(self, testid: str) -> Any:
        return self.page.get_by_test_id(testid)

    def see(self, testid: str) -> Any:
        found = self.at(testid)
        expect(found).to_be_visible(timeout=MAX_WAIT_MS)
        return found

    def press(self, testid: str) -> None:
        self.at(testid).click()

    def choose(self, testid: str) -> None:
        """Presses the whole label, as a thumb does."""
        self.at(testid).locator("xpath=ancestor::label").click()
        expect(self.at(testid)).to_be_checked()

    def type(self, testid: str, text: str) -> None:
        self.at(testid).fill(text)


def small_photo() -> bytes:
    """A JPEG of one grey pixel, as a camera's file would be: the app makes its own picture of it."""
    return base64.b64decode(
        "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////"
        "wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AN//Z"
    )


def path_of(url: str) -> str:
    return urlsplit(url).path
