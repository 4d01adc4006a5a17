"""New versions of the app: they wait for open forms, leave nobody without the parts of the old one, take over what it kept,
and take pictures from other apps. Nothing personal is in a cache, a title or a message of the console."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.e2e.app import MAX_WAIT_MS, FieldApp, small_photo, workers
from tests.e2e.chromium import PHONE
from tests.e2e.mishaps.place import placed
from tests.e2e.mishaps.stall import SHIFT
from tests.e2e.release import Releases, build, releases
from tests.running import Running

AGENTS = 8
NEXT = "1.1.1"
LOOK_FOR_UPDATE = (
    "navigator.serviceWorker.getRegistration().then(registration => registration.update()).then(() => true)"
)
WAITS = "navigator.serviceWorker.getRegistration().then(registration => registration.waiting !== null)"
CACHED = """
caches.keys().then(async names => {
  const found = [];
  for (const name of names) for (const request of await (await caches.open(name)).keys()) found.push(request.url);
  return found;
})
"""
IN_INBOX = """
new Promise((resolve, reject) => {
  const opening = indexedDB.open("perisai-phone");
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const all = opening.result.transaction("inbox").objectStore("inbox").getAll();
    all.onsuccess = () => {
      opening.result.close();
      resolve(all.result.map(({ size, type, box }) => ({ size, type, start: Array.from(box.slice(0, 8)), length: box.length })));
    };
  };
})
"""
# As if the server had published them while there was network: from next month on, death cover costs 7,000 instead of 6,800.
PUBLISH = """
nextMonth => new Promise((resolve, reject) => {
  const opening = indexedDB.open("perisai-phone");
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const table = opening.result.transaction("reference", "readwrite").objectStore("reference");
    const reading = table.get("rules");
    reading.onsuccess = () => {
      reading.result.document.tariff.jkm.push({ first_month: nextMonth, value: 7000 });
      reading.result.document.tariff.reliefs = [];
      table.put(reading.result).onsuccess = () => { opening.result.close(); resolve(true); };
    };
  };
})
"""
SHARE = """
([bytes, zeros]) => {
  const form = document.createElement("form");
  Object.assign(form, { method: "POST", action: "/app/share", enctype: "multipart/form-data" });
  const file = new File([new Uint8Array(bytes), new Uint8Array(zeros)], "IMG-20261122-WA0001.jpg", { type: "image/jpeg" });
  const input = Object.assign(document.createElement("input"), { type: "file", name: "picture" });
  const carrier = new DataTransfer();
  carrier.items.add(file);
  input.files = carrier.files;
  form.append(input);
  document.body.append(form);
  form.submit();
}
"""


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("releases")


@pytest.fixture(scope="module")
def following(shelf: Path) -> Path:
    return build(NEXT, shelf / "following")


@pytest.fixture(scope="module")
def shop(field: Running, shelf: Path) -> Iterator[Releases]:
    with releases(field, shelf / "served") as found:
        yield found


@pytest.fixture(scope="module")
def codes(field: Running) -> Iterator[str]:
    """Activation codes of agents whom nobody else uses."""
    return iter([of_agent[0] for of_agent in placed(field, AGENTS)])


@dataclass
class Owner:
    """Somebody with a phone: tabs of one browser context."""

    context: BrowserContext
    origin: str

    def tab(self) -> FieldApp:
        return FieldApp(self.context, self.origin)


@pytest.fixture
def owner(browser: Browser, shop: Releases) -> Iterator[Callable[..., Owner]]:
    with ExitStack() as stack:

        def make(**options: Any) -> Owner:
            context = browser.new_context(**PHONE, **options)
            stack.callback(context.close)
            return Owner(context, shop.origin)

        yield make


def until(condition: Callable[[], Any], what: str, seconds: float = MAX_WAIT_MS / 1000) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not in {seconds} s: {what}"
        time.sleep(0.1)
    return found


def mark(tab: FieldApp) -> None:
    tab.page.evaluate("() => { window.testMark = 1 }")


def is_marked(tab: FieldApp) -> bool:
    """False after the page was loaded again."""
    try:
        return bool(tab.page.evaluate("window.testMark === 1"))
    except Exception:  # noqa: BLE001 - the page is being loaded just now
        return True


def version_of(tab: FieldApp) -> str:
    tab.go("#/settings")
    return str(tab.see("settings-phone").inner_text())


def test_new_version_waits_for_a_form_in_another_tab(
    owner: Callable[..., Owner], shop: Releases, present: Path, following: Path, codes: Iterator[str]
) -> None:
    shop.put_out(present)
    phone = owner()
    form = phone.tab()
    form.activate(next(codes))
    form.wait_ready_for_offline()
    (worker,) = workers(1, 60)
    form.go("#/enrol")
    form.see("step-identity")
    form.type("name", worker.name)
    other = phone.tab()
    other.open()
    other.see("screen-home")
    mark(form)
    mark(other)
    shop.put_out(following)
    other.page.evaluate(LOOK_FOR_UPDATE)
    other.see("update-ready").locator("button").click()
    # What was pressed has been heard: the lock of forms is asked for before anything else.
    other.page.evaluate("navigator.locks.query().then(() => true)")
    assert other.page.evaluate(WAITS)
    assert is_marked(form)
    expect(form.at("name")).to_have_value(worker.name)
    form.go("#/")
    until(lambda: not is_marked(form), "the new version starts when the form is closed")
    expect(form.see("draft")).to_contain_text(worker.name)
    assert NEXT in version_of(form)
    # The other tab still runs the old one, and loads a part of it that is not part of the new one.
    assert is_marked(other)
    other.go("#/members")
    other.see("screen-members")
    assert is_marked(other)
    other.reload()
    assert NEXT in version_of(other)


def test_page_of_an_old_release_gets_its_parts_from_the_server(
    owner: Callable[..., Owner], shop: Releases, present: Path, following: Path, codes: Iterator[str]
) -> None:
    """Without a service worker, as in the minutes after the first visit."""
    shop.put_out(present)
    tab = owner(service_workers="block").tab()
    tab.activate(next(codes))
    until(shop.is_kept, "the parts are kept")
    shop.put_out(following)
    tab.go("#/members")
    tab.see("screen-members")
    tab.go("#/outbox")
    tab.see("screen-outbox")


@pytest.fixture
def installed(
    owner: Callable[..., Owner], shop: Releases, present: Path, codes: Iterator[str]
) -> tuple[FieldApp, list[str]]:
    """An activated phone with its service worker, and what the console is told."""
    shop.put_out(present)
    told: list[str] = []
    tab = owner().tab()
    tab.page.on("console", lambda message: told.append(message.text))
    tab.page.on("pageerror", lambda error: told.append(str(error)))
    tab.activate(next(codes))
    tab.wait_ready_for_offline()
    # The worker has taken over the page that it did not load.
    tab.reload()
    tab.see("screen-home")
    return tab, told


def share(tab: FieldApp, content: bytes, zeros: int = 0) -> None:
    """As Android's share sheet does: a form with the picture, and ``zeros`` more bytes."""
    tab.page.evaluate(SHARE, [list(content), zeros])
    tab.page.wait_for_url("**/app/#/shared*")


