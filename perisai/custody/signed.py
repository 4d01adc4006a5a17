"""The bytes in the QR of a receipt: the phone's certificate, what the receipt says, and the phone's signature over it.

Form (docs/device-protocol.md, section 20), numbers big-endian: 1 (1 byte), length of the certificate (2), certificate, length of
the receipt (2), receipt, signature r and s (64). The receipt: 1 (1), number without its ``K`` (8), captured, ms (6), rupiah (6),
flags (1: bit 0 whole, bits 1-2 cash, advance, repayment), members (2), first and last month as months since January 2000 (2 each, 0
where none is named), the first 16 bytes of the SHA-256 of its lines, length and text of the payer's name (at most 60 bytes).
"""

import base64
import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from perisai.custody.certificate import BadCertificate, Certificate, read
from perisai.payments.codes.code import is_well_formed

LABEL: Final = b"perisai-receipt-1\n"
PREFIX: Final = "K"
KINDS: Final = ("cash", "advance", "repayment")
MOST_BYTES: Final = 600
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FORM: Final = struct.Struct(">BQ6s6sBHHH16s")


class Forged(ValueError):
    """Bytes that no phone of this installation signed."""


@dataclass(frozen=True)
class Said:
    """What a receipt says of itself. Months are first days; ``lines`` the digest of what it is for."""

    number: str
    captured_at: datetime
    amount: int
    kind: str
    is_whole: bool
    members: int
    first_month: date | None
    last_month: date | None
    lines: bytes
    payer_name: str


@dataclass(frozen=True)
class SignedReceipt:
    certificate: Certificate
    said: Said


def b64u(raw: bytes) -> str:
    """base64url without padding, as in addresses and on the wire."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def digest_of(lines: Sequence[tuple[UUID, date | None, date | None, int]]) -> bytes:
    """Of (enrolment, first month, last month, rupiah), in their order."""
    text = "".join(f"{enrolment},{_month(first)},{_month(last)},{amount}\n" for enrolment, first, last, amount in lines)
    return hashlib.sha256(text.encode()).digest()[:16]


def open_text(text: str) -> tuple[SignedReceipt, bytes]:
    """Of base64url as it stands in an address, with the bytes. Raises ``Forged``."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise Forged from None
    return open_signed(raw), raw


def open_signed(raw: bytes) -> SignedReceipt:
    """Both signatures checked, and that the phone's certificate was good when it signed. Raises ``Forged``."""
    try:
        certificate, receipt, signature = _split(raw)
        about = read(certificate)
        said = _read(receipt)
    except (struct.error, ValueError, IndexError, OverflowError, BadCertificate):
        raise Forged from None
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + about.point)
        key.verify(encode_dss_signature(r, s), LABEL + receipt, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        raise Forged from None
    if not about.valid_from <= said.captured_at <= about.until or int(said.number[1:5]) != about.branch_id:
        raise Forged
    return SignedReceipt(about, said)


def pack(said: Said) -> bytes:
    """The receipt's own bytes; what a phone signs after ``LABEL``."""
    name = said.payer_name.encode()
    head = _FORM.pack(
        1,
        int(said.number[1:]),
        int((said.captured_at - _EPOCH) / timedelta(milliseconds=1)).to_bytes(6),
        said.amount.to_bytes(6),
        said.is_whole | KINDS.index(said.kind) << 1,
        said.members,
        _count(said.first_month),
        _count(said.last_month),
        said.lines,
    )
    return head + bytes([len(name)]) + name


def join(certificate: bytes, receipt: bytes, signature: bytes) -> bytes:
    return b"\x01" + len(certificate).to_bytes(2) + certificate + len(receipt).to_bytes(2) + receipt + signature


def _split(raw: bytes) -> tuple[bytes, bytes, bytes]:
    if len(raw) > MOST_BYTES or raw[:1] != b"\x01":
        raise Forged
    first = 3 + int.from_bytes(raw[1:3])
    second = first + 2 + int.from_bytes(raw[first : first + 2])
    if len(raw) != second + 64:
        raise Forged
    return raw[3:first], raw[first + 2 : second], raw[second:]


def _read(receipt: bytes) -> Said:
    version, number, captured, amount, flags, members, first, last, lines = _FORM.unpack_from(receipt)
    name = receipt[_FORM.size + 1 :]
    digits = f"{number:012d}"
    if version != 1 or receipt[_FORM.size] != len(name) or flags > 5 or not is_well_formed(digits):
        raise Forged
    return Said(
        number=PREFIX + digits,
        captured_at=_EPOCH + timedelta(milliseconds=int.from_bytes(captured)),
        amount=int.from_bytes(amount),
        kind=KINDS[flags >> 1],
        is_whole=bool(flags & 1),
        members=members,
        first_month=_month_of(first),
        last_month=_month_of(last),
        lines=lines,
        payer_name=name.decode(),
    )


def _month(month: date | None) -> str:
    return f"{month:%Y-%m}" if month else ""


def _count(month: date | None) -> int:
    return (month.year - 2000) * 12 + month.month if month else 0


def _month_of(count: int) -> date | None:
    return date(2000 + (count - 1) // 12, (count - 1) % 12 + 1, 1) if count else None
