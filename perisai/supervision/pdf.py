"""PDFs that people hand in: their pages only. What tells about a person or a machine, and what could act, does not come along.

The pages are copied into a new document, so that its catalogue (metadata, scripts, attached files, actions, forms) is not taken
over; of annotations only how they look is kept; pictures lose what the camera wrote into them.
"""

import io
from collections.abc import Iterator
from typing import Any, Final

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject

MOST_PAGES: Final = 60
_OF_PAGES: Final = (
    "/AA",
    "/Metadata",
    "/PieceInfo",
    "/LastModified",
    "/Thumb",
    "/StructParents",
    "/ID",
    "/B",
    "/DPart",
)
_SHOWN: Final = ("/Widget", "/FreeText", "/Stamp", "/Ink", "/Highlight", "/Square", "/Circle", "/Line")
"""Annotations that are part of what a page shows: a filled form, a note, a signature drawn by hand."""
_LOOK: Final = ("/Type", "/Subtype", "/Rect", "/AP", "/AS", "/F")
_DEEPEST: Final = 8


class Encrypted(ValueError):
    """Nobody can look into it without its password."""


def clean(data: bytes) -> bytes:
    """A PDF with the same pages. Raises ``Encrypted``, and ``ValueError`` for what cannot be read or has more than 60 pages."""
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise Encrypted
        if not 0 < len(reader.pages) <= MOST_PAGES:
            raise ValueError("pages")
        return _written(reader)
    except Encrypted:
        raise
    except Exception as error:  # a reader of strangers' bytes fails in many ways, and all of them mean one thing
        raise ValueError("unreadable") from error


def _written(reader: PdfReader) -> bytes:
    writer, seen = PdfWriter(), set[int]()
    for page in reader.pages:
        for name in _OF_PAGES:
            page.pop(NameObject(name), None)
        _keep_looks(page)
        for picture in _drawn(page, 0, seen):
            _forget(picture)
        writer.add_page(page)
    writer.metadata = None
    kept = io.BytesIO()
    writer.write(kept)
    return kept.getvalue()


def _keep_looks(page: DictionaryObject) -> None:
    """Annotations without names, times, texts, links, actions and files: what is left is their appearance."""
    found = page.pop(NameObject("/Annots"), None)
    if found is None:
        return
    kept = ArrayObject()
    for reference in found.get_object():
        note = reference.get_object()
        if isinstance(note, DictionaryObject) and note.get("/Subtype") in _SHOWN and "/AP" in note:
            kept.append(DictionaryObject({NameObject(name): note[name] for name in _LOOK if name in note}))
    if kept:
        page[NameObject("/Annots")] = kept


def _drawn(holder: DictionaryObject, depth: int, seen: set[int]) -> Iterator[StreamObject]:
    """Pictures and forms that a page draws, also inside each other and in annotations, each once. Raises ``ValueError``."""
    if depth > _DEEPEST:
        raise ValueError("depth")
    for one in _named(holder, depth):
        if isinstance(one, StreamObject) and id(one) not in seen:
            seen.add(id(one))
            yield one
            yield from _drawn(one, depth + 1, seen)


def _named(holder: DictionaryObject, depth: int) -> Iterator[Any]:
    resources = holder.get("/Resources")
    objects = resources.get_object().get("/XObject") if resources is not None else None
    if objects is not None:
        yield from (one.get_object() for one in objects.get_object().values())
    if depth == 0 and "/Annots" in holder:
        notes: Any = holder["/Annots"]
        for note in notes:
            looks = note["/AP"].get_object()
            for look in (value.get_object() for value in looks.values()):
                yield from [look] if isinstance(look, StreamObject) else (one.get_object() for one in look.values())


def _forget(drawn: StreamObject) -> None:
    for name in ("/Metadata", "/PieceInfo", "/LastModified", "/OPI", "/Ref"):
        drawn.pop(NameObject(name), None)
    filters = drawn.get("/Filter")
    if filters == "/DCTDecode" or (isinstance(filters, ArrayObject) and list(filters) == ["/DCTDecode"]):
        drawn._data = without_camera(drawn._data)


def without_camera(jpeg: bytes) -> bytes:
    """A JPEG as it is, without EXIF, XMP, captions and comments; colours and pixels are not touched. What is none stays."""
    if not jpeg.startswith(b"\xff\xd8"):
        return jpeg
    kept, at = bytearray(b"\xff\xd8"), 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF and jpeg[at + 1] not in (0xDA, 0xD9):
        length = 2 + int.from_bytes(jpeg[at + 2 : at + 4])
        if jpeg[at + 1] not in (0xE1, 0xED, 0xFE):
            kept += jpeg[at : at + length]
        at += length
    return bytes(kept + jpeg[at:])
