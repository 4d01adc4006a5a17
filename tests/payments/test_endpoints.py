"""Every answer of domain/snap-va.md 4.6 through the front door, with both signature schemes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.payments.books import ledger
from perisai.payments.codes import code as codes
from perisai.web.simulate.bank import BankSimulator, new_external_id
from tests.payments.place import Billed, make_bank, make_billed, notifications, read, with_credentials

pytestmark = pytest.mark.usefixtures("database")
PAYMENT, INQUIRY, STATUS = "/transfer-va/payment", "/transfer-va/inquiry", "/transfer-va/status"


@pytest.fixture(params=["symmetric", "asymmetric"])
def bank(request: pytest.FixtureRequest) -> BankSimulator:
    padding = " " if request.param == "symmetric" else "0"
    return make_bank(scheme=request.param, padding=padding)


@pytest.fixture
def owed() -> Iterator[Billed]:
    """An open bill; afterwards the branch's money must balance, whatever the test did."""
    billed = make_billed()
    yield billed
    with Work(scope=Scope.branch(billed.branch.id)) as work:
        assert ledger.prove(work, billed.branch.id) == []


def code(answer: httpx.Response) -> str:
    body = answer.json()
    assert body["responseCode"][:3] == str(answer.status_code)
    assert body["responseMessage"]
    return str(body["responseCode"])


def test_inquiry_open_bill_tells_amount_and_short_name(bank: BankSimulator, owed: Billed) -> None:
    answer = bank.inquire(owed.code)
    assert code(answer) == "2002400"
    data = answer.json()["virtualAccountData"]
    assert data["totalAmount"] == {"value": f"{owed.amount}.00", "currency": "IDR"}
    assert data["virtualAccountName"] == "Siti A. U."
    assert data["inquiryStatus"] == "00"
    assert data["customerNo"] == owed.code


def test_payment_first_makes_member_active(bank: BankSimulator, owed: Billed) -> None:
    before = datetime.now(UTC)
    answer = bank.pay(owed.code, owed.amount)
    assert code(answer) == "2002500"
    assert answer.json()["virtualAccountData"]["paymentFlagStatus"] == "00"
    books = read(owed)
    assert (books["state"], books["bill"], books["payments"], books["months"]) == ("active", "paid", 1, 1)
    assert before <= books["cover_from"] <= datetime.now(UTC)
    assert books["first_month"] == books["paid_through"]
    (kept,) = notifications(bank)
    assert kept["state"] == "credited"
    assert "Authorization" not in kept["headers"]


def test_status_paid_and_unpaid_told_apart(bank: BankSimulator, owed: Billed) -> None:
    assert code(bank.ask_status(owed.code)) == "4042601"
    message = bank.payment(owed.code, owed.amount)
    bank.send(PAYMENT, message)
    answer = bank.ask_status(owed.code, message["paymentRequestId"])
    assert code(answer) == "2002600"
    data = answer.json()["virtualAccountData"]
    assert (data["paymentFlagStatus"], data["paymentRequestId"]) == ("00", message["paymentRequestId"])
    assert code(bank.ask_status(owed.code, "other")) == "4042601"
    assert code(bank.ask_status("999999999999")) == "4042612"


def test_payment_same_request_again_answers_success_and_credits_once(bank: BankSimulator, owed: Billed) -> None:
    message = bank.payment(owed.code, owed.amount)
    first, again = bank.send(PAYMENT, message), bank.send(PAYMENT, message)
    assert (code(first), code(again)) == ("2002500", "2002500")
    assert read(owed)["payments"] == 1
    assert [one["state"] for one in notifications(bank)] == ["credited", "repeat"]


def test_payment_same_request_other_content_inconsistent(bank: BankSimulator, owed: Billed) -> None:
    message = bank.payment(owed.code, owed.amount)
    bank.send(PAYMENT, message)
    other = make_billed(owed.branch)
    changed = message | bank.account(other.code)
    assert code(bank.send(PAYMENT, changed)) == "4042518"
    assert read(other)["payments"] == 0
    assert [one["state"] for one in notifications(bank)] == ["credited", "suspense"]


def test_payment_paid_bill_waits_in_suspense(bank: BankSimulator, owed: Billed) -> None:
    bank.pay(owed.code, owed.amount)
    answer = bank.pay(owed.code, owed.amount)
    assert code(answer) == "4042514"
    assert answer.json()["virtualAccountData"]["paymentFlagStatus"] == "01"
    assert code(bank.inquire(owed.code)) == "4042414"
    assert read(owed)["payments"] == 1
    assert notifications(bank)[-1]["state"] == "suspense"


