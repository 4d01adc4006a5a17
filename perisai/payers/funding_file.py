"""A spreadsheet of people to fund: up to 10,000 rows, checked one by one; who may not be funded comes back with a reason."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Final, LiteralString
from uuid import UUID

from perisai.errors import Refused
from perisai.events.vault import keyed_hash
from perisai.events.work import Work
from perisai.payers import sponsor
from perisai.tables.cell import read_month
from perisai.tables.reading import Limits, Line, Unreadable, read_lines
from perisai.tables.writing import Sheet, write_xlsx

LIMITS: Final = Limits(size=5 * 1024 * 1024, rows=10_000)
NAMES: Final = {
    "NIK": "nik",
    "Nama": "name",
    "Name": "name",
    "Bulan pertama": "first_month",
    "First month": "first_month",
    "Bulan terakhir": "last_month",
    "Last month": "last_month",
}

# Carried by person_nik; a person has one BPU enrolment that counts.
_FIND: LiteralString = """
SELECT p.nik_hash, e.id FROM members_person p
JOIN members_enrolment e ON e.branch_id = p.branch_id AND e.person_id = p.id AND e.segment = 'BPU'
  AND e.state IN ('accepted', 'active', 'lapsed')
WHERE p.branch_id = %s AND p.nik_hash = ANY (%s)
"""


@dataclass
class Row:
    """``why``: a key of ``labels.REFUSALS``; empty where they are funded. ``nik`` is what stood there."""

    number: int
    nik: str
    name: str
    first_month: date | None
    last_month: date | None
    why: str = ""
    enrolment_id: UUID | None = None


@dataclass(frozen=True)
class Taken:
    """What became of a file."""

    rows: list[Row]

    @property
    def funded(self) -> int:
        return sum(not row.why for row in self.rows)

    @property
    def refused(self) -> list[Row]:
        return [row for row in self.rows if row.why]


def take(work: Work, *, branch_id: int, sponsor_id: UUID, months: tuple[date, date], data: bytes) -> Taken:
    """Funds the people of a file; ``months`` are those of rows that name none. The same bytes are taken once. Raises E4505, E4506,
    and what ``sponsor.fund`` raises. Six statements for any number of rows."""
    rows = _read(data, months)
    digest = hashlib.sha256(data).digest()
    if not work.execute(
        "INSERT INTO payers_funding_file (branch_id, sponsor_id, sha256, rows, funded, taken_at, taken_by)"
        " SELECT branch_id, id, %s, %s, 0, %s, %s FROM payers_sponsor WHERE branch_id = %s AND id = %s ON CONFLICT DO NOTHING",
        [digest, len(rows), work.now, work.actor.user_id, branch_id, sponsor_id],
    ):
        known = work.row("SELECT 1 FROM payers_sponsor WHERE branch_id = %s AND id = %s", [branch_id, sponsor_id])
        raise Refused("E4506" if known else "E1004")
    _find(work, branch_id, rows)
    wanted = [
        sponsor.ToFund(row.enrolment_id, row.first_month, row.last_month)
        for row in rows
        if not row.why and row.enrolment_id and row.first_month and row.last_month
    ]
    if wanted:
        done = sponsor.fund(work, branch_id=branch_id, sponsor_id=sponsor_id, wanted=wanted)
        for row in rows:
            if row.enrolment_id in done.refused and not row.why:
                row.why = done.refused[row.enrolment_id]
    return Taken(rows)


def template() -> bytes:
    """An empty list with its titles."""
    return write_xlsx(Sheet("Peserta", ["NIK", "Nama", "Bulan pertama", "Bulan terakhir"], []))


def returned(taken: Taken, words: dict[str, str]) -> bytes:
    """The rows that were not taken, each with its reason, to be corrected and sent again. ``words`` by key."""
    titles = ["NIK", "Nama", "Bulan pertama", "Bulan terakhir", "Baris / Row", "Alasan / Reason"]
    cells = [
        [row.nik, row.name, _month(row.first_month), _month(row.last_month), row.number, words[row.why]]
        for row in taken.refused
    ]
    wrong = {(place, 5 if row.why not in ("nik_cut", "nik_form", "nik_twice", "unknown") else 0): words[row.why]
             for place, row in enumerate(taken.refused, start=2)}  # fmt: skip
    return write_xlsx(Sheet("Ditolak", titles, cells, notes=wrong))


def _read(data: bytes, months: tuple[date, date]) -> list[Row]:
    try:
        lines = list(read_lines(data, NAMES, LIMITS, needed=["nik"]))
    except Unreadable as error:
        raise Refused("E4505", reason=error.said) from None
    if not lines:
        raise Refused("E4505", reason="0")
    seen: set[str] = set()
    return [_row(line, months, seen) for line in lines]


def _row(line: Line, months: tuple[date, date], seen: set[str]) -> Row:
    nik = line.cells.get("nik", "")
    first = read_month(line.cells["first_month"]) if "first_month" in line.cells else months[0]
    last = read_month(line.cells["last_month"]) if "last_month" in line.cells else months[1]
    row = Row(line.number, nik, line.cells.get("name", ""), first, last)
    if "nik" in line.cut:
        row.why = "nik_cut"
    elif len(nik) != 16 or not nik.isdecimal():
        row.why = "nik_form"
    elif nik in seen:
        row.why = "nik_twice"
    elif first is None or last is None:
        row.why = "month"
    seen.add(nik)
    return row


def _find(work: Work, branch_id: int, rows: list[Row]) -> None:
    hashes = {row.nik: keyed_hash("nik", row.nik) for row in rows if not row.why}
    known = {bytes(found[0]): found[1] for found in work.rows(_FIND, [branch_id, list(hashes.values())])}
    for row in rows:
        if not row.why:
            row.enrolment_id = known.get(hashes[row.nik])
            row.why = "" if row.enrolment_id else "unknown"


def _month(month: date | None) -> str:
    return f"{month:%Y-%m}" if month else ""
