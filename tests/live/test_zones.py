"""A month begins in Papua two hours before it does in Jambi: what the country shows in between."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from perisai.events.clock import FixedClock
from perisai.events.reading import read
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.offices.models import Office
from perisai.offices.scopes import NATION, REGION, WHOLE, Watch
from perisai.targets.quotas.quota import set_quota
from perisai.web.live.payload import build, changes
from perisai.web.live.world import World
from tests.live.places import Country, enrol, make_country, today

THIS = today().replace(day=1)
NEXT = (THIS + timedelta(days=31)).replace(day=1)
BETWEEN = datetime(NEXT.year, NEXT.month, 1, 1, tzinfo=ZoneInfo("Asia/Jayapura")).astimezone(UTC)
"""One o'clock of the first there, eleven in the evening of the last in the west."""


@pytest.fixture(scope="module")
def countries(database: object) -> tuple[Country, Country]:
    """The first in the east, the other in the west."""
    east, west = make_country(), make_country()
    ids = [branch.id for branch in east.branches]
    Office.objects.filter(id__in=ids).update(timezone="Asia/Jayapura")
    for country, target in ((east, 70), (west, 90)):
        for branch in country.branches:
            with Work(scope=Scope.branch(branch.id)) as work:
                set_quota(work, branch_id=branch.id, period=NEXT, target=target)
    clock = FixedClock(BETWEEN)
    enrol(east.branches[0], times=2, clock=clock, region="97.71.01.1001")
    enrol(east.branches[0], times=5, clock=clock, region="97.71.01.1001", day=NEXT - timedelta(days=1))
    enrol(west.branches[0], times=7, clock=clock, region="97.72.01.1001")
    return east, west


def payloads(*watches: Watch, at: datetime) -> Iterator[dict[str, Any]]:
    """As one process sees them that holds all of them."""
    world = World()
    with Work(scope=Scope.nation()) as work:
        places = [read(world.open(watch, at), work.dicts) for watch in watches]
        yield from [build(world, place, at) for place in places]


def test_country_counts_the_month_that_has_begun_against_its_own_target(countries: tuple[Country, Country]) -> None:
    """Else all that the west had done in the old month stood there as the new one's, two hours long."""
    east, west = countries
    whole = Watch(NATION, WHOLE)
    before, nation = (next(payloads(whole, at=at)) for at in (BETWEEN - timedelta(hours=3), BETWEEN))
    assert (before["month_first"], nation["month_first"]) == (f"{THIS}", f"{NEXT}")
    assert before["attainment"]["attained"] >= 12, "and what other tests left"
    assert nation["attainment"]["attained"] == nation["month"]["accepted"] == 2
    assert nation["regencies"]["97.71"] == [2, 2]
    assert nation["regencies"]["97.72"] == [0, 7], "of today there"
    rate = nation["attainment"]
    assert rate["days_left"] == rate["days"], "none is over"
    assert rate["beneath"] is None, "rows of two months add up to nothing"
    assert rate["expected"] <= rate["target"] / 10
    rows = {row["key"]: (row["target"], row["month"]["accepted"]) for row in nation["children"]}
    assert rows[str(east.region)] == (140, 2)
    assert rows[str(west.region)] == (240, 7)


def test_region_whose_month_has_not_begun_keeps_its_target_whoever_else_is_looked_at(
    countries: tuple[Country, Country],
) -> None:
    """The live process holds the country, a page holds the region alone: they showed two targets."""
    east, west = countries
    asked = [Watch(NATION, WHOLE), Watch(REGION, str(west.region)), Watch(REGION, str(east.region))]
    _nation, of_west, of_east = payloads(*asked, at=BETWEEN)
    (alone,) = payloads(asked[1], at=BETWEEN)
    assert of_west["attainment"] == alone["attainment"]
    assert (of_west["attainment"]["target"], of_west["attainment"]["attained"]) == (240, 7)
    assert (of_east["attainment"]["target"], of_east["attainment"]["attained"]) == (140, 2)


def test_regency_that_is_counted_no_more_is_told_to_who_had_seen_it(countries: tuple[Country, Country]) -> None:
    """At midnight of a zone whose month begins later the country's day is the same, and nobody begins anew."""
    whole = Watch(NATION, WHOLE)
    old, new = (next(payloads(whole, at=at)) for at in (BETWEEN, BETWEEN + timedelta(hours=2)))
    assert old["day"] == new["day"]
    assert "97.72" not in new["regencies"]
    told = changes(old, new)
    assert told is not None
    assert told["regencies"]["97.72"] == [0, 0]
    assert told["today"]["accepted"] == 2
    assert {row["key"]: row["target"] for row in told["children"]}[str(countries[1].region)] == 180
