"""The field app's screens: accessible, there without network, forgiving of a closed browser, photos apart from records."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.app import MAX_WAIT_MS, FieldApp, small_photo, workers
from tests.e2e.axe import serious
from tests.e2e.conftest import LAPTOP, PHONE, NewDesk, NewPhone
from tests.running import Running

AGENT = 2
"""Suharti of KC Jambi."""
BUNGO_AGENT = 10
"""Yulia Safitri of KC Muaro Bungo."""


@pytest.fixture(scope="module")
def activated(browser: object, field: Running) -> Iterator[FieldApp]:
    """One phone for this module: activation works once a code."""
    context = browser.new_context(**PHONE)  # type: ignore[attr-defined]  # playwright's own type is not needed here
    app = FieldApp(context, field.origin)
    app.activate(field.credentials()["agents"][AGENT]["activation_code"])
    app.wait_ready_for_offline()
    yield app
    context.close()


def test_axe_finds_nothing_serious_on_any_screen(activated: FieldApp, new_phone: NewPhone) -> None:
    fresh = new_phone()
    fresh.open()
    fresh.see("screen-activate")
    found = {"activate": serious(fresh.page, enhanced=True)}
    app = activated
    for screen, hash_ in (("home", "#/"), ("members", "#/members"), ("outbox", "#/outbox"), ("settings", "#/settings")):
        app.go(hash_)
        app.see(f"screen-{screen}")
        found[screen] = serious(app.page, enhanced=True)
    app.go("#/enrol")
    app.see("step-identity")
    app.press("next")
    app.see("error-summary")
    found["identity with errors"] = serious(app.page, enhanced=True)
    (worker,) = workers(1, 40)
    app.fill_identity(worker)
    found["identity"] = serious(app.page, enhanced=True)
    app.press("next")
    app.fill_work(worker)
    found["work"] = serious(app.page, enhanced=True)
    app.press("next")
    app.see("step-programmes")
    found["programmes"] = serious(app.page, enhanced=True)
    app.press("next")
    app.fill_consent(worker)
    found["consent"] = serious(app.page, enhanced=True)
    app.press("next")
    app.see("step-summary")
    found["summary"] = serious(app.page, enhanced=True)
    app.press("confirm")
    app.see("saved-state")
    found["saved"] = serious(app.page, enhanced=True)
    app.press("to-member")
    app.see("screen-member")
    found["member"] = serious(app.page, enhanced=True)
    assert [f"{screen}: {each}" for screen, list_ in found.items() for each in list_] == []


def test_reload_without_network_shows_every_screen(activated: FieldApp) -> None:
    app = activated
    app.go_offline()
    try:
        for screen, hash_ in (
            ("home", "#/"),
            ("members", "#/members"),
            ("outbox", "#/outbox"),
            ("settings", "#/settings"),
        ):
            app.go(hash_)
            app.reload()
            app.see(f"screen-{screen}")
        app.go("#/enrol")
        app.reload()
        app.see("step-identity")
    finally:
        app.come_back()


def test_draft_survives_a_closed_page(activated: FieldApp) -> None:
    app = activated
    (worker,) = workers(1, 41)
    app.go("#/enrol")
    app.type("nik", worker.nik)
    app.type("name", worker.name)
    app.go("#/")
    expect(app.see("draft")).to_contain_text(worker.name)
    app.page.close()
    app.page = app.context.new_page()
    app.open()
    app.press("draft-continue")
    expect(app.at("name")).to_have_value(worker.name)
    app.go("#/")
    app.press("draft-discard")


def test_photo_follows_the_record_and_the_branch_sees_it(activated: FieldApp, new_desk: NewDesk) -> None:
    app = activated
    (worker,) = workers(1, 42)
    op = app.enrol(worker, photo=small_photo())
    app.sync_until(0)
    app.go("#/outbox")
    expect(app.at("unsent-photos")).to_have_count(0, timeout=MAX_WAIT_MS)
    desk = new_desk("petugas.jambi")
    pictures = desk.page.locator("img[src*='/photo/']")
    desk.open_until(f"/console/members/{op}/", pictures)
    assert pictures.first.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0


def test_cancel_before_payment_is_seen_by_the_branch(activated: FieldApp, new_desk: NewDesk) -> None:
    app = activated
    (worker,) = workers(1, 43)
    op = app.enrol(worker)
    app.sync_until(0)
    app.go(f"#/member/{op}")
    app.at("cancel").locator("summary").click()
    if app.at("cancel").locator("input[type=radio]").count():
        app.at("cancel").locator("input[type=radio]").first.check(force=True)
    app.press("cancel-confirm")
    expect(app.at("member-state")).to_have_attribute("data-state", "cancelled", timeout=MAX_WAIT_MS)
    app.sync_until(0)
    desk = new_desk("petugas.jambi")
    desk.open_until(
        f"/console/members/{op}/", desk.page.locator("main", has_text=re.compile("[Dd]ibatalkan|[Cc]ancelled"))
    )


def test_pay_link_says_what_to_pay_and_nothing_about_the_person(activated: FieldApp, new_desk: NewDesk) -> None:
    app = activated
    (worker,) = workers(1, 44)
    op = app.enrol(worker)
    app.sync_until(0)
    app.go(f"#/member/{op}")
    code = str(app.see("payment-code").get_attribute("data-code"))
    message = str(app.see("share-whatsapp").get_attribute("href"))
    link = re.search(r"/p/[A-Za-z0-9_.~-]+", message.replace("%2F", "/"))
    assert link is not None
    stranger = new_desk(size=PHONE)
    stranger.open(link.group())
    expect(stranger.page.locator("main, body").first).to_contain_text("Rp")
    text = stranger.page.locator("body").inner_text()
    assert code in re.sub(r"\s", "", text)
    assert not [part for part in (worker.name, worker.nik, worker.phone, worker.name.split()[0]) if part in text]
    assert serious(stranger.page) == []


def test_second_language_reaches_every_word_of_the_menu(activated: FieldApp, new_phone: NewPhone) -> None:
    phone = new_phone()
    phone.open()
    expect(phone.page.locator("html")).to_have_attribute("lang", "id")
    phone.press("language-en")
    expect(phone.page.locator("html")).to_have_attribute("lang", "en")
    expect(phone.at("activate")).to_have_text(re.compile("Activate", re.IGNORECASE))


def test_console_pages_have_nothing_serious(new_desk: NewDesk) -> None:
    desk = new_desk("petugas.jambi", size=LAPTOP)
    found = {}
    rooms = (
        "",
        "live/",
        "members/",
        "members/reviews/",
        "agents/",
        "targets/",
        "payments/",
        "offices/",
        "accounts/users/",
    )
    for path in (f"/console/{room}" for room in rooms):
        desk.open(path)
        found[path] = serious(desk.page)
    assert [f"{path}: {each}" for path, list_ in found.items() for each in list_] == []
