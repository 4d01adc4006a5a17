"""What members owe, as the agent's phone keeps it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.test.utils import CaptureQueriesContext

from perisai.contributions.cover.rule import add_months
from perisai.payers import sponsor
from perisai.reminders import dues
from perisai.web.simulate.phone import Phone
from tests.reminders.owing import member
from tests.world import FieldAgent, make_agent, make_branch, system_work

PhoneOf = Callable[[FieldAgent], Phone]
TODAY = datetime.now(ZoneInfo("Asia/Jakarta")).date()
THIS = TODAY.replace(day=1)
NEARLY_65 = f"{TODAY - timedelta(days=65 * 365 + 16 - 2)}"
"""In a day or two: 65 years have sixteen or seventeen days of leap years."""


def asked(agent: FieldAgent, today: date = TODAY) -> dict[UUID, dues.Due]:
    with system_work(agent.branch) as work:
        found = dues.of_agent(work, branch_id=agent.branch.id, agent_id=agent.id, today=today)
    return {one.enrolment_id: one for one in found}


def test_dues_tell_who_is_protected_who_can_catch_up_and_who_is_too_old_to_come_back(database: object) -> None:
    agent = make_agent(make_branch())
    paid = member(agent, paid_through=THIS)
    owing = member(agent, paid_through=add_months(THIS, -2), birth_date="1980-03-04")
    old = member(agent, paid_through=add_months(THIS, -1), birth_date=NEARLY_65)
    fresh = member(agent, paid_through=None)
    found = asked(agent)
    assert (found[paid].standing.word, found[paid].months) == ("protected", (add_months(THIS, 1),))
    assert found[owing].standing.word == "catch_up"
    assert found[owing].months == (add_months(THIS, -1), THIS)
    assert found[owing].lost == ""
    assert found[old].lost == "age"
    assert found[fresh].standing.word == "none"
    assert found[fresh].pay_by is not None
    assert found[fresh].amount > 0
    one_month = asked(agent)[old].amount
    assert one_month > 0
    assert found[owing].amount in range(one_month, 3 * one_month)


def test_dues_take_the_open_bill_before_the_price(database: object) -> None:
    agent = make_agent(make_branch())
    owing = member(agent, paid_through=add_months(THIS, -1))
    with system_work(agent.branch) as work:
        work.execute(
            "INSERT INTO contributions_bill (branch_id, enrolment_id, payment_code, state, first_month, months, lines, amount,"
            " rules, issued_at, priced_at, pay_by) VALUES (%s, %s, '1', 'open', %s, 1, %s, 12345, '', now(), now(), now())",
            [agent.branch.id, owing, THIS, f'[["{THIS:%Y-%m}", 1, 1, 1, 0, 0, 12345]]'],
        )
    assert asked(agent)[owing].amount == 12345
    with system_work(agent.branch) as work:
        given = {"kind": "village", "name": "Desa Uji", "first_month": THIS, "last_month": THIS}
        payer = sponsor.make(work, branch_id=agent.branch.id, given=given)
        work.execute(
            "UPDATE contributions_bill SET sponsor_id = %s WHERE branch_id = %s AND enrolment_id = %s",
            [payer, agent.branch.id, owing],
        )
    assert asked(agent)[owing].amount == 0, "what a sponsor pays is not asked of the member"


def test_phone_reads_its_own_members_only_in_statements_that_do_not_grow(phone_of: PhoneOf) -> None:
    branch = make_branch()
    agent, other = make_agent(branch), make_agent(branch)
    mine = {str(member(agent, paid_through=add_months(THIS, -1))) for _ in range(3)}
    member(other, paid_through=THIS)
    phone = phone_of(agent)

    def get() -> dict[str, Any]:
        answer = phone.signed("GET", "/api/v1/sync/dues")
        assert answer.status_code == 200
        told: dict[str, Any] = answer.json()
        return told

    with CaptureQueriesContext(connection) as few:
        told = get()
    assert {one["id"] for one in told["members"]} == mine
    assert told["chase"]["pause_days"]["refused"] > 0
    assert "name" not in told["members"][0], "the phone knows its members; what it does not need is not sent"
    for _ in range(5):
        member(agent, paid_through=THIS)
    with CaptureQueriesContext(connection) as many:
        get()
    assert len(many) == len(few)
