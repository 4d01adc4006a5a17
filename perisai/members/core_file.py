"""The files that go to the core system and come back: CSV or XLSX, one row a person. Pure."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Final

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from perisai.errors import Refused

EXPORTED: Final = (
    "NIK", "Nama", "No KK", "Tempat Lahir", "Tanggal Lahir", "Jenis Kelamin", "No HP", "Alamat", "Kelurahan",
    "Kecamatan", "Nama Usaha", "Kategori Usaha", "Kode Bayar", "Keterangan",
)  # fmt: skip
"""In the order of the present portal's fields (domain/programme.md 1.8), so that staff copy from left to right; the last one is
for who copies."""

IMPORTED: Final = (
    "NIK", "KPJ", "Kode Iuran", "Status", "Bulan Awal", "Jumlah Bulan", "Jumlah Bayar", "Tanggal Bayar", "Referensi",
)  # fmt: skip
"""What comes back. NIK is needed; the others where there is something to say. The last five tell an outside payment."""

MOST_ROWS: Final = 2_000
MOST_BYTES: Final = 2 * 1024 * 1024
_MOST_UNPACKED: Final = 64 * 1024 * 1024
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NAMES: Final = {
    "nik": "nik",
    "kpj": "kpj",
    "nokpj": "kpj",
    "kodeiuran": "code",
    "kodebayar": "code",
    "kodebilling": "code",
    "status": "status",
    "bulanawal": "first_month",
    "jumlahbulan": "months",
    "jumlahbayar": "amount",
    "jumlah": "amount",
    "tanggalbayar": "paid_at",
    "referensi": "reference",
    "noreferensi": "reference",
}


def write_csv(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with its mark, so that a spreadsheet reads the letters right."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(titles)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def write_xlsx(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Every cell is text: a NIK keeps its last digits, and nothing is a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Peserta")
    for row in [titles, *rows]:
        sheet.append([_plain(cell) for cell in row])
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def read_rows(data: bytes) -> list[dict[str, str]]:
    """Rows by our names of the columns, empty ones left out. Raises ``Refused`` E4020."""
    if len(data) > MOST_BYTES:
        raise Refused("E4020", reason="2 MB")
    table = _read_xlsx(data) if data[:2] == b"PK" else _read_csv(data)
    try:
        titles = [_NAMES.get(re.sub(r"[^a-z0-9]", "", title.lower()), "") for title in next(table)]
    except StopIteration:
        raise Refused("E4020", reason="0") from None
    if "nik" not in titles:
        raise Refused("E4020", reason="NIK")
    found = []
    for cells in table:
        row = {name: cell for name, cell in zip(titles, cells, strict=False) if name and cell}
        if row:
            found.append(row)
        if len(found) > MOST_ROWS:
            raise Refused("E4020", reason=f"> {MOST_ROWS}")
    return found


def _read_csv(data: bytes) -> Iterator[list[str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("E4020", reason="UTF-8") from None
    if "\x00" in text:
        raise Refused("E4020", reason="UTF-8")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        yield from (
            [cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        )
    except csv.Error:
        raise Refused("E4020", reason="CSV") from None


def _read_xlsx(data: bytes) -> Iterator[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(part.file_size for part in archive.infolist()) > _MOST_UNPACKED:
                raise Refused("E4020", reason="XLSX")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        for row in sheet.iter_rows(values_only=True):
            yield [_text(cell) for cell in row]
    except (zipfile.BadZipFile, InvalidFileException, KeyError, IndexError, ValueError, OSError, SyntaxError):
        raise Refused("E4020", reason="XLSX") from None


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
