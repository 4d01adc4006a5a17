"""Single members for a hand-over: searched, ticked over several pages without script, looked at dry, moved in one act."""

import re
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from perisai.accounts.models import Role
from perisai.supervision import chosen
from tests.accounts.people import client_of
from tests.members.enrolling import enrol_all, state_of
from tests.supervision.test_pages import place as place  # noqa: PLC0414 - the fixture
from tests.supervision.world_of_files import month, work_of
from tests.world import Branch, FieldAgent, make_agent, worker

pytestmark = pytest.mark.usefixtures("database")
MANY = 53


class Chooser:
    """An officer at the form, as a browser without script sends it."""

    def __init__(self, client: Client, branch: Branch, agent: FieldAgent) -> None:
        self.client = client
        self.handover = f"/console/supervision/{branch.id}/handover/{agent.id}/"
        self.page = client.get(self.handover + "members/").content.decode()

    def hidden(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.page)
        assert found is not None, name
        return found[1]

    @property
    def ticked(self) -> list[str]:
        return re.findall(r'name="member" value="(\w+)" checked', self.page)

    def press(self, act: str, ticks: list[str] | None = None, **filters: str) -> int:
        sent: dict[str, Any] = {name: self.hidden(name) for name in ("members", "shown", "page")} | filters
        answer = self.client.post(
            self.handover + "members/", sent | {"act": act, "member": self.ticked if ticks is None else ticks}
        )
        self.page = answer.content.decode()
        return answer.status_code


def test_members_are_chosen_over_pages_looked_at_dry_and_moved(place: tuple[Branch, FieldAgent]) -> None:
    branch, agent = place
    taker = make_agent(branch)
    members = enrol_all(agent, [worker() for _ in range(MANY)])
    desk = Chooser(client_of(Role.BRANCH), branch, agent)
    first = desk.hidden("shown").split()
    assert len(first) == chosen.PAGE
    assert desk.press("next", first[:2]) == 200
    second = desk.hidden("shown").split()
    assert len(second) == MANY - chosen.PAGE
    assert desk.press("back", second[:1]) == 200
    assert sorted(desk.ticked) == sorted(first[:2]), "what was ticked is still ticked"
    assert desk.press("search", q="nobody of this name") == 200
    assert len(desk.hidden("members").split()) == 3, "a search loses nobody"
    assert desk.press("go") == 200
    asked = {
        "members": desk.hidden("members"), "to": str(taker.id), "from": f"{month(0):%Y-%m}", "until": "", "reason": "load",
    }  # fmt: skip
    with CaptureQueriesContext(connection) as seen:
        dry = desk.client.post(desk.handover, asked)
    assert 'name="expected" value="3"' in dry.content.decode()
    assert len(seen) < 25
    assert {state_of(branch, one)["agent_id"] for one in members} == {agent.id}, "a preview moves nothing"
    assert desk.client.post(desk.handover, asked | {"expected": "3"}).status_code == 302
    moved = {one for one in members if state_of(branch, one)["agent_id"] == taker.id}
    assert moved == {UUID(one) for one in [*first[:2], second[0]]}


def test_members_are_found_by_month_and_arrears_and_all_of_them_taken(place: tuple[Branch, FieldAgent]) -> None:
    branch, agent = place
    old, late, fresh = enrol_all(agent, [worker() for _ in range(3)])
    with work_of(branch) as work:
        sql = "UPDATE members_enrolment SET captured_on = %s, paid_through = %s, state = 'active' WHERE branch_id = %s AND id = %s"
        work.execute(sql, [month(-5), month(-1), branch.id, old])
        work.execute(sql, [month(-5), month(-2), branch.id, late])
        work.execute(sql, [month(0), month(0), branch.id, fresh])
    desk = Chooser(client_of(Role.BRANCH_HEAD), branch, agent)
    assert desk.press("all", month=f"{month(-5):%Y-%m}") == 200
    assert {UUID(one) for one in desk.hidden("members").split()} == {old, late}
    assert desk.press("clear") == 200
    assert desk.press("all", arrears="1") == 200
    assert {UUID(one) for one in desk.hidden("members").split()} == {late}, "paid through last month is not in arrears"
    assert desk.press("page", month="", arrears="") == 200
    assert desk.press("none") == 200
    assert desk.hidden("members") == ""
    assert desk.press("go") == 409, "nobody is chosen"


def test_choice_that_is_too_large_or_nonsense_is_refused(place: tuple[Branch, FieldAgent]) -> None:
    branch, agent = place
    desk = Chooser(client_of(Role.BRANCH), branch, agent)
    many = " ".join(UUID(int=place).hex for place in range(chosen.MOST + 1))
    for sent, code in (
        ({"members": many}, "E9518"),
        ({"members": "x"}, "E9502"),
        ({"page": "-1", "month": "2026-99"}, ""),
    ):
        answer = desk.client.post(desk.handover + "members/", sent)
        assert (answer.status_code, code in answer.content.decode()) == (422 if code else 200, True)
    assert client_of(Role.AUDITOR).get(desk.handover + "members/").status_code == 403
    assert (
        Chooser(client_of(Role.BRANCH), branch, agent)
        .client.get(f"/console/supervision/{branch.id}/handover/branch/members/")
        .status_code
        == 200
    )
