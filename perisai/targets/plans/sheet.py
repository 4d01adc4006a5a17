"""A whole plan, and the labour force, as spreadsheets: headings are locked, each row is read with a reason for each cell."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Final, Generic, TypeVar

from perisai.offices.labour_force import District, Force
from perisai.tables import reading
from perisai.tables.reading import Limits, plain_title
from perisai.tables.writing import Sheet, write_xlsx
from perisai.targets.plans.place import MEASURES, SEGMENTS, Child, months
from perisai.targets.plans.plan import MOST, MOST_OF, Cell
from perisai.written import SHORT_MONTHS

LIMITS: Final = Limits(size=4 * 1024 * 1024, rows=40_000, unpacked=60 * 1024 * 1024)
"""Of a file with six rows for each of 5,000 agents and more."""
PLAN_SHEET, LABOUR_SHEET, GUIDE_SHEET = "Target", "Angkatan kerja", "Petunjuk"
MARK: Final = "Tanda berkas (jangan diubah)"
MONTH_TITLES: Final = SHORT_MONTHS["id"]
PLAN_TITLES: Final = ("Tahun", "Kode", "Nama", "Segmen", "Ukuran", *MONTH_TITLES, "Jumlah")
LABOUR_TITLES: Final = (
    "Tahun", "Kode kecamatan", "Kecamatan", "Kabupaten/Kota", "Angkatan kerja", "Pekerja informal (BPU)",
    "Pekerja usaha mikro (PU)", "Sumber",
)  # fmt: skip
MEASURE_WORDS: Final = {"persons": "orang", "contributions": "iuran (rupiah)", "outreach": "sosialisasi"}
_MEASURES: Final = {plain_title(word): name for name, word in MEASURE_WORDS.items()} | {
    "iuran": "contributions", "persons": "persons", "contributions": "contributions", "outreach": "outreach",
}  # fmt: skip
_PLAN_NAMES: Final = {
    "Tahun": "year", "Year": "year", "Kode": "code", "Code": "code", "Nama": "name", "Segmen": "segment", "Segment": "segment",
    "Ukuran": "measure", "Measure": "measure", "Jumlah": "sum", "Sum": "sum",
    **{title: str(number) for number, title in enumerate(MONTH_TITLES, start=1)},
    "May": "5", "Aug": "8", "Oct": "10", "Dec": "12",
}  # fmt: skip
_LABOUR_NAMES: Final = dict(
    zip(LABOUR_TITLES, ("year", "code", "name", "regency", "labour_force", "informal", "micro", "source"), strict=True)
)
T = TypeVar("T")
MOST_LABOUR: Final = 1_000_000_000
"""Persons of one kecamatan."""
WHOLE_CODE: Final = "SEMUA"
"""The code of head office's own row: the year's whole."""


@dataclass(frozen=True)
class Finding:
    """``title`` of the column or empty; ``key`` of ``plans.labels.FINDINGS``."""

    line: int
    title: str
    key: str


@dataclass
class Read(Generic[T]):
    """What a file says. ``found`` counts only where ``wrong`` is empty. ``years``: what its rows name; ``places``: line and title
    of a figure, ``lines`` of a kecamatan."""

    found: T
    wrong: list[Finding] = field(default_factory=list)
    years: set[str] = field(default_factory=set)
    places: dict[Cell, tuple[int, str]] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    def other_year(self, year: int) -> str | None:
        """The year of the file, where every row that names one names another than the page's."""
        return ", ".join(sorted(self.years)) if self.years and str(year) not in self.years else None


def write_plan(year: int, there: Sequence[Child], figures: Mapping[Cell, int], mark: str = "") -> bytes:
    """Each child with each segment and measure in a row; months and sums may be changed, headings and names are locked. ``mark``:
    what the file is made of, so that it is known what others changed before it came back."""
    rows: list[list[object]] = []
    for child in there:
        for measure in MEASURES:
            for segment in SEGMENTS:
                values = [figures.get(Cell(child.level, child.key, one, segment, measure)) for one in months(year)]
                total = sum(value or 0 for value in values) if any(value is not None for value in values) else None
                rows.append([year, _code(child), child.name, segment, MEASURE_WORDS[measure], *values, total])
    guide = [
        ("Tahun, Kode, Nama, Segmen, Ukuran", "Jangan diubah: menunjukkan baris ini untuk siapa."),
        ("Jan sampai Des", "Bilangan bulat 0 atau lebih. Kosong: belum ada target. Bulan yang lewat tetap."),
        ("Jumlah", "Boleh kosong; bila diisi harus sama dengan jumlah bulannya."),
        *_marked(mark),
    ]
    return write_xlsx(
        Sheet(PLAN_SHEET, PLAN_TITLES, rows, free=range(5, len(PLAN_TITLES))),
        Sheet(GUIDE_SHEET, ("Kolom", "Isi"), guide),
    )


