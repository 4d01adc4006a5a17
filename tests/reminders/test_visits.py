"""Outcomes of visits, recorded on a phone without signal and pushed later."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from perisai.contributions.cover.rule import add_months
from perisai.events.ids import uuid7
from perisai.reminders import dues
from perisai.web.simulate.phone import Phone
from tests.members.enrolling import kinds_of
from tests.reminders.owing import member
from tests.world import FieldAgent, jakarta_today, make_agent, make_branch, system_work

PhoneOf = Callable[[FieldAgent], Phone]
TODAY = jakarta_today()
OWING = add_months(TODAY, -1)


@pytest.fixture
def agent(database: object) -> FieldAgent:
    return make_agent(make_branch())


def standing(agent: FieldAgent, enrolment_id: UUID) -> dues.Due:
    with system_work(agent.branch) as work:
        found = dues.of_enrolments(work, branch_id=agent.branch.id, enrolment_ids=[enrolment_id], today=TODAY)
    return found[0]


def cases(agent: FieldAgent) -> list[tuple[str, bool | None, str]]:
    with system_work(agent.branch) as work:
        return work.rows(
            "SELECT kind, has_receipt, decision FROM reminders_case WHERE branch_id = %s ORDER BY id", [agent.branch.id]
        )


def visit(phone: Phone, enrolment_id: UUID, outcome: str, **more: Any) -> str:
    return phone.op("visit_outcome", {"enrolment": str(enrolment_id), "outcome": outcome, **more})


def test_promise_brings_the_agent_back_on_its_day_and_undo_takes_it_away(agent: FieldAgent, phone_of: PhoneOf) -> None:
    owing, phone = member(agent, paid_through=OWING), phone_of(agent)
    day = TODAY + timedelta(days=3)
    made = visit(phone, owing, "promised", promised_on=day.isoformat())
    assert [one["status"] for one in phone.push()] == ["accepted"]
    assert (standing(agent, owing).promised_on, standing(agent, owing).outcome) == (day, "promised")
    for _ in range(2):
        phone.op("visit_outcome", {"undoes": made})
    assert [one["status"] for one in phone.push()] == ["accepted", "accepted"]
    assert (standing(agent, owing).promised_on, standing(agent, owing).outcome) == (None, "")
    assert kinds_of(agent.branch, owing)[-2:] == ["visit_recorded", "visit_undone"]


def test_death_tells_the_branch_at_once_and_stops_reminders(agent: FieldAgent, phone_of: PhoneOf) -> None:
    owing, phone = member(agent, paid_through=OWING), phone_of(agent)
    made = visit(phone, owing, "died", note="Kata tetangga")
    phone.push()
    assert standing(agent, owing).stopped == "died"
    assert cases(agent) == [("died", None, "")]
    visit(phone, owing, "not_found")
    phone.push()
    assert standing(agent, owing).stopped == "died", "only taking it back brings reminders again"
    phone.op("visit_outcome", {"undoes": made})
    phone.push()
    assert standing(agent, owing).stopped == ""
    assert cases(agent) == [("died", None, "taken_back")]


def test_paid_elsewhere_goes_to_the_queue_of_answers(agent: FieldAgent, phone_of: PhoneOf) -> None:
    owing, phone = member(agent, paid_through=OWING), phone_of(agent)
    visit(phone, owing, "paid_elsewhere", whom="other", whom_name="Bu Ani", amount=16800, paid_on=TODAY.isoformat())
    visit(phone, owing, "paid_elsewhere", whom="agent")
    assert [one["status"] for one in phone.push()] == ["accepted", "accepted"]
    assert cases(agent) == [("paid_somebody", False, "")], "one case however often it is said"


def test_moved_stops_and_sick_flags(agent: FieldAgent, phone_of: PhoneOf) -> None:
    gone, ill, phone = member(agent, paid_through=OWING), member(agent, paid_through=OWING), phone_of(agent)
    visit(phone, gone, "moved")
    visit(phone, ill, "sick")
    phone.push()
    assert standing(agent, gone).stopped == "moved"
    assert (standing(agent, ill).stopped, standing(agent, ill).lost) == ("", "sick")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"outcome": "promised"}, "E4606"),
        ({"outcome": "promised", "promised_on": (TODAY + timedelta(days=90)).isoformat()}, "E4606"),
        ({"outcome": "promised", "promised_on": (TODAY - timedelta(days=3)).isoformat()}, "E4606"),
        ({"outcome": "vanished"}, "E4606"),
        ({"outcome": "refused", "note": "x" * 301}, "E4606"),
        ({"outcome": "paid_elsewhere", "amount": -1}, "E4606"),
        ({"outcome": "paid_elsewhere", "paid_on": (TODAY + timedelta(days=3)).isoformat()}, "E4606"),
        ({"undoes": "nothing"}, "E4606"),
        ({"undoes": str(uuid7())}, "E4606"),
        ({"enrolment": str(uuid7()), "outcome": "moved"}, "E4607"),
    ],
)
def test_outcome_that_makes_no_sense_is_refused_and_the_rest_goes_on(
    agent: FieldAgent, phone_of: PhoneOf, body: dict[str, Any], code: str
) -> None:
    owing, phone = member(agent, paid_through=OWING), phone_of(agent)
    phone.op("visit_outcome", {"enrolment": str(owing)} | body if "undoes" not in body else body)
    visit(phone, owing, "not_found")
    first, second = phone.push()
    assert (first["status"], first["code"], second["status"]) == ("rejected", code, "accepted")


def test_member_of_another_agent_is_not_ones_own(agent: FieldAgent, phone_of: PhoneOf) -> None:
    strange, phone = member(make_agent(agent.branch), paid_through=OWING), phone_of(agent)
    visit(phone, strange, "moved")
    assert phone.push()[0]["code"] == "E4607"
    assert standing(agent, strange).stopped == ""


def test_many_outcomes_take_a_fixed_number_of_statements(agent: FieldAgent, phone_of: PhoneOf) -> None:
    people, phone = [member(agent, paid_through=OWING) for _ in range(8)], phone_of(agent)
    counts = []
    for some in (people[:2], people[2:]):
        for one in some:
            visit(phone, one, "died")
        with CaptureQueriesContext(connection) as ran:
            phone.push()
        counts.append(len(ran))
    assert counts[0] == counts[1]
