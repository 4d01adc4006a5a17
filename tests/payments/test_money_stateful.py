"""Whatever happens, in whatever order and over whatever time: money balances, no month is paid or owed twice, what is held is
never below nothing, an order is paid whole or not at all, and a closed month stays as it was."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID

import orjson
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from perisai.contributions.bills import advance, bill
from perisai.contributions.cover import lapse, reactivate
from perisai.contributions.cover.reactivate import Answers
from perisai.contributions.runs import run
from perisai.errors import Refused
from perisai.events.clock import FixedClock
from perisai.events.ids import uuid7
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work, branch_day
from perisai.members.enrolments import activation
from perisai.members.enrolments.expire import expire_unpaid
from perisai.payments.books import ledger, period
from perisai.payments.crediting import draw
from perisai.payments.orders import order
from perisai.payments.orders.order import Order
from perisai.payments.refunds import refund
from perisai.payments.refunds.refund import Proposal
from perisai.payments.snap import notify
from perisai.payments.snap.exchange import BANK_ZONE
from perisai.payments.snap.partner import Call, Partner, get_partner
from perisai.payments.suspense import suspense
from tests.payments.place import Billed, make_bank, make_billed
from tests.world import make_branch

pytestmark = pytest.mark.usefixtures("database")
TERMS = st.sampled_from([1, 3, 6, 12])
WHO = st.integers(0, 2)
ONE, OTHER = uuid7(), uuid7()

_SHARED = """
SELECT count(*) FROM contributions_bill a JOIN contributions_bill b
  ON b.branch_id = a.branch_id AND b.enrolment_id = a.enrolment_id AND b.id > a.id
WHERE a.branch_id = %s AND a.state IN ('open', 'paid') AND b.state IN ('open', 'paid')
  AND daterange(a.first_month, (a.first_month + a.months * interval '1 month')::date)
   && daterange(b.first_month, (b.first_month + b.months * interval '1 month')::date)
"""
# The payments of an order are part of one notification; those reversed later were paid all the same.
_TORN = """
SELECT o.id FROM payments_order o
JOIN payments_notification n ON n.paid_for = o.id
LEFT JOIN payments_payment p ON p.branch_id = o.branch_id AND p.part_of = n.id
WHERE o.branch_id = %s GROUP BY o.id, o.count, o.state HAVING count(p.id) <> o.count OR o.state <> 'paid'
"""
_LONE = """
SELECT count(*) FROM payments_order WHERE branch_id = %s AND state = 'paid'
  AND id NOT IN (SELECT paid_for FROM payments_notification WHERE paid_for IS NOT NULL)
"""
_DEBT = "SELECT count(*) FROM payments_held WHERE branch_id = %s AND amount < 0"
# Cover says what is paid: the last month before one that is not, though later ones may be; never more than that.
_COVER = """
SELECT count(*) FROM members_enrolment e CROSS JOIN LATERAL (
  SELECT max(month) AS last, bool_or(month = e.paid_through + interval '1 month') AS goes_on FROM contributions_paid_month m
  WHERE m.branch_id = e.branch_id AND m.enrolment_id = e.id) m
WHERE e.branch_id = %s AND ((e.paid_through IS NULL) <> (m.last IS NULL) OR e.paid_through > m.last OR m.goes_on OR EXISTS (
  SELECT FROM contributions_bill b WHERE b.branch_id = e.branch_id AND b.enrolment_id = e.id AND b.state = 'open'
    AND b.first_month <= e.paid_through))
