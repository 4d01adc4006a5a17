"""The working calendar against dates that people wrote down, and what offices add to it."""

from datetime import date, timedelta

import pytest

from perisai.offices import calendar
from perisai.offices.calendar import Calendar, DayKind, Repeated

# Where the 15th is no working day, the next one: worked out by hand from the decrees (SKB 3 Menteri) of these years.
FIFTEENTHS = {
    date(2025, 2, 15): date(2025, 2, 17),  # Saturday
    date(2025, 3, 15): date(2025, 3, 17),  # Saturday
    date(2025, 6, 15): date(2025, 6, 16),  # Sunday
    date(2025, 11, 15): date(2025, 11, 17),  # Saturday
    date(2026, 2, 15): date(2026, 2, 18),  # Sunday; 16 collective leave, 17 Imlek
    date(2026, 3, 15): date(2026, 3, 16),  # Sunday
    date(2026, 5, 15): date(2026, 5, 18),  # collective leave after Ascension Day
    date(2026, 8, 15): date(2026, 8, 18),  # Saturday; 17 Independence Day
    date(2026, 11, 15): date(2026, 11, 16),  # Sunday
    date(2027, 3, 15): date(2027, 3, 16),  # collective leave after Idul Fitri
    date(2027, 5, 15): date(2027, 5, 21),  # Saturday; 17 Idul Adha, 18 and 19 collective leave, 20 Waisak
    date(2027, 8, 15): date(2027, 8, 16),  # Sunday
}


def test_fifteenth_moves_to_the_next_working_day_where_people_wrote_so() -> None:
    asked = [date(year, month, 15) for year in (2025, 2026, 2027) for month in range(1, 13)]
    moved = {day: calendar.next_working(day) for day in asked if calendar.next_working(day) != day}
    assert moved == FIFTEENTHS


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        (date(2026, 3, 17), 1, date(2026, 3, 25)),  # 18 leave, 19 Nyepi, 20 leave, 21-22 Idul Fitri, 23-24 leave
        (date(2026, 3, 17), 2, date(2026, 3, 26)),
        (date(2026, 12, 23), 1, date(2026, 12, 28)),  # 24 leave, 25 Christmas, weekend
        (date(2026, 3, 25), -1, date(2026, 3, 17)),
        (date(2026, 11, 20), 0, date(2026, 11, 20)),
        (date(2026, 11, 21), 0, date(2026, 11, 23)),
    ],
)
def test_add_working_days_over_holidays_counts_working_days_only(day: date, n: int, expected: date) -> None:
    assert calendar.add_working_days(day, n) == expected


def test_field_days_between_is_the_inverse_of_adding() -> None:
    first = date(2026, 1, 5)
    for n in range(1, 250):
        assert calendar.field_days_between(first, calendar.add_working_days(first, n)) == n
    assert calendar.field_days_between(first, first - timedelta(days=3)) == 0


def test_ramadan_follows_the_government_where_it_is_known_and_the_library_elsewhere() -> None:
    assert not calendar.is_ramadan(date(2026, 2, 18))  # Umm al-Qura would say yes
    assert calendar.is_ramadan(date(2026, 2, 19))
    assert calendar.is_ramadan(date(2026, 3, 20))
    assert not calendar.is_ramadan(date(2026, 3, 21))
    assert calendar.ramadan(1448) == (date(2027, 2, 8), date(2027, 3, 8))
    # Twice in one year of the Gregorian calendar.
    assert calendar.is_ramadan(date(2030, 1, 6))
    assert calendar.is_ramadan(date(2030, 12, 27))


def test_offices_own_days_win_over_holidays_and_weekends() -> None:
    sunday, monday, holiday = date(2026, 11, 22), date(2026, 11, 23), date(2026, 8, 17)
    own = Calendar(closed={monday: "Banjir"}, opened={sunday: "Pekan iuran", holiday: "Piket"})
    assert calendar.told(monday, own) == (DayKind.CLOSED, "Banjir")
    assert calendar.is_working(sunday, own)
    assert calendar.is_working(holiday, own)
    assert not calendar.is_holiday(holiday, own)
    assert calendar.is_holiday(holiday)
    assert calendar.next_working(monday, own) == date(2026, 11, 24)


def test_markets_return_weekly_or_by_the_javanese_week() -> None:
    own = Calendar(
        markets=(Repeated(date(2026, 11, 3), 7, "Pasar Selasa"), Repeated(date(2026, 11, 1), 5, "Pasar Kliwon"))
    )
    assert calendar.markets_on(date(2026, 11, 17), own) == ["Pasar Selasa"]
    assert calendar.markets_on(date(2026, 11, 11), own) == ["Pasar Kliwon"]
    assert not calendar.is_market_day(date(2026, 10, 27), own)


def test_mistyped_calendar_that_never_opens_ends() -> None:
    first = date(2026, 1, 1)
    closed = Calendar(closed={first + timedelta(days=n): "?" for n in range(500)})
    assert calendar.next_working(first, closed) == first


def test_agents_work_on_a_weekend_with_a_market_and_offices_do_not() -> None:
    saturday, sunday = date(2026, 11, 21), date(2026, 11, 22)
    own = Calendar(markets=(Repeated(sunday, 7, "Pasar Minggu"),), closed={date(2026, 11, 29): "Banjir"})
    assert (calendar.is_field_day(saturday, own), calendar.is_field_day(sunday, own)) == (False, True)
    assert not calendar.is_working(sunday, own), "what is due to an office waits for Monday"
    assert not calendar.is_field_day(date(2026, 11, 29), own), "closed is closed"
    assert calendar.field_days_between(date(2026, 11, 15), sunday, own) == 6
    assert calendar.add_working_days(date(2026, 11, 20), 1, own) == date(2026, 11, 23)
    assert calendar.add_working_days(date(2026, 11, 20), 1, own, counts=calendar.is_field_day) == sunday
    christmas = date(2026, 12, 25)
    assert not calendar.is_field_day(christmas, Calendar(markets=(Repeated(christmas, 0, "Pasar"),))), (
        "nobody on a holiday"
    )
