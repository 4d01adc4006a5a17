"""Office pages on a narrow phone, on paper, and while a large file is on its way."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NewDesk
from tests.e2e.everyone import WIDE

NARROW: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "locale": "id-ID",
    "timezone_id": "Asia/Jakarta",
}
JAMBI = 1501
PAGES = (
    "/console/targets/",
    f"/console/targets/plan/{JAMBI}/",
    "/console/live/",
    "/console/alerts/",
    "/console/reports/",
)
SHORTENED = "cut off: "
"""The name in the head bar, on purpose."""
DARK, LIGHT = (re.compile(rf"^rgb\(({part}), ({part}), ({part})\)$") for part in (r"[1-5]?\d", r"2\d\d"))


def wide(page: Page) -> list[str]:
    return [one for one in page.evaluate(WIDE) if not one.startswith(SHORTENED)]


@pytest.mark.parametrize("username", ["kepala.jambi", "pusat"])
def test_no_page_of_the_menu_is_wider_than_a_narrow_phone(new_desk: NewDesk, username: str) -> None:
    page = (desk := new_desk(username, size=NARROW)).page
    desk.open("/console/")
    links = page.locator(".side a[href^='/console/']").evaluate_all("all => all.map((a) => a.getAttribute('href'))")
    addresses = sorted({*links, *(PAGES if username == "kepala.jambi" else ())})
    assert len(addresses) > 30
    found = {}
    for address in addresses:
        desk.open(address)
        if told := wide(page):
            found[address] = told[:3]
    assert found == {}


def test_paper_is_light_and_holds_tables_whole_where_the_screen_is_dark(new_desk: NewDesk) -> None:
    desk = new_desk("kepala.jambi")
    page = desk.page
    body = page.locator("body")
    page.emulate_media(color_scheme="dark")
    for address in PAGES:
        desk.open(address)
        expect(body).to_have_css("color", LIGHT)
        page.emulate_media(media="print", color_scheme="dark")
        page.set_viewport_size({"width": 794, "height": 1123})
        expect(body).to_have_css("color", DARK)
        assert not page.locator(".side, .top, .page-acts").filter(visible=True).count(), address
        assert [one for one in wide(page) if one.startswith("page ")] == [], address
        page.emulate_media(media="screen", color_scheme="dark")
        page.set_viewport_size({"width": 1366, "height": 768})


def test_file_on_its_way_says_so_and_is_sent_once(new_desk: NewDesk) -> None:
    desk = new_desk("pusat")
    page = desk.page
    desk.open("/console/targets/")
    plan = page.locator("a[href*='/console/targets/plan/']").first.get_attribute("href") or ""
    office = re.search(r"/plan/(\d+)/", plan)
    assert office is not None
    address = f"/console/targets/labour/{office[1]}/"
    desk.open(address)
    page.locator("input[type=file]").set_input_files(
        {"name": "angkatan.xlsx", "mimeType": "application/octet-stream", "buffer": b"no spreadsheet"}
    )
    form = page.locator("form[enctype='multipart/form-data']")
    # What would be sent is counted and held, so that the page can be looked at.
    page.evaluate("""() => {
      window.sent = 0;
      addEventListener("submit", (event) => {
        window.sent += event.defaultPrevented ? 0 : 1;
        event.preventDefault();
      });
    }""")
    form.locator("button[type=submit]").click()
    expect(form.locator("[role=status]")).to_contain_text("sedang dikirim dan diperiksa")
    expect(form.locator("[role=status]")).to_contain_text(re.compile(r"\(\d+ s\)"))
    expect(form.locator("button[type=submit]")).to_be_disabled()
    form.evaluate("(form) => form.requestSubmit()")
    assert page.evaluate("window.sent") == 1
    page.locator("input[type=file]").set_input_files([])
    expect(form.locator("button[type=submit]")).to_be_enabled()
    expect(form.locator("[role=status]")).to_have_count(0)
