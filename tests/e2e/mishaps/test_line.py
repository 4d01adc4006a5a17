"""A line of 20 kB/s that drops every 10 s. Size: 6 enrolments with photos of some 50 kB; full: 30."""

import pytest

from tests.e2e.mishaps.books import Books
from tests.e2e.mishaps.picture import noisy_png
from tests.e2e.mishaps.stall import Stall, people

BYTES_A_SECOND = 20_000
EVERY, AWAY = 10.0, 1.5
SMALL, FULL = 6, 30
PHOTO = (640, 400)


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
    assert stall.line.cuts > 0
    stall.app.sync_until(0)
    books.assert_each_once(ops)
    sent = [r for r in stall.line.requests if r.method == "PATCH" and r.status == 200]
    assert sent
