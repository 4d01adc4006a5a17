"""Nothing is billed twice: two at once, killed in the middle, and in whatever order things happen to members."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from perisai.contributions.bills import advance, terms
from perisai.contributions.cover import lapse, reactivate
from perisai.contributions.cover.rule import add_months
from perisai.contributions.runs import month_run, run
from perisai.errors import Refused
from perisai.events.recount import recount
from perisai.members.enrolments.expire import expire_unpaid
from perisai.payments.books import ledger
from perisai.payments.snap.answers import SnapRefused
from tests.blocked import until_somebody_waits
from tests.contributions.covered import Members, bills, make_members, pay, shared_months
from tests.payments.place import make_bank
from tests.processes import run_together

pytestmark = pytest.mark.usefixtures("database")
NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)
NOW = datetime(2026, 11, 18, 3, tzinfo=UTC)
_RUN = """
import sys, uuid, datetime, django
django.setup()
from perisai.contributions.runs import month_run
month_run.carry_out(month_run.Place(int(sys.argv[1]), 'Asia/Jakarta'), uuid.UUID(sys.argv[2]), most=50)
"""


def _place(members: Members) -> month_run.Place:
    return month_run.Place(members.branch.id, members.branch.timezone)


def _proved(members: Members) -> bool:
    with members.work() as work:
        return ledger.prove(work, members.branch.id) == [] and recount(work, branch_id=members.branch.id).proved


def _in_another_thread(act: Callable[[], Any]) -> threading.Thread:
    def go() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=go, daemon=True)
    thread.start()
    return thread


def _race(members: Members) -> None:
    """A run of December while three months from November on are being billed ahead."""

    def issue() -> None:
        with members.work(NOW) as work:
            run.issue_month(work, branch_id=members.branch.id, timezone=members.branch.timezone, month=DECEMBER)

    with members.work(NOW) as work:
        advance.issue(
            work, branch_id=members.branch.id, timezone=members.branch.timezone, enrolment_id=members.ids[0], months=3
        )
        thread = _in_another_thread(issue)
        until_somebody_waits()
    thread.join(60)


def test_run_beside_an_advance_bills_no_month_twice(database: Path) -> None:
    members = make_members(1)
    _race(members)
    assert shared_months(members) == 0
    assert len(bills(members)) == 1


def test_without_the_lock_of_the_enrolment_a_month_is_billed_twice(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pair of the test above: so the lock is what helps."""
    unlocked = run._LOCK.replace("FOR NO KEY UPDATE", "")
    monkeypatch.setattr(run, "_LOCK", unlocked)
    members = make_members(1)
    _race(members)
    assert shared_months(members) == 1


def test_two_runs_of_a_month_at_once_bill_everybody_once(database: Path) -> None:
    members = make_members(300)
    with members.work(NOW) as work:
        run_id = month_run.start(work, branch_id=members.branch.id, month=NOVEMBER)
    run_together([lambda: month_run.carry_out(_place(members), run_id, most=40)] * 3)
    assert len(bills(members)) == 300
    assert _proved(members)


def test_run_that_was_killed_in_the_middle_goes_on_and_bills_everybody_once(database: Path) -> None:
    members = make_members(4000)
    with members.work(NOW) as work:
        run_id = month_run.start(work, branch_id=members.branch.id, month=NOVEMBER)
    worker = subprocess.Popen([sys.executable, "-c", _RUN, str(members.branch.id), str(run_id)])
    deadline = time.monotonic() + 60
    try:
        while (done := len(bills(members))) == 0 and time.monotonic() < deadline:
            time.sleep(0.005)
    finally:
        worker.kill()
        worker.wait()
    assert 0 < done < 4000
    killed_at = len(bills(members))
    assert killed_at < 4000
    month_run.carry_out(_place(members), run_id, most=500)
    assert len(bills(members)) == 4000
    assert shared_months(members) == 0
    assert _proved(members)
    with members.work() as work:
        row = work.row(
            "SELECT state, bills, looked_at FROM contributions_run WHERE branch_id = %s", [members.branch.id]
        )
    assert row == ("done", 4000, 4000)


class Life(RuleBasedStateMachine):
    """Two members over the months, and whatever a branch, a bank and a calendar do to them."""

    bank_id = ""

    def __init__(self) -> None:
        super().__init__()
        self.members = make_members(2, paid=date(2026, 5, 1), incomes=[1_500_000, 3_000_000])
        self.now = datetime(2026, 6, 10, 3, tzinfo=UTC)
        self.who = st.integers(0, 1)

    @rule(days=st.sampled_from([1, 12, 31, 70]))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)
        with self.members.work(self.now) as work:
            lapse.lapse_due(work, branch_id=self.members.branch.id, timezone="Asia/Jakarta")
            terms.take_effect(work, branch_id=self.members.branch.id, timezone="Asia/Jakarta")
            expire_unpaid(work, branch_id=self.members.branch.id)

    @rule(ahead=st.integers(-1, 2))
    def run_goes(self, ahead: int) -> None:
        with self.members.work(self.now) as work:
            month = add_months(self.now.date(), ahead)
            run.issue_month(work, branch_id=self.members.branch.id, timezone="Asia/Jakarta", month=month)

    @rule(who=st.integers(0, 1))
    def somebody_pays(self, who: int) -> None:
        with suppress(SnapRefused):
            pay(self.members, self.members.ids[who], self.now, self.bank_id)

    @rule(who=st.integers(0, 1), months=st.sampled_from([1, 3, 6]))
    def somebody_pays_ahead(self, who: int, months: int) -> None:
        with suppress(Refused), self.members.work(self.now) as work:
            key = {"branch_id": self.members.branch.id, "timezone": "Asia/Jakarta"}
            advance.issue(work, **key, enrolment_id=self.members.ids[who], months=months)  # type: ignore[arg-type]

    @rule(who=st.integers(0, 1), income=st.sampled_from([1_500_000, 6_000_000]), ahead=st.integers(0, 3))
    def somebody_earns_otherwise(self, who: int, income: int, ahead: int) -> None:
        said = {"enrolment": self.members.ids[who], "from_month": add_months(self.now.date(), ahead), "income": income}
        wanted = terms.Wanted.model_validate(said | {"jobs": ["trade.market"], "programmes": ["JKK", "JKM"]})
        with suppress(Refused), self.members.work(self.now) as work:
            key = {"branch_id": self.members.branch.id, "timezone": "Asia/Jakarta"}
            terms.change(work, **key, wanted=wanted, why="entered_wrong")  # type: ignore[arg-type]

    @rule(who=st.integers(0, 1))
    def somebody_comes_back(self, who: int) -> None:
        said = reactivate.Answers(enrolment=self.members.ids[who], is_working=True, is_well=True)
        with suppress(Refused), self.members.work(self.now) as work:
            reactivate.ask(work, branch_id=self.members.branch.id, timezone="Asia/Jakarta", answers=said)

    @invariant()
    def nobody_is_billed_twice_and_the_books_balance(self) -> None:
        assert shared_months(self.members) == 0
        assert _proved(self.members)


def test_whatever_happens_nobody_is_charged_twice_for_a_month(database: Path) -> None:
    Life.bank_id = make_bank().credentials.client_key
    chosen = settings(
        max_examples=10,
        stateful_step_count=18,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Life, settings=chosen)  # type: ignore[no-untyped-call]
