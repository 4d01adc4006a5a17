"""Papers of a file: checked by their bytes, pictures drawn anew, of PDFs the pages only, without metadata, kept sealed."""

import io
from collections.abc import Sequence
from typing import Any, Final, LiteralString, NamedTuple
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from PIL import Image, ImageOps

from perisai.errors import Refused
from perisai.events import apart
from perisai.events.ids import uuid7
from perisai.events.vault import seal, unseal
from perisai.events.work import Work
from perisai.supervision import pdf
from perisai.supervision.sealed import open_text
from perisai.supervision.subject import Subject

MOST_BYTES: Final = 5 * 1024 * 1024
MOST_PAPERS: Final = 10
MOST_PIXELS: Final = 50_000_000
MOST_DRAWN: Final = 100_000_000
"""Values of all colours in memory at once: a JPEG is drawn small from the beginning, others only whole."""
LONGEST_SIDE: Final = 2400

_INSERT_MANY: LiteralString = """
INSERT INTO supervision_document (branch_id, id, agent_id, about_id, name_sealed, media_type, size, sealed, added_by, added_at)
SELECT %s, d.id, %s, %s, d.name, d.media_type, d.size, d.sealed, %s, %s
FROM unnest(%s::uuid[], %s::bytea[], %s::text[], %s::int[], %s::bytea[]) AS d (id, name, media_type, size, sealed)
"""
_GET: LiteralString = """
SELECT name_sealed, media_type, sealed FROM supervision_document WHERE branch_id = %s AND agent_id = %s AND id = %s
"""
# Carried by supervision_document_about.
_LIST: LiteralString = """
SELECT about_id, id, name_sealed, media_type, size, added_at FROM supervision_document
WHERE branch_id = %s AND agent_id = %s ORDER BY added_at, id
"""


class Paper(NamedTuple):
    """A file as it was sent."""

    name: str
    data: bytes


Papers = Sequence[Paper]


class Kept(NamedTuple):
    name: str
    media_type: str
    data: bytes


def read_sent(files: Sequence["UploadedFile[Any]"]) -> list[Paper]:
    """Files of a form. Raises E9509 before anything large is read."""
    if len(files) > MOST_PAPERS or any((one.size or 0) > MOST_BYTES for one in files):
        raise Refused("E9509")
    found = []
    for one in files:
        found.append(Paper(one.name or "", one.read()))
        one.close()
    return found


def keep_many(work: Work, subject: Subject, *, about_id: UUID, papers: Papers) -> None:
    """One statement, after all of them have been looked at.

    Raises E9509 for what is no PDF, JPEG or PNG, is larger than 5 MB, or comes with more than ten; E9517 for a PDF with a password.
    """
    if len(papers) > MOST_PAPERS:
        raise Refused("E9509")
    if not papers:
        return
    checked = [(_name(paper.name), *_check(paper.data)) for paper in papers]
    columns = [
        sorted(uuid7() for _ in checked),  # in the order in which they were sent
        [seal(name.encode()) for name, _, _ in checked],
        [media_type for _, media_type, _ in checked],
        [len(data) for _, _, data in checked],
        [seal(data) for _, _, data in checked],
    ]
    who = [subject.branch_id, subject.agent_id, about_id, work.actor.user_id, work.now]
    work.execute(_INSERT_MANY, [*who, *columns])


def _name(sent: str) -> str:
    return "".join(letter for letter in sent if letter.isprintable() and letter not in '/\\"')[-100:] or "dokumen"


def get(work: Work, *, branch_id: int, agent_id: UUID, document_id: UUID) -> Kept:
    """Raises E1004."""
    row = work.row(_GET, [branch_id, agent_id, document_id])
    if row is None:
        raise Refused("E1004")
    return Kept(open_text(row[0]), row[1], unseal(row[2]))


def of_agent(work: Work, *, branch_id: int, agent_id: UUID) -> dict[UUID, list[dict[str, Any]]]:
    """By what they belong to, without their bytes. One statement."""
    found: dict[UUID, list[dict[str, Any]]] = {}
    for about_id, document_id, name, media_type, size, added_at in work.rows(_LIST, [branch_id, agent_id]):
        row = {"id": document_id, "name": open_text(name), "media_type": media_type, "size": size, "added_at": added_at}
        found.setdefault(about_id, []).append(row)
    return found


def _check(data: bytes) -> tuple[str, bytes]:
    if not 0 < len(data) <= MOST_BYTES:
        raise Refused("E9509")
    if data.startswith(b"%PDF-"):
        return "application/pdf", _pages_of(data)
    return "image/jpeg", _drawn_anew(data)


def _pages_of(data: bytes) -> bytes:
    try:
        kept = apart.run(pdf.clean, data)
    except apart.Failed as failed:
        raise Refused("E9517" if failed.what == pdf.Encrypted.__name__ else "E9509") from failed
    if len(kept) > MOST_BYTES:
        raise Refused("E9509")
    return kept


def _drawn_anew(data: bytes) -> bytes:
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Refused("E9509")
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            if image.width * image.height * len(image.getbands()) > MOST_DRAWN:
                raise Refused("E9509")
            ImageOps.exif_transpose(image, in_place=True)
            upright = image.convert("RGB")
    except Refused:
        raise
    except Exception as error:  # a reader of strangers' bytes fails in many ways, and all of them mean one thing
        raise Refused("E9509") from error
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    clean = Image.new("RGB", upright.size)
    clean.paste(upright)
    kept = io.BytesIO()
    clean.save(kept, "JPEG", quality=85)
    return kept.getvalue()
