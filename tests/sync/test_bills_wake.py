"""A run of bills is one event of the branch: phones learn of it in their next pull, each of its own members, in pages."""

from collections.abc import Callable
from typing import Any, LiteralString
from uuid import UUID

from perisai.contributions.cover.rule import add_months
from perisai.web.simulate.phone import Phone
from tests.contributions.covered import Members, make_members
from tests.sync.test_dues_ops import _this_month
from tests.world import FieldAgent, make_agent, make_branch, system_work

PhoneOf = Callable[[FieldAgent], Phone]


def pull(phone: Phone, cursor: int, limit: int = 500) -> dict[str, Any]:
    response = phone.signed("GET", f"/api/v1/sync/pull?cursor={cursor}&limit={limit}")
    response.raise_for_status()
    page: dict[str, Any] = response.json()
    return page


def of_agent(agent: FieldAgent, count: int) -> Members:
    """Who have paid through last month."""
    return make_members(count, branch=agent.branch, agent=agent.id, paid=add_months(_this_month(), -1))


def change(members: Members, ids: list[UUID], what: LiteralString, value: object) -> None:
    with system_work(members.branch) as work:
        sql = "UPDATE members_enrolment SET {what} = %s WHERE branch_id = %s AND id = ANY (%s)".replace("{what}", what)
        work.execute(sql, [value, members.branch.id, ids])


def issue(members: Members) -> int:
    from perisai.contributions.runs import run

    with system_work(members.branch) as work:
        issued = run.issue_month(
            work, branch_id=members.branch.id, timezone=members.branch.timezone, month=_this_month(), most=100
        )
    return issued.bills


def test_a_run_of_bills_brings_each_phone_its_own_members(phone_of: PhoneOf) -> None:
    agent = make_agent(make_branch())
    other = make_agent(agent.branch)
    members = of_agent(agent, 9)
    mine, theirs = members.ids[:7], members.ids[7:]
    change(members, theirs, "agent_id", other.id)
    phone, their_phone = phone_of(agent), phone_of(other)
    before = pull(phone, 0)["cursor"]
    assert pull(phone, before)["members"] == []
    assert issue(members) == 9
    page = pull(phone, before)
    assert {one["id"] for one in page["members"]} == {str(one) for one in mine}
    assert all(one["amount"] > 0 for one in page["members"])
    assert {one["id"] for one in pull(their_phone, before)["members"]} == {str(one) for one in theirs}
    after = pull(phone, page["cursor"])
    assert (after["cursor"], after["more"], after["members"], after["answers"]) == (page["cursor"], False, [], [])


def test_pages_cut_within_a_run_lose_nobody_and_say_each_once(phone_of: PhoneOf) -> None:
    agent = make_agent(make_branch())
    members = of_agent(agent, 24)
    late = members.ids[-1]
    change(members, [late], "paid_through", _this_month())
    phone = phone_of(agent)
    cursor = pull(phone, 0)["cursor"]
    issue(members)
    with system_work(agent.branch) as work:
        from perisai.events.work import Happened

        work.report(
            Happened(
                kind="core_registered",
                branch_id=agent.branch.id,
                subject_id=late,
                agent_id=agent.id,
                detail={},
            )
        )
    found: list[str] = []
    cursors = [cursor]
    for _ in range(50):
        page = pull(phone, cursors[-1], limit=5)
        found += [one["id"] for one in page["members"]]
        cursors.append(page["cursor"])
        assert page["cursor"] < 2**53
        if not page["more"]:
            break
    assert sorted(found) == sorted(map(str, members.ids))
    assert cursors[-1] < 2**32
    assert pull(phone, cursors[-1])["members"] == []
