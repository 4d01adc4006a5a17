"""The sheets of the workbook: their columns, and what a cell must say. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import phonenumbers

from perisai.contributions.rules import load
from perisai.events import world
from perisai.members.nik import check_nik
from perisai.tables.cell import read_day, read_month

EARLIEST: Final = date(2015, 7, 1)
"""The programme for BPU began here (PP 44/2015, PP 46/2015): no acquisition is older."""


class Bad(ValueError):
    """A cell that cannot be taken: a key of ``labels.PROBLEMS`` and what it is about, never a person's data."""

    def __init__(self, key: str, detail: str = "") -> None:
        self.key, self.detail = key, detail
        super().__init__(key)


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


def _words(most: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        if len(text) > most or re.search(r"[\x00-\x1f]", text):
            raise Bad("long", str(most))
        return " ".join(text.split())

    return read


def _code(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9./_-]{0,39}", text):
        raise Bad("code")
    return text


def _day(text: str) -> date:
    day = read_day(text)
    if day is None or not 1900 <= day.year < 3000:
        raise Bad("day")
    return day


def _month(text: str) -> date:
    month = read_month(text)
    if month is None or month < EARLIEST:
        raise Bad("month")
    return month


def _rupiah(text: str) -> int:
    digits = re.sub(r"^Rp\s*|[.\s]", "", text)
    if not digits.isascii() or not digits.isdigit() or len(digits) > 9:
        raise Bad("rupiah")
    return int(digits)


def _phone(text: str) -> str:
    try:
        number = phonenumbers.parse(text, "ID")
    except phonenumbers.NumberParseException:
        raise Bad("phone") from None
    if not phonenumbers.is_possible_number(number):
        raise Bad("phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _nik(text: str) -> str:
    report = check_nik(text, on=EARLIEST)  # what refuses it does not depend on the day
    if report.refusals:
        raise Bad("nik")
    if world.is_practice() and not world.is_example(report.digits):
        raise Bad("practice")
    return report.digits


def _region(text: str) -> str:
    if not re.fullmatch(r"\d{2}\.\d{2}\.\d{2}\.\d{4}", text):
        raise Bad("region")
    return text


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


def _one_of(**words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.lower() not in words:
            raise Bad("one_of", ", ".join(words))
        return words[text.lower()]

    return read


_YES_NO = _one_of(ya="yes", tidak="no")
_RELATIONS = _one_of(
    **{"pasangan": "spouse", "anak": "child", "orang tua": "parent", "saudara": "sibling", "lain": "other"}
)
HEIRS_MOST: Final = 5
_HEIRS: Final = tuple(
    column
    for number in range(1, HEIRS_MOST + 1)
    for column in (
        Column(f"heir_{number}", f"Ahli waris {number}", _words(100), also=("Ahli waris",) if number == 1 else ()),
        Column(
            f"relation_{number}",
            f"Hubungan {number}",
            _RELATIONS,
            hint="pasangan, anak, orang tua, saudara, lain",
            also=("Hubungan",) if number == 1 else (),
        ),
    )
)
CODE, NAME, TEXT = _code, _words(120), _words(300)

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
            Column("phone", "HP", _phone),
            Column("username", "Nama masuk", _username, hint="kosong: kode kantor dengan huruf kecil"),
        ),
    ),
    "agreements": (
        "PKS",
        (
            Column("office", "Kode kantor", CODE, needed=True),
            Column("number", "Nomor PKS", _words(80), needed=True),
            Column("since", "Mulai", _day, needed=True),
            Column("until", "Berakhir", _day, needed=True),
            Column("signed_on", "Tanggal tanda tangan", _day, needed=True),
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
            Column("phone", "HP", _phone),
            Column("bank", "Bank", _words(60)),
            Column("account", "Nomor rekening", _account, also=("No. rekening", "Rekening"), is_number=True),
            Column("account_holder", "Pemilik rekening", NAME, also=("Atas nama", "Nama rekening")),
            Column("office", "Kode kantor", CODE, hint="kosong: langsung di bawah KC atau KCP"),
            Column("under", "Kode KCP", CODE),
            Column("since", "Agen sejak", _day, needed=True),
            Column("licence", "Nomor izin", CODE, needed=True),
            Column("valid_from", "Izin mulai", _day, needed=True),
            Column("valid_to", "Izin berakhir", _day, needed=True),
            Column("certificate", "Nomor sertifikat pelatihan", _words(80), also=("Nomor sertifikat",)),
            Column("certified_on", "Tanggal sertifikat pelatihan", _day, also=("Tanggal sertifikat",)),
            Column("exam", "Nomor sertifikat ujian", _words(80)),
            Column("examined_on", "Tanggal sertifikat ujian", _day, also=("Tanggal ujian",)),
        ),
    ),
    "members": (
        "Peserta",
        (
            Column("nik", "NIK", _nik, needed=True, also=("No. NIK", "Nomor NIK", "No KTP"), is_number=True),
            Column("name", "Nama", _words(100), needed=True, also=("Nama lengkap",)),
            Column("birth_place", "Tempat lahir", _words(100)),
            Column("birth_date", "Tanggal lahir", _day, needed=True),
            Column("sex", "L/P", _one_of(l="M", p="F"), needed=True, also=("Jenis kelamin",)),
            Column("phone", "HP", _phone),
            Column("address", "Alamat", TEXT),
            Column("region", "Kode desa", _region, needed=True, hint="15.71.08.1001"),
            Column("job", "Kode pekerjaan", _job, needed=True),
            Column("income", "Penghasilan", _rupiah, needed=True),
            Column("jht", "JHT", _YES_NO, needed=True, hint="ya, tidak"),
            Column("agent", "Kode agen lama", CODE, needed=True),
            Column("acquired", "Bulan perolehan", _month, needed=True, hint="2024-03"),
            Column("paid_through", "Lunas sampai bulan", _month, needed=True, hint="2026-10"),
            Column("state", "Status", _one_of(aktif="active", nonaktif="lapsed"), needed=True, hint="aktif, nonaktif"),
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
            Column("amount", "Jumlah", _rupiah, hint="kosong: dihitung dari tarif"),
        ),
    ),
}
"""By the name in code: the sheet's name in the workbook, and its columns."""
