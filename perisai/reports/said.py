"""How figures, days and periods are written on papers and in recaps, in both languages. Pure."""

from datetime import date
from typing import Final

from perisai.documents.words import Language
from perisai.figures.definition import Unit
from perisai.reports.span import Kind, Span

_DAYS: Final[dict[Language, tuple[str, ...]]] = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS: Final[dict[Language, tuple[str, ...]]] = {
    "id": ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agt", "Sep", "Okt", "Nov", "Des"),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
KINDS: Final[dict[Language, dict[Kind, str]]] = {
    "id": {"daily": "Laporan harian", "weekly": "Laporan mingguan", "monthly": "Laporan bulanan"},
    "en": {"daily": "Daily report", "weekly": "Weekly report", "monthly": "Monthly report"},
}


def number(value: int, language: Language) -> str:
    text = f"{abs(value):,}"
    return ("-" if value < 0 else "") + (text.replace(",", ".") if language == "id" else text)


def amount(value: int | None, unit: Unit, language: Language) -> str:
    """A dash where nothing is known."""
    if value is None:
        return "–"
    if unit == "rupiah":
        return f"{'-' if value < 0 else ''}Rp{number(abs(value), language)}"
    return number(value, language) + (" %" if unit == "percent" else "")


def change(value: int | None, before: int | None, unit: Unit, language: Language) -> str:
    """By how much it grew, with its sign; points where both are percentages."""
    if value is None or before is None:
        return "–"
    grown = value - before
    return ("+" if grown > 0 else "") + amount(grown, unit, language)


def day(value: date, language: Language) -> str:
    return f"{value.day} {_MONTHS[language][value.month - 1]} {value.year}"


def weekday(value: date, language: Language) -> str:
    return _DAYS[language][value.weekday()]


def span(value: Span, language: Language) -> str:
    first, last = value.period
    if value.kind == "monthly":
        return f"{_MONTHS[language][first.month - 1]} {first.year}"
    if value.kind == "daily":
        return f"{weekday(first, language)}, {day(first, language)}"
    return f"{day(first, language)} – {day(last, language)}"
