"""What any amount of money pays: the oldest month first, coming months next, and the rest is held and drawn."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from perisai.contributions.bills import settlement
from perisai.contributions.bills.settlement import Payable
from perisai.contributions.tariffs.tariff import months_from
from perisai.events.ids import uuid7
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work
from perisai.members.enrolments import activation
from perisai.payments.books import ledger
from perisai.payments.crediting import draw, held, judgement
from perisai.payments.suspense import suspense
from perisai.web.simulate.bank import BankSimulator
from tests.payments.place import Billed, make_bank, make_billed, notifications, read
from tests.world import jakarta_today

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def closed() -> BankSimulator:
    return make_bank(scheme="asymmetric")


@pytest.fixture
def open_bank() -> BankSimulator:
    return make_bank(scheme="asymmetric", amounts="open")


def code(answer: httpx.Response) -> str:
    return str(answer.json()["responseCode"])


def bill_more(owed: Billed, count: int, *, months: int = 1, first: date | None = None) -> list[Payable]:
    """Open bills for the months after those billed, as the bill run makes them."""
    made = []
    with Work(scope=Scope.branch(owed.branch.id)) as work:
        standing = activation.find_standing(work, branch_id=owed.branch.id, enrolment_id=owed.enrolment_id)
        assert standing is not None
        row = work.row(
            "SELECT max(first_month + (months - 1) * interval '1 month')::date FROM contributions_bill"
            " WHERE branch_id = %s AND enrolment_id = %s AND state IN ('open', 'paid')",
            [owed.branch.id, owed.enrolment_id],
        )
        last = row[0] if row and row[0] else jakarta_today().replace(day=1)
        like = settlement.find_payables(work, branch_id=owed.branch.id, enrolment_id=owed.enrolment_id)[0]
        for _ in range(count):
            wanted = months_from(first or months_from(last, 2)[1], months)
            bill = settlement.for_months(like, judgement.terms_of(standing), wanted)
            bill = _new(bill)
            settlement.issue_another(
                work, branch_id=owed.branch.id, like=bill, pay_by=datetime.now(UTC) + timedelta(days=30)
            )
            ledger.record_billing(work, owed.branch.id, *ledger.Income.of(bill.lines), bill_id=bill.id)
            last, first = bill.last_month, None
            made.append(bill)
    return made


def _new(bill: Payable) -> Payable:
    from dataclasses import replace

    return replace(bill, id=uuid7(), state="open", is_paid_elsewhere=False)


def balance(owed: Billed) -> int:
    with Work(scope=Scope.branch(owed.branch.id)) as work:
        assert ledger.prove(work, owed.branch.id) == []
        found = held.balance(work, branch_id=owed.branch.id, enrolment_ids=[owed.enrolment_id])
    return found.get(owed.enrolment_id, 0)


def books(owed: Billed) -> dict[str, Any]:
    with Work(scope=Scope.branch(owed.branch.id)) as work:
        (row,) = work.dicts(
            "SELECT (SELECT count(*) FROM contributions_bill WHERE branch_id = %(b)s AND enrolment_id = %(e)s"
            " AND state = 'open') AS open, (SELECT count(*) FROM payments_payment WHERE branch_id = %(b)s"
            " AND enrolment_id = %(e)s) AS payments, (SELECT count(*) FROM contributions_paid_month"
            " WHERE branch_id = %(b)s AND enrolment_id = %(e)s) AS months",
            {"b": owed.branch.id, "e": owed.enrolment_id},
        )
    return row


def test_inquiry_tells_the_total_and_every_bill_and_one_payment_pays_them(closed: BankSimulator) -> None:
    owed = make_billed()
    closed.pay(owed.code, owed.amount)
    more = bill_more(owed, 2)
    data = closed.inquire(owed.code).json()["virtualAccountData"]
    total = sum(one.amount for one in more)
    assert data["totalAmount"]["value"] == f"{total}.00"
    assert [one["billAmount"]["value"] for one in data["billDetails"]] == [f"{one.amount}.00" for one in more]
    message = closed.payment(owed.code, total)
    assert code(closed.send("/transfer-va/payment", message)) == "2002500"
    assert code(closed.send("/transfer-va/payment", message)) == "2002500", "told again"
    assert books(owed) == {"open": 0, "payments": 3, "months": 3}
    assert balance(owed) == 0
    status = closed.ask_status(owed.code, message["paymentRequestId"])
    assert status.json()["virtualAccountData"]["paidAmount"]["value"] == f"{total}.00"


def test_closed_bank_takes_the_oldest_bills_and_no_other_amount(closed: BankSimulator) -> None:
    owed = make_billed()
    closed.pay(owed.code, owed.amount)
    more = bill_more(owed, 3)
    two = more[0].amount + more[1].amount
    for wrong in (two - 1, two + 1, more[0].amount // 2):
        assert code(closed.pay(owed.code, wrong)) == "4042513"
    assert code(closed.pay(owed.code, two)) == "2002500"
    assert books(owed) == {"open": 1, "payments": 3, "months": 3}
    with Work(scope=Scope.branch(owed.branch.id)) as work:
        (left,) = settlement.find_payables(work, branch_id=owed.branch.id, enrolment_id=owed.enrolment_id)
    assert left.id == more[2].id, "the newest month is the one still owed"
    assert balance(owed) == 0


def test_open_bank_partial_payments_are_held_and_drawn_when_they_suffice(open_bank: BankSimulator) -> None:
    owed = make_billed()
    part = owed.amount // 3
    message = open_bank.payment(owed.code, part)
    assert code(open_bank.send("/transfer-va/payment", message)) == "2002500"
    assert code(open_bank.send("/transfer-va/payment", message)) == "2002500", "told again, held once"
    assert (read(owed)["state"], balance(owed)) == ("accepted", part)
    assert (
        open_bank.inquire(owed.code).json()["virtualAccountData"]["totalAmount"]["value"] == f"{owed.amount - part}.00"
    )
    assert code(open_bank.ask_status(owed.code, message["paymentRequestId"])) == "2002600"
    assert code(open_bank.pay(owed.code, part)) == "2002500"
    assert (read(owed)["payments"], balance(owed)) == (0, 2 * part)
    assert code(open_bank.pay(owed.code, owed.amount - 2 * part)) == "2002500"
    assert (read(owed)["state"], read(owed)["payments"], balance(owed)) == ("active", 1, 0)


def test_closed_bank_asks_for_what_is_missing_beside_the_money_held(
    open_bank: BankSimulator, closed: BankSimulator
) -> None:
    owed = make_billed()
    open_bank.pay(owed.code, 1000)
    rest = owed.amount - 1000
    assert closed.inquire(owed.code).json()["virtualAccountData"]["totalAmount"]["value"] == f"{rest}.00"
    assert code(closed.pay(owed.code, rest)) == "2002500"
    assert (read(owed)["state"], balance(owed)) == ("active", 0)


def test_open_bank_overpayment_goes_to_whole_coming_months_and_the_rest_is_held(open_bank: BankSimulator) -> None:
    owed = make_billed(income=1_500_000, transport=False)
    assert code(open_bank.pay(owed.code, owed.amount * 40 + 7)) == "2002500"
    found = read_all(owed)
    assert found["states"] == ["paid", "paid"]
    assert found["months"] == len(set(found["paid"])), "no month twice"
    assert found["paid"] == months_from(found["paid"][0], 13), "this month and twelve ahead at most"
    with Work(scope=Scope.branch(owed.branch.id)) as work:
        (paid,) = work.row(
            "SELECT sum(amount)::bigint FROM payments_payment WHERE branch_id = %s", [owed.branch.id]
        ) or (0,)
    assert balance(owed) == owed.amount * 40 + 7 - paid > 0


def test_open_bank_member_who_owes_nothing_pays_ahead(open_bank: BankSimulator) -> None:
    owed = make_billed()
    open_bank.pay(owed.code, owed.amount)
    asked = open_bank.inquire(owed.code)
    assert (code(asked), asked.json()["virtualAccountData"]["totalAmount"]["value"]) == ("2002400", "0.00")
    assert code(open_bank.pay(owed.code, 5)) == "2002500"
    assert balance(owed) == 5
    assert code(open_bank.pay(owed.code, 0)) == "4042513"
    assert code(open_bank.pay(owed.code, 1, paidAmount={"value": "10.50", "currency": "IDR"})) == "4042513"


def read_all(owed: Billed) -> dict[str, Any]:
    with Work(scope=Scope.branch(owed.branch.id)) as work:
        key = [owed.branch.id, owed.enrolment_id]
        states = work.rows(
            "SELECT state FROM contributions_bill WHERE branch_id = %s AND enrolment_id = %s ORDER BY first_month", key
        )
        paid = work.rows(
            "SELECT month FROM contributions_paid_month WHERE branch_id = %s AND enrolment_id = %s ORDER BY month", key
        )
    return {"states": [s for (s,) in states], "paid": [m for (m,) in paid], "months": len(paid)}


def test_next_bill_draws_on_money_held_once(open_bank: BankSimulator) -> None:
    owed = make_billed()
    open_bank.pay(owed.code, owed.amount)
    bill_more(owed, 1, months=12)
    open_bank.pay(owed.code, owed.amount * 60)
    assert balance(owed) > 0, "twelve months are paid, what is over waits for bills that are still to come"
    before = balance(owed)
    bill_more(owed, 1)
    with Work(scope=Scope.branch(owed.branch.id)) as work:
        assert draw.draw(work, branch_id=owed.branch.id) == 1
        assert draw.draw(work, branch_id=owed.branch.id) == 0
    assert books(owed)["open"] == 0
    assert 0 <= balance(owed) < before


def test_attach_any_amount_pays_the_oldest_and_holds_the_rest(closed: BankSimulator) -> None:
    owed = make_billed()
    closed.pay(owed.code, owed.amount)
    more = bill_more(owed, 2)
    closed.pay(owed.code, more[0].amount + 123)
    waiting: UUID = notifications(closed)[-1]["id"]
    with Work(scope=Scope.branch(owed.branch.id)) as work:
        plan = suspense.preview(work, amount=more[0].amount + 123, code=owed.code)
    assert isinstance(plan, suspense.Plan)
    assert ([due.repriced.id for due in plan.pays], plan.held_after) == ([more[0].id], 123)
    assert balance(owed) == 0, "a look changes nothing"
    with Work(scope=Scope.branch(owed.branch.id), actor=Actor(uuid7())) as work:
        suspense.attach(work, notification_id=waiting, code=owed.code, reason="wrong_amount_agreed", note="")
    assert (books(owed)["open"], balance(owed)) == (1, 123)


def test_attach_to_a_member_who_owes_nothing_goes_ahead_where_asked(closed: BankSimulator) -> None:
    owed = make_billed()
    closed.pay(owed.code, owed.amount)
    closed.pay(owed.code, owed.amount)
    waiting: UUID = notifications(closed)[-1]["id"]
    with Work(scope=Scope.branch(owed.branch.id), actor=Actor(uuid7())) as work:
        suspense.attach(work, notification_id=waiting, code=owed.code, reason="paid_twice", note="", ahead=True)
    balance(owed)
    with Work(scope=Scope.branch(owed.branch.id)) as work:
        (through,) = work.row(
            "SELECT paid_through FROM members_enrolment WHERE branch_id = %s AND id = %s",
            [owed.branch.id, owed.enrolment_id],
        ) or (None,)
    assert through is not None


@pytest.mark.parametrize("amounts", ["closed", "open"])
def test_attached_money_told_again_never_pays_the_next_bill(amounts: str) -> None:
    """The bank tells the payment once more by another X-EXTERNAL-ID, when a bill of the same amount is open."""
    bank, owed = make_bank(amounts=amounts), make_billed(state="review")
    message = bank.payment(owed.code, owed.amount)
    bank.send("/transfer-va/payment", message)
    waiting = notifications(bank)[-1]["id"]
    with Work(scope=Scope.branch(owed.branch.id)) as work:
        sql = "UPDATE members_enrolment SET state = 'accepted' WHERE branch_id = %s AND id = %s"
        work.execute(sql, [owed.branch.id, owed.enrolment_id])
        suspense.attach(work, notification_id=waiting, code=owed.code, reason="late", note="")
    (following,) = bill_more(owed, 1)
    assert following.amount == owed.amount
    assert code(bank.send("/transfer-va/payment", message)) == "2002500"
    assert notifications(bank)[-1]["state"] == "repeat"
    assert (books(owed)["open"], balance(owed)) == (1, 0)
