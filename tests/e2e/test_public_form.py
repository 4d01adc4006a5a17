"""The public form alone, on a phone of 360 by 740: without a script, on a slow line, with an impatient thumb and bad photos."""

import io
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.e2e.axe import serious
from tests.e2e.chromium import MAX_WAIT_MS, PHONE
from tests.e2e.line import Fault, Line, line_to
from tests.e2e.mishaps.books import Books
from tests.running import Running

FORM = "/daftar-agen/?kantor=1501"
SLOW = {"down": 16_000.0, "up": 8_000.0, "rtt": 0.2}
"""Bytes a second and seconds: a stall at the edge of 2G and 3G."""
PAPERS = ("id_card", "face", "certificate", "bank_book")


@pytest.fixture(params=[False, True], ids=["without script", "with script"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    yield from opened(browser, java_script_enabled=request.param)


@pytest.fixture
def scripted(browser: Browser) -> Iterator[Page]:
    """As people have it; axe, too, is a script."""
    yield from opened(browser)


def opened(browser: Browser, **options: Any) -> Iterator[Page]:
    context = browser.new_context(**PHONE, has_touch=True, is_mobile=True, **options)
    found = context.new_page()
    found.set_default_timeout(MAX_WAIT_MS)
    yield found
    context.close()


def fill(page: Page, name: str, phone: str, nik: str) -> None:
    page.locator("[name=full_name]").fill(name)
    page.locator("[name=nik]").fill(nik)
    page.locator("[name=birth_date]").fill("1994-07-21")
    page.locator("[name=education]").select_option("3")
    page.locator("[name=phone]").fill(phone)
    page.locator("[name=district_1]").select_option("15.71.08")
    page.locator("[name=is_bpu_member][value=yes]").check()
    page.locator("[name=is_bpjs_employee][value=no]").check()
    page.locator("[name=consent]").check()


def send(page: Page) -> Any:
    return page.locator("form:has([name=consent]) button[type=submit]")


def tap_twice(page: Page, line: Line) -> None:
    """Both taps are on their way before the server hears of one of them, and then it hears of both at once."""
    held = line.fail(Fault("held", path="/daftar-agen/", methods=("POST",)))
    send(page).scroll_into_view_if_needed()
    box = send(page).bounding_box()
    assert box
    for taps in (1, 2):
        page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        until = time.monotonic() + MAX_WAIT_MS / 1000
        while held.done < taps and time.monotonic() < until:
            page.wait_for_timeout(50)
        assert held.done == taps
    line.mend()


def posts(line: Line) -> int:
    return sum(one.method == "POST" for one in line.requests)


def photo(name: str, data: bytes) -> Any:
    return {"name": name, "mimeType": "image/jpeg", "buffer": data}


def picture() -> bytes:
    kept = io.BytesIO()
    Image.effect_noise((640, 480), 60).convert("RGB").save(kept, "JPEG")
    return kept.getvalue()


def applications(field: Running, name: str) -> int:
    return len(Books(field).rows("SELECT id FROM recruitment_candidate WHERE full_name = %s", name))


def assert_fits(page: Page) -> None:
    """Nothing is wider than the phone, and axe finds nothing serious."""
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
    assert serious(page) == []


def test_slow_line_and_a_double_tap_make_one_application(
    page: Page, field: Running, request: pytest.FixtureRequest
) -> None:
    has_script = "with script" in request.node.callspec.id
    name, phone = ("Zulkifli Berskrip", "0812 0009 9402") if has_script else ("Zulkifli Polos", "0812 0009 9401")
    nik = "1571082107949402" if has_script else "1571082107949401"
    with line_to(field.origin, **SLOW) as line:
        page.goto(f"{line.origin}/daftar-agen/")
        page.locator("#kantor").select_option("1501")
        page.locator("form button[type=submit]").first.click()
        fill(page, name, phone, nik[:-1])
        send(page).click()
        expect(page.locator("#errors")).to_contain_text("NIK harus 16 angka.")
        for field_name, kept in (
            ("full_name", name),
            ("nik", nik[:-1]),
            ("birth_date", "1994-07-21"),
            ("phone", phone),
        ):
            expect(page.locator(f"[name={field_name}]")).to_have_value(kept)
        expect(page.locator("[name=district_1]")).to_have_value("15.71.08")
        expect(page.locator("[name=is_bpu_member][value=yes]")).to_be_checked()
        expect(page.locator("[name=consent]")).to_be_checked()
        assert applications(field, name) == 0
        page.locator("[name=nik]").fill(nik)
        tap_twice(page, line)
        code = page.locator(".number")
        expect(code).to_have_text(re.compile(r"1501-[A-Z0-9]{5}-[A-Z0-9]{5}"))
        typed = code.inner_text().lower().replace("-", " ")
        until = time.monotonic() + MAX_WAIT_MS / 1000
        while posts(line) < 3 and time.monotonic() < until:
            page.wait_for_timeout(50)
        assert posts(line) == 3, "the form with an error, and both taps"
    assert applications(field, name) == 1
    page.goto(f"{field.origin}/daftar-agen/cek/")
    page.locator("#code").fill(typed)
    page.locator("main form button[type=submit], form button[type=submit]").first.click()
    expect(page.locator("h1").first).to_have_text("Lamaran Anda sedang diperiksa")
    expect(page.locator("body")).to_contain_text(name)


def test_bad_photos_are_told_and_take_nothing_with_them(scripted: Page, field: Running) -> None:
    page = scripted
    page.goto(f"{field.origin}{FORM}")
    fill(page, "Zulkifli Berfoto", "0812 0009 9403", "1571082107949403")
    send(page).click()
    expect(page.locator(".number")).to_be_visible()
    give(page, "id_card", photo("ktp.jpg", picture()))
    expect(page.locator("form.here #p-id_card")).to_be_visible()
    give(page, "face", photo("wajah.jpg", b"\xff\xd8\xff" + bytes(9 * 1024 * 1024)))
    expect(page.locator("form:has(#p-face) [role=alert]")).to_contain_text("Foto terlalu besar (paling besar 8 MB).")
    give(page, "face", photo("surat.jpg", b"%PDF-1.7 bukan foto"))
    expect(page.locator("form:has(#p-face) [role=alert]")).to_contain_text("Foto tidak dapat dibaca")
    expect(page.locator("form:has(#p-face) [role=alert]")).to_contain_text("harus dipilih lagi")
    expect(page.locator("form.here #p-id_card")).to_be_visible()
    assert_fits(page)
    for kind in PAPERS[1:]:
        give(page, kind, photo(f"{kind}.jpg", picture()))
        expect(page.locator(f"form.here #p-{kind}")).to_be_visible()
    expect(page.locator("#dokumen .badge")).to_have_text("lengkap")
    assert_fits(page)


def give(page: Page, kind: str, sent: Any) -> None:
    page.locator(f"#p-{kind}").set_input_files(sent)
    page.locator(f"form:has(#p-{kind}) button").click()


def test_every_page_of_the_way_fits_the_phone_and_everybody(scripted: Page, field: Running) -> None:
    page = scripted
    for path in ("/daftar-agen/", FORM, "/daftar-agen/cek/"):
        page.goto(f"{field.origin}{path}")
        assert_fits(page)
    page.locator("#code").fill("1501-AAAAA-AAAAA")
    page.locator("form button[type=submit]").first.click()
    expect(page.locator("[role=alert]")).to_be_visible()
    assert_fits(page)
    page.goto(f"{field.origin}{FORM}")
    send(page).click()
    expect(page.locator("#errors li").first).to_be_visible()
    assert_fits(page)
