"""How somebody without an account comes back to what they sent: a signed link, and a code that can be written down.

The link is a deterministic authenticated encryption (AES-SIV, RFC 5297) of branch and id: no id can be read from it, and a changed
one is nothing. Of the code only a keyed hash is to be kept."""

import base64
import re
import struct
from functools import cached_property
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from perisai import keys
from perisai.events.vault import keyed_hash

_FORM: Final = struct.Struct(">I16s")
_LETTERS: Final = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
_LENGTH: Final = 10
_CODE: Final = re.compile(r"([0-9]{1,9})([A-HJKMNP-TV-Z2-9]{10})")


class SecretLinks:
    """Links and codes of one kind of record. ``name`` parts them from those of another kind, for ever."""

    def __init__(self, name: str, *, path: str) -> None:
        self.path = path
        self._name = name
        self._context = f"perisai-{name}-link-1".encode()

    def make(self, branch_id: int, record_id: UUID) -> str:
        """The path of the record's own page."""
        plain = _FORM.pack(branch_id, record_id.bytes)
        token = base64.urlsafe_b64encode(self._cipher.encrypt(plain, [self._context])).rstrip(b"=").decode()
        return f"{self.path}{token}/"

    def read(self, token: str) -> tuple[int, UUID] | None:
        """(branch, record) of a link; None where it is not one of ours."""
        try:
            sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
            if base64.urlsafe_b64encode(sealed).rstrip(b"=").decode() != token:
                return None  # another way to write the same would be counted apart
            branch_id, record = _FORM.unpack(self._cipher.decrypt(sealed, [self._context]))
        except (ValueError, InvalidTag, struct.error):
            return None
        return branch_id, UUID(bytes=record)

    def code_of(self, branch_id: int, form_key: UUID) -> str:
        """``1501-7KQ2M-9XRTA``: the branch, and 49 bits that only this installation makes of the form's key, so that a form sent
        twice shows the same code."""
        drawn = int.from_bytes(keyed_hash(f"{self._name}_code_of_form", form_key.hex))
        letters = "".join(_LETTERS[drawn // len(_LETTERS) ** place % len(_LETTERS)] for place in range(_LENGTH))
        return f"{branch_id}-{letters[:5]}-{letters[5:]}"

    def read_code(self, text: str) -> tuple[int, bytes] | None:
        """(branch, keyed hash) of a code as somebody typed it; None where it is none."""
        found = _CODE.fullmatch(re.sub(r"[\s-]", "", text).upper())
        return (int(found[1]), self.hash_code(int(found[1]), found[2])) if found else None

    def hash_code(self, branch_id: int, letters: str) -> bytes:
        return keyed_hash(f"{self._name}_code", f"{branch_id}:{letters}")

    def hash_of(self, code: str) -> bytes:
        """What is kept of a code of ``code_of``."""
        branch, first, second = code.split("-")
        return self.hash_code(int(branch), first + second)

    @cached_property
    def _cipher(self) -> AESSIV:
        derive = HKDF(algorithm=hashes.SHA256(), length=64, salt=None, info=self._context)
        return AESSIV(derive.derive(keys.get("link_signing")))
