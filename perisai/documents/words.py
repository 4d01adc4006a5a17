"""What stands on papers, in both languages, and how days, months and amounts are written there."""

from datetime import date, datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

Language = Literal["id", "en"]

_MONTHS: Final[dict[Language, list[str]]] = {
    "id": ["Januari", "Februari", "Maret", "April", "Mei", "Juni",
           "Juli", "Agustus", "September", "Oktober", "November", "Desember"],
    "en": ["January", "February", "March", "April", "May", "June",
           "July", "August", "September", "October", "November", "December"],
}  # fmt: skip
WORDS: Final[dict[str, tuple[str, str]]] = {
    "receipt": ("Kuitansi iuran", "Receipt of contributions"),
    "bill": ("Tagihan iuran", "Bill of contributions"),
    "order": ("Tagihan bersama", "Bill for several members"),
    "year": ("Pernyataan iuran tahunan", "Yearly statement of contributions"),
    "sponsor": ("Laporan kepada pembayar iuran", "Statement to the sponsor"),
    "member": ("Peserta", "Member"),
    "kpj": ("Nomor KPJ", "KPJ number"),
    "nik": ("NIK", "NIK"),
    "programmes": ("Program", "Programmes"),
    "month": ("Bulan", "Month"),
    "base": ("Dasar upah", "Base income"),
    "relief": ("Keringanan", "Relief"),
    "total": ("Jumlah", "Total"),
    "paid_by": ("Dibayar oleh", "Paid by"),
    "self": ("Peserta sendiri", "The member"),
    "paid_at": ("Dibayar pada", "Paid at"),
    "confirmed_at": ("Dipastikan bank", "Confirmed by the bank"),
    "bank": ("Bank", "Bank"),
    "reference": ("Nomor bank", "The bank's number"),
    "code": ("Kode bayar", "Payment code"),
    "pay_by": ("Bayar paling lambat", "Pay by"),
    "state": ("Keadaan", "State"),
    "open": ("belum dibayar", "not paid yet"),
    "paid": ("lunas", "paid"),
    "expired": ("kedaluwarsa", "expired"),
    "cancelled": ("dibatalkan", "cancelled"),
    "reversed": ("dikembalikan", "paid back"),
    "issued_at": ("Dibuat", "Made"),
    "payer": ("Pembayar", "Payer"),
    "bills": ("Tagihan", "Bills"),
    "members": ("Peserta", "Members"),
    "year_of": ("Tahun iuran", "Contribution year"),
    "jht_sum": ("Iuran JHT terkumpul sampai akhir tahun ini", "JHT dues gathered up to the end of this year"),
    "jht_note": (
        "Hanya iuran yang dibayar, tanpa hasil pengembangan. Saldo JHT yang resmi ada di BPJS Ketenagakerjaan (aplikasi JMO).",
        "Dues paid only, without any yield. The official JHT balance is kept by BPJS Ketenagakerjaan (JMO app).",
    ),
    "none_paid": ("Tidak ada bulan yang dibayar di tahun ini.", "No month of this year was paid."),
    "months_paid": ("Bulan yang terlindungi", "Months covered"),
    "elsewhere": ("lewat sistem inti BPJS", "through the BPJS core system"),
    "bill_note": (
        "Bayar lewat bank dengan kode di atas, tepat sejumlah itu. Perlindungan mulai setelah bank memastikan pembayaran.",
        "Pay at a bank with the code above, exactly this amount. Cover begins once the bank has confirmed it.",
    ),
    "receipt_note": (
        "Uang sudah diterima BPJS Ketenagakerjaan lewat bank. Kuitansi ini sah tanpa tanda tangan.",
        "The money has reached BPJS Ketenagakerjaan through the bank. This receipt is valid without a signature.",
    ),
    "reversed_note": (
        "Pembayaran ini sudah dikembalikan. Kuitansi ini tidak berlaku lagi.",
        "This payment was paid back. This receipt is not valid any more.",
    ),
    "order_note": (
        "Satu kode untuk semua tagihan ini: dibayar sekaligus, tepat sejumlah itu, atau tidak sama sekali.",
        "One code for all these bills: paid at once, exactly this amount, or not at all.",
    ),
    "contract": ("Dasar", "Contract"),
    "period": ("Masa pendanaan", "Funding period"),
    "budget": ("Anggaran", "Budget"),
    "used": ("Terpakai", "Used"),
    "left": ("Sisa", "Left"),
    "unpaid": ("Belum dibayar", "Not paid yet"),
    "check": (
        "Asli atau tidak? Pindai kode ini, atau ketik nomornya di",
        "Genuine or not? Scan this code, or type the number at",
    ),
    "number": ("Nomor dokumen", "Document number"),
    "example": ("CONTOH, bukan dokumen sungguhan", "EXAMPLE, not a real document"),
    "page": ("Halaman", "Page"),
    "more": ("dan {n} tagihan lain", "and {n} more bills"),
}  # fmt: skip


def say(key: str, language: Language) -> str:
    return WORDS[key][0 if language == "id" else 1]


def rupiah(amount: int) -> str:
    """``Rp36.800``"""
    return f"{'−' if amount < 0 else ''}Rp{abs(amount):,}".replace(",", ".")


def month(value: date, language: Language) -> str:
    """``November 2026``"""
    return f"{_MONTHS[language][value.month - 1]} {value.year}"


def day(value: date, language: Language) -> str:
    """``22 November 2026``"""
    return f"{value.day} {month(value, language)}"


def moment(value: datetime, timezone: str, language: Language) -> str:
    """``22 November 2026, 14.05`` in the branch's time."""
    local = value.astimezone(ZoneInfo(timezone))
    return f"{day(local.date(), language)}, {local:%H.%M} {local.tzname()}"


def months(first: date, last: date, language: Language) -> str:
    return month(first, language) if first == last else f"{month(first, language)} – {month(last, language)}"
