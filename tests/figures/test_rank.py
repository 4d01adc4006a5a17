"""Agents are compared with their like: the same kind of district, as long licensed, by working days; too few are not ranked."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from perisai.events.reading import read
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.figures import rank
from perisai.offices import district_kind
from perisai.offices.calendar import NATIONAL
from tests.world import Branch, make_agent, make_branch, system_work

TODAY = date(2026, 11, 20)  # 15 working days of November so far, by the national calendar
COUNTED = """
INSERT INTO events_counter (branch_id, level, key, day_captured, day_received, segment, metric, value)
VALUES (%s, 'A', %s, '2026-11-01', '2026-11-01', 'BPU', 'accepted', %s)
"""
BY_DAY = """
INSERT INTO events_counter (branch_id, level, key, day_captured, day_received, segment, metric, value)
VALUES (%s, 'a', %s, %s, %s, 'BPU', 'accepted', %s)
"""
PLACED = """
INSERT INTO agents_placement (branch_id, agent_id, districts, during, reason, placed_at)
VALUES (%s, %s, %s, daterange('2020-01-01', NULL), '', now())
"""


def ranked(branch: Branch) -> list[rank.Ranked]:
    with system_work(branch) as work:
        return read(rank.ranked([(branch.id, TODAY)], {branch.id: NATIONAL}), work.dicts)


def place(branch: Branch, accepted: int, *, district: str, since: date) -> str:
    agent = make_agent(branch, valid_from=since, valid_to=date(2030, 1, 1))
    with system_work(branch) as work:
        work.execute("DELETE FROM agents_placement WHERE branch_id = %s AND agent_id = %s", [branch.id, agent.id])
        work.execute(PLACED, [branch.id, agent.id, [district]])
        work.execute(COUNTED, [branch.id, str(agent.id), accepted])
    return str(agent.id)


def test_places_among_their_like(database: Path) -> None:
    del database
    branch, long_ago = make_branch(), date(2024, 1, 1)
    city = [place(branch, n, district="15.71.08", since=long_ago) for n in (30, 15, 15, 7, 0)]
    rural = [place(branch, n, district="15.05.01", since=long_ago) for n in (50, 40)]
    fresh = place(branch, 90, district="15.71.08", since=TODAY - timedelta(days=40))
    found = {one.agent_id: one for one in ranked(branch)}
    assert [found[one].place for one in city] == [1, 2, 2, 4, 5]
    assert {found[one].of for one in city} == {5}
    assert found[city[0]].days == found[city[1]].days == 15
    assert found[city[0]].per_day == 200, "30 in 15 working days"
    assert [found[one].place for one in rural] == [None, None], "two are too few"
    assert found[fresh].is_new
    assert found[fresh].place is None


def test_who_began_this_month_is_counted_by_the_days_since(database: Path) -> None:
    del database
    branch = make_branch()
    late = place(branch, 4, district="15.71.08", since=date(2026, 11, 19))
    (found,) = ranked(branch)
    assert (found.agent_id, found.days, found.per_day, found.place) == (late, 2, 200, None)


def test_places_of_a_past_day_are_those_that_were_known_then(database: Path) -> None:
    del database
    branch, long_ago, past = make_branch(), date(2024, 1, 1), date(2026, 11, 11)
    agents = [place(branch, 0, district="15.71.08", since=long_ago) for _ in range(6)]
    with system_work(branch) as work:
        for agent, count, captured, received in [
            (agents[0], 8, 10, 10), (agents[1], 4, 9, 9), (agents[1], 30, 10, 12), (agents[2], 30, 13, 13),
        ]:  # fmt: skip
            work.execute(BY_DAY, [branch.id, agent, date(2026, 11, captured), date(2026, 11, received), count])
        work.execute("UPDATE agents_agent SET state = 'ended' WHERE branch_id = %s AND id = %s", [branch.id, agents[0]])
        ended = "UPDATE agents_licence SET state = 'revoked', state_since = '2026-11-02' WHERE branch_id = %s AND agent_id = %s"
        work.execute(ended, [branch.id, agents[5]])
        found = read(rank.ranked([(branch.id, past)], {branch.id: NATIONAL}, is_past=True), work.dicts)
    told = {one.agent_id: (one.accepted, one.place) for one in found}
    assert told == {
        agents[0]: (8, 1), agents[1]: (4, 2), agents[2]: (0, 3), agents[3]: (0, 3), agents[4]: (0, 3),
    }  # fmt: skip


def test_agents_of_many_branches_are_compared_across_them(database: Path) -> None:
    del database
    branches, long_ago = [make_branch(), make_branch()], date(2024, 1, 1)
    agents = [
        place(branch, n, district="15.71.08", since=long_ago) for branch in branches for n in (30, 15, branch.id % 7)
    ]
    with Work(scope=Scope.of([branch.id for branch in branches])) as work:
        days = [(branch.id, TODAY) for branch in branches]
        calendars = {branch.id: NATIONAL for branch in branches}
        apart = read(rank.ranked(days, calendars), work.dicts)
        found = read(rank.ranked(days, calendars, across=True), work.dicts)
    assert {one.place for one in apart} == {None}, "three are too few"
    assert {one.agent_id for one in found} == set(agents)
    assert [one.place for one in found][:4] == [1, 1, 3, 3]


@pytest.mark.parametrize(
    ("codes", "is_city"),
    [
        (["15.71"], True),
        (["15.71.08", "15.71.01", "15.05.01"], True),
        (["15.05", "15.71"], False),
        ([], False),
        (["x"], False),
    ],
)
def test_city_or_regency_by_the_code(codes: list[str], is_city: bool) -> None:
    assert district_kind.is_city(codes) is is_city
