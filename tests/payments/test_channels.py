"""Keys that change while payments run, codes that a bank wants to know beforehand, and the pages of both."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.db import connection
from django.test import Client

from perisai.accounts.models import Role
from perisai.errors import Refused
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work
from perisai.payments.banks import keys as bank_keys
from perisai.payments.banks import mandate, virtual_account
from perisai.payments.demo import public_pem
from perisai.payments.snap.client import BankRefused, SnapClient
from perisai.web.simulate.bank import BankSimulator
from perisai.web.simulate.bank_desk import CLIENT, BankDesk
from tests.accounts.people import logged_in, make_user, tree
from tests.payments.place import PRIVATE_PEM, make_bank, make_billed, read, with_credentials
from tests.world import Branch

pytestmark = pytest.mark.usefixtures("database")
NEW_SECRET = "rahasia-baru-yang-panjang"


def _rotate(bank: BankSimulator, kind: str, value: str, overlap: timedelta) -> None:
    with Work(scope=Scope.of([]), actor=Actor(make_user(Role.HEAD_OFFICE).id)) as work:
        bank_keys.rotate(work, bank_id=bank.credentials.client_key, kind=kind, value=value, overlap=overlap)


def _pays(bank: BankSimulator) -> str:
    owed = make_billed()
    return str(bank.pay(owed.code, owed.amount).json()["responseCode"])


def test_rotate_secret_while_payments_run_refuses_none_and_ends_the_old_one() -> None:
    bank = make_bank()
    new = with_credentials(bank, client_secret=NEW_SECRET.encode())
    owed = [make_billed() for _ in range(12)]
    bank.get_token()
    new.get_token()

    def pay(number: int) -> str:
        try:
            if number == 4:
                _rotate(bank, "secret", NEW_SECRET, timedelta(hours=1))
            sender = new if number >= 8 else bank
            return str(sender.pay(owed[number].code, owed[number].amount).json()["responseCode"])
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        assert [one.result() for one in [pool.submit(pay, number) for number in range(12)]] == ["2002500"] * 12
    with Work(scope=Scope.of([])) as work:
        (old,) = bank_keys.listed(work, bank_id=bank.credentials.client_key)
        bank_keys.end(work, bank_id=bank.credentials.client_key, key_id=old["id"])
    assert (_pays(bank), _pays(new)) == ("4012500", "2002500")
    with Work(scope=Scope.of([])) as work, pytest.raises(Refused, match="E4912"):
        bank_keys.end(work, bank_id=bank.credentials.client_key, key_id=old["id"])


def test_rotate_public_key_old_signature_taken_until_the_overlap_is_over() -> None:
    pem = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    bank, stopped = make_bank(scheme="asymmetric"), make_bank(scheme="asymmetric")
    _rotate(bank, "public", public_pem(pem), timedelta(hours=1))
    _rotate(stopped, "public", public_pem(pem), timedelta())
    assert (_pays(bank), _pays(with_credentials(bank, private_key=pem))) == ("2002500", "2002500")
    assert (_pays(stopped), _pays(with_credentials(stopped, private_key=pem))) == ("4012500", "2002500")
    with pytest.raises(Refused, match="E4912"):
        _rotate(bank, "public", public_pem(pem), timedelta(hours=1))
    with pytest.raises(Refused, match="E4010"):
        _rotate(bank, "public", "nonsense", timedelta(hours=1))


SECRET = b"rahasia-meja-bank-1234"


def _caller(desk: BankDesk, after: type[BaseException] | None = None, **changes: Any) -> SnapClient:
    """``after``: what happens once the bank has done what it was asked for."""

    def serve(request: httpx.Request) -> httpx.Response:
        headers = {
            name.upper() if name.startswith("x-") else name.title(): value for name, value in request.headers.items()
        }
        status, body = desk.answer(request.method, request.url.path, headers, request.content)
        if after is not None and "access-token" not in request.url.path:
            raise after("lost")
        return httpx.Response(status, content=orjson.dumps(body))

    given = {
        "origin": "http://bank",
        "client_key": CLIENT,
        "client_secret": SECRET,
        "private_key": PRIVATE_PEM,
    } | changes
    return SnapClient(**given, http=httpx.Client(transport=httpx.MockTransport(serve)))


def test_bank_learns_codes_their_changes_and_their_end() -> None:
    bank, owed = make_bank(), make_billed()
    desk = BankDesk(SECRET, public_pem(PRIVATE_PEM))
    form = {
        "origin": "http://bank",
        "client_key": CLIENT,
        "desk_secret": SECRET.decode(),
        "private_key": PRIVATE_PEM.decode(),
    }
    with Work(scope=Scope.of([])) as work:
        virtual_account.save_desk(work, bank_id=bank.credentials.client_key, given=form | {"is_open": "1"})
    now = datetime.now(UTC)

    def register(at: datetime, caller: SnapClient) -> tuple[int, int]:
        return virtual_account.register_due(owed.branch.id, at, client=lambda **_: caller)

    try:
        assert register(now, _caller(desk, client_secret=b"salah")) == (0, 1)
        assert desk.codes == {}
        with Work(scope=Scope.branch(owed.branch.id)) as work:
            (failed,) = virtual_account.failed(work, bank_id=bank.credentials.client_key)
        assert (failed["code"], failed["error"][:7]) == (owed.code, "4012700")
        assert register(now, _caller(desk)) == (0, 0), "it waits before it tries again"
        assert register(now + timedelta(minutes=5), _caller(desk)) == (1, 0)
        assert desk.codes == {owed.code: f"{owed.amount}.00"}
        asked = virtual_account.ask({"partner_service_id": "1", "padding": " "}, _caller(desk), owed.code, now)
        assert asked["responseCode"] == "2003000"
        with Work(scope=Scope.branch(owed.branch.id)) as work:
            sql = "UPDATE contributions_bill SET amount = amount + 1000 WHERE branch_id = %s"
            work.execute(sql, [owed.branch.id])
        assert register(now + timedelta(minutes=6), _caller(desk)) == (1, 0)
        assert desk.codes == {owed.code: f"{owed.amount + 1000}.00"}
        with Work(scope=Scope.branch(owed.branch.id)) as work:
            work.execute("UPDATE contributions_bill SET amount = amount - 1000 WHERE branch_id = %s", [owed.branch.id])
        assert bank.pay(owed.code, owed.amount).status_code == 200
        del desk.codes[owed.code]
        with_status = _caller(desk, paths={"paid": "/v1.0/transfer-va/update-status"})
        assert register(now + timedelta(minutes=7), with_status) == (1, 0), "what the bank forgot needs no end"
        assert (desk.codes, desk.paid) == ({}, [])
        assert register(now + timedelta(minutes=8), _caller(desk)) == (0, 0)
        assert read(owed)["payments"] == 1
        with pytest.raises(BankRefused, match="404"):
            virtual_account.ask({"partner_service_id": "1", "padding": " "}, _caller(desk), owed.code, now)
    finally:
        with Work(scope=Scope.of([])) as work:
            virtual_account.save_desk(work, bank_id=bank.credentials.client_key, given=form | {"is_open": ""})


def test_answer_of_the_bank_is_lost_and_the_code_is_told_again() -> None:
    """It was created there, and a crash here forgot that: to create it once more is no failure for ever."""
    bank, owed = make_bank(), make_billed()
    desk = BankDesk(SECRET, public_pem(PRIVATE_PEM), codes={owed.code: "1.00"})
    form = {"origin": "http://bank", "client_key": CLIENT, "desk_secret": SECRET.decode(), "is_open": "1"}
    with Work(scope=Scope.of([])) as work:
        given = form | {"private_key": PRIVATE_PEM.decode()}
        virtual_account.save_desk(work, bank_id=bank.credentials.client_key, given=given)
    caller, now = _caller(desk, paths={"paid": "/v1.0/transfer-va/update-status"}), datetime.now(UTC)
    try:
        assert virtual_account.register_due(owed.branch.id, now, client=lambda **_: caller) == (1, 0)
        assert desk.codes == {owed.code: f"{owed.amount}.00"}
        assert bank.pay(owed.code, owed.amount).status_code == 200
        later = now + timedelta(minutes=1)
        assert virtual_account.register_due(owed.branch.id, later, client=lambda **_: caller) == (1, 0)
        assert (desk.codes, desk.paid) == ({}, [owed.code]), "it is told that the code was paid before it is deleted"
        with Work(scope=Scope.nation()) as work:
            told = virtual_account.told(work, bank_id=bank.credentials.client_key)
        assert (told["known"], told["waiting"], [one["code"] for one in told["last"]]) == (0, 0, [owed.code])
    finally:
        with Work(scope=Scope.of([])) as work:
            virtual_account.save_desk(work, bank_id=bank.credentials.client_key, given=form | {"is_open": ""})


@pytest.mark.parametrize("ends", [httpx.ReadTimeout, SystemExit], ids=["no answer", "worker killed"])
def test_code_that_is_paid_while_the_banks_answer_is_lost_is_ended_there_all_the_same(
    ends: type[BaseException],
) -> None:
    """The bank had made it and nobody here knew; paid elsewhere, it was wanted as little as it was known, and stayed payable."""
    bank, owed = make_bank(), make_billed()
    desk = BankDesk(SECRET, public_pem(PRIVATE_PEM))
    form = {"origin": "http://bank", "client_key": CLIENT, "desk_secret": SECRET.decode(), "is_open": "1"}
    with Work(scope=Scope.of([])) as work:
        given = form | {"private_key": PRIVATE_PEM.decode()}
        virtual_account.save_desk(work, bank_id=bank.credentials.client_key, given=given)
    now = datetime.now(UTC)

    def register(at: datetime, caller: SnapClient) -> tuple[int, int]:
        return virtual_account.register_due(owed.branch.id, at, client=lambda **_: caller)

    try:
        with suppress(SystemExit):
            assert register(now, _caller(desk, after=ends)) == (0, 1)
        assert desk.codes == {owed.code: f"{owed.amount}.00"}, "the bank has it"
        assert bank.pay(owed.code, owed.amount).status_code == 200
        assert register(now + timedelta(minutes=5), _caller(desk)) == (1, 0)
        assert desk.codes == {}
        assert register(now + timedelta(minutes=9), _caller(desk)) == (0, 0), "once"
    finally:
        with Work(scope=Scope.of([])) as work:
            virtual_account.save_desk(work, bank_id=bank.credentials.client_key, given=form | {"is_open": ""})


def test_page_of_channels_for_head_office_changes_keys_and_shows_none() -> None:
    bank, head = make_bank(), logged_in(make_user(Role.HEAD_OFFICE))
    head.defaults["SERVER_NAME"] = "localhost"
    address = f"/console/payments/banks/{bank.credentials.client_key}/channels/"
    branch = logged_in(make_user(Role.BRANCH_HEAD))
    branch.defaults["SERVER_NAME"] = "localhost"
    assert branch.get(address).status_code == 403
    assert (
        head.post(f"{address}save/", {"act": "rotate", "kind": "secret", "value": "kurang", "hours": "1"}).status_code
        == 422
    )
    asked = {"act": "rotate", "kind": "secret", "value": NEW_SECRET, "hours": "1"}
    assert head.post(f"{address}save/", asked).status_code == 302
    assert head.post(f"{address}save/", {"act": "desk", "origin": "ftp://x"}).status_code == 422
    assert head.post(f"{address}save/", {"act": "qris", "merchant_name": "x" * 26}).status_code == 422
    page = _read(head, address)
    assert NEW_SECRET not in page
    assert bank_keys.fingerprint(bank.credentials.client_secret) in page


def _read(client: Client, address: str) -> str:
    found = client.get(address)
    assert found.status_code == 200
    return found.content.decode()


def test_mandate_proposed_put_in_force_by_another_and_ended() -> None:
    branch_id = tree().branch.id
    owed = make_billed(Branch(branch_id))
    first, second = logged_in(make_user(Role.BRANCH)), logged_in(make_user(Role.BRANCH_HEAD))
    for one in (first, second):
        one.defaults["SERVER_NAME"] = "localhost"
    act = "/console/payments/mandates/act/"
    form = {
        "act": "propose", "holder_kind": "member", "holder": owed.code, "bank_name": "Bank Nagari", "account": "1234 5678 90",
        "limit": "50.000", "cost": "1000", "valid_from": "2026-12-01", "valid_to": "", "consent": "Surat kuasa 7/XI/2026",
    }  # fmt: skip
    for wrong in (
        {"account": "12"},
        {"cost": "9000"},
        {"limit": "-1"},
        {"holder": "0"},
        {"valid_to": "2026-11-01"},
        {"consent": ""},
    ):
        assert "E4911" in first.post(act, form | wrong).content.decode(), wrong
    assert first.post(act, form).status_code == 302
    assert "E4913" in first.post(act, form).content.decode(), "one a holder"
    with Work(scope=Scope.branch(branch_id)) as work:
        (row,) = [one for one in mandate.listed(work, branches=[branch_id]) if one["holder_id"] == owed.enrolment_id]
    assert (row["account_masked"], row["limit"], row["state"]) == ("******7890", 50_000, "proposed")
    chosen = {"mandate": str(row["id"])}
    assert "E4815" in first.post(act, chosen | {"act": "active"}).content.decode()
    assert second.post(act, chosen | {"act": "active"}).status_code == 302
    assert "1234567890" not in _read(first, "/console/payments/mandates/")
    assert "E4911" in second.post(act, chosen | {"act": "ended"}).content.decode()
    assert second.post(act, chosen | {"act": "ended", "reason": "pindah bank"}).status_code == 302
    assert "E4913" in second.post(act, chosen | {"act": "active"}).content.decode()
