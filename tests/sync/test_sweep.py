"""What a request left waiting: a crash between receiving and judging, a gap that stayed open, a code nobody paid."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError

from perisai.events.clock import FixedClock
from perisai.events.recount import recount
from perisai.members.enrolments.expire import expire_unpaid
from perisai.sync.jobs import sweep
from perisai.web.simulate.phone import Phone
from tests.world import FieldAgent, make_agent, make_branch, system_work, worker

PhoneOf = Callable[[FieldAgent], Phone]


def states(agent: FieldAgent) -> list[tuple[str, str | None]]:
    with system_work(agent.branch) as work:
        rows = work.rows(
            "SELECT state, code FROM sync_op WHERE branch_id = %s ORDER BY seq, received_at", [agent.branch.id]
        )
    return [(state, code) for state, code in rows]


def later(**delta: float) -> FixedClock:
    return FixedClock(datetime.now(UTC) + timedelta(**delta))


def test_ops_received_but_not_judged_are_answered_so_and_judged_by_the_sweeper(
    phone_of: PhoneOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    from perisai.sync import push

    agent = make_agent(make_branch())
    phone = phone_of(agent)
    for _ in range(3):
        phone.op("enrol", worker())
    sent = list(phone.outbox)

    def busy(*args: object, **kwargs: object) -> None:
        raise OperationalError("canceling statement due to lock timeout")

    with monkeypatch.context() as patch:
        patch.setattr(push, "judge", busy)
        assert [a["status"] for a in phone.push()] == ["received"] * 3
    sweep(later(minutes=2))
    assert states(agent) == [("accepted", None)] * 3
    phone.outbox = sent
    answers = phone.push()
    assert all(a["status"] == "accepted" and a["result"]["pay_link"] for a in answers)


def test_op_held_for_five_days_goes_to_review_and_the_missing_one_too(phone_of: PhoneOf) -> None:
    agent = make_agent(make_branch())
    phone = phone_of(agent)
    for _ in range(2):
        phone.op("enrol", worker())
    missing, early = phone.outbox
    phone.outbox = [early]
    assert [a["status"] for a in phone.push()] == ["held"]
    sweep(later(days=4))
    assert states(agent) == [("held", None)]
    sweep(later(days=6))
    assert states(agent) == [("review", "E6003")]
    phone.outbox = [missing]
    assert [a["status"] for a in phone.push()] == ["review"]
    with system_work(agent.branch) as work:
        open_reviews = "SELECT reason FROM members_review WHERE branch_id = %s AND state = 'open' ORDER BY reason"
        assert work.rows(open_reviews, [agent.branch.id]) == [("op_fork",), ("op_gap",)]
    phone.op("enrol", worker())
    assert [a["status"] for a in phone.push()] == ["accepted"]


def test_code_nobody_pays_ends_and_returns_slot_and_nik_once(phone_of: PhoneOf) -> None:
    agent = make_agent(make_branch(target=1))
    phone = phone_of(agent)
    body = worker()
    phone.op("enrol", body)
    phone.push()
    for clock, ended in ((later(days=1), 0), (later(days=40), 1), (later(days=41), 0)):
        with system_work(agent.branch, clock) as work:
            assert expire_unpaid(work, branch_id=agent.branch.id) == ended
    with system_work(agent.branch) as work:
        assert work.rows("SELECT max(consumed) FROM targets_quota WHERE branch_id = %s", [agent.branch.id]) == [(0,)]
        assert work.rows("SELECT state FROM contributions_bill WHERE branch_id = %s", [agent.branch.id]) == [
            ("expired",)
        ]
        assert recount(work, branch_id=agent.branch.id).proved
    phone.op("enrol", body)
    assert [a["status"] for a in phone.push()] == ["accepted"]
