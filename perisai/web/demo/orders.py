"""Codes for many bills in the demo: one open, one paid, one cancelled; a part of a bill that is held, and a refund that waits."""

from datetime import datetime, timedelta
from typing import Final, LiteralString
from uuid import UUID

from perisai.accounts.models import User
from perisai.events.clock import FixedClock
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work
from perisai.payments.crediting import held
from perisai.payments.orders import order
from perisai.payments.orders.order import Order
from perisai.payments.refunds import refund
from perisai.payments.refunds.refund import Proposal
from perisai.payments.suspense import suspense
from perisai.web.demo.bank import Banks
from perisai.web.demo.people import agents
from perisai.web.demo.places import JAMBI

ZONE: Final = "Asia/Jakarta"
OPEN, PAID, CANCELLED, PART = 7, 8, 9, 10
"""Numbers of agents."""
_IS_THERE: LiteralString = "SELECT EXISTS (SELECT FROM payments_held WHERE branch_id = %s)"
# Members with one bill to pay and no cash with their agent. Carried by enrolment_agent and bill_enrolment.
_OWING: LiteralString = """
SELECT (array_agg(b.id))[1], e.id, min(b.payment_code), min(b.amount) FROM members_enrolment e
JOIN contributions_bill b ON b.branch_id = e.branch_id AND b.enrolment_id = e.id AND b.state = 'open' AND b.pay_by > %s
WHERE e.branch_id = %s AND e.agent_id = %s AND e.state IN ('accepted', 'active') AND b.sponsor_id IS NULL
GROUP BY e.id HAVING count(*) = 1 ORDER BY e.id DESC LIMIT %s
"""


def build_orders(end: datetime) -> None:
    """Once, in branch Jambi."""
    clerk = User.objects.filter(role="branch", office_id=JAMBI).order_by("username").first()
    with Work(scope=Scope.branch(JAMBI)) as work:
        row = work.row(_IS_THERE, [JAMBI])
    if row is None or row[0] or clerk is None:
        return
    at, banks = end - timedelta(hours=3), Banks(begin=970_001)
    _make(OPEN, 8, at, clerk.id)
    paid = _make(PAID, 3, at, clerk.id)
    if paid:
        banks.pay(paid.code, paid.amount, at + timedelta(minutes=25))
    cancelled = _make(CANCELLED, 2, at, clerk.id)
    if cancelled:
        with _work(at + timedelta(minutes=30), clerk.id) as work:
            order.cancel(work, branch_id=JAMBI, order_id=cancelled.id)
    _hold(at + timedelta(minutes=40), banks, clerk.id)


def _work(at: datetime, who: UUID) -> Work:
    return Work(scope=Scope.branch(JAMBI), clock=FixedClock(at), actor=Actor(who))


def _agent(number: int) -> UUID:
    return next(one.id for one in agents() if one.branch_id == JAMBI and one.number == number)


def _make(number: int, most: int, at: datetime, who: UUID) -> Order | None:
    with _work(at, who) as work:
        rows = work.rows(_OWING, [at, JAMBI, _agent(number), most])
        if not rows:
            return None
        return order.make(
            work,
            branch_id=JAMBI,
            timezone=ZONE,
            bill_ids=[row[0] for row in rows],
            payer_kind="agent",
            payer_id=_agent(number),
        )


def _hold(at: datetime, banks: Banks, who: UUID) -> None:
    """Somebody pays a part at a bank that takes exact amounts only; the branch holds it, and its payer asks for some of it."""
    with _work(at, who) as work:
        found = work.row(_OWING, [at, JAMBI, _agent(PART), 1])
    if found is None:
        return
    _, enrolment_id, code, amount = found
    banks.pay(code, amount // 2, at)
    with _work(at + timedelta(minutes=20), who) as work:
        row = work.row(
            "SELECT id FROM payments_notification WHERE state = 'suspense' AND payment_code = %s ORDER BY id DESC",
            [code],
        )
        if row is None:
            return
        note = "Cicilan pertama, peserta akan melunasi"
        suspense.attach(work, notification_id=row[0], code=code, reason="wrong_amount_agreed", note=note)
        there = held.balance(work, branch_id=JAMBI, enrolment_ids=[enrolment_id]).get(enrolment_id, 0)
        if there > 1000:
            asked = Proposal(enrolment_id, "asked", "Diminta kembali sebagian", amount=1000)
            refund.propose(work, branch_id=JAMBI, asked=asked)