@pytest.mark.parametrize("changes", [{"value": "1.00"}, {"value": "16800.50"}, {"value": "0.00"}])
def test_payment_wrong_amount_waits_in_suspense(bank: BankSimulator, owed: Billed, changes: dict[str, str]) -> None:
    amount = {"currency": "IDR"} | changes
    assert code(bank.pay(owed.code, owed.amount, paidAmount=amount)) == "4042513"
    assert read(owed)["state"] == "accepted"
    assert notifications(bank)[-1]["state"] == "suspense"


def test_unknown_code_invalid_bill(bank: BankSimulator) -> None:
    assert code(bank.inquire("150199999999")) == "4042412"
    assert code(bank.pay("150199999999", 16800)) == "4042512"
    assert notifications(bank)[-1]["state"] == "suspense"


def test_expired_bill_told_so(bank: BankSimulator) -> None:
    old = make_billed(at=datetime.now(UTC) - timedelta(days=40))
    assert code(bank.inquire(old.code)) == "4042419"
    assert code(bank.pay(old.code, old.amount)) == "4042519"
    assert read(old)["payments"] == 0


@pytest.mark.parametrize(
    ("state", "words"), [("review", "Not Ready Yet"), ("cancelled", "Cancelled"), ("ended", "Cancelled")]
)
def test_enrolment_not_payable_invalid_bill_with_reason(bank: BankSimulator, state: str, words: str) -> None:
    member = make_billed(state=state)
    asked = bank.inquire(member.code)
    assert code(asked) == "4042412"
    assert words in asked.json()["responseMessage"]
    assert code(bank.pay(member.code, member.amount)) == "4042512"
    assert read(member)["state"] == state


def test_bank_prefix_before_code_accepted(bank: BankSimulator) -> None:
    """A code may also be written with the bank's own prefix in front, all of it in the customer's number."""
    assert code(bank.inquire("1")) == "4042412"


FORMATS: list[tuple[dict[str, Any], str, str]] = [
    ({"partnerServiceId": None}, "4002502", "partnerServiceId"),
    ({"customerNo": ""}, "4002502", "customerNo"),
    ({"customerNo": "12A"}, "4002501", "customerNo"),
    ({"virtualAccountNo": "1"}, "4002501", "virtualAccountNo"),
    ({"paymentRequestId": None}, "4002502", "paymentRequestId"),
    ({"paymentRequestId": "x" * 129}, "4002501", "paymentRequestId"),
    ({"paymentRequestId": "a\u0000b"}, "4002501", "paymentRequestId"),
    ({"paidAmount": None}, "4002502", "paidAmount"),
    ({"paidAmount": {"currency": "IDR"}}, "4002502", "paidAmount.value"),
    ({"paidAmount": {"value": "16800", "currency": "IDR"}}, "4002501", "paidAmount.value"),
    ({"paidAmount": {"value": 16800.0, "currency": "IDR"}}, "4002501", "paidAmount.value"),
    ({"paidAmount": {"value": "16800.00", "currency": "USD"}}, "4002501", "paidAmount.currency"),
    ({"trxDateTime": "kemarin"}, "4002501", "trxDateTime"),
    ({"trxDateTime": "0001-01-01T00:00:00+07:00"}, "4002501", "trxDateTime"),
    ({"paidAmount": []}, "4002501", "paidAmount"),
    ({"customerNo": {"a": 1}}, "4002501", "customerNo"),
    ({"referenceNo": 5}, "4002501", "referenceNo"),
    ({"partnerServiceId": "   99999", "virtualAccountNo": "   999991"}, "4042516", "Partner Not Found"),
]


@pytest.mark.parametrize(("changes", "wanted", "field"), FORMATS)
def test_payment_field_wrong_names_it(bank: BankSimulator, changes: dict[str, Any], wanted: str, field: str) -> None:
    message = bank.payment("150100000017", 16800) | changes
    if wanted == "4042516":
        message["customerNo"] = "1"
    answer = bank.send(PAYMENT, message)
    assert code(answer) == wanted
    assert field in answer.json()["responseMessage"]
    assert len(notifications(bank)) == 1, "stored before it was judged"


HEADERS: list[tuple[dict[str, str], str, str]] = [
    ({"X-TIMESTAMP": ""}, "4002502", "X-TIMESTAMP"),
    ({"X-TIMESTAMP": "22/11/2026"}, "4002501", "X-TIMESTAMP"),
    ({"X-TIMESTAMP": "0001-01-01T00:00:00+07:00"}, "4002501", "X-TIMESTAMP"),
    ({"X-SIGNATURE": ""}, "4002502", "X-SIGNATURE"),
    ({"X-PARTNER-ID": ""}, "4002502", "X-PARTNER-ID"),
    ({"X-PARTNER-ID": "nobody"}, "4012500", "Unknown Client"),
    ({"X-SIGNATURE": "AAAA"}, "4012500", "Signature"),
    ({"X-TIMESTAMP": "2026-01-01T10:00:00+07:00"}, "4012500", "X-TIMESTAMP"),
]


