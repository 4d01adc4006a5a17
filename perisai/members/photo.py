"""Photos of ID cards: taken in pieces, checked against their address, kept encrypted in the data folder."""

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
_MAGIC = {"image/jpeg": b"\xff\xd8\xff", "image/webp": b"RIFF"}

_FIND = """
SELECT p.size, p.media_type, p.complete_at, e.id, e.agent_id, e.sub_branch_id, e.agency_office_id, e.region_code
FROM members_photo p JOIN members_enrolment e ON e.branch_id = p.branch_id AND e.id = p.enrolment_id
WHERE p.branch_id = %s AND p.sha256 = %s AND e.agent_id = %s
"""

_COMPLETE = """
UPDATE members_photo SET complete_at = %s WHERE branch_id = %s AND sha256 = %s AND complete_at IS NULL RETURNING enrolment_id
"""


@dataclass(frozen=True)
class Progress:
    offset: int
    size: int
    complete: bool


def progress(work: Work, *, branch_id: int, agent_id: UUID, sha256: bytes) -> Progress:
    """How much of a photo has come. Raises E1004 while no judged op of the agent names it."""
    size, _, complete_at, *_ = _find(work, branch_id, agent_id, sha256)
    return Progress(size if complete_at else _length(_partial(branch_id, sha256)), size, complete_at is not None)


def add_piece(work: Work, *, branch_id: int, agent_id: UUID, sha256: bytes, offset: int, piece: bytes) -> Progress:
    """Adds bytes at ``offset``; with the last piece the whole is checked and sealed. Raises E6010 where the offset does not fit
    (the answer of ``progress`` has the right one), E6011 where the whole is not what its address says or no picture; then
    nothing is kept. A crash at any moment leaves what came before the piece, so that the phone can always go on."""
    row = _find(work, branch_id, agent_id, sha256)
    size, media_type, complete_at = row[:3]
    if complete_at is not None:
        return Progress(size, size, complete=True)
    with _locked(_partial(branch_id, sha256)) as path:
        have = _length(path)
        if offset != have:
            raise Refused("E6010", offset=have)
        if not piece or have + len(piece) > size or len(piece) > MOST_PIECE:
            raise Refused("E6010", offset=have)
        if have + len(piece) < size:
            with path.open("ab") as file:
                _write(file, piece)
            return Progress(have + len(piece), size, complete=False)
        is_first = _finish(work, branch_id, sha256, path, piece, media_type)
    if is_first:
        _report(work, branch_id, sha256, row)
    return Progress(size, size, complete=True)


def open_photo(work: Work, branch_id: int, sha256: bytes) -> bytes:
    """The picture's bytes. Raises E1004 where it is not (yet) here or outside the scope."""
    row = work.row("SELECT complete_at FROM members_photo WHERE branch_id = %s AND sha256 = %s", [branch_id, sha256])
    path = _final(branch_id, sha256)
    if row is None or row[0] is None or not path.exists():
        raise Refused("E1004")
    return unseal(path.read_bytes())


def _find(work: Work, branch_id: int, agent_id: UUID, sha256: bytes) -> tuple[Any, ...]:
    row = work.row(_FIND, [branch_id, sha256, agent_id])
    if row is None:
        raise Refused("E1004")
    return row


def _finish(work: Work, branch_id: int, sha256: bytes, path: Path, last: bytes, media_type: str) -> bool:
    """False where a retry at the same moment has completed it before."""
    data = (path.read_bytes() if path.exists() else b"") + last
    if hashlib.sha256(data).digest() != sha256 or not data.startswith(_MAGIC[media_type]):
        path.unlink(missing_ok=True)
        raise Refused("E6011", offset=0)
    final = _final(branch_id, sha256)
    final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = final.with_suffix(".new")
    with temporary.open("wb") as file:
        _write(file, seal(data))
    temporary.rename(final)
    _sync_folder(final.parent)
    path.unlink(missing_ok=True)
    return work.row(_COMPLETE, [work.now, branch_id, sha256]) is not None


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


def _report(work: Work, branch_id: int, sha256: bytes, row: tuple[Any, ...]) -> None:
    _, _, _, enrolment_id, agent_id, sub_branch_id, agency_office_id, region_code = row
    work.report(
        Happened(
            kind="photo_received",
            branch_id=branch_id,
            subject_id=enrolment_id,
            agent_id=agent_id,
            sub_branch_id=sub_branch_id,
            agency_office_id=agency_office_id,
            region_code=region_code,
            detail={"sha256": sha256.hex()},
        )
    )


def _folder() -> Path:
    return Path(settings.DATA) / "attachments"


def _partial(branch_id: int, sha256: bytes) -> Path:
    return _folder() / "partial" / f"{branch_id}-{sha256.hex()}"


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
