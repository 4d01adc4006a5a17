"""Which bank speaks, and whether it is really that bank: headers, access tokens, signatures, clock."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString

from django.db import connection

from perisai import keys
from perisai.events import vault
from perisai.payments.banks import keys as bank_keys
from perisai.payments.snap import signature as snap
from perisai.payments.snap.answers import Case, SnapRefused
from perisai.payments.snap.messages import parse_time
from perisai.payments.snap.statement import fetch_row

KEPT_HEADERS = (
    "X-TIMESTAMP", "X-SIGNATURE", "X-PARTNER-ID", "X-EXTERNAL-ID", "CHANNEL-ID", "X-ORIGIN", "X-IP-ADDRESS",
    "X-DEVICE-ID", "Content-Type",
)  # fmt: skip
"""Kept with a notification as evidence. The access token is not among them."""
HEADER_LIMIT = 1024
PATH_OF_STANDARD = "/v1.0/"

_COLUMNS: LiteralString = """
b.id, b.client_key, b.client_secret_sealed, b.public_key, b.partner_service_id, b.padding, b.signature_scheme,
b.external_id_reuse, b.clock_skew_seconds, b.token_seconds, b.channel, b.amounts, b.is_open
"""

# Both by unique keys: the bank by its client key, its token by the hash.
_FIND = f"""
SELECT {_COLUMNS}, t.expires_at FROM payments_bank b
LEFT JOIN payments_bank_token t ON t.bank_id = b.id AND t.token_hash = %s
WHERE b.client_key = %s
"""

_FIND_BY_ID = f"SELECT {_COLUMNS}, NULL FROM payments_bank b WHERE b.id = %s"

_KEEP = "INSERT INTO payments_bank_token (token_hash, bank_id, expires_at) VALUES (%s, %s, %s)"


@dataclass(frozen=True)
class Partner:
    """A bank's settings, and until when the token is good that came with the request (None: unknown token)."""

    id: str
    client_key: str
    client_secret_sealed: bytes
    public_key: str
    partner_service_id: str
    padding: str
    signature_scheme: str
    external_id_reuse: str
    clock_skew_seconds: int
    token_seconds: int
    channel: str
    amounts: str
    is_open: bool
    token_until: datetime | None

    @property
    def takes_any_amount(self) -> bool:
        return self.amounts == "open"

    @property
    def replays(self) -> bool:
        return self.external_id_reuse == "replay"


@dataclass(frozen=True)
class Call:
    """A request as it came in. ``headers`` by their canonical names, absent ones left out."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime

    def required(self, name: str) -> str:
        text = self.headers.get(name, "")
        if not text:
            raise SnapRefused(Case.MANDATORY_FIELD, name)
        if len(text) > HEADER_LIMIT or not text.isprintable():
            raise SnapRefused(Case.FIELD_FORMAT, name)
        return text

    def kept_headers(self) -> dict[str, str]:
        """Printable and short, for they are stored before they are judged."""
        found = {name: self.headers.get(name, "") for name in KEPT_HEADERS}
        return {
            name: "".join(c for c in text if c.isprintable())[:HEADER_LIMIT] for name, text in found.items() if text
        }


def issue_token(call: Call) -> tuple[str, int]:
    """A new access token and its seconds, for a bank that proves its RSA key. Raises ``SnapRefused``."""
    client_key, timestamp = call.required("X-CLIENT-KEY"), call.required("X-TIMESTAMP")
    signature = call.required("X-SIGNATURE")
    at = _read_timestamp(timestamp)
    partner = _find(client_key, token="")
    _check_clock(at, call.received_at, partner)
    if not _has_rsa_signature(partner, snap.token_text(client_key, timestamp), signature, call.received_at):
        raise SnapRefused(Case.UNAUTHORIZED, "[Signature]")
    token = secrets.token_urlsafe(48)
    until = call.received_at + timedelta(seconds=partner.token_seconds)
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [_token_hash(token), partner.id, until])
    return token, partner.token_seconds


def authenticate(call: Call) -> Partner:
    """The bank that signed this transaction. One statement. Raises ``SnapRefused``."""
    timestamp, signature = call.required("X-TIMESTAMP"), call.required("X-SIGNATURE")
    partner_id = call.required("X-PARTNER-ID")
    at = _read_timestamp(timestamp)
    token = _bearer(call.headers.get("Authorization", ""))
    partner = _find(partner_id, token)
    _check_clock(at, call.received_at, partner)
    if partner.signature_scheme == "symmetric":
        _check_token(partner, token, call.received_at)
    if not any(_is_signed(partner, call, path, token, timestamp, signature) for path in _signed_paths(call.path)):
        raise SnapRefused(Case.UNAUTHORIZED, "[Signature]")
    return partner


def get_partner(bank_id: str) -> Partner:
    """A bank known by id, for what was authenticated before."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND_BY_ID, [bank_id])
        return _partner(cursor.fetchone())


