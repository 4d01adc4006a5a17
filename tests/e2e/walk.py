"""A walk through every screen of the field app, one stop after the other: for the pictures and for looking at each of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, expect

from tests.e2e.app import MAX_WAIT_MS, PIN, FieldApp, workers

CARDS = Path(__file__).parents[1] / "golden/cards"
WRONG_PIN = "909090"
SHARE = """bytes => {
  const form = Object.assign(document.createElement("form"), { method: "POST", action: "/app/share" });
  form.enctype = "multipart/form-data";
  const file = new File([new Uint8Array(bytes)], "IMG-20261122-WA0001.jpg", { type: "image/jpeg" });
  const input = Object.assign(document.createElement("input"), { type: "file", name: "picture" });
  const carrier = new DataTransfer();
  carrier.items.add(file);
  input.files = carrier.files;
  form.append(input);
  document.body.append(form);
  form.submit();
}"""


def walk(app: FieldApp, code: str, place: int) -> Iterator[str]:
    """Yields the name of each stop while the app shows it. ``place`` sets apart the workers of several walks, 0 to 9."""
    yield from _arrive(app, code)
    yield from _look_around(app)
    yield from _enrol(app, place)
    yield from _go_offline(app, place)
    yield from _bring_pictures(app)
    yield from _lock(app)


def walk_where_it_cannot_run(context: BrowserContext, origin: str) -> FieldApp:
    """A phone whose browser keeps nothing."""
    context.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")
    app = FieldApp(context, origin)
    app.open()
    app.see("screen-unsupported")
    return app


def _arrive(app: FieldApp, code: str) -> Iterator[str]:
    app.open()
    app.see("screen-activate")
    yield "activate"
    app.enter_code(code)
    app.see("screen-choose-pin")
    yield "choose-pin"
    app.choose_pin()
    app.see("screen-home")
    app.wait_ready_for_offline()
    # The service worker takes over with the second page.
    app.reload()
    app.see("screen-home")
    app.see("figures-age")
    yield "home"


def _look_around(app: FieldApp) -> Iterator[str]:
    app.go("#/members")
    app.at("member-row").first.wait_for()
    yield "members"
    for state in ("accepted", "active", "review"):
        app.go(f"#/members?state={state}")
        row = app.at("member-row").first
        row.or_(app.at("empty")).first.wait_for()
        if row.count():
            row.click()
            app.see("member-state")
            yield f"member-{state}"
    for name in ("me", "courses"):
        app.go(f"#/{name}")
        app.see(f"screen-{name}")
        yield name
    app.go("#/settings")
    app.see("settings-agent")
    app.see("settings-reader")
    yield "settings"
    app.at("settings-reader").scroll_into_view_if_needed()
    yield "settings-below"
    app.go("#/pin")
    app.see("screen-change-pin")
    yield "change-pin"


def _enrol(app: FieldApp, place: int) -> Iterator[str]:
    first, second = workers(2, 10 * place)
    app.go("#/enrol")
    app.see("step-identity")
    yield "enrol-1-identity"
    app.press("next")
    app.see("error-summary")
    yield "enrol-1-errors"
    app.fill_identity(first, photo=(CARDS / "21-no-card.jpg").read_bytes())
    _middle(app, "name")
    yield "enrol-1-filled"
    app.press("next")
    app.fill_work(first)
    yield "enrol-2-work"
    app.press("next")
    app.see("step-programmes")
    yield "enrol-3-price"
    app.press("next")
    app.fill_consent(first)
    yield "enrol-4-consent"
    app.press("next")
    app.see("step-summary")
    yield "enrol-5-summary"
    app.press("confirm")
    app.page.locator("[data-testid=saved-state][data-state=accepted]").wait_for(state="attached")
    yield "accepted"
    app.press("next-of-series")
    app.see("step-identity")
    app.see("kept")
    yield "enrol-series"
    app.fill_identity(second)
    app.fill_rest(second)
    app.press("confirm")
    app.see("saved-state")
    app.press("finish-series")
    app.see("screen-series")
    yield "series"
    app.at("series-slip").first.click()
    app.see("slip")
    yield "slip"


def _go_offline(app: FieldApp, place: int) -> Iterator[str]:
    third, fourth = workers(2, 10 * place + 2)
    app.go_offline()
    app.enrol(third)
    yield "saved-offline"
    app.enrol(fourth)
    app.go("#/outbox")
    app.see("what-is-safe")
    yield "outbox"
    app.at("outbox-file").scroll_into_view_if_needed()
    yield "outbox-file"
    app.go("#/")
    app.see("screen-home")
    yield "home-offline"
    app.come_back()
    app.sync_until(0)


def _bring_pictures(app: FieldApp) -> Iterator[str]:
    app.go("#/enrol")
    app.see("step-identity")
    file: Any = {"name": "ktp.jpg", "mimeType": "image/jpeg", "buffer": (CARDS / "01-clean.jpg").read_bytes()}
    app.page.locator("input[type=file]").first.set_input_files(file)
    app.see("photo-preview")
    app.at("read-card").scroll_into_view_if_needed()
    yield "card-picture"
    app.press("read-card")
    app.see("read-outcome")
    app.at("read-outcome").scroll_into_view_if_needed()
    yield "card-read"
    _middle(app, "nik")
    yield "card-fields"
    app.page.evaluate(SHARE, list((CARDS / "12-long-name.jpg").read_bytes()))
    app.page.wait_for_url("**/app/#/shared*")
    app.see("shared-for")
    yield "shared"
    app.press("shared-drop")


def _middle(app: FieldApp, testid: str) -> None:
    app.at(testid).evaluate("field => field.scrollIntoView({ block: 'center' })")


def _lock(app: FieldApp) -> Iterator[str]:
    app.lock()
    yield "lock"
    app.enter_pin(WRONG_PIN)
    app.see("pin-problem")
    yield "lock-wrong"
    app.press("forgot-pin")
    app.see("screen-forgotten")
    yield "forgotten"
    app.press("try-pin-again")
    app.press("switch-agent")
    app.see("screen-agents")
    yield "agents"
    app.page.locator("[data-testid^=agent-]").first.click()
    app.enter_pin(PIN)
    expect(app.at("screen-settings").or_(app.at("screen-home"))).to_be_visible(timeout=MAX_WAIT_MS)


def walk_money(app: FieldApp) -> Iterator[str]:
    """Contributions, cash, groups and employers: yields as ``walk`` does, and leaves the phone without signal."""
    app.wait_ready_for_offline()
    yield from _chase(app)
    yield from _dues(app)
    yield from _take_cash(app)
    for name, new in (("groups", "group-new"), ("employers", "visit")):
        app.go(f"#/{name}")
        app.see(f"screen-{name}")
        yield name
        app.go(f"#/{name}/new")
        app.see(f"screen-{new}")
        yield new


def _chase(app: FieldApp) -> Iterator[str]:
    app.go("#/chase")
    app.at("chase-record").first.wait_for()
    yield "chase"
    app.at("chase-record").first.click()
    app.see("screen-outcome")
    yield "outcome"
    app.choose("outcome-promised")
    app.choose("promise-tomorrow")
    yield "outcome-promised"


def _dues(app: FieldApp) -> Iterator[str]:
    for state, part in (("active", "dues-ahead"), ("lapsed", "dues-back")):
        app.go(f"#/members?state={state}")
        row = app.at("member-row").first
        row.or_(app.at("empty")).first.wait_for()
        if row.count() == 0:
            continue
        row.click()
        app.see("member-state")
        app.press("dues")
        app.see(part)
        yield part
    if app.at("dues-back").count() == 0:
        return
    app.go("#/members?state=lapsed")
    app.at("member-row").first.click()
    app.see("member-state")
    yield "member-lapsed"


def _take_cash(app: FieldApp) -> Iterator[str]:
    app.go("#/cash")
    app.see("cash-held")
    yield "cash"
    app.go_offline()
    app.go("#/members?state=accepted")
    app.at("member-row").first.click()
    app.press("take-cash")
    app.see("cash-line")
    yield "cash-new"
    if app.at("cash-make").is_enabled():
        app.press("cash-make")
        address = str(app.see("cash-paper").get_attribute("data-address"))
        yield "cash-receipt"
        app.go("#/cash/check")
        app.type("cash-paste", address)
        app.press("cash-check-it")
        app.see("cash-verdict")
        yield "cash-check"
    app.go("#/cash/deposit")
    app.see("screen-cash-deposit")
    yield "cash-deposit"
