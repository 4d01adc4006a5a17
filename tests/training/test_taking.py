"""Courses on the phone: judged once, for people without a licence too; the version that was begun is the one that is finished."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError

from perisai.training import authoring, completion
from perisai.web.simulate.phone import Phone
from tests.training.courses import make_course, make_trainee, module, new_taking, progress, publish, right_answers
from tests.world import Branch, FieldAgent, jakarta_today, make_branch, system_work

PhoneOf = Callable[[FieldAgent], Phone]


def _missing(agent: FieldAgent, *, days: int = 0) -> list[UUID]:
    on = jakarta_today() + timedelta(days=days + 1)
    with system_work(agent.branch) as work:
        return [one.course_id for one in completion.missing(work, agent.branch.id, agent.id, on)]


def _credit(agent: FieldAgent) -> int:
    today = jakarta_today()
    with system_work(agent.branch) as work:
        since, until = today - timedelta(days=2), today + timedelta(days=2)
        return completion.credit_minutes(work, agent.branch.id, agent.id, since, until)


def _require(branch: Branch, course_id: UUID, audience: str = "trainee", days: int = 0) -> None:
    with system_work(branch) as work:
        since = jakarta_today() + timedelta(days=days)
        authoring.require(work, branch_id=branch.id, course_id=course_id, audience=audience, since=since)


def _courses(phone: Phone) -> dict[str, Any]:
    answer = phone.signed("GET", "/api/v1/training/courses")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_course_taken_by_a_trainee_without_licence_completes_it_once(phone_of: PhoneOf) -> None:
    branch = make_branch()
    agent = make_trainee(branch)
    phone = phone_of(agent)
    course_id, version_id = make_course(branch, module("a"), module("b", questions=4))
    _require(branch, course_id)
    assert _missing(agent) == [course_id]

    taking = new_taking()
    phone.op("course_progress", progress(version_id, taking, "a"))
    phone.op("course_progress", progress(version_id, taking, "b", right_answers(4, wrong=2)))
    phone.op("course_progress", progress(version_id, taking, "b", right_answers(4)))
    body = b"\n".join(phone.outbox)
    answers = phone.push()
    assert [a["status"] for a in answers] == ["accepted"] * 3
    assert [(a["result"]["right"], a["result"]["passed"]) for a in answers] == [(0, True), (2, False), (4, True)]
    assert answers[2]["result"]["completed"] is True
    assert (_missing(agent), _credit(agent)) == ([], 45)

    phone.outbox = body.split(b"\n")
    assert [a["status"] for a in phone.push()] == ["accepted"] * 3, "the same ops again"
    with system_work(branch) as work:
        counts = work.row(
            "SELECT (SELECT count(*) FROM training_progress WHERE branch_id = %s),"
            " (SELECT count(*) FROM events_event WHERE branch_id = %s AND kind = 'course_completed')",
            [branch.id, branch.id],
        )
    assert counts == (3, 1)
    assert _credit(agent) == 45


def test_course_taken_twice_is_credited_once(phone_of: PhoneOf) -> None:
    branch = make_branch()
    agent = make_trainee(branch)
    phone = phone_of(agent)
    _course, version_id = make_course(branch, module("a"))
    for _ in range(2):
        phone.op("course_progress", progress(version_id, new_taking(), "a"))
    first, second = phone.push()
    assert (first["result"]["minutes"], second["result"]["minutes"]) == (45, 0)
    phone.op("course_progress", progress(version_id, new_taking(), "a"))
    third = phone.push()[0]["result"]
    assert (third["completed"], third["minutes"], _credit(agent)) == (True, 0, 45)


def test_course_changed_while_it_is_taken_is_finished_as_it_began(phone_of: PhoneOf) -> None:
    branch = make_branch()
    agent = make_trainee(branch)
    phone = phone_of(agent)
    course_id, old = make_course(branch, module("a"), module("b"))
    _require(branch, course_id)
    taking = new_taking()
    phone.op("course_progress", progress(old, taking, "a"))
    phone.push()

    with system_work(branch) as work:
        new = authoring.begin_draft(work, branch_id=branch.id, course_id=course_id)
    publish(branch, new, module("a"), module("b"), module("c"))
    (course,) = _courses(phone)["courses"]
    assert (course["taking"]["version"]["id"], course["taking"]["passed"]) == (str(old), ["a"])
    assert (course["version"]["id"], course["version"]["number"]) == (str(new), 2), "the new one is offered"
    assert course["version"]["modules"] == ["a", "b", "c"]
    content = phone.signed("GET", f"/api/v1/training/versions/{old}").json()
    assert [one["id"] for one in content["modules"]] == ["a", "b"]

    phone.op("course_progress", progress(old, taking, "b"))
    assert phone.push()[0]["result"]["completed"] is True
    assert _missing(agent) == []
    (course,) = _courses(phone)["courses"]
    assert (course["taking"], course["missing"], course["done_version"]) == (None, False, str(old))


def test_published_version_cannot_be_changed_even_by_sql() -> None:
    branch = make_branch()
    _course, version_id = make_course(branch, module("a"))
    with pytest.raises(IntegrityError, match="never changes"), system_work(branch) as work:
        work.execute(
            "UPDATE training_version SET title = 'x' WHERE branch_id = %s AND id = %s", [branch.id, version_id]
        )


def test_assigned_course_is_missing_again_until_it_is_taken_anew(phone_of: PhoneOf) -> None:
    branch = make_branch()
    agent = make_trainee(branch)
    phone = phone_of(agent)
    course_id, version_id = make_course(branch, module("a"))
    phone.op("course_progress", progress(version_id, new_taking(), "a"))
    phone.push()
    assert _missing(agent) == []
    with system_work(branch) as work:
        assigned = completion.assign(work, branch.id, agent.id, course_id, "Tiga pendaftaran salah alamat")
    assert _missing(agent) == [course_id]
    (course,) = _courses(phone)["courses"]
    assert (course["missing"], course["reason"]) == (True, "Tiga pendaftaran salah alamat")
    phone.sync_time()
    phone.op("course_progress", progress(version_id, new_taking(), "a"))
    phone.push()
    assert _missing(agent) == []
    with system_work(branch) as work:
        assert completion.done(work, branch.id, [assigned]) == {assigned}


def test_required_by_state_and_by_date(phone_of: PhoneOf) -> None:
    branch = make_branch()
    agent = make_trainee(branch)
    of_agents, _v = make_course(branch, module("a"), title="Untuk agen")
    later, _v = make_course(branch, module("a"), title="Mulai bulan depan")
    _require(branch, of_agents, audience="agent")
    _require(branch, later, audience="all", days=30)
    assert _missing(agent) == []
    assert _missing(agent, days=30) == [later]
    with system_work(branch) as work:
        work.execute("UPDATE agents_agent SET state = 'active' WHERE branch_id = %s AND id = %s", [branch.id, agent.id])
    assert _missing(agent) == [of_agents]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (None, "E9211"),
        ({"taking": "x", "version": "y", "module": 3}, "E9211"),
        (progress(UUID(int=7), new_taking(), "a"), "E9210"),
    ],
)
def test_progress_nobody_can_place_is_refused_and_blocks_nothing(phone_of: PhoneOf, body: Any, code: str) -> None:
    branch = make_branch()
    phone = phone_of(make_trainee(branch))
    _course, version_id = make_course(branch, module("a"))
    phone.op("course_progress", body)
    phone.op("course_progress", progress(version_id, new_taking(), "unknown"))
    phone.op("course_progress", progress(version_id, new_taking(), "a"))
    answers = phone.push()
    assert [(a["status"], a["code"]) for a in answers] == [
        ("rejected", code),
        ("rejected", "E9210"),
        ("accepted", None),
    ]
    assert "tersimpan" in answers[1]["text"]["action"]["id"]


def test_taking_of_another_is_not_written_into(phone_of: PhoneOf) -> None:
    branch = make_branch()
    _course, version_id = make_course(branch, module("a"), module("b"))
    taking = new_taking()
    first, second = phone_of(make_trainee(branch)), phone_of(make_trainee(branch))
    first.op("course_progress", progress(version_id, taking, "a"))
    first.push()
    second.op("course_progress", progress(version_id, taking, "b"))
    assert second.push()[0]["code"] == "E9210"


def test_push_of_many_modules_takes_as_many_statements_as_of_few(phone_of: PhoneOf) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    branch = make_branch()
    _course, version_id = make_course(branch, *(module(f"m{n}") for n in range(30)))
    counted = []
    for many in (2, 30):
        phone = phone_of(make_trainee(branch))
        taking = new_taking()
        for n in range(many):
            phone.op("course_progress", progress(version_id, taking, f"m{n}"))
        with CaptureQueriesContext(connection) as queries:
            assert {a["status"] for a in phone.push()} == {"accepted"}
        counted.append(len([q for q in queries if "training_" in q["sql"]]))
    assert counted[1] <= counted[0] + 1, "completing is one statement more"


def test_draft_edited_by_two_refuses_the_second() -> None:
    from perisai.errors import Refused
    from tests.training.courses import fill

    branch = make_branch()
    with system_work(branch) as work:
        _course, version_id = authoring.create(work, branch_id=branch.id, title="Draf bersama")
    with system_work(branch) as work:
        fill(work, branch, version_id, module("a"))
    with pytest.raises(Refused, match="E9201"), system_work(branch) as work:
        fill(work, branch, version_id, module("b"))
    with system_work(branch) as work:
        authoring.publish(work, branch_id=branch.id, version_id=version_id, revision=1)
    with pytest.raises(Refused, match="E9203"), system_work(branch) as work:
        fill(work, branch, version_id, module("b"), revision=1)


def test_credit_lies_on_the_day_of_the_phone_where_it_is_believed(phone_of: PhoneOf) -> None:
    branch = make_branch()
    agent = make_trainee(branch)
    phone = phone_of(agent)
    _course, version_id = make_course(branch, module("a"))
    phone.clock_skew_ms = -400 * 86_400_000
    phone.op("course_progress", progress(version_id, new_taking(), "a"))
    assert phone.push()[0]["status"] == "accepted"
    assert _credit(agent) == 45, "a clock set back does not date it back"