def test_picture_shared_in_lies_encrypted_until_it_is_used(installed: tuple[FieldApp, list[str]]) -> None:
    tab, told = installed
    picture = small_photo()
    share(tab, picture)
    tab.see("screen-shared")
    tab.see("shared-for")
    (kept,) = tab.page.evaluate(IN_INBOX)
    assert (kept["size"], kept["type"], kept["length"]) == (len(picture), "image/jpeg", len(picture) + 16)
    assert bytes(kept["start"]) != picture[:8]
    assert not [url for url in tab.page.evaluate(CACHED) if url.endswith("/share")]
    tab.press("shared-drop")
    until(lambda: tab.page.evaluate(IN_INBOX) == [], "the picture is gone")
    assert told == []


@pytest.mark.parametrize(
    ("content", "zeros", "problem"),
    [(b"<html>no picture</html>", 0, "photo_unreadable"), (b"\xff\xd8\xff", 15_000_000, "photo_too_large")],
)
def test_what_cannot_be_taken_is_told(
    installed: tuple[FieldApp, list[str]], content: bytes, zeros: int, problem: str
) -> None:
    tab, _ = installed
    share(tab, content, zeros)
    assert f"problem={problem}" in tab.page.url
    tab.see("shared-problem")
    assert tab.page.evaluate(IN_INBOX) == []


def test_nothing_personal_is_in_caches_titles_and_the_console(installed: tuple[FieldApp, list[str]]) -> None:
    tab, told = installed
    (worker,) = workers(1, 61)
    op = tab.enrol(worker)
    tab.sync_until(0)
    titles = set()
    for hash_ in ("#/", "#/members", f"#/member/{op}", "#/outbox", "#/settings", "#/enrol"):
        tab.go(hash_)
        tab.page.locator("h1").first.wait_for()
        titles.add(tab.page.title())
    assert titles == {"Perisai"}
    cached = tab.page.evaluate(CACHED)
    assert len(cached) > 5
    assert not [url for url in cached if "/api/" in url or "/p/" in url]
    assert told == []
    kept = tab.page.evaluate("JSON.stringify({ ...localStorage, ...sessionStorage })")
    assert not [part for part in (worker.name, worker.nik, worker.phone) if part in kept]
    expect(tab.at("sync-state")).to_have_attribute("data-unsent", "0", timeout=MAX_WAIT_MS)


def test_price_follows_published_rules_over_the_change_without_network(installed: tuple[FieldApp, list[str]]) -> None:
    tab, _ = installed
    today = datetime.now(ZoneInfo("Asia/Jakarta")).date()
    following = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    tab.go_offline()
    tab.page.evaluate(PUBLISH, f"{following:%Y-%m}")
    tab.context.add_init_script(SHIFT)
    shown = []
    for days in (0, (following - today).days):
        tab.page.evaluate("ms => localStorage.setItem('test-clock-shift', ms)", str(days * 86_400_000))
        # Another page of the app, opened that day: nothing is kept in memory, and the idle lock has long closed the vault.
        tab.reload()
        if days:
            tab.see("screen-lock")
            tab.enter_pin()
        (worker,) = workers(1, 62)
        tab.go("#/enrol")
        tab.pass_quota_gate()  # of the month to come nothing is lent yet
        tab.see("step-identity")
        tab.fill_identity(worker)
        tab.press("next")
        tab.fill_work(worker)
        tab.press("next")
        tab.see("step-programmes")
        shown.append(int(tab.at("price-total").get_attribute("data-amount") or 0))
        tab.go("#/")
        tab.press("draft-discard")
    # Base income of the band 1.6 million: 1 % for work accident, and what death cover costs in the month.
    assert shown == [22_800, 23_000]
