"""The simulated bank's own desk: takes codes that a biller creates, updates and deletes there (services 27-31) and issues QRIS
codes (47), as strict about signatures as a real one. In the demo at ``/simulate/bank``; it knows the demo's keys."""

import fcntl
import hmac
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from perisai import keys
from perisai.accounts.audience import machine
from perisai.events import world
from perisai.payments.banks import qris
from perisai.payments.demo import public_pem
from perisai.payments.snap import signature as snap

CLIENT = "PERISAI-DEMO"
_SERVICES = {
    "create-va": ("POST", "27"),
    "update-va": ("PUT", "28"),
    "update-status": ("PUT", "29"),
    "inquiry-va": ("POST", "30"),
    "delete-va": ("DELETE", "31"),
    "qr-mpm-generate": ("POST", "47"),
}
MERCHANT = qris.Merchant(
    bank_id="sim",
    merchant_name="IURAN SIMULASI",
    city="JAMBI",
    postal_code="36122",
    category="9399",
    acquirer="ID.CO.BANKSIM.WWW",
    merchant_pan="9360000000000000017",
    merchant_id="SIM001",
    national_id="ID1020000000017",
    criteria="UKE",
)
"""How the simulated acquirer has us in its books."""


@dataclass
class BankDesk:
    """Keys it knows us by, tokens it gave, codes it holds (amount by code), and those it was told are paid elsewhere."""

    secret: bytes
    public_key: str
    codes: dict[str, str] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)
    paid: list[str] = field(default_factory=list)
    qris: dict[str, str] = field(default_factory=dict)
    """QRIS codes that it issued: the sum by our reference."""

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
        """Status and SNAP body. ``path`` as it was signed."""
        name = path.rpartition("/")[2]
        if name == "b2b":
            return self._token(headers)
        wanted, service = _SERVICES.get(name, ("", "00"))
        if method != wanted:
            return 405, _said("405", service, "Method Not Allowed")
        token = headers.get("Authorization", "").removeprefix("Bearer ")
        text = snap.symmetric_text(method, path, token, body, headers.get("X-TIMESTAMP", ""))
        if not any(hmac.compare_digest(token, one) for one in self.tokens):
            return 401, _said("401", service, "Invalid Token (B2B)", "01")
        if not snap.verify_symmetric(self.secret, text, headers.get("X-SIGNATURE", "")):
            return 401, _said("401", service, "Unauthorized. [Signature]")
        if name == "qr-mpm-generate":
            return self._issue(service, orjson.loads(body))
        return self._serve(name, service, orjson.loads(body))

    def _issue(self, service: str, message: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """As an acquirer: each reference once, and the code names what it is told to tell back."""
        reference, value = str(message.get("partnerReferenceNo", "")), str(message.get("amount", {}).get("value", ""))
        if message.get("merchantId") != MERCHANT.merchant_id or not value.endswith(".00"):
            return 400, _said("400", service, "Invalid Field Format {merchantId, amount}", "01")
        if reference in self.qris:
            return 409, _said("409", service, "Duplicate partnerReferenceNo", "01")
        self.qris[reference] = value
        made = qris.payload(MERCHANT, code=reference, amount=int(value[:-3]))
        named = {"partnerReferenceNo": reference, "referenceNo": secrets.token_hex(8), "qrContent": made}
        return 200, _said("200", service, "Successful") | named

    def _token(self, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        text = snap.token_text(headers.get("X-CLIENT-KEY", ""), headers.get("X-TIMESTAMP", ""))
        if not snap.verify_asymmetric(self.public_key, text, headers.get("X-SIGNATURE", "")):
            return 401, _said("401", "73", "Unauthorized. [Signature]")
        self.tokens.append(secrets.token_urlsafe(24))
        return 200, _said("200", "73", "Successful") | {"accessToken": self.tokens[-1], "expiresIn": "900"}

    def _serve(self, name: str, service: str, message: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        code, amount = str(message.get("customerNo", "")), message.get("totalAmount", {}).get("value", "")
        if name == "create-va":
            if code in self.codes:
                return 409, _said("409", service, "Conflict")
            self.codes[code] = amount
        elif code not in self.codes:
            return 404, _said("404", service, "Invalid Bill/Virtual Account", "12")
        elif name == "update-va":
            self.codes[code] = amount
        elif name == "update-status":
            if message.get("paidStatus") not in ("Y", "N"):
                return 400, _said("400", service, "Invalid Mandatory Field {paidStatus}", "02")
            self.paid.append(code)
        elif name == "delete-va":
            del self.codes[code]
        data = {"customerNo": code, "totalAmount": {"value": self.codes.get(code, amount), "currency": "IDR"}}
        return 200, _said("200", service, "Successful") | {"virtualAccountData": data}


@csrf_exempt
@machine
def desk(request: HttpRequest, path: str) -> HttpResponse:
    if world.kind() == "real":
        raise Http404
    with _kept() as kept:
        headers = dict(request.headers.items())
        bare = {"X-Client-Key": "X-CLIENT-KEY", "X-Timestamp": "X-TIMESTAMP", "X-Signature": "X-SIGNATURE"}
        named = {bare.get(name, name): value for name, value in headers.items()}
        status, body = kept.answer(request.method or "", f"/{path}", named, request.body)
    return HttpResponse(orjson.dumps(body), status=status, content_type="application/json")


def _said(status: str, service: str, message: str, case: str = "00") -> dict[str, Any]:
    return {"responseCode": f"{status}{service}{case}", "responseMessage": message}


@contextmanager
def _kept() -> Iterator[BankDesk]:
    """What the bank keeps, in ``DATA/run``, outside our own records; one process at a time."""
    path = Path(settings.DATA) / "run" / "simulated-bank.json"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.with_suffix(".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        known = BankDesk(keys.get("bank_sim_secret"), public_pem(keys.get("bank_sim")), **found)
        yield known
        fresh = path.with_suffix(".new")
        fresh.write_text(
            json.dumps(
                {"codes": known.codes, "tokens": known.tokens[-50:], "paid": known.paid[-50:], "qris": known.qris}
            ),
            encoding="utf-8",
        )
        fresh.rename(path)
