"""Receipts from a phone: judged once, never lost, each in the ledger; what is wrong with one sends it to a person."""

from datetime import UTC, date, datetime, timedelta

from perisai.custody import numbers
from perisai.custody.signed import open_text
from perisai.payments.codes.code import is_well_formed
from perisai.sync.clock import make_token
from tests.custody.till import PhoneOf, Till, open_till, texts
from tests.payments.second import approve_all
from tests.world import jakarta_today, make_agent


def be_away(till: Till, days: int) -> None:
    then = datetime.now(UTC) - timedelta(days=days)
    till.phone.token, till.phone.clock_skew_ms = make_token(then), -days * 86_400_000
    till.phone.token_clock = till.phone.clock_ms()


def test_receipt_made_without_signal_is_kept_and_stands_in_the_ledger(phone_of: PhoneOf) -> None:
    till = open_till(phone_of)
    till.enrol(2)
    first, second = till.members
    lines, answer = {first: 16_800, second: 16_800}, None
    body = till.body(lines)
    till.phone.op("cash_receipt", body)
    sent = list(till.phone.outbox)
    answer = till.phone.push()[0]
    assert answer["status"] == "accepted", answer
    assert answer["result"]["review"] == ""
    assert (till.held(), till.undeposited()) == (33_600, 33_600)
    till.phone.outbox = sent
    assert till.phone.push()[0]["result"] == answer["result"], "the same op again"
    again = till.op("cash_receipt", body)
    assert again["result"]["receipt"] == answer["result"]["receipt"], "the same receipt in another op"
    assert till.held() == 33_600

    state = till.look()
    (shown,) = state["receipts"]
    assert (shown["amount"], shown["state"], shown["number"]) == (33_600, "held", body["number"])
    assert (state["held"], state["limit"]) == (33_600, 3_000_000)
    assert body["number"] not in state["numbers"]
    said = [text for text in texts(till.branch) if "K" in text and "Belum sampai di bank" in text]
    assert len(said) == 2, "each member hears that an agent says to have their money"


def test_numbers_are_the_branchs_own_and_checked(phone_of: PhoneOf) -> None:
    till = open_till(phone_of)
    reserved = till.state["numbers"]
    assert len(reserved) == numbers.BLOCK
    assert all(one[0] == "K" and is_well_formed(one[1:]) and one[1:5] == f"{till.branch.id:04d}" for one in reserved)
    other = open_till(phone_of, till.agent)
    assert not set(other.state["numbers"]) & set(reserved), "two phones of one agent share none"


def test_qr_says_what_the_receipt_says(phone_of: PhoneOf) -> None:
    till = open_till(phone_of)
    body = till.body({"01980000-0000-7000-8000-000000000001": 16_800})
    found, raw = open_text(body["signed"])
    assert (found.said.number, found.said.amount, found.said.payer_name) == (body["number"], 16_800, "Siti Aminah")
    assert str(found.certificate.device_id) == till.phone.device
    assert len(raw) < 400, "the code must stay small enough to scan"


def test_same_number_twice_keeps_the_money_and_asks_a_person(phone_of: PhoneOf) -> None:
    till = open_till(phone_of)
    till.enrol()
    number = till.number()
    till.receive({till.members[0]: 16_800}, number)
    second = till.receive({till.members[0]: 5_000}, number)
    assert (second["status"], second["result"]["review"]) == ("accepted", "number_twice")
    other = open_till(phone_of, make_agent(till.branch))
    foreign = other.receive({till.members[0]: 9_000}, till.number())
    assert set(foreign["result"]["review"].split(",")) == {"number_unknown", "not_own_member"}
    assert (till.held(), other.held()) == (21_800, 9_000)


def test_unsigned_or_changed_receipt_is_kept_for_a_person(phone_of: PhoneOf) -> None:
    till = open_till(phone_of)
    till.enrol()
    body = till.body({till.members[0]: 16_800})
    body["lines"][0]["amount"] = 15_000
    assert till.op("cash_receipt", body)["result"]["review"] == "not_signed", "the paper says more than the op"
    assert (
        till.op("cash_receipt", till.body({till.members[0]: 100}) | {"signed": None})["result"]["review"]
        == "not_signed"
    )
    assert till.op("cash_receipt", {"number": "K1", "lines": []})["code"] == "E4701"
    assert till.held() == 15_100


