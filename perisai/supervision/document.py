"""Papers of a file: checked by their bytes, pictures drawn anew without metadata, kept sealed."""

import io
from collections.abc import Sequence
from typing import Any, Final, LiteralString, NamedTuple
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from PIL import Image, ImageOps

from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.vault import seal, unseal
from perisai.events.work import Work
from perisai.supervision.sealed import open_text
from perisai.supervision.subject import Subject

MOST_BYTES: Final = 5 * 1024 * 1024
MOST_PAPERS: Final = 10
MOST_PIXELS: Final = 50_000_000
LONGEST_SIDE: Final = 2400

_INSERT: LiteralString = """
INSERT INTO supervision_document (branch_id, id, agent_id, about_id, name_sealed, media_type, size, sealed, added_by, added_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
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


def read_sent(files: Sequence[UploadedFile]) -> list[Paper]:
    """Files of a form. Raises E9509 before anything large is read."""
    if len(files) > MOST_PAPERS or any((one.size or 0) > MOST_BYTES for one in files):
        raise Refused("E9509")
    found = []
    for one in files:
        found.append(Paper(one.name or "", one.read()))
        one.close()
    return found


def keep_many(work: Work, subject: Subject, *, about_id: UUID, papers: Papers) -> None:
    """Raises E9509 for what is no PDF, JPEG or PNG, is larger than 5 MB, or comes with more than ten."""
    if len(papers) > MOST_PAPERS:
        raise Refused("E9509")
    for paper in papers:
        media_type, data = _check(paper.data)
        name = (
            "".join(letter for letter in paper.name if letter.isprintable() and letter not in '/\\"')[-100:]
            or "dokumen"
        )
        work.execute(
            _INSERT,
            [
                *(subject.branch_id, uuid7(), subject.agent_id, about_id, seal(name.encode()), media_type, len(data)),
                *(seal(data), work.actor.user_id, work.now),
            ],
        )


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
    if data.startswith(b"%PDF-") and b"%%EOF" in data[-2048:]:
        return "application/pdf", data
    return "image/jpeg", _drawn_anew(data)


def _drawn_anew(data: bytes) -> bytes:
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Refused("E9509")
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Refused("E9509") from error
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    clean = Image.new("RGB", upright.size)
    clean.paste(upright)
    kept = io.BytesIO()
    clean.save(kept, "JPEG", quality=85)
    return kept.getvalue()