@pytest.mark.parametrize(("headers", "wanted", "word"), HEADERS)
def test_payment_not_authenticated_refused_and_not_stored(
    bank: BankSimulator, headers: dict[str, str], wanted: str, word: str
) -> None:
    answer = bank.send(PAYMENT, bank.payment("150100000017", 16800), headers=headers)
    assert code(answer) == wanted
    assert word in answer.json()["responseMessage"]
    assert notifications(bank) == []


@pytest.mark.parametrize(
    ("headers", "wanted", "word"),
    [
        ({"X-EXTERNAL-ID": ""}, "4002502", "X-EXTERNAL-ID"),
        ({"X-EXTERNAL-ID": "abc"}, "4002501", "X-EXTERNAL-ID"),
        ({"CHANNEL-ID": ""}, "4002502", "CHANNEL-ID"),
        ({"CHANNEL-ID": "123456"}, "4002501", "CHANNEL-ID"),
        ({"Content-Type": "text/plain"}, "4002501", "Content-Type"),
    ],
)
def test_payment_header_wrong_after_authentication_stored_and_refused(
    bank: BankSimulator, owed: Billed, headers: dict[str, str], wanted: str, word: str
) -> None:
    answer = bank.send(PAYMENT, bank.payment(owed.code, owed.amount), headers=headers)
    assert code(answer) == wanted
    assert word in answer.json()["responseMessage"]
    assert [one["state"] for one in notifications(bank)] == ["refused"]
    assert read(owed)["payments"] == 0


@pytest.mark.parametrize("body", [b"", b"not json", b"[1]", b'{"a": "\xff"}', b"{" * 1000])
def test_payment_garbage_body_bad_request(bank: BankSimulator, body: bytes) -> None:
    headers = bank.signed_headers(f"/snap/v1.0{PAYMENT}", body)
    answer = bank.client.post(f"{bank.origin}/snap/v1.0{PAYMENT}", content=body, headers=headers)
    assert code(answer) == "4002500"
    assert [one["state"] for one in notifications(bank)] == ["refused"]


def test_payment_body_too_large_bad_request(bank: BankSimulator) -> None:
    body = b" " * 100_000
    answer = bank.client.post(
        f"{bank.origin}/snap/v1.0{PAYMENT}", content=body, headers=bank.signed_headers(f"/snap/v1.0{PAYMENT}", body)
    )
    assert code(answer) == "4002500"


def test_signature_over_path_of_standard_accepted(bank: BankSimulator, owed: Billed) -> None:
    import orjson

    body = orjson.dumps(bank.payment(owed.code, owed.amount))
    headers = bank.signed_headers(f"/v1.0{PAYMENT}", body)
    answer = bank.client.post(f"{bank.origin}/snap/v1.0{PAYMENT}", content=body, headers=headers)
    assert code(answer) == "2002500"


def test_payment_pretty_printed_body_has_same_signature(bank: BankSimulator, owed: Billed) -> None:
    import orjson

    message = bank.payment(owed.code, owed.amount)
    headers = bank.signed_headers(f"/snap/v1.0{PAYMENT}", orjson.dumps(message))
    pretty = orjson.dumps(message, option=orjson.OPT_INDENT_2)
    answer = bank.client.post(f"{bank.origin}/snap/v1.0{PAYMENT}", content=pretty, headers=headers)
    assert code(answer) == "2002500"


def test_external_id_again_conflict_by_setting(owed: Billed) -> None:
    bank, external_id = make_bank(reuse="conflict"), new_external_id()
    message = bank.payment(owed.code, owed.amount)
    assert code(bank.send(PAYMENT, message, external_id=external_id)) == "2002500"
    assert code(bank.send(PAYMENT, message, external_id=external_id)) == "4092500"
    asked = {**bank.account(owed.code), "inquiryRequestId": "I1"}
    assert code(bank.send(INQUIRY, asked, external_id=external_id)) == "4042414"
    assert code(bank.send(INQUIRY, asked, external_id=external_id)) == "4092400"
    assert len(notifications(bank)) == 1


