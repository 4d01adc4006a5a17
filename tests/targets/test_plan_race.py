"""Two officers at one plan in the same moment: one is done, the other is told."""

from collections.abc import Callable
from threading import Barrier, Thread
from uuid import UUID

import pytest
from django.db import connection

from perisai.errors import Refused
from perisai.events.clock import FixedClock
from perisai.events.ids import uuid7
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work
from perisai.targets.plans import decide as plan_decide
from perisai.targets.plans import plan
from perisai.targets.plans.place import get_home
from perisai.targets.plans.plan import Cell
from perisai.targets.quotas import quota
from perisai.targets.quotas import setting as quota_setting
from tests.blocked import until_somebody_waits
from tests.targets.conftest import NOW as PLAN_NOW
from tests.targets.conftest import YEAR, Country, month
from tests.targets.quota_world import NOW, Holder, holders, quota_of
from tests.targets.test_plan import made
from tests.world import make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")


def both(act: Callable[[bool], object]) -> list[str]:
    """Runs it twice at once, as each of the two officers; what each was told, "" where it was done."""
    told: list[str] = []
    barrier = Barrier(2, timeout=60)

    def run(second: bool) -> None:
        try:
            barrier.wait()
            act(second)
            told.append("")
        except Refused as refused:
            told.append(refused.code)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[second], daemon=True) for second in (False, True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return sorted(told)


def test_one_of_two_begins_a_version(country: Country) -> None:
    def begin(second: bool) -> None:
        with country.work(second=second) as work:
            plan.start(work, home=get_home(work, country.branch), year=YEAR, from_month=month(1))

    assert both(begin) == ["", "E5011"]


def test_one_of_two_changes_a_figure_and_nothing_is_half_done(country: Country) -> None:
    with country.work() as work:
        home = get_home(work, country.region)
        plan_id = plan.start(work, home=home, year=YEAR, from_month=month(1))
    cells = [Cell("branch", str(country.branch), month(n), "BPU", "persons") for n in range(1, 13)]

    def change(second: bool) -> None:
        with country.work(second=second) as work:
            value = 70 if second else 50
            plan.edit(work, home=home, plan_id=plan_id, revision=0, cells=dict.fromkeys(cells, value))

    assert both(change) == ["", "E5012"]
    with country.work() as work:
        assert len(set(plan.figures(work, home=home, plan_id=plan_id).values())) == 1


def meanwhile(hold: Work, act: Callable[[], object]) -> object:
    """Begins ``act`` in a thread while ``hold`` has its locks, ends ``hold`` once that waits, and returns what came of it."""
    told: list[object] = []

    def run() -> None:
        try:
            told.append(act())
        finally:
            connection.close()

    thread = Thread(target=run, daemon=True)
    thread.start()
    until_somebody_waits()
    hold.__exit__(None, None, None)
    thread.join(60)
    assert not thread.is_alive()
    (found,) = told
    return found


def test_a_version_begun_while_the_one_before_is_approved_repeats_it(country: Country) -> None:
    """Who waits for an approval must not begin an empty plan in its place, which would undo the past months."""
    cell = ("sub_branch", str(country.sub_branch))
    made(country, country.branch, {cell: 50})
    with country.work() as work:
        home = get_home(work, country.branch)
        second = plan.start(work, home=home, year=YEAR, from_month=month(6))
        plan.edit(work, home=home, plan_id=second, revision=0, cells={Cell(*cell, month(6), "BPU", "persons"): 70})
        plan_decide.propose(work, home=home, plan_id=second, revision=1)
    approving = country.work(second=True).__enter__()
    plan_decide.approve(approving, home=home, plan_id=second, revision=2)

    def begin() -> UUID:
        with country.work() as work:
            return plan.start(work, home=home, year=YEAR, from_month=month(7))

    third = meanwhile(approving, begin)
    assert isinstance(third, UUID)
    with country.work() as work:
        assert plan.figures(work, home=home, plan_id=third) == plan.figures(work, home=home, plan_id=second) != {}


def test_an_enrolment_that_waits_for_a_change_of_rules_is_counted_by_the_new_ones() -> None:
    branch = make_branch(target=5, at=NOW)
    phone = Holder(branch)
    changing = system_work(branch, FixedClock(NOW)).__enter__()
    first = NOW.date().replace(day=1)
    since = quota_setting.begins("quarter", first)
    for target in (since, quota_setting.add_months(since, 1), quota_setting.add_months(since, 2)):
        quota.set_quota(changing, branch_id=branch.id, period=target, target=5)
    quota_setting.set_setting(
        changing, branch_id=branch.id, from_month=since, every="quarter", by_segment=False, cap_percent=100, mode="queue",
        reason="Rapat",
    )  # fmt: skip
    told = meanwhile(changing, lambda: phone.push(1, at=NOW))
    assert isinstance(told, list)
    assert [one.status for one in told] == ["accepted"]
    assert (quota_of(branch, NOW).months, quota_of(branch, NOW).consumed, holders(branch)) == (3, 1, 1)


@pytest.mark.parametrize("decide", ["approve", "send_back"])
def test_a_version_is_decided_once_and_not_changed_meanwhile(country: Country, decide: str) -> None:
    with country.work() as work:
        home = get_home(work, country.branch)
        plan_id = plan.start(work, home=home, year=YEAR, from_month=month(1))
        cells = {Cell("sub_branch", str(country.sub_branch), month(1), "BPU", "persons"): 5}
        plan.edit(work, home=home, plan_id=plan_id, revision=0, cells=cells)
        plan_decide.propose(work, home=home, plan_id=plan_id, revision=1)

    def act(second: bool) -> None:
        with Work(scope=Scope.of([country.branch]), actor=Actor(user_id=uuid7()), clock=FixedClock(PLAN_NOW)) as work:
            if second and decide == "send_back":
                plan_decide.send_back(work, home=home, plan_id=plan_id, reason="Belum tepat")
            else:
                plan_decide.approve(work, home=home, plan_id=plan_id, revision=2)

    assert both(act) == ["", "E5013"]
