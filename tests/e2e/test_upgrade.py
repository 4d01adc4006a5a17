"""A phone with the first release, full of unsent work, gets the present one: opened twice at once and killed on the way."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.app import MAX_WAIT_MS, FieldApp, Worker, small_photo
from tests.e2e.chromium import PHONE, launched
from tests.e2e.line import Fault, Line, line_to
from tests.e2e.mishaps.books import Books
from tests.e2e.mishaps.place import placed
from tests.e2e.mishaps.stall import page_processes, people
from tests.e2e.release import Releases, releases, unpack
from tests.e2e.test_versions import LOOK_FOR_UPDATE, WAITS, until
from tests.running import Running

OLD = "1.0.0"
# The page stands still for good when it writes the first of what it takes over: in a request that is not answered.
STAND_STILL = """
(() => {
  const real = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (...parts) {
    if (this.name === "__TABLE__" && this.transaction.db.name.startsWith("perisai-field-")) {
      const x = new XMLHttpRequest();
      x.open("GET", "/test-hold", false);
      try { x.send(); } catch {}
    }
    return real.apply(this, parts);
  };
})();
"""
DATABASES = "indexedDB.databases().then(all => all.map(each => each.name))"


class OldApp(FieldApp):
    """The screens of 1.0.0."""

    def activate(self, code: str) -> None:
        self.open()
        self.type("activation-code-1", code[:5])
        self.type("activation-code-2", code[5:])
        self.press("activate")
        self.see("screen-home")
        self.wait_ready_for_offline()
        # From its second visit on the page belongs to its worker, and keeps a new one from starting.
        self.reload()
        self.see("screen-home")

    def fill_identity(self, worker: Worker, *, photo: bytes | None = None) -> None:
        self.type("nik", worker.nik)
        self.type("name", worker.name)
        for part, text in (("day", "%d"), ("month", "%m"), ("year", "%Y")):
            self.type(f"birth-date-{part}", worker.birth.strftime(text))
        self.choose(f"sex-{worker.sex}")
        self.choose("phone-owner-own")
        self.type("phone", worker.phone)
        self.type("address", "Jl. Contoh No. 1")
        self.type("village", worker.village_typed)
        self.press(f"village-{worker.village}")
        if photo is not None:
            file = {"name": "ktp.jpg", "mimeType": "image/jpeg", "buffer": photo}
            self.page.locator("input[type=file]").first.set_input_files(file)  # type: ignore[arg-type]
            self.see("photo-preview")


@pytest.fixture
def line(field: Running, tmp_path: Path) -> Iterator[tuple[Releases, Line]]:
    with releases(field, tmp_path / "served") as shop, line_to(shop.origin) as found:
        yield shop, found


@pytest.fixture
def code(field: Running) -> str:
    ((code, *_),) = placed(field, 1)
    return code


def work_with_the_old(app: OldApp, line: Line, workers: list[Worker]) -> list[str]:
    """One enrolment is sent; two, one of them with a photo, and a cancellation are not; one form is half filled."""
    sent, first, second, half = workers
    ops = [app.enrol(sent)]
    app.sync_until(0)
    line.fail(Fault("unheard", "/api/"))
    ops += [app.enrol(first, photo=small_photo()), app.enrol(second)]
    app.go(f"#/member/{ops[0]}")
    app.at("cancel").locator("summary").click()
    app.at("cancel").locator("input[type=radio]").first.check(force=True)
    app.press("cancel-confirm")
    expect(app.at("sync-state")).to_have_attribute("data-unsent", "3")
    app.go("#/enrol")
    app.see("step-identity")
    app.type("nik", half.nik)
    app.type("name", half.name)
    return ops


def wait_for_update(app: FieldApp) -> None:
    """The new release waits, for a form is open."""
    app.page.evaluate(LOOK_FOR_UPDATE)
    until(lambda: app.page.evaluate(WAITS), "the new release is there")
    expect(app.at("name")).to_be_visible()


def open_two(app: FieldApp) -> list[FieldApp]:
    tabs = [FieldApp(app.context, app.origin) for _ in range(2)]
    for tab in tabs:
        tab.page.goto(f"{app.origin}/app/", wait_until="commit")
    return tabs


def kill_all(app: FieldApp) -> None:
    for process in page_processes(app.context):
        os.kill(process.pid, signal.SIGKILL)
    for page in list(app.context.pages):
        page.close()


@pytest.mark.parametrize("table", ["ops", "state"])
def test_first_release_is_taken_over_whole_whatever_dies(
    browser: Browser, field: Running, line: tuple[Releases, Line], code: str, present: Path, tmp_path: Path, table: str
) -> None:
    shop, to_server = line
    shop.put_out(unpack(OLD, tmp_path / "old"))
    workers = people(4)
    with ExitStack() as stack:
        own = stack.enter_context(launched(browser.browser_type))
        context = own.new_context(**PHONE)
        app = OldApp(context, to_server.origin)
        app.activate(code)
        ops = work_with_the_old(app, to_server, workers)
        shop.put_out(present)
        wait_for_update(app)
        # The old page goes, and with it what keeps the new release from starting.
        app.page.close()
        context.add_init_script(STAND_STILL.replace("__TABLE__", table))
        held = to_server.fail(Fault("held", "/test-hold"))
        open_two(app)
        until(lambda: held.done > 0, "a page is in the middle of the takeover")
        kill_all(app)
        assert "perisai-field" in _databases(context.new_page(), to_server.origin)
        context.pages[-1].close()
        held.times = 0
        tabs = open_two(app)
        # A tab behind another draws once a second, and each press waits for it.
        tabs[0].page.bring_to_front()
        tabs[0].choose_pin()
        expect(tabs[0].see("draft")).to_contain_text(workers[3].name)
        to_server.mend()
        tabs[0].sync_until(0)
        tabs[1].page.bring_to_front()
        tabs[1].see("screen-home")
        tabs[1].sync_until(0)
        tabs[0].page.bring_to_front()
        tabs[0].press("draft-continue")
        expect(tabs[0].at("nik")).to_have_value(workers[3].nik)
        assert not [name for name in tabs[0].page.evaluate(DATABASES) if name == "perisai-field"]
        books = Books(field)
        books.assert_each_once(ops)
        states = {name: books.enrolments_of(name) for name in (person.name for person in workers[:3])}
        assert [len(found) for found in states.values()] == [1, 1, 1]
        assert states[workers[0].name][0][1] == "cancelled"
        tabs[0].go("#/outbox")
        expect(tabs[0].at("unsent-photos")).to_have_count(0, timeout=MAX_WAIT_MS)
        assert books.photos([ops[1]]) == {ops[1]: True}


def _databases(page: object, origin: str) -> list[str]:
    page.goto(f"{origin}/healthz")  # type: ignore[attr-defined]
    found: list[str] = page.evaluate(DATABASES)  # type: ignore[attr-defined]
    return found
