"""Ends what was accepted and never paid: of new members the slot and the NIK return, once; who wanted to come back has lapsed as
before."""

from typing import Any

from perisai.contributions import bill, reactivate
from perisai.events.work import Happened, Work
from perisai.targets import quota
from perisai.targets.quota import Held

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
  WHERE b.branch_id = %(branch)s AND b.state = 'open' AND b.pay_by < %(before)s LIMIT %(most)s)
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
    rows = work.rows(_OVERDUE, {"branch": branch_id, "before": work.now - bill.LATE_NOTICE, "most": MOST})
    if not rows:
        return 0
    _end_new(work, branch_id, [row for row in rows if not row[8]])
    _end_returns(work, branch_id, [row for row in rows if row[8]])
    bill.cancel_many(work, branch_id=branch_id, enrolment_ids=[row[0] for row in rows], state="expired")
    return len(rows)


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
        work.report(_happened("enrolment_expired", branch_id, row, day=row[5]))


def _end_returns(work: Work, branch_id: int, rows: list[tuple[Any, ...]]) -> None:
    if not rows:
        return
    ids = [row[0] for row in rows]
    work.execute(_BACK, [work.now, branch_id, ids])
    closed = reactivate.end_waiting(work, branch_id=branch_id, enrolment_ids=ids, ended_as="unpaid")
    for row in rows:
        work.report(_happened("return_expired", branch_id, row, detail={"return": closed.get(row[0])}))


def _happened(kind: str, branch_id: int, row: tuple[Any, ...], **more: Any) -> Happened:
    enrolment_id, agent_id, sub_branch_id, agency_office_id, region_code, *_ = row
    return Happened(
        kind=kind,
        branch_id=branch_id,
        subject_id=enrolment_id,
        agent_id=agent_id,
        sub_branch_id=sub_branch_id,
        agency_office_id=agency_office_id,
        region_code=region_code,
        **more,
    )
