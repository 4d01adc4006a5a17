"""Whose cash an agent held at the end of a past day, receipt by receipt, after banks have confirmed some of it since."""

from datetime import timedelta

import pytest

from perisai.accounts.audience import Viewer
from perisai.accounts.models import Role
from perisai.custody import held_then
from perisai.figures import reading, take
from perisai.figures.period import Period
from perisai.offices.models import Office
from perisai.offices.scopes import AGENT, Watch
from perisai.web.simulate.bank import BankSimulator
from tests.accounts.people import logged_in, make_user
from tests.custody.test_deposit import deposit, pay
from tests.custody.till import PhoneOf, Till, open_till
from tests.figures.behind_world import ZONE, today
from tests.figures.past_world import a_day_passes
from tests.payments.place import make_bank


@pytest.fixture(scope="module")
def bank(database: object) -> BankSimulator:
    return make_bank()


def end_the_day(till: Till) -> None:
    with till.work() as work:
        take.take(work, branch_id=till.branch.id, timezone=ZONE)
    a_day_passes(till.branch.id)


def test_receipts_of_a_past_day_add_up_to_what_the_agent_held_then(phone_of: PhoneOf, bank: BankSimulator) -> None:
    till = open_till(phone_of)
    (bill,) = till.enrol()
    member, amount = bill["op"], bill["result"]["amount"]
    till.receive({member: amount - 5_000}, whole=False)
    till.receive({member: 8_000}, whole=False)
    end_the_day(till)
    made = deposit(till)["result"]
    assert pay(bank, made["code"], made["amount"]) == "2002500"
    till.look()
    end_the_day(till)

    user = make_user(Role.BRANCH, Office.objects.get(id=till.branch.id))
    viewer, agent = Viewer.of(user), till.agent.id
    held = []
    for ago in (2, 1):
        day = today() - timedelta(days=ago)
        with till.work() as work:
            rests = [row["rest"] for row in held_then.receipts(work, viewer=viewer, agent_id=agent, day=day)]
            said = reading.of(work, Watch(AGENT, str(agent)), Period.day(day), day).values["custody"]
        assert sum(rests) == said
        held.append(rests)
    assert held == [[amount - 5_000, 8_000], [3_000]]
    asked = {"tab": "held", "level": "agent", "key": agent, "as_of": today() - timedelta(days=2)}
    page = logged_in(user).get("/console/custody/", asked).content.decode()
    assert page.count("data-row") == 3, "the agent and two receipts"
