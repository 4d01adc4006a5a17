"""Tokens of links that people without an account are sent: unguessable, silent about what they name, and no other's kind.

A token is a deterministic authenticated encryption (AES-SIV, RFC 5297), so that the same link is the same text, no id can be
read from it, and a changed one is nothing. The library compares in constant time.
"""

import base64
import struct
from functools import cached_property
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from perisai import keys


class SealedLink:
    """Tokens of one kind of link. ``name`` gives them a key of their own, for ever; ``form`` is what they hold (``struct``)."""

    def __init__(self, name: str, form: str) -> None:
        self._context = f"perisai-{name}-link-1".encode()
        self._form = struct.Struct(form)

    def seal(self, *held: Any) -> str:
        """48 characters for a branch and an id, 54 with a time beside them."""
        sealed = self._cipher.encrypt(self._form.pack(*held), [self._context])
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def open(self, token: str) -> tuple[Any, ...] | None:
        """What ``seal`` was given; None where it is not one of ours, written as we write it: another way to write the same would
        be counted apart."""
        try:
            sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
            held = self._form.unpack(self._cipher.decrypt(sealed, [self._context]))
        except (ValueError, InvalidTag, struct.error):
            return None
        return held if base64.urlsafe_b64encode(sealed).rstrip(b"=").decode() == token else None

    @cached_property
    def _cipher(self) -> AESSIV:
        derive = HKDF(algorithm=hashes.SHA256(), length=64, salt=None, info=self._context)
        return AESSIV(derive.derive(keys.get("link_signing")))
