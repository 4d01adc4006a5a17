"""Files that were made to break their reader: small to send, and refused without harm to the process that serves everybody."""

import io
import struct
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from perisai.agencies import scan
from perisai.errors import Refused
from perisai.events import apart
from perisai.recruitment import document as candidates
from perisai.supervision import document as files
from perisai.training import media
from tests.events import readers


def tree_of_pages(levels: int) -> bytes:
    """A PDF of a few hundred bytes whose pages are ten to the power of ``levels``, every one of them the same."""
    kids = [
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (10 ** (levels - at), b"%d 0 R " % (at + 3) * 10) for at in range(levels)
    ]
    parts = [b"<</Type/Catalog/Pages 2 0 R>>", *kids, b"<</Type/Page/MediaBox[0 0 9 9]/Parent 2 0 R/Resources<<>>>>"]
    made, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(b"%010d 00000 n \n" % len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(parts) + 1, b"".join(places))
    return made + table + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, len(made))


def large_png() -> bytes:
    """50 million pixels of nothing: 0.4 MB to send, 0.6 GB to draw."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer, row = zlib.compressobj(1), bytes(1 + 7000 * 8)
    rows = b"".join([*(packer.compress(row) for _ in range(7100)), packer.flush()])
    head = struct.pack(">IIBBBBB", 7000, 7100, 16, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def jpeg_that_lies() -> bytes:
    """Turned by a quarter, and with a program's name that is a number: writing its EXIF anew fails."""
    entries = struct.pack("<HHII", 0x0112, 3, 1, 6) + struct.pack("<HHIf", 0x0131, 11, 1, 1.0)
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 2) + entries + bytes(4)
    kept = io.BytesIO()
    Image.new("RGB", (220, 240)).save(kept, "JPEG")
    made = kept.getvalue()
    return made[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + made[2:]


@pytest.mark.parametrize(("read", "code"), [(scan.lay_anew, "E9010"), (files._check, "E9509")])
def test_pdf_with_more_pages_than_memory_is_refused_and_not_left_on_the_disk(
    read: Callable[[bytes], object], code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert read(tree_of_pages(1))
    with pytest.raises(Refused) as raised:
        read(tree_of_pages(6))
    assert raised.value.code == code
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("make", [large_png, jpeg_that_lies])
@pytest.mark.parametrize(
    ("read", "code"), [(candidates.drawn_anew, "E9107"), (files._check, "E9509"), (media.drawn_anew, "E9207")]
)
def test_picture_that_fills_memory_or_lies_is_refused(
    read: Callable[[bytes], object], code: str, make: Callable[[], bytes]
) -> None:
    with pytest.raises(Refused) as raised:
        read(make())
    assert raised.value.code == code


def test_reader_apart_knows_no_secret_and_its_death_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERISAI_KEY_LINK_SIGNING", "geheim")
    assert b"PERISAI" not in apart.run(readers.surroundings, b"")
    for reader, what in ((readers.die, ""), (readers.refuse, "KeyError")):
        with pytest.raises(apart.Failed) as raised:
            apart.run(reader, b"")
        assert raised.value.what == what
