"""A visit to a small business without signal: owner and workers at once, cash for all of them, who left and who earns otherwise.

Size: one phone, one business, its owner and two workers.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.e2e.app import MAX_WAIT_MS, FieldApp, Worker, workers
from tests.e2e.axe import serious
from tests.e2e.chromium import PHONE
from tests.e2e.conftest import NewDesk
from tests.running import Running

AGENT = 8
FIRM = "Dapur Uji Bu Wirda"
PEOPLE = workers(3, start=96)
OWNER, STAYS, LEAVES = PEOPLE


@dataclass
class Visited:
    app: FieldApp
    code: str
    total: str


@pytest.fixture(scope="module")
def visited(browser: Browser, field: Running) -> Iterator[Visited]:
    """The visit, made and completed without signal."""
    context = browser.new_context(**PHONE)
    app = FieldApp(context, field.origin)
    app.activate(field.credentials()["agents"][AGENT]["activation_code"])
    app.wait_ready_for_offline()
    app.go_offline()
    app.go("#/employers/new")
    fill_firm(app)
    for act, one in (("visit-finish", STAYS), ("worker-add", LEAVES)):
        app.press(act)
        fill_worker(app, one)
    app.press("owner-enrol")
    app.pass_quota_gate()
    app.fill_identity(OWNER)
    app.finish(OWNER, employs=True)
    app.press("back-to-visit")
    total = app.see("visit-total").inner_text()
    assert serious(app.page) == []
    app.press("visit-finish")
    code = app.see("employer-code").inner_text()
    yield Visited(app, code, total)
    context.close()


def fill_firm(app: FieldApp) -> None:
    app.see("screen-visit")
    app.type("firm-name", FIRM)
    app.type("firm-owner", OWNER.name)
    app.type("village", OWNER.village_typed)
    app.press(f"village-{OWNER.village}")
    app.at("firm-sector").select_option(index=1)
    app.choose("firm-scale-micro")
    app.choose("firm-risk-low")
    app.press("firm-next")
    app.see("screen-hands")


def fill_worker(app: FieldApp, worker: Worker) -> None:
    app.see("screen-worker")
    app.fill_identity(worker)
    app.type("job-search", "Pedagang pasar")
    app.press("job-trade.market")
    app.type("wage-0", "2400000")
    app.choose("consent-enrolment")
    app.type("signature-name", worker.name)
    app.press("worker-save")
    app.see("screen-hands")


def send(app: FieldApp) -> None:
    app.come_back()
    app.go("#/outbox")
    app.press("send-now")
    app.sync_until(0)


def told(app: FieldApp) -> Locator:
    """The business as the server tells it, opened."""
    app.go("#/employers")
    card: Locator = app.at("employer").filter(has_text=FIRM)
    expect(card).to_be_visible(timeout=MAX_WAIT_MS)
    if card.get_attribute("open") is None:
        card.locator("summary").first.click()
    return card


def worker_row(app: FieldApp, worker: Worker) -> Locator:
    return told(app).get_by_test_id("hand-told").filter(has_text=worker.name)


def test_visit_with_the_owner_leaves_one_sum_and_one_code_before_and_after_sending(visited: Visited) -> None:
    app = visited.app
    expect(app.at("employer-sent")).to_have_attribute("data-sent", "false")
    expect(app.at("employer-total")).to_have_text(visited.total)
    expect(app.at("screen-employer-slip")).to_contain_text(OWNER.name)
    assert serious(app.page) == []
    slip = app.page.url.partition("#")[2]
    send(app)
    app.go(f"#{slip}")
    expect(app.at("employer-sent")).to_have_attribute("data-sent", "true", timeout=MAX_WAIT_MS)
    card = told(app)
    expect(card).to_contain_text(visited.code)
    expect(card).to_contain_text(visited.total)


def test_cash_receipt_for_the_business_is_checked_by_anybody(visited: Visited, new_desk: NewDesk) -> None:
    app, payer = visited.app, new_desk(size=PHONE)
    send(app)
    for one in PEOPLE:
        app.go(f"#/members?state=accepted&q={one.name}")
        expect(app.at("member-row").filter(has_text=one.name)).to_be_visible(timeout=MAX_WAIT_MS)
    card = told(app)
    app.go_offline()
    card.get_by_test_id("employer-cash").click()
    expect(app.at("cash-total")).to_have_text(visited.total)
    assert serious(app.page) == []
    app.press("cash-make")
    address = str(app.see("cash-paper").get_attribute("data-address"))
    payer.page.goto(address)
    expect(payer.page.locator("[data-state]")).to_have_attribute("data-state", "missing")
    expect(payer.page.locator("body")).to_contain_text(FIRM)
    expect(payer.page.locator("body")).to_contain_text(visited.total)
    assert serious(payer.page) == []
    send(app)
    payer.open_until(address.removeprefix(payer.origin), payer.page.locator("[data-state=held]"))


def test_reports_of_a_leaver_and_of_another_wage_reach_the_console(visited: Visited, new_desk: NewDesk) -> None:
    app = visited.app
    send(app)
    told(app)
    app.go_offline()
    worker_row(app, LEAVES).get_by_test_id("report").click()
    app.choose("report-kind-left")
    assert serious(app.page) == []
    app.press("report-save")
    app.see("screen-employers")
    worker_row(app, STAYS).get_by_test_id("report").click()
    app.choose("report-kind-wage")
    app.type("wage-0", "3100000")
    app.press("report-save")
    app.see("screen-employers")
    for one in (LEAVES, STAYS):
        expect(worker_row(app, one).get_by_test_id("reported")).to_have_attribute("data-state", "pending")
    send(app)
    expect(worker_row(app, LEAVES).get_by_test_id("report-undo")).to_be_visible(timeout=MAX_WAIT_MS)
    desk = new_desk("petugas.jambi")
    desk.open("/console/employers/")
    desk.page.get_by_role("link", name=FIRM).click()
    rows = desk.page.locator("table").first.get_by_role("row")
    expect(rows.filter(has_text=LEAVES.name)).to_contain_text(re.compile(r"\w+ 20\d\d – \w+ 20\d\d"))
    expect(rows.filter(has_text=STAYS.name)).to_contain_text("Rp3.100.000")