"""


class Money(RuleBasedStateMachine):
    """One branch, three members, a bank that takes exact amounts and one that takes any, and a clock that only goes on."""

    @initialize(months=st.lists(TERMS, min_size=3, max_size=3), members=st.integers(1, 3))
    def begin(self, months: list[int], members: int) -> None:
        self.now = datetime(2026, 11, 23, 4, tzinfo=UTC)
        self.branch = make_branch(target=None)
        self.simulators = [make_bank(scheme="asymmetric"), make_bank(scheme="asymmetric", amounts="open")]
        self.banks: list[Partner] = [get_partner(one.credentials.client_key) for one in self.simulators]
        self.people = [make_billed(self.branch, at=self.now, months=n) for n in months]
        self.orders: list[Order] = []
        self.sent: list[tuple[int, bytes]] = []
        self.numbers = 0
        with self.work() as work:
            for one in self.people:
                sql = "UPDATE members_enrolment SET payment_code = %s WHERE branch_id = %s AND id = %s"
                work.execute(sql, [one.code, self.branch.id, one.enrolment_id])
        for one in self.people[:members]:
            assert self.send(0, one.code, one.amount) == 200

    def work(self, who: UUID = ONE) -> Work:
        return Work(scope=Scope.branch(self.branch.id), actor=Actor(who), clock=FixedClock(self.now))

    def send(self, bank: int, code: str, amount: int) -> int:
        body = orjson.dumps(self.simulators[bank].payment(code, amount))
        self.sent.append((bank, body))
        return self.tell(bank, body)

    def tell(self, bank: int, body: bytes) -> int:
        """What the bank's request does once it is known to be the bank's; the clock of the story is its moment."""
        self.numbers += 1
        message = orjson.loads(body) | {"trxDateTime": self.now.astimezone(BANK_ZONE).isoformat(timespec="seconds")}
        headers = {
            "Content-Type": "application/json",
            "X-EXTERNAL-ID": f"{self.numbers}",
            "CHANNEL-ID": "95051",
        }
        call = Call("POST", "/snap/v1.0/transfer-va/payment", headers, orjson.dumps(message), self.now)
        return notify.notify(call, self.banks[bank]).status

    @rule(days=st.sampled_from([1, 9, 35, 35, 120]))
    def pass_time(self, days: int) -> None:
        """And what the worker does at night: memberships and unpaid enrolments end, orders expire."""
        self.now += timedelta(days=days)
        with self.work() as work:
            expire_unpaid(work, branch_id=self.branch.id)
        with self.work() as work:
            lapse.lapse_due(work, branch_id=self.branch.id, timezone="Asia/Jakarta")
        with self.work() as work:
            order.expire(work, branch_id=self.branch.id)

    @rule(is_next=st.booleans())
    def run_bills(self, is_next: bool) -> None:
        today = branch_day(self.now, "Asia/Jakarta")
        month = ((today.replace(day=1) + timedelta(days=32)) if is_next else today).replace(day=1)
        with self.work() as work:
            run.issue_month(work, branch_id=self.branch.id, timezone="Asia/Jakarta", month=month)

    @rule(who=WHO, is_paid=st.booleans())
    def come_back(self, who: int, is_paid: bool) -> None:
        answers = Answers(enrolment=self.people[who].enrolment_id, is_working=True, is_well=True)
        self.try_to(
            lambda work: reactivate.ask(work, branch_id=self.branch.id, timezone="Asia/Jakarta", answers=answers)
        )
        if is_paid:
            self.pay_all(who)

    @rule()
    def close_month(self) -> None:
        """The days of reconciliation, which a close asks for, have tests of their own."""
        with patch.object(period, "_missing", lambda *arguments: []):
            self.try_to(self.close_next)

    def close_next(self, work: Work) -> None:
        month = period.next_month(work, branch_id=self.branch.id)
        if month is not None and month < branch_day(self.now, "Asia/Jakarta").replace(day=1):
            period.close(work, branch_id=self.branch.id, month=month, lists_undecided=True)

    def owed_by(self, one: Billed) -> list[int]:
        with self.work() as work:
            rows = work.rows(
                "SELECT amount FROM contributions_bill WHERE branch_id = %s AND enrolment_id = %s AND state = 'open'"
                " ORDER BY first_month",
                [self.branch.id, one.enrolment_id],
            )
        return [amount for (amount,) in rows]

    @rule(who=WHO, months=TERMS)
    def issue(self, who: int, months: int) -> None:
        one = self.people[who].enrolment_id
        self.try_to(
            lambda work: advance.issue(
                work, branch_id=self.branch.id, timezone="Asia/Jakarta", enrolment_id=one, months=months
            )
        )

    @rule(
        who=WHO,
        bank=st.integers(0, 1),
        how=st.sampled_from(["all", "all", "oldest", "under", "over", "twice", "nothing"]),
    )
    def pay(self, who: int, bank: int, how: str) -> None:
        owed = self.owed_by(self.people[who]) or [16_800]
        amount = {"all": sum(owed), "oldest": owed[0], "under": owed[0] // 2, "over": sum(owed) + 12_345,
                  "twice": 2 * sum(owed), "nothing": 0}[how]  # fmt: skip
        self.send(bank, self.people[who].code, amount)

    def pay_all(self, who: int) -> None:
        owed = self.owed_by(self.people[who])
        if owed:
            self.send(0, self.people[who].code, sum(owed))

    @precondition(lambda self: self.sent)
    @rule(back=st.integers(1, 3))
    def tell_again(self, back: int) -> None:
        bank, body = self.sent[-min(back, len(self.sent))]
        assert self.tell(bank, body) < 500

    @rule(people=st.sets(WHO, min_size=1), is_paid=st.booleans())
    def order_bills(self, people: set[int], is_paid: bool) -> None:
        with self.work() as work:
            rows = work.rows(
                "SELECT id FROM contributions_bill WHERE branch_id = %s AND state = 'open' AND enrolment_id = ANY (%s)",
                [self.branch.id, [self.people[who].enrolment_id for who in people]],
            )
        try:
            with self.work() as work:
                made = order.make(work, branch_id=self.branch.id, timezone="Asia/Jakarta",
                                  bill_ids=[row[0] for row in rows], payer_kind="other")  # fmt: skip
        except Refused as refused:
            assert refused.code in {"E4301", "E4302"}  # noqa: PT017 - which of two it is depends on the run
        else:
            self.orders.append(made)
            if is_paid:
                self.send(0, made.code, made.amount)

    @precondition(lambda self: self.orders)
    @rule(which=st.integers(0, 9), bank=st.integers(0, 1), over=st.sampled_from([0, 0, 0, 1, -1]))
    def pay_order(self, which: int, bank: int, over: int) -> None:
        made = self.orders[which % len(self.orders)]
        self.send(bank, made.code, made.amount + over)

    @precondition(lambda self: self.orders)
    @rule(which=st.integers(0, 9))
    def cancel_order(self, which: int) -> None:
        made = self.orders[which % len(self.orders)]
        self.try_to(lambda work: order.cancel(work, branch_id=self.branch.id, order_id=made.id))

    @precondition(lambda self: self.numbers % 7 == 6)
    @rule(who=WHO)
    def cancel_bills(self, who: int) -> None:
        ids = [self.people[who].enrolment_id]
        with self.work() as work:
            activation.lock_standings(work, branch_id=self.branch.id, enrolment_ids=ids)
            bill.cancel_many(work, branch_id=self.branch.id, enrolment_ids=ids)

    @rule(who=WHO, ahead=st.booleans())
    def attach(self, who: int, ahead: bool) -> None:
        with self.work() as work:
            row = work.row(
                "SELECT id FROM payments_notification WHERE state = 'suspense' AND bank_id = ANY (%s)"
                " ORDER BY received_at LIMIT 1",
                [[bank.id for bank in self.banks]],
            )
        if row:
            asked: dict[str, Any] = {"code": self.people[who].code, "reason": "late", "note": "", "ahead": ahead}
            self.try_to(lambda work: suspense.attach(work, notification_id=row[0], **asked))

    @rule(who=WHO)
    def give_back_what_is_held(self, who: int) -> None:
        one = self.people[who]
        with self.work() as work:
            row = work.row("SELECT amount FROM payments_held WHERE branch_id = %s AND enrolment_id = %s AND amount > 1",
                           [self.branch.id, one.enrolment_id])  # fmt: skip
        if row:
            self.refund(Proposal(one.enrolment_id, "overpaid", "", amount=row[0] // 2))

    @rule(which=st.integers(0, 9), is_paid_out=st.booleans())
    def reverse(self, which: int, is_paid_out: bool) -> None:
        with self.work() as work:
            rows = work.rows(
                "SELECT p.id, p.enrolment_id FROM payments_payment p"
                " JOIN contributions_bill b ON b.branch_id = p.branch_id AND b.id = p.bill_id"
                " WHERE p.branch_id = %s AND p.reversed_at IS NULL ORDER BY b.payment_code, b.first_month",
                [self.branch.id],
            )
        if rows:
            payment_id, enrolment_id = rows[which % len(rows)]
            refund_id = self.refund(Proposal(enrolment_id, "wrong_member", "", payment_id=payment_id))
            if is_paid_out and refund_id:
                bank = self.banks[0].id
                with self.work() as work:
                    refund.pay_out(work, branch_id=self.branch.id, refund_id=refund_id, bank_id=bank, reference="R")

    def refund(self, asked: Proposal) -> UUID | None:
        with self.work() as work:
            refund_id = refund.propose(work, branch_id=self.branch.id, asked=asked)
        with self.work(OTHER) as work:
            refund.approve(work, branch_id=self.branch.id, timezone="Asia/Jakarta", refund_id=refund_id)
        return refund_id

    @rule()
    def draw(self) -> None:
        with self.work() as work:
            draw.draw(work, branch_id=self.branch.id)

    def try_to(self, act: Any) -> None:
        """A refusal is an answer, and leaves nothing behind."""
        try:
            with self.work() as work:
                act(work)
        except Refused as refused:
            assert refused.status < 500  # noqa: PT017 - most of them are refused for good reasons

    @invariant()
    def money_balances(self) -> None:
        with Work(scope=Scope.branch(self.branch.id)) as work:
            assert ledger.prove(work, self.branch.id) == []
            assert work.row(_SHARED, [self.branch.id]) == (0,), "a month is billed twice"
            assert work.rows(_TORN, [self.branch.id]) == [], "an order is paid in part"
            assert work.row(_LONE, [self.branch.id]) == (0,)
            assert work.row(_DEBT, [self.branch.id]) == (0,)
            assert work.row(_COVER, [self.branch.id]) == (0,), "cover says something else than what is paid"
            assert period.verify(work, branch_id=self.branch.id) == [], "a closed month has changed"


def test_money_balances_whatever_happens() -> None:
    """The same stories each time; ``make test-full`` tells others."""
    _tell(examples=8, steps=30, is_same=True)


@pytest.mark.full
def test_money_balances_whatever_happens_at_length() -> None:
    _tell(examples=100, steps=50, is_same=False)


def _tell(*, examples: int, steps: int, is_same: bool) -> None:
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    facts = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=checks,
        derandomize=is_same,
        database=None,
    )
    run_state_machine_as_test(Money, settings=facts)
