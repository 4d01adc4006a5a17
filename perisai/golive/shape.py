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
    try:
        if match := re.fullmatch(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", text):
            return date(int(match[3]), int(match[2]), int(match[1]))
        return date.fromisoformat(text)
    except ValueError:
        raise Bad("day") from None


def _month(text: str) -> date:
    if match := re.fullmatch(r"(\d{4})-(\d{2})(?:-\d{2})?", text):
        year, month = int(match[1]), int(match[2])
    elif match := re.fullmatch(r"(\d{1,2})[-/.](\d{4})", text):
        year, month = int(match[2]), int(match[1])
    else:
        raise Bad("month")
    if not 1 <= month <= 12 or date(year, month, 1) < EARLIEST:
        raise Bad("month")
    return date(year, month, 1)


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
            Column("phone", "HP", _phone),
            Column("office", "Kode kantor", CODE, hint="kosong: langsung di bawah KC atau KCP"),
            Column("under", "Kode KCP", CODE),
            Column("since", "Agen sejak", _day, needed=True),
            Column("licence", "Nomor izin", CODE, needed=True),
            Column("valid_from", "Izin mulai", _day, needed=True),
            Column("valid_to", "Izin berakhir", _day, needed=True),
            Column("certificate", "Nomor sertifikat", _words(80)),
            Column("certified_on", "Tanggal sertifikat", _day),
        ),
    ),
    "members": (
        "Peserta",
        (
            Column("nik", "NIK", _nik, needed=True),
            Column("name", "Nama", _words(100), needed=True),
            Column("birth_place", "Tempat lahir", _words(100)),
            Column("birth_date", "Tanggal lahir", _day, needed=True),
            Column("sex", "L/P", _one_of(l="M", p="F"), needed=True),
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
            Column("kpj", "KPJ", _kpj),
            Column("heir", "Ahli waris", _words(100)),
            Column("relation", "Hubungan", _RELATIONS, hint="pasangan, anak, orang tua, saudara, lain"),
        ),
    ),
    "arrears": (
        "Tunggakan",
        (
            Column("nik", "NIK", _nik, needed=True),
            Column("since", "Dari bulan", _month, needed=True),
            Column("until", "Sampai bulan", _month, needed=True),
            Column("amount", "Jumlah", _rupiah, hint="kosong: dihitung dari tarif"),
        ),
    ),
}
"""By the name in code: the sheet's name in the workbook, and its columns."""
