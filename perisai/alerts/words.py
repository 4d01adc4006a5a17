"""How an alert is said: its title and text in either language, filled with its facts."""

from collections.abc import Mapping
from typing import Any

from perisai import written
from perisai.alerts.rules import watched
from perisai.given import find_day

_MONEY = frozenset({"amount"})
_WHEN = {
    "silent_agent": (
        "Agen yang HP-nya tidak menghubungi server selama {working_days} hari kerja.",
        "An agent whose phone has not reached the server for {working_days} working days.",
    ),
    "burst": (
        "Seorang agen mendaftarkan {least} orang atau lebih dalam sehari, dan sedikitnya {times} kali hari biasanya.",
        "One agent enrols {least} people or more in a day, and at least {times} times as many as on a usual day.",
    ),
    "cap_near": (
        "{percent}% kuota cabang terpakai atau dipinjam HP.",
        "{percent}% of the branch's quota is used or lent to phones.",
    ),
    "behind_target": (
        "Dalam {working_days} hari kerja terakhir bulan ini, belum {percent}% dari target tercapai.",
        "In the last {working_days} working days of the month, less than {percent}% of the target is reached.",
    ),
    "reviews_late": (
        "Pendaftaran, {least} atau lebih, menunggu keputusan melewati tenggat.",
        "Enrolments, {least} or more, wait for a decision past their time.",
    ),
    "cash_late": (
        "Seorang agen masih memegang {rupiah} rupiah atau lebih sesudah batas setor.",
        "An agent still holds {rupiah} rupiah or more past the last day to deposit.",
    ),
    "licence_ends": (
        "Izin seorang agen habis dalam 30 hari.",
        "An agent's licence ends within 30 days.",
    ),
    "bank_silent": (
        "Selama {hours} jam sebuah bank diam, padahal pada jam itu {weeks} minggu terakhir selalu ada {least} kabar atau lebih.",
        "A bank has been silent for {hours} hours; at this hour it told of {least} or more in each of the last {weeks} weeks.",
    ),
}
"""What is watched, in either language, with the figures of its rule."""


def title(kind: str, language: str) -> str:
    rule = watched().get(kind)
    return _pick(rule.title, language) if rule else kind


def text(kind: str, facts: Mapping[str, Any], figures: Mapping[str, int], language: str, **names: str) -> str:
    """``figures``: of the branch; ``names``: what a reader may see but the alert does not keep, such as a bank's."""
    rule = watched().get(kind)
    if rule is None:
        return ""
    given = {name: _said(name, value, language) for name, value in {**figures, **facts}.items()} | names
    return _pick(rule.text, language).format_map(_Rest(given))


def when(kind: str, figures: Mapping[str, int], language: str) -> str:
    """What is watched, with the branch's figures."""
    given = {name: _said(name, value, language) for name, value in figures.items()}
    return _WHEN[kind][language == "en"].format_map(given)


class _Rest(dict[str, str]):
    """What an old alert did not keep is a dash."""

    def __missing__(self, key: str) -> str:
        return "–"


def _pick(words: Any, language: str) -> str:
    return str(words.en if language == "en" else words.id)


def _said(name: str, value: Any, language: str) -> str:
    if isinstance(value, int):
        return written.rupiah(value) if name in _MONEY else written.number(value, language)
    day = find_day(value) if isinstance(value, str) else None
    return written.day(day, language) if day else str(value)
