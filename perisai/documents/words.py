"""What stands on papers, in both languages, and how days, months and amounts are written there."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from perisai import written
from perisai.written import Language, long_day, long_month

WORDS: Final[dict[str, tuple[str, str]]] = {
    "receipt": ("Kuitansi iuran", "Receipt of contributions"),
    "bill": ("Tagihan iuran", "Bill of contributions"),
    "order": ("Tagihan bersama", "Bill for several members"),
    "year": ("Pernyataan iuran tahunan", "Yearly statement of contributions"),
    "sponsor": ("Laporan kepada pembayar iuran", "Statement to the sponsor"),
    "cash": ("Tanda terima tunai", "Receipt for cash"),
    "cash_number": ("Nomor tanda terima", "Number of the receipt"),
    "cash_held": ("pada agen, belum di bank", "with the agent, not at a bank"),
    "cash_settled": ("sudah diterima bank", "received by the bank"),
    "cash_void": ("dibatalkan", "cancelled"),
    "cash_note": (
        "Uang ini masih pada agen. Belum ada yang terlindungi olehnya sebelum bank memastikannya.",
        "This money is still with the agent. Nobody is protected by it before a bank has confirmed it.",
    ),
    "cash_void_note": (
        "Tanda terima ini dibatalkan dan tidak berlaku lagi.",
        "This receipt was cancelled and is not valid any more.",
    ),
    "agent": ("Agen", "Agent"),
    "taken_at": ("Diterima agen", "Taken by the agent"),
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
    "more": ("dan {n} tagihan lain; semuanya ada di tabel", "and {n} more bills; all of them are in the table"),
}  # fmt: skip


def say(key: str, language: Language) -> str:
    return WORDS[key][0 if language == "id" else 1]


def rupiah(amount: int) -> str:
    """``Rp36.800``"""
    return written.rupiah(amount).replace("-", "−")


def moment(value: datetime, timezone: str, language: Language) -> str:
    """``22 November 2026, 14.05`` in the branch's time."""
    local = value.astimezone(ZoneInfo(timezone))
    return f"{long_day(local.date(), language)}, {local:%H.%M} {local.tzname()}"


def months(first: date, last: date, language: Language) -> str:
    return (
        long_month(first, language)
        if first == last
        else f"{long_month(first, language)} – {long_month(last, language)}"
    )
