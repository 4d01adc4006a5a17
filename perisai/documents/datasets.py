"""What can be exported: its columns, and the one statement that reads it in the order in which it is stored."""

from dataclasses import dataclass
from typing import Final, LiteralString

_WHO: LiteralString = """
JOIN members_enrolment e ON e.branch_id = {0}.branch_id AND e.id = {0}.enrolment_id
JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
LEFT JOIN agents_agent a ON a.branch_id = e.branch_id AND a.id = e.agent_id
"""


@dataclass(frozen=True)
class Column:
    """``kind``: text, number (rupiah or a count), day or moment (an instant). ``title`` in Indonesian and English."""

    name: str
    title: tuple[str, str]
    kind: str = "text"


@dataclass(frozen=True)
class Dataset:
    """``sql`` selects the columns in their order; ``{place}`` is the condition on the viewer's part, ``{nik}`` what of a NIK is
    read. ``by_period``: %(first)s and %(last)s narrow it. ``is_whole``: only for those who see whole branches."""

    title: tuple[str, str]
    alias: str
    """Of the table whose branch narrows it."""
    columns: tuple[Column, ...]
    sql: LiteralString
    by_period: bool = True
    is_whole: bool = False


_PERSON: Final = (
    Column("name", ("Nama", "Name")),
    Column("nik", ("NIK", "NIK")),
    Column("kpj", ("Nomor KPJ", "KPJ number")),
    Column("agent", ("Kode agen", "Agent code")),
)
_BRANCH: Final = Column("branch", ("Cabang", "Branch"), "number")

BILLS: Final = Dataset(
    ("Tagihan", "Bills"),
    "b",
    (
        _BRANCH,
        Column("bill", ("Tagihan", "Bill")),
        *_PERSON,
        Column("segment", ("Segmen", "Segment")),
        Column("first_month", ("Bulan pertama", "First month"), "day"),
        Column("months", ("Jumlah bulan", "Months"), "number"),
        Column("amount", ("Jumlah", "Amount"), "number"),
        Column("state", ("Keadaan", "State")),
        Column("issued_at", ("Dibuat", "Issued"), "moment"),
        Column("pay_by", ("Bayar sebelum", "Pay by"), "moment"),
        Column("paid_at", ("Dibayar", "Paid"), "moment"),
        Column("sponsor", ("Pembayar lain", "Sponsor")),
    ),
    "SELECT b.branch_id, b.id::text, p.name, {nik}, e.kpj, a.code, e.segment, b.first_month, b.months, b.amount, b.state,"
    " b.issued_at, b.pay_by, b.paid_at, s.name FROM contributions_bill b "
    + _WHO.format("b")
    + "LEFT JOIN payers_sponsor s ON s.branch_id = b.branch_id AND s.id = b.sponsor_id"
    " WHERE {place} AND b.first_month BETWEEN %(first)s AND %(last)s",
)
PAYMENTS: Final = Dataset(
    ("Pembayaran", "Payments"),
    "y",
    (
        _BRANCH,
        Column("payment", ("Pembayaran", "Payment")),
        Column("bill", ("Tagihan", "Bill")),
        *_PERSON,
        Column("amount", ("Jumlah", "Amount"), "number"),
        Column("bank", ("Bank", "Bank")),
        Column("reference", ("Nomor bank", "Bank's number")),
        Column("source", ("Asal", "Source")),
        Column("paid_at", ("Dibayar", "Paid"), "moment"),
        Column("confirmed_at", ("Dipastikan bank", "Confirmed"), "moment"),
        Column("reversed_at", ("Dikembalikan", "Paid back"), "moment"),
    ),
    "SELECT y.branch_id, y.id::text, y.bill_id::text, p.name, {nik}, e.kpj, a.code, y.amount, y.bank_id, y.reference_no,"
    " y.source, y.paid_at, y.confirmed_at, y.reversed_at FROM payments_payment y "
    + _WHO.format("y")
    + "JOIN offices_office o ON o.id = y.branch_id"
    " WHERE {place} AND y.confirmed_at >= %(first)s::date::timestamp AT TIME ZONE o.timezone"
    " AND y.confirmed_at < (%(last)s::date + 1)::timestamp AT TIME ZONE o.timezone",
)
LEDGER: Final = Dataset(
    ("Buku besar", "Ledger entries"),
    "l",
    (
        _BRANCH,
        Column("entry", ("Jurnal", "Entry")),
        Column("at", ("Waktu", "At"), "moment"),
        Column("debit", ("Debit", "Debit")),
        Column("credit", ("Kredit", "Credit")),
        Column("amount", ("Jumlah", "Amount"), "number"),
        Column("bill", ("Tagihan", "Bill")),
        Column("payment", ("Pembayaran", "Payment")),
        Column("reverses", ("Membalik", "Reverses")),
    ),
    "SELECT l.branch_id, l.id::text, l.at, l.debit, l.credit, l.amount, l.bill_id::text, l.payment_id::text, l.reverses_id::text"
    " FROM payments_ledger_entry l JOIN offices_office o ON o.id = l.branch_id"
    " WHERE {place} AND l.at >= %(first)s::date::timestamp AT TIME ZONE o.timezone"
    " AND l.at < (%(last)s::date + 1)::timestamp AT TIME ZONE o.timezone",
    is_whole=True,
)
COVER: Final = Dataset(
    ("Perlindungan peserta", "Members' cover"),
    "e",
    (
        _BRANCH,
        Column("enrolment", ("Pendaftaran", "Enrolment")),
        *_PERSON,
        Column("segment", ("Segmen", "Segment")),
        Column("state", ("Keadaan", "State")),
        Column("programmes", ("Program", "Programmes")),
        Column("base_income", ("Dasar upah", "Base income"), "number"),
        Column("first_month", ("Bulan pertama", "First month"), "day"),
        Column("paid_through", ("Lunas sampai", "Paid through"), "day"),
        Column("region", ("Wilayah", "Region")),
    ),
    "SELECT e.branch_id, e.id::text, p.name, {nik}, e.kpj, a.code, e.segment, e.state, array_to_string(e.programmes, ' '),"
    " e.base_income, e.first_month, e.paid_through, e.region_code FROM members_enrolment e"
    " JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id"
    " LEFT JOIN agents_agent a ON a.branch_id = e.branch_id AND a.id = e.agent_id"
    " WHERE {place} AND e.state IN ('accepted', 'active', 'lapsed', 'ended')",
    by_period=False,
)
DATASETS: Final = {"bills": BILLS, "payments": PAYMENTS, "ledger": LEDGER, "cover": COVER}
