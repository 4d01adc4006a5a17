"""The signed paper as PDF. What comes in is laid anew page by page, so that nothing but its pages is kept: no metadata, no
scripts, no attachments. The bytes lie encrypted in the data folder, named by their SHA-256."""

import hashlib
from pathlib import Path
from typing import Final
from uuid import UUID

from perisai.agencies import laid_anew, sealed_file
from perisai.errors import Refused
from perisai.events import apart
from perisai.events.ids import uuid7
from perisai.events.vault import unseal
from perisai.events.work import Happened, Work

MOST_BYTES: Final = 5 * 1024 * 1024
LIMIT: Final = "5 MB / 20"

_OFFICE = (
    "SELECT office_id FROM agencies_agreement WHERE branch_id = %s AND id = %s AND state <> 'withdrawn' FOR UPDATE"
)
_INSERT = """
INSERT INTO agencies_scan (branch_id, id, agreement_id, sha256, size, brought_at, brought_by)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
# Both carried by agency_scan_agreement.
_NEWEST = """
SELECT sha256 FROM agencies_scan WHERE branch_id = %s AND agreement_id = %s ORDER BY id DESC LIMIT 1
"""
_VERSION = "SELECT sha256 FROM agencies_scan WHERE branch_id = %s AND agreement_id = %s AND id = %s"


def keep(work: Work, *, branch_id: int, agreement_id: UUID, data: bytes) -> bool:
    """Keeps the scan as a further version: nothing is overwritten, the newest counts. False where it is the newest one once more.
    Raises ``Refused`` E1004, E9010."""
    clean = lay_anew(data)
    row = work.row(_OFFICE, [branch_id, agreement_id])
    if row is None:
        raise Refused("E1004")
    digest = hashlib.sha256(clean).digest()
    newest = work.row(_NEWEST, [branch_id, agreement_id])
    if newest and bytes(newest[0]) == digest:
        return False
    sealed_file.store(_path(branch_id, digest), clean)
    work.execute(_INSERT, [branch_id, uuid7(), agreement_id, digest, len(clean), work.now, work.actor.user_id])
    work.report(
        Happened(
            kind="agreement_scanned",
            branch_id=branch_id,
            subject_id=agreement_id,
            agency_office_id=row[0],
            detail={"agreement": str(agreement_id), "sha256": digest.hex()},
        )
    )
    return True


def open_scan(work: Work, *, branch_id: int, agreement_id: UUID, scan_id: UUID | None = None) -> bytes:
    """A version, or the newest. Raises ``Refused`` E1004 where there is none in the scope."""
    place = [branch_id, agreement_id]
    row = work.row(_VERSION, [*place, scan_id]) if scan_id else work.row(_NEWEST, place)
    path = _path(branch_id, bytes(row[0])) if row else None
    if path is None or not path.exists():
        raise Refused("E1004")
    return unseal(path.read_bytes())


def lay_anew(data: bytes) -> bytes:
    """Raises ``Refused`` E9010 for what is too big, no PDF, protected by a password, too many pages, or made to break readers."""
    if len(data) > MOST_BYTES or not data.startswith(b"%PDF-"):
        raise Refused("E9010", limit=LIMIT)
    try:
        return apart.run(laid_anew.lay_anew, data)
    except apart.Failed as failed:
        raise Refused("E9010", limit=LIMIT) from failed


def _path(branch_id: int, digest: bytes) -> Path:
    return sealed_file.path("agreements", branch_id, digest.hex())
