"""Head office takes a statement, explains what differs, and closes the day."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.conftest import NewDesk


def test_take_a_statement_explain_and_close_the_day(new_desk: NewDesk, tmp_path: Path) -> None:
    desk = new_desk("pusat")
    page = desk.page
    desk.open("/console/reconciliation/")
    with page.expect_download() as waited:
        page.get_by_role("link", name="Bank Demo Batanghari").first.click()
    file = tmp_path / "mutasi.sta"
    waited.value.save_as(file)
    page.locator("[name=bank]").select_option("demo-rsa")
    page.locator("[name=file]").set_input_files(file)
    page.locator("form[action$='/send/'] button[type=submit]").click()
    days = page.locator("tr[data-row]", has=page.locator("a[href*='/days/demo-rsa/']"))
    expect(days.first).to_be_visible()
    days.first.locator("a").click()
    expect(page).to_have_url(re.compile("/days/demo-rsa/"))
    closing = page.url
    page.locator("form[action$='/close/'] button").click()
    expect(page.locator("[role=alert]")).to_contain_text("E4807")
    explained = 0
    while True:
        page.goto(closing)
        left = page.locator("tr[data-row]", has=page.locator(".state.needs"))
        if left.count() == 0:
            break
        left.first.locator("a").click()
        page.locator("[name=note]").fill("Sudah ditanyakan ke bank, lihat surat 12/XI")
        page.locator("[name=reason]").select_option("other")
        page.locator("button[value=explain]").click()
        expect(page.locator(".notice.done")).to_be_visible()
        explained += 1
    assert explained >= 2
    page.locator("form[action$='/close/'] button").click()
    expect(page.locator(".page-acts .state")).to_contain_text(re.compile("Ditutup|Closed"))
    expect(page.locator("form[action$='/close/']")).to_have_count(0)
