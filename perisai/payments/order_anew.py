"""Where a code for many bills leads whose bills were issued anew: it pays nothing any more, and its payer has got a newer one."""

from typing import Final, LiteralString, NamedTuple
from uuid import UUID

from perisai.events.work import Work
from perisai.payments import order
from perisai.payments.order import Order

LONGEST: Final = 12
"""Codes in a row, each instead of the one before; a change of rules a month."""

# The order's bills and those of newer orders by their keys, what was issued instead by bill_enrolment.
_ANEW: LiteralString = """
SELECT n.id FROM payments_order o
JOIN payments_order_bill q ON q.branch_id = o.branch_id AND q.order_id = o.id
JOIN contributions_bill b ON b.branch_id = q.branch_id AND b.enrolment_id = q.enrolment_id AND b.replaces_id = q.bill_id
LEFT JOIN payments_order_bill m ON m.branch_id = b.branch_id AND m.bill_id = b.id
LEFT JOIN payments_order n ON n.branch_id = m.branch_id AND n.id = m.order_id AND n.made_at >= o.made_at
  AND n.payer_kind = o.payer_kind AND n.payer_id = o.payer_id
WHERE o.branch_id = %s AND o.id = %s
ORDER BY n.state IN ('open', 'paid') DESC NULLS LAST, n.made_at DESC NULLS LAST, n.id LIMIT 1
"""
# An employer's month that says something else since, by employer_bill_order and employer_bill_of.
_OF_EMPLOYER: LiteralString = """
SELECT n.order_id FROM employers_bill b
JOIN employers_bill n ON n.branch_id = b.branch_id AND n.employer_id = b.employer_id AND n.month = b.month
  AND n.state <> 'cancelled' AND n.made_at >= b.made_at
WHERE b.branch_id = %s AND b.order_id = %s AND b.state = 'cancelled' ORDER BY n.made_at DESC LIMIT 1
"""
_OF_CODE: LiteralString = "SELECT order_id FROM payments_payment_code WHERE branch_id = %s AND code = %s"


class Anew(NamedTuple):
    """Bills of a code were issued anew. ``newer``: the code of the same payer for them, None where there is none yet; of a payer
    whom nobody named none is known."""

    newer: Order | None


def find(work: Work, *, branch_id: int, order_id: UUID) -> Anew | None:
    """What came instead, as it stands at the end of all changes; None where no bill of the order was issued anew. Two
    statements for each code in a row, and one."""
    month = work.row(_OF_EMPLOYER, [branch_id, order_id])
    if month is not None:
        return Anew(order.find(work, branch_id=branch_id, order_id=month[0]))
    found: Anew | None = None
    for _ in range(LONGEST):
        row = work.row(_ANEW, [branch_id, order_id])
        if row is None:
            break
        newer = order.find(work, branch_id=branch_id, order_id=row[0]) if row[0] else None
        found = Anew(newer or (found.newer if found else None))
        if newer is None or newer.state != "cancelled":
            break
        order_id = newer.id
    return found


def of_code(work: Work, *, branch_id: int | None, code: str) -> Anew | None:
    """As ``find`` of the order of a code; None where the code is none of an order of the branch."""
    row = work.row(_OF_CODE, [branch_id, code]) if branch_id else None
    return find(work, branch_id=branch_id, order_id=row[0]) if branch_id and row and row[0] else None
