"""How a candidate without an account comes back: a signed link, and a code that can be written down.

The link is a deterministic authenticated encryption (AES-SIV, RFC 5297) of branch and candidate: no id can be read from it,
and a changed one is nothing. Of the code only a keyed hash is kept."""

import base64
import re
import struct
from functools import cache
from typing import Final, NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from perisai import keys
from perisai.events.vault import keyed_hash

PATH: Final = "/daftar-agen/saya/"
_FORM = struct.Struct(">I16s")
_CONTEXT = [b"perisai-candidate-link-1"]
_LETTERS: Final = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
_LENGTH: Final = 10
_CODE = re.compile(r"([0-9]{1,9})([A-HJKMNP-TV-Z2-9]{10})")


class Owner(NamedTuple):
    branch_id: int
    candidate_id: UUID


def make(owner: Owner) -> str:
    """The path of the candidate's own page."""
    plain = _FORM.pack(owner.branch_id, owner.candidate_id.bytes)
    return PATH + base64.urlsafe_b64encode(_cipher().encrypt(plain, _CONTEXT)).rstrip(b"=").decode() + "/"


def read(token: str) -> Owner | None:
    """Whose link it is; None where it is not one of ours."""
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        branch_id, candidate = _FORM.unpack(_cipher().decrypt(sealed, _CONTEXT))
    except (ValueError, InvalidTag, struct.error):
        return None
    return Owner(branch_id, UUID(bytes=candidate))


def code_of(branch_id: int, form_key: UUID) -> str:
    """``1501-7KQ2M-9XRTA``: the branch, and 49 bits that only this installation makes of the form's key, so that a form sent
    twice shows the same code."""
    drawn = int.from_bytes(keyed_hash("candidate_code_of_form", form_key.hex))
    letters = "".join(_LETTERS[drawn // len(_LETTERS) ** place % len(_LETTERS)] for place in range(_LENGTH))
    return f"{branch_id}-{letters[:5]}-{letters[5:]}"


def read_code(text: str) -> tuple[int, bytes] | None:
    """(branch, keyed hash) of a code as somebody typed it; None where it is none."""
    found = _CODE.fullmatch(re.sub(r"[\s-]", "", text).upper())
    if found is None:
        return None
    return int(found[1]), hash_code(int(found[1]), found[2])


def hash_code(branch_id: int, letters: str) -> bytes:
    return keyed_hash("candidate_code", f"{branch_id}:{letters}")


def hash_of(code: str) -> bytes:
    """What is kept of a code of ``new_code``."""
    branch, first, second = code.split("-")
    return hash_code(int(branch), first + second)


@cache
def _cipher() -> AESSIV:
    derive = HKDF(algorithm=hashes.SHA256(), length=64, salt=None, info=_CONTEXT[0])
    return AESSIV(derive.derive(keys.get("link_signing")))
