"""Books money that came for an order's code: every bill of it, or none."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from perisai.events.clock import FixedClock
from perisai.events.scope import Scope
from perisai.events.work import Happened, Work
from perisai.payments.books import ledger
from perisai.payments.crediting import booking, judgement, outcome
from perisai.payments.crediting.booking import Money
from perisai.payments.crediting.judgement import Met
from perisai.payments.crediting.outcome import AlreadyJudged, Credit
from perisai.payments.orders import order
from perisai.payments.orders.order import Order
from perisai.payments.snap import answers
from perisai.payments.snap.answers import Answer, Case, SnapRefused


@dataclass(frozen=True)
class Locked:
    """An order with the rows of its bills and their enrolments locked. ``met``: those that can be paid; ``amounts``: what each
    was when the order was made, rupiah."""

    order: Order | None
    met: list[Met]
    amounts: dict[UUID, int]


def credit(one: Credit) -> Answer:
    """Takes the payment of an order. Raises ``SnapRefused`` with nothing written, and ``IntegrityError`` where a constraint
    says that this money was booked before. A fixed number of statements, whatever the number of bills."""
    branch_id, order_id = one.owner.branch_id, one.owner.order_id
    assert order_id is not None
    try:
        with Work.open(scope=Scope.branch(branch_id), clock=FixedClock(one.received_at)) as work:
            locked = lock(work, branch_id=branch_id, order_id=order_id, at=one.due_at)
            answer = outcome.success(one.notice, shown_name(locked.order))
            if one.looks_back and outcome.is_credited(work, one):
                outcome.write(work, one.notification_id, "repeat", answer, branch_id)
                return answer
            try:
                met = check(
                    locked, amount=one.notice.amount or 0, at=one.due_at, prices_of=(one.received_at, one.due_at)
                )
            except SnapRefused:
                if not outcome.is_credited(work, one):
                    raise
                outcome.write(work, one.notification_id, "repeat", answer, branch_id)
                return answer
            settle(work, locked=locked, met=met, money=one.money)
            outcome.write(work, one.notification_id, "credited", answer, branch_id, order_id)
            return answer
    except AlreadyJudged:
        return outcome.kept_answer(one.notification_id)


def lock(work: Work, *, branch_id: int, order_id: UUID, at: datetime) -> Locked:
    """Enrolments, then bills, each in order of id, then the order. Five statements."""
    amounts = order.bills_of(work, branch_id=branch_id, order_id=order_id)
    met, _ = judgement.lock_met(work, branch_id=branch_id, bill_ids=list(amounts), at=at)
    return Locked(order.lock(work, branch_id=branch_id, order_id=order_id), met, amounts)


def check(locked: Locked, *, amount: int | None, at: datetime, prices_of: Iterable[datetime]) -> list[Met]:
    """The order's bills as they are paid: at the price of the first of these instants at which each costs what it did when the
    order was made. ``amount`` None: none was paid yet. Raises ``SnapRefused`` where one of them cannot be paid, or the money is
    not the whole."""
    found = locked.order
    if found is None:
        raise SnapRefused(Case.INVALID_BILL, "[Not Found]", answers.UNKNOWN)
    _check_state(found, at)
    if len(locked.met) != len(locked.amounts):
        raise SnapRefused(Case.INVALID_BILL, "[Bill Paid Or Cancelled]", answers.NOT_WHOLE)
    if amount is not None and amount != found.amount:
        raise SnapRefused(Case.INVALID_AMOUNT, words=answers.WRONG_AMOUNT)
    for instant in prices_of:
        met = judgement.price_met(locked.met, instant)
        if all(one.due.repriced.amount == locked.amounts[one.due.repriced.id] for one in met):
            return met
    raise SnapRefused(Case.INVALID_BILL, "[Price Changed]", answers.ORDER_CHANGED)


def _check_state(found: Order, at: datetime) -> None:
    if found.state == "paid":
        raise SnapRefused(Case.PAID_BILL, words=answers.PAID)
    if found.state == "cancelled":
        raise SnapRefused(Case.INVALID_BILL, "[Cancelled]", answers.ORDER_CANCELLED)
    if found.state == "expired" or at > found.pay_by:
        raise SnapRefused(Case.EXPIRED, "[Expired]", answers.EXPIRED)


def settle(work: Work, *, locked: Locked, met: list[Met], money: Money) -> None:
    """Books all bills of a checked order, in one ledger entry."""
    found = locked.order
    assert found is not None
    branch_id = found.branch_id
    judgement.reprice_many(work, branch_id=branch_id, dues=[one.due for one in met])
    booking.book_many(work, branch_id=branch_id, met=met, money=money)
    ledger.record(work, branch_id, [(ledger.bank_account(money.bank_id), ledger.RECEIVABLE, found.amount)])
    order.end(work, found, "paid")
    detail = {"order": found.id, "bills": found.count, "notification": money.part_of}
    work.report(
        Happened(kind="order_paid", branch_id=branch_id, subject_id=found.id, amount=found.amount, detail=detail)
    )


def shown_name(found: Order | None) -> str:
    """What a payer reads at the bank: how many bills, and nobody's name."""
    return f"Perisai {found.count} tagihan" if found else ""
