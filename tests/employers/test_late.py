"""What employers owe: when, and that being late stops nobody else."""

from datetime import UTC, date, datetime, timedelta

import pytest

from perisai.employers import bill as employer_bill
from perisai.events.clock import FixedClock
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.members.enrolments import expire
from tests.contributions.rule_world import clean_rules, publish
from tests.employers.conftest import TODAY, Firm, row
from tests.employers.test_jobs_and_bills import bill, ids


def test_due_day_is_that_of_the_rules(firm: Firm) -> None:
    with Work(scope=Scope.branch(firm.branch.id)) as work:
        days = [employer_bill.due_day(work, firm.branch.id, date(2020, at, 1)) for at in (7, 8)]
    # By PP 49/2020 the dues of August were due on the 30th of September.
    assert days == [date(2020, 8, 18), date(2020, 9, 30)]


def test_late_employers_do_not_keep_the_unpaid_from_expiring(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expire, "MOST", 2)
    firm.bring_in([row(), row(), row()])
    bill(firm)
    covered = ids(firm)[:2]
    with Work(scope=Scope.branch(firm.branch.id)) as work:
        work.execute(
            "UPDATE members_enrolment SET state = 'active' WHERE branch_id = %s AND id = ANY (%s)",
            [firm.branch.id, covered],
        )
    late = FixedClock(datetime(TODAY.year + 1, TODAY.month, 1, 3, tzinfo=UTC))
    with Work(scope=Scope.branch(firm.branch.id), clock=late) as work:
        assert expire.expire_unpaid(work, branch_id=firm.branch.id) == 1


def test_worker_never_paid_for_stays_for_the_days_that_head_office_sets(firm: Firm) -> None:
    firm.bring_in([row()])
    bill(firm)
    with clean_rules():
        publish(TODAY + timedelta(days=1), 20, today=TODAY, file="bpu_cover.yaml", key="never_paid_pu")
        with Work(scope=Scope.branch(firm.branch.id)) as work:
            due = employer_bill.due_day(work, firm.branch.id, TODAY.replace(day=1))
            work.execute(
                "UPDATE contributions_bill SET pay_by = now() - interval '1 year' WHERE branch_id = %s",
                [firm.branch.id],
            )
        for days, ended in ((5, 0), (23, 0), (25, 1)):
            at = FixedClock(datetime(due.year, due.month, due.day, 5, tzinfo=UTC) + timedelta(days=days))
            with Work(scope=Scope.branch(firm.branch.id), clock=at) as work:
                assert expire.expire_unpaid(work, branch_id=firm.branch.id) == ended, days


def test_worker_never_paid_for_is_not_ended_before_the_employers_dues_were_due(firm: Firm) -> None:
    firm.bring_in([row()])
    bill(firm)
    (worker,) = ids(firm)
    with Work(scope=Scope.branch(firm.branch.id)) as work:
        due = employer_bill.due_day(work, firm.branch.id, TODAY.replace(day=1))
        work.execute(
            "UPDATE contributions_bill SET pay_by = now() - interval '1 year' WHERE branch_id = %s AND enrolment_id = %s",
            [firm.branch.id, worker],
        )
    for days, ended in ((-1, 0), (3, 0), (5, 1)):
        at = FixedClock(datetime(due.year, due.month, due.day, 5, tzinfo=UTC) + timedelta(days=days))
        with Work(scope=Scope.branch(firm.branch.id), clock=at) as work:
            assert expire.expire_unpaid(work, branch_id=firm.branch.id) == ended, days
