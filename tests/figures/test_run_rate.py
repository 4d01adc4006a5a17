"""Attainment in working days, and today's pace against a usual day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from perisai.events.clock import FixedClock
from perisai.events.scope import Scope
from perisai.events.work import Happened, Work
from perisai.figures import reading
from perisai.figures.period import Period
from perisai.figures.run_rate import Days, pace, run_rate, working_days
from perisai.offices.calendar import NATIONAL, Calendar, Repeated
from perisai.offices.scopes import BRANCH, Watch
from tests.world import Branch, make_branch

MONTH = Period.month(date(2026, 10, 1))
"""Twenty-two working days: no holiday falls on one."""


def test_days_that_are_worked_are_counted_and_the_day_itself_is_left() -> None:
    assert Days.of(MONTH, date(2026, 10, 1), NATIONAL) == Days(22, 1, 22)
    assert Days.of(MONTH, date(2026, 10, 31), NATIONAL) == Days(22, 22, 0)
    closed = Calendar(closed={date(2026, 10, 2): "Ulang tahun"})
    assert Days.of(MONTH, date(2026, 10, 5), closed) == Days(21, 2, 20)


def test_markets_on_weekends_are_worked_and_branches_with_them_counted_apart() -> None:
    sunday = Calendar(markets=(Repeated(date(2026, 10, 4), 7, "Pasar Minggu"),))
    assert Days.of(MONTH, date(2026, 10, 4), sunday) == Days(26, 3, 24)
    assert {one: days.all for one, days in working_days(MONTH, MONTH.first, {1: NATIONAL, 2: sunday}).items()} == {
        1: 22,
        2: 26,
    }


def test_a_month_on_its_way() -> None:
    found = run_rate(attained=50, target=220, shares={}, calendars={1: NATIONAL}, period=MONTH, day=date(2026, 10, 14))
    assert (found.expected, found.gap, found.days_left) == (100, -50, 13)
    assert found.needed_per_day == 14, "170 persons in 13 days"


def test_branches_have_their_own_days_and_the_nation_is_their_sum() -> None:
    calendars = {1: NATIONAL, 2: Calendar(closed={date(2026, 10, d): "Tutup" for d in range(1, 15)})}
    asked = {"attained": 0, "calendars": calendars, "period": MONTH, "day": date(2026, 10, 14)}
    found = run_rate(target=340, shares={1: 220, 2: 120}, **asked)  # type: ignore[arg-type]
    assert found.expected == 100
    assert (found.days, found.days_left) == (22, 13)
    other = run_rate(target=680, shares={1: 220, 2: 120}, **asked)  # type: ignore[arg-type]
    assert (other.target, other.expected) == (680, 200), "a target of its own, its branches' days weighed as they share"
    alone = run_rate(target=220, shares={1: None, 2: None}, **asked)  # type: ignore[arg-type]
    assert alone.expected == 50, "nobody shares: each branch's days count alike"


def test_no_target_and_no_day_left_are_said() -> None:
    nothing = run_rate(
        attained=3, target=None, shares={1: None}, calendars={1: NATIONAL}, period=MONTH, day=date(2026, 10, 14)
    )
    assert (nothing.target, nothing.expected, nothing.needed_per_day) == (None, None, None)
    over = run_rate(attained=3, target=9, shares={1: 9}, calendars={1: NATIONAL}, period=MONTH, day=date(2026, 10, 31))
    assert (over.needed_per_day, over.expected) == (None, 9)
    ramadan = run_rate(attained=0, target=None, shares={}, calendars={}, period=MONTH, day=date(2026, 3, 2))
    assert ramadan.is_ramadan


def _hours(by_hour: dict[int, int]) -> list[int]:
    return [by_hour.get(hour, 0) for hour in range(24)]


def test_pace_is_against_the_median_of_the_same_weekday_by_this_hour() -> None:
    day = date(2026, 10, 14)
    days = {day - timedelta(weeks=n): _hours({8: 4, 10: 2 * n, 15: 10}) for n in (1, 2, 3)}
    hours = {"UTC": days | {day: _hours({8: 5})}}
    at = datetime(2026, 10, 14, 10, 30, tzinfo=UTC)
    found = pace(hours, [NATIONAL], day, at)
    assert (found.so_far, found.sample) == (5, 3)
    assert (found.usual_by_now, found.usual_day) == (6, 18)
    assert found.share == 33
    assert found.percent == 83
    whole = pace(hours, [NATIONAL], day, datetime(2026, 10, 15, 1, tzinfo=UTC))
    assert whole.usual_by_now == whole.usual_day == 18


def test_a_holiday_is_no_usual_day() -> None:
    day = date(2026, 10, 14)
    closed = Calendar(closed={day - timedelta(weeks=1): "Libur"})
    days = {day - timedelta(weeks=n): _hours({8: n}) for n in (1, 2)}
    found = pace({"UTC": days}, [closed], day, datetime(2026, 10, 14, 23, tzinfo=UTC))
    assert (found.sample, found.usual_day) == (1, 2)
    assert pace({"UTC": {}}, [NATIONAL], day, datetime(2026, 10, 14, 9, tzinfo=UTC)).usual_by_now is None


@pytest.fixture(scope="module")
def branch(database: object) -> Branch:
    at = datetime(2026, 10, 14, 3, tzinfo=UTC)
    branch = make_branch(target=None, at=at)
    for weeks, quantity in ((2, 4), (1, 8), (0, 9)):
        with Work(scope=Scope.branch(branch.id), clock=FixedClock(at - timedelta(weeks=weeks))) as work:
            work.report(Happened(kind="enrolment_accepted", branch_id=branch.id, quantity=quantity))
    return branch


def test_pace_is_read_from_hours(branch: Branch) -> None:
    """Ten o'clock in Jakarta, an hour after nine enrolments."""
    clock = FixedClock(datetime(2026, 10, 14, 4, tzinfo=UTC))
    with Work(scope=Scope.branch(branch.id), clock=clock) as work:
        found = reading.pace(work, Watch(BRANCH, str(branch.id)), date(2026, 10, 14))
        rate = reading.run_rate(work, Watch(BRANCH, str(branch.id)), MONTH, date(2026, 10, 14))
    assert (found.so_far, found.usual_by_now, found.sample, found.percent) == (9, 6, 2, 150)
    assert (rate.attained, rate.target, rate.days_gone) == (17, None, 10)
