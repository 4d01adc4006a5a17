"""A renewal asked for from the phone: once, by the same conditions, decided by the branch, with its answer on the phone."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from perisai.accounts.audience import Role, Viewer
from perisai.agents import ending, issue, renewal
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.web.simulate.phone import Phone
from tests.accounts.people import make_user
from tests.agencies.offices import make_agency_office, make_signed
from tests.agents.whole import today
from tests.training.courses import make_course, module
from tests.world import FieldAgent, make_agent, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")


def make_due(*, minutes: int = 400, days: int = 20) -> FieldAgent:
    """An agent with an office in order whose licence ends soon."""
    agent = make_agent(make_branch(), valid_to=today() + timedelta(days=days))
    office = make_agency_office(agent.branch)
    make_signed(agent.branch, office, today() - timedelta(days=5), today() + timedelta(days=300))
    with system_work(agent.branch) as work:
        work.execute(
            "UPDATE agents_agent SET agency_office_id = %s, phone = '+6281200000007' WHERE branch_id = %s",
            [office, agent.branch.id],
        )
    learn(agent, minutes)
    return agent


def learn(agent: FieldAgent, minutes: int) -> None:
    course = make_course(agent.branch, module("a"))
    with system_work(agent.branch) as work:
        work.execute(
            "INSERT INTO training_taking (branch_id, id, trainee_id, course_id, version_id, begun_at, completed_at, completed_on,"
            " credit_minutes) VALUES (%s, %s, %s, %s, %s, now(), now(), %s, %s)",
            [agent.branch.id, uuid7(), agent.id, *course, today(), minutes],
        )


def number_of(agent: FieldAgent) -> str:
    with system_work(agent.branch) as work:
        last = issue.find_last(work, agent.branch.id, agent.id)
    assert last is not None
    return last.number


def viewer_of(agent: FieldAgent) -> Viewer:
    user = make_user(Role.BRANCH)
    return Viewer(user=user, role=Role.BRANCH, office=user.office, branches=(agent.branch.id,))


def refuse(agent: FieldAgent, reason: str) -> str:
    """The code it is refused with, or nothing."""
    try:
        with system_work(agent.branch) as work:
            renewal.refuse(work, branch_id=agent.branch.id, agent_id=agent.id, reason=reason)
    except Refused as refused:
        return refused.code
    return ""


def papers(phone: Phone) -> dict[str, Any]:
    found: dict[str, Any] = phone.signed("GET", "/api/v1/agent/me").json()
    phone.take_token(found)
    return found


def asked_of(agent: FieldAgent) -> list[tuple[Any, ...]]:
    with system_work(agent.branch) as work:
        return work.rows(
            "SELECT state, reason FROM agents_renewal WHERE branch_id = %s ORDER BY asked_at, id", [agent.branch.id]
        )


def test_the_wish_of_a_phone_is_kept_once_and_granted_by_the_one_door(phone_of: Callable[[FieldAgent], Phone]) -> None:
    agent = make_due()
    phone = phone_of(agent)
    before = papers(phone)["renewal"]
    assert all(one["met"] for one in before["checklist"])
    assert (before["minutes"], before["asked"]) == ({"done": 400, "needed": 360}, None)
    assert phone.pull()[1]["licence"]["renew_from"] == before["opens_on"]
    for _ in range(2):
        phone.op("renew", {"licence": number_of(agent)})
    answers = phone.push()
    assert [one["status"] for one in answers] == ["accepted", "accepted"], answers
    assert answers[0]["result"] == answers[1]["result"], "the second is answered with the first"
    assert asked_of(agent) == [("asked", "")]
    assert phone.pull()[1]["licence"]["renewal"] == papers(phone)["renewal"]["asked"]["state"] == "asked"
    old = number_of(agent)
    with system_work(agent.branch) as work:
        renewal.grant(work, branch_id=agent.branch.id, agent_id=agent.id)
    assert asked_of(agent) == [("renewed", "")]
    told = phone.pull()[1]["licence"]
    assert told["number"] == old, "the present one goes on to its end"
    assert told["renewed_to"] == papers(phone)["renewal"]["valid_to"] > told["valid_to"]
    phone.op("renew", {"licence": old})
    assert phone.push()[0]["result"] == {"renewal": None, "state": "renewed"}, "a late wish makes no second licence"
    with system_work(agent.branch) as work:
        assert work.rows("SELECT count(*) FROM agents_licence WHERE branch_id = %s", [agent.branch.id]) == [(2,)]
        purposes = work.rows("SELECT purpose FROM messages_message WHERE branch_id = %s", [agent.branch.id])
    assert purposes == [("agent_licence",)]


def test_what_is_missing_is_said_and_the_lesson_learnt_in_the_same_push_counts_first(
    phone_of: Callable[[FieldAgent], Phone],
) -> None:
    agent = make_due(minutes=100)
    phone = phone_of(agent)
    lacking = [one["key"] for one in papers(phone)["renewal"]["checklist"] if not one["met"]]
    with system_work(agent.branch) as work:
        console = [one.key for one in issue.lacking(work, agent.branch.id, agent.id, today())]
    assert lacking == console == ["credit"], "the phone's checklist is the console's"
    phone.op("renew", {"licence": number_of(agent)})
    answer = phone.push()[0]
    assert (answer["status"], answer["code"]) == ("rejected", "E9408")
    assert "100 dari 360 menit" in answer["text"]["id"]
    learn(agent, 260)
    phone.op("renew", {"licence": number_of(agent)})
    assert phone.push()[0]["status"] == "accepted"


def test_too_early_of_another_or_unreadable_is_refused(phone_of: Callable[[FieldAgent], Phone]) -> None:
    agent = make_due(days=61)
    phone = phone_of(agent)
    for body, code in (
        ({"licence": number_of(agent)}, "E9408"),
        ({"licence": number_of(make_due())}, "E9421"),
        ({"licence": "L-\x00"}, "E9421"),
        ({"licence": 7}, "E9421"),
        ({}, "E9421"),
    ):
        phone.op("renew", body)
        assert phone.push()[0]["code"] == code, body
    assert asked_of(agent) == []
    with system_work(agent.branch) as work:
        issue.revoke(work, branch_id=agent.branch.id, agent_id=agent.id, reason="Uji")
    phone.op("renew", {"licence": number_of(agent)})
    assert phone.push()[0]["code"] == "E9411"


def test_a_refusal_reaches_the_phone_with_its_reason_and_the_agent_may_ask_again(
    phone_of: Callable[[FieldAgent], Phone],
) -> None:
    agent = make_due()
    phone = phone_of(agent)
    phone.op("renew", {"licence": number_of(agent)})
    phone.push()
    for reason, code in (("x", "E9413"), ("Lengkapi foto dulu", ""), ("Lengkapi foto dulu", "E9422")):
        assert refuse(agent, reason) == code
    assert phone.pull()[1]["licence"]["renewal"] == "refused"
    asked = papers(phone)["renewal"]["asked"]
    assert (asked["state"], asked["reason"]) == ("refused", "Lengkapi foto dulu")
    phone.op("renew", {"licence": number_of(agent)})
    assert phone.push()[0]["status"] == "accepted"
    assert [state for state, _ in asked_of(agent)] == ["refused", "asked"]


def test_the_branch_sees_who_asks_until_it_is_decided_or_the_licence_is_gone(
    phone_of: Callable[[FieldAgent], Phone],
) -> None:
    agent = make_due()
    phone = phone_of(agent)
    viewer = viewer_of(agent)
    phone.op("renew", {"licence": number_of(agent)})
    phone.push()
    with Work(scope=Scope.branch(agent.branch.id)) as work:
        rows = ending.asked(work, viewer=viewer, today=today())
    assert [(row["agent_id"], row["credit"]) for row in rows] == [(agent.id, 400)]
    with system_work(agent.branch) as work:
        issue.revoke(work, branch_id=agent.branch.id, agent_id=agent.id, reason="Uji")
    with Work(scope=Scope.branch(agent.branch.id)) as work:
        assert ending.asked(work, viewer=viewer, today=today()) == []


def test_two_officers_renew_at_once_and_one_licence_follows() -> None:
    agent = make_due()

    def grant(_: int) -> str:
        try:
            with system_work(agent.branch) as work:
                renewal.grant(work, branch_id=agent.branch.id, agent_id=agent.id)
        except Refused as refused:
            return refused.code
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(grant, range(2))) == ["", "E9408"]
