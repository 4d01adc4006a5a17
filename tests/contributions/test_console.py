"""Staff pages of bill runs and of a member's dues, through the front door."""

from datetime import date
from pathlib import Path

import pytest
from django.test import Client

from perisai.accounts.models import Role
from perisai.contributions.cover.rule import add_months
from perisai.contributions.runs import month_run
from tests.accounts.people import client_of
from tests.contributions.covered import Members, bills, make_members
from tests.world import jakarta_today

pytestmark = pytest.mark.usefixtures("database")


def _this_month() -> date:
    return jakarta_today().replace(day=1)


def _client(members: Members, role: Role = Role.BRANCH) -> Client:
    return client_of(role, members.branch.id, language="en")


def _page(members: Members) -> str:
    return f"/console/contributions/{members.branch.id}/{members.ids[0]}/"


def _text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_run_is_started_carried_out_and_told_with_who_got_none_and_why(database: Path) -> None:
    members = make_members(3, paid=add_months(_this_month(), -1))
    client = _client(members)
    assert "No run yet" in _text(client, "/console/contributions/runs/")
    month = f"{_this_month():%Y-%m}"
    started = client.post(f"/console/contributions/runs/{members.branch.id}/now/", {"month": month})
    assert started.status_code == 302
    assert "Going on" in _text(client, "/console/contributions/runs/")
    with members.work() as work:
        (row,) = work.rows("SELECT id FROM contributions_run WHERE branch_id = %s", [members.branch.id])
    month_run.carry_out(month_run.Place(members.branch.id, "Asia/Jakarta"), row[0])
    client.post(f"/console/contributions/runs/{members.branch.id}/now/", {"month": month})
    month_run.carry_out(month_run.Place(members.branch.id, "Asia/Jakarta"), row[0])
    page = _text(client, "/console/contributions/runs/")
    assert "Done" in page
    assert "3: have a bill for the month" in page
    assert client.post(f"/console/contributions/runs/{members.branch.id}/now/", {"month": "2020-01"}).status_code == 422


def test_run_of_another_branch_cannot_be_started(database: Path) -> None:
    members, other = make_members(1), make_members(1)
    answer = _client(members).post(
        f"/console/contributions/runs/{other.branch.id}/now/", {"month": f"{_this_month():%Y-%m}"}
    )
    assert answer.status_code == 404
    assert _client(members).get(_page(other)).status_code == 404


def test_months_ahead_are_shown_with_their_price_and_billed(database: Path) -> None:
    members = make_members(1, paid=_this_month())
    client = _client(members)
    page = _text(client, _page(members) + "?months=3")
    assert "Protected until" in page
    assert "Make the bill" in page
    made = client.post(_page(members) + "advance/", {"months": "3"}, follow=True)
    assert "3 months can be paid" in made.content.decode()
    assert [row[1:3] for row in bills(members)] == [(add_months(_this_month(), 1), 3)]
    assert client.post(_page(members) + "advance/", {"months": "99"}).status_code == 422


def test_terms_are_changed_with_the_members_consent_only(database: Path) -> None:
    members = make_members(1, paid=_this_month())
    client = _client(members)
    following = f"{add_months(_this_month(), 1):%Y-%m}"
    form = {"from_month": following, "income": "4.200.000", "job": "trade.market", "programmes": "JKK+JKM+JHT"}
    assert "member has to agree" in client.post(_page(members) + "terms/", form).content.decode()
    done = client.post(_page(members) + "terms/", form | {"confirmed": "yes"}, follow=True)
    assert "Rp4.200.000 · JHT + JKK + JKM" in done.content.decode()
    wrong = client.post(_page(members) + "terms/", form | {"confirmed": "yes", "income": "many"})
    assert wrong.status_code == 422


def test_month_that_has_begun_is_changed_by_the_head_with_a_reason_alone(database: Path) -> None:
    members = make_members(1, paid=add_months(_this_month(), -1))
    begun = {"from_month": f"{_this_month():%Y-%m}", "income": "4.200.000", "job": "trade.market", "confirmed": "yes"}
    form = begun | {"programmes": "JKK+JKM+JHT", "why": "entered_wrong"}
    officer, head = _client(members), _client(members, Role.BRANCH_HEAD)
    assert f'value="{begun["from_month"]}"' not in _text(officer, _page(members))
    assert f'value="{begun["from_month"]}"' in _text(head, _page(members))
    assert officer.post(_page(members) + "terms/", form).status_code == 409
    assert head.post(_page(members) + "terms/", form | {"why": ""}).status_code == 409
    assert head.post(_page(members) + "terms/", form | {"why": "because"}).status_code == 422
    assert head.post(_page(members) + "terms/", form).status_code == 302


def test_former_member_comes_back_from_the_desk(database: Path) -> None:
    members = make_members(1, paid=add_months(_this_month(), -6), state="lapsed")
    client = _client(members)
    assert "Membership has ended" in _text(client, _page(members))
    assert client.post(_page(members) + "return/", {"is_working": "yes"}).status_code == 422
    back = client.post(_page(members) + "return/", {"is_working": "yes", "is_well": "yes"}, follow=True)
    assert "Not protected yet" in back.content.decode()
    assert [row[1] for row in bills(members)] == [_this_month()]
