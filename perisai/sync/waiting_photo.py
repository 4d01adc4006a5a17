"""Photos that came before anybody could say whose they are: their ops wait for a person. Encrypted in the data folder."""

import os
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from perisai.errors import Refused
from perisai.events.vault import Unreadable, seal, unseal
from perisai.events.work import Work
from perisai.members import photo


def keep(branch_id: int, sha256: bytes, picture: bytes) -> None:
    """Whole or not at all; a second time changes nothing."""
    path = _path(branch_id, sha256)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_suffix(f".{os.getpid()}.new")
    with fresh.open("wb") as file:
        file.write(seal(picture))
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)


def hand_over(work: Work, *, branch_id: int, agent_id: UUID, sha256: bytes) -> bool:
    """Gives a kept photo to the enrolment that names it, now that there is one. False where none is kept, or none wants it."""
    path = _path(branch_id, sha256)
    if not path.exists():
        return False
    try:
        attach(work, branch_id=branch_id, agent_id=agent_id, sha256=sha256, picture=unseal(path.read_bytes()))
    except (Refused, Unreadable):
        return False
    transaction.on_commit(lambda: path.unlink(missing_ok=True))
    return True


def attach(work: Work, *, branch_id: int, agent_id: UUID, sha256: bytes, picture: bytes) -> bool:
    """Stores a whole photo; False where it was here already. Raises E1004 while no judged op names it, E6011 for other bytes."""
    asked = photo.Asked(branch_id, agent_id, sha256)
    found = photo.progress(work, asked)
    if found.complete:
        return False
    at = found.offset
    if len(picture) != found.size:
        raise Refused("E6011", offset=0)
    while at < len(picture):
        at = photo.add_piece(work, asked, offset=at, piece=picture[at : at + photo.MOST_PIECE]).offset
    return True


def _path(branch_id: int, sha256: bytes) -> Path:
    return Path(settings.DATA) / "attachments" / "waiting" / f"{branch_id}-{sha256.hex()}"
