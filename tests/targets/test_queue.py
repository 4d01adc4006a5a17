"""Who waits for a slot: in the order of capture, past no one, let in by the system when there is room; closed quotas refuse."""

from collections import Counter
from datetime import date, timedelta
from uuid import UUID

import pytest

from perisai.errors import Refused
from perisai.events.clock import FixedClock
from perisai.events.recount import recount
from perisai.members import jobs
from perisai.members.enrolments import expire
from perisai.members.enrolments.cancel import cancel_many
from perisai.members.reviews import review
from perisai.targets.quotas import quota
from perisai.targets.quotas.setting import set_setting
from tests.members.enrolling import kinds_of, review_of, state_of
from tests.targets.quota_world import NOW, ZONE, Holder, count, holders, quota_of, statuses
from tests.world import Branch, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")
ACCEPTED, WAITS, CLOSED = ("accepted", None), ("review", "E5001"), ("rejected", "E5003")
MONTH = NOW.date().replace(day=1)


def raise_to(branch: Branch, target: int, **changes: str) -> None:
    with system_work(branch, FixedClock(NOW)) as work:
        quota.set_quota(work, branch_id=branch.id, period=MONTH, target=target, **changes)  # type: ignore[arg-type]


def admit(branch: Branch) -> int:
    return jobs.admit(branch.id, ZONE, FixedClock(NOW + timedelta(hours=9)))


def id_of(decision: object) -> UUID:
    found = decision.result["enrolment"]  # type: ignore[attr-defined]
    assert isinstance(found, UUID)
    return found


def test_who_waits_is_let_in_in_the_order_of_capture_when_the_cap_is_raised() -> None:
    branch = make_branch(target=1, at=NOW)
    phone, other = Holder(branch), Holder(branch)
    phone.push(1, at=NOW)
    late = [id_of(one) for one in phone.push(2, at=NOW + timedelta(hours=3))]
    early = [id_of(one) for one in other.push(2, at=NOW + timedelta(hours=4), captured=NOW + timedelta(hours=1))]
    assert admit(branch) == 0
    raise_to(branch, 4)
    assert admit(branch) == 3
    assert [state_of(branch, one)["state"] for one in early] == ["accepted"] * 2
    assert sorted(state_of(branch, one)["state"] for one in late) == ["accepted", "review"], "captured at one moment"
    assert kinds_of(branch, early[0]) == ["enrolment_in_review", "review_accepted"]
    with system_work(branch) as work:
        sql = "SELECT detail->>'by' FROM events_event WHERE branch_id = %s AND kind = 'review_accepted'"
        assert work.rows(sql, [branch.id]) == [("system",)] * 3
        bills = "SELECT count(*) FROM contributions_bill WHERE branch_id = %s AND state = 'open'"
        assert work.rows(bills, [branch.id]) == [(4,)]
        assert recount(work, branch_id=branch.id).proved
    assert (quota_of(branch, NOW).consumed, holders(branch)) == (4, 4)


def test_a_slot_that_returns_goes_to_who_waits_and_not_to_who_comes() -> None:
    branch = make_branch(target=2, at=NOW)
    phone, newcomer = Holder(branch), Holder(branch)
    first, _second = phone.push(2, at=NOW)
    waiting = id_of(phone.push(1, at=NOW)[0])
    body = {"enrolment_op": str(id_of(first)), "reason": "worker_declined"}
    with system_work(branch) as work:
        cancel_many(work, branch_id=branch.id, agent_id=phone.agent.id, bodies={waiting: body})
    assert quota_of(branch, NOW).left == 1
    assert newcomer.slots(NOW) == 0, "nothing is lent while somebody waits"
    assert statuses(newcomer.push(1, at=NOW)) == [WAITS]
    assert admit(branch) == 1
    assert state_of(branch, waiting)["state"] == "accepted"
    raise_to(branch, 4)
    assert admit(branch) == 1
    assert not quota_of(branch, NOW).is_queued, "nobody waits any more"
    assert statuses(newcomer.push(2, at=NOW)) == [ACCEPTED, WAITS]


