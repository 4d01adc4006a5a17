"""The board of candidates by mouse and by finger: lawful stages light up, others answer with the reason, a refusal asks for it."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.axe import serious
from tests.e2e.chromium import PHONE
from tests.e2e.conftest import NewDesk
from tests.running import Running

BOARD = "/console/recruitment/"
PICKED = ("Ratna Juwita", "Hendri Saputra")
"""Of the demo world: screened, with everything in order."""


def card(page: Page, name: str) -> Locator:
    return page.locator("[data-card]", has_text=name)


def column(page: Page, stage: str) -> Locator:
    return page.locator(f".board-column[data-stage={stage}]")


def middle(found: Locator) -> tuple[float, float]:
    """Waits until it is there: the board is drawn anew after each drop."""
    x, y, width, height = found.evaluate(
        "e => { const r = e.getBoundingClientRect(); return [r.x, r.y, r.width, r.height]; }"
    )
    return x + width / 2, y + min(height / 2, 40)


def lift(page: Page, name: str) -> None:
    x, y = middle(card(page, name))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y + 20, steps=3)


def drop(page: Page, on: Locator) -> None:
    expect(on).to_be_visible()
    page.mouse.move(*middle(on), steps=4)
    page.mouse.up()


def test_cards_are_dragged_by_mouse_and_every_drop_is_judged(new_desk: NewDesk, field: Running) -> None:
    page = new_desk("petugas.jambi").page
    page.goto(f"{field.origin}{BOARD}")
    lift(page, PICKED[0])
    expect(page.locator(".board-column.lawful")).to_have_count(1)
    expect(column(page, "in_training")).to_have_class("board-column lawful")
    drop(page, column(page, "examined"))
    expect(page.locator("#board-said")).to_contain_text("Tahap ini hanya ditetapkan oleh faktanya.")
    expect(column(page, "screened")).to_contain_text(PICKED[0])
    lift(page, PICKED[0])
    drop(page, page.locator("[data-dock] [data-stage=refused]"))
    expect(page.locator("#board-why")).to_be_visible()
    expect(page.locator("#board-why h2")).to_contain_text(PICKED[0])
    assert serious(page) == []
    page.locator("#board-why select").select_option("no_place")
    page.locator("#board-why button[type=submit]").click()
    expect(card(page, PICKED[0])).to_have_count(0)
    expect(page.locator("#board-said")).to_be_hidden()


def test_second_officer_who_drops_the_same_card_is_told_who_was_first(new_desk: NewDesk, field: Running) -> None:
    pages = [new_desk(name).page for name in ("petugas.jambi", "kepala.jambi")]
    for page in pages:
        page.goto(f"{field.origin}{BOARD}")
        expect(card(page, "Agus Salim")).to_be_visible()
    for page in pages:
        lift(page, "Agus Salim")
        drop(page, column(page, "in_training"))
        expect(column(page, "in_training")).to_contain_text("Agus Salim")
    expect(pages[0].locator("#board-said")).to_be_hidden()
    expect(pages[1].locator("#board-said")).to_contain_text("sudah memindahkan pelamar ini ke Pelatihan")


@pytest.fixture
def phone_page(browser: Browser, new_desk: NewDesk, field: Running) -> Any:
    """A phone where the officer is logged in."""
    kept = new_desk("petugas.jambi").context.storage_state()
    context = browser.new_context(**PHONE, has_touch=True, is_mobile=True, storage_state=kept)
    page = context.new_page()
    page.goto(f"{field.origin}{BOARD}")
    yield page
    context.close()


def test_card_is_dragged_by_its_grip_with_a_finger(phone_page: Page) -> None:
    page = phone_page
    grip = card(page, PICKED[1]).locator(".board-grip")
    grip.scroll_into_view_if_needed()
    finger = page.context.new_cdp_session(page)
    x, y = middle(grip)
    touch(finger, "touchStart", x, y)
    for step in range(1, 5):
        touch(finger, "touchMove", x - 10 * step, y + 6 * step)
    target = page.locator("[data-dock] [data-stage=in_training]")
    expect(target).to_be_visible()
    touch(finger, "touchMove", *middle(target))
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(column(page, "in_training")).to_contain_text(PICKED[1])
    assert serious(page) == []


def touch(finger: Any, kind: str, x: float, y: float) -> None:
    finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
