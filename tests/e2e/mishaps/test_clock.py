"""A phone's clock a year off, either way, and another time zone: told, and the work counts for its own day."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.e2e.mishaps.books import Books
from tests.e2e.mishaps.stall import Stall, people

WIB = timezone(timedelta(hours=7))


@pytest.mark.parametrize("days", [-365, 365], ids=["back", "forward"])
def test_a_clock_set_wrong_between_capture_and_sync_loses_nothing(stall: Stall, books: Books, days: int) -> None:
    before, after = people(2)
    stall.app.go_offline()
    ops = [stall.app.enrol(before)]
    stall.set_clock(days)
    stall.reload()
    ops.append(stall.app.enrol(after))
    assert stall.app.unsent() == 2
    stall.app.come_back()
    stall.app.sync_until(0)
    books.assert_each_once(ops)


@pytest.mark.parametrize("days", [-365, 365], ids=["back", "forward"])
def test_a_wrong_clock_is_told_and_the_work_counts_for_today(stall: Stall, books: Books, days: int) -> None:
    stall.set_clock(days)
    stall.reload()
    stall.app.see("screen-home")
    stall.send_now()
    stall.expect_said("Jam HP ini", "waktu otomatis")
    op = stall.app.enrol(people(1)[0])
    stall.app.sync_until(0)
    books.assert_each_once([op])
    ((captured_on,),) = books.rows("SELECT captured_on FROM members_enrolment WHERE id = %s", op)
    assert abs((captured_on - datetime.now(WIB).date()).days) <= 1


def test_another_time_zone_changes_no_day(stall: Stall, books: Books) -> None:
    """From Jambi to Jayapura's time and to Honolulu's: the day is the branch's."""
    stall.app.go_offline()
    ops = []
    for zone, worker in zip(("Asia/Jayapura", "Pacific/Honolulu"), people(2), strict=True):
        stall.set_time_zone(zone)
        ops.append(stall.app.enrol(worker))
    stall.app.come_back()
    stall.app.sync_until(0)
    books.assert_each_once(ops)
    days = {day for (day,) in books.rows("SELECT captured_on FROM members_enrolment WHERE id = ANY (%s::uuid[])", ops)}
    assert days <= {datetime.now(WIB).date(), (datetime.now(UTC) - timedelta(minutes=5)).astimezone(WIB).date()}
