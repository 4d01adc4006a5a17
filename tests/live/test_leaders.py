"""Leaderboards of the nation and of regions, what a screen says of alerts and of what happens, and the lists of its rows."""

import re
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from perisai.accounts.models import Role
from perisai.events.clock import FixedClock
from perisai.events.ids import uuid7
from perisai.events.scope import Scope
from perisai.events.work import Happened, Work
from perisai.offices.scopes import AGENT, BRANCH, REGION, SUB_BRANCH
from tests.live.places import Country, enrol, make_country, today
from tests.live.test_pages import login
from tests.live.test_screens import payload, screen
from tests.web.test_console_pages import statements

LICENSED = """
INSERT INTO agents_licence (branch_id, agent_id, number, valid_from, valid_to, state, state_since)
SELECT %s, id, 'L-' || code, %s, %s, 'valid', now() FROM agents_agent WHERE branch_id = %s
"""
ALERT = """
INSERT INTO alerts_alert (branch_id, id, kind, level, key, tone, facts, note, raised_at, found_at)
VALUES (%s, %s, %s, %s, %s, 'needs', '{}', '', now(), now())
"""


@pytest.fixture(scope="module")
def country(database: Path) -> Country:
    """Two branches of three agents; the first enrolled four, and three things wait for somebody there."""
    del database
    made = make_country()
    for branch in made.branches:
        with Work(scope=Scope.branch(branch.id)) as work:
            work.execute(LICENSED, [branch.id, today() - timedelta(days=400), today() + timedelta(days=400), branch.id])
    first = made.branches[0]
    enrol(first, agent=0, times=3)
    enrol(first, agent=1)
    with Work(scope=Scope.branch(first.id)) as work:
        for kind, level, key in [
            ("silent", "a", str(first.agents[0])), ("burst", "a", str(first.agents[1])), ("cap_near", "b", str(first.id)),
        ]:  # fmt: skip
            work.execute(ALERT, [first.id, uuid7(), kind, level, key])
    return made


@pytest.fixture(scope="module")
def region(country: Country) -> Client:
    return login(Role.REGION, country.region)


def test_region_compares_branches_and_says_that_two_are_too_few(country: Country, region: Client) -> None:
    shown = payload(region, REGION, country.region)["leading_branches"]
    assert [(one["all"], one["of"]) for one in shown] == [(2, 0)]
    assert [(row["accepted"], row["place"]) for row in shown[0]["rows"]] == [(4, None), (0, None)]
    assert payload(region, BRANCH, country.branches[0].id)["leading_branches"] == []


def test_agents_of_a_region_are_compared_where_that_is_asked_for(country: Country, region: Client) -> None:
    told = screen(region, f"/console/live/region/{country.region}/")
    (alike,) = region.get(told["agents"]).json()["classes"]
    assert (alike["all"], alike["is_new"]) == (6, False)
    assert [row["accepted"] for row in alike["rows"]] == [3, 1, 0, 0, 0, 0]
    assert alike["rows"][0]["office"] == f"KC Uji {country.branches[0].id}"
    branch = country.branches[0].id
    assert screen(region, f"/console/live/branch/{branch}/")["agents"] is None
    assert region.get(f"/console/live/leaders/branch/{branch}/").status_code == 404
    stranger = login(Role.BRANCH_HEAD, branch)
    assert stranger.get(told["agents"]).status_code == 403


@pytest.mark.parametrize("query", ["", "&leaders=agents"])
def test_past_day_of_a_region_has_its_leaderboard(country: Country, region: Client, query: str) -> None:
    yesterday = today() - timedelta(days=1)
    page = region.get(f"/console/live/region/{country.region}/?as_of={yesterday}{query}").content.decode()
    told = page.split("data-leaders")[1]
    assert "Terlalu sedikit untuk diperingkat" in told or query
    assert "KC Uji" in told if not query else "Agen Uji" in told


def test_past_leaderboard_of_an_office_holds_its_own_agents(country: Country) -> None:
    branch = country.branches[0]
    head = login(Role.BRANCH_HEAD, branch.id)
    page = head.get(
        f"/console/live/sub_branch/{branch.sub_branch}/?as_of={today() - timedelta(days=1)}"
    ).content.decode()
    rows = re.findall(r"/console/live/agent/([0-9a-f-]{36})/", page.split("data-leaders")[1])
    assert set(rows) <= {str(branch.agents[0])}