def read_plan(
    data: bytes, *, year: int, there: Sequence[Child], since: date, known: Mapping[Cell, int]
) -> Read[dict[Cell, int | None]]:
    """The figures of a file that differ in nothing but their values; months before ``since`` must be as they are known. Raises
    ``Unreadable``."""
    by_code = {_code(child).upper(): child for child in there}
    read: Read[dict[Cell, int | None]] = Read({})
    seen: set[tuple[str, str, str]] = set()
    with _Rows(data, PLAN_SHEET, _PLAN_NAMES, ("year", "code", "segment", "measure")) as rows:
        for line, cells, odd in rows:
            blame = _blamer(read, line)
            for name, why in odd.items():
                blame(_plan_title(name), why)
            _read_year(read, cells, year, blame)
            child = by_code.get(cells.get("code", "").upper())
            segment, measure = (
                cells.get("segment", "").upper(),
                _MEASURES.get(plain_title(cells.get("measure", "")), ""),
            )
            if child is None:
                blame("Kode", "code")
            if segment not in SEGMENTS:
                blame("Segmen", "segment")
            if not measure:
                blame("Ukuran", "measure")
            if child is None or segment not in SEGMENTS or not measure:
                continue
            if (child.key, segment, measure) in seen:
                blame("Kode", "twice")
                continue
            seen.add((child.key, segment, measure))
            _read_months(read, line, cells, odd, blame, child, segment, measure, year, since, known)
    return read


def write_labour(year: int, area: Sequence[District], known: Mapping[str, Force], mark: str = "") -> bytes:
    """The kecamatan of an office; what is known already stands there. ``mark``: as of ``write_plan``."""
    rows = [
        [
            year,
            one.code,
            one.name,
            one.regency,
            *(known[one.code][:4] if one.code in known else (None, None, None, None)),
        ]
        for one in area
    ]
    guide = [
        ("Tahun, Kode kecamatan", "Jangan diubah."),
        ("Angkatan kerja", "Orang yang bekerja atau mencari kerja."),
        ("Pekerja informal (BPU)", "Orang yang bekerja di luar hubungan kerja."),
        (
            "Pekerja usaha mikro (PU)",
            "Orang yang bekerja pada usaha mikro dan kecil. Keduanya bersama tidak lebih dari angkatan kerja.",
        ),
        ("Sumber", "Dari mana angkanya, misalnya: BPS, Sakernas Agustus 2025."),
    ]
    return write_xlsx(
        Sheet(LABOUR_SHEET, LABOUR_TITLES, rows, free=range(4, len(LABOUR_TITLES))),
        Sheet(GUIDE_SHEET, ("Kolom", "Isi"), [*guide, *_marked(mark)]),
    )


def read_labour(data: bytes, *, year: int, area: Sequence[District]) -> Read[dict[str, Force]]:
    """By code of kecamatan; rows without any figure are left out. Raises ``Unreadable``."""
    codes = {one.code for one in area}
    read: Read[dict[str, Force]] = Read({})
    needed = ("year", "code", "labour_force", "informal", "micro")
    with _Rows(data, LABOUR_SHEET, _LABOUR_NAMES, needed) as rows:
        for line, cells, odd in rows:
            if not any(name in cells or name in odd for name in needed[2:]):
                continue
            blame = _blamer(read, line)
            titles = {name: title for title, name in _LABOUR_NAMES.items()}
            for name, why in odd.items():
                blame(titles[name], why)
            _read_year(read, cells, year, blame)
            code = cells.get("code", "")
            if code not in codes:
                blame("Kode kecamatan", "district")
            elif code in read.found:
                blame("Kode kecamatan", "twice")
            numbers = [
                _number(cells.get(name, ""), blame, titles[name], needed=True) for name in needed[2:] if name not in odd
            ]
            source = cells.get("source", "")
            if len(source) > 200:
                blame("Sumber", "long")
            if len(numbers) == 3 and None not in numbers:
                force = Force(numbers[0] or 0, numbers[1] or 0, numbers[2] or 0, source, year)
                if force.informal + force.micro > force.labour_force:
                    blame("Angkatan kerja", "parts")
                read.found[code], read.lines[code] = force, line
    return read


def sent_back(
    data: bytes,
    sheet: str,
    names: Mapping[str, str],
    wrong: Iterable[Finding],
    words: Mapping[str, str],
    mark: str = "",
) -> bytes:
    """The file as it came with every wrong cell red and its reason; a last column says all of a row. ``mark``: as of
    ``write_plan``. Raises ``Unreadable``."""
    with reading.Book(data, LIMITS) as book:
        raws = [raw.texts for raw in book.raws(book.sheet_of([sheet]))]
    titles = raws[0] if raws else []
    places = {names.get(title, ""): at for at, title in enumerate(titles)} | {
        title: at for at, title in enumerate(titles)
    }
    by_line: dict[int, list[Finding]] = {}
    for one in wrong:
        by_line.setdefault(one.line, []).append(one)
    notes: dict[tuple[int, int], str] = {}
    rows = []
    for number, texts in enumerate(raws[1:], start=2):
        mine = by_line.get(number, [])
        for one in mine:
            at = places.get(one.title, places.get(names.get(one.title, "?"), -1))
            if at >= 0:
                notes[number, at] = words.get(one.key, one.key)
        cells = [*texts, *[""] * (len(titles) - len(texts))]
        told = "; ".join(f"{one.title}: {words.get(one.key, one.key)}" for one in mine)
        rows.append([*[_typed(text) for text in cells], told])
    marked = Sheet(sheet, [*titles, "Yang perlu diperbaiki"], rows, notes=notes)
    return write_xlsx(marked, Sheet(GUIDE_SHEET, ("Kolom", "Isi"), _marked(mark)))


