"""The chase list of the server: the twin of the phone's."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from perisai.contributions.cover.rule import add_months
from perisai.reminders import chase
from tests.reminders.owing import member
from tests.world import make_agent, make_branch, system_work

TODAY = datetime.now(ZoneInfo("Asia/Jakarta")).date()
THIS = TODAY.replace(day=1)
NEARLY_65 = f"{TODAY - timedelta(days=65 * 365 + 16 - 2)}"
"""In a day or two: 65 years have sixteen or seventeen days of leap years."""


def test_what_is_lost_stands_first_and_the_paused_are_left_out(database: object) -> None:
    agent = make_agent(make_branch())
    owing = member(agent, paid_through=add_months(THIS, -1), birth_date="1980-03-04")
    nearer = member(agent, paid_through=add_months(THIS, -2), birth_date="1980-03-04")
    old = member(agent, paid_through=add_months(THIS, -1), birth_date=NEARLY_65)
    safe = member(agent, paid_through=add_months(THIS, 5))
    paused, promised = (member(agent, paid_through=add_months(THIS, -2)) for _ in range(2))
    with system_work(agent.branch) as work:
        for one, outcome, day in ((paused, "refused", None), (promised, "promised", TODAY - timedelta(days=1))):
            work.execute(
                "INSERT INTO reminders_contact (branch_id, enrolment_id, stopped, is_sick, outcome, outcome_on, promised_on,"
                " changed_at) VALUES (%s, %s, '', false, %s, %s, %s, now())",
                [agent.branch.id, one, outcome, TODAY - timedelta(days=3), day],
            )
        items = chase.for_agent(work, branch_id=agent.branch.id, agent_id=agent.id, today=TODAY)
    reasons = {item.due.enrolment_id: item.reason for item in items}
    assert items[0].due.enrolment_id == old
    assert [item.due.enrolment_id for item in items].index(nearer) < [item.due.enrolment_id for item in items].index(
        owing
    )
    assert reasons[old] == "age"
    assert reasons[promised] == "promised"
    assert paused not in reasons
    assert safe not in reasons


def test_first_due_stands_there_to_its_last_day_and_no_longer(database: object) -> None:
    """As on the phone; the nightly job that ends the bill may come later, for banks tell of payments late."""
    agent = make_agent(make_branch())
    new = member(agent, paid_through=None)
    with system_work(agent.branch) as work:
        ((pay_by,),) = work.rows(
            "SELECT pay_by FROM contributions_bill WHERE branch_id = %s AND enrolment_id = %s", [agent.branch.id, new]
        )
        last = pay_by.astimezone(ZoneInfo(agent.branch.timezone)).date()
        for day, reasons in ((last, ["first"]), (last + timedelta(days=1), [])):
            items = chase.for_agent(work, branch_id=agent.branch.id, agent_id=agent.id, today=day)
            assert [item.reason for item in items] == reasons
