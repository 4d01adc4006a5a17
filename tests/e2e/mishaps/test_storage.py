"""A phone that clears what it keeps, and one that has no room left."""

from contextlib import suppress
from typing import Any

from playwright.sync_api import TimeoutError as NotThere
from playwright.sync_api import expect

from tests.e2e.app import MAX_WAIT_MS
from tests.e2e.mishaps.books import Books
from tests.e2e.mishaps.picture import noisy_png
from tests.e2e.mishaps.stall import Stall, people

QUOTA = 16_000_000
# Somebody's videos: takes all room that is left, down to the last few kilobytes.
FILL = """() => new Promise((done, failed) => {
  const opening = indexedDB.open("videos");
  opening.onupgradeneeded = () => opening.result.createObjectStore("videos", { autoIncrement: true });
  opening.onerror = () => failed(opening.error);
  opening.onsuccess = () => {
    const add = size => {
      if (size < 4000) { opening.result.close(); done(true); return; }
      const turn = opening.result.transaction("videos", "readwrite");
      turn.objectStore("videos").add(crypto.getRandomValues(new Uint8Array(Math.min(size, 65536))));
      turn.oncomplete = () => add(size);
      turn.onabort = () => add(size / 2);
    };
    add(65536);
  };
})"""


def clear_storage(stall: Stall) -> None:
    """As the system does when the phone is full, or its owner in the settings."""
    stall.cdp.send("Storage.clearDataForOrigin", {"origin": stall.line.origin, "storageTypes": "all"})


def give_room(stall: Stall, size: int) -> None:
    stall.cdp.send("Storage.overrideQuotaForOrigin", {"origin": stall.line.origin, "quotaSize": size})


def come_back(stall: Stall) -> None:
    """By the button, as often as a browser needs to notice that there is room."""

    def is_open() -> bool:
        if stall.app.at("open-again").is_visible():
            stall.app.press("open-again")
        return stall.app.at("name").is_visible()

    stall.until(is_open, "the form opens again")


def test_what_the_server_had_comes_back_after_storage_was_cleared(stall: Stall, books: Books) -> None:
    known = people(2)
    ops = [stall.app.enrol(worker) for worker in known]
    stall.app.sync_until(0)
    clear_storage(stall)
    stall.reload()
    stall.app.see("screen-activate")
    expect(stall.app.page.locator("main")).to_contain_text("kembali sendiri")
    stall.activate()
    stall.app.go("#/members")
    for worker in known:
        expect(stall.app.at("member-row").filter(has_text=worker.name)).to_be_visible(timeout=MAX_WAIT_MS)
    more = stall.app.enrol(people(1)[0])
    stall.app.sync_until(0)
    books.assert_each_once([*ops, more])


def test_storage_cleared_under_an_open_page_is_told_and_nothing_is_sent_twice(stall: Stall, books: Books) -> None:
    op = stall.app.enrol(people(1)[0])
    stall.app.sync_until(0)
    stall.app.go("#/enrol")
    stall.app.see("step-identity")
    clear_storage(stall)
    with suppress(NotThere):  # the app may have noticed by itself, and taken the form away
        stall.app.at("name").fill("Siapa Saja", timeout=5_000)
    told = stall.app.at("draft-problem").or_(stall.app.at("screen-activate")).or_(stall.app.at("screen-enrol-stopped"))
    expect(told.first).to_be_visible(timeout=MAX_WAIT_MS)
    stall.reload()
    stall.app.see("screen-activate")
    stall.activate()
    more = stall.app.enrol(people(1)[0])
    stall.app.sync_until(0)
    books.assert_each_once([op, more])


def test_no_room_in_the_middle_of_a_photo_keeps_the_form(fresh_stall: Stall, books: Books) -> None:
    stall, (worker,) = fresh_stall, people(1)
    give_room(stall, QUOTA)
    stall.activate()
    stall.app.go("#/enrol")
    stall.app.see("step-identity")
    stall.app.fill_identity(worker)
    stall.app.page.evaluate(FILL)
    photo: Any = {"name": "ktp.png", "mimeType": "image/png", "buffer": noisy_png(seed=1)}
    stall.app.page.locator("input[type=file]").first.set_input_files(photo)
    stall.expect_said("Penyimpanan HP penuh", "sudah tersimpan aman", "Hapus foto atau aplikasi lain")
    expect(stall.app.at("name")).to_have_value(worker.name)
    give_room(stall, 1)
    stall.reload()
    stall.app.see("screen-no-room")
    stall.expect_said("Penyimpanan HP penuh", "sudah tersimpan aman")
    give_room(stall, 4 * QUOTA)  # what is deleted within a browser is free only when it has tidied up
    come_back(stall)
    expect(stall.app.at("name")).to_have_value(worker.name)
    stall.app.page.locator("input[type=file]").first.set_input_files(photo)
    stall.app.see("photo-preview")
    op = stall.app.finish(worker)
    stall.app.sync_until(0)
    books.assert_each_once([op])
    stall.until(lambda: books.photos([op]) == {op: True}, "the server has the photo")
