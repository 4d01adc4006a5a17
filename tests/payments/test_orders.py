"""One code for any set of bills: settled all or nothing, once, whoever pays and however often the bank tells of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from django.db import connection

from perisai.contributions.bills import bill
from perisai.errors import Refused
from perisai.events.clock import FixedClock
from perisai.events.ids import uuid7
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work
from perisai.payments.books import ledger
from perisai.payments.orders import order
from perisai.payments.orders.order import Order
from perisai.payments.suspense import suspense
from perisai.web.simulate.bank import BankSimulator
from tests.payments.place import Billed, make_bank, make_billed, notifications, read
from tests.world import Branch, jakarta_today, make_branch

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def bank() -> BankSimulator:
    return make_bank(scheme="asymmetric")


def code(answer: httpx.Response) -> str:
    return str(answer.json()["responseCode"])


def make_order(owed: list[Billed], **facts: Any) -> Order:
    branch = owed[0].branch
    asked = {"bill_ids": [one.bill_id for one in owed], "payer_kind": "other"} | facts
    with Work(scope=Scope.branch(branch.id)) as work:
        return order.make(work, branch_id=branch.id, timezone=branch.timezone, **asked)


def billed(branch: Branch, count: int) -> list[Billed]:
    return [make_billed(branch, months=1 + n % 3) for n in range(count)]


def prove(branch: Branch) -> None:
    with Work(scope=Scope.branch(branch.id)) as work:
        assert ledger.prove(work, branch.id) == []


def state_of(made: Order) -> str:
    with Work(scope=Scope.branch(made.branch_id)) as work:
        found = order.find(work, branch_id=made.branch_id, order_id=made.id)
    assert found is not None
    return found.state


def test_make_order_one_code_for_bills_of_many_members_paid_all_at_once(bank: BankSimulator) -> None:
    owed = billed(make_branch(target=None), 3)
    made = make_order(owed)
    assert (made.amount, made.count) == (sum(one.amount for one in owed), 3)
    asked = bank.inquire(made.code)
    data = asked.json()["virtualAccountData"]
    assert (code(asked), data["totalAmount"]["value"]) == ("2002400", f"{made.amount}.00")
    assert data["virtualAccountName"] == "Perisai 3 tagihan", "nobody's name is told"
    message = bank.payment(made.code, made.amount)
    assert code(bank.send("/transfer-va/payment", message)) == "2002500"
    for one in owed:
        assert (read(one)["state"], read(one)["bill"], read(one)["payments"]) == ("active", "paid", 1)
    assert state_of(made) == "paid"
    status = bank.ask_status(made.code, message["paymentRequestId"])
    assert (code(status), status.json()["virtualAccountData"]["paidAmount"]["value"]) == (
        "2002600",
        f"{made.amount}.00",
    )
    prove(owed[0].branch)
    with Work(scope=Scope.branch(owed[0].branch.id)) as work:
        kinds = [k for (k,) in work.rows("SELECT kind FROM events_event WHERE branch_id = %s", [owed[0].branch.id])]
        entries = work.rows(
            "SELECT amount FROM payments_ledger_entry WHERE branch_id = %s AND debit LIKE 'bank:%%'",
            [owed[0].branch.id],
        )
    assert sorted(kinds) == sorted(["order_made", *["payment_confirmed", "member_activated"] * 3, "order_paid"])
    assert entries == [(made.amount,)], "one entry, whatever the number of bills"


def test_order_replayed_answers_success_and_other_content_waits(bank: BankSimulator) -> None:
    owed = billed(make_branch(target=None), 2)
    made = make_order(owed)
    message = bank.payment(made.code, made.amount)
    first, again = (code(bank.send("/transfer-va/payment", message)) for _ in range(2))
    assert (first, again) == ("2002500", "2002500")
    other = message | {"paidAmount": {"value": f"{made.amount + 1}.00", "currency": "IDR"}}
    assert code(bank.send("/transfer-va/payment", other)) == "4042518"
    assert code(bank.pay(made.code, made.amount)) == "4042514", "a second payer's money waits for a decision"
    assert [one["state"] for one in notifications(bank)] == ["credited", "repeat", "suspense", "suspense"]
    prove(owed[0].branch)


@pytest.mark.parametrize("changes", [{"value": "1.00"}, {"value": "0.00"}, {"value": "100.50"}])
def test_order_wrong_amount_books_nothing(bank: BankSimulator, changes: dict[str, str]) -> None:
    owed = billed(make_branch(target=None), 2)
    made = make_order(owed)
    assert code(bank.pay(made.code, made.amount, paidAmount={"currency": "IDR"} | changes)) == "4042513"
    assert code(make_bank(scheme="asymmetric", amounts="open").pay(made.code, made.amount - 1)) == "4042513", (
        "an order is never paid in part, at whatever bank"
    )
    assert [read(one)["payments"] for one in owed] == [0, 0]
    prove(owed[0].branch)


def test_negative_amount_refused_at_the_door(bank: BankSimulator) -> None:
    made = make_order(billed(make_branch(target=None), 1))
    for value in ("-16800.00", "-1.00"):
        answer = bank.pay(made.code, made.amount, paidAmount={"value": value, "currency": "IDR"})
        assert code(answer) == "4002501"
    assert state_of(made) == "open"


@pytest.mark.parametrize("how", ["paid", "cancelled"])
def test_order_with_a_bill_paid_or_cancelled_meanwhile_refused_whole(bank: BankSimulator, how: str) -> None:
    owed = billed(make_branch(target=None), 3)
    made = make_order(owed)
    if how == "paid":
        bank.pay(owed[1].code, owed[1].amount)
    else:
        with Work(scope=Scope.branch(made.branch_id)) as work:
            bill.cancel_many(work, branch_id=made.branch_id, enrolment_ids=[owed[1].enrolment_id])
    assert code(bank.inquire(made.code)) == "4042412"
    answer = bank.pay(made.code, made.amount)
    assert (code(answer), "Paid Or Cancelled" in answer.json()["responseMessage"]) == ("4042512", True)
    assert [read(one)["payments"] for one in (owed[0], owed[2])] == [0, 0]
    assert notifications(bank)[-1]["state"] == "suspense"
    prove(owed[0].branch)


def test_make_order_of_impossible_bills_refused() -> None:
    owed = billed(make_branch(target=None), 2)
    make_bank(scheme="asymmetric").pay(owed[0].code, owed[0].amount)
    with pytest.raises(Refused, match="E4301"):
        make_order(owed)
    with pytest.raises(Refused, match="E4301"):
        make_order(owed[1:], bill_ids=[owed[1].bill_id, uuid7()])
    for impossible in ([], [uuid7() for _ in range(10_001)]):
        with pytest.raises(Refused, match="E4302"):
            make_order(owed, bill_ids=impossible)
    prove(owed[0].branch)


def test_make_order_of_another_branchs_bill_refused() -> None:
    """A transaction is of one branch: the other's bills are not even seen."""
    here, there = billed(make_branch(target=None), 1), billed(make_branch(target=None), 1)
    with pytest.raises(Refused, match="E4301"):
        make_order(here, bill_ids=[here[0].bill_id, there[0].bill_id])


