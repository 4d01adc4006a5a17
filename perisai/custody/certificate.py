"""A phone's certificate: the server's Ed25519 signature over the phone's key, whose it is and until when.

It stands in the QR of every receipt, so that anybody can check the phone's signature without asking whose key that is.
Form (docs/device-protocol.md, section 20), all numbers big-endian: version 1 (1 byte), branch (4), device (16), the key's point
without its first byte (64), valid from and until in seconds (4 each), length and text of the agent's code, signature (64).
"""

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final, LiteralString
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from perisai import keys
from perisai.events.work import Work

VALID_FOR: Final = timedelta(days=180)
RENEW_WITHIN: Final = timedelta(days=120)
"""Renewed with two thirds left, so that a phone away for months still signs under a good one."""
SLACK: Final = timedelta(days=1)
"""Before its activation: a phone that has been off may be a little behind the server."""
LABEL: Final = b"perisai-phone-certificate-1\n"
SIGNATURE_BYTES: Final = 64
_HEAD: Final = struct.Struct(">BI16s64sII")
_SPKI_POINT: Final = slice(27, 91)

# Registries by primary key; the certificate by its own.
_FIND: LiteralString = """
SELECT c.bytes, c.until, d.public_key, a.code, d.activated_at
FROM accounts_device d
JOIN agents_agent a ON a.branch_id = d.branch_id AND a.id = d.agent_id
LEFT JOIN custody_certificate c ON c.branch_id = d.branch_id AND c.device_id = d.id
WHERE d.id = %s AND d.branch_id = %s
"""
_KEEP: LiteralString = """
INSERT INTO custody_certificate (branch_id, device_id, made_at, until, bytes) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (branch_id, device_id) DO UPDATE SET made_at = excluded.made_at, until = excluded.until, bytes = excluded.bytes
"""


class BadCertificate(ValueError):
    """Bytes that this server did not sign as a certificate."""


@dataclass(frozen=True)
class Certificate:
    branch_id: int
    device_id: UUID
    point: bytes
    """The key's x and y."""
    valid_from: datetime
    until: datetime
    agent_code: str


def certificate_of(work: Work, *, branch_id: int, device_id: UUID) -> tuple[bytes, datetime]:
    """The phone's certificate and until when it is good; a new one where there is none or it ends soon."""
    found = work.row(_FIND, [device_id, branch_id])
    if found is None:
        raise LookupError(device_id)
    kept, until, spki, code, since = found
    if kept is not None and until > work.now + RENEW_WITHIN:
        return bytes(kept), until
    until = (work.now + VALID_FOR).replace(microsecond=0)
    made = make(Certificate(branch_id, device_id, bytes(spki)[_SPKI_POINT], since - SLACK, until, code))
    work.execute(_KEEP, [branch_id, device_id, work.now, until, made])
    return made, until


def make(said: Certificate) -> bytes:
    """The certificate's bytes, signed."""
    code = said.agent_code.encode()
    head = _HEAD.pack(
        1,
        said.branch_id,
        said.device_id.bytes,
        said.point,
        int(said.valid_from.timestamp()),
        int(said.until.timestamp()),
    )
    data = head + bytes([len(code)]) + code
    return data + _private().sign(LABEL + data)


def read(raw: bytes) -> Certificate:
    """What a certificate says, its signature checked. Raises ``BadCertificate``."""
    data, signature = raw[:-SIGNATURE_BYTES], raw[-SIGNATURE_BYTES:]
    try:
        Ed25519PublicKey.from_public_bytes(public_key()).verify(signature, LABEL + data)
        version, branch_id, device, point, since, until = _HEAD.unpack_from(data)
        code = data[_HEAD.size + 1 :].decode()
    except (InvalidSignature, struct.error, UnicodeDecodeError):
        raise BadCertificate from None
    if version != 1 or data[_HEAD.size] != len(code.encode()):
        raise BadCertificate
    return Certificate(
        branch_id,
        UUID(bytes=device),
        point,
        datetime.fromtimestamp(since, UTC),
        datetime.fromtimestamp(until, UTC),
        code,
    )


@cache
def public_key() -> bytes:
    """32 bytes; phones get it with their certificate and check other phones' receipts with it."""
    return _private().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


@cache
def _private() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(keys.get("server_signing"))
