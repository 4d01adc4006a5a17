"""A line of 20 kB/s that drops every 10 s (size: 3 enrolments with photos of some 50 kB; full: 30), and one that is cut at the
app's first load."""

import pytest

from tests.e2e.line import Fault
from tests.e2e.mishaps.books import Books
from tests.e2e.mishaps.picture import noisy_png
from tests.e2e.mishaps.stall import Stall, people

BYTES_A_SECOND = 20_000
EVERY, AWAY = 10.0, 1.5
SMALL, FULL = 3, 30
PHOTO = (640, 400)
CUTS = 2
"""At least so often the line drops while the smaller number goes through."""


def test_a_line_that_drops_every_ten_seconds_gets_work_and_photos_through(stall: Stall, books: Books) -> None:
    get_through(stall, books, SMALL)


@pytest.mark.full
def test_thirty_enrolments_with_photos_over_a_line_that_drops(stall: Stall, books: Books) -> None:
    get_through(stall, books, FULL)


def get_through(stall: Stall, books: Books, number: int) -> None:
    stall.app.go_offline()
    ops = [stall.app.enrol(worker, photo=noisy_png(*PHOTO, seed=n)) for n, worker in enumerate(people(number))]
    assert stall.app.unsent() == number
    stall.line.down = stall.line.up = BYTES_A_SECOND
    stall.line.cut_every(EVERY, AWAY)
    stall.app.come_back()
    whole = dict.fromkeys(ops, True)
    stall.until(lambda: books.photos(ops) == whole, "all photos are at the server", seconds=60 + 20 * number)
    assert stall.line.cuts >= CUTS
    stall.app.sync_until(0)
    books.assert_each_once(ops)
    sent = [r for r in stall.line.requests if r.method == "PATCH" and r.status == 200]
    assert sent


WORKER = "/app/sw.js"
"""What keeps the app for later: here it never comes, as on a line that is cut before it has."""


def test_a_line_cut_after_the_first_screen_shuts_no_other(fresh_stall: Stall) -> None:
    stall = fresh_stall
    stall.line.fail(Fault("unheard", WORKER))
    stall.app.open()
    stall.app.see("activation-code-1")
    stall.until(lambda: stall.line.answered("/app/assets/settings-") > 0, "the last screen is there")
    stall.line.fail(Fault("unheard", "/app/"))
    stall.app.enter_code(stall.codes.pop(0))
    stall.app.choose_pin()
    for hash_, seen in (
        ("#/", "screen-home"),
        ("#/members", "screen-members"),
        ("#/outbox", "screen-outbox"),
        ("#/enrol", "step-identity"),
        ("#/settings", "screen-settings"),
    ):
        stall.app.go(hash_)
        stall.app.see(seen)


def test_a_screen_that_could_not_come_opens_by_itself_when_the_line_is_back(fresh_stall: Stall) -> None:
    stall = fresh_stall
    stall.line.fail(Fault("unheard", WORKER))
    cut = stall.line.fail(Fault("unheard", "/app/assets/lock-"))
    stall.app.open()
    stall.app.enter_code(stall.codes.pop(0))
    stall.expect_said("Layar ini belum bisa dibuka", "aman di HP ini")
    assert cut.done > 0
    stall.line.mend()
    stall.app.choose_pin()
    stall.app.see("screen-home")
