"""How amounts, numbers, days and months are written in either language: on pages and papers, in messages and errors. Pure."""

from datetime import date
from typing import Final, Literal

Language = Literal["id", "en"]

SHORT_MONTHS: Final[dict[Language, tuple[str, ...]]] = {
    "id": ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
_MONTHS: Final[dict[Language, tuple[str, ...]]] = {
    "id": ("Januari", "Februari", "Maret", "April", "Mei", "Juni",
           "Juli", "Agustus", "September", "Oktober", "November", "Desember"),
    "en": ("January", "February", "March", "April", "May", "June",
           "July", "August", "September", "October", "November", "December"),
}  # fmt: skip


def language_of(code: str | None) -> Language:
    """Of a code such as ``en-gb``: Indonesian unless it is English."""
    return "en" if (code or "id").startswith("en") else "id"


def number(value: int, language: str = "id") -> str:
    """``1.234`` in Indonesian, ``1,234`` in English."""
    text = f"{value:,}"
    return text if language_of(language) == "en" else text.replace(",", ".")


def rupiah(amount: int) -> str:
    """``Rp36.800``, in both languages: it is how the amount is printed on the slip."""
    return f"{'-' if amount < 0 else ''}Rp{number(abs(amount))}"


def day(value: date, language: str = "id") -> str:
    """``22 Nov 2026``"""
    return f"{value.day} {month(value, language)}"


def month(value: date, language: str = "id") -> str:
    """``Nov 2026``"""
    return f"{SHORT_MONTHS[language_of(language)][value.month - 1]} {value.year}"


def long_day(value: date, language: str = "id") -> str:
    """``22 November 2026``"""
    return f"{value.day} {long_month(value, language)}"


def long_month(value: date, language: str = "id") -> str:
    """``November 2026``"""
    return f"{_MONTHS[language_of(language)][value.month - 1]} {value.year}"
