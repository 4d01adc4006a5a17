"""Files that people send: read row by row, or told by a reason."""

import contextlib
import csv
import io
import zipfile
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from perisai.errors import Refused
from perisai.tables.cell import read_day, read_month
from perisai.tables.reading import Book, Limits, Line, Unreadable, read_lines
from perisai.tables.take import SEX, Bad
from perisai.tables.writing import Sheet, write_csv, write_xlsx

LIMITS = Limits(size=1_000_000, rows=50)
NAMES = {"NIK": "nik", "No. KK": "kk", "Nomor KK": "kk", "Tanggal": "day"}


def book(*rows: list[Any], formats: dict[str, str] | None = None) -> bytes:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for place, one in (formats or {}).items():
        sheet[place].number_format = one
    data = io.BytesIO()
    made.save(data)
    return data.getvalue()


def why(data: bytes, limits: Limits = LIMITS, **more: Any) -> str:
    with pytest.raises(Unreadable) as told:
        list(read_lines(data, NAMES, limits, **more))
    return told.value.why


def test_a_workbook_and_a_csv_say_the_same() -> None:
    rows: list[list[Any]] = [["nik ", "no kk", "Lain"], ["0123", "'-5", "x"], [], ["0456", None, "y"]]
    packed = list(read_lines(book(*rows), NAMES, LIMITS))
    text = b"nik ;no kk;Lain\r\n0123;'-5;x\r\n\r\n0456;;y\r\n"
    assert (
        packed
        == list(read_lines(text, NAMES, LIMITS))
        == [Line(2, {"nik": "0123", "kk": "-5"}), Line(4, {"nik": "0456"})]
    )


@pytest.mark.parametrize(
    "encoded", [b"\xef\xbb\xbfNIK,x\n0123,y\n", "NIK\tx\n0123\ty\n".encode("utf-16"), b"sep=;\nNIK;x\n0123;y"]
)
def test_a_csv_as_spreadsheets_save_it(encoded: bytes) -> None:
    assert [line.cells["nik"] for line in read_lines(encoded, NAMES, LIMITS)] == ["0123"]


def test_numbers_keep_the_noughts_of_their_format_and_days_their_day() -> None:
    data = book(["NIK", "No KK", "Tanggal"], [571_000, 12.0, date(2024, 3, 5)], formats={"A2": "0" * 16})
    assert next(read_lines(data, NAMES, LIMITS)).cells == {"nik": "0000000000571000", "kk": "12", "day": "2024-03-05"}


def test_a_number_that_lost_digits_is_told() -> None:
    (typed, kept) = read_lines(book(["NIK"], [1_571_081_705_900_012], ["1571081705900012"]), NAMES, LIMITS)
    assert (sorted(typed.cut), sorted(kept.cut)) == (["nik"], [])
    (saved,) = read_lines(b"NIK;x\n1,57108E+15;y\n", NAMES, LIMITS)
    assert saved.cut == {"nik"}


def test_what_cannot_be_read_is_told_by_its_reason() -> None:
    assert why(b"") == "empty"
    assert why(b"\xff\xfeN\x00\x00\x00") == "encoding"
    assert why(b"NIK\n\xe9\n") == "encoding"
    assert why(b"Nama;x\n1;2\n", needed=("nik",)) == "columns"
    assert why(b"NIK\n" + b"1\n" * 51) == "rows"
    assert why(b"NIK\n" + b"1" * 1_000_000) == "size"
    assert why(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)) == "locked"
    assert why(b"PK\x03\x04 no archive") == "broken"
    with pytest.raises(Unreadable) as told:
        Book(b"NIK;x\n", LIMITS)
    assert told.value.why == "kind"


def test_a_bomb_is_not_unpacked() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(70 * 1024 * 1024))
    assert len(data.getvalue()) < 100_000
    assert why(data.getvalue()) == "size"


@pytest.mark.parametrize(
    ("part", "xml"),
    [
        ("xl/styles.xml", b"<styleSheet><cellXfs>" + b"<xf/>" * 600_000 + b"</cellXfs></styleSheet>"),
        ("xl/worksheets/sheet1.xml", b"<worksheet>" + b"<a>" * 900_000 + b"</a>" * 900_000 + b"</worksheet>"),
    ],
)
def test_a_small_file_that_is_read_for_minutes_is_not_read(part: str, xml: bytes) -> None:
    """By its list of parts alone: what packs to a thousandth holds no people."""
    data = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book(["NIK"]))) as old, zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, xml if name == part else old.read(name))
    assert len(data.getvalue()) < 30_000
    assert why(data.getvalue()) == "size"


