"""What the live screen says beside counts: the same as the one reading says, at every level; and each number's list has as many."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from perisai.accounts.models import Role, User
from perisai.contributions.cover.rule import add_months
from perisai.events.reading import read
from perisai.events.scope import Scope
from perisai.events.work import Work, branch_day
from perisai.figures import funnel, rank, reading, take
from perisai.figures.period import Period
from perisai.offices import calendar
from perisai.offices.scopes import AGENT, BRANCH, Watch
from tests.contributions.covered import Members, make_members
from tests.live.places import make_country
from tests.live.test_pages import login
from tests.members.enrolling import enrol
from tests.web.test_console_pages import doubtful, statements
from tests.world import Branch, FieldAgent, make_agent, make_branch

ZONE = "Asia/Jakarta"
_PAID = """
UPDATE members_enrolment SET paid_through = p.paid, state = p.state, captured_on = %s
FROM unnest(%s::uuid[], %s::date[], %s::text[]) AS p (id, paid, state)
WHERE members_enrolment.branch_id = %s AND members_enrolment.id = p.id
"""
_COHORT = """
INSERT INTO figures_cohort (branch_id, level, month, stage, key, segment, persons, taken_at)
SELECT %s, 'b', m, s, %s, 'BPU', n, now() FROM unnest(%s::date[], %s::text[], %s::int[]) AS t (m, s, n)
"""


def today() -> date:
    return branch_day(datetime.now(UTC), ZONE)


@pytest.fixture(scope="module")
def place(database: Path) -> tuple[Branch, FieldAgent, Members]:
    """Nine members: four pay, three can catch up, two have lapsed; three enrolled today and one waits for an officer."""
    del database
    branch = make_branch(target=200)
    agent = make_agent(branch, valid_to=today() + timedelta(days=20))
    for _ in range(2):
        make_agent(branch)
    members = make_members(9, branch=branch, agent=agent.id)
    month = today().replace(day=1)
    paid = [month] * 4 + [add_months(month, -2)] * 3 + [add_months(month, -9)] * 2
    for _ in range(2):
        enrol(agent)
    doubtful(agent)
    with Work(scope=Scope.branch(branch.id)) as work:
        work.execute(_PAID, [add_months(month, -9), members.ids, paid, ["active"] * 7 + ["lapsed"] * 2, branch.id])
        told = [(-2, "accepted", 40), (-2, "first_paid", 30), (-4, "accepted", 10), (-4, "paying_3", 4)]
        work.execute(
            _COHORT,
            [
                branch.id,
                str(branch.id),
                [add_months(month, n) for n, _, _ in told],
                [stage for _, stage, _ in told],
                [persons for _, _, persons in told],
            ],
        )
    with Work(scope=Scope.branch(branch.id)) as work:
        take.take(work, branch_id=branch.id, timezone=ZONE)
    return branch, agent, members


@pytest.fixture(scope="module")
def client(place: tuple[Branch, FieldAgent, Members]) -> Client:
    return login(Role.BRANCH_HEAD, place[0].id)


def payload(client: Client, level: str, key: object) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/console/live/data/{level}/{key}/").json()
    return found


def screen(client: Client, address: str, name: str = "live-screen") -> dict[str, Any]:
    page = client.get(address).content.decode()
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', page)
    assert found
    return dict(json.loads(found[1]))


@pytest.mark.parametrize("level", [BRANCH, AGENT])
def test_screen_says_what_the_one_reading_says(
    level: str, place: tuple[Branch, FieldAgent, Members], client: Client
) -> None:
    branch, agent, _ = place
    scope = Watch(level, str(branch.id if level == BRANCH else agent.id))
    shown = payload(client, scope.level, scope.key)
    with Work(scope=Scope.branch(branch.id)) as work:
        month, day = Period.month(today()), today()
        values = reading.of(work, scope, month, day).values
        of_day = reading.of(work, scope, Period.day(day), day).values
        rate = reading.run_rate(work, scope, month, day)
        pace = reading.pace(work, scope, day)
    assert shown["stood"] == {name: values[name] for name in shown["stood"]}
    assert shown["stood"]["paying"] == 4
    assert shown["month"] == {name: values[name] for name in shown["month"]}
    assert shown["today"] == {name: of_day[name] for name in shown["today"]}
    told = ("attained", "target", "expected", "needed_per_day", "days", "days_gone", "days_left")
    assert {name: shown["attainment"][name] for name in told} == {name: getattr(rate, name) for name in told}
    assert shown["pace"]["so_far"] == pace.so_far == sum(shown["hours"])
    assert (shown["pace"]["usual_by_now"], shown["pace"]["sample"]) == (pace.usual_by_now, pace.sample)


def test_rows_beneath_say_what_their_own_screens_say(place: tuple[Branch, FieldAgent, Members], client: Client) -> None:
    _branch, agent, _ = place
    row = next(one for one in payload(client, BRANCH, place[0].id)["children"] if one["key"] == str(agent.id))
    own = payload(client, AGENT, agent.id)
    assert row["stood"]["paying"] == own["stood"]["paying"] == 4
    assert row["month"]["accepted"] == own["month"]["accepted"]
    assert row["target"] == own["attainment"]["target"]


def test_funnel_says_of_how_many_and_of_which_month(place: tuple[Branch, FieldAgent, Members], client: Client) -> None:
    month = today().replace(day=1)
    assert payload(client, BRANCH, place[0].id)["funnel"] == [
        {"name": "first_paid", "month": add_months(month, -2).isoformat(), "persons": 30, "of": 40},
        {"name": "paying_3", "month": add_months(month, -4).isoformat(), "persons": 4, "of": 10},
    ]
    with Work(scope=Scope.branch(place[0].id)) as work:
        stages = read(funnel.newest([place[0].id], "b", "", today()), work.dicts)
    assert [(stage.persons, stage.of) for stage in stages] == [(30, 40), (4, 10)]


def test_few_agents_are_shown_with_their_number_and_not_ranked(
    place: tuple[Branch, FieldAgent, Members], client: Client
) -> None:
    branch, agent, _ = place
    shown = payload(client, BRANCH, branch.id)["leaders"]
    assert len(shown) == 3
    assert {one["place"] for one in shown} == {None}
    with Work(scope=Scope.branch(branch.id)) as work:
        calendars = calendar.of_branches(work, [branch.id])
        ranked = read(rank.ranked([(branch.id, today())], calendars), work.dicts)
    assert [(one["key"], one["per_day"], one["of"]) for one in shown] == [
        (one.agent_id, one.per_day, one.of) for one in ranked
    ]
    assert payload(client, AGENT, agent.id)["leaders"] == []


COUNTED_BY_ROWS = (
    "paying",
    "catch_up",
    "ended",
    "captured",
    "accepted",
    "active",
    "review",
    "agents_active",
    "licences_ending",
)


@pytest.mark.parametrize("level", [BRANCH, AGENT])
@pytest.mark.parametrize("name", COUNTED_BY_ROWS)
def test_number_on_the_screen_equals_the_rows_of_the_list_it_opens(
    name: str, level: str, place: tuple[Branch, FieldAgent, Members], client: Client
) -> None:
    branch, agent, _ = place
    key = branch.id if level == BRANCH else agent.id
    told = screen(client, f"/console/live/{level}/{key}/")
    shown = told["payload"]
    day = shown["day"]
    for first, value in (
        [(day, shown["today"][name]), (shown["month_first"], shown["month"][name])]
        if name in shown["today"]
        else [(day, shown["stood"][name])]
    ):
        address = told["figures"][name]["behind"].replace("{first}", first).replace("{last}", day)
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert len(re.findall(r"<tr[^>]* data-row", answer.content.decode())) == value, address


def test_wall_shows_the_scopes_of_its_address_and_what_beneath_it_the_button_names(
    place: tuple[Branch, FieldAgent, Members], client: Client
) -> None:
    branch, agent, _ = place
    wall = screen(client, f"/console/live/branch/{branch.id}/?wall=agent/{agent.id}&every=2", "live-wall")
    assert [(one["level"], one["key"]) for one in wall["scopes"]] == [
        ("branch", str(branch.id)),
        ("agent", str(agent.id)),
    ]
    assert wall["seconds"] == 5
    assert wall["screen"]["payload"]["stood"]["paying"] == 4
    page = client.get(f"/console/live/branch/{branch.id}/").content.decode()
    assert f'href="/console/live/branch/{branch.id}/?wall=' in page


def test_wall_of_others_is_refused(place: tuple[Branch, FieldAgent, Members], client: Client) -> None:
    branch = place[0].id
    other = make_branch().id
    assert client.get(f"/console/live/branch/{branch}/?wall=branch/{other}").status_code == 403
    assert client.get(f"/console/live/branch/{branch}/?wall=nation/all").status_code == 403
    assert client.get(f"/console/live/branch/{branch}/?wall=galaxy/1").status_code == 404


@pytest.mark.parametrize(("query", "days", "is_kept"), [("?wall", 1, True), ("?wall", 31, False), ("", 1, False)])
def test_login_of_a_wall_is_kept_while_it_asks_for_tickets_and_not_for_ever(
    query: str, days: int, is_kept: bool, place: tuple[Branch, FieldAgent, Members]
) -> None:
    branch = place[0].id
    visitor = login(Role.AUDITOR, make_country(agents=1).head)
    User.objects.filter(id=visitor.session["_auth_user_id"]).update(last_login=datetime.now(UTC) - timedelta(days=days))
    before = ends(visitor)
    assert visitor.get(f"/console/live/ticket/branch/{branch}/{query}").status_code == 200
    assert (ends(visitor) > before) == is_kept


def ends(visitor: Client) -> datetime:
    return Session.objects.get(session_key=visitor.session.session_key).expire_date


SCREENS = {"": 33, "?wall": 31}
"""Statements a screen of a branch may take at most, whatever it holds."""


@pytest.mark.parametrize("query", SCREENS)
def test_screen_takes_no_more_statements_with_more_agents_and_events(query: str, database: Path) -> None:
    del database
    branch = make_branch()
    agent = make_agent(branch)
    enrol(agent)
    visitor = login(Role.BRANCH_HEAD, branch.id)
    few = statements(visitor, f"/console/live/branch/{branch.id}/{query}")
    for _ in range(3):
        enrol(make_agent(branch))
        enrol(agent)
    many = statements(visitor, f"/console/live/branch/{branch.id}/{query}")
    assert many <= few
    assert many <= SCREENS[query]
