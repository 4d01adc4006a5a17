"""Cover as lists and pages of members say it, in the words of ``contributions.cover.cover``. Pure."""

from dataclasses import dataclass
from datetime import date

from perisai.contributions.cover.cover import Standing, standing

_WORDS = {"protected": "paid", "catch_up": "unpaid", "ended": "lapsed", "none": "none"}


@dataclass(frozen=True)
class Cover:
    """``word``: ``paid`` (protected), ``unpaid`` (not protected, can catch up), ``lapsed`` (ended), or ``none`` (never paid).
    ``month``: the last one paid, or the first that is not."""

    word: str
    stands: Standing
    month: date | None = None


def cover_of(*, state: str, paid_through: date | None, today: date, segment: str) -> Cover:
    """``paid_through`` is the first day of the last month that is paid."""
    stands = standing(state=state, paid_through=paid_through, today=today, segment=segment)
    month = stands.owed_months[0] if stands.word == "catch_up" else paid_through
    return Cover(_WORDS[stands.word], stands, month if stands.word != "none" else None)
