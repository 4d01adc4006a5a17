"""How somebody without an account comes back to what they sent: a signed link, and a code that can be written down.

Of the code only a keyed hash is to be kept."""

import re
from typing import Final
from uuid import UUID

from perisai.accounts.sealed_link import SealedLink
from perisai.events.vault import keyed_hash

_LETTERS: Final = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
_LENGTH: Final = 10
_CODE: Final = re.compile(r"([0-9]{1,9})([A-HJKMNP-TV-Z2-9]{10})")


class SecretLinks:
    """Links and codes of one kind of record. ``name`` parts them from those of another kind, for ever."""

    def __init__(self, name: str, *, path: str) -> None:
        self.path = path
        self._name = name
        self._link = SealedLink(name, ">I16s")

    def make(self, branch_id: int, record_id: UUID) -> str:
        """The path of the record's own page."""
        return f"{self.path}{self._link.seal(branch_id, record_id.bytes)}/"

    def read(self, token: str) -> tuple[int, UUID] | None:
        """(branch, record) of a link; None where it is not one of ours."""
        held = self._link.open(token)
        return (held[0], UUID(bytes=held[1])) if held else None

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
