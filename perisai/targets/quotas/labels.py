"""Words of the quota's pages."""

from datetime import date
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from perisai.accounts.words import Word, say
from perisai.targets.quotas.setting import add_months

MODE_WORDS: Final[dict[str, str | Promise]] = {"queue": _("queue"), "block": _("block"), "warn": _("warn")}
REASONS: Final[dict[str, str | Promise]] = {
    "assigned": _("Target assigned"),
    "raised": _("Target raised during the month"),
    "capacity": _("The branch cannot serve more"),
    "correction": _("Correction of a mistake"),
}
"""What a person chooses from."""


def why(reason: str) -> str | Promise:
    """Why an event changed a quota."""
    others = {
        "request": say("Tambahan disetujui", "More granted on request"),
        "setting": say("Aturan kuota diubah", "Rules of the quota changed"),
        "plan": say("Rencana target disetujui", "Plan of targets approved"),
    }
    return REASONS.get(reason) or others.get(reason, "")


def modes() -> dict[str, str]:
    return {
        "queue": say(
            "Antre: yang melewati batas menunggu menurut urutan pencatatan, dan masuk sendiri bila ada tempat",
            "Queue: above the cap waits in the order of capture, and is let in by itself when there is room",
        ),
        "block": say(
            "Tutup: yang melewati batas langsung ditolak, dan HP memberi tahu sebelum formulir dibuka",
            "Block: above the cap is refused at once, and phones say so before the form is opened",
        ),
        "warn": say(
            "Peringatan: yang melewati batas tetap masuk dan dihitung tersendiri",
            "Warn: above the cap is let in and counted apart",
        ),
    }


def warnings() -> dict[str, str]:
    """What each mode does to agents, beside the switch."""
    return {
        "queue": say(
            "Agen boleh terus mendaftarkan. Yang melewati batas menunggu giliran; pekerjanya belum terlindungi sampai masuk"
            " dan membayar.",
            "Agents may go on. Who is above the cap waits; the worker is not protected before getting in and paying.",
        ),
        "block": say(
            "Yang melewati batas langsung ditolak, juga yang dicatat tanpa sinyal di luar jatah HP. Yang sudah menunggu tetap"
            " masuk bila ada tempat.",
            "What is above the cap is refused for good, also what was captured without signal beyond a phone's slots."
            " Who waits already still gets in when there is room.",
        ),
        "warn": say(
            "Semua masuk, dan semua yang menunggu masuk dalam satu menit. Kelebihannya dihitung tersendiri.",
            "Everybody gets in, and all who wait within a minute. What is above the cap is counted apart.",
        ),
    }


def every() -> dict[str, str]:
    return {
        "month": say("Bulanan", "Each month"),
        "quarter": say("Triwulanan", "Each quarter"),
        "year": say("Tahunan", "Each year"),
    }


def segment(of: str) -> str:
    return {"all": say("Semua segmen", "All segments")}.get(of, of)


def states() -> dict[str, Word]:
    """Of a request."""
    return {
        "open": Word(say("menunggu", "waiting"), "needs", icon="hourglass"),
        "approved": Word(say("disetujui", "granted"), "done", icon="check"),
        "refused": Word(say("ditolak", "refused"), "stop", icon="x"),
        "withdrawn": Word(say("ditarik", "withdrawn"), "", icon="arrow-back-up"),
    }


def lease_ends() -> dict[str, str]:
    return {
        "expired": say("habis masa", "time over"),
        "phone_ended": say("HP diganti atau dicabut", "phone replaced or revoked"),
        "agent_held": say("agen diskors atau dilatih ulang", "agent suspended or in remedial training"),
        "taken_back": say("ditarik cabang", "taken back by the branch"),
    }


def setting_words() -> dict[str, str]:
    """Names of what two officers may both have changed."""
    return {
        "target": say("Target, orang", "Target, people"),
        "cap_percent": say("Batas, persen dari target", "Cap, percent of the target"),
        "mode": say("Yang terjadi di atas batas", "What happens above the cap"),
        "every": say("Periode", "Period"),
        "by_segment": say("Batas sendiri tiap segmen", "A cap of its own for each segment"),
    }


def value_word(name: str, value: str) -> str | Promise:
    """A setting's value as pages say it."""
    if name == "mode":
        return MODE_WORDS.get(value, value)
    if name == "every":
        return every().get(value, value)
    if name == "by_segment":
        return say("ya", "yes") if value else say("tidak", "no")
    return value or "–"


def last_month(period: date, months: int) -> date:
    return add_months(period, months - 1)
