"""A live screen in a browser: a figure moves without reload, leads to its records and back to the same place; and the wall."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.e2e.app import MAX_WAIT_MS
from tests.e2e.conftest import NewDesk
from tests.e2e.desk import Desk
from tests.e2e.test_field_to_live import pay, until
from tests.running import Running

LIVE = "/console/live/branch/1501/"
WALL = {"viewport": {"width": 1920, "height": 1080}, "locale": "id-ID", "timezone_id": "Asia/Jakarta"}


def test_figure_moves_leads_to_its_records_and_back_to_the_same_place(field: Running, new_desk: NewDesk) -> None:
    watcher, officer = new_desk("petugas.jambi"), new_desk("petugas.jambi")
    code = code_of_somebody_accepted(officer)
    watcher.open(LIVE)
    page = watcher.page
    wait_for_live(page)
    page.evaluate("window.isTheSame = true")
    before = int(shown(page, "active").inner_text())

    pay(field, [code])
    expect(shown(page, "active")).to_have_text(str(before + 1), timeout=MAX_WAIT_MS)
    assert page.evaluate("window.isTheSame"), "the page was loaded again"

    page.locator("[data-group=agent] [data-sort=paying]").click()
    expect(page).to_have_url(re.compile("sort=paying"))
    page.evaluate("scrollTo({top: 700, behavior: 'instant'})")

    page.locator("[data-figure=active] .figure-value").evaluate("link => link.click()")
    expect(page).to_have_url(re.compile("metric=active"))
    expect(page.locator("tr[data-row]")).to_have_count(before + 1)
    page.locator("tr[data-row] a").first.click()
    expect(page).to_have_url(re.compile(r"/console/members/1501/[0-9a-f-]{36}/"))
    page.go_back()
    expect(page).to_have_url(re.compile("metric=active.*day_from="))
    page.go_back()
    wait_for_live(page)
    expect(shown(page, "active")).to_have_text(str(before + 1))
    expect(page.locator("[data-group=agent] th[aria-sort] [data-sort]")).to_have_attribute("data-sort", "paying")
    until(lambda: abs(page.evaluate("scrollY") - 700) < 40, "scrolled to where it was")


CUT_OFF = """[...document.querySelectorAll('.wall-head h1, .wall-value')]
  .filter(e => e.scrollHeight > e.clientHeight + 2 && e.tagName === 'H1'
    || e.scrollWidth > e.parentElement.clientWidth - parseFloat(getComputedStyle(e.parentElement).paddingLeft))
  .map(e => e.textContent)"""


def test_wall_goes_from_scope_to_scope_by_itself_and_is_left_by_a_key(new_desk: NewDesk) -> None:
    desk = new_desk("petugas.jambi", size=WALL)
    desk.open(f"{LIVE}?wall=sub_branch/150111&every=5")
    page = desk.page
    wait_for_live(page)
    expect(page.locator(".wall-page")).to_have_attribute("data-scope", "branch/1501")
    assert page.locator(".side").count() == 0
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), "all of it is seen at once"
    small = page.evaluate(
        "Math.min(...[...document.querySelectorAll('.wall-page > :not(footer) *')]"
        ".filter(e => e.children.length === 0 && e.textContent.trim()).map(e => parseFloat(getComputedStyle(e).fontSize)))"
    )
    assert small >= 36, "a thirtieth of the height, to be read from five metres"
    expect(page.locator(".wall-page")).to_have_attribute("data-scope", "sub_branch/150111", timeout=MAX_WAIT_MS)
    wait_for_live(page)
    until(lambda: page.evaluate(CUT_OFF) == [], "every name and figure is whole in its place")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".wall-page")).to_have_attribute("data-scope", "branch/1501")
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(f"{LIVE}$"))
    region = new_desk("kanwil", size=WALL)
    region.open("/console/live/region/15/?wall=branch/1501")
    wait_for_live(region.page)
    until(lambda: region.page.evaluate(CUT_OFF) == [], "a long name is whole, too")
    assert region.page.evaluate("document.documentElement.scrollHeight <= innerHeight")


def wait_for_live(page: Page) -> None:
    expect(page.locator(".live-state [role=status]")).to_have_text(re.compile("Langsung|Live"), timeout=MAX_WAIT_MS)


def shown(page: Page, name: str) -> Locator:
    return page.locator(f"[data-figure={name}] .figure-value")


def code_of_somebody_accepted(desk: Desk) -> str:
    desk.open("/console/members/?state=accepted")
    desk.page.locator("tr[data-row] a").first.click()
    digits = re.sub(r"\D", "", desk.page.locator(".card-header .code").first.inner_text())
    assert digits
    return digits
