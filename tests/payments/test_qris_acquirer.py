"""QRIS codes that the acquirer issues, over real HTTP: asked for once a sum, checked, shown where somebody pays, and credited."""

import http.server
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from django.test import Client

from perisai.errors import Refused
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.payments.banks import qris, qris_acquirer, virtual_account
from perisai.payments.demo import public_pem
from perisai.web.simulate.bank import BankSimulator
from perisai.web.simulate.bank_desk import CLIENT, MERCHANT, BankDesk
from tests.payments.place import PRIVATE_PEM, Billed, make_bank, make_billed, read

pytestmark = pytest.mark.usefixtures("database")
SECRET = b"rahasia-meja-bank-1234"
OPEN = {"merchant_name": "IURAN BPJS", "merchant_id": MERCHANT.merchant_id, "criteria": "UKE", "is_open": "1"}


@contextmanager
def acquirer(desk: BankDesk) -> Iterator[str]:
    """The simulated bank's desk on a port of its own."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            names = ("X-CLIENT-KEY", "X-TIMESTAMP", "X-SIGNATURE", "Authorization")
            headers = {name: self.headers.get(name, "") for name in names}
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, said = desk.answer(self.command, self.path, headers, body)
            data = orjson.dumps(said)
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_PUT(self) -> None:
            self.do_POST()

        def do_DELETE(self) -> None:
            self.do_POST()

        def log_message(self, *_: object) -> None:
            """Nothing on the screen of the tests."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join(60)


@contextmanager
def set_up(bank: BankSimulator, origin: str) -> Iterator[qris.Merchant]:
    bank_id = bank.credentials.client_key
    desk = {"origin": origin, "client_key": CLIENT, "desk_secret": SECRET.decode(), "private_key": PRIVATE_PEM.decode()}
    given = OPEN | {"issued_by": "acquirer"}
    with Work(scope=Scope.of([])) as work:
        virtual_account.save_desk(work, bank_id=bank_id, given=desk)
        qris.save(work, bank_id=bank_id, given=given)
        others = [id_ for (id_,) in work.rows(
            "UPDATE payments_bank SET is_open = false WHERE is_open AND id <> %s RETURNING id", [bank_id]
        )]  # fmt: skip
        merchant = qris.find(work)
    assert merchant is not None
    try:
        yield merchant
    finally:
        with Work(scope=Scope.of([])) as work:
            qris.save(work, bank_id=bank_id, given=given | {"is_open": ""})
            work.execute("UPDATE payments_bank SET is_open = true WHERE id = ANY (%s)", [others])


def ask(merchant: qris.Merchant, owed: Billed, amount: int, now: datetime) -> str | None:
    return qris_acquirer.content(
        merchant, branch_id=owed.branch.id, code=owed.code, amount=amount, until=now + timedelta(days=3), now=now
    )


def test_the_acquirer_is_asked_once_for_each_sum_and_its_code_is_credited() -> None:
    bank, owed, desk, now = make_bank(), make_billed(), BankDesk(SECRET, public_pem(PRIVATE_PEM)), datetime.now(UTC)
    with acquirer(desk) as origin, set_up(bank, origin) as merchant:
        made = ask(merchant, owed, owed.amount, now)
        assert made is not None
        assert qris.fields(made)["54"] == str(owed.amount)
        assert ask(merchant, owed, owed.amount, now + timedelta(hours=1)) == made
        assert list(desk.qris) == [f"{owed.code}-1"]
        other = ask(merchant, owed, owed.amount + 1000, now + timedelta(hours=2))
        assert other is not None
        assert other != made
        ask(merchant, owed, owed.amount + 1000, now + timedelta(days=2))
        assert list(desk.qris) == [f"{owed.code}-{serial}" for serial in (1, 2, 3)]
    assert bank.pay_qris(f"{owed.code}-1", owed.amount).json()["responseCode"] == "2005200"
    assert read(owed)["payments"] == 1
    assert bank.pay_qris(f"{owed.code}-99999", owed.amount).json()["responseCode"] == "4005201"


