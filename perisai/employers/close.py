"""A business that ends, or was registered twice: nobody is billed for a month after it, what was worked stays owed."""

from datetime import date
from typing import Final, LiteralString
from uuid import UUID

from perisai.contributions.bills import bill as bills
from perisai.employers import bill, job
from perisai.employers.employer import Employer
from perisai.employers.job import From, Leaver
from perisai.errors import Refused
from perisai.events.work import Work

REASONS: Final = ("ended", "moved", "twice", "other")

_STATE: LiteralString = "UPDATE employers_employer SET state = %s WHERE branch_id = %s AND id = %s AND state <> %s"
# Carried by job_employer.
_HERE: LiteralString = """
SELECT j.enrolment_id FROM employers_job j JOIN members_enrolment e ON e.branch_id = j.branch_id AND e.id = j.enrolment_id
WHERE j.branch_id = %s AND j.employer_id = %s AND e.state IN ('review', 'accepted', 'active', 'lapsed')
  AND (j.last_month IS NULL OR j.last_month > %s) ORDER BY 1
"""


def close(work: Work, *, employer: Employer, reason: str, last_month: date, told_by: From, today: date) -> int:
    """Closes a locked employer; returns how many workers left with it. They work through ``last_month``, or through the last month
    that is paid where that is later; who was to begin after it never did. Of one registered twice (``twice``) joins that nothing
    was paid for are taken back. Raises E4401 for another reason, E4405 for a month that has not begun."""
    if reason not in REASONS:
        raise Refused("E4401", field="reason")
    if last_month > today:
        raise Refused("E4405", why=f"{last_month:%Y-%m}")
    if reason == "twice":
        bill.cancel_open(work, employer=employer, reason="closed")
        _take_back(work, employer, _here(work, employer, date.min), told_by)
    ids = _here(work, employer, last_month)
    now = job.jobs_now(work, employer=employer, enrolment_ids=ids)
    new = [one.enrolment_id for one in now.values() if one.first_month > last_month and one.paid_through is None]
    _take_back(work, employer, new, told_by)
    leavers = [
        Leaver(one.enrolment_id, max(last_month, one.paid_through or last_month))
        for one in now.values()
        if one.enrolment_id not in new
    ]
    job.leave(work, employer=employer, leavers=leavers, told_by=told_by, today=today)
    bill.renew(work, employer=employer)
    work.execute(_STATE, ["closed", employer.branch_id, employer.id, "closed"])
    work.report(employer.happened("employer_closed", detail={"reason": reason, "workers": len(ids)}))
    return len(ids)


def open_again(work: Work, *, employer: Employer) -> None:
    """It is in business still. Who left with it is reported anew, one by one. Twice is once."""
    if work.execute(_STATE, ["active", employer.branch_id, employer.id, "active"]):
        work.report(employer.happened("employer_opened"))


def _here(work: Work, employer: Employer, after: date) -> list[UUID]:
    """Living workers whose last month is not reported, or later than this."""
    return [row[0] for row in work.rows(_HERE, [employer.branch_id, employer.id, after])]


def _take_back(work: Work, employer: Employer, ids: list[UUID], told_by: From) -> None:
    now = job.jobs_now(work, employer=employer, enrolment_ids=ids)
    unpaid = [one.enrolment_id for one in now.values() if one.paid_through is None]
    bills.cancel_many(work, branch_id=employer.branch_id, enrolment_ids=unpaid)
    job.take_back(work, employer=employer, enrolment_ids=unpaid, told_by=told_by)
