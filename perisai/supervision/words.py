"""What measures, reasons and hand-overs are called, in both languages: for the file on the phone, for texts and for screens."""

from typing import Final

Words = dict[str, str]


def _w(indonesian: str, english: str) -> Words:
    return {"id": indonesian, "en": english}


KINDS: Final[dict[str, Words]] = {
    "warning": _w("Peringatan", "Warning"),
    "remedial": _w("Pelatihan ulang", "Remedial training"),
    "suspension": _w("Diskors", "Suspension"),
    "reinstatement": _w("Diaktifkan kembali", "Reinstatement"),
    "ending": _w("Keagenan diakhiri", "Ending"),
    "idle": _w("Pemberitahuan: tidak ada akuisisi", "Notice: no acquisition"),
    "leave": _w("Cuti", "Leave"),
    "illness": _w("Sakit", "Illness"),
    "away": _w("Tidak bertugas", "Away"),
}
ACTS: Final[dict[str, Words]] = {
    "warning": _w("Beri peringatan", "Warn"),
    "remedial": _w("Tugaskan pelatihan ulang", "Assign remedial training"),
    "suspension": _w("Skors", "Suspend"),
    "reinstatement": _w("Aktifkan kembali", "Reinstate"),
    "ending": _w("Akhiri keagenan", "End the agent's work"),
}
"""What a button says that takes the measure."""
REASONS: Final[dict[str, Words]] = {
    "fraud": _w("Kecurangan, tindak pidana, atau gratifikasi", "Fraud, crime or gratification"),
    "cash": _w("Iuran diterima tetapi terlambat atau tidak disetor", "Dues taken and deposited late or not at all"),
    "data": _w("Data peserta tidak benar", "Untrue data about a worker"),
    "not_eligible": _w(
        "Mendaftarkan orang yang tidak bekerja atau sudah sakit", "Enrolled somebody who does not work or was ill"
    ),
    "conduct": _w("Perilaku terhadap peserta", "Conduct towards workers"),
    "instructions": _w("Tidak mengikuti petunjuk kantor cabang", "Did not follow the branch's instructions"),
    "privacy": _w("Data pribadi tidak dijaga", "Personal data not kept safe"),
    "idle": _w("Bulan-bulan berturut-turut tanpa akuisisi", "Consecutive months without acquisition"),
    "own_wish": _w("Atas permintaan sendiri", "At the agent's own wish"),
    "health": _w("Kesehatan", "Health"),
    "death": _w("Meninggal dunia", "Death"),
    "office_ended": _w("Kantor Perisai berakhir", "The agency office has ended"),
    "improved": _w("Sudah diperbaiki", "Put right"),
    "unfounded": _w("Ternyata tidak terbukti", "Turned out to be unfounded"),
    "appeal": _w("Keberatan diterima", "The appeal was right"),
    "served": _w("Masa skors selesai", "The suspension is over"),
    "other": _w("Alasan lain", "Another reason"),
}
REASONS_FOR: Final[dict[str, tuple[str, ...]]] = {
    "warning": ("cash", "data", "not_eligible", "conduct", "instructions", "privacy", "other"),
    "remedial": ("data", "not_eligible", "conduct", "instructions", "privacy", "cash", "other"),
    "suspension": ("fraud", "cash", "data", "not_eligible", "conduct", "privacy", "instructions", "other"),
    "reinstatement": ("improved", "unfounded", "served", "appeal", "other"),
    "ending": ("fraud", "idle", "cash", "data", "not_eligible", "conduct", "privacy", "instructions", "own_wish", "health",
               "death", "office_ended", "other"),
}  # fmt: skip
KEEPS: Final[dict[str, Words]] = {
    "acquired": _w("Ada akuisisi yang belum terhitung", "There is an acquisition that is not counted yet"),
    "absent": _w("Cuti atau sakit yang belum dicatat", "Leave or illness that was not recorded"),
    "no_quota": _w("Tidak ada kuota untuk agen ini", "There was no quota for this agent"),
    "plan": _w("Ada rencana kerja dengan kantor cabang", "There is a plan agreed with the branch"),
    "other": _w("Alasan lain", "Another reason"),
}
HANDOVERS: Final[dict[str, Words]] = {
    "ending": _w("Keagenan diakhiri", "The agent has ended"),
    "substitute": _w("Pengganti sementara", "Substitute for a time"),
    "moved": _w("Agen pindah tempat", "The agent moves"),
    "load": _w("Membagi beban kerja", "Sharing the work"),
    "suspension": _w("Agen diskors", "The agent is suspended"),
    "back": _w("Dikembalikan", "Handed back"),
    "other": _w("Alasan lain", "Another reason"),
}
STATES: Final[dict[str, Words]] = {
    "open": _w("menunggu keputusan", "waits for a decision"),
    "withdrawn": _w("ditarik", "withdrawn"),
    "kept": _w("dipertahankan", "kept"),
    "ended": _w("diakhiri", "ended"),
}
NEVER_APPEALED: Final = ("reinstatement",)
OWN_REASONS: Final = ("own_wish", "death")
