"""Hand-over between agents: what the phones see, who is told, substitutes, handing back, and two officers at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from perisai.errors import Refused
from perisai.events.recount import recount
from perisai.supervision import absence, handover, jobs
from perisai.sync.pull import pull
from perisai.sync.signed import Phone
from tests.members.enrolling import enrol_all, state_of
from tests.supervision.world_of_files import days, make_officer, month, read, work_of
from tests.world import Branch, FieldAgent, make_agent, make_branch, make_device, worker

pytestmark = pytest.mark.usefixtures("database")

Place = tuple[Branch, FieldAgent, FieldAgent, list[UUID]]


@pytest.fixture
def place() -> Place:
    branch = make_branch()
    first, second = make_agent(branch), make_agent(branch)
    return branch, first, second, enrol_all(first, [worker() for _ in range(3)])


def give(
    branch: Branch, giver: FieldAgent | None, taker: FieldAgent | None, first: int = 0, last: int | None = None
) -> UUID:
    with work_of(branch, make_officer(branch)) as work:
        done = handover.hand_over(
            work,
            branch_id=branch.id,
            from_agent_id=giver and giver.id,
            to_agent_id=taker and taker.id,
            from_month=month(first),
            until_month=None if last is None else month(last),
            reason="load",
        )
    assert done is not None
    return done


def phone_of(agent: FieldAgent) -> Phone:
    device = make_device(agent, b"\x02" * 91)
    return Phone(
        id=device, branch_id=agent.branch.id, agent_id=agent.id, user_id=agent.user_id, public_key=b"\x02" * 91, state="active",
        timezone="Asia/Jakarta", province_code="15", user_active=True,
    )  # fmt: skip


def seen(phone: Phone, cursor: int = 0) -> tuple[dict[str, bool], int]:
    """By member whether it is gone, and the new cursor."""
    with work_of(Branch(phone.branch_id)) as work:
        page = pull(work, phone, cursor=cursor, limit=100)
    return {member["id"]: member["gone"] for member in page["members"]}, page["cursor"]


def test_hand_over_moves_members_from_one_phone_to_the_other(place: Place) -> None:
    branch, first, second, members = place
    old, new = phone_of(first), phone_of(second)
    ids = {str(member) for member in members}
    before, cursor = seen(old)
    assert before == dict.fromkeys(ids, False)
    assert seen(new)[0] == {}
    give(branch, first, second)
    assert seen(old, cursor)[0] == dict.fromkeys(ids, True)
    assert seen(new)[0] == dict.fromkeys(ids, False)
    with work_of(branch) as work:
        assert recount(work, branch_id=branch.id).proved


def test_hand_over_tells_each_member_once(place: Place) -> None:
    branch, first, second, _ = place
    family = enrol_all(
        first, [worker(phone="+6281277770001"), worker(phone="+6281277770001"), worker(phone=None, phone_owner="none")]
    )
    done = give(branch, first, second)
    with work_of(branch) as work:
        assert jobs.tell_some(work, branch_id=branch.id, handover_id=done) == 3 + len(family) - 1
        assert jobs.tell_some(work, branch_id=branch.id, handover_id=done) == 0
    with work_of(branch) as work:
        sent = work.row(
            "SELECT count(*) FROM messages_message WHERE branch_id = %s AND purpose = 'care_moved'", [branch.id]
        )
    assert sent == (4,), "one text to a telephone"


def test_hand_back_returns_those_who_are_still_there(place: Place) -> None:
    branch, first, second, members = place
    done = give(branch, first, second)
    with work_of(branch) as work:
        handover.hand_over(
            work, branch_id=branch.id, from_agent_id=second.id, to_agent_id=None, from_month=month(0),
            enrolment_ids=members[:1], reason="other",
        )  # fmt: skip
    with work_of(branch) as work:
        handover.hand_back(work, branch_id=branch.id, handover_id=done)
    assert [state_of(branch, member)["agent_id"] for member in members] == [None, first.id, first.id]
    with pytest.raises(Refused, match="E9514"), work_of(branch) as work:
        handover.hand_back(work, branch_id=branch.id, handover_id=done)


def test_hand_over_of_a_month_that_is_over_or_to_nobody_is_refused(place: Place) -> None:
    branch, first, second, _ = place
    with pytest.raises(Refused, match="E9503"):
        give(branch, first, second, -1)
    with pytest.raises(Refused, match="E9504"):
        give(branch, first, first)
    with pytest.raises(Refused, match="E9505"):
        give(branch, second, first)
    with work_of(branch) as work:
        work.execute("UPDATE agents_agent SET state = 'ended' WHERE branch_id = %s AND id = %s", [branch.id, second.id])
    with pytest.raises(Refused, match="E9504"):
        give(branch, first, second)


def test_hand_over_to_an_agent_of_another_branch_is_refused(place: Place) -> None:
    branch, first, _, _ = place
    with pytest.raises(Refused, match="E1004"):
        give(branch, first, make_agent(make_branch()))


def test_hand_over_by_two_officers_at_once_happens_once(place: Place) -> None:
    branch, first, second, members = place
    third = make_agent(branch)
    start = Barrier(2)

    def act(taker: FieldAgent) -> str:
        try:
            start.wait(60)
            give(branch, first, taker)
            return "done"
        except Refused as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(act, [second, third]))
    assert sorted(outcomes) == ["E9505", "done"]
    winner = (second, third)[outcomes.index("done")]
    assert {state_of(branch, member)["agent_id"] for member in members} == {winner.id}


def test_absence_with_a_substitute_lends_the_members_and_takes_them_back(place: Place) -> None:
    branch, first, second, members = place
    today = (datetime.now(UTC) + timedelta(hours=7)).date()
    with work_of(branch) as work:
        absent = absence.record(
            work, branch_id=branch.id, agent_id=first.id, kind="leave", from_on=today, until_on=today + days(40),
            substitute_id=second.id,
        )  # fmt: skip
    assert {state_of(branch, member)["agent_id"] for member in members} == {second.id}
    assert read(branch, first)[0]["kind"] == "leave"
    with pytest.raises(Refused, match="E9510"), work_of(branch) as work:
        absence.record(
            work,
            branch_id=branch.id,
            agent_id=first.id,
            kind="illness",
            from_on=today + days(40),
            until_on=today + days(50),
        )
    with work_of(branch) as work:
        absence.come_back(work, branch_id=branch.id, absence_id=absent)
    assert {state_of(branch, member)["agent_id"] for member in members} == {first.id}
    assert read(branch, first) == []


def test_hand_over_of_many_takes_as_many_statements_as_of_few() -> None:
    counted = {}
    for number in (2, 40):
        branch = make_branch()
        first, second = make_agent(branch), make_agent(branch)
        enrol_all(first, [worker() for _ in range(number)])
        with CaptureQueriesContext(connection) as seen:
            give(branch, first, second)
        counted[number] = len(seen)
    assert counted[2] == counted[40]
