"""The spreadsheet of an employer: its columns, and what a cell must say. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from perisai.contributions.rules.in_force import load
from perisai.events import world
from perisai.members.persons.nik import check_nik
from perisai.tables import take
from perisai.tables.cell import read_month
from perisai.tables.take import Bad

SHEET: Final = "Pekerja"
CHANGES: Final = {"masuk": "join", "keluar": "leave", "upah": "wage"}
KINDS: Final = {"bulanan": "monthly", "harian": "daily", "borongan": "piece"}


@dataclass(frozen=True)
class Column:
    """``title`` as in the template; ``read`` turns the cell's text into a value or raises ``Bad``; ``of``: the kinds of report that
    need it."""

    name: str
    title: str
    read: Callable[[str], Any]
    hint: str
    of: frozenset[str] = frozenset()
    also: tuple[str, ...] = ()
    is_number: bool = False
    """Digits that a spreadsheet must not take for an amount: it would cut them."""


def _month(text: str) -> date:
    month = read_month(text)
    if month is None or not 2000 <= month.year < 3000:
        raise Bad("month")
    return month


def _wage(text: str) -> int:
    if take.rupiah(text) == 0:
        raise Bad("nothing")
    return take.rupiah(text)


def _nik(text: str) -> str:
    report = check_nik(text, on=date(2015, 7, 1))  # what refuses it does not depend on the day
    if report.refusals:
        raise Bad("nik_15" if re.fullmatch(r"\d{15}", report.digits) else "nik")
    if world.is_practice() and not world.is_example(report.digits):
        raise Bad("practice")
    return report.digits


def _job(text: str) -> str:
    code = text.split(" ", maxsplit=1)[0]
    if code not in load().sectors:
        raise Bad("job")
    return code


_ALL: Final = frozenset({"join", "leave", "wage"})
_JOIN, _PAID = frozenset({"join"}), frozenset({"join", "wage"})
COLUMNS: Final = (
    Column("change", "Perubahan", take.one_of(CHANGES), "masuk, keluar, atau upah; kosong: masuk"),
    Column(
        "nik",
        "NIK",
        _nik,
        "16 angka, ditulis sebagai teks: lembar kerja membuang angka terakhir dari bilangan sepanjang ini",
        of=_ALL,
        also=("No. NIK", "Nomor NIK", "No KTP"),
        is_number=True,
    ),
    Column("name", "Nama", take.words(100), "seperti di KTP", of=_JOIN, also=("Nama lengkap", "Nama pekerja")),
    Column("birth_place", "Tempat lahir", take.words(100), "boleh kosong"),
    Column("birth_date", "Tanggal lahir", take.day, "1990-08-17 atau 17-08-1990", of=_JOIN, also=("Tgl lahir",)),
    Column("sex", "L/P", take.SEX, "L atau P", of=_JOIN, also=("Jenis kelamin",)),
    Column("phone", "HP", take.phone, "milik pekerja sendiri; boleh kosong", also=("No. HP", "Telepon")),
    Column("address", "Alamat", take.words(300), "boleh kosong"),
    Column("region", "Kode desa", take.region, "seperti 15.71.08.1001; kosong: desa pemberi kerja"),
    Column("job", "Pekerjaan", _job, "pilih dari daftar; kosong: bidang usaha pemberi kerja"),
    Column("kind", "Jenis upah", take.one_of(KINDS), "bulanan, harian, atau borongan; kosong: bulanan"),
    Column("wage", "Upah", _wage, "rupiah sebulan; harian: sehari; borongan: hasil bulan lalu", of=_PAID),
    Column("wage_2", "Borongan 2 bulan lalu", _wage, "hanya untuk borongan"),
    Column("wage_3", "Borongan 3 bulan lalu", _wage, "hanya untuk borongan"),
    Column(
        "from_month",
        "Mulai bulan",
        _month,
        "bulan pertama bekerja, atau bulan upah baru; 2026-11. Kosong untuk masuk: bulan ini",
        of=frozenset({"wage"}),
    ),
    Column(
        "last_month", "Bulan terakhir", _month, "hanya untuk keluar: bulan terakhir bekerja", of=frozenset({"leave"})
    ),
)
"""In the order of the template. ``of`` names the reports that need the cell; in others it is left aside."""
