"""Money is given back by two people: of what is held, or of a payment that was wrong."""

from typing import Any
from uuid import UUID

import pytest

from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work
from perisai.payments.books import ledger
from perisai.payments.crediting import held
from perisai.payments.refunds import refund
from perisai.payments.refunds.refund import Proposal
from perisai.web.simulate.bank import BankSimulator
from tests.payments.place import Billed, make_bank, make_billed, read

pytestmark = pytest.mark.usefixtures("database")
ONE, OTHER = uuid7(), uuid7()


def work_of(owed: Billed, who: UUID = ONE) -> Work:
    return Work(scope=Scope.branch(owed.branch.id), actor=Actor(who))


def propose(owed: Billed, **facts: Any) -> UUID:
    asked = Proposal(**{"enrolment_id": owed.enrolment_id, "reason": "overpaid", "note": ""} | facts)
    with work_of(owed) as work:
        return refund.propose(work, branch_id=owed.branch.id, asked=asked)


def approve(owed: Billed, refund_id: UUID, who: UUID = OTHER) -> None:
    with work_of(owed, who) as work:
        refund.approve(work, branch_id=owed.branch.id, timezone=owed.branch.timezone, refund_id=refund_id)


def payment_of(owed: Billed) -> UUID:
    with work_of(owed) as work:
        row = work.row("SELECT id FROM payments_payment WHERE branch_id = %s", [owed.branch.id])
    assert row is not None
    found: UUID = row[0]
    return found


def accounts(owed: Billed) -> dict[str, int]:
    with work_of(owed) as work:
        assert ledger.prove(work, owed.branch.id) == []
        return ledger.balance(work, owed.branch.id)


def test_refund_of_money_held_takes_two_people_and_is_paid_out_by_a_bank() -> None:
    bank = make_bank(scheme="asymmetric", amounts="open")
    owed = make_billed()
    bank.pay(owed.code, 5000)
    refund_id = propose(owed, amount=4000)
    with pytest.raises(Refused, match="E4312"):
        approve(owed, refund_id, ONE)
    approve(owed, refund_id)
    with pytest.raises(Refused, match="E4311"):
        approve(owed, refund_id)
    assert (accounts(owed)["held"], accounts(owed)["refund"]) == (-1000, -4000)
    with work_of(owed) as work:
        refund.pay_out(
            work, branch_id=owed.branch.id, refund_id=refund_id, bank_id=bank.credentials.client_key, reference="TRX-1"
        )
    found = accounts(owed)
    assert (found["refund"], found[f"bank:{bank.credentials.client_key}"]) == (0, 1000)


@pytest.mark.parametrize("facts", [{"amount": 0}, {"amount": -5}, {"amount": 5001}, {"amount": 100, "reason": "why"}])
def test_propose_impossible_refund_refused(facts: dict[str, Any]) -> None:
    owed = make_billed()
    make_bank(scheme="asymmetric", amounts="open").pay(owed.code, 5000)
    with pytest.raises(Refused, match="E431"):
        propose(owed, **facts)


def test_money_held_spent_between_proposal_and_approval_refused() -> None:
    bank = make_bank(scheme="asymmetric", amounts="open")
    owed = make_billed()
    bank.pay(owed.code, 5000)
    refund_id = propose(owed, amount=5000)
    bank.pay(owed.code, owed.amount - 5000)
    with pytest.raises(Refused, match="E4310"):
        approve(owed, refund_id)
    assert read(owed)["state"] == "active"
    accounts(owed)


def test_reversal_takes_months_and_cover_back_and_bills_anew(bank: BankSimulator) -> None:
    owed = make_billed(months=3)
    bank.pay(owed.code, owed.amount)
    payment_id = payment_of(owed)
    refund_id = propose(owed, payment_id=payment_id, reason="wrong_member")
    with pytest.raises(Refused, match="E4313"):
        propose(owed, payment_id=payment_id, reason="wrong_member")
    approve(owed, refund_id)
    found = accounts(owed)
    assert (found["refund"], found["receivable"]) == (-owed.amount, owed.amount)
    with work_of(owed) as work:
        (row,) = work.dicts("SELECT * FROM members_enrolment WHERE branch_id = %s", [owed.branch.id])
        states = work.rows(
            "SELECT state FROM contributions_bill WHERE branch_id = %s ORDER BY issued_at, id", [owed.branch.id]
        )
        kinds = [k for (k,) in work.rows("SELECT kind FROM events_event WHERE branch_id = %s", [owed.branch.id])]
    assert (row["state"], row["paid_through"], row["cover_from"]) == ("accepted", None, None)
    assert [state for (state,) in states] == ["cancelled", "open"]
    assert "payment_reversed" in kinds
    assert bank.pay(owed.code, owed.amount).json()["responseCode"] == "2002500", "the right payment comes"
    with work_of(owed) as work:
        assert work.row("SELECT state FROM members_enrolment WHERE branch_id = %s", [owed.branch.id]) == ("active",)
    accounts(owed)


def test_reversal_of_the_newest_payment_leaves_the_earlier_months(bank: BankSimulator) -> None:
    from tests.payments.test_allocation import bill_more

    owed = make_billed()
    bank.pay(owed.code, owed.amount)
    (more,) = bill_more(owed, 1)
    bank.pay(owed.code, more.amount)
    with work_of(owed) as work:
        (newest,) = work.row("SELECT id FROM payments_payment WHERE bill_id = %s", [more.id]) or (None,)
    approve(owed, propose(owed, payment_id=newest, reason="wrong_member"))
    with work_of(owed) as work:
        (row,) = work.dicts("SELECT * FROM members_enrolment WHERE branch_id = %s", [owed.branch.id])
    assert (row["state"], row["paid_through"]) == ("active", row["first_month"])
    accounts(owed)


def test_rejected_refund_moves_nothing_and_may_be_proposed_again(bank: BankSimulator) -> None:
    owed = make_billed()
    bank.pay(owed.code, owed.amount)
    payment_id = payment_of(owed)
    refund_id = propose(owed, payment_id=payment_id, reason="asked")
    with work_of(owed, OTHER) as work:
        refund.reject(work, branch_id=owed.branch.id, refund_id=refund_id)
    assert read(owed)["state"] == "active"
    propose(owed, payment_id=payment_id, reason="asked")
    with work_of(owed) as work:
        assert held.balance(work, branch_id=owed.branch.id, enrolment_ids=[owed.enrolment_id]) == {}


@pytest.fixture
def bank() -> BankSimulator:
    return make_bank(scheme="asymmetric")


def test_reversal_of_a_payment_in_between_ends_cover_before_it(bank: BankSimulator) -> None:
    from tests.payments.test_allocation import bill_more

    owed = make_billed()
    bank.pay(owed.code, owed.amount)
    (second,) = bill_more(owed, 1)
    bank.pay(owed.code, second.amount)
    (third,) = bill_more(owed, 1)
    bank.pay(owed.code, third.amount)
    with work_of(owed) as work:
        (middle,) = work.row("SELECT id FROM payments_payment WHERE bill_id = %s", [second.id]) or (None,)
    approve(owed, propose(owed, payment_id=middle, reason="wrong_member"))
    with work_of(owed) as work:
        (row,) = work.dicts("SELECT * FROM members_enrolment WHERE branch_id = %s", [owed.branch.id])
    assert (row["state"], row["paid_through"]) == ("active", row["first_month"])
    bank.pay(owed.code, second.amount)
    with work_of(owed) as work:
        (row,) = work.dicts("SELECT * FROM members_enrolment WHERE branch_id = %s", [owed.branch.id])
    assert row["paid_through"] == third.first_month
    accounts(owed)
