"""The personal link to an exam: unguessable, expiring, and silent about whom it is for.

As with pay links, the token is a deterministic authenticated encryption (AES-SIV, RFC 5297), here of branch, seat and expiry
under a key of its own, so that staff can show the same link again and no id can be read from it.
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

from perisai import keys

PATH = "/ujian/"
_FORM = struct.Struct(">I16sI")
_CONTEXT = [b"perisai-exam-link-1"]


@dataclass(frozen=True)
class Link:
    seat_id: UUID
    branch_id: int
    expires_at: datetime


def make(*, seat_id: UUID, branch_id: int, expires_at: datetime) -> str:
    """The path of the page, ``/ujian/<54 characters>``. ``expires_at`` counts in whole seconds."""
    plain = _FORM.pack(branch_id, seat_id.bytes, int(expires_at.timestamp()))
    return PATH + base64.urlsafe_b64encode(_cipher().encrypt(plain, _CONTEXT)).rstrip(b"=").decode()


def read(token: str) -> Link | None:
    """What a token says, whether or not it has expired; None where it is not one of ours."""
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        branch_id, seat, expires = _FORM.unpack(_cipher().decrypt(sealed, _CONTEXT))
    except (ValueError, InvalidTag, struct.error):
        return None
    return Link(UUID(bytes=seat), branch_id, datetime.fromtimestamp(expires, UTC))


@cache
def _cipher() -> AESSIV:
    derive = HKDF(algorithm=hashes.SHA256(), length=64, salt=None, info=_CONTEXT[0])
    return AESSIV(derive.derive(keys.get("link_signing")))
