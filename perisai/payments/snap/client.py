"""SNAP BI from us to a bank: token; create, update, delete and status of a virtual account, that it was paid (27-31);
a QRIS code that the acquirer issues (47). Signed.

Paths and the meaning of services differ by bank (domain/snap-va.md 4.1): ``paths`` overrides the standard's.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import httpx
import orjson

from perisai.payments.snap import signature as snap
from perisai.payments.snap.exchange import BANK_ZONE

PATHS: Final = {
    "token": "/v1.0/access-token/b2b",
    "create": "/v1.0/transfer-va/create-va",
    "update": "/v1.0/transfer-va/update-va",
    "paid": "/v1.0/transfer-va/update-status",
    "delete": "/v1.0/transfer-va/delete-va",
    "status": "/v1.0/transfer-va/inquiry-va",
    "qris": "/v1.0/qr/qr-mpm-generate",
}
METHODS: Final = {
    "create": "POST",
    "update": "PUT",
    "paid": "PUT",
    "delete": "DELETE",
    "status": "POST",
    "qris": "POST",
}
TIMEOUT: Final = 10.0


class BankRefused(RuntimeError):
    """The bank's answer is no success: its code and message, without what may name a person."""


@dataclass
class SnapClient:
    """``origin`` without a slash at its end. One token is kept as long as the client lives."""

    origin: str
    client_key: str
    client_secret: bytes
    private_key: bytes
    paths: Mapping[str, str] = field(default_factory=dict)
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=TIMEOUT))
    _token: str = ""

    def call(self, service: str, message: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """The bank's answer. Raises ``BankRefused``, and ``httpx.HTTPError`` where it cannot be reached."""
        path, method = self._path(service), METHODS[service]
        body, stamp = orjson.dumps(message), _stamp(now)
        token = self._get_token(now)
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {token}",
            "X-TIMESTAMP": stamp,
            "X-PARTNER-ID": self.client_key,
            "X-EXTERNAL-ID": str(secrets.randbelow(10**18)).rjust(18, "1"),
            "CHANNEL-ID": "95051",
            "X-SIGNATURE": snap.sign_symmetric(
                self.client_secret, snap.symmetric_text(method, path, token, body, stamp)
            ),
        }
        return _read(self.http.request(method, f"{self.origin}{path}", content=body, headers=headers))

    def _get_token(self, now: datetime) -> str:
        if not self._token:
            stamp = _stamp(now)
            headers = {
                "X-CLIENT-KEY": self.client_key,
                "X-TIMESTAMP": stamp,
                "X-SIGNATURE": snap.sign_asymmetric(self.private_key, snap.token_text(self.client_key, stamp)),
                "Content-Type": "application/json",
            }
            body = orjson.dumps({"grantType": "client_credentials"})
            answer = _read(self.http.post(f"{self.origin}{self._path('token')}", content=body, headers=headers))
            self._token = str(answer.get("accessToken", ""))
        return self._token

    def _path(self, service: str) -> str:
        return self.paths.get(service) or PATHS[service]


def _stamp(now: datetime) -> str:
    return now.astimezone(BANK_ZONE).isoformat(timespec="seconds")


def _read(response: httpx.Response) -> dict[str, Any]:
    try:
        body = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        raise BankRefused(f"HTTP {response.status_code}") from None
    if not isinstance(body, dict) or not str(body.get("responseCode", "")).startswith("200"):
        said = body if isinstance(body, dict) else {}
        code, message = str(said.get("responseCode", ""))[:7], str(said.get("responseMessage", ""))[:100]
        raise BankRefused(f"{code or response.status_code} {message}".strip())
    return body
