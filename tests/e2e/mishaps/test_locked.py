"""A phone that is locked, passed on, whose PIN is forgotten, that was stolen."""

from collections.abc import Iterator

from playwright.sync_api import expect

from tests.e2e.app import MAX_WAIT_MS, PIN, small_photo
from tests.e2e.axe import serious
from tests.e2e.mishaps.books import Books
from tests.e2e.mishaps.stall import Stall, people

WRONG = "739158"
OTHER = "604827"
STEAL = (
    "UPDATE accounts_device SET state = 'revoked', ended_at = now(), end_reason = 'stolen' WHERE id = %s RETURNING id"
)
# The clock that nobody can set, ten times as fast.
FAST = "(() => { const real = performance.now.bind(performance); performance.now = () => real() * 10; })()"
DATABASES = "() => indexedDB.databases().then(all => all.map(one => one.name))"


def test_locked_it_shows_nothing_of_anybody_and_its_screens_are_for_everyone(stall: Stall) -> None:
    app = stall.app
    (worker,) = people(1)
    app.go_offline()
    op = app.enrol(worker)
    app.go(f"#/member/{op}")
    expect(app.at("screen-member")).to_contain_text(worker.name)
    app.page.evaluate("() => dispatchEvent(new Event('blur'))")
    expect(app.page.locator("#app")).to_be_hidden()
    app.page.evaluate("() => dispatchEvent(new Event('focus'))")
    expect(app.at("screen-member")).to_be_visible()
    app.lock()
    for shown in (app.page.locator("body").inner_text(), app.page.title(), app.page.content()):
        assert worker.name not in shown
        assert worker.nik not in shown
    found = {"lock": serious(app.page, enhanced=True)}
    app.press("forgot-pin")
    app.see("screen-forgotten")
    found["forgotten"] = serious(app.page, enhanced=True)
    app.press("try-pin-again")
    app.press("switch-agent")
    app.see("screen-agents")
    found["agents"] = serious(app.page, enhanced=True)
    assert found == {"lock": [], "forgotten": [], "agents": []}
    app.reload()
    app.come_in()
    app.go(f"#/member/{op}")
    expect(app.at("screen-member")).to_contain_text(worker.name)


def test_wrong_pins_have_to_wait_and_neither_reload_nor_clock_shortens_it(stall: Stall) -> None:
    app = stall.app
    app.lock()
    app.go_offline()
    for _ in range(3):
        app.enter_pin(WRONG)
        expect(app.at("pin-entry")).to_have_attribute("data-count", "0", timeout=MAX_WAIT_MS)
        expect(app.page.locator("[data-testid=pin-problem], [data-testid=pin-wait]")).to_be_visible()
    app.see("pin-wait")
    expect(app.at("pin-1")).to_be_disabled()
    for days in (0, 2, -2):
        stall.set_clock(days)
        app.reload()
        app.see("pin-wait")
        expect(app.at("pin-1")).to_be_disabled()
    stall.set_clock(0)
    stall.context.add_init_script(FAST)
    app.reload()
    expect(app.at("pin-1")).to_be_enabled(timeout=MAX_WAIT_MS)
    app.enter_pin(PIN)
    app.see("screen-settings")


def test_thumbs_that_overlap_and_a_screen_reader_lose_no_digit(stall: Stall) -> None:
    """Where a second finger is down before the first has left, browsers make no click of either."""
    app = stall.app
    app.lock()
    stall.cdp.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 2})
    for first, second in zip(PIN[::2], PIN[1::2], strict=True):
        fingers = [_finger(stall, digit, number) for number, digit in enumerate((first, second))]
        for kind, down in (("Start", fingers[:1]), ("Start", fingers), ("End", fingers[1:]), ("End", [])):
            stall.cdp.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": down})
    app.see("screen-settings")
    app.lock()
    for digit in PIN:
        app.at(f"pin-{digit}").evaluate("key => key.click()")
    app.see("screen-settings")


def _finger(stall: Stall, digit: str, number: int) -> dict[str, float]:
    box = stall.app.at(f"pin-{digit}").bounding_box()
    return {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2, "id": number}


def test_forgotten_pin_a_new_code_and_nothing_finished_is_lost(stall: Stall, books: Books) -> None:
    app = stall.app
    first, second = people(2)
    ops = [app.enrol(first)]
    app.sync_until(0)
    app.go_offline()
    ops.append(app.enrol(second, photo=small_photo()))
    app.lock()
    app.press("forgot-pin")
    expect(app.see("screen-forgotten")).to_contain_text("1 foto KTP yang belum terkirim juga tidak hilang")
    app.press("have-new-code")
    app.come_back()
    app.enter_code(stall.codes.pop(0))
    app.choose_pin(OTHER)
    app.see("screen-home")
    books.assert_each_once(ops)
    stall.until(lambda: books.photos(ops) == {ops[1]: True}, "the photo came after its op, sealed")
    app.go("#/members")
    expect(app.at("member-row").filter(has_text=first.name).first).to_be_visible(timeout=MAX_WAIT_MS)
    app.go("#/outbox")
    app.press("send-now")
    app.page.wait_for_function(
        f"async () => (await ({DATABASES})()).filter(name => name.startsWith('perisai-field-')).length === 1",
        timeout=MAX_WAIT_MS,
    )


def test_two_agents_on_one_phone_see_nothing_of_each_other(stall: Stall, agents: Iterator[list[str]]) -> None:
    app = stall.app
    mine, theirs = people(2)
    app.enrol(mine)
    app.sync_until(0)
    app.go("#/settings")
    app.press("settings-switch-agent")
    app.see("screen-agents")
    app.press("add-agent")
    app.enter_code(next(agents)[0])
    app.choose_pin(OTHER)
    app.see("screen-home")
    app.enrol(theirs)
    app.sync_until(0)
    app.go("#/members")
    expect(app.at("member-row").filter(has_text=theirs.name).first).to_be_visible(timeout=MAX_WAIT_MS)
    expect(app.at("member-row").filter(has_text=mine.name)).to_have_count(0)
    app.go("#/settings")
    app.press("settings-switch-agent")
    app.see("screen-agents")
    app.page.locator(".agent").first.click()
    app.enter_pin(PIN)
    app.go("#/members")
    expect(app.at("member-row").filter(has_text=mine.name).first).to_be_visible(timeout=MAX_WAIT_MS)
    expect(app.at("member-row").filter(has_text=theirs.name)).to_have_count(0)


def test_stolen_and_locked_it_empties_itself_at_the_next_contact(stall: Stall, books: Books) -> None:
    app = stall.app
    first, second = people(2)
    ops = [app.enrol(first)]
    app.sync_until(0)
    app.go_offline()
    ops.append(app.enrol(second, photo=small_photo()))
    app.lock()
    kept = books.waiting_photos()
    ((device,),) = books.rows("SELECT device_id FROM sync_op WHERE op_id = %s", ops[0])
    books.rows(STEAL, device)
    app.come_back()
    app.reload()
    app.see("screen-wiped")
    assert books.ops(ops) == {ops[0]: ["accepted"], ops[1]: ["review"]}
    assert books.waiting_photos() == kept + 1, "its photo waits for the same decision"
    names = app.page.evaluate(DATABASES)
    assert [name for name in names if name.startswith("perisai-field-")] == []
    assert serious(app.page, enhanced=True) == []
    app.reload()
    app.see("screen-wiped")
    app.press("wiped-activate")
    app.see("screen-activate")
