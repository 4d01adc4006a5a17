"""Deposits: one code for all bills, settled when the bank says so; what does not suffice waits; money always balances."""

from concurrent.futures import ThreadPoolExecutor, wait
from random import Random
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.db import connection

from perisai.custody import settle, void
from perisai.custody.deposit import Free, Part, make, share
from perisai.custody.queries import cash_accounts
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.payments.books import ledger
from perisai.web.simulate.bank import BankSimulator
from tests.custody.till import PhoneOf, Till, open_till, texts
from tests.payments.place import make_bank


@pytest.fixture(scope="module")
def bank(database: object) -> BankSimulator:
    return make_bank()


def pay(bank: BankSimulator, code: str, amount: int) -> str:
    answer: dict[str, Any] = bank.pay(code, amount).json()
    return str(answer["responseCode"])


def deposit(till: Till, chosen: list[str] | None = None) -> dict[str, Any]:
    return till.op("cash_deposit", {"receipts": chosen})


def agrees(till: Till) -> None:
    assert till.held() == till.undeposited()
    with till.work() as work:
        cash = cash_accounts(work, till.branch.id)
        assert ledger.prove(work, till.branch.id, cash=cash) == []
        assert len(ledger.prove(work, till.branch.id, cash=dict.fromkeys(cash, 1))) == len(cash), "it sees a difference"


def test_deposit_pays_many_bills_with_one_code_and_tells_everybody(phone_of: PhoneOf, bank: BankSimulator) -> None:
    till = open_till(phone_of)
    bills = till.enrol(3)
    amounts = {one["op"]: one["result"]["amount"] for one in bills}
    for member, amount in amounts.items():
        till.receive({member: amount})
    made = deposit(till)
    assert made["status"] == "accepted", made
    result = made["result"]
    assert (result["bills"], result["amount"]) == (3, sum(amounts.values()))
    agrees(till)
    assert till.held() == sum(amounts.values()), "the bank has not said so yet"
    shown = till.look()["deposits"][0]
    assert (shown["state"], urlsplit(shown["page"]).path[:5]) == ("open", "/p/o/")
    assert deposit(till)["code"] == "E4704", "all of it is in the first one"

    assert pay(bank, result["code"], result["amount"]) == "2002500"
    state = till.look()
    assert (state["held"], state["deposits"][0]["state"]) == (0, "paid")
    assert {one["state"] for one in state["receipts"]} == {"settled"}
    agrees(till)
    assert till.held() == 0
    assert sum("sudah diterima bank" in text for text in texts(till.branch)) == 3
    with till.work() as work:
        assert settle.settle(work, branch_id=till.branch.id) == 0, "once"


def test_instalments_wait_until_they_suffice(phone_of: PhoneOf, bank: BankSimulator) -> None:
    till = open_till(phone_of)
    (bill,) = till.enrol()
    member, amount = bill["op"], bill["result"]["amount"]
    till.receive({member: amount - 5_000}, whole=False)
    assert deposit(till)["code"] == "E4704"
    till.receive({member: 8_000}, whole=False)
    made = deposit(till)["result"]
    assert made["amount"] == amount
    assert pay(bank, made["code"], amount) == "2002500"
    state = till.look()
    assert state["held"] == 3_000, "what was too much waits, visibly"
    assert sorted(one["state"] for one in state["receipts"]) == ["held", "settled"]
    agrees(till)


def test_receipt_in_a_deposit_is_not_voided_until_that_is_given_up(phone_of: PhoneOf, bank: BankSimulator) -> None:
    till = open_till(phone_of)
    (bill,) = till.enrol()
    number = till.number()
    till.receive({bill["op"]: bill["result"]["amount"]}, number)
    made = deposit(till, [number])
    assert till.op("cash_void", {"number": number, "reason": "mistake"})["code"] == "E4703"
    assert till.op("cash_deposit", {"cancel": made["op"]})["status"] == "accepted"
    assert till.op("cash_deposit", {"cancel": made["op"]})["code"] == "E4706"
    assert pay(bank, made["result"]["code"], made["result"]["amount"]) != "2002500", "the code is dead"
    assert till.op("cash_void", {"number": number, "reason": "mistake"})["status"] == "accepted"
    agrees(till)


def test_branch_that_voids_while_a_deposit_is_made_waits_and_is_refused(phone_of: PhoneOf) -> None:
    """Else the money left custody twice: once with the receipt, once when the bank confirmed the deposit."""
    till = open_till(phone_of)
    (bill,) = till.enrol()
    receipt = UUID(till.receive({bill["op"]: bill["result"]["amount"]})["result"]["receipt"])

    def void_it() -> str:
        try:
            with till.work() as work:
                void.void(work, branch_id=till.branch.id, receipt_id=receipt, reason="mistake")
        except Refused as refused:
            return refused.code
        finally:
            connection.close()
        return "void"

    with ThreadPoolExecutor(1) as pool:
        with till.work() as work:
            make(
                work,
                branch_id=till.branch.id,
                timezone="Asia/Jakarta",
                agent_id=till.agent.id,
                deposit_id=uuid7(),
                chosen=None,
            )
            answer = pool.submit(void_it)
            wait([answer], timeout=0.5)
        assert answer.result() == "E4703"
    agrees(till)


