"""One payment code for any set of bills, of any members of a branch, paid by anybody: 40 small transfers would cost more in
bank fees than an agent earns with them. Settled all or nothing (``orders.payment``)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

from perisai.contributions.bills.bill import DAYS_TO_PAY, LATE_NOTICE, last_moment
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Happened, Work
from perisai.payments.codes import registry
from perisai.payments.codes.code import take_numbers
from perisai.payments.crediting import judgement
from perisai.payments.crediting.judgement import Met
from perisai.written import number

MOST_BILLS: Final = 10_000
PAYERS: Final = ("agent", "employer", "group", "sponsor", "member", "other")

_COLUMNS: LiteralString = (
    "branch_id, id, code, payer_kind, payer_id, amount, count, state, made_at, made_by, pay_by, ended_at, replaces_id"
)

# By primary key.
_FIND: LiteralString = f"SELECT {_COLUMNS} FROM payments_order WHERE branch_id = %s AND id = %s"
_LOCK: LiteralString = _FIND + " FOR UPDATE"
# Carried by order_code.
_FIND_BY_CODE: LiteralString = f"SELECT {_COLUMNS} FROM payments_order WHERE branch_id = %s AND code = %s"

_INSERT = """
INSERT INTO payments_order (branch_id, id, code, payer_kind, payer_id, amount, count, state, made_at, made_by, pay_by, replaces_id)
VALUES (%(branch)s, %(id)s, %(code)s, %(kind)s, %(payer)s, %(amount)s, %(count)s, 'open', %(now)s, %(by)s, %(pay_by)s, %(replaces)s)
"""

_INSERT_BILLS = """
INSERT INTO payments_order_bill (branch_id, order_id, bill_id, enrolment_id, amount)
SELECT %(branch)s, %(id)s, w.bill, w.enrolment, w.amount
FROM unnest(%(bills)s::uuid[], %(enrolments)s::uuid[], %(amounts)s::bigint[]) AS w (bill, enrolment, amount)
"""

_BILLS = "SELECT bill_id, amount FROM payments_order_bill WHERE branch_id = %s AND order_id = %s ORDER BY bill_id"

_END = "UPDATE payments_order SET state = %s, ended_at = %s WHERE branch_id = %s AND id = %s"

# Carried by order_open. Skips what a payment holds at this moment.
_OVERDUE = """
SELECT id, count FROM payments_order WHERE branch_id = %s AND state = 'open' AND pay_by < %s
ORDER BY pay_by LIMIT 1000 FOR UPDATE SKIP LOCKED
"""
# Open orders by order_open, their bills by the primary key, what was issued instead by bill_enrolment.
_REPLACED: LiteralString = """
SELECT o.id FROM payments_order o
WHERE o.branch_id = %(branch)s AND o.state = 'open' AND EXISTS (
  SELECT FROM payments_order_bill q
  JOIN contributions_bill n ON n.branch_id = q.branch_id AND n.enrolment_id = q.enrolment_id AND n.replaces_id = q.bill_id
    AND n.run_id = %(run)s
  WHERE q.branch_id = o.branch_id AND q.order_id = o.id)
ORDER BY o.id LIMIT %(most)s
"""
_EXPIRE = "UPDATE payments_order SET state = 'expired', ended_at = %s WHERE branch_id = %s AND id = ANY (%s)"


@dataclass(frozen=True)
class Order:
    """``amount`` rupiah for ``count`` bills, payable with ``code`` until ``pay_by``. ``state``: open, paid, expired,
    cancelled."""

    branch_id: int
    id: UUID
    code: str
    payer_kind: str
    payer_id: UUID | None
    amount: int
    count: int
    state: str
    made_at: datetime
    made_by: UUID | None
    pay_by: datetime
    ended_at: datetime | None
    replaces_id: UUID | None = None

    def can_be_paid(self, at: datetime) -> bool:
        return self.state == "open" and at <= self.pay_by


def make(
    work: Work,
    *,
    branch_id: int,
    timezone: str,
    bill_ids: Iterable[UUID],
    payer_kind: str,
    payer_id: UUID | None = None,
    pay_by: datetime | None = None,
    replaces_id: UUID | None = None,
) -> Order:
    """A code that pays these open bills, first bills priced for the present month. It works until ``pay_by``, but no longer
    than 30 days or than any of the bills. A bill may be in several orders: whichever is paid first has it. ``replaces_id``: the
    order that it is made instead of. A fixed number of statements. Locks the enrolments' rows.

    Raises ``Refused``: E4301 bills that cannot be paid, E4302 none or more than 10,000.
    """
    wanted = sorted(set(bill_ids))
    if not 1 <= len(wanted) <= MOST_BILLS or payer_kind not in PAYERS:
        raise Refused("E4302", most=number(MOST_BILLS))
    met, lost = judgement.lock_met(work, branch_id=branch_id, bill_ids=wanted, at=work.now)
    if lost:
        raise Refused("E4301", count=lost)
    met = judgement.price_met(met, work.now)
    judgement.reprice_many(work, branch_id=branch_id, dues=[one.due for one in met])
    latest = last_moment(work.now + timedelta(days=DAYS_TO_PAY), timezone)
    until = min(pay_by or latest, latest, *(one.due.billed.pay_by for one in met))
    (code,) = take_numbers(work, branch_id=branch_id, count=1)
    amount = sum(one.due.repriced.amount for one in met)
    made = Order(
        branch_id,
        uuid7(),
        code,
        payer_kind,
        payer_id,
        amount,
        len(met),
        "open",
        work.now,
        work.actor.user_id,
        until,
        None,
        replaces_id,
    )
    _write(work, made, met)
    _report(work, "order_made", made)
    return made


def find(work: Work, *, branch_id: int, order_id: UUID) -> Order | None:
    row = work.row(_FIND, [branch_id, order_id])
    return Order(*row) if row else None


def find_by_code(work: Work, *, branch_id: int, code: str) -> Order | None:
    row = work.row(_FIND_BY_CODE, [branch_id, code])
    return Order(*row) if row else None


def lock(work: Work, *, branch_id: int, order_id: UUID) -> Order | None:
    """The order with its row locked: after its bills' rows, where these are locked too."""
    row = work.row(_LOCK, [branch_id, order_id])
    return Order(*row) if row else None


