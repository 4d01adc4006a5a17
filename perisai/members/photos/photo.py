"""Photos of ID cards: taken in pieces, checked against their address, kept encrypted in the data folder.

Most are named by the ``enrol`` op; one that was not taken at the stall is brought later, while the enrolment waits for it."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from django.conf import settings

from perisai.errors import Refused
from perisai.events.vault import seal, unseal
from perisai.events.work import Happened, Work

MOST_PIECE = 256 * 1024
MOST_BYTES = 2 * 1024 * 1024
_MAGIC = {"image/jpeg": b"\xff\xd8\xff", "image/webp": b"RIFF"}

_IS_HERE = "SELECT 1 FROM members_photo WHERE branch_id = %s AND sha256 = %s AND complete_at IS NOT NULL LIMIT 1"

# A picture is the enrolment's; the same one may belong to several of an agent's enrolments. What is not complete comes first.
# Carried by photo_sha256.
_FIND = """
SELECT p.size, p.media_type, p.complete_at, e.id FROM members_photo p
JOIN members_enrolment e ON e.branch_id = p.branch_id AND e.id = p.enrolment_id
WHERE p.branch_id = %s AND p.sha256 = %s AND %s IN (e.agent_id, e.acquired_by) AND (%s::uuid IS NULL OR e.id = %s::uuid)
ORDER BY p.complete_at IS NOT NULL, e.id LIMIT 1
"""

# By primary keys. Why a picture that no row names may or may not come.
_AWAITED = """
SELECT e.photo_due_on IS NOT NULL, coalesce((SELECT c.given FROM members_consent c
  WHERE c.branch_id = e.branch_id AND c.enrolment_id = e.id AND c.purpose = 'photo'), false)
FROM members_enrolment e WHERE e.branch_id = %s AND e.id = %s AND %s IN (e.agent_id, e.acquired_by)
"""

# The agent's last choice counts: what had begun to come before it goes.
_NAME = """
WITH dropped AS (
  DELETE FROM members_photo
  WHERE branch_id = %(branch)s AND enrolment_id = %(enrolment)s AND sha256 <> %(sha256)s AND complete_at IS NULL
)
INSERT INTO members_photo (branch_id, enrolment_id, sha256, size, media_type, named_at)
VALUES (%(branch)s, %(enrolment)s, %(sha256)s, 0, '', %(now)s) ON CONFLICT DO NOTHING
"""

_COMPLETE = """
WITH complete AS (
  UPDATE members_photo p SET complete_at = %(now)s, size = %(size)s, media_type = %(media_type)s
  FROM members_enrolment e
  WHERE p.branch_id = %(branch)s AND p.sha256 = %(sha256)s AND p.complete_at IS NULL
    AND e.branch_id = p.branch_id AND e.id = p.enrolment_id AND %(agent)s IN (e.agent_id, e.acquired_by)
  RETURNING p.enrolment_id
), here AS (
  UPDATE members_enrolment SET photo_due_on = NULL
  WHERE branch_id = %(branch)s AND id IN (SELECT enrolment_id FROM complete) AND photo_due_on IS NOT NULL
), settled AS (
  UPDATE members_review SET state = 'closed', decided_at = %(now)s, note = 'the picture came'
  WHERE branch_id = %(branch)s AND enrolment_id IN (SELECT enrolment_id FROM complete) AND reason = 'photo_overdue'
    AND state = 'open'
)
SELECT e.id, e.agent_id, e.sub_branch_id, e.agency_office_id, e.region_code
FROM members_enrolment e JOIN complete c ON c.enrolment_id = e.id WHERE e.branch_id = %(branch)s
"""


@dataclass(frozen=True)
class Progress:
    """``size`` 0: not known yet (a picture that no op named)."""

    offset: int
    size: int
    complete: bool


@dataclass(frozen=True)
class Asked:
    """Which picture, and whose. ``enrolment_id`` is given for one that is brought later; ``size`` where the phone says how many
    bytes that will have."""

    branch_id: int
    agent_id: UUID
    sha256: bytes
    enrolment_id: UUID | None = None
    size: int | None = None


def progress(work: Work, asked: Asked) -> Progress:
    """How much of a photo has come. Raises E1004 while no judged op of the agent names it; with an enrolment that does not
    wait for one E6013, and E6012 where the worker has not agreed to a photo."""
    row = _find(work, asked)
    if row is None:
        _require_awaited(work, asked)
        return Progress(0, 0, complete=False)
    size, _, complete_at, _ = row
    return Progress(size if complete_at else _length(_partial(asked)), size, complete_at is not None)


def add_piece(work: Work, asked: Asked, *, offset: int, piece: bytes) -> Progress:
    """Adds bytes at ``offset``; with the last piece the whole is checked and sealed. Raises what ``progress`` raises, E6010 where
    the offset does not fit (the answer of ``progress`` has the right one), E6011 where the whole is not what its address says or
    no picture; then nothing is kept. A crash at any moment leaves what came before the piece, so that the phone can go on."""
    row = _find(work, asked)
    if row is None:
        _require_awaited(work, asked)
        named = {"branch": asked.branch_id, "enrolment": asked.enrolment_id, "sha256": asked.sha256, "now": work.now}
        work.execute(_NAME, named)
        row = (0, "", None, asked.enrolment_id)
    size, media_type, complete_at, _ = row
    if complete_at is not None:
        return Progress(size, size, complete=True)
    with _locked(_partial(asked)) as path:
        have = _length(path)
        most = size or min(asked.size or MOST_BYTES, MOST_BYTES)
        if not size and have + len(piece) > most:
            path.unlink(missing_ok=True)
            raise Refused("E6011", offset=0)
        if offset != have or not piece or have + len(piece) > most or len(piece) > MOST_PIECE:
            raise Refused("E6010", offset=have)
        if have + len(piece) < most and (size or asked.size or not _is_whole(path, piece, asked.sha256)):
            with path.open("ab") as file:
                _write(file, piece)
            return Progress(have + len(piece), size, complete=False)
        size = have + len(piece)
        media_type = _finish(asked, path, piece, media_type)
    _complete(work, asked, size, media_type)
    return Progress(size, size, complete=True)


def open_photo(work: Work, branch_id: int, sha256: bytes) -> bytes:
    """The picture's bytes. Raises E1004 where it is not (yet) here or outside the scope."""
    row = work.row(_IS_HERE, [branch_id, sha256])
    path = _final(branch_id, sha256)
    if row is None or not path.exists():
        raise Refused("E1004")
    return unseal(path.read_bytes())