def _find(client_key: str, token: str) -> Partner:
    row = fetch_row(_FIND, [_token_hash(token), client_key])
    if row is None:
        raise SnapRefused(Case.UNAUTHORIZED, "[Unknown Client]")
    partner = _partner(row)
    if not partner.is_open:
        raise SnapRefused(Case.UNAUTHORIZED, "[Connection Not Allowed]")
    return partner


def _partner(row: tuple[Any, ...]) -> Partner:
    return Partner(row[0], row[1], bytes(row[2]), *row[3:])


def _check_token(partner: Partner, token: str, now: datetime) -> None:
    if not token:
        raise SnapRefused(Case.TOKEN_NOT_FOUND)
    if partner.token_until is None or partner.token_until <= now:
        raise SnapRefused(Case.INVALID_TOKEN)


def _check_clock(at: datetime, now: datetime, partner: Partner) -> None:
    if abs((at.astimezone(UTC) - now).total_seconds()) > partner.clock_skew_seconds:
        raise SnapRefused(Case.UNAUTHORIZED, "[X-TIMESTAMP Out Of Range]")


def _is_signed(partner: Partner, call: Call, path: str, token: str, timestamp: str, signature: str) -> bool:
    if partner.signature_scheme == "symmetric":
        text = snap.symmetric_text(call.method, path, token, call.body, timestamp)
        return snap.verify_symmetric(vault.unseal(partner.client_secret_sealed), text, signature) or any(
            snap.verify_symmetric(secret, text, signature)
            for secret in bank_keys.former(partner.id, "secret", call.received_at)
        )
    text = snap.asymmetric_text(call.method, path, call.body, timestamp)
    return _has_rsa_signature(partner, text, signature, call.received_at)


def _has_rsa_signature(partner: Partner, text: bytes, signature: str, now: datetime) -> bool:
    """By the bank's key, or one that it replaced and that still holds."""
    return _fits(partner.public_key, text, signature) or any(
        _fits(key.decode(), text, signature) for key in bank_keys.former(partner.id, "public", now)
    )


def _fits(public_key: str, text: bytes, signature: str) -> bool:
    try:
        return snap.verify_asymmetric(public_key, text, signature)
    except snap.UnreadableKey:
        return False


def _signed_paths(path: str) -> list[str]:
    """Banks sign the path as called, or from the standard's ``/v1.0/`` on, whatever stands before it at us."""
    at = path.find(PATH_OF_STANDARD)
    return [path, path[at:]] if at > 0 else [path]


def _read_timestamp(text: str) -> datetime:
    at = parse_time(text)
    if at is None:
        raise SnapRefused(Case.FIELD_FORMAT, "X-TIMESTAMP")
    return at


def _bearer(header: str) -> str:
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _token_hash(token: str) -> bytes:
    return hmac.digest(keys.get("snap_token"), token.encode(), hashlib.sha256)
