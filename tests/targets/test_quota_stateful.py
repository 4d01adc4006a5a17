"""Any order of taking, lending, returning, raising, lowering and switching keeps the books of a quota, on a real database.

Size: 12 runs of up to 25 steps; 200 of 100 in `make test-full`.
"""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from perisai.events.clock import FixedClock
from perisai.targets.quotas import lease, quota
from tests.targets.quota_world import NOW, Holder, count, lent, quota_of
from tests.world import Branch, make_branch, system_work

MONTH = NOW.date().replace(day=1)
PHONES = st.integers(0, 2)


class Books(RuleBasedStateMachine):
    """``held``: what enrolments hold (above the cap or not), kept beside the database's own books."""

    branch: Branch
    phones: list[Holder]

    @initialize(persons=st.integers(0, 12), mode=st.sampled_from(["queue", "block", "warn"]))
    def begin(self, persons: int, mode: str) -> None:
        self.branch = make_branch(target=persons, mode=mode, at=NOW)
        self.phones = [Holder(self.branch) for _ in range(3)]
        self.now, self.held, self.over, self.revoked = NOW, 0, 0, set[int]()

    @rule(phone=PHONES, many=st.integers(1, 6), past_queue=st.booleans())
    def take(self, phone: int, many: int, past_queue: bool) -> None:
        before, mine = quota_of(self.branch, NOW), self._alive(phone)
        with self._work() as work:
            got = quota.take(
                work,
                branch_id=self.branch.id,
                wanted=Counter({MONTH: many}),
                device_id=self.phones[phone].device,
                past_queue=past_queue,
            )[MONTH]
        self.held += got.within
        self.over += got.above
        assert got.within >= min(many, mine), "what was lent is honoured"
        assert got.within + got.above <= many
        assert (got.within + got.above == many) or before.mode != "warn"
        assert before.mode == "warn" or not got.above

    @precondition(lambda self: self.held > 0)
    @rule(data=st.data())
    def give_back(self, data: Any) -> None:
        over = self.over > 0 and data.draw(st.booleans())
        most = self.over if over else self.held
        many = data.draw(st.integers(1, min(most, 4)))
        with self._work() as work:
            quota.give_back(work, branch_id=self.branch.id, slots=[quota.Held(MONTH, over, "BPU")] * many)
        self.over -= many * over
        self.held -= many * (not over)

    @rule(phone=PHONES)
    def sync(self, phone: int) -> None:
        if phone not in self.revoked:
            self.phones[phone].sync(self.now)

    @rule(persons=st.integers(0, 15), mode=st.sampled_from(["queue", "block", "warn"]))
    def set_target(self, persons: int, mode: str) -> None:
        with self._work() as work:
            quota.set_quota(work, branch_id=self.branch.id, period=MONTH, target=persons, mode=mode)

    @rule(by=st.integers(1, 5))
    def grant_more(self, by: int) -> None:
        with self._work() as work:
            quota.raise_cap(work, branch_id=self.branch.id, period=MONTH, segment="all", by=by)

    @rule(hours=st.integers(1, 100))
    def wait(self, hours: int) -> None:
        self.now = min(self.now + timedelta(hours=hours), NOW + timedelta(days=15))

    @rule(phone=PHONES)
    def revoke(self, phone: int) -> None:
        self.revoked.add(phone)
        self.phones[phone].revoke()

    @rule()
    def return_ended(self) -> None:
        with self._work() as work:
            lease.return_ended(work, branch_id=self.branch.id)

    @rule(phone=PHONES)
    def take_back(self, phone: int) -> None:
        with self._work() as work:
            lease.return_ended(work, branch_id=self.branch.id, taken_from=self.phones[phone].device)

    @invariant()
    def books_agree(self) -> None:
        if hasattr(self, "branch"):
            found = quota_of(self.branch, NOW)
            assert found.consumed + found.leased <= found.cap + found.grandfathered
            assert found.grandfathered == max(0, found.grandfathered)
            assert found.grandfathered == 0 or found.consumed + found.leased == found.cap + found.grandfathered
            assert (found.consumed, found.over) == (self.held, self.over)
            assert found.leased == lent(self.branch)

    def teardown(self) -> None:
        """When all has come to its end nothing is lent, and what is taken is what enrolments hold."""
        if not hasattr(self, "branch"):
            return
        self.now = NOW + timedelta(days=40)
        self.return_ended()
        found = quota_of(self.branch, NOW)
        assert (found.leased, lent(self.branch), found.consumed) == (0, 0, self.held)

    def _work(self) -> Any:
        return system_work(self.branch, FixedClock(self.now))

    def _alive(self, phone: int) -> int:
        sql = "SELECT sum(slots) FROM targets_lease WHERE branch_id = %s AND device_id = %s AND until > %s"
        return count(self.branch, sql, self.phones[phone].device, self.now)


def _run(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )


@pytest.mark.usefixtures("database")
def test_books_of_a_quota_agree_in_any_order() -> None:
    _run(12, 25)


@pytest.mark.full
@pytest.mark.usefixtures("database")
def test_books_of_a_quota_agree_in_any_order_at_length() -> None:
    _run(200, 100)
