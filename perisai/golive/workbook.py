"""The workbook itself: an empty one to fill in, and reading one that came back, cell by cell. Pure."""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.utils.exceptions import InvalidFileException

from perisai.contributions.rules import load
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.golive.shape import SHEETS, Bad, Column

MOST_BYTES: Final = 5 * 1024 * 1024
MOST_ROWS: Final = 20_000
MOST_PROBLEMS: Final = 500
_MOST_UNPACKED: Final = 120 * 1024 * 1024
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Row:
    """``line`` as the spreadsheet shows it. ``id`` is what the row becomes here."""

    line: int
    values: dict[str, Any]
    id: UUID = field(default_factory=uuid7)

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)


@dataclass(frozen=True)
class Problem:
    """``sheet`` and ``column`` as they stand in the workbook; None where it is about the whole."""

    sheet: str
    line: int | None
    column: str | None
    key: str
    detail: str = ""

    def stored(self) -> list[Any]:
        return [self.sheet, self.line, self.column, self.key, self.detail]


@dataclass(frozen=True)
class Book:
    """What could be read, by sheet, and what is wrong with the rest."""

    sheets: dict[str, list[Row]]
    problems: list[Problem]

    def counts(self) -> dict[str, int]:
        return {name: len(rows) for name, rows in self.sheets.items()}

    def blame(self, sheet: str, row: Row, column: str | None, key: str, detail: str = "") -> None:
        shown, columns = SHEETS[sheet]
        title = next((one.title for one in columns if one.name == column), None)
        self.problems.append(Problem(shown, row.line, title, key, detail))


def read(data: bytes) -> Book:
    """Raises ``Refused`` E9601 for what is no such workbook, E9602 for one that is too large."""
    if len(data) > MOST_BYTES:
        raise Refused("E9602", bytes="5 MB", rows=f"{MOST_ROWS:,}".replace(",", "."))
    book = Book({name: [] for name in SHEETS}, [])
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(one.file_size for one in packed.infolist()) > _MOST_UNPACKED:
                raise Refused("E9602", bytes="5 MB", rows=f"{MOST_ROWS:,}".replace(",", "."))
        opened = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        for name, (title, columns) in SHEETS.items():
            if title not in opened.sheetnames:
                book.problems.append(Problem(title, None, None, "no_sheet"))
            else:
                _read_sheet(book, name, columns, opened[title].iter_rows(values_only=True))
        opened.close()
    except (zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, OSError) as error:
        raise Refused("E9601") from error
    return book


def _read_sheet(book: Book, name: str, columns: Sequence[Column], lines: Iterable[Sequence[Any]]) -> None:
    title = SHEETS[name][0]
    titles: list[str] = []
    for line, cells in enumerate(lines, start=1):
        texts = [_text(cell) for cell in cells]
        if line == 1:
            titles = [_plain(text) for text in texts]
            missing = [one.title for one in columns if one.needed and _plain(one.title) not in titles]
            for wanted in missing:
                book.problems.append(Problem(title, 1, wanted, "no_column"))
            if missing:
                return
        elif any(texts):
            if len(book.sheets[name]) >= MOST_ROWS:
                raise Refused("E9602", bytes="5 MB", rows=f"{MOST_ROWS:,}".replace(",", "."))
            _read_row(book, name, columns, line, dict(zip(titles, texts, strict=False)))


def _read_row(book: Book, name: str, columns: Sequence[Column], line: int, texts: dict[str, str]) -> None:
    values: dict[str, Any] = {}
    row = Row(line, values)
    for column in columns:
        text = texts.get(_plain(column.title), "")
        if not text:
            if column.needed:
                book.blame(name, row, column.name, "empty")
            continue
        try:
            values[column.name] = column.read(text)
        except Bad as bad:
            book.blame(name, row, column.name, bad.key, bad.detail)
    book.sheets[name].append(row)


def _text(cell: Any) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def _plain(title: str) -> str:
    return re.sub(r"[^a-z0-9]", "", title.lower())


def template() -> bytes:
    """An empty workbook with every sheet, its titles in the first row, and a sheet that explains them."""
    book = Workbook()
    guide = book.active
    assert guide is not None
    guide.title = "Petunjuk"
    guide.append(["Lembar", "Kolom", "Wajib", "Isi"])
    for title, columns in SHEETS.values():
        sheet = book.create_sheet(title)
        sheet.append([column.title for column in columns])
        sheet.freeze_panes = "A2"
        for index, column in enumerate(columns, start=1):
            cell = sheet.cell(row=1, column=index)
            cell.font = Font(bold=True)
            # As text: a NIK keeps its last digits and a month stays a month.
            sheet.column_dimensions[cell.column_letter].number_format = "@"
            sheet.column_dimensions[cell.column_letter].width = max(14, len(column.title) + 2)
            guide.append([title, column.title, "ya" if column.needed else "", column.hint])
    guide.append([])
    guide.append(["Kode pekerjaan", ", ".join(sorted(load().sectors))])
    return _saved(book)


def report(titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """The findings as a workbook; no cell is a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in [titles, *rows]:
        sheet.append([f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell for cell in row])
    return _saved(book)


def _saved(book: Workbook) -> bytes:
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()
