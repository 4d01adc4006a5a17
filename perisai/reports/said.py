"""How figures, days and periods are written on papers and in recaps, in both languages. Pure."""

from datetime import date
from typing import Final

from perisai.figures.definition import Unit
from perisai.figures.target import Apart
from perisai.reports.span import Kind, Span
from perisai.written import Language, day, month, number, rupiah

_DAYS: Final[dict[Language, tuple[str, ...]]] = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
KINDS: Final[dict[Language, dict[Kind, str]]] = {
    "id": {"daily": "Laporan harian", "weekly": "Laporan mingguan", "monthly": "Laporan bulanan"},
    "en": {"daily": "Daily report", "weekly": "Weekly report", "monthly": "Monthly report"},
}

_APART: Final[dict[Language, str]] = {
    "id": "Target {target}, jumlah di bawahnya {beneath} (selisih {difference})",
    "en": "Target {target}, sum of those beneath {beneath} (difference {difference})",
}
"""As live screens say it."""


def amount(value: int | None, unit: Unit, language: Language) -> str:
    """A dash where nothing is known. Rupiah in both languages as on slips and screens: ``Rp36.800``."""
    if value is None:
        return "–"
    if unit == "rupiah":
        return rupiah(value)
    return number(value, language) + (" %" if unit == "percent" else "")


def change(value: int | None, before: int | None, unit: Unit, language: Language) -> str:
    """By how much it grew, with its sign; points where both are percentages."""
    if value is None or before is None:
        return "–"
    grown = value - before
    return ("+" if grown > 0 else "") + amount(grown, unit, language)


def apart(found: Apart, language: Language) -> str:
    """Both targets and by how much they differ, in persons."""
    told = {"target": found.target, "beneath": found.beneath}
    words = {name: number(value, language) for name, value in told.items()}
    difference = ("+" if found.difference > 0 else "") + number(found.difference, language)
    return _APART[language].format(**words, difference=difference)


def weekday(value: date, language: Language) -> str:
    return _DAYS[language][value.weekday()]


def span(value: Span, language: Language) -> str:
    first, last = value.period
    if value.kind == "monthly":
        return month(first, language)
    if value.kind == "daily":
        return f"{weekday(first, language)}, {day(first, language)}"
    return f"{day(first, language)} – {day(last, language)}"
