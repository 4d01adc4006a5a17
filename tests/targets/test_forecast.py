"""The day the cap is reached: by working days of the branch's calendar, within the period, silent where it knows too little."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from perisai.offices.calendar import Calendar
from perisai.targets.quotas import forecast
from tests.targets.quota_world import NOW, Holder
from tests.world import make_branch, system_work

TODAY = date(2026, 9, 7)
"""A Monday; no holiday until the end of the month."""
END = date(2026, 9, 30)


@pytest.mark.parametrize(
    ("rest", "pace", "day"),
    [
        (0, 3, TODAY),
        (3, 3, TODAY),
        (4, 3, date(2026, 9, 8)),
        (15, 3, date(2026, 9, 11)),
        (16, 3, date(2026, 9, 14)),
        (16, Fraction(16, 18), END),
        (17, Fraction(16, 18), None),
        (10**9, 1, None),
        (5, 0, None),
        (5, None, None),
    ],
)
def test_cap_is_reached_on_a_working_day_of_the_period(rest: int, pace: Fraction | None, day: date | None) -> None:
    asked = None if pace is None else Fraction(pace)
    assert forecast.reached_on(rest=rest, pace=asked, today=TODAY, last=END, of=Calendar()) == day


def test_days_that_the_branch_closes_do_not_count() -> None:
    closed = Calendar(closed={date(2026, 9, 8): "Banjir", date(2026, 9, 9): "Banjir"})
    found = forecast.reached_on(rest=2, pace=Fraction(1), today=TODAY, last=END, of=closed)
    assert found == date(2026, 9, 10)


def test_on_a_sunday_it_goes_on_with_monday() -> None:
    found = forecast.reached_on(rest=1, pace=Fraction(1), today=date(2026, 9, 6), last=END, of=Calendar())
    assert found == TODAY


def test_pace_is_over_working_days_and_needs_five_of_them() -> None:
    monday = TODAY - timedelta(days=28)
    days = [(monday + timedelta(days=n), 2) for n in range(28)]
    holidays = 2  # Independence Day and the birthday of the Prophet
    assert forecast.pace_of(days, TODAY, Calendar()) == Fraction(56, 20 - holidays)
    assert forecast.pace_of([(TODAY - timedelta(days=4), 9)], TODAY, Calendar()) is None
    assert forecast.pace_of([], TODAY, Calendar()) is None


@pytest.mark.usefixtures("database")
def test_forecast_of_a_branch_comes_from_its_counters() -> None:
    branch, bare = make_branch(target=12, at=NOW), make_branch(target=None)
    phone = Holder(branch)
    for n in range(8):
        phone.push(1, at=NOW - timedelta(days=8 - n))
    with system_work(branch) as work:
        (found,) = forecast.of_branch(work, branch_id=branch.id, today=NOW.date())
        assert forecast.of_branch(work, branch_id=bare.id, today=NOW.date()) == []
    assert (found.is_full, found.segment) == (False, "all")
    assert found.pace is not None
    assert found.pace > 100
    taken_this_month = 12 - found.rest
    assert 0 < taken_this_month <= 8
    assert found.on is not None
    assert NOW.date() < found.on <= found.last
