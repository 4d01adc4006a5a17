"""Days and instants as they stand inside a refusal: the same in both languages. Pure."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

_ZONES = {"Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}


def say_day(day: date) -> str:
    """``2026-11-29`` as ``29/11/2026``."""
    return f"{day:%d/%m/%Y}"


def say_moment(at: datetime, timezone: str) -> str:
    """``29/11/2026 09.00 WIB``"""
    local = at.astimezone(ZoneInfo(timezone))
    return f"{local:%d/%m/%Y %H.%M} {_ZONES.get(timezone, timezone)}"
