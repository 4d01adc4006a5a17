"""The page dies: between the hash and the write, after the write, behind the camera. And twice the same at once."""

import pytest
from playwright.sync_api import expect

from tests.e2e.app import MAX_WAIT_MS
from tests.e2e.line import Fault
from tests.e2e.mishaps.books import Books
from tests.e2e.mishaps.stall import Stall, people

HOLD = "/test-hold"
# The page stands still for good at the moment asked for: in the middle of a request that is not answered.
STAND_STILL = """
(() => {
  const hold = () => { const x = new XMLHttpRequest(); x.open("GET", "/test-hold", false); try { x.send(); } catch {} };
  for (const verb of ["add", "put"]) {
    const real = IDBObjectStore.prototype[verb];
    IDBObjectStore.prototype[verb] = function (...parts) {
      const when = this.name === "ops" ? localStorage.getItem("test-hold") : null;
      if (when !== null) localStorage.removeItem("test-hold");
      if (when === "before") hold();
      if (when === "after") this.transaction.addEventListener("complete", hold);
      return real.apply(this, parts);
    };
  }
})();
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_around_the_write_of_an_op_keeps_it_once(killable_stall: Stall, books: Books, when: str) -> None:
    """Before: the form is still there, to be confirmed again. After: the op is there, and the form is gone."""
    stall, (first, worker) = killable_stall, people(2)
    op = stall.app.enrol(first)
    stall.app.sync_until(0)
    stall.context.add_init_script(STAND_STILL)
    stall.reload()
    stall.app.go("#/enrol")
    stall.app.see("step-identity")
    stall.app.fill_identity(worker)
    stall.app.fill_rest(worker)
    stall.app.page.evaluate("when => localStorage.setItem('test-hold', when)", when)
    held = stall.line.fail(Fault("held", HOLD))
    stall.app.page.evaluate("() => setTimeout(() => document.querySelector('[data-testid=confirm]').click())")
    stall.until(lambda: held.done > 0, "the page has come to the write")
    stall.kill_page()
    stall.line.mend()
    stall.app.open()
    stall.app.come_in()
    if when == "before":
        expect(stall.app.see("draft")).to_contain_text(worker.name)
        stall.app.press("draft-continue")
        stall.app.see("step-summary")
        stall.app.press("confirm")
        stall.app.see("saved-state")
    stall.app.sync_until(0)
    expect(stall.app.at("draft")).to_have_count(0)
    enrolled = books.enrolments_of(worker.name)
    assert len(enrolled) == 1
    books.assert_each_once([op, enrolled[0][0]])


def test_killed_behind_the_camera_keeps_every_field(killable_stall: Stall, books: Books) -> None:
    stall, (worker,) = killable_stall, people(1)
    stall.app.go("#/enrol")
    stall.app.see("step-identity")
    stall.app.fill_identity(worker)
    with stall.app.page.expect_file_chooser():
        stall.app.press("photo-camera-button")
    stall.kill_page()
    stall.app.open()
    stall.app.come_in()
    form = stall.app.at("step-identity")
    expect(form.or_(stall.app.at("draft")).first).to_be_visible(timeout=MAX_WAIT_MS)
    if not form.is_visible():
        stall.app.press("draft-continue")
    expect(stall.app.at("nik")).to_have_value(worker.nik)
    expect(stall.app.at("name")).to_have_value(worker.name)
    expect(stall.app.at("phone")).to_have_value(worker.phone)
    expect(stall.app.at("address")).to_have_value("Jl. Contoh No. 1")
    op = stall.app.finish(worker)
    stall.app.sync_until(0)
    books.assert_each_once([op])
