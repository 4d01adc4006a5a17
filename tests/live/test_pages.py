"""The pages: who may open which scope, and that their numbers are those of the events."""

import json
import re
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from perisai import keys
from perisai.accounts.models import Role
from perisai.events.kinds import kinds
from perisai.events.live import read_ticket
from perisai.events.scope import Scope
from perisai.events.work import Work
from tests.live.listening import LiveProcess, listening, ticket_for, wait_for
from tests.live.places import BranchPlace, Country, enrol, make_user, today, utc_now


def login(role: Role, office: int, agent_id: UUID | None = None) -> Client:
    user = make_user(role, office, agent_id=agent_id)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "sealed"})
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def fill(branch: BranchPlace) -> None:
    """Some of everything, today and late."""
    first = today().replace(day=1)
    enrol(branch, agent=0, times=3)
    enrol(branch, agent=1, times=2, region="15.05.01.2001")
    enrol(branch, agent=1, kind="enrolment_in_review", amount=0)
    enrol(branch, agent=2, kind="payment_confirmed", amount=50_400)
    enrol(branch, agent=2, kind="member_activated", amount=0)
    enrol(branch, agent=0, times=2, day=first)
    enrol(branch, agent=0, day=first - timedelta(days=1))


def recount(branches: list[int], column: str = "branch_id", key: Any = None) -> tuple[Counter[str], Counter[str]]:
    """This month's and today's metrics, added up from the events themselves."""
    with Work(scope=Scope.of(branches)) as work:
        rows = work.dicts("SELECT * FROM events_event WHERE branch_id = ANY(%s)", [branches])
    month: Counter[str] = Counter()
    of_today: Counter[str] = Counter()
    for row in rows:
        if key is not None and str(row[column]) != str(key):
            continue
        for metric, source in kinds()[row["kind"]].metrics:
            value = -row["quantity"] if source == "-quantity" else row[source]
            if today().replace(day=1) <= row["day_captured"] <= today():
                month[metric] += value
            if row["day_captured"] == today():
                of_today[metric] += value
    return month, of_today


def test_data_equals_a_recount_of_the_events_at_every_level(country: Country) -> None:
    for branch in country.branches:
        fill(branch)
    first = country.branches[0]
    client = login(Role.HEAD_OFFICE, country.head)
    ids = [branch.id for branch in country.branches]
    for level, key, branches, column in [
        ("region", country.region, ids, "branch_id"),
        ("branch", first.id, [first.id], "branch_id"),
        ("sub_branch", first.sub_branch, [first.id], "sub_branch_id"),
        ("agency_office", first.agency_office, [first.id], "agency_office_id"),
        ("agent", first.agents[1], [first.id], "agent_id"),
    ]:
        payload = client.get(f"/console/live/data/{level}/{key}/").json()
        month, of_today = recount(branches, column, None if level == "region" else key)
        assert payload["month"] == {metric: month[metric] for metric in payload["month"]}, level
        assert payload["today"] == {metric: of_today[metric] for metric in payload["today"]}, level
        assert sum(payload["hours"]) == of_today["captured"], level
        assert payload["attainment"]["attained"] == month["accepted"], level


def test_data_adds_up_over_its_parts_and_regencies(country: Country) -> None:
    for branch in country.branches:
        fill(branch)
    payload = login(Role.REGION, country.region).get(f"/console/live/data/region/{country.region}/").json()
    assert sum(row["month"]["accepted"] for row in payload["children"]) == payload["month"]["accepted"]
    assert sum(row["target"] for row in payload["children"]) == payload["attainment"]["target"] == 240
    assert sum(counts[0] for counts in payload["regencies"].values()) == payload["month"]["accepted"]
    assert payload["regencies"]["15.05"] == [4, 4]
    first = country.branches[0]
    of_branch = login(Role.BRANCH, first.id).get(f"/console/live/data/branch/{first.id}/").json()
    agents = [row for row in of_branch["children"] if row["level"] == "agent"]
    assert sum(row["month"]["accepted"] for row in agents) == of_branch["month"]["accepted"]
    office = next(row for row in of_branch["children"] if row["level"] == "agency_office")
    assert office["target"] == 80


def test_stream_and_data_show_the_same_numbers(live: LiveProcess, country: Country, watcher: UUID) -> None:
    branch = country.branches[0]
    client = login(Role.BRANCH, branch.id)
    with listening(live.origin, ticket_for(watcher, "branch", branch.id)) as stream:
        stream.wait("snapshot")
        fill(branch)
        polled = client.get(f"/console/live/data/branch/{branch.id}/").json()
        for metric, value in polled["today"].items():
            wait_for(lambda m=metric, v=value: stream.today(m) == v, f"{metric} = {value}")
        wait_for(lambda: stream.heard[-1][1]["position"] == polled["position"], "the newest position")
    with listening(live.origin, ticket_for(watcher, "branch", branch.id)) as again:
        snapshot = again.wait("snapshot")
    # The live process reads again once a minute what does not follow from events alone.
    moving = {"as_of", "hour", "stood", "standing_on", "standing_at", "pace", "funnel", "leaders", "cap_days"}
    assert {k: v for k, v in snapshot.items() if k not in moving} == {
        k: v for k, v in polled.items() if k not in moving
    }


