"""The country's days that are over are added up once, and no figure changes by it."""

from datetime import UTC, date, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connection, transaction

from perisai.events import country
from perisai.events.clock import FixedClock
from perisai.events.scope import Scope
from perisai.events.work import Happened, Work
from perisai.figures import reading
from perisai.figures.period import Period
from perisai.offices.scopes import NATION, WHOLE, Watch
from tests.world import make_branch

pytestmark = pytest.mark.usefixtures("database")
NATIONAL = Watch(NATION, WHOLE)
NOW = datetime(2021, 3, 18, 3, tzinfo=UTC)
"""Long before anything that other tests do: what is added up here is nobody else's."""
THURSDAY = date(2021, 3, 18)
FEBRUARY, MARCH = Period.month(date(2021, 2, 1)), Period.month(THURSDAY)
LONG = Period(date(2021, 1, 15), THURSDAY)


def report(branch_id: int, at: datetime, quantity: int, *, captured: datetime | None = None) -> None:
    seen = captured or at
    with Work(scope=Scope.branch(branch_id), clock=FixedClock(at)) as work:
        work.report(
            Happened(
                kind="enrolment_accepted",
                branch_id=branch_id,
                quantity=quantity,
                captured_from=seen,
                captured_to=seen,
                day=seen.date(),
            )
        )


def nation(at: datetime = NOW) -> Work:
    return Work(scope=Scope.nation(), clock=FixedClock(at))


def figures(at: datetime = NOW) -> dict[str, Any]:
    with nation(at) as work:
        return {
            "of": reading.of(work, NATIONAL, MARCH, THURSDAY, compare=FEBRUARY),
            "of a past day": reading.of(work, NATIONAL, MARCH, date(2021, 3, 9)),
            "of odd days": reading.of(work, NATIONAL, LONG, date(2021, 3, 15)),
            "series": reading.series(work, NATIONAL, "accepted", *LONG, THURSDAY),
            "series of a past day": reading.series(work, NATIONAL, "accepted", *LONG, date(2021, 3, 9)),
            "late": reading.late(work, NATIONAL, FEBRUARY, date(2021, 3, 9)),
            "pace": reading.pace(work, NATIONAL, THURSDAY),
            "pace of a past day": reading.pace(work, NATIONAL, THURSDAY - timedelta(weeks=1)),
        }


@pytest.fixture(scope="module")
def branches(database: object) -> tuple[int, int]:
    """One in Jakarta's time, one in Makassar's, with work on Thursdays, some of it sent late."""
    west, middle = make_branch(target=None).id, make_branch(target=None).id
    with Work(scope=Scope.nation()) as work:
        work.execute("UPDATE offices_office SET timezone = 'Asia/Makassar' WHERE id = %s", [middle])
    for weeks in (8, 7, 6, 3, 2, 1, 0):
        at = NOW - timedelta(weeks=weeks)
        report(west, at, 3)
        report(middle, at + timedelta(hours=1), 2)
        if weeks:
            report(west, at + timedelta(days=1), 1, captured=at - timedelta(days=2))
    report(west, NOW - timedelta(days=1), 5, captured=NOW - timedelta(days=30))
    return west, middle


def test_no_figure_changes_when_days_are_added_up(branches: tuple[int, int]) -> None:
    before = figures()
    assert before["of"].values["accepted"] > 0
    assert before["pace"].usual_day, "there is something to compare with"
    with nation() as work:
        assert {("Asia/Jakarta", date(2021, 3, 17)), ("Asia/Makassar", date(2021, 3, 17))} <= set(country.add_up(work))
    with nation() as work:
        assert country.add_up(work) == [], "once"
        assert country.differences(work) == []
        (rows,) = work.row("SELECT count(*) FROM events_country WHERE day_received <= '2021-03-17'") or (0,)
    assert rows > 0
    assert figures() == before

    report(branches[0], NOW + timedelta(minutes=5), 4, captured=NOW - timedelta(days=9))
    after = figures(NOW + timedelta(hours=1))
    assert after["of a past day"] == before["of a past day"]
    days = dict(before["series"])
    assert dict(after["series"]) == days | {date(2021, 3, 9): days[date(2021, 3, 9)] + 4}, "late arrivals are added"

    with nation(NOW + timedelta(days=1)) as work:
        assert {day for _, day in country.add_up(work)} == {THURSDAY}
        assert country.differences(work) == []
    assert figures(NOW + timedelta(hours=1)) == after


def test_a_day_is_added_up_two_hours_after_its_end_in_its_zone(branches: tuple[int, int]) -> None:
    assert branches
    midnight = datetime(2021, 3, 25, 16, tzinfo=UTC)
    """In Makassar."""
    with nation(midnight + timedelta(hours=2, minutes=15)) as work:
        moved = dict(country.add_up(work))
    assert moved["Asia/Makassar"] == date(2021, 3, 25)
    assert moved["Asia/Jakarta"] == date(2021, 3, 24), "a quarter past one there"


def test_two_at_once_add_up_once(branches: tuple[int, int]) -> None:
    report(branches[0], datetime(2021, 4, 1, 3, tzinfo=UTC), 7)
    moved: list[list[tuple[str, date]]] = []

    def add_up() -> None:
        try:
            with nation(datetime(2021, 4, 3, 3, tzinfo=UTC)) as work:
                moved.append(country.add_up(work))
        finally:
            connection.close()

    threads = [Thread(target=add_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(map(bool, moved)) == [False, False, False, True]
    with nation() as work:
        assert country.differences(work) == []


def test_the_audit_sees_a_country_that_is_not_its_branches(branches: tuple[int, int]) -> None:
    assert branches
    with nation() as work:
        work.execute(
            "INSERT INTO events_country SELECT timezone, 'b', '', '2021-01-04', '2021-01-04', 'BPU', 'accepted', 9"
            " FROM events_country_day WHERE timezone = 'Asia/Makassar'"
        )
        ((zone, level, _, captured, *_, told, added),) = country.differences(work)
        transaction.set_rollback(True)
    assert (zone, level, captured, told, added) == ("Asia/Makassar", "b", date(2021, 1, 4), 9, 0)