def test_a_closed_quota_refuses_at_once_and_leaves_nothing_behind() -> None:
    branch = make_branch(target=2, mode="block", at=NOW)
    phone = Holder(branch)
    assert statuses(phone.push(3, at=NOW)) == [ACCEPTED, ACCEPTED, CLOSED]
    assert count(branch, "SELECT count(*) FROM members_review WHERE branch_id = %s") == 0
    claims = "SELECT count(*) FROM members_enrolment WHERE branch_id = %s"
    assert count(branch, claims) == 2
    rejected = "SELECT count(*) FROM events_event WHERE branch_id = %s AND kind = 'enrolment_rejected'"
    assert count(branch, rejected) == 1
    raise_to(branch, 3)
    nik = "1571081202900015"
    refused_then_taken = [phone.push(1, at=NOW, nik=nik, birth_date="1990-02-12")[0] for _ in range(1)]
    assert statuses(refused_then_taken) == [ACCEPTED]


def test_a_refused_workers_nik_is_free_again() -> None:
    branch, elsewhere = make_branch(target=0, mode="block", at=NOW), make_branch(target=5, at=NOW)
    nik = {"nik": "1571081303910027", "birth_date": "1991-03-13"}
    assert statuses(Holder(branch).push(1, at=NOW, **nik)) == [CLOSED]
    assert statuses(Holder(elsewhere).push(1, at=NOW, **nik)) == [ACCEPTED]


def test_opening_the_quota_with_a_warning_lets_all_in_and_counts_them_apart() -> None:
    branch = make_branch(target=1, at=NOW)
    phone = Holder(branch)
    phone.push(4, at=NOW)
    raise_to(branch, 1, mode="warn")
    assert admit(branch) == 3
    assert (quota_of(branch, NOW).consumed, quota_of(branch, NOW).over) == (1, 3)


def test_each_way_out_returns_the_slot_once() -> None:
    branch = make_branch(target=10, at=NOW)
    phone = Holder(branch)
    cancelled, unpaid, kept = (id_of(one) for one in phone.push(3, at=NOW))
    body = {"enrolment_op": str(cancelled), "reason": "mistake"}
    for _ in range(2):
        with system_work(branch) as work:
            cancel_many(work, branch_id=branch.id, agent_id=phone.agent.id, bodies={kept: body})
    assert quota_of(branch, NOW).consumed == 2
    late = FixedClock(NOW + timedelta(days=60))
    with system_work(branch, late) as work:
        work.execute(
            "UPDATE contributions_bill SET pay_by = %s WHERE branch_id = %s AND enrolment_id = %s",
            [NOW + timedelta(days=90), branch.id, kept],
        )
    for ended in (1, 0):
        with system_work(branch, late) as work:
            assert expire.expire_unpaid(work, branch_id=branch.id) == ended
    assert state_of(branch, unpaid)["state"] == "ended"
    assert (quota_of(branch, NOW).consumed, holders(branch)) == (1, 1)


def test_rejecting_who_waits_takes_no_slot_and_reopens_the_quota() -> None:
    branch = make_branch(target=1, at=NOW)
    phone = Holder(branch)
    _taken, waits = phone.push(2, at=NOW)
    waiting = review_of(branch, id_of(waits))
    with system_work(branch) as work:
        review.reject(work, branch_id=branch.id, review_id=waiting, note="Batal")
    raise_to(branch, 2)
    assert admit(branch) == 0
    assert statuses(phone.push(1, at=NOW)) == [ACCEPTED]