def test_the_page_to_pay_shows_the_acquirers_code_and_stands_without_it() -> None:
    bank, owed, desk = make_bank(), make_billed(), BankDesk(SECRET, public_pem(PRIVATE_PEM))
    with acquirer(desk) as origin, set_up(bank, origin):
        shown, again = (page(owed).partition('data-qris="')[2].partition('"')[0] for _ in range(2))
        assert qris.fields(shown)["59"] == MERCHANT.merchant_name
        assert again == shown
    late = make_billed()
    with set_up(bank, "http://127.0.0.1:9"):
        assert "data-qris" not in page(late)
        with Work(scope=Scope.branch(late.branch.id)) as work:
            (error,) = work.row("SELECT error FROM payments_qris_code WHERE branch_id = %s", [late.branch.id]) or ("",)
    assert error


def test_an_answer_that_asks_for_another_sum_is_no_code() -> None:
    bank, owed, now = make_bank(), make_billed(), datetime.now(UTC)

    class Wrong(BankDesk):
        def _issue(self, service: str, message: dict[str, Any]) -> tuple[int, dict[str, Any]]:
            message["amount"]["value"] = "9000000.00"
            return super()._issue(service, message)

    desk = Wrong(SECRET, public_pem(PRIVATE_PEM))
    with acquirer(desk) as origin, set_up(bank, origin) as merchant:
        assert ask(merchant, owed, owed.amount, now) is None
        assert ask(merchant, owed, owed.amount, now + timedelta(minutes=1)) is None
        assert len(desk.qris) == 1, "it is not asked again at once"
        assert ask(merchant, owed, owed.amount, now + timedelta(minutes=3)) is None
        assert len(desk.qris) == 2


def test_an_acquirer_that_hangs_keeps_one_payer_waiting_and_not_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qris_acquirer, "TIMEOUT", 0.3)
    bank, one, other, now = make_bank(), make_billed(), make_billed(), datetime.now(UTC)
    with socket.create_server(("127.0.0.1", 0), backlog=5) as silent:
        silent.settimeout(60)
        with set_up(bank, f"http://127.0.0.1:{silent.getsockname()[1]}") as merchant:
            begun = time.monotonic()
            assert ask(merchant, one, one.amount, now) is None
            assert time.monotonic() - begun < 60
            silent.accept()[0].close()
            assert ask(merchant, other, other.amount, now + timedelta(seconds=1)) is None
            silent.settimeout(0.2)
            with pytest.raises(TimeoutError):
                silent.accept()
            assert ask(merchant, other, other.amount, now + timedelta(minutes=3)) is None
            silent.accept()[0].close()


def test_settings_of_an_acquirer_need_a_name_and_an_id_alone() -> None:
    bank_id = make_bank().credentials.client_key
    with Work(scope=Scope.of([])) as work:
        for wrong in ({"issued_by": "somebody"}, {"issued_by": "us"}, {"issued_by": "acquirer", "merchant_id": ""}):
            with pytest.raises(Refused, match="E4911"):
                qris.save(work, bank_id=bank_id, given=OPEN | wrong | {"is_open": ""})


def page(owed: Billed) -> str:
    from perisai.portal import link

    with Work(scope=Scope.branch(owed.branch.id)) as work:
        (enrolment_id,) = work.row(
            "SELECT enrolment_id FROM contributions_bill WHERE branch_id = %s", [owed.branch.id]
        ) or (None,)
    assert enrolment_id is not None
    until = datetime.now(UTC) + timedelta(days=1)
    address = link.make(enrolment_id=enrolment_id, branch_id=owed.branch.id, expires_at=until)
    return Client(SERVER_NAME="localhost", REMOTE_ADDR="10.9.8.7").get(address).content.decode()
