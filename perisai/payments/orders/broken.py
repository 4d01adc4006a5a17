"""Codes for many bills of which one was cancelled, or paid by itself: all or nothing, they can no more be paid. Marked in the
transaction that cancels, so that no bank is told to take money for them; after a payment, which has no time for that, by a job.
What comes instead is made soon after (``following``)."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final, LiteralString
from uuid import UUID

from perisai.events.work import Work

# Carried by order_bill_bill; orders in order of id, after the enrolments whose rows the caller holds.
_MARK: LiteralString = """
UPDATE payments_order SET broken_at = %(now)s
WHERE branch_id = %(branch)s AND id = ANY (ARRAY(
  SELECT o.id FROM payments_order o
  WHERE o.branch_id = %(branch)s AND o.state = 'open' AND o.broken_at IS NULL AND o.id IN (
    SELECT q.order_id FROM payments_order_bill q WHERE q.branch_id = %(branch)s AND q.bill_id = ANY (%(bills)s::uuid[]))
  ORDER BY o.id FOR UPDATE))
"""
# Payments of a day by the range of their ids, which begin with the time. An order that is being paid at this moment is left alone.
_MARK_PAID: LiteralString = """
UPDATE payments_order SET broken_at = %(now)s
WHERE branch_id = %(branch)s AND id = ANY (ARRAY(
  SELECT o.id FROM payments_order o
  WHERE o.branch_id = %(branch)s AND o.state = 'open' AND o.broken_at IS NULL AND o.id IN (
    SELECT q.order_id FROM payments_payment p
    JOIN payments_order_bill q ON q.branch_id = p.branch_id AND q.bill_id = p.bill_id
    WHERE p.branch_id = %(branch)s AND p.id > %(since)s)
  ORDER BY o.id FOR UPDATE SKIP LOCKED))
"""
LOOKS_BACK: Final = timedelta(days=1)


def mark(work: Work, *, branch_id: int, bill_ids: Collection[UUID]) -> None:
    """Open orders that hold one of these bills, which are cancelled. One statement, and where there are any, a job that goes after
    them."""
    from perisai.payments.jobs import follow_orders

    if bill_ids and work.execute(_MARK, {"branch": branch_id, "bills": list(bill_ids), "now": work.now}):
        follow_orders.defer(branch_id=branch_id)


def mark_paid(work: Work, *, branch_id: int) -> int:
    """Open orders of which a bill was paid by itself in the last day; how many. One statement."""
    since = UUID(int=int((work.now - LOOKS_BACK).timestamp() * 1000) << 80)
    return work.execute(_MARK_PAID, {"branch": branch_id, "since": since, "now": work.now})
