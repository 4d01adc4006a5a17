"""Who is proposed for ending because nobody new came: which months count, and what takes a proposal back."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from perisai.errors import Refused
from perisai.supervision import absence, idle
from tests.members.enrolling import enrol_all
from tests.supervision.world_of_files import agent_state, captured, days, make_officer, month, read, set_agent, work_of
from tests.world import Branch, FieldAgent, jakarta_today, make_agent, make_branch, worker

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def place() -> tuple[Branch, FieldAgent, UUID]:
    """An agent of long standing, in a branch whose quota was never closed."""
    branch = make_branch()
    agent = make_agent(branch)
    set_agent(branch, agent, since=month(-30), phone="+6281200000002")
    return branch, agent, make_officer(branch)


def proposed(branch: Branch) -> list[UUID]:
    with work_of(branch) as work:
        idle.propose(work, branch_id=branch.id, timezone=branch.timezone, today=jakarta_today())
    with work_of(branch) as work:
        return [
            row[0]
            for row in work.rows("SELECT id FROM supervision_idle WHERE branch_id = %s AND state = 'open'", [branch.id])
        ]


def states(branch: Branch) -> list[str]:
    with work_of(branch) as work:
        return [row[0] for row in work.rows("SELECT state FROM supervision_idle WHERE branch_id = %s", [branch.id])]


def close_quota(branch: Branch, step: int) -> None:
    with work_of(branch) as work:
        work.execute(
            "INSERT INTO targets_quota (branch_id, period, target, cap_percent, cap, mode, consumed, leased, over, grandfathered)"
            " VALUES (%s, %s, 5, 100, 5, 'queue', 5, 0, 0, 0)"
            " ON CONFLICT (branch_id, period, segment) DO UPDATE SET target = 5, cap = 5, consumed = 5",
            [branch.id, month(step)],
        )


def test_propose_three_months_without_is_announced_once_and_told(place: tuple[Branch, FieldAgent, UUID]) -> None:
    branch, agent, _ = place
    assert len(proposed(branch)) == 1
    assert len(proposed(branch)) == 1
    entry = read(branch, agent)[0]
    assert entry["kind"] == "idle"
    assert entry["from_on"] == (jakarta_today() + days(30)).isoformat()
    with work_of(branch) as work:
        sent = work.row(
            "SELECT count(*) FROM messages_message WHERE branch_id = %s AND agent_id = %s", [branch.id, agent.id]
        )
    assert sent == (1,)
    assert agent_state(branch, agent) == "active", "a person decides"


@pytest.mark.parametrize("step", [-3, -2, -1, 0])
def test_propose_after_an_acquisition_finds_nobody(place: tuple[Branch, FieldAgent, UUID], step: int) -> None:
    branch, agent, _ = place
    captured(branch, agent, month(step))
    assert proposed(branch) == []


def test_propose_counts_no_enrolment_that_was_rejected(place: tuple[Branch, FieldAgent, UUID]) -> None:
    branch, agent, _ = place
    captured(branch, agent, month(-2))
    captured(branch, agent, month(-2), metric="rejected")
    assert len(proposed(branch)) == 1


def test_propose_passes_over_a_month_with_a_closed_quota(place: tuple[Branch, FieldAgent, UUID]) -> None:
    """The fourth month back is looked at instead, and there somebody was acquired."""
    branch, agent, _ = place
    captured(branch, agent, month(-4))
    close_quota(branch, -2)
    assert proposed(branch) == []


def test_propose_passes_over_leave_and_holds(place: tuple[Branch, FieldAgent, UUID]) -> None:
    branch, agent, officer = place
    captured(branch, agent, month(-5))
    with work_of(branch, officer) as work:
        absence.record(
            work,
            branch_id=branch.id,
            agent_id=agent.id,
            kind="illness",
            from_on=month(-2),
            until_on=month(-2) + days(9),
        )
        work.execute(
            "INSERT INTO agents_hold (branch_id, agent_id, kind, during) VALUES (%s, %s, 'suspended', tstzrange(%s, %s))",
            [branch.id, agent.id, month(-3) + days(5), month(-3) + days(8)],
        )
    assert proposed(branch) == []


def test_propose_leaves_new_agents_alone() -> None:
    branch = make_branch()
    agent = make_agent(branch)
    set_agent(branch, agent, since=month(-3) + days(4))
    assert proposed(branch) == []


def test_withdraw_an_acquisition_takes_the_proposal_back(place: tuple[Branch, FieldAgent, UUID]) -> None:
    branch, agent, officer = place
    proposal = proposed(branch)[0]
    enrol_all(agent, [worker()])
    later = datetime.now(UTC) + days(31)
    with pytest.raises(Refused, match="E9501"), work_of(branch, officer, at=later) as work:
        idle.end(work, branch_id=branch.id, proposal_id=proposal, text="Tidak ada peserta baru", to_agent_id=None)
    with work_of(branch) as work:
        assert idle.withdraw_acquired(work, branch_id=branch.id) == 1
        assert idle.withdraw_acquired(work, branch_id=branch.id) == 0
    assert states(branch) == ["withdrawn"]
    assert agent_state(branch, agent) == "active"


def test_end_before_the_announced_day_is_refused_and_on_it_decided(place: tuple[Branch, FieldAgent, UUID]) -> None:
    branch, agent, officer = place
    proposal = proposed(branch)[0]
    with pytest.raises(Refused, match="E9512"), work_of(branch, officer) as work:
        idle.end(work, branch_id=branch.id, proposal_id=proposal, text="Tidak ada peserta baru", to_agent_id=None)
    with work_of(branch, officer, at=datetime.now(UTC) + days(31)) as work:
        idle.end(work, branch_id=branch.id, proposal_id=proposal, text="Tidak ada peserta baru", to_agent_id=None)
    assert states(branch) == ["ended"]
    assert agent_state(branch, agent) == "ended"
    with pytest.raises(Refused, match="E9501"), work_of(branch, officer) as work:
        idle.keep(work, branch_id=branch.id, proposal_id=proposal, reason="plan")


def test_keep_is_not_announced_again_for_the_same_months(place: tuple[Branch, FieldAgent, UUID]) -> None:
    branch, agent, officer = place
    proposal = proposed(branch)[0]
    with work_of(branch, officer) as work:
        idle.keep(work, branch_id=branch.id, proposal_id=proposal, reason="plan")
    assert proposed(branch) == []
    assert read(branch, agent)[0]["is_over"]


@pytest.mark.parametrize("act", ["propose", "withdraw"])
def test_many_idle_agents_take_as_many_statements_as_few(act: str) -> None:
    counted = {number: _statements(number, act) for number in (3, 30)}
    assert counted[3] == counted[30], counted


def _statements(number: int, act: str) -> int:
    """What one look takes in a branch with so many idle agents, or with so many of them who acquired somebody since."""
    branch = make_branch()
    agents = [make_agent(branch) for _ in range(number)]
    for place, agent in enumerate(agents):
        set_agent(branch, agent, since=month(-30), phone=f"+62812000{place:05d}")
    if act == "withdraw":
        assert len(proposed(branch)) == number
        for agent in agents:
            captured(branch, agent, jakarta_today())
    with work_of(branch) as work, CaptureQueriesContext(connection) as seen:
        done = (
            idle.propose(work, branch_id=branch.id, timezone=branch.timezone, today=jakarta_today())
            if act == "propose"
            else idle.withdraw_acquired(work, branch_id=branch.id)
        )
    assert done == number
    told = read(branch, agents[-1])[0]
    assert (told["kind"], told["is_over"]) == ("idle", act == "withdraw")
    return len(seen)