def bills_of(work: Work, *, branch_id: int, order_id: UUID) -> dict[UUID, int]:
    """The amount of each bill when the order was made. They never change."""
    return dict(work.rows(_BILLS, [branch_id, order_id]))


def cancel(work: Work, *, branch_id: int, order_id: UUID) -> Order:
    """Ends an open order; its bills stay open, each with its own code. Raises ``Refused``: E1004 unknown, E4303 not open."""
    found = lock(work, branch_id=branch_id, order_id=order_id)
    if found is None:
        raise Refused("E1004")
    if found.state != "open":
        raise Refused("E4303")
    end(work, found, "cancelled")
    _report(work, "order_cancelled", found)
    return found


def end(work: Work, found: Order, state: str) -> None:
    """Writes the last state of a locked order."""
    work.execute(_END, [state, work.now, found.branch_id, found.id])


def expire(work: Work, *, branch_id: int) -> int:
    """Ends up to 1,000 orders whose code stopped working so long ago that no bank will tell of a payment in time; returns
    how many."""
    rows = work.rows(_OVERDUE, [branch_id, work.now - LATE_NOTICE])
    if rows:
        work.execute(_EXPIRE, [work.now, branch_id, [order_id for order_id, _ in rows]])
    for order_id, count in rows:
        detail = {"order": order_id, "bills": count}
        work.report(Happened(kind="order_expired", branch_id=branch_id, subject_id=order_id, detail=detail))
    return len(rows)


def end_replaced(work: Work, *, branch_id: int, run_id: UUID, most: int) -> int:
    """Ends up to ``most`` open orders of which a bill was issued anew by a run: all or nothing, they can no more be paid.
    Returns how many."""
    found = [row[0] for row in work.rows(_REPLACED, {"branch": branch_id, "run": run_id, "most": most})]
    for order_id in found:
        end_broken(work, branch_id=branch_id, order_id=order_id)
    return len(found)


def end_broken(work: Work, *, branch_id: int, order_id: UUID) -> None:
    """Ends an order that can no more be paid; nothing where that was done."""
    known = lock(work, branch_id=branch_id, order_id=order_id)
    if known is not None and known.state == "open":
        end(work, known, "cancelled")
        _report(work, "order_cancelled", known)


def _write(work: Work, made: Order, met: list[Met]) -> None:
    common: dict[str, Any] = {"branch": made.branch_id, "id": made.id}
    work.execute(
        _INSERT,
        common
        | {"code": made.code, "kind": made.payer_kind, "payer": made.payer_id, "amount": made.amount}
        | {"count": made.count, "now": made.made_at, "by": made.made_by, "pay_by": made.pay_by}
        | {"replaces": made.replaces_id},
    )
    bills = [one.due.repriced for one in met]
    work.execute(
        _INSERT_BILLS,
        common
        | {"bills": [bill.id for bill in bills], "enrolments": [bill.enrolment_id for bill in bills]}
        | {"amounts": [bill.amount for bill in bills]},
    )
    registry.register_order_code(work, branch_id=made.branch_id, order_id=made.id, code=made.code)


def _report(work: Work, kind: str, it: Order) -> None:
    detail = {"order": it.id, "bills": it.count}
    work.report(Happened(kind=kind, branch_id=it.branch_id, subject_id=it.id, amount=it.amount, detail=detail))