def test_paper_that_names_another_payer_or_time_is_kept_for_a_person(phone_of: PhoneOf) -> None:
    till = open_till(phone_of)
    till.enrol()
    whose = {till.members[0]: 1_000}
    body = till.body(whose)
    body["payer"]["name"] = "Orang Lain"
    assert till.op("cash_receipt", body)["result"]["review"] == "other_name"
    for minutes, review in ((-16, "other_time"), (-14, ""), (14, ""), (16, "other_time")):
        till.phone.clock_skew_ms = minutes * 60_000
        body = till.body(whose)
        till.phone.clock_skew_ms = 0
        assert till.op("cash_receipt", body)["result"]["review"] == review, minutes
    assert till.held() == 5_000


def test_cash_above_the_limit_is_taken_and_looked_at(phone_of: PhoneOf) -> None:
    till = open_till(phone_of)
    till.enrol()
    assert till.receive({till.members[0]: 2_900_000})["result"]["review"] == ""
    assert till.receive({till.members[0]: 200_000})["result"]["review"] == "over_limit"
    assert till.held() == 3_100_000
    assert till.receive({till.members[0]: 700_000}, kind="advance")["result"]["review"] == "", "the agent's own money"
    assert till.held() == 3_100_000


def test_new_cash_while_some_is_overdue_is_looked_at_by_the_day_it_was_taken(phone_of: PhoneOf) -> None:
    till = open_till(phone_of)
    till.enrol()
    be_away(till, 12)
    late = till.receive({till.members[0]: 16_800})
    assert late["result"]["review"] == ""
    assert date.fromisoformat(late["result"]["due_on"]) < jakarta_today()
    be_away(till, 11)
    assert till.receive({till.members[0]: 1_000})["result"]["review"] == "", "nothing was overdue on that day"
    till.phone.clock_skew_ms = 0
    assert till.look()["overdue"] == 2
    assert till.receive({till.members[0]: 1_000})["result"]["review"] == "overdue"


def test_void_gives_the_money_back_in_the_ledger_once(phone_of: PhoneOf) -> None:
    till = open_till(phone_of)
    till.enrol()
    number = till.number()
    till.receive({till.members[0]: 16_800}, number)
    assert till.op("cash_void", {"number": number, "reason": "returned"})["status"] == "accepted"
    assert till.op("cash_void", {"number": number, "reason": "mistake"})["status"] == "accepted", "it is void"
    assert (till.held(), till.undeposited()) == (0, 0)
    assert till.op("cash_void", {"number": "K300100000014", "reason": "mistake"})["code"] == "E4702"
    stranger = open_till(phone_of, make_agent(till.branch))
    other = till.number()
    till.receive({till.members[0]: 1_000}, other)
    assert stranger.op("cash_void", {"number": other, "reason": "mistake"})["code"] == "E4702"
    assert any("dibatalkan" in text and "dikembalikan" in text for text in texts(till.branch))


def test_void_later_than_a_day_waits_for_the_branch_and_the_phone_says_so(phone_of: PhoneOf) -> None:
    till = open_till(phone_of)
    till.enrol()
    be_away(till, 2)
    number = till.number()
    till.receive({till.members[0]: 16_800}, number)
    till.phone.clock_skew_ms = 0
    till.look()
    for _ in range(2):  # asked twice is asked once
        answer = till.op("cash_void", {"number": number, "reason": "mistake"})
        assert (answer["status"], answer["result"]["state"], answer["result"]["waits"]) == ("accepted", "held", True)
    assert (till.held(), till.undeposited()) == (16_800, 16_800)
    (told,) = till.look()["receipts"]
    assert (told["state"], told["void_waits"]) == ("held", True)
    approve_all(till.branch.id)
    assert (till.held(), till.undeposited()) == (0, 0)
    (told,) = till.look()["receipts"]
    assert (told["state"], told["void_waits"]) == ("void", False)


def test_cash_of_a_negative_sum_is_rejected_and_the_rest_of_the_push_is_taken(phone_of: PhoneOf) -> None:
    till = open_till(phone_of)
    till.enrol()
    body = till.body({till.members[0]: 16_800})
    for amount in (-16_800, 0):
        wrong = body | {"lines": [body["lines"][0] | {"amount": amount}]}
        till.phone.op("cash_receipt", wrong)
    till.phone.op("cash_receipt", body)
    answers = till.phone.push()
    assert [(one["status"], one.get("code")) for one in answers] == [
        ("rejected", "E4701"), ("rejected", "E4701"), ("accepted", None),
    ]  # fmt: skip
    assert till.held() == till.undeposited() == 16_800
