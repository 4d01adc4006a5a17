"""PDFs handed in keep their pages and lose what tells of people and machines, and what could act."""

import io

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText, Link, Text
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, TextStringObject

from perisai.supervision import pdf
from tests.supervision.world_of_files import picture_bytes


def pages(count: int = 1) -> PdfWriter:
    writer = PdfWriter()
    for _ in range(count):
        writer.add_blank_page(200, 300)
    return writer


def written(writer: PdfWriter) -> bytes:
    kept = io.BytesIO()
    writer.write(kept)
    return kept.getvalue()


def scanned() -> bytes:
    """As an app for scanning makes it: a page with a camera's JPEG as it was."""
    kept = io.BytesIO()
    with Image.open(io.BytesIO(picture_bytes())) as picture:
        picture.save(kept, "PDF", title="Rahasia judul", author="Rahasia penulis", producer="Rahasia program")
    writer = PdfWriter(clone_from=io.BytesIO(kept.getvalue()))
    drawn = writer.pages[0]["/Resources"]["/XObject"]  # type: ignore[index]
    for one in drawn.values():
        one.get_object()._data = picture_bytes()
    return written(writer)


def test_scan_keeps_its_picture_and_loses_camera_author_and_program() -> None:
    before = scanned()
    assert before.count(b"Rahasia") >= 1
    assert b"Kamera Rahasia" in before
    after = pdf.clean(before)
    assert b"Rahasia" not in after
    reader = PdfReader(io.BytesIO(after))
    picture = reader.pages[0].images[0].image
    assert picture is not None
    assert picture.size == (300, 200)
    assert not reader.metadata or not reader.metadata.author


def test_active_parts_and_attached_files_do_not_come_along_and_forms_keep_their_look() -> None:
    writer = pages(2)
    script = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert('jahat')")}
    )
    writer.root_object[NameObject("/OpenAction")] = script
    writer.add_attachment("jahat.exe", b"MZ jahat")
    writer.add_annotation(0, Link(rect=(0, 0, 10, 10), url="https://jahat.example/"))
    writer.add_annotation(0, Text(rect=(0, 0, 10, 10), text="jahat: nama orang"))
    shown = writer.add_annotation(0, FreeText(rect=(0, 0, 10, 10), text="jahat"))
    look = writer._add_object(_form())
    shown[NameObject("/AP")] = DictionaryObject({NameObject("/N"): look})
    shown[NameObject("/A")] = script
    action = DictionaryObject(
        {NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("jahat.exe")}
    )
    writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): action})
    before = written(writer)
    assert b"jahat" in before
    after = pdf.clean(before)
    assert b"jahat" not in after
    reader = PdfReader(io.BytesIO(after))
    assert len(reader.pages) == 2
    assert [note.get_object()["/Subtype"] for note in reader.pages[0]["/Annots"]] == ["/FreeText"]  # type: ignore[attr-defined]
    assert not {"/Names", "/OpenAction", "/AcroForm", "/AA"} & set(reader.root_object)


def _form() -> DictionaryObject:
    drawn = DecodedStreamObject()
    drawn.set_data(b"0 0 m")
    drawn[NameObject("/Type")], drawn[NameObject("/Subtype")] = NameObject("/XObject"), NameObject("/Form")
    return drawn


def test_locked_broken_endless_and_false_ones_are_refused() -> None:
    locked = pages()
    locked.encrypt("rahasia", algorithm="AES-256")
    with pytest.raises(pdf.Encrypted):
        pdf.clean(written(locked))
    whole = written(pages())
    for data in (
        b"%PDF-1.4\n%%EOF\n",
        b"%PDF-1.7" + b"\x00" * 500,
        whole[:80],
        written(pages(61)),
        written(PdfWriter()),
    ):
        with pytest.raises(ValueError, match=r"unreadable|pages"):
            pdf.clean(data)


@pytest.mark.parametrize("cut", [0, 2, 3, 10, 30, 200])
def test_jpeg_cut_anywhere_is_no_defect(cut: int) -> None:
    assert b"Kamera" not in pdf.without_camera(picture_bytes())[:400]
    pdf.without_camera(picture_bytes()[:cut])