def test_feed_holds_no_personal_data(country: Country) -> None:
    branch = country.branches[0]
    fill(branch)
    payload = login(Role.BRANCH, branch.id).get(f"/console/live/data/branch/{branch.id}/").json()
    assert len(payload["feed"]) == 11
    item = payload["feed"][0]
    assert set(item) == {
        "n", "at", "day", "time", "kind", "id", "en", "agent", "agent_id", "office", "region", "quantity", "amount",
    }  # fmt: skip
    assert item["en"] == "Enrolment accepted"
    assert item["agent"] == f"P-{branch.id}-0000"
    assert item["time"].endswith(" WIB")
    assert "Agen Uji" not in json.dumps(payload["feed"])


def test_page_of_ones_own_scope_opens_with_a_ticket_for_it(country: Country) -> None:
    branch = country.branches[0]
    for role, office, agent, level, key in [
        (Role.HEAD_OFFICE, country.head, None, "nation", "all"),
        (Role.AUDITOR, country.head, None, "nation", "all"),
        (Role.REGION, country.region, None, "region", country.region),
        (Role.BRANCH_HEAD, branch.id, None, "branch", branch.id),
        (Role.SUB_BRANCH, branch.sub_branch, None, "sub_branch", branch.sub_branch),
        (Role.AGENCY, branch.agency_office, None, "agency_office", branch.agency_office),
        (Role.AGENT, branch.id, branch.agents[0], "agent", branch.agents[0]),
    ]:
        page = login(role, office, agent).get("/console/live/")
        assert page.status_code == 200, role
        found = re.search(r'<script id="live-screen" type="application/json">(.*?)</script>', page.content.decode())
        assert found, role
        screen = json.loads(found[1])
        ticket = read_ticket(screen["ticket"]["ticket"], now=utc_now(), secret=keys.get("live_ticket"))
        assert (ticket.level, ticket.key) == (level, str(key))


@pytest.mark.parametrize("view", ["", "data/", "ticket/"])
def test_scope_of_others_is_refused(country: Country, view: str) -> None:
    ours, theirs = country.branches
    office, sub_branch, agents = ours.agency_office, ours.sub_branch, ours.agents
    above: list[tuple[str, object]] = [("nation", "all"), ("region", country.region)]
    cases: list[tuple[Client, list[tuple[str, object]]]] = [
        (login(Role.REGION, country.region), [("nation", "all"), ("region", 999_999)]),
        (login(Role.BRANCH, ours.id), [*above, ("branch", theirs.id), ("agent", theirs.agents[0])]),
        (login(Role.SUB_BRANCH, sub_branch), [("branch", ours.id), ("agency_office", office), ("agent", agents[1])]),
        (login(Role.AGENCY, office), [("branch", ours.id), ("sub_branch", sub_branch), ("agent", agents[0])]),
        (login(Role.AGENT, ours.id, agents[0]), [*above, ("sub_branch", sub_branch), ("agent", agents[1])]),
    ]
    for client, scopes in cases:
        for level, key in scopes:
            assert client.get(f"/console/live/{view}{level}/{key}/").status_code == 403, (level, key)


def test_what_lies_beneath_ones_scope_opens(country: Country) -> None:
    ours = country.branches[0]
    for client, level, key in [
        (login(Role.REGION, country.region), "branch", ours.id),
        (login(Role.BRANCH, ours.id), "agent", ours.agents[1]),
        (login(Role.SUB_BRANCH, ours.sub_branch), "agent", ours.agents[0]),
        (login(Role.AGENCY, ours.agency_office), "agent", ours.agents[1]),
    ]:
        assert client.get(f"/console/live/{level}/{key}/").status_code == 200


def test_scope_that_cannot_be_is_not_found(country: Country) -> None:
    client = login(Role.HEAD_OFFICE, country.head)
    branch = country.branches[0].id
    for path in ("branch/abc", "branch/-1", "agent/123", "nation/1", "region/999999", "galaxy/1", f"region/{branch}"):
        assert client.get(f"/console/live/{path}/").status_code == 404, path


def test_page_of_a_viewer_who_is_not_logged_in_asks_for_a_login(country: Country) -> None:
    answer = Client(SERVER_NAME="localhost").get("/console/live/data/nation/all/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")
