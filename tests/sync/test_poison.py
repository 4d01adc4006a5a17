"""One op, or one phone, that cannot be dealt with stands in nobody's way."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from perisai.events.clock import FixedClock
from perisai.events.vault import seal
from perisai.sync import jobs
from perisai.sync import judge as judging
from perisai.sync import push as pushing
from perisai.sync.clock import make_token, to_ms
from perisai.web.simulate.phone import Phone
from tests.world import FieldAgent, make_agent, make_branch, system_work, worker

PhoneOf = Callable[[FieldAgent], Phone]


def test_push_answer_that_no_database_can_hold_blocks_nobody(phone_of: PhoneOf) -> None:
    phone = phone_of(make_agent(make_branch()))
    bad = worker()
    bad["consents"] = [*bad["consents"], {**bad["consents"][0], "purpose": "\x00"}]
    for body in (worker(), bad, worker()):
        phone.op("enrol", body)
    assert [a["status"] for a in phone.push()] == ["accepted", "rejected", "accepted"]


def test_sweep_goes_on_after_a_phone_that_fails(phone_of: PhoneOf, monkeypatch: pytest.MonkeyPatch) -> None:
    owners = [make_agent(make_branch()) for _ in range(2)]
    first, second = (phone_of(owner) for owner in owners)
    agents = {first.device: owners[0], second.device: owners[1]}
    monkeypatch.setattr(pushing, "_judge_if_possible", lambda *_: None)
    for phone in (first, second):
        phone.op("enrol", worker())
    assert [phone.push()[0]["status"] for phone in (first, second)] == ["received", "received"]
    monkeypatch.undo()
    judge = judging.judge
    failed: list[str] = []

    def fails_once(phone: Any, **options: Any) -> object:
        if not failed:
            failed.append(str(phone.id))
            raise ValueError("ops that cannot be read")
        return judge(phone, **options)

    monkeypatch.setattr(jobs, "judge", fails_once)
    jobs.sweep(FixedClock(datetime.now(UTC) + timedelta(minutes=1)))
    assert failed
    others = [phone for phone in (first, second) if phone.device not in failed]
    assert [_states(agents[phone.device]) for phone in others] == [["accepted"]] * len(others)


def _states(agent: FieldAgent) -> list[str]:
    with system_work(agent.branch) as work:
        return [state for (state,) in work.rows("SELECT state FROM sync_op WHERE branch_id = %s", [agent.branch.id])]


def test_held_op_is_judged_as_of_its_receipt(phone_of: PhoneOf) -> None:
    """A token bounds an act from below and its receipt from above, however long a gap before it stays open."""
    agent = make_agent(make_branch())
    phone = phone_of(agent)
    long_ago = datetime.now(UTC) - timedelta(days=16)
    phone.op("enrol", worker())
    phone.op("enrol", worker())
    first, second = phone.outbox
    phone.outbox = [second]
    assert [a["status"] for a in phone.push()] == ["held"]
    op_id = json.loads(second)["id"]
    data = json.loads(second)
    with system_work(agent.branch) as work:
        work.execute(
            "UPDATE sync_op SET received_at = %s, sealed = %s WHERE branch_id = %s AND op_id = %s",
            [long_ago, seal(_older(data, long_ago)), agent.branch.id, op_id],
        )
    phone.outbox = [first]
    phone.push()
    with system_work(agent.branch) as work:
        row = work.row(
            "SELECT state, captured_to FROM members_enrolment WHERE branch_id = %s AND id = %s",
            [agent.branch.id, op_id],
        )
    assert row == ("accepted", long_ago)


def _older(data: dict[str, Any], received: datetime) -> bytes:
    """The op as a phone would have written it an hour before that instant."""
    token = received - timedelta(hours=2)
    data["at"] = {
        "token": make_token(token),
        "token_clock": to_ms(token),
        "clock": to_ms(received - timedelta(hours=1)),
        "mono": None,
    }
    return json.dumps(data).encode()