def test_external_id_again_replays_original_answer_by_setting(owed: Billed) -> None:
    bank, external_id = make_bank(reuse="replay"), new_external_id()
    asked = {**bank.account(owed.code), "inquiryRequestId": "I1"}
    first = bank.send(INQUIRY, asked, external_id=external_id)
    message = bank.payment(owed.code, owed.amount)
    paid = bank.send(PAYMENT, message, external_id=external_id)
    again = bank.send(PAYMENT, message, external_id=external_id)
    assert (paid.json(), paid.status_code) == (again.json(), again.status_code)
    assert bank.send(INQUIRY, asked, external_id=external_id).json() == first.json(), "as it was before it was paid"
    assert read(owed)["payments"] == 1


@pytest.mark.parametrize("reuse", ["conflict", "replay"])
def test_external_id_with_other_bytes_conflict_and_kept(reuse: str, owed: Billed) -> None:
    bank, external_id, other = make_bank(reuse=reuse), new_external_id(), make_billed(owed.branch)
    bank.send(PAYMENT, bank.payment(owed.code, owed.amount), external_id=external_id)
    changed = bank.payment(other.code, other.amount)
    assert code(bank.send(PAYMENT, changed, external_id=external_id)) == "4092500"
    assert [one["state"] for one in notifications(bank)] == ["credited", "suspense"]
    assert read(other)["payments"] == 0


def test_token_wrong_signature_unknown_client_and_grant_refused() -> None:
    bank = make_bank()
    path = f"{bank.origin}/snap/v1.0/access-token/b2b"
    good = with_credentials(bank)
    assert good.get_token()
    unknown = {
        "X-CLIENT-KEY": "nobody",
        "X-TIMESTAMP": datetime.now(UTC).isoformat(timespec="seconds"),
        "X-SIGNATURE": "AAAA",
    }
    assert code(bank.client.post(path, json={"grantType": "client_credentials"}, headers=unknown)) == "4017300"
    known = unknown | {"X-CLIENT-KEY": bank.credentials.client_key}
    assert code(bank.client.post(path, json={"grantType": "client_credentials"}, headers=known)) == "4017300"
    assert code(bank.client.post(path, json={}, headers={})) == "4007302"


def test_token_missing_unknown_or_expired_told_apart(owed: Billed) -> None:
    bank = make_bank(token_seconds=0)
    message = bank.payment(owed.code, owed.amount)
    assert code(bank.send(PAYMENT, message)) == "4012501"
    assert code(bank.send(PAYMENT, message, headers={"Authorization": "Bearer nonsense"})) == "4012501"
    assert code(bank.send(PAYMENT, message, headers={"Authorization": ""})) == "4012503"
    assert notifications(bank) == []


def test_token_of_another_bank_refused(owed: Billed) -> None:
    bank, other = make_bank(), make_bank()
    message = bank.payment(owed.code, owed.amount)
    answer = bank.send(PAYMENT, message, headers={"Authorization": f"Bearer {other.get_token()}"})
    assert code(answer) == "4012501"


def test_closed_bank_refused(owed: Billed) -> None:
    bank = make_bank(scheme="asymmetric", is_open=False)
    assert code(bank.pay(owed.code, owed.amount)) == "4012500"


def test_nik_channel_finds_enrolment_and_keeps_number_masked(owed: Billed) -> None:
    bank = make_bank(scheme="asymmetric", channel="nik")
    nik = f"1571080101809{owed.branch.id % 1000:03d}"
    with Work(scope=Scope.branch(owed.branch.id)) as work:
        codes.issue_many(work, branch_id=owed.branch.id, niks={owed.enrolment_id: nik})
    assert code(bank.inquire(owed.code)) == "4042412", "own numbers are another channel"
    assert code(bank.pay(nik, owed.amount)) == "2002500"
    (kept,) = notifications(bank)
    assert kept["payment_code"] == f"{nik[:4]}**********{nik[-2:]}"
    assert nik not in str({**kept, "body": bytes(kept["body"])})
    with Work(scope=Scope.of([])) as work:
        asked = work.rows("SELECT answer FROM payments_exchange WHERE bank_id = %s", [bank.credentials.client_key])
    assert nik not in str(asked)


def test_database_away_snap_body_503_with_retry_after(
    bank: BankSimulator, owed: Billed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was done, and the bank may ask again with the same X-EXTERNAL-ID."""
    from django.db import OperationalError

    from perisai.payments.snap import notify

    message = bank.payment(owed.code, owed.amount)
    with monkeypatch.context() as patch:
        patch.setattr(notify, "_store", _away(OperationalError("server closed the connection unexpectedly")))
        answer = bank.send(PAYMENT, message, external_id="7")
    assert (code(answer), answer.headers["Retry-After"]) == ("5032500", "2")
    assert code(bank.send(PAYMENT, message, external_id="7")) == "2002500"


def _away(error: Exception) -> Any:
    def fail(*arguments: Any) -> None:
        raise error

    return fail
