"""What of a bill, or of what was paid for it, goes to each programme: after relief, so that it adds up to the rupiah. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

import orjson

from perisai.payments.books.ledger import Income

PROGRAMMES: Final = ("JKK", "JKM", "JHT", "JP", "JKP")
"""In the order of ``Income``."""


def shares(lines: Any, *, first: date | None = None, last: date | None = None) -> Income:
    """Of a bill's ``lines``, as JSON or read; of the months from ``first`` to ``last`` alone where these are given."""
    read: Sequence[Sequence[Any]] = orjson.loads(lines) if isinstance(lines, str | bytes) else lines
    return Income.of(line for line in read if _lies(str(line[0]), first, last))


def named(income: Income) -> list[tuple[str, int]]:
    """(programme, rupiah) of those that get something."""
    return [(name, amount) for name, amount in zip(PROGRAMMES, income, strict=True) if amount]


def add(each: Iterable[Income]) -> Income:
    sums = [sum(amounts) for amounts in zip(*each, strict=True)]
    return Income(*sums) if sums else Income(0, 0, 0)


def _lies(month: str, first: date | None, last: date | None) -> bool:
    return (first is None or month >= f"{first:%Y-%m}") and (last is None or month <= f"{last:%Y-%m}")
