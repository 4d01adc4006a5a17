"""The personal link to an agent's own file, for somebody who has no phone of ours any more.

It is an authenticated encryption (AES-SIV, RFC 5297) of branch, agent and last day: no id can be read from it, a changed one is
nothing, and it ends by itself. What is reached by it is one agent's file and nothing else."""

import base64
import struct
from datetime import date, timedelta
from functools import cache
from typing import Final, NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from perisai import keys
from perisai.agents.rules import figure

PATH: Final = "/berkas/"
_FORM = struct.Struct(">I16sI")
_CONTEXT = [b"perisai-agent-file-link-1"]


class Holder(NamedTuple):
    """Whose file it is, and the last day (of the branch) on which the link opens it."""

    branch_id: int
    agent_id: UUID
    until: date


def make(branch_id: int, agent_id: UUID, today: date) -> tuple[str, date]:
    """(whole address, last day) of a link made today."""
    until = today + timedelta(days=figure("file_link_days", today))
    return f"{settings.ORIGIN}{PATH}{token_of(Holder(branch_id, agent_id, until))}/", until


def token_of(holder: Holder) -> str:
    plain = _FORM.pack(holder.branch_id, holder.agent_id.bytes, holder.until.toordinal())
    return base64.urlsafe_b64encode(_cipher().encrypt(plain, _CONTEXT)).rstrip(b"=").decode()


def read(token: str) -> Holder | None:
    """None where it is not one of ours; whether its day is over is for the caller, who knows the branch's day."""
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        branch_id, agent, day = _FORM.unpack(_cipher().decrypt(sealed, _CONTEXT))
        return Holder(branch_id, UUID(bytes=agent), date.fromordinal(day))
    except (ValueError, InvalidTag, struct.error):
        return None


@cache
def _cipher() -> AESSIV:
    derive = HKDF(algorithm=hashes.SHA256(), length=64, salt=None, info=_CONTEXT[0])
    return AESSIV(derive.derive(keys.get("link_signing")))
