"""Who is calling: finds the phone and checks its signature."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from django.http import HttpRequest

from perisai.errors import Refused
from perisai.events.scope import Scope
from perisai.events.work import Work, prepared_cursor
from perisai.given import get_id
from perisai.sync.clock import require_fresh

# Registries outside row-level security, each by its primary key, and the phone's user.
_FIND = """
SELECT d.id, d.branch_id, d.agent_id, d.public_key, d.state, o.timezone, o.province_code, u.id, coalesce(u.is_active, false)
FROM accounts_device d
JOIN offices_office o ON o.id = d.branch_id
LEFT JOIN accounts_user u ON u.agent_id = d.agent_id
WHERE d.id = %s
"""

# Carried by op_waiting.
_WAITS = """
SELECT EXISTS (SELECT FROM sync_op WHERE branch_id = %s AND device_id = %s AND state IN ('received', 'held'))
"""


@dataclass(frozen=True)
class Phone:
    """An activated device and whose it is."""

    id: UUID
    branch_id: int
    agent_id: UUID
    public_key: bytes
    state: str
    timezone: str
    province_code: str | None
    user_id: UUID | None
    user_active: bool

    @property
    def is_active(self) -> bool:
        return self.state == "active" and self.user_active


def find_phone(request: HttpRequest) -> Phone:
    """The phone that the header names. Raises E2001 where there is none."""
    return get_phone(get_id(request.headers.get("X-Perisai-Device"), "E2001"))


def get_phone(device_id: UUID) -> Phone:
    """Raises E2001 where no phone has this id."""
    with prepared_cursor() as cursor:
        cursor.execute(_FIND, [device_id])
        row = cursor.fetchone()
    if row is None:
        raise Refused("E2001")
    return Phone(row[0], row[1], row[2], bytes(row[3]), *row[4:])


def signed_phone(request: HttpRequest, now: datetime) -> Phone:
    """The active phone that signed this request (device protocol, section 6).

    Raises E2001 unknown, E2002 replaced or revoked, E2003 signature, E2004 stale token.
    """
    token = request.headers.get("X-Perisai-Token", "")
    require_fresh(token, now)
    phone = find_phone(request)
    body = hashlib.sha256(request.body).hexdigest()
    message = f"perisai-request-1\n{request.method}\n{request.get_full_path()}\n{body}\n{token}"
    verify(phone.public_key, signature_of(request), message.encode())
    if not phone.is_active:
        raise _ended(phone)
    return phone


def _ended(phone: Phone) -> Refused:
    """E2002. ``wipe`` in the problem: the server has decided on, or put before a person, all that it got from this phone; a
    phone that holds nothing unsent either empties itself."""
    with Work(scope=Scope.branch(phone.branch_id)) as work:
        (waits,) = work.row(_WAITS, [phone.branch_id, phone.id]) or (True,)
    return Refused("E2002", members={"wipe": not waits})


def signature_of(request: HttpRequest) -> bytes:
    """The 64 bytes of ``X-Perisai-Signature``. Raises E2003."""
    try:
        raw = unb64(request.headers.get("X-Perisai-Signature", ""))
    except ValueError:
        raise Refused("E2003") from None
    if len(raw) != 64:
        raise Refused("E2003")
    return raw


def verify(public_key: bytes, signature: bytes, message: bytes) -> None:
    """ECDSA on P-256 with SHA-256; ``signature`` is r and s, 32 bytes each. Raises E2003."""
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        _key(public_key).verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise Refused("E2003") from None


def unb64(text: str) -> bytes:
    """base64url without padding. Raises ``ValueError``."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def b64u(raw: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@lru_cache(maxsize=4096)
def _key(spki: bytes) -> ec.EllipticCurvePublicKey:
    key = serialization.load_der_public_key(spki)
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise Refused("E2003")
    return key
