"""Reads what people send: XLSX or CSV, within limits, row by row. Nothing of a library's own errors comes through."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

from openpyxl import load_workbook
from openpyxl.cell.read_only import EmptyCell

from perisai import written
from perisai.tables.cell import is_cut, text_of, zeros_of

Why = Literal["size", "rows", "columns", "kind", "locked", "broken", "encoding", "empty"]
MOST_LINES: Final = 1_048_576
"""Of any spreadsheet, empty ones among them."""
_OF_ROWS: Final = ("xl/worksheets/sheet", "xl/sharedStrings", "xl/media/", "xl/drawings/")
_SMALL, _DENSEST, _BESIDE = 4 * 1024**2, 200, 2 * 1024**2
"""Bytes: rows of people pack to a tenth, empty ones to a hundredth, nothing to a thousandth, and are read for minutes; so are
millions of formats, which are read whole before the first row."""
_PACKED, _OLD = b"PK", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


_SAID: Final[dict[Why, tuple[str, str]]] = {
    "size": ("terlalu besar", "too large"),
    "rows": ("terlalu banyak baris", "too many rows"),
    "columns": ("kolom ini tidak ada di baris judul", "these columns are not in the row of titles"),
    "kind": ("bukan lembar kerja XLSX atau CSV", "no spreadsheet, neither XLSX nor CSV"),
    "locked": ("terkunci kata sandi, atau XLS dari Excel lama", "locked by a password, or an XLS of an old Excel"),
    "broken": ("rusak, atau bukan isi yang diharapkan", "broken, or not what is expected"),
    "encoding": ("teksnya bukan UTF-8", "its text is not UTF-8"),
    "empty": ("tidak ada baris di dalamnya", "there are no rows in it"),
}


class Unreadable(ValueError):
    """A file that cannot be taken. ``why``: too large, too many rows, no such columns, neither XLSX nor CSV, locked by a password
    (or an XLS of old, which looks the same from outside), broken, not UTF-8, or nothing in it. ``detail``: what is known of it in
    few signs that need no language: the limit, the titles that are missing, the place."""

    def __init__(self, why: Why, detail: str = "") -> None:
        self.why, self.detail = why, detail
        super().__init__(why)

    @property
    def said(self) -> dict[str, str]:
        """In both languages, for an error's text."""
        more = f": {self.detail}" if self.detail else ""
        return {language: f"{words}{more}" for language, words in zip(("id", "en"), _SAID[self.why], strict=True)}


@dataclass(frozen=True)
class Limits:
    """``size`` and ``unpacked`` in bytes; ``rows`` of one sheet without its titles; ``columns`` are looked at, more are not."""

    size: int
    rows: int
    unpacked: int = 64 * 1024 * 1024
    columns: int = 64

    @property
    def said_size(self) -> str:
        return f"> {self.size // 1024**2} MB" if self.size >= 1024**2 else f"> {self.size // 1000} kB"

    @property
    def said_rows(self) -> str:
        return f"> {written.number(self.rows)}"


class Line(NamedTuple):
    """A row that is not empty. ``number`` as the spreadsheet shows it; ``cells`` by our names, empty ones left out; ``cut`` names
    those whose number has lost digits."""

    number: int
    cells: dict[str, str]
    cut: frozenset[str] = frozenset()


class _Raw(NamedTuple):
    texts: list[str]
    cut: list[bool]


_NOTHING: Final = _Raw([], [])
_MERGED: Final = re.compile(rb'<mergeCell ref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"')
_FORMULA: Final = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"[^>]*>\s*<f[ >/]')
_MOST_ODD: Final = 200_000
"""Cells; who merges more is told of these."""


class Odd(NamedTuple):
    """Cells that do not say what they seem to, as (row as the spreadsheet shows it, column from 0)."""

    merged: frozenset[tuple[int, int]]
    formulas: frozenset[tuple[int, int]]


