"""Anybody checks a receipt by its code: genuine and where the money is, not delivered yet, cancelled, or forged."""

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx
import pytest

from perisai.accounts import limit
from perisai.custody.signed import _FORM
from perisai.payments.books import shares
from perisai.written import rupiah
from tests.custody.till import PhoneOf, Till, open_till
from tests.payments.place import make_bank


@pytest.fixture(autouse=True)
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """All tests have one address."""
    monkeypatch.setattr(limit, "take", lambda **_: None)
    monkeypatch.setattr(limit, "check", lambda **_: None)


def state_of(http: httpx.Client, text: str) -> str:
    page = http.get(f"/kuitansi/{text}").text
    assert "<script" not in page
    return page.partition('data-state="')[2].partition('"')[0]


def revoke(till: Till, at: datetime) -> None:
    with till.work() as work:
        work.execute(
            "UPDATE accounts_device SET state = 'revoked', ended_at = %s, end_reason = 'lost' WHERE id = %s",
            [at, till.phone.device],
        )


def test_receipt_is_genuine_before_and_after_it_is_delivered(phone_of: PhoneOf, http: httpx.Client) -> None:
    till = open_till(phone_of)
    till.enrol()
    body = till.body({till.members[0]: 16_800})
    assert state_of(http, body["signed"]) == "missing"
    assert "Siti Aminah" in http.get(f"/kuitansi/{body['signed']}").text
    till.op("cash_receipt", body)
    page = http.get(f"/kuitansi/{body['signed']}").text
    assert 'data-state="held"' in page
    assert "Rp16.800" in page
    assert "Agen Uji" in page
    till.op("cash_void", {"number": body["number"], "reason": "mistake"})
    assert state_of(http, body["signed"]) == "void"


def test_forged_and_changed_codes_are_told_so(phone_of: PhoneOf, http: httpx.Client) -> None:
    till, other = open_till(phone_of), open_till(phone_of)
    body = till.body({"01980000-0000-7000-8000-000000000001": 16_800})
    raw = bytearray(base64.urlsafe_b64decode(body["signed"] + "=" * (-len(body["signed"]) % 4)))
    for at in (5, 40, len(raw) - 100, len(raw) - 3):
        changed = bytes(raw[:at]) + bytes([raw[at] ^ 1]) + bytes(raw[at + 1 :])
        assert state_of(http, base64.urlsafe_b64encode(changed).decode().rstrip("=")) == "forged", at
    assert state_of(http, body["signed"][:-8]) == "forged"
    receipt = 3 + int.from_bytes(raw[1:3])
    cut = raw[:receipt] + _FORM.size.to_bytes(2) + raw[receipt + 2 : receipt + 2 + _FORM.size] + raw[-64:]
    assert state_of(http, base64.urlsafe_b64encode(cut).decode().rstrip("=")) == "forged", "cut before the payer's name"
    assert state_of(http, "AAAA") == "forged"
    till.state["certificate"] = other.state["certificate"]
    assert state_of(http, till.body({}, till.number())["signed"]) == "forged", "another phone's certificate"


def test_number_of_another_receipt_is_told(phone_of: PhoneOf, http: httpx.Client) -> None:
    till = open_till(phone_of)
    till.enrol()
    number = till.number()
    till.receive({till.members[0]: 16_800}, number)
    second = till.body({till.members[0]: 5_000}, number)
    assert state_of(http, second["signed"]) == "differs"
    till.op("cash_receipt", second)
    assert state_of(http, second["signed"]) == "held", "it is kept, and a person looks at it"
    foreign = open_till(phone_of)
    assert state_of(http, till.body({till.members[0]: 1}, foreign.number())["signed"]) in ("forged", "differs")


def test_receipt_of_a_phone_switched_off_counts_only_from_before(phone_of: PhoneOf, http: httpx.Client) -> None:
    till = open_till(phone_of)
    till.enrol()
    body = till.body({till.members[0]: 16_800})
    revoke(till, datetime.now(UTC) + timedelta(minutes=1))
    page = http.get(f"/kuitansi/{body['signed']}").text
    assert 'data-state="missing"' in page
    assert "dimatikan" in page
    revoke(till, datetime.now(UTC) - timedelta(minutes=1))
    assert state_of(http, body["signed"]) == "phone_off"


def test_receipt_is_found_by_number_and_sum(phone_of: PhoneOf, http: httpx.Client) -> None:
    till = open_till(phone_of)
    till.enrol()
    answer = till.receive({till.members[0]: 16_800})
    number = answer["result"]["number"]
    page = http.get("/kuitansi/", params={"nomor": number, "jumlah": "16.800"}).text
    assert 'data-state="held"' in page
    assert "Siti" not in page
    assert http.get("/kuitansi/", params={"nomor": number, "jumlah": "16.801"}).status_code == 404
    for odd in ("K", "K00", "/", "9999999999/1", "1501-A/x", "K150100000018'"):
        assert http.get("/kuitansi/", params={"nomor": odd, "jumlah": "1"}).status_code == 404
    assert http.get("/kuitansi/", params={"nomor": number}).status_code == 200
    spaced = f" {number[:5]} {number[5:9]} {number[9:]}".lower()
    assert http.get("/kuitansi/", params={"nomor": spaced, "jumlah": "Rp 16.800"}).status_code == 200, (
        "as people type it"
    )
    assert 'role="alert"' in http.get("/kuitansi/", params={"nomor": number, "jumlah": "banyak"}).text


def test_page_says_which_programme_gets_what_and_of_whom_no_more_than_before(
    phone_of: PhoneOf, http: httpx.Client
) -> None:
    till = open_till(phone_of)
    one, other = till.enrol(2)
    whole = {answer["op"]: answer["result"]["amount"] for answer in (one, other)}
    number = till.receive(whole)["result"]["number"]
    sums = [0, 0, 0]
    with till.work() as work:
        for (lines,) in work.rows("SELECT lines FROM contributions_bill WHERE branch_id = %s", [till.branch.id]):
            told = shares.shares(lines)
            sums = [have + more for have, more in zip(sums, (told.jkk, told.jkm, told.jht), strict=True)]
    page = http.get("/kuitansi/", params={"nomor": number, "jumlah": str(sum(whole.values()))}).text
    for name, amount in zip(("JKK", "JKM", "JHT"), sums, strict=True):
        assert (f"{name} {rupiah(amount)}" in page) == (amount > 0)
    assert sum(sums) == sum(whole.values())
    assert "Siti" not in page
    part = till.receive({one["op"]: 5_000}, whole=False)["result"]["number"]
    assert "Program" not in http.get("/kuitansi/", params={"nomor": part, "jumlah": "5000"}).text, (
        "an instalment is none's"
    )


def test_members_own_page_says_who_has_the_money_until_the_bank_does(phone_of: PhoneOf, http: httpx.Client) -> None:
    till = open_till(phone_of)
    (bill,) = till.enrol()
    path = urlsplit(bill["result"]["pay_link"]).path
    assert 'class="cash"' not in http.get(path).text
    till.receive({bill["op"]: bill["result"]["amount"]})
    page = http.get(path).text
    assert 'data-cash="held"' in page
    assert page.index('data-cash="held"') < page.index("Bayar di mana"), "before the ways to pay it once more"
    assert "Agen Uji sejak" in page
    made = till.op("cash_deposit", {"receipts": None})["result"]
    assert 'data-cash="held"' in http.get(path).text, "a deposit that nobody paid changes nothing"
    assert make_bank().pay(made["code"], made["amount"]).status_code == 200
    till.look()
    page = http.get(path).text
    assert 'data-cash="received"' in page
    assert "diterima bank pada" in page
