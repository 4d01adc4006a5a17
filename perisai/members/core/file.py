"""The files that go to the core system and come back: CSV or XLSX, one row a person. Pure."""

from collections.abc import Iterable, Sequence
from typing import Final

from perisai.errors import Refused
from perisai.tables import writing
from perisai.tables.reading import Limits, Line, Unreadable
from perisai.tables.reading import read_lines as read_table

EXPORTED: Final = (
    "NIK", "Nama", "No KK", "Tempat Lahir", "Tanggal Lahir", "Jenis Kelamin", "No HP", "Alamat", "Kelurahan",
    "Kecamatan", "Nama Usaha", "Kategori Usaha", "Kode Bayar", "Keterangan",
)  # fmt: skip
"""In the order of the present portal's fields (domain/programme.md 1.8), so that staff copy from left to right; the last one is
for who copies."""

IMPORTED: Final = (
    "NIK", "KPJ", "Kode Iuran", "Status", "Bulan Awal", "Jumlah Bulan", "Jumlah Bayar", "Tanggal Bayar", "Referensi",
)  # fmt: skip
"""What comes back. NIK is needed; the others where there is something to say. The last five tell an outside payment."""

MOST_ROWS: Final = 2_000
MOST_BYTES: Final = 2 * 1024 * 1024
_LIMITS: Final = Limits(size=MOST_BYTES, rows=MOST_ROWS)
_NAMES: Final = {
    "NIK": "nik",
    "KPJ": "kpj",
    "No KPJ": "kpj",
    "Kode Iuran": "code",
    "Kode Bayar": "code",
    "Kode Billing": "code",
    "Status": "status",
    "Bulan Awal": "first_month",
    "Jumlah Bulan": "months",
    "Jumlah Bayar": "amount",
    "Jumlah": "amount",
    "Tanggal Bayar": "paid_at",
    "Referensi": "reference",
    "No Referensi": "reference",
}


write_csv = writing.write_csv


def write_xlsx(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Every cell is text: a NIK keeps its last digits, and nothing is a formula."""
    return writing.write_xlsx(writing.Sheet("Peserta", titles, rows))


def read_lines(data: bytes) -> list[Line]:
    """Rows by our names of the columns. Raises ``Refused`` E4020."""
    try:
        return list(read_table(data, _NAMES, _LIMITS, needed=("nik",)))
    except Unreadable as told:
        raise Refused("E4020", reason=told.said) from None
