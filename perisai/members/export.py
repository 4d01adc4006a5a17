"""The member list as a file: CSV or XLSX, written row by row. NIKs stay masked; no cell can start a formula."""

import csv
import tempfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import IO, Any

import xlsxwriter
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from perisai.errors import Refused
from perisai.members.labels import BIRTHS, CORE, OWNERS, STATES

MOST_ROWS = 200_000

COLUMNS: tuple[tuple[str, str | Promise], ...] = (
    ("name", _("Name")),
    ("nik_masked", _("NIK")),
    ("kpj", _("KPJ number")),
    ("state", _("State")),
    ("core_state", _("BPJS core")),
    ("captured_on", _("Enrolled on")),
    ("programmes", _("Programmes")),
    ("base_income", _("Base income")),
    ("payment_code", _("Payment code")),
    ("paid_through", _("Paid through")),
    ("phone", _("Phone")),
    ("phone_whose", _("Whose phone")),
    ("birth_date", _("Date of birth")),
    ("birth_known", _("How it is known")),
    ("photo_due_on", _("Picture due")),
    ("region_code", _("Region code")),
    ("agent", _("Agent")),
    ("office", _("Office")),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def shown_code(code: str | None) -> str:
    """A payment code as screens show it: one that is a NIK (16 digits) is masked."""
    if code is None:
        return ""
    return f"{code[:4]}{'*' * 10}{code[-2:]}" if len(code) == 16 and code.isdigit() else code


def _cells(row: dict[str, Any]) -> list[str | int]:
    shown = row | {
        "state": str(STATES[row["state"]].text),
        "core_state": str(CORE[row["core_state"]].text),
        "programmes": " ".join(row["programmes"]),
        "payment_code": shown_code(row["payment_code"]),
        "phone_whose": _whose(row),
        "birth_known": str(BIRTHS.get(row["birth_known"], "")),
    }
    return [_plain(shown.get(name)) for name, _title in COLUMNS]


def _whose(row: dict[str, Any]) -> str:
    owner = OWNERS.get(row["phone_owner"])
    return "" if owner is None else row["phone_whose"] or str(owner)


def _plain(value: object) -> str | int:
    if value is None:
        return ""
    if isinstance(value, int):
        return value
    if isinstance(value, date | datetime):
        return value.isoformat()
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _bounded(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Raises E8006 above ``MOST_ROWS``: a file that stops early would look complete."""
    for count, row in enumerate(rows):
        if count == MOST_ROWS:
            raise Refused("E8006", limit=MOST_ROWS)
        yield row


class _Echo:
    def write(self, text: str) -> str:
        return text


def as_csv(rows: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """UTF-8 with a byte-order mark and semicolons, as spreadsheets in Indonesia open it."""
    writer = csv.writer(_Echo(), delimiter=";")
    yield b"\xef\xbb\xbf"
    yield writer.writerow([str(title) for _name, title in COLUMNS]).encode()
    for row in _bounded(rows):
        yield writer.writerow(_cells(row)).encode()


def as_xlsx(rows: Iterable[dict[str, Any]]) -> IO[bytes]:
    """A workbook in a temporary file, rewound; memory does not grow with the rows."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("Peserta")
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, [str(title) for _name, title in COLUMNS], book.add_format({"bold": True}))
    for line, row in enumerate(_bounded(rows), start=1):
        for column, cell in enumerate(_cells(row)):
            if isinstance(cell, int):
                sheet.write_number(line, column, cell)
            else:
                sheet.write_string(line, column, cell)
    book.close()
    file.seek(0)
    return file