def _find(work: Work, asked: Asked) -> tuple[Any, ...] | None:
    """The row that the bytes go to. Raises E1004 where there is none and no enrolment is given."""
    which = [asked.branch_id, asked.sha256, asked.agent_id, asked.enrolment_id, asked.enrolment_id]
    row = work.row(_FIND, which)
    if row is None and asked.enrolment_id is None:
        raise Refused("E1004")
    return row


def _require_awaited(work: Work, asked: Asked) -> None:
    """Whether the enrolment is the agent's and waits for a picture. An op that named one without the worker's consent left
    none to find either."""
    row = work.row(_AWAITED, [asked.branch_id, asked.enrolment_id, asked.agent_id])
    if row is None:
        raise Refused("E1004")
    is_due, is_agreed = row
    if not is_agreed:
        raise Refused("E6012")
    if not is_due:
        raise Refused("E6013")


def _is_whole(path: Path, last: bytes, sha256: bytes) -> bool:
    """Whether the bytes so far and these are the picture; for one whose size nobody told."""
    return hashlib.sha256((path.read_bytes() if path.exists() else b"") + last).digest() == sha256


def _finish(asked: Asked, path: Path, last: bytes, media_type: str) -> str:
    """Checks and seals the whole; answers its media type. Raises E6011."""
    data = (path.read_bytes() if path.exists() else b"") + last
    found = next((name for name, magic in _MAGIC.items() if data.startswith(magic)), None)
    if hashlib.sha256(data).digest() != asked.sha256 or found is None or media_type not in ("", found):
        path.unlink(missing_ok=True)
        raise Refused("E6011", offset=0)
    final = _final(asked.branch_id, asked.sha256)
    final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = final.with_suffix(".new")
    with temporary.open("wb") as file:
        _write(file, seal(data))
    temporary.rename(final)
    _sync_folder(final.parent)
    path.unlink(missing_ok=True)
    return found


def _complete(work: Work, asked: Asked, size: int, media_type: str) -> None:
    """Marks it here for every enrolment of the agent that names it, and reports each. None where a retry at the same moment has
    done so before."""
    facts = {
        "now": work.now,
        "size": size,
        "media_type": media_type,
        "branch": asked.branch_id,
        "sha256": asked.sha256,
        "agent": asked.agent_id,
    }
    for enrolment_id, agent_id, sub_branch_id, agency_office_id, region_code in work.rows(_COMPLETE, facts):
        work.report(
            Happened(
                kind="photo_received",
                branch_id=asked.branch_id,
                subject_id=enrolment_id,
                agent_id=agent_id,
                sub_branch_id=sub_branch_id,
                agency_office_id=agency_office_id,
                region_code=region_code,
                detail={"sha256": asked.sha256.hex()},
            )
        )


def _write(file: BinaryIO, data: bytes) -> None:
    file.write(data)
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """A rename survives a power cut only once its folder is on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _folder() -> Path:
    return Path(settings.DATA) / "attachments"


def _partial(asked: Asked) -> Path:
    """Pieces of one agent's upload: what another sends under the same address never mixes with it."""
    return _folder() / "partial" / f"{asked.branch_id}-{asked.agent_id.hex}-{asked.sha256.hex()}"


def _final(branch_id: int, sha256: bytes) -> Path:
    name = sha256.hex()
    return _folder() / str(branch_id) / name[:2] / name


def _length(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


@contextmanager
def _locked(path: Path) -> Iterator[Path]:
    """One writer a photo, across processes."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.with_suffix(".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield path
