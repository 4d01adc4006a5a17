"""Slots that phones hold: how many, until when, honoured within, back afterwards, and never a slot lost or twice."""

from datetime import UTC, datetime, timedelta

import pytest

from perisai.agents import hold
from perisai.errors import Refused
from perisai.events.clock import FixedClock
from perisai.sync.me import me
from perisai.sync.signed import Phone
from perisai.targets import jobs
from perisai.targets.quotas import lease, quota
from tests.targets.quota_world import END, NOW, ZONE, Holder, count, holders, lent, quota_of, statuses
from tests.world import Branch, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")
ACCEPTED, WAITS, CLOSED = ("accepted", None), ("review", "E5001"), ("rejected", "E5003")


def branch_of(cap: int, mode: str = "queue") -> Branch:
    return make_branch(target=cap, mode=mode, at=NOW)


def test_a_phone_in_touch_is_lent_slots_by_pace_and_share() -> None:
    branch = branch_of(100)
    quick, slow = Holder(branch), Holder(branch)
    quick.push(6, at=NOW - timedelta(days=1))
    assert quick.slots(NOW) == 6 * lease.DAYS_AHEAD
    assert slow.slots(NOW) == lease.LEAST
    assert quota_of(branch, NOW).leased == lent(branch) == 18 + lease.LEAST


def test_no_phone_holds_what_others_need() -> None:
    branch = branch_of(6)
    phones = [Holder(branch) for _ in range(4)]
    assert [one.slots(NOW) for one in phones] == [1, 1, 1, 1]
    assert [one.slots(NOW + timedelta(minutes=1)) for one in phones] == [1, 1, 1, 1], "asking again brings no more"
    assert quota_of(branch, NOW).left == 2


def test_a_lease_is_renewed_about_once_a_day_and_not_at_each_sync() -> None:
    branch = branch_of(100)
    phone = Holder(branch)
    first = phone.sync(NOW).leases[0].until
    assert first == NOW + lease.VALID_FOR
    assert phone.sync(NOW + timedelta(hours=20)).leases[0].until == first
    assert phone.sync(NOW + timedelta(hours=25)).leases[0].until == NOW + timedelta(hours=25) + lease.VALID_FOR


def test_what_was_captured_within_is_honoured_though_the_pool_is_empty() -> None:
    branch = branch_of(6)
    away, other = Holder(branch), Holder(branch)
    assert away.slots(NOW) == 3
    assert statuses(other.push(4, at=NOW + timedelta(hours=1))) == [ACCEPTED] * 3 + [WAITS]
    late = away.push(4, at=NOW + timedelta(days=2), captured=NOW + timedelta(hours=2))
    assert statuses(late) == [ACCEPTED] * 3 + [WAITS]
    assert (quota_of(branch, NOW).consumed, quota_of(branch, NOW).leased, holders(branch)) == (6, 0, 6)


def test_sent_after_the_end_takes_from_the_pool_while_it_lasts() -> None:
    branch = branch_of(5)
    away, other = Holder(branch), Holder(branch)
    assert away.slots(NOW) == 2
    other.push(3, at=NOW + timedelta(hours=1))
    jobs.return_leases(FixedClock(NOW + lease.VALID_FOR))
    assert (lent(branch), quota_of(branch, NOW).left) == (0, 2)
    other.push(1, at=NOW + lease.VALID_FOR)
    late = away.push(2, at=NOW + timedelta(days=4), captured=NOW + timedelta(hours=2))
    assert statuses(late) == [ACCEPTED, WAITS]


def test_slots_that_the_job_has_not_returned_yet_are_nobody_elses_meanwhile() -> None:
    branch = branch_of(3)
    away = Holder(branch)
    assert away.slots(NOW) == 3
    assert statuses(away.push(2, at=NOW + timedelta(days=5), captured=NOW + timedelta(hours=1))) == [ACCEPTED] * 2
    assert (quota_of(branch, NOW).consumed, quota_of(branch, NOW).leased, lent(branch)) == (2, 0, 0)


@pytest.mark.parametrize("clock", [NOW + timedelta(minutes=1), NOW + timedelta(days=10)])
def test_a_revoked_phones_slots_return_once(clock: object) -> None:
    branch = branch_of(10)
    phone = Holder(branch)
    phone.sync(NOW)
    phone.revoke()
    assert jobs.return_leases(FixedClock(clock)) >= 3  # type: ignore[arg-type]
    assert jobs.return_leases(FixedClock(clock)) == 0  # type: ignore[arg-type]
    assert (quota_of(branch, NOW).leased, quota_of(branch, NOW).left, lent(branch)) == (0, 10, 0)


def test_a_suspended_agents_slots_return_once_and_are_the_others() -> None:
    branch = branch_of(10)
    phone, other = Holder(branch), Holder(branch)
    assert phone.slots(NOW) == 5
    with system_work(branch, FixedClock(NOW + timedelta(hours=1))) as work:
        hold.begin(work, branch_id=branch.id, agent_id=phone.agent.id, kind="suspended")
    assert jobs.return_leases(FixedClock(NOW + timedelta(minutes=59))) == 0, "it has not begun"
    assert jobs.return_leases(FixedClock(NOW + timedelta(hours=1))) == 5
    assert jobs.return_leases(FixedClock(NOW + timedelta(hours=1))) == 0
    assert other.slots(NOW + timedelta(hours=2)) == 10, "the others have them"
    assert (quota_of(branch, NOW).leased, lent(branch)) == (10, 10)


