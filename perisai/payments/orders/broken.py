"""Codes for many bills of which one was cancelled: all or nothing, they can no more be paid. Marked in the transaction that
cancels, so that no bank is told to take money for them; what comes instead is made soon after (``following``)."""

from collections.abc import Collection
from typing import LiteralString
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


def mark(work: Work, *, branch_id: int, bill_ids: Collection[UUID]) -> None:
    """Open orders that hold one of these bills, which are cancelled. One statement, and where there are any, a job that goes after
    them."""
    from perisai.payments.jobs import follow_orders

    if bill_ids and work.execute(_MARK, {"branch": branch_id, "bills": list(bill_ids), "now": work.now}):
        follow_orders.defer(branch_id=branch_id)
