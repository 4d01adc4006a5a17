"""The clock's part: every act once, a branch that fails stops no other, and nobody is told of what was handed back."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from perisai.members import portfolio
from perisai.supervision import handover, jobs
from tests.members.enrolling import enrol_all, state_of
from tests.supervision.world_of_files import month, set_agent, work_of
from tests.world import Branch, make_agent, make_branch, worker

pytestmark = pytest.mark.usefixtures("database")


def test_follow_puts_members_with_whoever_has_this_month() -> None:
    branch = make_branch()
    first, second = make_agent(branch), make_agent(branch)
    member = enrol_all(first, [worker()])[0]
    with work_of(branch) as work:  # as if it had been decided last month
        portfolio.move(
            work,
            branch_id=branch.id,
            this_month=month(-1),
            from_agent_id=first.id,
            to_agent_id=second.id,
            from_month=month(0),
        )
    assert state_of(branch, member)["agent_id"] == first.id
    jobs.follow_branch(branch.id, branch.timezone)
    assert state_of(branch, member)["agent_id"] == second.id
    jobs.follow_branch(branch.id, branch.timezone)
    assert state_of(branch, member)["agent_id"] == second.id


def test_propose_looks_at_every_branch_although_one_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    branches = [make_branch(), make_branch()]
    for branch in branches:
        set_agent(branch, make_agent(branch), since=month(-12))
    real = jobs.propose_branch

    def failing(branch_id: int, timezone: str) -> None:
        if branch_id == branches[0].id:
            raise RuntimeError("away")
        if branch_id == branches[1].id:
            real(branch_id, timezone)

    failing.__name__ = "propose_branch"
    monkeypatch.setattr(jobs, "propose_branch", failing)
    jobs.propose_everywhere(0)
    assert [open_proposals(branch) for branch in branches] == [0, 1]


def test_tell_nobody_of_what_was_handed_back() -> None:
    branch = make_branch()
    first, second = make_agent(branch), make_agent(branch)
    enrol_all(first, [worker()])
    done = give(branch, first.id, second.id)
    with work_of(branch, at=datetime.now(UTC)) as work:
        back = handover.hand_back(work, branch_id=branch.id, handover_id=done)
    with work_of(branch) as work:
        assert jobs.tell_some(work, branch_id=branch.id, handover_id=done) == 0
        assert jobs.tell_some(work, branch_id=branch.id, handover_id=back) == 1


def give(branch: Branch, giver: UUID, taker: UUID) -> UUID:
    with work_of(branch) as work:
        done = handover.hand_over(
            work, branch_id=branch.id, from_agent_id=giver, to_agent_id=taker, from_month=month(0), reason="load"
        )
    assert done is not None
    return done


def open_proposals(branch: Branch) -> int:
    with work_of(branch) as work:
        row = work.row("SELECT count(*) FROM supervision_idle WHERE branch_id = %s AND state = 'open'", [branch.id])
    assert row is not None
    return int(row[0])