def mark_of(data: bytes) -> str:
    """What a file was made of, "" where it does not say. Raises ``Unreadable``."""
    with reading.Book(data, LIMITS) as book:
        sheet = book.sheet_of([GUIDE_SHEET])
        found = [] if sheet is None else [raw.texts for raw in islice(book.raws(sheet), 50)]
    return next((texts[1] for texts in found if len(texts) > 1 and texts[0] == MARK), "")


def _marked(mark: str) -> list[tuple[str, str]]:
    return [(MARK, mark)] if mark else []


PLAN_NAMES, LABOUR_NAMES = _PLAN_NAMES, _LABOUR_NAMES


class _Rows:
    """Lines of a sheet with what is odd about their cells (merged, formula), by our names."""

    def __init__(self, data: bytes, sheet: str, names: Mapping[str, str], needed: Iterable[str]) -> None:
        self._data, self._sheet, self._names, self._needed = data, sheet, names, needed

    def __enter__(self) -> "list[tuple[int, dict[str, str], dict[str, str]]]":
        with reading.Book(self._data, LIMITS) as book:
            sheet = book.sheet_of([self._sheet])
            odd = book.odd(sheet)
            ours = {plain_title(title): name for title, name in self._names.items()}
            head = next(book.raws(sheet), None)
            places = {ours.get(plain_title(text), ""): at for at, text in enumerate(head.texts if head else [])}
            found = []
            for line in book.lines(sheet, self._names, self._needed):
                strange = {}
                for name, at in places.items():
                    if name and (line.number, at) in odd.merged:
                        strange[name] = "merged"
                    elif name and name not in line.cells and (line.number, at) in odd.formulas:
                        strange[name] = "formula"
                found.append((line.number, line.cells, strange))
        return found

    def __exit__(self, *_error: object) -> None:
        return None


Blame = Callable[[str, str], None]


def _blamer(read: Read[T], line: int) -> Blame:
    def blame(title: str, key: str) -> None:
        read.wrong.append(Finding(line, title, key))

    return blame


def _read_year(read: Read[T], cells: Mapping[str, str], year: int, blame: Blame) -> None:
    text = cells.get("year", "")
    if text:
        read.years.add(text)
    if text != str(year):
        blame("Tahun", "year" if text else "empty")


def _read_months(
    read: Read[dict[Cell, int | None]],
    line: int,
    cells: Mapping[str, str],
    odd: Mapping[str, str],
    blame: Blame,
    child: Child,
    segment: str,
    measure: str,
    year: int,
    since: date,
    known: Mapping[Cell, int],
) -> None:
    """Twelve figures and their sum."""
    total, is_sound = 0, not odd
    for number, one in enumerate(months(year), start=1):
        if str(number) in odd:
            continue
        title = MONTH_TITLES[number - 1]
        cell = Cell(child.level, child.key, one, segment, measure)
        value = _number(cells.get(str(number), ""), blame, title, most=MOST_OF[measure])
        if value is None and cells.get(str(number)):
            is_sound = False
        total += value or 0
        if one >= since:
            read.found[cell] = value
            read.places[cell] = line, title
        elif value != known.get(cell):
            blame(title, "past")
    if (
        is_sound
        and (said := cells.get("sum", ""))
        and _number(said, blame, "Jumlah", most=12 * MOST) not in (total, None)
    ):
        blame("Jumlah", "sum")


def _number(text: str, blame: Blame, title: str, *, needed: bool = False, most: int = MOST_LABOUR) -> int | None:
    """Digits, with points between thousands if at all."""
    bare = text.replace(".", "").replace(",", "").replace(" ", "").removesuffix(".0")
    if not text:
        if needed:
            blame(title, "empty")
        return None
    if not (bare.isascii() and bare.isdigit()) or len(bare) > 20 or int(bare) > most or _is_fraction(text):
        blame(title, "number")
        return None
    return int(bare)


def _is_fraction(text: str) -> bool:
    """``12.5`` is not twelve hundred and five: after a point or comma stand three digits."""
    parts = text.replace(",", ".").split(".")
    return any(len(part.strip()) != 3 for part in parts[1:])


def _code(child: Child) -> str:
    return child.code or WHOLE_CODE


def _plan_title(name: str) -> str:
    return MONTH_TITLES[int(name) - 1] if name.isdigit() else next(t for t, ours in _PLAN_NAMES.items() if ours == name)


def _typed(text: str) -> object:
    return (
        int(text) if text.isascii() and text.isdigit() and len(text) < 15 and (text == "0" or text[0] != "0") else text
    )
