"""More quota: asked with a reason, granted in part or refused with one, once; the cap is higher and then the queue moves."""

from uuid import UUID

import pytest

from perisai.errors import Refused
from perisai.events.clock import FixedClock
from perisai.members import jobs
from perisai.targets.quotas import quota, request
from perisai.targets.quotas import setting as quota_setting
from tests.targets.quota_world import NOW, ZONE, Holder, quota_of
from tests.world import Branch, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")
MONTH = NOW.date().replace(day=1)


def ask(branch: Branch, asked: int = 5, reason: str = "Pasar baru dibuka", segment: str = "all") -> UUID:
    with system_work(branch, FixedClock(NOW)) as work:
        return request.ask(work, branch_id=branch.id, period=MONTH, segment=segment, asked=asked, reason=reason)


def test_what_is_granted_raises_the_cap_and_lets_the_queue_in() -> None:
    branch = make_branch(target=2, at=NOW)
    Holder(branch).push(5, at=NOW)
    asked = ask(branch)
    with system_work(branch, FixedClock(NOW)) as work:
        assert request.approve(work, branch_id=branch.id, request_id=asked, granted=2, answer="Sebagian") == 4
    assert jobs.admit(branch.id, ZONE, FixedClock(NOW)) == 2
    assert (quota_of(branch, NOW).cap, quota_of(branch, NOW).extra, quota_of(branch, NOW).consumed) == (4, 2, 4)
    with system_work(branch, FixedClock(NOW)) as work:
        assert quota.set_quota(work, branch_id=branch.id, period=MONTH, target=3) == 5, "it lies on top of the target"
        (told,) = request.of_branches(work, branches=[branch.id])
    assert (told["state"], told["granted"], told["answer"]) == ("approved", 2, "Sebagian")


@pytest.mark.parametrize(
    ("asked", "reason", "segment", "code"),
    [(0, "x", "all", "E5009"), (10**6, "x", "all", "E5009"), (3, "  ", "all", "E8005"), (3, "x", "PU", "E5004")],
)
def test_a_request_that_cannot_be_is_refused(asked: int, reason: str, segment: str, code: str) -> None:
    branch = make_branch(target=2, at=NOW)
    with pytest.raises(Refused) as told:
        ask(branch, asked, reason, segment)
    assert told.value.code == code


def test_one_request_waits_at_a_time_and_is_decided_once() -> None:
    branch = make_branch(target=2, at=NOW)
    first = ask(branch)
    with pytest.raises(Refused) as told:
        ask(branch)
    assert told.value.code == "E5007"
    with system_work(branch) as work:
        request.refuse(work, branch_id=branch.id, request_id=first, answer="Belum perlu")
    for decide in (
        lambda work: request.approve(work, branch_id=branch.id, request_id=first, granted=1),
        lambda work: request.withdraw(work, branch_id=branch.id, request_id=first),
    ):
        with pytest.raises(Refused) as told, system_work(branch) as work:
            decide(work)
        assert told.value.code == "E8001"
    assert quota_of(branch, NOW).cap == 2
    ask(branch)


def test_more_than_was_asked_or_a_refusal_without_a_reason_is_not_taken() -> None:
    branch = make_branch(target=2, at=NOW)
    asked = ask(branch, 3)
    with pytest.raises(Refused) as told, system_work(branch) as work:
        request.approve(work, branch_id=branch.id, request_id=asked, granted=4)
    assert told.value.code == "E5009"
    with pytest.raises(Refused) as told, system_work(branch) as work:
        request.refuse(work, branch_id=branch.id, request_id=asked, answer=" ")
    assert told.value.code == "E8005"
    assert quota_of(branch, NOW).cap == 2


def test_a_request_whose_quota_new_rules_have_replaced_is_still_listed_and_can_be_refused() -> None:
    branch = make_branch(target=2, at=NOW)
    asked = ask(branch)
    year = MONTH.replace(month=1)
    with system_work(branch, FixedClock(NOW)) as work:
        quota_setting.set_setting(
            work, branch_id=branch.id, from_month=year, every="year", by_segment=False, cap_percent=100, mode="queue",
            reason="Rapat",
        )  # fmt: skip
        (told,) = request.of_branches(work, branches=[branch.id], only_open=True)
    assert (told["id"], told["cap"], told["months"]) == (asked, None, 1)
    with pytest.raises(Refused) as refused, system_work(branch) as work:
        request.approve(work, branch_id=branch.id, request_id=asked, granted=1)
    assert refused.value.code == "E5004"
    with system_work(branch) as work:
        request.refuse(work, branch_id=branch.id, request_id=asked, answer="Aturan baru")