def test_a_slot_of_a_lowered_cap_stays_grandfathered_until_it_returns() -> None:
    branch = make_branch(target=3, at=NOW)
    phone = Holder(branch)
    ids = [id_of(one) for one in phone.push(3, at=NOW)]
    raise_to(branch, 1)
    assert quota_of(branch, NOW).grandfathered == 2
    for left, one in zip((1, 0, 0), ids, strict=True):
        body = {"enrolment_op": str(one), "reason": "mistake"}
        with system_work(branch) as work:
            cancel_many(work, branch_id=branch.id, agent_id=phone.agent.id, bodies={one: body})
        assert quota_of(branch, NOW).grandfathered == left
    assert quota_of(branch, NOW).consumed == 0


def test_a_quarter_is_one_quota_and_segments_have_their_own() -> None:
    branch = make_branch(target=None)
    year = NOW.year + 1
    with system_work(branch) as work:
        set_setting(
            work, branch_id=branch.id, from_month=date(year, 1, 1), every="quarter", by_segment=True, cap_percent=50,
            mode="queue", reason="Rapat kerja",
        )  # fmt: skip
        for month in (1, 2, 3):
            for segment, target in (("BPU", 4), ("PU", 2)):
                quota.set_quota(work, branch_id=branch.id, period=date(year, month, 1), target=target, segment=segment)
    with system_work(branch) as work:
        found = quota.of_day(work, branch_id=branch.id, day=date(year, 2, 14))
        assert [(one.period.month, one.months, one.segment, one.target, one.cap) for one in found] == [
            (1, 3, "BPU", 12, 6),
            (1, 3, "PU", 6, 3),
        ]
        wanted = Counter({date(year, 1, 1): 2, date(year, 3, 1): 5})
        got = quota.take(work, branch_id=branch.id, wanted=wanted)
        assert got[date(year, 1, 1)] is got[date(year, 3, 1)], "two months share one quota"
        assert (got[date(year, 1, 1)].within, got[date(year, 1, 1)].period) == (6, date(year, 1, 1))
        assert quota.take(work, branch_id=branch.id, wanted=Counter({date(year, 2, 1): 1}), segment="PU")[
            date(year, 2, 1)
        ].within
        quota.give_back(work, branch_id=branch.id, slots=[quota.Held(date(year, 1, 1), False, "PU")])
        assert [one.consumed for one in quota.of_day(work, branch_id=branch.id, day=date(year, 1, 1))] == [6, 0]


def test_rules_change_from_a_month_that_nothing_has_begun_in() -> None:
    """What has begun keeps its period and segments; per cent and mode change at once; a mixed-up sum is told."""
    branch = make_branch(target=10, at=NOW)
    Holder(branch).push(1, at=NOW)
    later = date(NOW.year + 1, 1, 1)

    def rules(month: date, every: str = "month", by_segment: bool = False, percent: int = 100) -> None:
        with system_work(branch) as work:
            set_setting(
                work, branch_id=branch.id, from_month=month, every=every, by_segment=by_segment, cap_percent=percent,
                mode="block", reason="Rapat",
            )  # fmt: skip

    with pytest.raises(Refused, match="E5005"):
        rules(MONTH, by_segment=True)
    rules(MONTH, percent=50)
    assert (quota_of(branch, NOW).cap, quota_of(branch, NOW).mode) == (5, "block")
    with pytest.raises(Refused, match="E5006"):
        rules(date(NOW.year + 1, 2, 1), "quarter")
    rules(later, "quarter", by_segment=True)
    with system_work(branch) as work:
        for segment, target in (("BPU", 9), ("PU", 3)):
            quota.set_quota(work, branch_id=branch.id, period=later, target=target, segment=segment)
        quota.take(work, branch_id=branch.id, wanted=Counter({later: 1}))
    with pytest.raises(Refused, match="E5008"), system_work(branch) as work:
        quota.set_quota(work, branch_id=branch.id, period=later, target=20)
    rules(later, "quarter", by_segment=True, percent=200)
    with system_work(branch) as work:
        assert [one.cap for one in quota.of_day(work, branch_id=branch.id, day=later)] == [18, 6]
