"""Staff at their desks: login with a second factor, lock-out, one-click decisions, codes for phones, both languages."""

import os
import re
import signal

from playwright.sync_api import expect

from tests.e2e.app import FieldApp
from tests.e2e.chromium import RESTART_MS
from tests.e2e.conftest import NewDesk, login_of
from tests.e2e.desk import fresh_code
from tests.running import Running

JELUTUNG_AGENT = 1
"""M. Ridwan of KC Jambi."""


def test_log_in_with_password_and_code_reaches_the_console(field: Running, new_desk: NewDesk) -> None:
    desk, login = new_desk(), login_of(field, "kanwil")
    desk.open("/console/")
    expect(desk.page).to_have_url(re.compile("/accounts/login/"))
    desk.give_password(login["username"], login["password"])
    with desk.page.expect_navigation():
        desk.give_code("000000")
    expect(desk.page).to_have_url(re.compile("/accounts/2fa/authenticate"))
    desk.give_code(fresh_code(login["totp_secret"]))
    expect(desk.page.locator(".top-office")).to_contain_text("Kanwil Sumatera Bagian Selatan")


def test_log_in_without_the_second_factor_opens_nothing(field: Running, new_desk: NewDesk) -> None:
    desk, login = new_desk(), login_of(field, "kepala.bungo")
    desk.give_password(login["username"], login["password"])
    desk.open("/console/members/")
    expect(desk.page).to_have_url(re.compile("/accounts/(login|2fa/authenticate)/"))
    expect(desk.page.locator("table")).to_have_count(0)


def test_log_in_with_five_wrong_passwords_locks_the_login(field: Running, new_desk: NewDesk) -> None:
    desk, login = new_desk(), login_of(field, "kcp.tungkal")
    for _ in range(5):
        with desk.page.expect_response(lambda answer: answer.request.method == "POST"):
            desk.give_password(login["username"], "salah-salah-salah-1")
    expect(desk.page.locator("h1")).to_have_text(re.compile("Terlalu banyak|Too many"))
    desk.give_password(login["username"], login["password"])
    expect(desk.page.locator("h1")).to_have_text(re.compile("Terlalu banyak|Too many"))


def test_decide_a_review_takes_one_click(new_desk: NewDesk) -> None:
    desk = new_desk("petugas.jambi")
    desk.open("/console/members/reviews/?reason=identity_similar")
    if desk.page.locator("tr[data-row]").count() == 0:
        desk.open("/console/members/reviews/?reason=identity_same")
    rows = desk.page.locator("tr[data-row]")
    name = rows.first.locator("a").first.inner_text()
    rows.first.locator("a").first.click()
    expect(desk.page.locator("h1")).to_contain_text(name)
    address = desk.page.url
    desk.page.locator("button[name=decide][value^='reject:']").first.click()
    expect(desk.page).not_to_have_url(address)
    desk.page.goto(address)
    expect(desk.page.locator("button[name=decide]")).to_have_count(0)


def test_issue_a_code_activates_a_phone_by_its_address(field: Running, new_desk: NewDesk, phone: FieldApp) -> None:
    agent = field.credentials()["agents"][JELUTUNG_AGENT]
    desk = new_desk("kepala.jambi")
    desk.open(f"/console/accounts/devices/{agent['id']}/")
    desk.page.locator("form[action$='/code/'] button").click()
    expect(desk.page.locator("img.qr")).to_be_visible()
    code = desk.page.locator(".activation-code.code").inner_text().replace(" ", "")
    assert len(code) == 10
    phone.open(f"#/activate/{code}")
    expect(phone.at("activation-code-1")).to_have_value(code[:5])
    phone.press("activate")
    phone.choose_pin()
    phone.see("screen-home")
    expect(phone.page.locator("h1")).to_contain_text("Ridwan")


def test_switch_language_turns_the_console_into_english(new_desk: NewDesk) -> None:
    desk = new_desk("petugas.bungo")
    desk.open("/console/members/")
    expect(desk.page.locator("html")).to_have_attribute("lang", "id")
    desk.page.locator(".top-language").click()
    expect(desk.page.locator("html")).to_have_attribute("lang", "en")
    expect(desk.page.locator("h1")).to_contain_text("Members")
    desk.page.locator(".top-language").click()
    expect(desk.page.locator("html")).to_have_attribute("lang", "id")


def test_live_page_comes_back_when_its_process_dies(field: Running, new_desk: NewDesk) -> None:
    desk = new_desk("petugas.jambi")
    desk.open("/console/live/branch/1501/")
    state = desk.page.locator("#live-state [role=status]")
    live = re.compile("Langsung|Live")
    expect(state).to_have_text(live)
    first = field.state()["services"]["live"]
    os.kill(first["pid"], signal.SIGKILL)
    expect(state).not_to_have_text(live)
    expect(state).to_have_text(live, timeout=RESTART_MS)
    assert field.state()["services"]["live"]["pid"] != first["pid"]


def test_branch_of_another_office_is_refused(new_desk: NewDesk) -> None:
    desk = new_desk("petugas.jambi")
    answer = desk.page.goto(f"{desk.origin}/console/live/branch/1502/")
    assert answer is not None
    assert answer.status == 403


def test_code_for_many_bills_sums_what_is_ticked(new_desk: NewDesk) -> None:
    desk = new_desk("petugas.jambi")
    desk.open("/console/payments/orders/new/")
    page = desk.page
    payer = page.locator("#id option").nth(3).get_attribute("value")
    desk.open(f"/console/payments/orders/new/?by=agent&id={payer}")
    boxes, total, make = (
        page.locator("[name=bill]"),
        page.locator("[data-ticked-sum]"),
        page.locator("[data-needs-tick]"),
    )
    page.locator("[data-tick-all]").uncheck()
    expect(total).to_have_text("Rp0")
    expect(make).to_be_disabled()
    boxes.first.check()
    expect(total).to_have_text(page.locator("tr:has([name=bill]) td.number").first.inner_text().strip())
    expect(page.locator("[data-ticked-count]")).to_have_text("1")
    make.click()
    expect(page).to_have_url(re.compile("/console/payments/orders/1501/"))
