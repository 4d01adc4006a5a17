"""Ends what was accepted and never paid: of new members the slot and the NIK return, once; who wanted to come back has lapsed as
before.

Of a wage earner it is the employer who pays, by the day that the dated rule gives (``rules/bpu_cover.yaml``, ``due``): their
registration is not ended before the dues of its first month were due, and the days of ``never_paid_pu`` went by, however long their
code has worked. No source says when it ends: that rule is a choice of this project, marked as such.
"""

from datetime import date, datetime, timedelta
from typing import Any

from perisai.contributions.bills import bill
from perisai.contributions.cover import reactivate
from perisai.contributions.cover.rule import add_months, due_on, never_paid_days
from perisai.events.work import Happened, Work, branch_day
from perisai.offices import calendar
from perisai.targets.quotas import quota
from perisai.targets.quotas.quota import Held

MOST = 1000

# Carried by bill_open; late bills of members, whose membership ends otherwise, are passed over before any are counted. Enrolments
# are locked in order of id, as a cancel or a payment locks them.
_OVERDUE = """
SELECT e.id, e.agent_id, e.sub_branch_id, e.agency_office_id, e.region_code, e.captured_on, e.quota_period, e.quota_over,
  e.activated_at IS NOT NULL, e.segment
FROM members_enrolment e
WHERE e.branch_id = %(branch)s AND e.state = 'accepted' AND e.id IN (
  SELECT b.enrolment_id FROM contributions_bill b
  JOIN members_enrolment a ON a.branch_id = b.branch_id AND a.id = b.enrolment_id AND a.state = 'accepted'
  WHERE b.branch_id = %(branch)s AND b.state = 'open' AND b.pay_by < %(before)s
    AND (a.segment <> 'PU' OR b.first_month <= %(due)s) LIMIT %(most)s)
ORDER BY e.id FOR UPDATE OF e
"""

_END = """
UPDATE members_enrolment SET state = 'ended', quota_period = NULL, quota_over = false, decided_at = %s
WHERE branch_id = %s AND id = ANY (%s)
"""


_BACK = "UPDATE members_enrolment SET state = 'lapsed', decided_at = %s WHERE branch_id = %s AND id = ANY (%s)"


def expire_unpaid(work: Work, *, branch_id: int) -> int:
    """Ends up to ``MOST`` accepted enrolments whose payment code stopped working so long ago that no bank will tell of a
    payment in time any more; returns how many."""
    before = work.now - bill.LATE_NOTICE
    asked = {"branch": branch_id, "before": before, "due": _last_due(work, branch_id, before), "most": MOST}
    rows = work.rows(_OVERDUE, asked)
    if not rows:
        return 0
    _end_new(work, branch_id, [row for row in rows if not row[8]])
    _end_returns(work, branch_id, [row for row in rows if row[8]])
    bill.cancel_many(work, branch_id=branch_id, enrolment_ids=[row[0] for row in rows], state="expired")
    return len(rows)


def _last_due(work: Work, branch_id: int, before: datetime) -> date:
    """The last month of which employers' dues were due so many days before then, on a working day of the branch."""
    own = calendar.of_office(work, branch_id)
    day = branch_day(before, own.timezone)
    day -= timedelta(days=never_paid_days(day))
    month = day.replace(day=1)
    while calendar.next_working(due_on(month, segment="PU"), own) >= day:
        month = add_months(month, -1)
    return month


def _end_new(work: Work, branch_id: int, rows: list[tuple[Any, ...]]) -> None:
    if not rows:
        return
    ids = [row[0] for row in rows]
    work.execute("SELECT members_release_niks(%s, %s)", [branch_id, ids])
    quota.give_back(
        work, branch_id=branch_id, slots=[Held(row[6], row[7], row[9]) for row in rows if row[6] is not None]
    )
    work.execute(_END, [work.now, branch_id, ids])
    for row in rows:
        work.report(Happened.to("enrolment_expired", branch_id, row[:5], day=row[5]))


def _end_returns(work: Work, branch_id: int, rows: list[tuple[Any, ...]]) -> None:
    if not rows:
        return
    ids = [row[0] for row in rows]
    work.execute(_BACK, [work.now, branch_id, ids])
    closed = reactivate.end_waiting(work, branch_id=branch_id, enrolment_ids=ids, ended_as="unpaid")
    for row in rows:
        work.report(Happened.to("return_expired", branch_id, row[:5], detail={"return": closed.get(row[0])}))
