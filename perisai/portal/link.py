"""Links to the public pay page: unguessable, expiring, and silent about whom they are for.

The token is a deterministic authenticated encryption (AES-SIV, RFC 5297) of branch, enrolment and expiry, so that the same
link is the same text, no id can be read from it, and a changed one is nothing. The library compares in constant time.
"""

import base64
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from perisai import keys

PATH = "/p/"
_FORM = struct.Struct(">I16sI")
_CONTEXT = [b"perisai-pay-link-1"]


@dataclass(frozen=True)
class Link:
    enrolment_id: UUID
    branch_id: int
    expires_at: datetime


def make(*, enrolment_id: UUID, branch_id: int, expires_at: datetime) -> str:
    """The path of the page, ``/p/<54 characters>``. ``expires_at`` counts in whole seconds."""
    plain = _FORM.pack(branch_id, enrolment_id.bytes, int(expires_at.timestamp()))
    return PATH + base64.urlsafe_b64encode(_cipher().encrypt(plain, _CONTEXT)).rstrip(b"=").decode()


def address(branch_id: int, enrolment_id: UUID, until: datetime) -> str:
    """Of the page, whole, as a text carries it."""
    return settings.ORIGIN + make(enrolment_id=enrolment_id, branch_id=branch_id, expires_at=until)


def read(token: str) -> Link | None:
    """What a token says, whether or not it has expired; None where it is not one of ours."""
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        branch_id, enrolment, expires = _FORM.unpack(_cipher().decrypt(sealed, _CONTEXT))
    except (ValueError, InvalidTag, struct.error):
        return None
    return Link(UUID(bytes=enrolment), branch_id, datetime.fromtimestamp(expires, UTC))


@cache
def _cipher() -> AESSIV:
    derive = HKDF(algorithm=hashes.SHA256(), length=64, salt=None, info=_CONTEXT[0])
    return AESSIV(derive.derive(keys.get("link_signing")))
