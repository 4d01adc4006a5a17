"""One payment code for a sponsor's bills of a month, or for a group's."""

from datetime import date
from typing import LiteralString
from uuid import UUID

from perisai.errors import Refused
from perisai.events.work import Happened, Work
from perisai.payments.orders import anew as order_anew
from perisai.payments.orders import order

_SPONSOR: LiteralString = """
SELECT o.timezone FROM payers_sponsor s JOIN offices_office o ON o.id = s.branch_id
WHERE s.branch_id = %s AND s.id = %s FOR UPDATE OF s
"""
_GROUP: LiteralString = """
SELECT o.timezone, g.agent_id FROM payers_group g JOIN offices_office o ON o.id = g.branch_id
WHERE g.branch_id = %s AND g.id = %s FOR UPDATE OF g
"""

# Carried by funding_sponsor and bill_enrolment.
_BILLS: LiteralString = """
SELECT DISTINCT b.id FROM payers_funding f
JOIN contributions_bill b ON b.branch_id = f.branch_id AND b.enrolment_id = f.enrolment_id AND b.state = 'open'
WHERE f.branch_id = %(branch)s AND f.sponsor_id = %(sponsor)s AND b.first_month <= %(month)s
  AND b.first_month >= f.first_month AND (f.last_month IS NULL OR b.first_month <= f.last_month)
  AND b.sponsor_id = f.sponsor_id
"""
_OF_GROUP: LiteralString = """
SELECT b.id FROM contributions_bill b
JOIN members_enrolment e ON e.branch_id = b.branch_id AND e.id = b.enrolment_id AND e.group_id = %s
WHERE b.branch_id = %s AND b.id = ANY (%s) AND b.state = 'open' AND b.sponsor_id IS NULL
"""

# A code that was cancelled or has expired makes room for another one of the month.
_CLEAR: LiteralString = """
UPDATE payers_collective c SET cancelled_at = %s FROM payments_order o
WHERE c.branch_id = %s AND c.sponsor_id = %s AND c.month = %s AND c.cancelled_at IS NULL
  AND o.branch_id = c.branch_id AND o.id = c.order_id AND o.state IN ('cancelled', 'expired')
"""
_TAKEN: LiteralString = """
SELECT 1 FROM payers_collective WHERE branch_id = %s AND sponsor_id = %s AND month = %s AND cancelled_at IS NULL
"""
_KEEP: LiteralString = """
INSERT INTO payers_collective (branch_id, order_id, sponsor_id, group_id, month, bills, amount, made_at, made_by)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""

# Codes that a run of bills issued anew has ended, of which there is no newer one. Orders by their key.
_WITHOUT: LiteralString = """
SELECT c.order_id FROM payers_collective c
JOIN payments_order o ON o.branch_id = c.branch_id AND o.id = c.order_id AND o.state = 'cancelled'
WHERE c.branch_id = %(branch)s AND c.cancelled_at IS NULL AND EXISTS (
  SELECT FROM payments_order_bill q
  JOIN contributions_bill n ON n.branch_id = q.branch_id AND n.enrolment_id = q.enrolment_id AND n.replaces_id = q.bill_id
    AND n.run_id = %(run)s
  WHERE q.branch_id = c.branch_id AND q.order_id = c.order_id)
