"""Personal links of reminders: unguessable, silent about whom they are for (AES-SIV, as the links to the pay page)."""

import base64
import struct
from functools import cache
from typing import NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from perisai import keys

PATH = "/j/"
_FORM = struct.Struct(">I16s")
_CONTEXT = [b"perisai-reminder-link-1"]


class Link(NamedTuple):
    branch_id: int
    reminder_id: UUID


def address(branch_id: int, reminder_id: UUID) -> str:
    """Of the page, whole, as a text carries it."""
    return f"{settings.ORIGIN}{PATH}{make(branch_id, reminder_id)}"


def make(branch_id: int, reminder_id: UUID) -> str:
    """48 characters."""
    sealed = _cipher().encrypt(_FORM.pack(branch_id, reminder_id.bytes), _CONTEXT)
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def read(token: str) -> Link | None:
    """None where it is not one of ours, written as we write it."""
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        branch_id, reminder = _FORM.unpack(_cipher().decrypt(sealed, _CONTEXT))
    except (ValueError, InvalidTag, struct.error):
        return None
    found = Link(branch_id, UUID(bytes=reminder))
    return found if make(*found) == token else None


@cache
def _cipher() -> AESSIV:
    derive = HKDF(algorithm=hashes.SHA256(), length=64, salt=None, info=_CONTEXT[0])
    return AESSIV(derive.derive(keys.get("link_signing")))
