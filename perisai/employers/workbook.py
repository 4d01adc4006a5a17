"""The spreadsheet itself: an empty one to fill in, reading one that came, and the wrong rows to send back. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from perisai.contributions.rules.in_force import load
from perisai.employers.shape import CHANGES, COLUMNS, KINDS, SHEET
from perisai.tables import reading
from perisai.tables.reading import Limits, Line, Odd, plain_title
from perisai.tables.take import Bad
from perisai.tables.writing import Sheet, write_xlsx

MOST_BYTES: Final = 8 * 1024 * 1024
MOST_ROWS: Final = 10_000
LIMITS: Final = Limits(size=MOST_BYTES, rows=MOST_ROWS, unpacked=120 * 1024 * 1024)
_NAMES: Final = {title: column.name for column in COLUMNS for title in (column.title, *column.also)}
_OURS: Final = {plain_title(title): name for title, name in _NAMES.items()}
_NEEDED: Final = ("nik",)
Finding = tuple[str, str, str]
"""(column's name or empty, key of ``labels.FINDINGS``, detail)."""


@dataclass
class Row:
    """``line`` as the spreadsheet shows it; ``change`` of join, leave and wage."""

    line: int
    change: str
    values: dict[str, Any]
    findings: list[Finding] = field(default_factory=list)

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)

    def blame(self, column: str, key: str, detail: str = "") -> None:
        self.findings.append((column, key, detail))


def read(data: bytes) -> Iterator[Row]:
    """Every row that is not empty. Raises ``Unreadable``."""
    with reading.Book(data, LIMITS) as book:
        sheet = book.sheet_of([SHEET])
        odd = book.odd(sheet)
        places = _places(book, sheet)
        for line in book.lines(sheet, _NAMES, _NEEDED):
            yield _row(line, odd, places)


def _places(book: reading.Book, sheet: str | None) -> dict[str, int]:
    """Where each of our columns stands."""
    head = next(book.raws(sheet), None)
    texts = head.texts if head else []
    return {_OURS[plain_title(text)]: at for at, text in enumerate(texts) if plain_title(text) in _OURS}


def _row(line: Line, odd: Odd, places: Mapping[str, int]) -> Row:
    row = Row(line.number, "join", {})
    told = line.cells.get("change", "").lower()
    row.change = CHANGES.get(told, "join")
    for column in COLUMNS:
        text = line.cells.get(column.name, "")
        place = (line.number, places.get(column.name, -1))
        if place in odd.merged:
            row.blame(column.name, "merged")
        elif not text:
            if place in odd.formulas:
                row.blame(column.name, "formula")
            elif row.change in column.of:
                row.blame(column.name, "empty")
        else:
            _take(row, column, text, is_cut=column.is_number and column.name in line.cut)
    return row


def _take(row: Row, column: Any, text: str, *, is_cut: bool) -> None:
    try:
        if is_cut:
            raise Bad("cut")
        row.values[column.name] = column.read(text)
    except Bad as bad:
        row.blame(column.name, bad.key, bad.detail)


def template(month: date) -> bytes:
    """An empty one with titles, lists to pick from, an example and what each column means."""
    jobs = [(f"{group.code}.{job}", text.id) for group in load().occupations for job, text in group.jobs.items()]
    at = {column.name: place for place, column in enumerate(COLUMNS)}
    choices: dict[int, Sequence[str] | str] = {
        at["change"]: list(CHANGES),
        at["sex"]: ["L", "P"],
        at["kind"]: list(KINDS),
        at["job"]: f"=Pilihan!$A$2:$A${len(jobs) + 1}",
    }
    titles = [column.title for column in COLUMNS]
    guide = [(column.title, _need(column.of), column.hint) for column in COLUMNS]
    return write_xlsx(
        Sheet(SHEET, titles, (), choices=choices, hints={at[c.name]: c.hint for c in COLUMNS}),
        Sheet("Contoh", titles, _examples(month)),
        Sheet("Petunjuk", ("Kolom", "Wajib untuk", "Isi"), guide),
        Sheet("Pilihan", ("Pekerjaan", "Artinya"), jobs),
    )


def _need(of: frozenset[str]) -> str:
    return ", ".join(word for word, change in CHANGES.items() if change in of)


def _examples(month: date) -> list[list[str]]:
    told: list[dict[str, str]] = [
        {
            "change": "masuk", "nik": "1571081708909001", "name": "Budi Contoh", "birth_date": "1990-08-17", "sex": "L",
            "job": "food.cakes", "kind": "harian", "wage": "90000", "from_month": f"{month:%Y-%m}",
        },
        {
            "change": "masuk", "nik": "1571085203959002", "name": "Sari Contoh", "birth_date": "12-03-1995", "sex": "P",
            "kind": "borongan", "wage": "2100000", "wage_2": "1800000", "wage_3": "2400000",
        },
        {"change": "upah", "nik": "1571081708909001", "kind": "bulanan", "wage": "2.500.000", "from_month": f"{month:%Y-%m}"},
        {"change": "keluar", "nik": "1571085203959002", "last_month": f"{month:%Y-%m}"},
    ]  # fmt: skip
    return [[one.get(column.name, "") for column in COLUMNS] for one in told]


def sent_back(data: bytes, wrong: Mapping[int, Sequence[tuple[str, str]]]) -> bytes:
    """The wrong rows as they came, every wrong cell red with its reason, and a column that says all of them. ``wrong``: by line,
    (column's name, what is said). Raises ``Unreadable``."""
    with reading.Book(data, LIMITS) as book:
        sheet = book.sheet_of([SHEET])
        places = _places(book, sheet)
        raws = [raw.texts for raw in book.raws(sheet)]
    titles = [column.title for column in COLUMNS]
    rows: list[list[str]] = []
    notes: dict[tuple[int, int], str] = {}
    for number, (line, found) in enumerate(sorted(wrong.items()), start=2):
        texts = raws[line - 1] if line <= len(raws) else []
        cells = [texts[place] if (place := places.get(c.name, -1)) in range(len(texts)) else "" for c in COLUMNS]
        for at, column in enumerate(COLUMNS):
            said = [text for name, text in found if name == column.name]
            if said:
                notes[number, at] = "\n".join(said)
        words = "; ".join(f"{_title(name)}: {text}" if name else text for name, text in found)
        rows.append([*cells, words, str(line)])
    choices: dict[int, Sequence[str] | str] = {
        at: list(words)
        for at, column in enumerate(COLUMNS)
        for name, words in (("change", CHANGES), ("kind", KINDS), ("sex", ("L", "P")))
        if column.name == name
    }
    return write_xlsx(
        Sheet(SHEET, [*titles, "Yang perlu diperbaiki", "Baris semula"], rows, notes=notes, choices=choices)
    )


def _title(name: str) -> str:
    return next((column.title for column in COLUMNS if column.name == name), name)
