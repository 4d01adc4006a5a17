"""Two at once: tabs of one phone, phones of one agent."""

from contextlib import closing

from playwright.sync_api import Browser, expect

from tests.e2e.app import MAX_WAIT_MS, FieldApp
from tests.e2e.chromium import PHONE
from tests.e2e.mishaps.books import Books
from tests.e2e.mishaps.stall import Stall, people
from tests.running import Running

CONFIRM = "() => setTimeout(() => document.querySelector('[data-testid=confirm]').click(), 50 - Date.now() % 50)"
"""Both tabs press at the same tick of the clock."""


def test_two_tabs_that_confirm_at_once_make_one_chain(stall: Stall, books: Books) -> None:
    tabs = [stall.app, FieldApp(stall.context, stall.line.origin)]
    tabs[1].open()
    tabs[1].see("screen-home")
    workers = people(6)
    for pair in (workers[:2], workers[2:4], workers[4:]):
        for tab, worker in zip(tabs, pair, strict=True):
            tab.page.bring_to_front()
            tab.go("#/enrol")
            tab.see("step-identity")
            tab.fill_identity(worker)
            tab.fill_rest(worker)
        for tab in tabs:
            tab.page.evaluate(CONFIRM)
        for tab in tabs:
            tab.see("saved-state")
    for tab in tabs:
        tab.page.bring_to_front()
        tab.sync_until(0)
    found = [books.enrolments_of(worker.name) for worker in workers]
    assert [len(each) for each in found] == [1] * len(workers)
    books.assert_each_once([each[0][0] for each in found])


def test_one_agent_with_two_phones_sees_all_and_enrols_nobody_twice(
    stall: Stall, books: Books, browser: Browser, field: Running
) -> None:
    with closing(browser.new_context(**PHONE)) as context:
        _use_both(stall, FieldApp(context, field.origin), books)


def _use_both(stall: Stall, second: FieldApp, books: Books) -> None:
    second.activate(stall.codes.pop())
    second.wait_ready_for_offline()
    first_worker, second_worker, both = people(3)
    ops = [stall.app.enrol(first_worker), second.enrol(second_worker)]
    stall.app.sync_until(0)
    second.sync_until(0)
    same = [stall.app.enrol(both), second.enrol(both)]
    stall.app.sync_until(0)
    second.sync_until(0)
    for app in (stall.app, second):
        app.go("#/outbox")
        app.press("send-now")
        app.go("#/members")
        for worker in (first_worker, second_worker, both):
            expect(app.at("member-row").filter(has_text=worker.name).first).to_be_visible(timeout=MAX_WAIT_MS)
    books.assert_each_once([*ops, *same])
    assert sum(state in ("accepted", "active") for _, state in books.enrolments_of(both.name)) == 1
