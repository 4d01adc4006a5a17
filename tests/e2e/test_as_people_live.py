"""Enrolment as people live, on the real server: no number of their own, no birth date, a thumb, a whole family, no signal."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.app import MAX_WAIT_MS, FieldApp, Worker, small_photo, workers
from tests.e2e.chromium import PHONE
from tests.running import Running

AGENT = 6
"""Of KC Jambi; nobody else's test uses this phone."""
TAPS_MOST = 45
CARD = Path(__file__).parents[1] / "golden/cards/01-clean.jpg"
"""Of nobody: drawn, with SPECIMEN across it."""
COUNT_TAPS = """() => {
  window.taps = 0;
  addEventListener("pointerdown", (event) => { if (event.isTrusted) window.taps += 1; }, { capture: true });
}"""
PRINTER = """
window.printed = [];
window.printerIsOff = false;
const characteristic = {
  properties: { write: false, writeWithoutResponse: true },
  writeValueWithoutResponse: async (bytes) => { window.printed.push(...bytes); },
};
const service = { uuid: "000018f0-0000-1000-8000-00805f9b34fb", getCharacteristics: async () => [characteristic] };
const server = { getPrimaryServices: async () => [service] };
const gatt = {
  connect: async () => { if (window.printerIsOff) throw new DOMException("off", "NetworkError"); return server; },
  disconnect: () => undefined,
};
Object.defineProperty(navigator, "bluetooth", { value: {
  getAvailability: async () => true,
  requestDevice: async () => ({ name: "RPP02N", gatt }),
} });
"""
"""A printer of 58 mm as its maker's chip shows itself over Bluetooth; there is none in a test's machine."""


@pytest.fixture(scope="module")
def app(browser: Browser, field: Running) -> Iterator[FieldApp]:
    context = browser.new_context(**PHONE)
    context.add_init_script(PRINTER)
    app = FieldApp(context, field.origin)
    app.activate(field.credentials()["agents"][AGENT]["activation_code"])
    app.wait_ready_for_offline()
    yield app
    context.close()


def test_worker_who_fits_no_form_leaves_with_a_code_and_a_slip_without_signal(app: FieldApp) -> None:
    (worker,) = workers(1, 60)
    app.go_offline()
    try:
        app.go("#/enrol")
        app.see("step-identity")
        fill_as_they_live(app, worker)
        app.press("next")
        app.fill_work(worker)
        app.press("next")
        app.see("step-programmes")
        app.press("next")
        agree_by_thumb(app)
        app.press("next")
        expect(app.see("summary-identity")).to_contain_text(re.compile("Menyusul"))
        app.press("confirm")
        op = str(app.see("saved-state").get_attribute("data-op"))
        code = str(app.see("payment-code").get_attribute("data-code"))
        app.see("not-payable-yet")
        app.press("to-slip")
        see_the_slip(app, worker, code)
    finally:
        app.come_back()
    app.sync_until(0)
    app.go(f"#/member/{op}")
    expect(app.at("member-state")).to_have_attribute("data-state", re.compile("accepted|review"), timeout=MAX_WAIT_MS)
    assert app.see("payment-code").get_attribute("data-code") == code
    expect(app.see("late-photo")).to_be_visible()


def fill_as_they_live(app: FieldApp, worker: Worker) -> None:
    """A name of one word, about how old, and a neighbour's number."""
    app.type("name", worker.name.split()[0])
    app.press("birth-unknown")
    app.choose("birth-known-estimate")
    app.type("age", "50")
    app.type("nik", worker.nik)
    app.choose(f"sex-{worker.sex}")
    app.choose("phone-owner-other")
    app.type("phone-whose", "tetangga, Galuhan")
    app.type("phone", worker.phone)
    app.type("address", "Jl. Contoh No. 1")
    if not app.at("village-picked").count():
        app.type("village", worker.village_typed)
        app.press(f"village-{worker.village}")