def test_cancel_order_bills_stay_payable_by_themselves(bank: BankSimulator) -> None:
    owed = billed(make_branch(target=None), 2)
    made = make_order(owed)
    with Work(scope=Scope.branch(made.branch_id)) as work:
        order.cancel(work, branch_id=made.branch_id, order_id=made.id)
    with Work(scope=Scope.branch(made.branch_id)) as work, pytest.raises(Refused, match="E4303"):
        order.cancel(work, branch_id=made.branch_id, order_id=made.id)
    assert code(bank.pay(made.code, made.amount)) == "4042512"
    assert code(bank.pay(owed[0].code, owed[0].amount)) == "2002500"
    prove(owed[0].branch)


def test_order_past_its_time_expires_but_a_late_notice_is_taken(bank: BankSimulator) -> None:
    owed = billed(make_branch(target=None), 1)
    now = datetime.now(UTC)
    made = make_order(owed, pay_by=now - timedelta(hours=1))
    assert code(bank.pay(made.code, made.amount)) == "4042519"
    with Work(scope=Scope.branch(made.branch_id)) as work:
        assert order.expire(work, branch_id=made.branch_id) == 0, "a bank may still tell of a payment in time"
    paid_at = (now - timedelta(hours=2)).isoformat(timespec="seconds")
    assert code(bank.pay(made.code, made.amount, trxDateTime=paid_at)) == "2002500"
    other = make_order(billed(owed[0].branch, 1), pay_by=now)
    later = FixedClock(now + timedelta(days=5))
    with Work(scope=Scope.branch(made.branch_id), clock=later) as work:
        assert order.expire(work, branch_id=made.branch_id) == 1
    assert state_of(other) == "expired"
    prove(owed[0].branch)