class Book(AbstractContextManager["Book"]):
    """A workbook that was sent. Raises ``Unreadable`` for what is none."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        check(data, limits, packed=True)
        self._limits = limits
        self._data = data
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                _check_parts(archive.infolist(), limits, len(data))
            self._book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        except Exception as error:
            raise _told(error) from error

    def __exit__(self, *_error: object) -> None:
        self._book.close()

    def sheet_of(self, titles: Iterable[str]) -> str | None:
        """The first of these sheets that is there, however its name is written."""
        wanted = {plain_title(title) for title in titles}
        return next((name for name in self._book.sheetnames if plain_title(name) in wanted), None)

    def lines(self, sheet: str | None, names: Mapping[str, str], needed: Iterable[str] = ()) -> Iterator[Line]:
        """The rows of a sheet (None: the first one); see ``read_lines``."""
        return _lines(self.raws(sheet), names, needed, self._limits)

    def odd(self, sheet: str | None) -> Odd:
        """Cells of a sheet that are merged, or hold a formula; a reader sees neither."""
        try:
            found: Any = self._book[sheet] if sheet else self._book.worksheets[0]
            with zipfile.ZipFile(io.BytesIO(self._data)) as archive:
                part = archive.read(found._worksheet_path)
        except Exception as error:
            raise _told(error) from error
        formulas = frozenset((int(row), _column(name)) for name, row in _FORMULA.findall(part)[:_MOST_ODD])
        return Odd(frozenset(_inside(_MERGED.findall(part))), formulas)

    def raws(self, sheet: str | None) -> Iterator[_Raw]:
        """Every row of a sheet (None: the first one) as it stands."""
        try:
            found = self._book[sheet] if sheet else self._book.worksheets[0]
            for cells in found.iter_rows(max_col=self._limits.columns):
                if set(map(type, cells)) <= {EmptyCell}:  # quick, for there may be a million of them
                    yield _NOTHING
                    continue
                values = [(cell.value, cell) for cell in cells]
                texts = ["" if value is None else text_of(value, zeros=_zeros(value, cell)) for value, cell in values]
                yield _Raw(texts, [value is not None and is_cut(value) for value, _ in values])
        except Exception as error:
            raise _told(error) from error


def read_lines(data: bytes, names: Mapping[str, str], limits: Limits, needed: Iterable[str] = ()) -> Iterator[Line]:
    """The rows of a CSV, or of the first sheet of an XLSX. ``names``: our name of a column by each way its title is written,
    whatever its capitals, blanks and signs; other columns are left out, and of one that stands twice the last filled counts.

    Raises ``Unreadable``; ``columns`` where one of ``needed`` (our names) has no title.
    """
    yield from _lines(_raws(data, limits), names, needed, limits)


def read_cells(data: bytes, limits: Limits) -> Iterator[list[str]]:
    """Every row as it stands, the first and the empty ones too: for a list whose columns have no titles. Raises ``Unreadable``."""
    for number, raw in enumerate(_raws(data, limits)):
        if number > limits.rows:
            raise Unreadable("rows", limits.said_rows)
        yield raw.texts


def read_csv(data: bytes) -> Iterator[list[str]]:
    """Rows of a CSV in UTF-8, or UTF-16 with its mark, divided by whichever of , ; and tab its first line has most of. Raises
    ``Unreadable``."""
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("encoding") from None
    if "\x00" in text:
        raise Unreadable("encoding")
    first, _, rest = text.partition("\n")
    if match := re.fullmatch(r"sep=([,;\t])\r?", first):
        mark, text = match[1], rest
    else:
        mark = max(",;\t", key=first.count)
    try:
        yield from ([cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    except csv.Error:
        raise Unreadable("broken") from None


def _check_parts(parts: list[zipfile.ZipInfo], limits: Limits, packed: int) -> None:
    """By what stands in the list of parts: nothing is unpacked beyond it, the reader stops there. Raises ``Unreadable``."""
    most = min(limits.unpacked, max(_SMALL, packed * _DENSEST))
    beside = sum(part.file_size for part in parts if not part.filename.startswith(_OF_ROWS))
    if beside > _BESIDE or sum(part.file_size for part in parts) > most:
        raise Unreadable("size", limits.said_size)
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable("locked")


def _raws(data: bytes, limits: Limits) -> Iterator[_Raw]:
    if data[:2] == _PACKED or data[:8] == _OLD:
        with Book(data, limits) as book:
            yield from book.raws(None)
    else:
        check(data, limits, packed=False)
        yield from (_Raw([text_of(cell) for cell in row], [is_cut(cell) for cell in row]) for row in read_csv(data))


def check(data: bytes, limits: Limits, *, packed: bool) -> None:
    """By size and first bytes alone. Raises ``Unreadable``."""
    if len(data) > limits.size:
        raise Unreadable("size", limits.said_size)
    if not data:
        raise Unreadable("empty")
    if data[:8] == _OLD:
        raise Unreadable("locked")
    if packed and data[:2] != _PACKED:
        raise Unreadable("kind")


def plain_title(title: str) -> str:
    """``No. KK`` and ``no_kk`` are one title."""
    return re.sub(r"[^a-z0-9]", "", title.lower())


def _lines(raws: Iterator[_Raw], names: Mapping[str, str], needed: Iterable[str], limits: Limits) -> Iterator[Line]:
    ours = {plain_title(title): name for title, name in names.items()}
    head = next(raws, None)
    if head is None:
        raise Unreadable("empty")
    columns = [ours.get(plain_title(text), "") for text in head.texts]
    missing = [name for name in needed if name not in columns]
    if missing:
        titles = [next(title for title, ours_ in names.items() if ours_ == name) for name in missing]
        raise Unreadable("columns", ", ".join(titles))
    count = 0
    for number, raw in enumerate(raws, start=2):
        told = [(name, text, cut) for name, text, cut in zip(columns, *raw, strict=False) if name and text]
        if number > MOST_LINES:
            raise Unreadable("rows", limits.said_rows)
        if not told:
            continue
        count += 1
        if count > limits.rows:
            raise Unreadable("rows", limits.said_rows)
        cells = {name: text for name, text, _ in told}
        yield Line(number, cells, frozenset(name for name, _, cut in told if cut))


def _column(name: bytes) -> int:
    """``A`` is 0."""
    number = 0
    for letter in name:
        number = number * 26 + letter - 64
    return number - 1


def _inside(ranges: Iterable[tuple[bytes, bytes, bytes, bytes]]) -> Iterator[tuple[int, int]]:
    """Every cell of merged ranges, up to ``_MOST_ODD``."""
    count = 0
    for first, top, last, bottom in ranges:
        for row in range(int(top), int(bottom) + 1):
            for column in range(_column(first), _column(last) + 1):
                count += 1
                if count > _MOST_ODD:
                    return
                yield row, column


def _zeros(value: Any, cell: Any) -> int:
    return zeros_of(cell.number_format) if isinstance(value, int | float) and not isinstance(value, bool) else 0


def _told(error: Exception) -> Exception:
    """A broken file breaks the reader in ways that nobody can list; only ours and the machine's own troubles keep their name."""
    if isinstance(error, Unreadable | MemoryError):
        return error
    return Unreadable("broken")
