"""Photos that came before anybody could say whose they are: their ops wait for a person. Encrypted in the data folder."""

import os
import re
from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from perisai.errors import Refused
from perisai.events.vault import Unreadable, seal, unseal
from perisai.events.work import Work
from perisai.members.photos import photo
from perisai.sync.op import SentOp

_ADDRESS = re.compile(r"[0-9a-f]{64}")


def named_by(op: SentOp) -> str | None:
    """The address of the photo that an op names."""
    body = op.data.get("body")
    card = body.get("id_card") if isinstance(body, dict) else None
    sha256 = card.get("sha256") if isinstance(card, dict) else None
    return sha256 if isinstance(sha256, str) and _ADDRESS.fullmatch(sha256) else None


def keep(branch_id: int, op_id: UUID, sha256: bytes, picture: bytes) -> None:
    """Whole or not at all; a second time changes nothing. Of several that were brought for one op the last counts."""
    path = _folder() / f"{branch_id}-{op_id.hex}-{sha256.hex()}"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_suffix(f".{os.getpid()}.new")
    with fresh.open("wb") as file:
        file.write(seal(picture))
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
    for former in _kept(branch_id, op_id):
        if former != path:
            former.unlink(missing_ok=True)


def hand_over(work: Work, *, branch_id: int, agent_id: UUID, op: SentOp) -> bool:
    """Gives a kept photo to the enrolment of ``op``, now that there is one. False where none is kept, or none wants it."""
    later_for = None if named_by(op) else op.op_id
    for path in _kept(branch_id, op.op_id):
        sha256 = bytes.fromhex(path.name.rpartition("-")[2])
        try:
            attach(work, photo.Asked(branch_id, agent_id, sha256, later_for), unseal(path.read_bytes()))
        except (Refused, Unreadable):
            return False
        drop(branch_id, op.op_id)
        return True
    return False


def drop(branch_id: int, op_id: UUID) -> None:
    """With the present transaction: the op was refused, or its enrolment has the photo."""
    for path in _kept(branch_id, op_id):
        transaction.on_commit(partial(path.unlink, missing_ok=True))


def attach(work: Work, asked: photo.Asked, picture: bytes) -> bool:
    """Stores a whole photo; False where it was here already. Raises E1004 while no judged op names it, E6011 for other bytes,
    and where ``asked`` names an enrolment E6012 and E6013 as ``photo.progress`` does."""
    asked = replace(asked, size=len(picture))
    found = photo.progress(work, asked)
    if found.complete:
        return False
    at = found.offset
    if found.size and len(picture) != found.size:
        raise Refused("E6011", offset=0)
    while at < len(picture):
        at = photo.add_piece(work, asked, offset=at, piece=picture[at : at + photo.MOST_PIECE]).offset
    return True


def _folder() -> Path:
    return Path(settings.DATA) / "attachments" / "waiting"


def _kept(branch_id: int, op_id: UUID) -> list[Path]:
    return [path for path in _folder().glob(f"{branch_id}-{op_id.hex}-*") if not path.suffix]
