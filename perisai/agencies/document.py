"""Papers that applicants send: pictures drawn anew, PDF laid anew, so that no metadata is kept; encrypted in the data folder."""

import hashlib
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from perisai.agencies import laid_anew, scan, sealed_file
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.vault import unseal
from perisai.events.work import Happened, Work
from perisai.recruitment.document import drawn_anew

MOST_BYTES: Final = 8 * 1024 * 1024
MOST_FILES: Final = 6
"""Of one item: pages of a deed."""

# The application's row is locked by the caller, so nobody adds between count and insert.
_OTHERS = (
    "SELECT count(*) FROM agencies_document WHERE branch_id = %s AND application_id = %s AND item = %s AND sha256 <> %s"
)
_INSERT = """
INSERT INTO agencies_document (branch_id, id, application_id, item, media_type, sha256, size, added_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (branch_id, application_id, item, sha256) DO NOTHING
"""
# Carried by agency_document_once.
_OF = """
SELECT id, item, media_type, size, added_at FROM agencies_document
WHERE branch_id = %s AND application_id = %s ORDER BY added_at, id
"""
_FIND = "SELECT media_type, item FROM agencies_document WHERE branch_id = %s AND application_id = %s AND id = %s"


@dataclass(frozen=True)
class Clean:
    """A paper that passed."""

    media_type: str
    data: bytes


def read(data: bytes) -> Clean:
    """What was sent, without anything but its pages. Raises ``Refused`` E9017 for what is no picture or PDF that can be read, or
    too big."""
    if len(data) > MOST_BYTES:
        raise unreadable()
    try:
        if data.startswith(b"%PDF-"):
            return Clean("application/pdf", scan.lay_anew(data))
        return Clean("image/jpeg", drawn_anew(data))
    except Refused as refused:
        raise unreadable() from refused


def unreadable() -> Refused:
    return Refused(
        "E9017",
        photo=f"{MOST_BYTES // 1024 // 1024} MB",
        pdf=f"{scan.MOST_BYTES // 1024 // 1024} MB",
        pages=laid_anew.MOST_PAGES,
    )


def keep(work: Work, *, branch_id: int, application_id: UUID, item: str, paper: Clean) -> None:
    """One more paper of an item; the same one sent again is there once. The caller has the application's row locked. Raises
    ``Refused`` E9019 above ``MOST_FILES``."""
    digest, document_id = hashlib.sha256(paper.data).digest(), uuid7()
    others = work.row(_OTHERS, [branch_id, application_id, item, digest])
    if others and others[0] >= MOST_FILES:
        raise Refused("E9019", most=MOST_FILES)
    values = [branch_id, document_id, application_id, item, paper.media_type, digest, len(paper.data), work.now]
    if work.execute(_INSERT, values):
        sealed_file.store(sealed_file.path("applications", branch_id, document_id.hex), paper.data)
        _report(work, "agency_document_added", branch_id, application_id, document_id, item)


def of(work: Work, *, branch_id: int, application_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """By item, oldest first: id, media_type, size, added_at. One statement."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in work.dicts(_OF, [branch_id, application_id]):
        found.setdefault(row["item"], []).append(row)
    return found


def open_paper(work: Work, *, branch_id: int, application_id: UUID, document_id: UUID) -> Clean:
    """The paper, decrypted; that it was opened is an event. Raises ``Refused`` E1004."""
    row = work.row(_FIND, [branch_id, application_id, document_id])
    path = sealed_file.path("applications", branch_id, document_id.hex)
    if row is None or not path.exists():
        raise Refused("E1004")
    _report(work, "agency_document_seen", branch_id, application_id, document_id, row[1])
    return Clean(row[0], unseal(path.read_bytes()))


def _report(work: Work, kind: str, branch_id: int, application_id: UUID, document_id: UUID, item: str) -> None:
    detail = {"application": str(application_id), "document": str(document_id), "item": item}
    work.report(Happened(kind=kind, branch_id=branch_id, subject_id=application_id, detail=detail))
