"""One cell: what it says as text, whether a spreadsheet has cut it, and how it is written so that it starts no formula."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any, Final

DIGITS_KEPT: Final = 15
"""A spreadsheet keeps a number as a double: what has more digits comes back rounded, though it looks whole."""
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_EPOCH: Final = date(1899, 12, 30)
_SERIALS: Final = range(10_000, 110_000)
"""Days from 1927 to 2201 as a spreadsheet counts them: a date whose cell was formatted as a number."""
_SCIENTIFIC: Final = re.compile(r"\d([.,]\d+)?E\+\d{1,3}", re.IGNORECASE)
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "jan januari january", "feb februari pebruari february", "mar maret march", "apr april", "mei may",
            "jun juni june", "jul juli july", "agu ags agt agustus aug august", "sep sept september",
            "okt oktober oct october", "nov nopember november", "des desember dec december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip


def text_of(value: Any, *, zeros: int = 0) -> str:
    """A cell's value as a person reads it: dates as ISO, whole numbers without a point. ``zeros``: how many digits its format
    fills up to, so that 0812 shown as a number keeps its nought."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int):
        return str(value).zfill(zeros)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return unmarked(str(value).strip())


def is_cut(value: Any) -> bool:
    """Whether digits are lost: a number of more digits than are kept, or text that was saved as 1,57108E+15."""
    if isinstance(value, str):
        return _SCIENTIFIC.fullmatch(value.strip()) is not None
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= 10**DIGITS_KEPT


def zeros_of(number_format: str) -> int:
    """How many digits a format such as ``0000000000000000`` fills up to; 0 for any other."""
    return len(number_format) if len(number_format) > 1 and set(number_format) == {"0"} else 0


def plain(value: Any) -> Any:
    """The value as it may be written: a text that a spreadsheet would take for a formula is marked as text. Control characters
    that no file may hold are left out."""
    if not isinstance(value, str):
        return value
    text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", value)
    return f"'{text}" if text.startswith(FORMULA) else text


def unmarked(text: str) -> str:
    """``plain`` undone."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text


def read_day(text: str) -> date | None:
    """A day as people and spreadsheets write it: 2026-11-22, 22-11-2026, 22/11/2026, 22 Nov 2026, or its serial number. None for
    anything else; a year has four digits."""
    try:
        if match := re.fullmatch(r"(\d{1,2})\s*[-/. ]\s*(\d{1,2}|[A-Za-z]+)\.?\s*[-/. ]\s*(\d{4})", text):
            return date(int(match[3]), _month_number(match[2]), int(match[1]))
        if re.fullmatch(r"\d{5,6}", text) and int(text) in _SERIALS:
            return _EPOCH + timedelta(days=int(text))
        return date.fromisoformat(text[:10]) if re.fullmatch(r"\d{4}-\d{2}-\d{2}(T[\d:.]+)?", text) else None
    except (ValueError, KeyError):
        return None


def read_month(text: str) -> date | None:
    """The first day of a month: 2026-11, 11-2026, Nov 2026, or any day of it. None for anything else."""
    try:
        if match := re.fullmatch(r"(\d{4})[-/.](\d{1,2})", text):
            return date(int(match[1]), int(match[2]), 1)
        if match := re.fullmatch(r"(\d{1,2}|[A-Za-z]+)\.?\s*[-/. ]\s*(\d{4})", text):
            return date(int(match[2]), _month_number(match[1]), 1)
    except (ValueError, KeyError):
        return None
    day = read_day(text)
    return day.replace(day=1) if day else None


def _month_number(text: str) -> int:
    return int(text) if text.isdecimal() else _MONTHS[text.lower()]
