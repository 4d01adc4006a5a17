"""The bills of an order as a file for spreadsheets, line by line: by member and programme, after relief."""

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Final

from perisai.documents.papers import last_month
from perisai.payments.books.ledger import Income
from perisai.payments.books.shares import PROGRAMMES, add, shares
from perisai.tables.cell import plain
from perisai.written import Language

TITLES: Final[dict[Language, tuple[str, ...]]] = {
    "id": ("Nama", "NIK", "Nomor KPJ", "Bulan pertama", "Bulan terakhir", *PROGRAMMES, "Jumlah"),
    "en": ("Name", "NIK", "KPJ number", "First month", "Last month", *PROGRAMMES, "Total"),
}


class _Echo:
    """Hands each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def lines(rows: Iterable[dict[str, Any]], language: Language) -> Iterator[bytes]:
    """UTF-8 with a byte-order mark and semicolons, as spreadsheets in Indonesia open it; the sums of the programmes last."""
    writer = csv.writer(_Echo(), delimiter=";")
    yield b"\xef\xbb\xbf" + _line(writer, TITLES[language])
    sums = Income(0, 0, 0)
    for row in rows:
        income = shares(row["lines"])
        sums = add([sums, income])
        first: date = row["first_month"]
        last = last_month(first, row["months"])
        who = [plain(row["name"]), row["nik_masked"], row["kpj"] or "", f"{first:%Y-%m}", f"{last:%Y-%m}"]
        yield _line(writer, [*who, *income, row["amount"]])
    yield _line(writer, ["", "", "", "", "", *sums, sums.total])


def _line(writer: Any, cells: Iterable[Any]) -> bytes:
    return str(writer.writerow(cells)).encode()