def test_screens_of_many_take_the_same_statements_whatever_they_hold(country: Country, region: Client) -> None:
    del country
    few = make_country(agents=1)
    many = make_country(agents=9)
    for address in (
        "/console/live/region/{}/",
        "/console/live/leaders/region/{}/",
        "/console/live/region/{}/?as_of=2026-01-05",
    ):
        told = [statements(login(Role.REGION, one.region), address.format(one.region)) for one in (few, many)]
        assert told[0] == told[1] <= MOST[address], (address, told)


MOST = {
    "/console/live/region/{}/": 36,
    "/console/live/leaders/region/{}/": 17,
    "/console/live/region/{}/?as_of=2026-01-05": 38,
}


@pytest.mark.parametrize(("level", "count"), [(REGION, 3), (BRANCH, 3), (SUB_BRANCH, 1), (AGENT, 1)])
def test_screen_tells_alerts_of_its_scope_and_opens_their_list(
    level: str, count: int, country: Country, region: Client
) -> None:
    first = country.branches[0]
    key = {REGION: country.region, BRANCH: first.id, SUB_BRANCH: first.sub_branch, AGENT: first.agents[0]}[level]
    alerts = screen(region, f"/console/live/{level}/{key}/")["alerts"]
    assert alerts["open"] == count
    assert region.get(alerts["data"]).json()["alerts"] == alerts
    assert len(re.findall('name="alert"', region.get(alerts["list"]).content.decode())) == count


def test_screen_tells_no_alerts_of_others(country: Country, region: Client) -> None:
    first, other = country.branches
    assert screen(region, f"/console/live/branch/{other.id}/")["alerts"]["open"] == 0
    office = login(Role.AGENCY, first.agency_office)
    assert screen(office, "/console/live/")["alerts"]["open"] == 1, "its own agent's; not the branch's cap"
    agent = login(Role.AGENT, first.id, first.agents[0])
    assert screen(agent, "/console/live/")["alerts"] is None


def test_agent_is_not_told_of_alerts_about_them(country: Country, region: Client) -> None:
    first = country.branches[0]
    enrol(first, kind="alert_raised", amount=0)
    kinds = {
        level: {item["kind"] for item in payload(region, level, key)["feed"]}
        for level, key in ((BRANCH, first.id), (AGENT, first.agents[0]))
    }
    assert "alert_raised" in kinds[BRANCH]
    assert "alert_raised" not in kinds[AGENT]


@pytest.mark.parametrize("name", ["paying", "captured", "accepted", "active", "contributions", "arrears"])
def test_numbers_of_a_row_open_the_lists_of_its_own_screen(name: str, country: Country, region: Client) -> None:
    first = country.branches[0]
    upper = screen(region, f"/console/live/region/{country.region}/")
    own = screen(region, f"/console/live/branch/{first.id}/")
    filled: dict[str, Any] = {"level": BRANCH, "key": first.id}
    address = upper["figures"][name]["beneath"]
    for what, value in filled.items():
        address = address.replace(f"{{{what}}}", str(value))
    assert address == own["figures"][name]["behind"]


def test_hour_of_an_act_is_that_of_the_best_estimate(country: Country) -> None:
    branch = country.branches[1]
    morning = datetime.combine(today(), time(0, 5), ZoneInfo("Asia/Jakarta"))
    with Work(scope=Scope.branch(branch.id), clock=FixedClock(morning + timedelta(hours=12))) as work:
        for guess in (morning + timedelta(hours=9), None):
            work.report(
                Happened(
                    kind="enrolment_accepted",
                    branch_id=branch.id,
                    subject_id=uuid7(),
                    agent_id=branch.agents[2],
                    captured_from=morning - timedelta(hours=9),
                    captured_to=morning + timedelta(hours=12),
                    captured_at=guess,
                    day=today(),
                )
            )
        rows = "SELECT hour_captured FROM events_event WHERE branch_id = %s AND agent_id = %s ORDER BY number"
    with Work(scope=Scope.branch(branch.id)) as work:
        assert work.rows(rows, [branch.id, branch.agents[2]]) == [(9,), (0,)], (
            "where nothing is guessed: at the earliest"
        )


def test_feed_holds_what_happens_and_no_setting_up(country: Country, region: Client) -> None:
    branch = country.branches[1]
    enrol(branch)
    enrol(branch, kind="device_code_issued", amount=0, times=40)
    for level, key in (
        (BRANCH, branch.id),
        (REGION, country.region),
        (SUB_BRANCH, branch.sub_branch),
        (AGENT, branch.agents[0]),
    ):
        kinds = {item["kind"] for item in payload(region, level, key)["feed"]}
        assert "enrolment_accepted" in kinds, level
        assert "device_code_issued" not in kinds, level
