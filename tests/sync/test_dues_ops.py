"""Ops about dues through the front door: months ahead, other terms, coming back; and what a pull then tells."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from perisai.contributions.cover.rule import add_months
from perisai.web.simulate.phone import Phone
from tests.contributions.covered import Members, bills, make_members
from tests.world import FieldAgent, jakarta_today, make_agent, make_branch

PhoneOf = Callable[[FieldAgent], Phone]


def _this_month() -> date:
    return jakarta_today().replace(day=1)


@pytest.fixture
def agent(database: object) -> FieldAgent:
    return make_agent(make_branch(target=None))


def _members(agent: FieldAgent, **facts: Any) -> Members:
    return make_members(1, branch=agent.branch, agent=agent.id, **facts)


def _push(phone: Phone, kind: str, body: dict[str, Any]) -> tuple[str, str | None, dict[str, Any]]:
    op = phone.op(kind, body)
    answer = next(one for one in phone.push() if one["op"] == op)
    return answer["status"], answer["code"], answer["result"] or {}


def test_months_ahead_are_billed_from_the_phone(agent: FieldAgent, phone_of: PhoneOf) -> None:
    members = _members(agent, paid=_this_month())
    phone = phone_of(agent)
    status, _, result = _push(phone, "advance_bill", {"enrolment": str(members.ids[0]), "months": 3})
    assert status == "accepted"
    assert result["payment_code"]
    ((first, months, amount),) = bills(members, "first_month", "months", "amount")
    assert (first, months, amount) == (add_months(_this_month(), 1), 3, result["amount"])
    told = next(one for one in phone_of(agent).pull()[0] if one["id"] == str(members.ids[0]))
    assert (told["amount"], told["income"], told["jobs"]) == (amount, 1_500_000, ["trade.market"])
    assert told["protected_until"] < told["catch_up_until"]


def test_terms_need_the_members_confirmation(agent: FieldAgent, phone_of: PhoneOf) -> None:
    members = _members(agent, paid=_this_month())
    phone = phone_of(agent)
    body = {
        "enrolment": str(members.ids[0]),
        "from_month": f"{add_months(_this_month(), 1):%Y-%m}",
        "income": 4_200_000,
        "jobs": [{"code": "trade.market"}],
        "employs_others": False,
        "programmes": ["JKK", "JKM", "JHT"],
    }
    assert _push(phone, "change_terms", body)[:2] == ("rejected", "E4108")
    assert _push(phone, "change_terms", body | {"confirmation": {"kind": "typed", "name": "Siti"}})[0] == "accepted"
    assert _push(phone, "change_terms", body | {"income": "much"})[:2] == ("rejected", "E4114")


def test_former_member_comes_back_from_the_phone(agent: FieldAgent, phone_of: PhoneOf) -> None:
    members = _members(agent, paid=add_months(_this_month(), -6), state="lapsed")
    phone = phone_of(agent)
    said = {"enrolment": str(members.ids[0]), "is_working": True, "is_well": True, "months": 1}
    assert _push(phone, "reactivate", said | {"is_well": False})[:2] == ("rejected", "E4112")
    status, _, result = _push(phone, "reactivate", said)
    assert status == "accepted"
    assert result["amount"] > 0
    assert _push(phone, "reactivate", said)[:2] == ("rejected", "E4110")


def test_member_of_another_agent_is_nobody(agent: FieldAgent, phone_of: PhoneOf) -> None:
    members = _members(make_agent(agent.branch), paid=_this_month())
    phone = phone_of(agent)
    key = {"enrolment": str(members.ids[0])}
    assert _push(phone, "advance_bill", key | {"months": 1})[:2] == ("rejected", "E1004")
    assert _push(phone, "reactivate", key | {"is_working": True, "is_well": True})[:2] == ("rejected", "E1004")
    assert _push(phone, "advance_bill", {"months": 1})[:2] == ("rejected", "E4114")
