"""A branch with a small cap, agents with phones, and what they do, for tests of the quota."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from perisai.agents.licence import get_standing
from perisai.events.captured import Captured
from perisai.events.clock import FixedClock
from perisai.events.ids import uuid7
from perisai.members.decision import Decision
from perisai.members.enrolments.candidate import Asked
from perisai.members.enrolments.enrol import enrol_many
from perisai.targets.quotas import lease
from tests.world import Branch, FieldAgent, make_agent, make_device, system_work, worker

ZONE = "Asia/Jakarta"


class Holder:
    """An agent with a phone; ``at`` of each act is the server's clock."""

    def __init__(self, branch: Branch) -> None:
        self.branch = branch
        self.agent: FieldAgent = make_agent(branch)
        self.device: UUID = make_device(self.agent, self.agent.id.bytes)

    def sync(self, at: datetime) -> lease.Now:
        with system_work(self.branch, FixedClock(at)) as work:
            return lease.held(
                work, branch_id=self.branch.id, device_id=self.device, agent_id=self.agent.id, timezone=ZONE
            )

    def slots(self, at: datetime) -> int:
        """Of the quota of the day: in a month's last three days a phone is lent some of the next one as well."""
        day = (at + timedelta(hours=7)).date()
        return sum(one.slots for one in self.sync(at).leases or [] if one.first <= day <= one.last)

    def push(self, many: int, *, at: datetime, captured: datetime | None = None, **changes: Any) -> list[Decision]:
        """Enrols unheard-of workers in one batch; ``captured`` is when it was done without signal."""
        when = captured or at
        asked = [Asked(uuid7(), worker(**changes), Captured(when, at, when, doubtful=False), None) for _ in range(many)]
        with system_work(self.branch, FixedClock(at)) as work:
            standing = get_standing(work, branch_id=self.branch.id, agent_id=self.agent.id)
            found = enrol_many(
                work,
                branch_id=self.branch.id,
                timezone=ZONE,
                standing=standing,
                device_id=self.device,
                asked=asked,
            )
        return [found[one.op_id] for one in asked]

    def revoke(self) -> None:
        with system_work(self.branch) as work:
            work.execute("UPDATE accounts_device SET state = 'revoked' WHERE id = %s", [self.device])


def quota_of(branch: Branch, day: datetime) -> Any:
    from perisai.targets.quotas import quota

    with system_work(branch) as work:
        (found,) = quota.of_day(work, branch_id=branch.id, day=(day + timedelta(hours=7)).date())
    return found


def count(branch: Branch, sql: Any, *params: Any) -> int:
    with system_work(branch) as work:
        row = work.row(sql, [branch.id, *params])
    assert row is not None
    return int(row[0] or 0)


def holders(branch: Branch) -> int:
    """Enrolments that hold a slot within the cap."""
    return count(
        branch,
        "SELECT count(*) FROM members_enrolment WHERE branch_id = %s AND quota_period IS NOT NULL AND NOT quota_over",
    )


def lent(branch: Branch, at: datetime | None = None) -> int:
    """In all, or of the month of an instant."""
    if at is None:
        return count(branch, "SELECT sum(slots) FROM targets_lease WHERE branch_id = %s")
    of_month = "SELECT sum(slots) FROM targets_lease WHERE branch_id = %s AND period = %s"
    return count(branch, of_month, (at + timedelta(hours=7)).date().replace(day=1))


def statuses(decisions: list[Decision]) -> list[tuple[str, str | None]]:
    return [(one.status, one.code) for one in decisions]


NOW = datetime.now(UTC).replace(day=10, hour=3, minute=0, second=0, microsecond=0)
"""The tenth of this month, ten in the morning at the branch."""
END = (NOW.replace(day=1) + timedelta(days=32)).replace(day=1, hour=0) - timedelta(hours=7)
"""The month's end at the branch."""
