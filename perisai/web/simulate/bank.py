"""A bank that speaks SNAP BI with us over real HTTP: gets a token, asks what a code owes, pays it.

    perisai simulate bank --code 150100000017 --code ...      pays these codes
    perisai simulate bank --all < codes.txt                    pays codes from standard input, one a line
    perisai simulate bank --all --from-database                pays what is open in the demo's database

``--wrong-amount``, ``--twice``, ``--late`` and ``--bad-signature`` do what real banks do on bad days.
"""

import argparse
import os
import secrets
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

import httpx
import orjson

from perisai.payments.snap import signature as snap

JAKARTA = timezone(timedelta(hours=7))
PREFIX = "/snap/v1.0"

_OPEN = (
    "SELECT payment_code FROM contributions_bill WHERE state = 'open' AND pay_by > now() ORDER BY issued_at LIMIT 500"
)


@dataclass(frozen=True)
class Credentials:
    """How a bank proves itself. ``private_key`` is PEM; ``service_id`` digits, ``padding`` fills it to eight."""

    client_key: str
    client_secret: bytes
    private_key: bytes
    service_id: str
    padding: str = " "
    scheme: str = "symmetric"

    @property
    def partner_service_id(self) -> str:
        return self.service_id.rjust(8, self.padding)


@dataclass
class BankSimulator:
    """One bank at one origin. Keeps its token and gets a new one when it nears its end, as banks do."""

    origin: str
    credentials: Credentials
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30))
    channel: str = "6011"
    _token: str = ""
    _token_until: float = 0.0

    def get_token(self) -> str:
        if time.monotonic() < self._token_until:
            return self._token
        timestamp = now_text()
        signature = snap.sign_asymmetric(
            self.credentials.private_key, snap.token_text(self.credentials.client_key, timestamp)
        )
        headers = {
            "X-CLIENT-KEY": self.credentials.client_key,
            "X-TIMESTAMP": timestamp,
            "X-SIGNATURE": signature,
            "Content-Type": "application/json",
        }
        body = orjson.dumps({"grantType": "client_credentials"})
        answer = self.client.post(f"{self.origin}{PREFIX}/access-token/b2b", content=body, headers=headers)
        answer.raise_for_status()
        found = answer.json()
        self._token = found["accessToken"]
        self._token_until = time.monotonic() + int(found["expiresIn"]) * 0.9
        return self._token

    def inquire(self, code: str) -> httpx.Response:
        message = {
            **self.account(code),
            "inquiryRequestId": f"I{secrets.token_hex(12)}",
            "trxDateInit": now_text(),
            "channelCode": int(self.channel),
        }
        return self.send("/transfer-va/inquiry", message)

    def pay(self, code: str, rupiah: int, **changes: Any) -> httpx.Response:
        return self.send("/transfer-va/payment", self.payment(code, rupiah) | changes)

    def payment(self, code: str, rupiah: int) -> dict[str, Any]:
        """A notification with a ``paymentRequestId`` of its own; send it again to notify twice."""
        return {
            **self.account(code),
            "virtualAccountName": "",
            "paymentRequestId": f"P{secrets.token_hex(12)}",
            "channelCode": int(self.channel),
            "paidAmount": {"value": f"{rupiah}.00", "currency": "IDR"},
            "totalAmount": {"value": f"{rupiah}.00", "currency": "IDR"},
            "trxDateTime": now_text(),
            "referenceNo": str(secrets.randbelow(10**11)),
        }

    def qris_payment(self, code: str, rupiah: int) -> dict[str, Any]:
        """What an acquirer tells of a QRIS code that was paid; send it again to tell it twice."""
        return {
            "originalReferenceNo": f"Q{secrets.token_hex(12)}",
            "originalPartnerReferenceNo": code,
            "latestTransactionStatus": "00",
            "transactionStatusDesc": "Success",
            "amount": {"value": f"{rupiah}.00", "currency": "IDR"},
            "transactionDate": now_text(),
        }

    def pay_qris(self, code: str, rupiah: int, **changes: Any) -> httpx.Response:
        return self.send("/qr/qr-mpm-notify", self.qris_payment(code, rupiah) | changes)

    def ask_status(self, code: str, payment_request_id: str | None = None) -> httpx.Response:
        message = {**self.account(code), "inquiryRequestId": f"I{secrets.token_hex(12)}"}
        if payment_request_id is not None:
            message["paymentRequestId"] = payment_request_id
        return self.send("/transfer-va/status", message)

    def account(self, code: str) -> dict[str, str]:
        service_id = self.credentials.partner_service_id
        return {"partnerServiceId": service_id, "customerNo": code, "virtualAccountNo": service_id + code}

    def send(
        self,
        path: str,
        message: dict[str, Any],
        *,
        external_id: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        body = orjson.dumps(message)
        signed = self.signed_headers(f"{PREFIX}{path}", body, external_id=external_id) | (headers or {})
        return self.client.post(f"{self.origin}{PREFIX}{path}", content=body, headers=signed)

    def signed_headers(self, path: str, body: bytes, *, external_id: str | None = None) -> dict[str, str]:
        timestamp = now_text()
        headers = {
            "Content-Type": "application/json",
            "X-TIMESTAMP": timestamp,
            "X-PARTNER-ID": self.credentials.client_key,
            "X-EXTERNAL-ID": external_id or new_external_id(),
            "CHANNEL-ID": "95051",
        }
        if self.credentials.scheme == "symmetric":
            token = self.get_token()
            text = snap.symmetric_text("POST", path, token, body, timestamp)
            headers["Authorization"] = f"Bearer {token}"
            headers["X-SIGNATURE"] = snap.sign_symmetric(self.credentials.client_secret, text)
        else:
            text = snap.asymmetric_text("POST", path, body, timestamp)
            headers["X-SIGNATURE"] = snap.sign_asymmetric(self.credentials.private_key, text)
        return headers


def now_text() -> str:
    return datetime.now(JAKARTA).isoformat(timespec="seconds")


def new_external_id() -> str:
    return str(secrets.randbelow(10**18)).rjust(18, "1")


def demo_credentials(scheme: str) -> Credentials:
    """Of the demo's banks; the key is this installation's ``bank_sim``."""
    from perisai import keys
    from perisai.payments.demo import BANKS

    bank = next(bank for bank in BANKS if bank.scheme == scheme)
    return Credentials(
        client_key=bank.client_key,
        client_secret=keys.get("bank_sim_secret"),
        private_key=keys.get("bank_sim"),
        service_id=bank.service_id,
        padding=bank.padding,
        scheme=bank.scheme,
    )


def main(arguments: Sequence[str]) -> int:
    """Exit code 1 when a payment that should succeed did not."""
    options = _parser().parse_args(arguments)
    bank = BankSimulator(options.origin.rstrip("/"), demo_credentials(options.scheme))
    done = failed = 0
    for code in _codes(options):
        began = time.monotonic()
        succeeded = _pay(bank, code, options)
        done, failed = done + succeeded, failed + (not succeeded)
        if options.count and done + failed >= options.count:
            break
        time.sleep(max(0.0, 1 / options.rate - (time.monotonic() - began)))
    print(f"{done} paid, {failed} not paid")
    return 1 if failed and not (options.wrong_amount or options.bad_signature) else 0


def _pay(bank: BankSimulator, code: str, options: argparse.Namespace) -> bool:
    """One customer at the counter; prints what happened."""
    asked = bank.inquire(code)
    if asked.status_code != 200:
        return _say(code, asked)
    owed = asked.json()["virtualAccountData"]["totalAmount"]["value"]
    rupiah = int(owed.partition(".")[0]) + (1000 if options.wrong_amount else 0)
    if options.qris:
        return _say(code, bank.pay_qris(code, rupiah))
    message = bank.payment(code, rupiah)
    if options.late:
        message["trxDateTime"] = (datetime.now(JAKARTA) - timedelta(hours=6)).isoformat(timespec="seconds")
    headers = {"X-SIGNATURE": "AAAA"} if options.bad_signature else None
    answer = bank.send("/transfer-va/payment", message, headers=headers)
    succeeded = _say(code, answer)
    if options.twice:
        _say(code, bank.send("/transfer-va/payment", message))
    return succeeded


def _say(code: str, answer: httpx.Response) -> bool:
    body = answer.json()
    print(f"{code}: {body.get('responseCode')} {body.get('responseMessage')}", flush=True)
    return answer.status_code == 200


def _codes(options: argparse.Namespace) -> Iterator[str]:
    yield from options.code or ()
    if options.all and options.from_database:
        yield from _open_codes(options)
    elif options.all:
        lines: Iterable[str] = options.file or sys.stdin
        yield from (line.strip() for line in lines if line.strip())


def _open_codes(options: argparse.Namespace) -> Iterator[str]:
    """Codes of open bills, newest world first seen, until there are none and ``--watch`` is not given."""
    from perisai.events.scope import Scope
    from perisai.events.work import Work

    if os.environ.get("PERISAI_DEMO") != "1":
        raise SystemExit("--from-database is for the demo: a real bank learns codes from its customers.")
    seen: set[str] = set()
    while True:
        with Work.open(scope=Scope.nation()) as work:
            rows = work.rows(_OPEN)
        fresh = [code for (code,) in rows if code not in seen]
        seen.update(fresh)
        yield from fresh
        if not fresh:
            if not options.watch:
                return
            time.sleep(1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="perisai simulate bank", description=__doc__, allow_abbrev=False)
    parser.add_argument("--origin", default="http://127.0.0.1:8000")
    parser.add_argument("--code", action="append", help="a payment code; may be given several times")
    parser.add_argument(
        "--all", action="store_true", help="pay all codes of the file, of standard input, or the demo's"
    )
    parser.add_argument("--file", type=argparse.FileType("r", encoding="utf-8"))
    parser.add_argument("--from-database", action="store_true", help="learn codes from the demo's database")
    parser.add_argument(
        "--watch", action="store_true", help="with --from-database: go on with bills that are issued later"
    )
    parser.add_argument("--rate", type=float, default=1.0, help="payments a second")
    parser.add_argument("--count", type=int, default=0, help="stop after so many")
    parser.add_argument("--scheme", choices=["symmetric", "asymmetric"], default="symmetric")
    parser.add_argument("--twice", action="store_true", help="notify every payment twice")
    parser.add_argument("--wrong-amount", action="store_true")
    parser.add_argument("--qris", action="store_true", help="the customer scans a QRIS code instead")
    parser.add_argument("--late", action="store_true", help="the customer paid six hours ago")
    parser.add_argument("--bad-signature", action="store_true")
    return parser
