"""What takes longer than a page may, and what is due by the clock; a branch that fails waits for the next time."""

import logging
from datetime import datetime, time
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from procrastinate.contrib.django import app

from perisai.employers import bill, import_file, job
from perisai.employers import employer as employers
from perisai.errors import Refused
from perisai.events.scope import Scope
from perisai.events.work import Work, branch_day
from perisai.offices.everywhere import in_every_branch

log = logging.getLogger(__name__)
SOME: Final = 200

# Employers with a worker of the month and no bill of it, and those whose code has ended unpaid.
_TO_BILL = """
SELECT e.id FROM employers_employer e
WHERE e.branch_id = %(branch)s AND e.id > %(after)s
  AND (e.state = 'active' AND EXISTS (SELECT FROM employers_job j
         JOIN members_enrolment m ON m.branch_id = j.branch_id AND m.id = j.enrolment_id
         WHERE j.branch_id = e.branch_id AND j.employer_id = e.id AND j.first_month <= %(month)s
           AND coalesce(j.last_month, %(month)s) >= %(month)s AND m.state IN ('accepted', 'active')
           AND coalesce(m.paid_through, '-infinity') < %(month)s)
       AND NOT EXISTS (SELECT FROM employers_bill b WHERE b.branch_id = e.branch_id AND b.employer_id = e.id
         AND b.month = %(month)s AND b.state = 'open')
    OR EXISTS (SELECT FROM employers_bill b JOIN payments_order o ON o.branch_id = b.branch_id AND o.id = b.order_id
         WHERE b.branch_id = e.branch_id AND b.employer_id = e.id AND b.state = 'open' AND o.state <> 'open'))
ORDER BY e.id LIMIT %(most)s
"""
# Carried by order's key: a branch has few employers with an open bill whose code has ended.
_CODELESS = """
SELECT DISTINCT b.employer_id FROM employers_bill b JOIN payments_order o ON o.branch_id = b.branch_id AND o.id = b.order_id
WHERE b.branch_id = %s AND b.state = 'open' AND o.state <> 'open' ORDER BY 1
"""
# Whose code pays the owner's own first bill too, though that was paid by its own code, or has ended, or is of a month before.
_OWNER_WENT = """
SELECT e.id FROM employers_employer e
JOIN employers_bill b ON b.branch_id = e.branch_id AND b.employer_id = e.id AND b.state = 'open'
JOIN payments_order o ON o.branch_id = b.branch_id AND o.id = b.order_id AND o.state = 'open'
JOIN payments_order_bill q ON q.branch_id = o.branch_id AND q.order_id = o.id AND q.enrolment_id = e.owner_enrolment_id
JOIN contributions_bill c ON c.branch_id = q.branch_id AND c.id = q.bill_id
WHERE e.branch_id = %(branch)s AND e.owner_enrolment_id IS NOT NULL AND (c.state <> 'open' OR o.made_at < %(month)s)
ORDER BY e.id LIMIT %(most)s
"""


@app.task(name="employers.run_import", queue="members", pass_context=False)
def run_import(branch_id: int, import_id: str) -> None:
    """Twice does no harm: what is done is left alone."""
    try:
        import_file.run(branch_id, UUID(import_id))
    except Exception as error:  # noqa: BLE001 - told by its kind alone: a database's words may quote a person
        log.error("an import of branch %s stopped: %s", branch_id, type(error).__name__)
        raise RuntimeError("employers.run_import") from None


@app.periodic(cron="* * * * *")
@app.task(queue="members", queueing_lock="employers.resume", pass_context=False)
def resume_everywhere(timestamp: int) -> None:
    """Goes on with imports whose worker was killed. Beside one that lives it does no harm: every row is taken once."""
    del timestamp
    in_every_branch(resume_branch)


@app.periodic(cron="23 3 * * *")
@app.task(queue="members", queueing_lock="employers.nightly", pass_context=False)
def bill_everywhere(timestamp: int) -> None:
    """Nightly: the cover of who left ends, employers are billed for the month, and bills whose code has ended are made anew."""
    del timestamp
    in_every_branch(bill_branch)


@app.periodic(cron="*/5 * * * *")
@app.task(queue="members", queueing_lock="employers.owners", pass_context=False)
def renew_for_owners(timestamp: int) -> None:
    """An owner who paid alone leaves the code of the others to be made anew."""
    del timestamp
    in_every_branch(renew_branch)


def renew_branch(branch_id: int, timezone: str) -> None:
    with Work(scope=Scope.branch(branch_id)) as work:
        first = branch_day(work.now, timezone).replace(day=1)
        since = datetime.combine(first, time(), ZoneInfo(timezone))
        found = [row[0] for row in work.rows(_OWNER_WENT, {"branch": branch_id, "month": since, "most": SOME})]
    for employer_id in found:
        _bill_one(branch_id, timezone, employer_id, is_new=False)


def resume_branch(branch_id: int, timezone: str) -> None:
    del timezone
    with Work(scope=Scope.branch(branch_id)) as work:
        left = import_file.waiting(work, branch_id=branch_id)
    for import_id in left:
        import_file.run(branch_id, import_id)


def bill_branch(branch_id: int, timezone: str) -> None:
    ended = SOME
    while ended == SOME:
        with Work(scope=Scope.branch(branch_id)) as work:
            ended = job.end_who_left(work, branch_id=branch_id, today=branch_day(work.now, timezone), most=SOME)
    after = UUID(int=0)
    while True:
        with Work(scope=Scope.branch(branch_id)) as work:
            month = branch_day(work.now, timezone).replace(day=1)
            asked = {"branch": branch_id, "month": month, "after": after, "most": SOME}
            found = [row[0] for row in work.rows(_TO_BILL, asked)]
        for employer_id in found:
            _bill_one(branch_id, timezone, employer_id)
        if len(found) < SOME:
            return
        after = found[-1]


def bill_again(branch_id: int, timezone: str) -> None:
    """Employers whose code has ended, for their workers' bills were issued anew: each gets another one."""
    with Work(scope=Scope.branch(branch_id)) as work:
        found = [row[0] for row in work.rows(_CODELESS, [branch_id])]
    for employer_id in found:
        _bill_one(branch_id, timezone, employer_id)


def renew_one(branch_id: int, timezone: str, employer_id: UUID) -> None:
    """Makes those of an employer's open bills anew that say something else by now."""
    _bill_one(branch_id, timezone, employer_id, is_new=False)


def _bill_one(branch_id: int, timezone: str, employer_id: UUID, *, is_new: bool = True) -> None:
    """One employer, in a Work of its own: what is wrong with one stops no other. ``is_new``: also for the present month."""
    try:
        with Work(scope=Scope.branch(branch_id)) as work:
            known = employers.lock(work, branch_id=branch_id, employer_id=employer_id, closed_too=True)
            bill.renew(work, employer=known)
            if is_new and known.state == "active":
                bill.make(work, employer=known, month=branch_day(work.now, timezone).replace(day=1))
    except Refused as refused:
        log.info("employer %s of branch %s is not billed: %s", employer_id, branch_id, refused.code)
