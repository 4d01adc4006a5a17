"""Branches are compared with their like: per active agent and working day, where most of the labour force lives alike."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from perisai.events.ids import uuid7
from perisai.events.reading import read
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.figures import rank_branches
from perisai.figures.place import find
from perisai.figures.rank_branches import Compared, ranked
from perisai.figures.run_rate import Days
from perisai.offices import district_kind
from perisai.offices.models import Office
from perisai.offices.scopes import BRANCH, Watch
from tests.world import make_branch

TODAY = date(2026, 11, 20)
ONE = Compared(1, "KC-1", "KC Satu", True, 60, Days(20, 15, 6), 10, 100)
FORCE = """
INSERT INTO offices_labour_force (district_code, year, import_id, labour_force, informal, micro, source, known_on)
VALUES (%s, 2026, %s, %s, 0, 0, 'uji', %s)
"""
COUNTED = """
INSERT INTO events_counter (branch_id, level, key, day_captured, day_received, segment, metric, value)
VALUES (%s, 'b', %s, %s, %s, 'BPU', 'accepted', %s)
"""
REGION = "INSERT INTO offices_region (code, parent_code, level, name) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"


def many(*accepted: int, is_city: bool = True) -> list[Compared]:
    return [
        replace(ONE, branch_id=n, code=f"KC-{n}", is_city=is_city, accepted=each) for n, each in enumerate(accepted)
    ]


def test_places_are_by_what_an_agent_brings_a_working_day() -> None:
    small = replace(ONE, branch_id=9, code="KC-9", accepted=40, agents=4)
    found = ranked([*many(60, 30, 30, 0), small])
    assert [(one.code, one.place, one.per_day) for one in found] == [
        ("KC-9", 1, 67), ("KC-0", 2, 40), ("KC-1", 3, 20), ("KC-2", 3, 20), ("KC-3", 5, 0),
    ]  # fmt: skip
    assert {one.of for one in found} == {5}
    assert found[1].of_pace == 80, "60 where an even pace towards 100 in 20 days would have 75 after 15"


def test_cities_and_regencies_are_apart_and_few_have_no_place() -> None:
    found = ranked([*many(5, 4, 3, 2, 1), *many(50, 40, is_city=False)])
    assert [one.place for one in found] == [1, 2, 3, 4, 5, None, None]
    assert [one.of for one in found] == [5] * 5 + [2] * 2


def test_branch_with_few_agents_or_days_or_of_which_nothing_is_known_has_no_place() -> None:
    lone = replace(ONE, branch_id=7, agents=2, accepted=90)
    unknown = replace(ONE, branch_id=8, agents=None, target=None)
    found = {one.branch_id: one for one in ranked([*many(5, 4, 3, 2, 1), lone, unknown])}
    assert (found[7].place, found[8].place, found[8].per_day, found[8].of_pace) == (None, None, 0, None)
    assert found[0].of == 5
    assert {one.place for one in ranked([replace(one, days=Days(20, 2, 19)) for one in many(5, 4, 3, 2, 1)])} == {None}


def test_kind_of_a_branch_is_where_most_of_its_labour_force_lives(database: Path) -> None:
    del database
    made = make_branch()
    Office.objects.filter(id=made.id).update(regencies=["77.01", "77.71"])
    with Work(scope=Scope.nation()) as work:
        for code, parent, level in [("77.01", "15", 2), ("77.71", "15", 2)]:
            work.execute(REGION, [code, parent, level, code])
        for code in ("77.01.01", "77.01.02", "77.71.01"):
            work.execute(REGION, [code, code[:5], 3, code])
        kinds = lambda day: read(district_kind.reading_of([made.id], day), work.dicts)  # noqa: E731 - read thrice
        assert kinds(TODAY) == {made.id: False}, "nothing is known: two kecamatan of three"
        for code, people in (("77.01.01", 1000), ("77.71.01", 9000)):
            work.execute(FORCE, [code, uuid7(), people, TODAY])
        assert kinds(TODAY) == {made.id: True}, (
            "the third counts as the mean of the others: 9,000 against 1,000 and 5,000"
        )
        assert kinds(date(2026, 11, 19)) == {made.id: False}, "not known yet"


def test_as_of_a_day_says_what_was_known_at_its_end(database: Path) -> None:
    del database
    made = make_branch(target=200)
    with Work(scope=Scope.branch(made.id)) as work:
        for captured, received, value in [(10, 10, 6), (11, 13, 90), (13, 13, 90)]:
            work.execute(COUNTED, [made.id, str(made.id), date(2026, 11, captured), date(2026, 11, received), value])
        scope = read(find(Watch(BRANCH, str(made.id))), work.dicts)
        (found,) = read(
            rank_branches.as_of(scope, date(2026, 11, 11), datetime(2026, 11, 20, 5, tzinfo=UTC)), work.dicts
        )
    assert (found.accepted, found.agents, found.days, found.place) == (6, None, 8, None)