def test_order_of_first_bills_from_last_month_moves_them_to_this_month(bank: BankSimulator) -> None:
    last_month = datetime.now(UTC).replace(day=1, hour=3) - timedelta(days=1)
    owed = [make_billed(make_branch(target=None), at=last_month)]
    made = make_order(owed)
    assert code(bank.pay(made.code, made.amount)) == "2002500"
    assert abs((read(owed[0])["first_month"] - jakarta_today().replace(day=1)).days) <= 1
    prove(owed[0].branch)


def test_attach_money_to_an_order_needs_its_amount(bank: BankSimulator) -> None:
    owed = billed(make_branch(target=None), 2)
    made = make_order(owed)
    bank.pay("150199999999", made.amount)
    bank.pay("150199999999", made.amount + 1)
    good, bad = (one["id"] for one in notifications(bank))
    with Work(scope=Scope.branch(made.branch_id)) as work, pytest.raises(Refused, match="E4304"):
        suspense.attach(work, notification_id=bad, code=made.code, reason="wrong_code", note="")
    with Work(scope=Scope.branch(made.branch_id), actor=Actor(uuid7())) as work:
        assert suspense.attach(work, notification_id=good, code=made.code, reason="wrong_code", note="") == made.id
    assert state_of(made) == "paid"
    prove(owed[0].branch)


@contextmanager
def counted() -> Iterator[list[str]]:
    """Every statement of this connection, those that the server keeps planned among them."""
    seen: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(" ".join(sql.split())[:60])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield seen


def test_statements_of_an_order_do_not_grow_with_it(bank: BankSimulator) -> None:
    branch = make_branch(target=None)
    counts: dict[int, tuple[int, int]] = {}
    for size in (2, 40):
        owed = billed(branch, size)
        with counted() as making:
            made = make_order(owed)
        with counted() as paying:
            assert code(bank.pay(made.code, made.amount)) == "2002500"
        counts[size] = (len(making), len(paying))
    assert counts[2] == counts[40]
    assert max(counts[2]) < 25


def test_statements_of_a_single_bill_stay_few(bank: BankSimulator) -> None:
    """Who the bank is, the notification stored, scope, two locks, payment, bill with its months, cover, the spell of a first
    payment, outcome, and the events' three."""
    owed = make_billed(make_branch(target=None))
    with counted() as seen:
        assert code(bank.pay(owed.code, owed.amount)) == "2002500"
    assert len(seen) == 13, "\n".join(seen)


def test_later_month_paid_first_is_no_cover_until_the_earlier_one_is_paid(bank: BankSimulator) -> None:
    from tests.payments.test_allocation import bill_more

    owed = make_billed()
    bank.pay(owed.code, owed.amount)
    (second,) = bill_more(owed, 1)
    (third,) = bill_more(owed, 1)
    later = make_order([Billed(owed.branch, owed.enrolment_id, third.id, owed.code, third.amount)])
    assert code(bank.pay(later.code, later.amount)) == "2002500"
    first, through = months_of(owed)
    assert through == first, "the second month is still owed"
    assert code(bank.pay(owed.code, second.amount)) == "2002500"
    assert months_of(owed) == (first, third.first_month)
    prove(owed.branch)


def months_of(owed: Billed) -> tuple[date, date]:
    with Work(scope=Scope.branch(owed.branch.id)) as work:
        row = work.row(
            "SELECT first_month, paid_through FROM members_enrolment WHERE branch_id = %s AND id = %s",
            [owed.branch.id, owed.enrolment_id],
        )
    assert row is not None
    return row[0], row[1]
