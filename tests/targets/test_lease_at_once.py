"""Two at once on one quota, forced: the second begins while the first has done all but commit, and goes on when it has."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product

import pytest
from django.db import connection

from perisai.agents.licence import get_standing
from perisai.events.captured import Captured
from perisai.events.clock import FixedClock
from perisai.events.ids import uuid7
from perisai.events.work import Work
from perisai.members.enrolments.candidate import Asked
from perisai.members.enrolments.enrol import enrol_many
from perisai.members.reviews.admit import admit_waiting
from perisai.targets.quotas import lease, quota
from perisai.targets.quotas.setting import set_quota
from tests.targets.quota_world import NOW, ZONE, Holder, holders, lent, quota_of
from tests.world import make_branch, system_work, worker

pytestmark = pytest.mark.usefixtures("database")

SECONDS = 60.0
ENDED = NOW + lease.VALID_FOR + timedelta(seconds=1)
"""The phone's lease is over, and its slots are not returned yet."""
MONTH = NOW.date().replace(day=1)


def renew(work: Work, phone: Holder) -> None:
    lease.held(work, branch_id=phone.branch.id, device_id=phone.device, agent_id=phone.agent.id, timezone=ZONE)


def push(work: Work, phone: Holder) -> None:
    when = NOW + timedelta(hours=1)
    asked = [Asked(uuid7(), worker(), Captured(when, ENDED, when, doubtful=False), None) for _ in range(5)]
    standing = get_standing(work, branch_id=phone.branch.id, agent_id=phone.agent.id)
    enrol_many(work, branch_id=phone.branch.id, timezone=ZONE, standing=standing, device_id=phone.device, asked=asked)


def give_back(work: Work, phone: Holder) -> None:
    lease.return_ended(work, branch_id=phone.branch.id)


def take_back(work: Work, phone: Holder) -> None:
    lease.return_ended(work, branch_id=phone.branch.id, taken_from=phone.device)


def lower(work: Work, phone: Holder) -> None:
    set_quota(work, branch_id=phone.branch.id, period=MONTH, target=6)


def more(work: Work, phone: Holder) -> None:
    quota.raise_cap(work, branch_id=phone.branch.id, period=MONTH, segment="all", by=4)


def admit(work: Work, phone: Holder) -> None:
    admit_waiting(work, branch_id=phone.branch.id, timezone=ZONE, segment="BPU")


ACTS: tuple[Callable[[Work, Holder], None], ...] = (renew, push, give_back, take_back, lower, more, admit)


@pytest.mark.parametrize(
    ("first", "second"), [pytest.param(a, b, id=f"{a.__name__} then {b.__name__}") for a, b in product(ACTS, ACTS)]
)
def test_whatever_meets_a_lease_that_ends_no_slot_is_lost_or_twice(
    first: Callable[[Work, Holder], None], second: Callable[[Work, Holder], None]
) -> None:
    branch = make_branch(target=10, mode="queue", at=NOW)
    phone, other = Holder(branch), Holder(branch)
    assert phone.slots(NOW) == 5
    other.push(6, at=NOW + timedelta(minutes=1))  # five get in, one waits
    failed: list[BaseException] = []

    def come() -> None:
        try:
            with at(ENDED, phone) as work:
                second(work, phone)
        except BaseException as error:  # noqa: BLE001 - told below
            failed.append(error)
        finally:
            connection.close()

    beside = threading.Thread(target=come)
    with at(ENDED, phone) as work:
        first(work, phone)
        beside.start()
        wait_until_blocked_or_over(work, beside)
    beside.join(SECONDS)
    assert not beside.is_alive()
    assert failed == []
    stands = quota_of(branch, NOW)
    assert stands.leased == lent(branch, NOW)
    assert stands.consumed == holders(branch)
    assert stands.consumed + stands.leased <= stands.cap + stands.grandfathered
    assert stands.grandfathered <= max(0, stands.consumed + stands.leased - stands.cap)
    assert stands.cap == (6 if lower in (first, second) else 10) + 4 * [first, second].count(more)


def at(moment: datetime, phone: Holder) -> Work:
    return system_work(phone.branch, FixedClock(moment))


def wait_until_blocked_or_over(work: Work, beside: threading.Thread) -> None:
    """Whoever waits for a lock of this Work shows among the server's locks."""
    until = time.monotonic() + SECONDS
    while beside.is_alive() and time.monotonic() < until:
        if work.row("SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"):
            return
        time.sleep(0.02)
