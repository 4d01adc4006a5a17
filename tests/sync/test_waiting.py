"""Ops that wait: unreadable ones, long queues, gaps that stay open, one id twice."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from perisai.events.clock import FixedClock
from perisai.sync import judge as judging
from perisai.sync import push as pushing
from perisai.sync.jobs import sweep
from perisai.web.simulate.phone import Phone
from tests.world import FieldAgent, make_agent, make_branch, system_work, worker

PhoneOf = Callable[[FieldAgent], Phone]


def later(**delta: float) -> FixedClock:
    return FixedClock(datetime.now(UTC) + timedelta(**delta))


def states(agent: FieldAgent) -> list[tuple[str, str | None]]:
    with system_work(agent.branch) as work:
        rows = work.rows("SELECT state, code FROM sync_op WHERE branch_id = %s ORDER BY seq", [agent.branch.id])
    return [(state, code) for state, code in rows]


def test_op_that_no_key_opens_goes_to_review_and_the_phone_works_on(
    phone_of: PhoneOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = make_agent(make_branch())
    phone = phone_of(agent)
    monkeypatch.setattr(pushing, "_judge_if_possible", lambda *_: None)
    for _ in range(3):
        phone.op("enrol", worker())
    assert [a["status"] for a in phone.push()] == ["received"] * 3
    monkeypatch.undo()
    with system_work(agent.branch) as work:
        work.execute(
            "UPDATE sync_op SET sealed = '\\x09'::bytea || substring(sealed FROM 2) WHERE branch_id = %s AND seq = 2",
            [agent.branch.id],
        )
    phone.op("enrol", worker())
    assert [a["status"] for a in phone.push()] == ["accepted"]
    assert states(agent) == [("accepted", None), ("review", "E6001"), ("accepted", None), ("accepted", None)]
    with system_work(agent.branch) as work:
        assert work.rows("SELECT reason FROM members_review WHERE branch_id = %s", [agent.branch.id]) == [
            ("op_unreadable",)
        ]


def test_after_five_days_all_that_was_held_behind_a_gap_goes_to_review(phone_of: PhoneOf) -> None:
    agent = make_agent(make_branch())
    phone = phone_of(agent)
    for _ in range(5):
        phone.op("enrol", worker())
    _missing, *behind = phone.outbox
    phone.outbox = list(behind)
    assert {a["status"] for a in phone.push()} == {"held"}
    sweep(later(days=4))
    assert {state for state, _ in states(agent)} == {"held"}
    sweep(later(days=6))
    assert states(agent) == [("review", "E6003")] * 4
    phone.op("enrol", worker())
    assert [a["status"] for a in phone.push()] == ["accepted"]


def test_many_waiting_ops_are_judged_without_a_second_push(phone_of: PhoneOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "MOST", 4)
    agent = make_agent(make_branch())
    phone = phone_of(agent)
    for _ in range(15):
        phone.op("enrol", worker())
    first, *behind = phone.outbox
    phone.outbox = list(behind)
    phone.push()
    phone.outbox = [first]
    assert [a["status"] for a in phone.push()] == ["accepted"]
    assert states(agent) == [("accepted", None)] * 15


def test_sweeper_goes_on_where_a_crash_between_two_passes_left_off(
    phone_of: PhoneOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = make_agent(make_branch())
    phone = phone_of(agent)
    for _ in range(6):
        phone.op("enrol", worker())
    first, *behind = phone.outbox
    phone.outbox = list(behind)
    phone.push()
    with monkeypatch.context() as patch:
        patch.setattr(judging, "MOST", 2)
        one_pass = judging._pass
        patch.setattr(judging, "judge", lambda *a, **k: None)
        patch.setattr(pushing, "judge", lambda p, *, work_of, fresh: one_pass(p, work_of, fresh))
        phone.outbox = [first]
        phone.push()
    assert ("held", None) in states(agent)
    sweep(later(minutes=1))
    assert states(agent) == [("accepted", None)] * 6


def test_same_id_twice_in_a_push_with_other_bytes_the_first_stands(phone_of: PhoneOf) -> None:
    agent = make_agent(make_branch())
    phone = phone_of(agent)
    phone.op("enrol", worker(name="Yang Pertama"))
    twin = json.loads(phone.outbox[0])
    twin |= {"seq": 2, "prev": hashlib.sha256(phone.outbox[0]).hexdigest(), "body": worker(name="Yang Kedua")}
    phone.append(json.dumps(twin).encode())
    answers = phone.push()
    assert [(a["status"], a["code"]) for a in answers] == [("accepted", None), ("conflict", "E6002")]
    with system_work(agent.branch) as work:
        assert work.rows("SELECT name FROM members_person WHERE branch_id = %s", [agent.branch.id]) == [
            ("Yang Pertama",)
        ]


def test_same_line_twice_in_a_push_is_one_op(phone_of: PhoneOf) -> None:
    agent = make_agent(make_branch())
    phone = phone_of(agent)
    phone.op("enrol", worker())
    line = phone.outbox[0]
    body, headers = phone.signed_push([line, line])
    answer = phone.http.post("/api/v1/sync/push", content=body, headers=headers).json()["answers"]
    assert [a["status"] for a in answer] == ["invalid", "accepted"]
    assert states(agent) == [("accepted", None)]
