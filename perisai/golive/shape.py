"""The sheets of the workbook: their columns, and what a cell must say. Pure."""

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

EARLIEST: Final = date(2015, 7, 1)
"""The programme for BPU began here (PP 44/2015, PP 46/2015): no acquisition is older."""


@dataclass(frozen=True)
class Column:
    """``title`` as in the template; ``read`` turns the cell's text into a value or raises ``Bad``."""

    name: str
    title: str
    read: Callable[[str], Any]
    needed: bool = False
    hint: str = ""
    also: tuple[str, ...] = ()
    """Other titles under which lists of branches have it."""
    is_number: bool = False
    """Digits that a spreadsheet must not take for an amount: it would cut them."""


def _code(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9./_-]{0,39}", text):
        raise Bad("code")
    return text


def _month(text: str) -> date:
    month = read_month(text)
    if month is None or month < EARLIEST:
        raise Bad("month")
    return month


def _nik(text: str) -> str:
    report = check_nik(text, on=EARLIEST)  # what refuses it does not depend on the day
    if report.refusals:
        raise Bad("nik")
    if world.is_practice() and not world.is_example(report.digits):
        raise Bad("practice")
    return report.digits


def _job(text: str) -> str:
    if text not in load().sectors:
        raise Bad("job")
    return text


def _kpj(text: str) -> str:
    if not re.fullmatch(r"\d{11}", text):
        raise Bad("kpj")
    return text


def _account(text: str) -> str:
    digits = re.sub(r"[\s.-]", "", text)
    if not re.fullmatch(r"[0-9]{6,20}", digits):
        raise Bad("account")
    return digits


def _username(text: str) -> str:
    from perisai.accounts.user import USERNAME

    if not USERNAME.match(text.lower()):
        raise Bad("username")
    return text.lower()


_YES_NO = take.one_of({"ya": "yes", "tidak": "no"})
_RELATIONS = take.one_of(
    {"pasangan": "spouse", "anak": "child", "orang tua": "parent", "saudara": "sibling", "lain": "other"}
)
HEIRS_MOST: Final = 5
_HEIRS: Final = tuple(
    column
    for number in range(1, HEIRS_MOST + 1)
    for column in (
        Column(f"heir_{number}", f"Ahli waris {number}", take.words(100), also=("Ahli waris",) if number == 1 else ()),
        Column(
            f"relation_{number}",
            f"Hubungan {number}",
            _RELATIONS,
            hint="pasangan, anak, orang tua, saudara, lain",
            also=("Hubungan",) if number == 1 else (),
        ),
    )
)
CODE, NAME, TEXT = _code, take.words(120), take.words(300)

SHEETS: Final[dict[str, tuple[str, tuple[Column, ...]]]] = {
    "offices": (
        "Kantor",
        (
            Column("code", "Kode kantor", CODE, needed=True),
            Column("name", "Nama", NAME, needed=True),
            Column("under", "Kode KCP", CODE, hint="kosong: langsung di bawah KC"),
            Column("address", "Alamat", TEXT),
            Column("leader", "Pimpinan", NAME),
            Column("title", "Jabatan", NAME),
            Column("phone", "HP", take.phone),
            Column("username", "Nama masuk", _username, hint="kosong: kode kantor dengan huruf kecil"),
        ),
    ),
    "agreements": (
        "PKS",
        (
            Column("office", "Kode kantor", CODE, needed=True),
            Column("number", "Nomor PKS", take.words(80), needed=True),
            Column("since", "Mulai", take.day, needed=True),
            Column("until", "Berakhir", take.day, needed=True),
            Column("signed_on", "Tanggal tanda tangan", take.day, needed=True),
            Column("branch_signer", "Penanda tangan KC", NAME, needed=True),
            Column("office_signer", "Penanda tangan kantor", NAME, needed=True),
        ),
    ),
    "agents": (
        "Agen",
        (
            Column("code", "Kode agen lama", CODE, needed=True),
            Column("name", "Nama", NAME, needed=True),
            Column("nik", "NIK", _nik, needed=True, also=("No. NIK", "Nomor NIK", "No KTP"), is_number=True),
            Column("phone", "HP", take.phone),
            Column("bank", "Bank", take.words(60)),
            Column("account", "Nomor rekening", _account, also=("No. rekening", "Rekening"), is_number=True),
            Column("account_holder", "Pemilik rekening", NAME, also=("Atas nama", "Nama rekening")),
            Column("office", "Kode kantor", CODE, hint="kosong: langsung di bawah KC atau KCP"),
            Column("under", "Kode KCP", CODE),
            Column("since", "Agen sejak", take.day, needed=True),
            Column("licence", "Nomor izin", CODE, needed=True),
            Column("valid_from", "Izin mulai", take.day, needed=True),
            Column("valid_to", "Izin berakhir", take.day, needed=True),
            Column("certificate", "Nomor sertifikat pelatihan", take.words(80), also=("Nomor sertifikat",)),
            Column("certified_on", "Tanggal sertifikat pelatihan", take.day, also=("Tanggal sertifikat",)),
            Column("exam", "Nomor sertifikat ujian", take.words(80)),
            Column("examined_on", "Tanggal sertifikat ujian", take.day, also=("Tanggal ujian",)),
        ),
    ),
    "members": (
        "Peserta",
        (
            Column("nik", "NIK", _nik, needed=True, also=("No. NIK", "Nomor NIK", "No KTP"), is_number=True),
            Column("name", "Nama", take.words(100), needed=True, also=("Nama lengkap",)),
            Column("birth_place", "Tempat lahir", take.words(100)),
            Column("birth_date", "Tanggal lahir", take.day, needed=True),
            Column("sex", "L/P", take.SEX, needed=True, also=("Jenis kelamin",)),
            Column("phone", "HP", take.phone),
            Column("address", "Alamat", TEXT),
            Column("region", "Kode desa", take.region, needed=True, hint="15.71.08.1001"),
            Column("job", "Kode pekerjaan", _job, needed=True),
            Column("income", "Penghasilan", take.rupiah, needed=True),
            Column("jht", "JHT", _YES_NO, needed=True, hint="ya, tidak"),
            Column("agent", "Kode agen lama", CODE, needed=True),
            Column("acquired", "Bulan perolehan", _month, needed=True, hint="2024-03"),
            Column("paid_through", "Lunas sampai bulan", _month, needed=True, hint="2026-10"),
            Column(
                "state",
                "Status",
                take.one_of({"aktif": "active", "nonaktif": "lapsed"}),
                needed=True,
                hint="aktif, nonaktif",
            ),
            Column("kpj", "KPJ", _kpj, also=("No. KPJ", "Nomor KPJ"), is_number=True),
            *_HEIRS,
        ),
    ),
    "arrears": (
        "Tunggakan",
        (
            Column("nik", "NIK", _nik, needed=True, also=("No. NIK", "Nomor NIK", "No KTP"), is_number=True),
            Column("since", "Dari bulan", _month, needed=True),
            Column("until", "Sampai bulan", _month, needed=True),
            Column("amount", "Jumlah", take.rupiah, hint="kosong: dihitung dari tarif"),
        ),
    ),
}
"""By the name in code: the sheet's name in the workbook, and its columns."""