def agree_by_thumb(app: FieldApp) -> None:
    app.see("step-consent")
    app.choose("consent-enrolment")
    app.choose("consent-photo")
    app.choose("signing-thumb")
    app.press("next")
    app.see("error-summary")
    app.at("thumb").scroll_into_view_if_needed()
    box = app.at("thumb").bounding_box()
    app.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 3)
    app.page.mouse.down()
    expect(app.at("thumb")).to_have_attribute("data-done", "true")
    app.page.mouse.up()
    app.type("witness-name", "Galuhan Vedanto")
    app.at("witness-relation").select_option("neighbour")


def see_the_slip(app: FieldApp, worker: Worker, code: str) -> None:
    """On the screen, as a picture, as an SMS and on paper: the code, and nothing of the card."""
    slip = app.see("slip")
    expect(slip).to_have_attribute("data-ready", "false")
    assert worker.nik not in slip.inner_text()
    sms = str(app.at("slip-sms").get_attribute("href"))
    assert sms.startswith(f"sms:+62{worker.phone[1:]}?body=")
    assert code in sms
    with app.page.expect_download() as download:
        app.press("slip-save")
    assert download.value.path().read_bytes().startswith(b"\x89PNG")
    app.page.evaluate("window.printerIsOff = true")
    app.press("slip-print")
    expect(app.at("slip-acts")).to_contain_text("Printer tidak menjawab")
    app.page.evaluate("window.printerIsOff = false")
    app.press("slip-print")
    expect(app.at("slip-acts")).to_contain_text("dikirim ke printer")
    paper = bytes(app.page.evaluate("window.printed")).decode("latin-1")
    assert " ".join(re.findall("....", code)) in paper
    assert worker.nik not in paper


def test_family_goes_one_after_the_other_with_what_it_shares(app: FieldApp) -> None:
    mother, child = workers(2, 62)
    app.enrol(mother)
    app.press("next-of-series")
    app.see("kept")
    expect(app.at("progress")).to_contain_text("Pekerja ke-2")
    expect(app.at("address")).to_have_value("Jl. Contoh No. 1")
    expect(app.at("name")).to_have_value("")
    app.fill_identity(child)
    app.press("next")
    app.see("job-picked")
    expect(app.at("income")).to_have_value("1.500.000")
    app.press("next")
    app.see("step-programmes")
    app.press("next")
    app.fill_consent(child)
    app.press("next")
    app.press("confirm")
    app.see("saved-state")
    app.press("finish-series")
    expect(app.at("series-member")).to_have_count(2)
    for worker in (mother, child):
        expect(app.at("screen-series")).to_contain_text(worker.name)
    app.sync_until(0)


def test_agents_own_number_is_refused_at_once(app: FieldApp, field: Running) -> None:
    app.go("#/enrol")
    app.see("step-identity")
    app.choose("phone-owner-own")
    app.type("phone", own_number(field))
    expect(app.see("phone-error")).to_contain_text("nomor Anda sendiri")
    app.choose("phone-owner-none")
    expect(app.at("phone")).to_have_count(0)
    app.go("#/")
    app.press("draft-discard")


def own_number(field: Running) -> str:
    """As the demo gives its agents one, by branch and place: ``P-1501-0007`` has 0811 0000 1907."""
    _, branch, place = field.credentials()["agents"][AGENT]["code"].split("-")
    return f"0811000{int(branch) % 100:02d}9{int(place):02d}"


def test_worker_reads_the_code_from_their_own_phone(app: FieldApp) -> None:
    (worker,) = workers(1, 64)
    go_to_consent(app, worker)
    app.choose("signing-spoken")
    app.go_offline()
    app.press("spoken-send")
    app.press("spoken-other")
    app.see("thumb")
    app.come_back()
    app.choose("signing-spoken")
    app.press("spoken-send")
    app.see("spoken-code")
    app.type("spoken-code", code_on_the_phone_of(worker, app))
    app.press("next")
    app.see("step-summary")
    app.press("confirm")
    app.see("saved-state")
    app.sync_until(0)
    expect(app.at("saved-state")).to_have_attribute("data-state", "accepted", timeout=MAX_WAIT_MS)


def go_to_consent(app: FieldApp, worker: Worker) -> None:
    app.go("#/enrol")
    app.see("step-identity")
    app.fill_identity(worker)
    app.press("next")
    app.fill_work(worker)
    app.press("next")
    app.see("step-programmes")
    app.press("next")
    app.see("step-consent")
    app.choose("consent-enrolment")


