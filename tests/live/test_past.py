"""The time machine: a screen of a past day says what was known then, beside another period, and what came late."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from perisai.accounts.models import Role
from perisai.events.clock import FixedClock
from tests.live.places import Country, enrol, make_country, today
from tests.live.test_pages import login

LAST_MONTH = today().replace(day=1) - timedelta(days=1)
"""The last day of the month before."""


@pytest.fixture(scope="module")
def country(database: Path) -> Country:
    """Of the last day of last month: 4 that came in at once, and 2 that a phone brought today."""
    del database
    made = make_country()
    then = FixedClock(datetime(LAST_MONTH.year, LAST_MONTH.month, LAST_MONTH.day, 5, tzinfo=UTC))
    enrol(made.branches[0], times=4, clock=then)
    enrol(made.branches[0], times=2, day=LAST_MONTH)
    return made


def test_past_day_says_what_was_known_then_and_what_came_late(country: Country) -> None:
    branch = country.branches[0]
    head = login(Role.BRANCH_HEAD, branch.id)
    page = head.get(f"/console/live/branch/{branch.id}/?as_of={LAST_MONTH}").content.decode()
    assert "Seperti yang diketahui pada akhir" in page
    figures = page.split('class="figures past-figures"')[1].split('class="columns"')[0]
    assert '<span class="figure-value">4</span>' in figures
    assert '<span class="figure-value">6</span>' not in figures
    late = page.split("Datang sesudah hari itu")[1]
    assert "<dd>2</dd>" in late


def test_compares_with_the_month_before_and_keeps_it_in_the_address(country: Country) -> None:
    region = login(Role.REGION, country.region)
    address = f"/console/live/region/{country.region}/?as_of={LAST_MONTH}&compare=month"
    page = region.get(address).content.decode()
    assert "Dibandingkan dengan" in page
    assert "(+4)" in page
    assert f"/console/live/branch/{country.branches[0].id}/?as_of={LAST_MONTH}&amp;compare=month" in page


@pytest.mark.parametrize("day", ["2999-01-01", "kemarin", "2026-02-30", "0001-01-01"])
def test_a_day_that_is_none_is_the_present_and_the_page_says_so(country: Country, day: str) -> None:
    head = login(Role.BRANCH_HEAD, country.branches[0].id)
    address = f"/console/live/branch/{country.branches[0].id}/"
    page = head.get(f"{address}?as_of={day}").content.decode()
    assert "live-screen" in page
    assert f"{day} bukan hari yang bisa dilihat kembali" in page
    for plain in (address, f"{address}?as_of={today()}"):
        assert "bukan hari" not in head.get(plain).content.decode()


def test_past_of_others_stays_theirs(country: Country) -> None:
    one, other = country.branches
    stranger = login(Role.BRANCH_HEAD, other.id)
    assert stranger.get(f"/console/live/branch/{one.id}/?as_of={LAST_MONTH}").status_code == 403