ORDER BY c.made_at
"""
_OF_ORDER: LiteralString = "SELECT sponsor_id, group_id FROM payers_collective WHERE branch_id = %s AND order_id = %s"
_ENDED: LiteralString = """
UPDATE payers_collective SET cancelled_at = %s WHERE branch_id = %s AND order_id = %s AND cancelled_at IS NULL
RETURNING sponsor_id, group_id, month
"""


def for_sponsor(
    work: Work, *, branch_id: int, sponsor_id: UUID, month: date, replaces_id: UUID | None = None
) -> order.Order:
    """A code for all open bills of the sponsor up to a month; one a month. ``replaces_id`` as ``order.make``. Raises E1004, E4507,
    E4509, and what ``order.make`` raises."""
    row = work.row(_SPONSOR, [branch_id, sponsor_id])
    if row is None:
        raise Refused("E1004")
    work.execute(_CLEAR, [work.now, branch_id, sponsor_id, month])
    if work.row(_TAKEN, [branch_id, sponsor_id, month]):
        raise Refused("E4509")
    asked = {"branch": branch_id, "sponsor": sponsor_id, "month": month}
    bills = [found[0] for found in work.rows(_BILLS, asked)]
    if not bills:
        raise Refused("E4507")
    made = order.make(
        work,
        branch_id=branch_id,
        timezone=row[0],
        bill_ids=bills,
        payer_kind="sponsor",
        payer_id=sponsor_id,
        replaces_id=replaces_id,
    )
    _keep(work, made, sponsor_id=sponsor_id, group_id=None, month=month)
    return made


def for_group(
    work: Work, *, branch_id: int, group_id: UUID, bill_ids: list[UUID], replaces_id: UUID | None = None
) -> order.Order:
    """A code for chosen open bills of a group's members, but for those that a sponsor pays. ``replaces_id`` as ``order.make``.
    Raises E1004, E4504, E4507."""
    row = work.row(_GROUP, [branch_id, group_id])
    if row is None:
        raise Refused("E1004")
    if not bill_ids:
        raise Refused("E4504")
    bills = [found[0] for found in work.rows(_OF_GROUP, [group_id, branch_id, bill_ids])]
    if not bills:
        raise Refused("E4507")
    made = order.make(
        work,
        branch_id=branch_id,
        timezone=row[0],
        bill_ids=bills,
        payer_kind="group",
        payer_id=group_id,
        replaces_id=replaces_id,
    )
    _keep(work, made, sponsor_id=None, group_id=group_id, month=None)
    return made


def without_code(work: Work, *, branch_id: int, run_id: UUID) -> list[UUID]:
    """Orders of sponsors and groups that ended because a run issued a bill of theirs anew."""
    return [row[0] for row in work.rows(_WITHOUT, {"branch": branch_id, "run": run_id})]


def make_anew(work: Work, *, branch_id: int, order_id: UUID) -> order.Order | None:
    """Another code for the same payer instead of one that pays nothing more; once. None where nothing is left to pay, or one is
    there. Locks the payer first, as those who make a code by hand do."""
    whose = work.row(_OF_ORDER, [branch_id, order_id])
    if whose is None:
        return None
    work.row(_SPONSOR if whose[0] else _GROUP, [branch_id, whose[0] or whose[1]])
    row = work.row(_ENDED, [work.now, branch_id, order_id])
    if row is None:
        return None
    sponsor_id, group_id, month = row
    try:
        if sponsor_id is not None:
            return for_sponsor(work, branch_id=branch_id, sponsor_id=sponsor_id, month=month, replaces_id=order_id)
        bills = list({one for _, some in work.rows(order_anew.NOW, [branch_id, order_id]) for one in some or []})
        return for_group(work, branch_id=branch_id, group_id=group_id, bill_ids=bills, replaces_id=order_id)
    except Refused:
        return None


def _keep(work: Work, made: order.Order, *, sponsor_id: UUID | None, group_id: UUID | None, month: date | None) -> None:
    facts = [made.branch_id, made.id, sponsor_id, group_id, month, made.count, made.amount]
    work.execute(_KEEP, [*facts, work.now, work.actor.user_id])
    work.report(
        Happened(
            kind="collective_made",
            branch_id=made.branch_id,
            subject_id=sponsor_id or group_id,
            amount=made.amount,
            detail={
                "order": str(made.id),
                "sponsor": str(sponsor_id) if sponsor_id else None,
                "group": str(group_id) if group_id else None,
                "month": f"{month:%Y-%m}" if month else None,
                "bills": made.count,
            },
        )
    )