def code_on_the_phone_of(worker: Worker, app: FieldApp) -> str:
    """The text as the demo's phones show it."""
    page = app.context.new_page()
    page.goto(f"{app.origin}/simulate/sms/?to={worker.phone[-8:]}")
    shown = page.locator("main, body").first
    expect(shown).to_contain_text(re.compile(r"\b\d{6}\b"), timeout=MAX_WAIT_MS)
    code = re.search(r"\b(\d{6})\b", shown.inner_text())
    page.close()
    assert code is not None
    return code.group(1)


def test_page_that_the_camera_closed_opens_where_it_was(app: FieldApp) -> None:
    (worker,) = workers(1, 65)
    app.go("#/enrol")
    app.see("step-identity")
    app.type("nik", worker.nik)
    app.type("name", worker.name)
    with app.page.expect_file_chooser():
        app.press("photo-camera-button")
    app.page.close()
    app.page = app.context.new_page()
    app.open()
    app.see("step-identity")
    expect(app.see("was-closed")).to_be_visible()
    expect(app.at("name")).to_have_value(worker.name)
    file: Any = {"name": "ktp.jpg", "mimeType": "image/jpeg", "buffer": small_photo()}
    app.at("photo-gallery").set_input_files(file)
    app.see("photo-preview")
    expect(app.at("was-closed")).to_have_count(0)
    app.go("#/")
    app.press("draft-discard")


def test_what_the_camera_read_is_marked_until_somebody_looks(app: FieldApp) -> None:
    (worker,) = workers(1, 67)
    app.go("#/enrol")
    app.see("step-identity")
    app.type("name", worker.name)
    app.at("photo-gallery").set_input_files(CARD)
    app.press("read-card")
    app.see("read-outcome")
    expect(app.at("name")).to_have_value(worker.name)
    expect(app.at("name-mark")).to_have_count(0)
    expect(app.see("nik-mark")).to_contain_text("periksa")
    app.at("nik").focus()
    app.at("name").focus()
    expect(app.at("nik-mark")).to_have_count(0)
    app.choose("phone-owner-none")
    app.press("next")
    app.fill_work(worker)
    app.press("next")
    app.see("step-programmes")
    app.press("next")
    app.fill_consent(worker)
    app.press("next")
    app.see("step-summary")
    app.press("confirm")
    app.see("read-left")
    app.press("read-left-birth_date")
    expect(app.at("birth-date-day")).to_be_focused()
    app.go("#/")
    app.press("draft-discard")


def test_enrolment_needs_few_taps(app: FieldApp) -> None:
    (worker,) = workers(1, 66)
    app.go("#/")
    app.see("screen-home")
    app.page.evaluate(COUNT_TAPS)
    app.press("enrol")
    app.see("step-identity")
    tap_and_type(app, "nik", worker.nik)
    tap_and_type(app, "name", worker.name)
    app.choose("phone-owner-own")
    tap_and_type(app, "phone", worker.phone)
    tap_and_type(app, "address", "Jl. Contoh No. 1")
    if not app.at("village-picked").count():
        tap_and_type(app, "village", worker.village_typed)
        app.press(f"village-{worker.village}")
    app.press("next")
    app.see("step-work")
    if not app.at("job-picked").count():
        tap_and_type(app, "job-search", "Pedagang pasar")
        app.press("job-trade.market")
    tap_and_type(app, "income", worker.income)
    app.choose("employs-no")
    app.press("next")
    app.see("step-programmes")
    app.press("next")
    app.see("step-consent")
    for purpose in ("enrolment", "contact", "photo"):
        app.choose(f"consent-{purpose}")
    tap_and_type(app, "signature-name", worker.name)
    app.press("next")
    app.see("step-summary")
    app.press("confirm")
    app.see("saved-state")
    assert 10 < app.page.evaluate("window.taps") <= TAPS_MOST


def tap_and_type(app: FieldApp, testid: str, text: str) -> None:
    app.press(testid)
    app.page.keyboard.type(text)
