"""Links to the public page of an order: unguessable, expiring, and silent about whose bills it pays.

As ``portal.link`` (AES-SIV, RFC 5297), under a key of its own, so that neither kind of link is ever taken for the other.
"""

import base64
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from perisai import keys

PATH: Final = "/p/o/"
SHOWN_FOR: Final = timedelta(days=30)
"""How long after its last moment the page still tells whether the order was paid."""
_FORM = struct.Struct(">I16sI")
_CONTEXT = [b"perisai-order-link-1"]


@dataclass(frozen=True)
class OrderLink:
    branch_id: int
    order_id: UUID
    expires_at: datetime


def make(*, branch_id: int, order_id: UUID, pay_by: datetime) -> str:
    """The path of the page, ``/p/o/<54 characters>``."""
    plain = _FORM.pack(branch_id, order_id.bytes, int((pay_by + SHOWN_FOR).timestamp()))
    return PATH + base64.urlsafe_b64encode(_cipher().encrypt(plain, _CONTEXT)).rstrip(b"=").decode()


def read(token: str) -> OrderLink | None:
    """What a token says, whether or not it has expired; None where it is not one of ours."""
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        branch_id, order, expires = _FORM.unpack(_cipher().decrypt(sealed, _CONTEXT))
    except (ValueError, InvalidTag, struct.error):
        return None
    return OrderLink(branch_id, UUID(bytes=order), datetime.fromtimestamp(expires, UTC))


@cache
def _cipher() -> AESSIV:
    derive = HKDF(algorithm=hashes.SHA256(), length=64, salt=None, info=_CONTEXT[0])
    return AESSIV(derive.derive(keys.get("link_signing")))
