"""Never at two places on a day, whoever moves the agent, how often and at once."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Event

import pytest
from django.db import IntegrityError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perisai.agencies import office as agency
from perisai.agents import agent as agents
from perisai.agents import placement
from perisai.errors import Refused
from tests.agencies.offices import make_agency_office
from tests.agents.whole import today
from tests.blocked import until_somebody_waits
from tests.world import Branch, FieldAgent, make_agent, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")
FIRST = date(2026, 1, 1)


def place(agent: FieldAgent, since: date, until: date | None = None, office: int | None = None, **more: object) -> str:
    """The code it is refused with, or nothing."""
    try:
        with system_work(agent.branch) as work:
            placement.place(
                work,
                branch_id=agent.branch.id,
                agent_id=agent.id,
                agency_office_id=office,
                sub_branch_id=None,
                since=since,
                until=until,
                **more,  # type: ignore[arg-type]
            )
    except Refused as refused:
        return refused.code
    return ""


def spans(agent: FieldAgent) -> list[tuple[date, date | None, int | None]]:
    """(first day, day after the last, agency office), in order."""
    with system_work(agent.branch) as work:
        return [
            (since, until, office)
            for since, until, office in work.rows(
                "SELECT lower(during), upper(during), agency_office_id FROM agents_placement"
                " WHERE branch_id = %s AND agent_id = %s ORDER BY during",
                [agent.branch.id, agent.id],
            )
        ]


days = st.integers(0, 40).map(lambda n: FIRST + timedelta(days=n))
lengths = st.none() | st.integers(0, 15)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(days, lengths), min_size=1, max_size=8))
def test_place_in_any_order_leaves_at_most_one_place_a_day(moves: list[tuple[date, int | None]]) -> None:
    """Beside a model that keeps a place for each day."""
    agent, horizon = make_agent(_branch()), 60
    model: dict[date, int] = {}
    begins: dict[int, date] = {}
    for number, (since, length) in enumerate(moves):
        until = None if length is None else since + timedelta(days=length)
        wanted = {
            since + timedelta(days=n) for n in range(horizon) if until is None or since + timedelta(days=n) <= until
        }
        cut = model.get(since)
        others = {day for day, what in model.items() if what != cut}
        fits = not wanted & others
        assert (place(agent, since, until) == "") == fits
        if fits:
            model = {day: what for day, what in model.items() if what != cut or day < since}
            model |= dict.fromkeys(wanted, number)
            begins[number] = since
    found = spans(agent)
    assert all(one[1] is not None and one[1] <= two[0] for one, two in itertools.pairwise(found))
    assert sorted(begins[n] for n in set(model.values())) == [since for since, _, _ in found]


_made: list[Branch] = []


def _branch() -> Branch:
    """One for all examples: its id, once made."""
    if not _made:
        _made.append(make_branch(target=None))
    return _made[0]


def test_place_twice_at_once_keeps_one_place() -> None:
    agent = make_agent(make_branch(target=None))
    offices = [make_agency_office(agent.branch) for _ in range(4)]

    def act(office: int) -> str:
        try:
            return place(agent, today(), office=office)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(act, offices)) == {""}
    (only,) = spans(agent)
    assert only[:2] == (today(), None)
    with system_work(agent.branch) as work:
        row = work.row("SELECT agency_office_id FROM agents_agent WHERE id = %s", [agent.id])
    assert row == (only[2],), "the row says what the placement says"


def test_database_itself_keeps_two_places_apart() -> None:
    agent = make_agent(make_branch(target=None))
    assert place(agent, FIRST) == ""
    with pytest.raises(IntegrityError, match="placement_once"), system_work(agent.branch) as work:
        work.execute(
            "INSERT INTO agents_placement (branch_id, agent_id, districts, during, reason, placed_at)"
            " VALUES (%s, %s, '{}', daterange('2026-03-01', NULL), '', now())",
            [agent.branch.id, agent.id],
        )


def test_place_later_changes_the_row_on_its_day() -> None:
    agent = make_agent(make_branch(target=None))
    now, later = make_agency_office(agent.branch), make_agency_office(agent.branch)
    assert place(agent, today(), office=now) == ""
    assert place(agent, today() + timedelta(days=3), office=later) == ""

    def office_on(day: date) -> int:
        with system_work(agent.branch) as work:
            placement.turn(work, branch_id=agent.branch.id, today=day)
            row = work.row("SELECT agency_office_id FROM agents_agent WHERE id = %s", [agent.id])
        assert row is not None
        return int(row[0])

    assert office_on(today() + timedelta(days=2)) == now
    assert office_on(today() + timedelta(days=3)) == later


def test_place_with_wrong_office_district_or_dates_is_refused() -> None:
    agent = make_agent(make_branch(target=None))
    foreign = make_agency_office(make_branch(target=None))
    assert place(agent, FIRST, office=foreign) == "E9416"
    assert place(agent, FIRST, districts=["99.99.99"]) == "E9417"
    assert place(agent, FIRST, FIRST - timedelta(days=1)) == "E9418"
    assert place(agent, FIRST, reason="x" * 301) == "E9413"
    assert spans(agent) == []


def test_end_closes_placement_licence_and_what_was_to_come() -> None:
    agent = make_agent(make_branch(target=None))
    assert place(agent, FIRST) == ""
    assert place(agent, today() + timedelta(days=9)) == ""
    with system_work(agent.branch) as work:
        agents.end(work, branch_id=agent.branch.id, agent_id=agent.id, reason="Uji berakhir")
    assert [one[:2] for one in spans(agent)] == [(FIRST, today() + timedelta(days=9))] or spans(agent)[0][
        1
    ] == today() + timedelta(days=1)
    assert place(agent, today()) == "E9419"


def decide_end(branch: Branch, office: int, last_day: date) -> None:
    with system_work(branch) as work:
        found = agency.lock(work, branch_id=branch.id, office_id=office, today=FIRST)
        assert found["ended_on"] is None
        work.execute("UPDATE agencies_office SET ended_on = %s WHERE office_id = %s", [last_day, office])


ENDS = [None, FIRST + timedelta(days=20), FIRST - timedelta(days=1)]
"""Of three offices: no ending decided, one to come, one that is over."""
_offices: list[int] = []


def offices() -> list[int]:
    if not _offices:
        for ends in ENDS:
            _offices.append(make_agency_office(_branch()))
            if ends is not None:
                decide_end(_branch(), _offices[-1], ends)
    return _offices


stays = st.tuples(days, lengths, st.none() | st.integers(0, 2))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(stays, min_size=1, max_size=8))
def test_no_stay_outlasts_its_office_and_open_moves_leave_no_hole(
    moves: list[tuple[date, int | None, int | None]],
) -> None:
    agent = make_agent(_branch())
    for since, length, which in moves:
        until = None if length is None else since + timedelta(days=length)
        ends = None if which is None else ENDS[which]
        code = place(agent, since, until, office=None if which is None else offices()[which])
        outlasts = ends is not None and (until is None or until > ends)
        assert (code == "E9424") == outlasts, (since, until, which)
    found = spans(agent)
    last_days = {office: ends for office, ends in zip(offices(), ENDS, strict=True) if ends is not None}
    for since, after, office in found:
        if office in last_days:
            assert after is not None
            assert after - timedelta(days=1) <= last_days[office], (since, after, office)
    assert all(one[1] is not None and one[1] <= two[0] for one, two in itertools.pairwise(found))
    if all(length is None for _, length, _ in moves):
        assert all(one[1] == two[0] for one, two in itertools.pairwise(found)), "the history has no hole"


def test_an_office_that_is_just_ending_takes_nobody_who_comes_at_once() -> None:
    """Whoever ends it holds its row: the placement waits, then reads the decision."""
    agent = make_agent(make_branch(target=None))
    office = make_agency_office(agent.branch)
    with system_work(agent.branch) as work:
        agency.lock(work, branch_id=agent.branch.id, office_id=office, today=FIRST)
    held, told = Event(), []

    def move() -> None:
        held.wait(60)
        told.append(place(agent, today(), office=office))
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        with system_work(agent.branch) as work:
            agency.lock_open(work, branch_id=agent.branch.id, office_id=office, today=FIRST)
            moving = pool.submit(move)
            held.set()
            until_somebody_waits()
            assert not moving.done()
            work.execute("UPDATE agencies_office SET ended_on = %s WHERE office_id = %s", [today(), office])
        moving.result()
    assert told == ["E9424"]


def test_one_who_comes_back_stands_where_they_were_as_far_as_that_is_lawful() -> None:
    agent = make_agent(make_branch(target=None))
    stays, goes = make_agency_office(agent.branch), make_agency_office(agent.branch)
    for office, expected in ((stays, stays), (goes, None)):
        assert place(agent, today(), office=office) == ""
        with system_work(agent.branch) as work:
            agents.end(work, branch_id=agent.branch.id, agent_id=agent.id, reason="Uji berakhir")
        if office == goes:
            decide_end(agent.branch, goes, today())
        with system_work(agent.branch) as work:
            agents.restore(work, branch_id=agent.branch.id, agent_id=agent.id)
            row = work.row("SELECT state, agency_office_id FROM agents_agent WHERE id = %s", [agent.id])
        assert row == ("trainee", expected)
        assert spans(agent)[-1] == (today(), None, expected)