@pytest.mark.parametrize("why", ["suspended", "licence"])
def test_who_may_not_enrol_now_is_told_of_no_slots(why: str) -> None:
    branch, now = make_branch(target=10), datetime.now(UTC)
    phone = Holder(branch)
    asked = Phone(phone.device, branch.id, phone.agent.id, b"", "active", ZONE, "15", phone.agent.user_id, True)
    with system_work(branch) as work:
        assert sum(one["slots"] for one in me(work, asked)["lease"]) > 0
    with system_work(branch, FixedClock(now)) as work:
        if why == "suspended":
            hold.begin(work, branch_id=branch.id, agent_id=phone.agent.id, kind="suspended")
        else:
            work.execute(
                "UPDATE agents_licence SET state = 'revoked', state_since = %s WHERE branch_id = %s", [now, branch.id]
            )
    jobs.return_leases()
    with system_work(branch) as work:
        told = me(work, asked)["lease"]
    assert told
    assert {one["slots"] for one in told} == {0}
    assert [one["until"] for one in told] == [None] * len(told)


def test_a_phone_after_sixty_days_loses_nothing_and_gets_a_clear_answer() -> None:
    """Its period is that of the captured day: a slot of then where one is free, else its turn; a closed quota says so."""
    later = NOW + timedelta(days=60)
    for mode, answer in (("queue", WAITS), ("block", CLOSED)):
        branch = branch_of(3, mode)
        away, other = Holder(branch), Holder(branch)
        away.sync(NOW)
        other.push(2, at=NOW + timedelta(hours=1))
        jobs.return_leases(FixedClock(later))
        late = away.push(3, at=later, captured=NOW + timedelta(days=1))
        assert statuses(late) == [ACCEPTED, answer, answer]
        assert quota_of(branch, NOW).consumed == 3


def test_the_period_is_the_captured_days() -> None:
    branch = branch_of(10)
    phone = Holder(branch)
    phone.push(2, at=END + timedelta(hours=1), captured=END - timedelta(hours=1))
    assert quota_of(branch, NOW).consumed == 2
    assert quota_of(branch, END).consumed == 0


def test_a_lease_ends_with_its_period_and_the_next_period_is_lent_ahead() -> None:
    branch = branch_of(100)
    phone = Holder(branch)
    found = phone.sync(END - timedelta(hours=5)).leases
    assert found is not None
    assert [(one.first.day, one.slots) for one in found] == [(1, lease.LEAST)] * 2
    assert found[0].until == END
    jobs.return_leases(FixedClock(END))
    assert (quota_of(branch, NOW).leased, quota_of(branch, END).leased) == (0, lease.LEAST)


def test_a_branch_takes_slots_back_from_a_phone() -> None:
    branch = branch_of(10)
    phone = Holder(branch)
    phone.sync(NOW)
    with system_work(branch, FixedClock(NOW)) as work:
        assert lease.take_back(work, branch_id=branch.id, device_id=phone.device) == lease.LEAST
    with pytest.raises(Refused) as told, system_work(branch) as work:
        lease.take_back(work, branch_id=branch.id, device_id=phone.device)
    assert told.value.code == "E1004"
    sql = "SELECT count(*) FROM events_event WHERE branch_id = %s AND kind = 'quota_leases_returned'"
    assert (quota_of(branch, NOW).leased, count(branch, sql)) == (0, 1)


def test_where_nothing_is_capped_or_all_is_let_in_a_phone_needs_no_slots() -> None:
    open_branch, warned = make_branch(target=None), branch_of(5, "warn")
    assert Holder(open_branch).sync(NOW).leases is None
    phone = Holder(warned)
    assert phone.sync(NOW).leases is None
    assert statuses(phone.push(7, at=NOW)) == [ACCEPTED] * 7
    assert (quota_of(warned, NOW).consumed, quota_of(warned, NOW).over) == (5, 2)


def test_lowering_the_target_beneath_what_is_taken_and_lent_is_kept_and_shown() -> None:
    branch = branch_of(10)
    phone = Holder(branch)
    phone.push(4, at=NOW)
    assert phone.slots(NOW) == 6
    with system_work(branch, FixedClock(NOW)) as work:
        quota.set_quota(work, branch_id=branch.id, period=NOW.date().replace(day=1), target=5)
    low = quota_of(branch, NOW)
    assert (low.cap, low.consumed, low.leased, low.grandfathered, low.left) == (5, 4, 6, 5, 0)
    assert statuses(phone.push(6, at=NOW)) == [ACCEPTED] * 6, "what was lent is honoured"
    assert (quota_of(branch, NOW).consumed, quota_of(branch, NOW).grandfathered) == (10, 5)


@pytest.mark.parametrize(("hours", "is_new"), [(-8.5, True), (-9.5, False)])
def test_a_month_begins_at_the_branchs_own_midnight(hours: float, is_new: bool) -> None:
    """In the east (WIT) the month is over two hours before it is in Jakarta."""
    branch = make_branch(target=100, at=NOW)
    phone = Holder(branch)
    first = (NOW.replace(day=1) + timedelta(days=32)).replace(day=1, hour=0)
    at = first + timedelta(hours=hours)
    with system_work(branch, FixedClock(at)) as work:
        told = lease.held(
            work, branch_id=branch.id, device_id=phone.device, agent_id=phone.agent.id, timezone="Asia/Jayapura"
        )
    assert told.leases
    assert told.leases[0].first == (first if is_new else NOW).date().replace(day=1)
    assert told.leases[0].until == (at + lease.VALID_FOR if is_new else first - timedelta(hours=9))