def test_words_that_multiply_are_not_expanded() -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a0 "aaaaaaaaaa">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9)
    )
    sheet = (
        f"{bomb}]><worksheet><sheetData><row><c t='inlineStr'><is><t>&a8;</t></is></c></row></sheetData></worksheet>"
    )
    assert why(_with_sheet(sheet.encode())) == "broken"


def test_a_sheet_that_says_it_is_wide_costs_no_more() -> None:
    cells = '<row r="1"><c r="A1" t="inlineStr"><is><t>NIK</t></is></c><c r="XFD1" t="inlineStr"><is><t>x</t></is></c></row>'
    last = '<row r="200000"><c r="A200000" t="inlineStr"><is><t>7</t></is></c></row>'
    name = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = (
        f'<worksheet xmlns="{name}"><dimension ref="A1:XFD1048576"/><sheetData>{cells}{last}</sheetData></worksheet>'
    )
    assert list(read_lines(_with_sheet(sheet.encode()), NAMES, LIMITS)) == [Line(200_000, {"nik": "7"})]


def _with_sheet(xml: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book(["NIK"]))) as source, zipfile.ZipFile(data, "w") as archive:
        for part in source.namelist():
            archive.writestr(part, xml if part == "xl/worksheets/sheet1.xml" else source.read(part))
    return data.getvalue()


GOOD = book(["NIK", "No KK"], ["0123", 5], ["x", "y"])


@settings(max_examples=150, deadline=None)
@given(place=st.integers(0, len(GOOD) - 1), put=st.binary(min_size=1, max_size=40), drop=st.integers(0, 200))
def test_a_damaged_file_is_read_or_told_but_never_more(place: int, put: bytes, drop: int) -> None:
    damaged = GOOD[:place] + put + GOOD[place + drop :]
    with contextlib.suppress(Unreadable):
        list(read_lines(damaged, NAMES, LIMITS))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30))
def test_what_is_written_starts_no_formula_and_reads_back(text: str) -> None:
    data = write_csv(["NIK"], [[text]])
    _, row = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert not row[0].startswith(("=", "+", "-", "@"))
    visible = "".join(letter for letter in text if letter.isprintable()).strip()
    if visible[:1].isalnum() or visible[:1] in ("=", "+", "-", "@"):
        read = [line.cells["nik"] for line in read_lines(write_xlsx(Sheet("a", ["NIK"], [[visible]])), NAMES, LIMITS)]
        assert read == [visible]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-03-05", date(2024, 3, 5)), ("5-3-2024", date(2024, 3, 5)), ("05/03/2024", date(2024, 3, 5)),
        ("5 Maret 2024", date(2024, 3, 5)), ("17 Agt 2024", date(2024, 8, 17)), ("45356", date(2024, 3, 5)),
        ("31-02-2024", None), ("5-3-24", None), ("5 Foo 2024", None), ("12", None), ("", None), ("2024-03", None),
    ],
)  # fmt: skip
def test_read_day_as_people_write_it(text: str, day: date | None) -> None:
    assert read_day(text) == day


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("2024-03", date(2024, 3, 1)), ("3-2024", date(2024, 3, 1)), ("03/2024", date(2024, 3, 1)),
        ("Mar 2024", date(2024, 3, 1)),
        ("Maret 2024", date(2024, 3, 1)), ("2024-03-15", date(2024, 3, 1)), ("45356", date(2024, 3, 1)),
        ("2024-13", None), ("x", None),
    ],
)  # fmt: skip
def test_read_month_as_people_write_it(text: str, month: date | None) -> None:
    assert read_month(text) == month


def test_a_file_that_is_none_is_told_in_words_of_both_languages() -> None:
    with pytest.raises(Unreadable) as told:
        list(read_lines(b"", NAMES, LIMITS))
    assert told.value.said == {"id": "tidak ada baris di dalamnya", "en": "there are no rows in it"}
    with pytest.raises(Unreadable) as told:
        list(read_lines(b"Nama\nAli\n", NAMES, LIMITS, needed=["nik"]))
    assert told.value.said["id"] == "kolom ini tidak ada di baris judul: NIK"
    refused = Refused("E4801", why=told.value.said)
    assert "baris judul: NIK" in refused.text()["id"]
    assert "row of titles: NIK" in refused.text()["en"]


def test_sex_is_taken_as_people_write_it_and_asked_for_in_two_letters() -> None:
    assert [SEX(text) for text in ("l", "L", "Laki-laki", "P", "perempuan")] == ["M", "M", "M", "F", "F"]
    with pytest.raises(Bad) as bad:
        SEX("x")
    assert bad.value.detail == "L, P"
