"""Cover in the three words that are the same everywhere: paid through, unpaid since, lapsed. Pure."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Cover:
    """``word``: ``paid`` through ``month``, ``unpaid`` since ``month``, ``lapsed``, or ``none`` (never paid)."""

    word: str
    month: date | None = None


def cover_of(*, state: str, paid_through: date | None, today: date) -> Cover:
    """``paid_through`` is the first day of the last month that is paid."""
    if state == "lapsed":
        return Cover("lapsed", paid_through)
    if paid_through is None or state in ("ended", "rejected", "cancelled"):
        return Cover("none")
    if paid_through >= today.replace(day=1):
        return Cover("paid", paid_through)
    return Cover("unpaid", _next_month(paid_through))


def _next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
