"""The workbook itself: an empty one to fill in, and reading one that came back, cell by cell. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from xlsxwriter.utility import xl_rowcol_to_cell

from perisai.contributions.rules.in_force import load
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.golive.shape import SHEETS, Column
from perisai.tables import reading
from perisai.tables.reading import Limits, Line, Unreadable, plain_title
from perisai.tables.take import Bad
from perisai.tables.writing import Sheet, write_xlsx
from perisai.written import number

MOST_BYTES: Final = 5 * 1024 * 1024
MOST_ROWS: Final = 20_000
MOST_PROBLEMS: Final = 500
TOLD_EVERY: Final = 1000
"""Rows: about every second."""
LIMITS: Final = Limits(size=MOST_BYTES, rows=MOST_ROWS, unpacked=120 * 1024 * 1024)


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


def read(data: bytes, tell: Callable[[int], None] = lambda _rows: None) -> Book:
    """``tell`` hears now and then how many rows are read. Raises ``Refused`` E9601 for what is no such workbook, E9602 for one
    that is too large, E9609 for one that is locked."""
    book = Book({name: [] for name in SHEETS}, [])
    try:
        with reading.Book(data, LIMITS) as opened:
            for name, (title, columns) in SHEETS.items():
                sheet = opened.sheet_of([title])
                if sheet is None:
                    book.problems.append(Problem(title, None, None, "no_sheet"))
                else:
                    _read_sheet(book, name, opened, sheet, columns, tell)
    except Unreadable as told:
        raise refusal(told) from told
    return book


def refusal(told: Unreadable) -> Refused:
    if told.why in ("size", "rows"):
        return Refused("E9602", bytes="5 MB", rows=number(MOST_ROWS))
    return Refused("E9609") if told.why == "locked" else Refused("E9601")


def _read_sheet(
    book: Book,
    name: str,
    opened: reading.Book,
    sheet: str,
    columns: Sequence[Column],
    tell: Callable[[int], None],
) -> None:
    names = {title: column.name for column in columns for title in (column.title, *column.also)}
    needed = [column.name for column in columns if column.needed]
    try:
        for line in opened.lines(sheet, names, needed):
            book.sheets[name].append(_read_row(book, name, columns, line))
            if len(book.sheets[name]) % TOLD_EVERY == 0:
                tell(sum(book.counts().values()))
    except Unreadable as told:
        if told.why not in ("columns", "empty"):
            raise
        for title in told.detail.split(", ") if told.why == "columns" else [""]:
            book.problems.append(Problem(SHEETS[name][0], 1, title or None, "no_column"))


def _read_row(book: Book, name: str, columns: Sequence[Column], line: Line) -> Row:
    values: dict[str, Any] = {}
    row = Row(line.number, values)
    for column in columns:
        text = line.cells.get(column.name, "")
        if not text:
            if column.needed:
                book.blame(name, row, column.name, "empty")
            continue
        try:
            if column.is_number and column.name in line.cut:
                raise Bad("cut")
            values[column.name] = column.read(text)
        except Bad as bad:
            book.blame(name, row, column.name, bad.key, bad.detail)
    return row


def template() -> bytes:
    """An empty workbook with every sheet, its titles in the first row, and a sheet that explains them."""
    guide = [
        (title, column.title, "ya" if column.needed else "", column.hint)
        for title, columns in SHEETS.values()
        for column in columns
    ]
    jobs = ("Kode pekerjaan", ", ".join(sorted(load().sectors)))
    sheets = [Sheet(title, [column.title for column in columns], ()) for title, columns in SHEETS.values()]
    return write_xlsx(Sheet("Petunjuk", ("Lembar", "Kolom", "Wajib", "Isi"), [*guide, (), jobs]), *sheets)


def marked(data: bytes, titles: Sequence[str], found: Sequence[tuple[str, int | None, str | None, str]]) -> bytes:
    """The workbook as it was sent, every wrong cell red with what is wrong beside it, and first a sheet that lists them and leads
    there: corrected, it can be sent again. ``found``: (sheet, row, column's title, what is wrong); ``titles``: of those four.
    Raises ``Refused`` as ``read``."""
    try:
        with reading.Book(data, LIMITS) as opened:
            sheets = [sheet for name in SHEETS if (sheet := _marked_sheet(opened, name, found)) is not None]
    except Unreadable as told:
        raise refusal(told) from told
    places = {
        (title, plain_title(one)): n
        for title, names in ((s.name, s.titles) for s in sheets)
        for n, one in enumerate(names)
    }
    links = {
        (number, 0): f"'{sheet}'!{xl_rowcol_to_cell(line - 1, places.get((sheet, plain_title(column or '')), 0))}"
        for number, (sheet, line, column, _) in enumerate(found, start=2)
        if line and any(one.name == sheet for one in sheets)
    }
    return write_xlsx(Sheet("Temuan", titles, found, links=links), *sheets)


def _marked_sheet(
    opened: reading.Book, name: str, found: Sequence[tuple[str, int | None, str | None, str]]
) -> Sheet | None:
    title, columns = SHEETS[name]
    sheet = opened.sheet_of([title])
    if sheet is None:
        return None
    raws = [raw.texts for raw in opened.raws(sheet)]
    head = raws[0] if raws else []
    names = {plain_title(other): column.title for column in columns for other in (column.title, *column.also)}
    places = {names.get(plain_title(text), text): number for number, text in enumerate(head)}
    notes: dict[tuple[int, int], str] = {}
    for where, line, column, said in found:
        if where == title and line and line > 1:
            place = (line, places.get(column or "", 0))
            notes[place] = f"{notes[place]}\n{said}" if place in notes else said
    titles = [names.get(plain_title(text), text) for text in head]
    return Sheet(title, titles, raws[1:], notes=notes)


def report(titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A list as a workbook; no cell is a formula."""
    return write_xlsx(Sheet("Daftar", titles, rows))