def test_bill_paid_in_another_way_ends_the_deposit_and_asks_a_person(phone_of: PhoneOf, bank: BankSimulator) -> None:
    till = open_till(phone_of)
    first, second = till.enrol(2)
    for one in (first, second):
        till.receive({one["op"]: one["result"]["amount"]})
    made = deposit(till)["result"]
    assert pay(bank, first["result"]["payment_code"], first["result"]["amount"]) == "2002500"
    state = till.look()
    assert state["deposits"][0]["state"] == "cancelled"
    waits = {one["enrolments"][0]: one["review"] for one in state["receipts"]}
    assert waits == {first["op"]: "paid_elsewhere", second["op"]: ""}
    assert pay(bank, made["code"], made["amount"]) != "2002500"
    again = deposit(till)["result"]
    assert (again["bills"], again["amount"]) == (1, second["result"]["amount"])
    agrees(till)


def test_agent_who_advanced_is_owed_until_the_member_gives_it_back(phone_of: PhoneOf, bank: BankSimulator) -> None:
    till = open_till(phone_of)
    (bill,) = till.enrol()
    member, amount = bill["op"], bill["result"]["amount"]
    till.receive({member: amount}, kind="advance")
    assert (till.held(), till.look()["advanced"]) == (0, []), "the bank has nothing yet"
    made = deposit(till)["result"]
    assert pay(bank, made["code"], amount) == "2002500"
    assert till.look()["advanced"] == [{"enrolment": member, "amount": amount}]
    till.receive({member: amount - 1_000}, kind="repayment", whole=False)
    assert till.look()["advanced"] == [{"enrolment": member, "amount": 1_000}]
    assert deposit(till)["code"] == "E4704", "that money is the agent's"
    agrees(till)


def test_share_pays_oldest_bills_first_and_none_in_part() -> None:
    member, other, bills, receipts = uuid7(), uuid7(), [uuid7() for _ in range(3)], [uuid7() for _ in range(3)]
    free = [Free(receipts[0], 0, member, 10), Free(receipts[1], 0, member, 15), Free(receipts[2], 0, other, 4)]
    owed = [(member, bills[0], 12), (member, bills[1], 20), (other, bills[2], 5)]
    assert share(free, owed) == [Part(receipts[0], 0, bills[0], 10), Part(receipts[1], 0, bills[0], 2)]
    assert share(free, [(member, bills[0], 99), (member, bills[1], 1)]) == [], "the oldest month first, or none"


@pytest.mark.parametrize("seed", range(4))
def test_any_sequence_keeps_custody_equal_to_undeposited_receipts(
    phone_of: PhoneOf, bank: BankSimulator, seed: int
) -> None:
    """Receipts, voids, deposits, payments of them and of members themselves, on two phones of one agent, in any order."""
    random = Random(seed)
    first = open_till(phone_of)
    second = open_till(phone_of, first.agent)
    bills = first.enrol(4)
    numbers: list[str] = []
    codes: list[tuple[str, int]] = [(one["result"]["payment_code"], one["result"]["amount"]) for one in bills]
    for _ in range(50):
        till = random.choice((first, second))
        what = random.choice(("receive", "receive", "twice", "void", "deposit", "pay", "cancel"))
        one = random.choice(bills)
        if what == "receive":
            amount = random.choice((one["result"]["amount"], 5_000, 40_000))
            kind = random.choice(("cash", "cash", "advance", "repayment"))
            numbers.append(till.receive({one["op"]: amount}, kind=kind)["result"]["number"])
        elif what == "twice" and numbers:
            till.receive({one["op"]: 7_000}, random.choice(numbers))
        elif what == "void" and numbers:
            till.op("cash_void", {"number": random.choice(numbers), "reason": "mistake"})
        elif what == "deposit":
            made = deposit(till, random.choice((None, numbers[-2:])))
            if made["status"] == "accepted":
                codes.append((made["result"]["code"], made["result"]["amount"]))
        elif what == "pay" and codes:
            pay(bank, *random.choice(codes))
        elif what == "cancel":
            opened = [entry["id"] for entry in till.look()["deposits"] if entry["state"] == "open"]
            if opened:
                till.op("cash_deposit", {"cancel": opened[0]})
        with till.work() as work:
            settle.settle(work, branch_id=till.branch.id)
        agrees(till)
