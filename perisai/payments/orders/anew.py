"""Where a code for many bills leads whose bills were issued anew: it pays nothing any more, and its payer has got a newer one.

Employers, sponsors and groups get theirs from the rooms that know them. One that a member or somebody unnamed holds is made anew
here where something is open instead of each of its bills. A newer code names the one it replaces."""

from typing import Final, LiteralString, NamedTuple
from uuid import UUID

from perisai.errors import Refused
from perisai.events.work import Work
from perisai.payments.crediting import judgement
from perisai.payments.orders import order
from perisai.payments.orders.order import Order

LONGEST: Final = 12
"""Codes in a row, each instead of the one before; a change of rules a month."""

# The order's bills and those of newer orders by their keys, what was issued instead by bill_enrolment.
_ANEW: LiteralString = """
SELECT n.id FROM payments_order o
JOIN payments_order_bill q ON q.branch_id = o.branch_id AND q.order_id = o.id
JOIN contributions_bill b ON b.branch_id = q.branch_id AND b.enrolment_id = q.enrolment_id AND b.replaces_id = q.bill_id
LEFT JOIN payments_order_bill m ON m.branch_id = b.branch_id AND m.bill_id = b.id
LEFT JOIN payments_order n ON n.branch_id = m.branch_id AND n.id = m.order_id AND n.made_at >= o.made_at
  AND n.payer_kind = o.payer_kind AND (n.payer_id = o.payer_id OR n.replaces_id = o.id)
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


UNNAMED: Final = ("member", "other")
"""Payers of whom no room makes another code."""
# Open orders by order_open, their bills by the primary key, what was issued instead by bill_enrolment.
_TO_FOLLOW: LiteralString = """
SELECT o.id FROM payments_order o
WHERE o.branch_id = %(branch)s AND o.state = 'open' AND o.payer_kind = ANY (%(kinds)s) AND EXISTS (
  SELECT FROM payments_order_bill q
  JOIN contributions_bill n ON n.branch_id = q.branch_id AND n.enrolment_id = q.enrolment_id AND n.replaces_id = q.bill_id
    AND n.run_id = %(run)s
  WHERE q.branch_id = o.branch_id AND q.order_id = o.id)
ORDER BY o.id
"""
# Each bill of an order as it can be paid today by whom it was issued to: itself, or what is open of its months instead, however
# often it was issued anew; a first bill may have moved to another month. Bills by their key and bill_enrolment.
NOW: LiteralString = """
SELECT b.id, array_agg(n.id) FILTER (WHERE n.id IS NOT NULL) FROM payments_order_bill q
JOIN contributions_bill b ON b.branch_id = q.branch_id AND b.id = q.bill_id
LEFT JOIN contributions_bill n ON n.branch_id = b.branch_id AND n.enrolment_id = b.enrolment_id AND n.state = 'open'
  AND n.sponsor_id IS NOT DISTINCT FROM b.sponsor_id
  AND (n.first_month < b.first_month + make_interval(months => b.months::int)
    AND b.first_month < n.first_month + make_interval(months => n.months::int) OR n.replaces_id = b.id)
WHERE q.branch_id = %s AND q.order_id = %s GROUP BY b.id
"""
_MADE_INSTEAD: LiteralString = """
SELECT id FROM payments_order WHERE branch_id = %s AND replaces_id = %s ORDER BY made_at DESC, id DESC LIMIT 1
"""


class Anew(NamedTuple):
    """Bills of a code were issued anew. ``newer``: the code of the same payer for them, None where there is none yet; of a payer
    whom nobody named none is known."""

    newer: Order | None


def find(work: Work, *, branch_id: int, order_id: UUID) -> Anew | None:
    """What came instead, as it stands at the end of all changes; None where no bill of the order was issued anew. At most
    three statements for each code in a row, and one."""
    month = work.row(_OF_EMPLOYER, [branch_id, order_id])
    if month is not None:
        return Anew(order.find(work, branch_id=branch_id, order_id=month[0]))
    found: Anew | None = None
    for _ in range(LONGEST):
        row = work.row(_MADE_INSTEAD, [branch_id, order_id]) or work.row(_ANEW, [branch_id, order_id])
        if row is None:
            break
        newer = order.find(work, branch_id=branch_id, order_id=row[0]) if row[0] else None
        found = Anew(newer or (found.newer if found else None))
        if newer is None or newer.state != "cancelled":
            break
        order_id = newer.id
    return found


def to_follow(work: Work, *, branch_id: int, run_id: UUID) -> list[UUID]:
    """Open orders of unnamed payers of which a bill was issued anew by a run."""
    asked = {"branch": branch_id, "run": run_id, "kinds": list(UNNAMED)}
    return [row[0] for row in work.rows(_TO_FOLLOW, asked)]


def make_instead(work: Work, *, branch_id: int, timezone: str, order_id: UUID) -> Order | None:
    """Ends the order and makes another for what is open of its bills' months, until the same moment. None with nothing written
    where one of its bills has none, or it has ended meanwhile. Enrolments and bills are locked before the order, as a payment locks
    them. A fixed number of statements."""
    found = [instead or [] for _, instead in work.rows(NOW, [branch_id, order_id])]
    bills = sorted({one for instead in found for one in instead})
    if not found or not all(found):
        return None
    judgement.lock_met(work, branch_id=branch_id, bill_ids=bills, at=work.now)
    old = order.lock(work, branch_id=branch_id, order_id=order_id)
    if old is None or not old.can_be_paid(work.now) or old.payer_kind not in UNNAMED:
        return None
    try:
        made = order.make(
            work,
            branch_id=branch_id,
            timezone=timezone,
            bill_ids=bills,
            payer_kind=old.payer_kind,
            payer_id=old.payer_id,
            pay_by=old.pay_by,
            replaces_id=old.id,
        )
    except Refused:
        return None
    order.cancel(work, branch_id=branch_id, order_id=order_id)
    return made


def of_code(work: Work, *, branch_id: int | None, code: str) -> Anew | None:
    """As ``find`` of the order of a code; None where the code is none of an order of the branch."""
    row = work.row(_OF_CODE, [branch_id, code]) if branch_id else None
    return find(work, branch_id=branch_id, order_id=row[0]) if branch_id and row and row[0] else None
