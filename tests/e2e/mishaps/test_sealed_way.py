"""What leaves a phone that nobody can read: by itself while it is locked, and as a file where there is no signal at all."""

import json
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.app import MAX_WAIT_MS, small_photo
from tests.e2e.mishaps.books import Books
from tests.e2e.mishaps.stall import Stall, people


def test_locked_in_a_pocket_the_work_leaves_sealed_and_is_answered_when_opened(stall: Stall, books: Books) -> None:
    first, second = people(2)
    stall.app.go_offline()
    ops = [stall.app.enrol(first, photo=small_photo()), stall.app.enrol(second)]
    stall.app.lock()
    pushes: list[str] = []
    stall.context.on(
        "request", lambda sent: pushes.append(sent.headers["content-type"]) if "/sync/push" in sent.url else None
    )
    stall.app.come_back()
    books.assert_each_once(ops)
    stall.until(lambda: books.photos(ops) == {ops[0]: True}, "the photo is at the server, and nobody gave the PIN")
    stall.app.page.wait_for_timeout(100)  # the browser's events are heard while Playwright listens
    assert set(pushes) <= {"application/vnd.perisai.sealed+ndjson"}  # none where the service worker was quicker
    stall.app.enter_pin()
    stall.app.see("screen-settings")
    stall.app.sync_until(0)
    stall.app.go(f"#/member/{ops[0]}")
    expect(stall.app.at("member-state")).to_have_attribute("data-state", "accepted", timeout=MAX_WAIT_MS)
    books.assert_each_once(ops)


def test_the_file_for_the_office_is_sealed_and_changes_nothing(stall: Stall, books: Books, tmp_path: Path) -> None:
    (worker,) = people(1)
    stall.app.go_offline()
    op = stall.app.enrol(worker, photo=small_photo())
    stall.app.go("#/outbox")
    with stall.app.page.expect_download() as started:
        stall.app.press("send-file")
    name = started.value.suggested_filename
    assert name.startswith("perisai-")
    assert name.endswith(".perisai")
    kept = tmp_path / name
    started.value.save_as(kept)
    text = kept.read_text()
    assert worker.name not in text
    assert worker.nik not in text
    lines = [json.loads(line) for line in text.splitlines()]
    assert [sorted(line)[0] for line in lines] == ["branch", "hash", "photo", "signature"]
    assert (lines[0]["v"], lines[1]["op"]) == (1, op)
    assert stall.app.unsent() == 1
    stall.app.come_back()
    stall.app.sync_until(0)
    books.assert_each_once([op])
