"""Pictures that candidates send: checked, turned upright, cleared of metadata, and kept encrypted in the data folder."""

import io
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, LiteralString
from uuid import UUID

from django.conf import settings
from django.db import transaction
from PIL import Image, ImageOps

from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.vault import Unreadable, seal, unseal
from perisai.events.work import Happened, Work
from perisai.recruitment.models import DocumentKind

MOST_BYTES: Final = 8 * 1024 * 1024
MOST_PIXELS: Final = 50_000_000
MOST_DRAWN: Final = 100_000_000
"""Values of all colours in memory at once: a JPEG is drawn small from the beginning, others only whole."""
LONGEST_SIDE: Final = 2000
"""Pixels: an ID card filling the picture stays readable, and a page of four pictures opens on a slow line."""
LEAST_SIDE: Final = 200
QUALITY: Final = 85
_FORMATS: Final = ("JPEG", "PNG", "WEBP")

_REPLACE: LiteralString = """
UPDATE recruitment_document SET replaced_at = %s
WHERE branch_id = %s AND candidate_id = %s AND kind = %s AND replaced_at IS NULL RETURNING id
"""
_INSERT: LiteralString = """
INSERT INTO recruitment_document (branch_id, id, candidate_id, kind, media_type, size, added_at)
VALUES (%s, %s, %s, %s, 'image/jpeg', %s, %s)
"""
# Carried by document_one_of_a_kind.
_FIND: LiteralString = """
SELECT id FROM recruitment_document WHERE branch_id = %s AND candidate_id = %s AND kind = %s AND replaced_at IS NULL
"""


@dataclass(frozen=True)
class Picture:
    """A picture that passed: ``jpeg`` upright, without metadata."""

    kind: str
    jpeg: bytes


def read(kind: str, data: bytes) -> Picture:
    """What was sent of a kind. Raises E1004, and as ``drawn_anew``."""
    if kind not in DocumentKind.values:
        raise Refused("E1004")
    return Picture(kind, drawn_anew(data))


def drawn_anew(data: bytes) -> bytes:
    """The picture as a JPEG without place, time or camera in it. Raises E9107 for what is no picture or too small to read, E9108
    above 8 MB."""
    if len(data) > MOST_BYTES:
        raise Refused("E9108", limit=f"{MOST_BYTES // 1024 // 1024} MB")
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            if image.width * image.height > MOST_PIXELS or min(image.size) < LEAST_SIDE:
                raise Refused("E9107")
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            if image.width * image.height * len(image.getbands()) > MOST_DRAWN:
                raise Refused("E9107")
            ImageOps.exif_transpose(image, in_place=True)
            upright = image.convert("RGB")
    except Refused:
        raise
    except Exception as error:  # a reader of strangers' bytes fails in many ways, and all of them mean one thing
        raise Refused("E9107") from error
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    clean = Image.new("RGB", upright.size)
    clean.paste(upright)
    kept = io.BytesIO()
    clean.save(kept, "JPEG", quality=QUALITY)
    return kept.getvalue()


def keep(work: Work, *, branch_id: int, candidate_id: UUID, picture: Picture) -> UUID:
    """Keeps a picture in place of an earlier one of its kind. The caller has the candidate's row locked."""
    for (old,) in work.rows(_REPLACE, [work.now, branch_id, candidate_id, picture.kind]):
        transaction.on_commit(partial(_path(branch_id, old).unlink, missing_ok=True))
    document_id = uuid7()
    path = _path(branch_id, document_id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("wb") as file:
        file.write(seal(picture.jpeg))
        file.flush()
        os.fsync(file.fileno())
    work.execute(_INSERT, [branch_id, document_id, candidate_id, picture.kind, len(picture.jpeg), work.now])
    work.report(
        Happened(
            kind="candidate_document_added",
            branch_id=branch_id,
            subject_id=candidate_id,
            detail={"document": str(document_id), "kind": picture.kind},
        )
    )
    return document_id


def find_id(work: Work, *, branch_id: int, candidate_id: UUID, kind: str) -> UUID | None:
    row = work.row(_FIND, [branch_id, candidate_id, kind])
    return row[0] if row else None


def find_picture(work: Work, *, branch_id: int, candidate_id: UUID, kind: str) -> bytes | None:
    """The JPEG of a kind, decrypted; None where there is none."""
    found = find_id(work, branch_id=branch_id, candidate_id=candidate_id, kind=kind)
    if found is None:
        return None
    try:
        return unseal(_path(branch_id, found).read_bytes())
    except (FileNotFoundError, Unreadable):
        return None


def destroy(branch_id: int, document_ids: Iterable[UUID]) -> None:
    """The bytes are gone; of those that are not there any more nothing is said."""
    for document_id in document_ids:
        _path(branch_id, document_id).unlink(missing_ok=True)


def _path(branch_id: int, document_id: UUID) -> Path:
    return Path(settings.DATA) / "candidates" / str(branch_id) / document_id.hex[-2:] / document_id.hex
