"""What a statement says, whatever its form."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from perisai import written
from perisai.errors import Refused

MOST_RUPIAH: Final = 10**15
"""Above what any account holds; sums of a whole file still fit into the database's integers."""


@dataclass(frozen=True, slots=True)
class Told:
    """A line as the bank wrote it. ``amount`` in rupiah, out below nothing; ``number`` counts from 1."""

    number: int
    booked_on: date
    value_on: date
    amount: int
    reference: str
    text: str


@dataclass
class Statement:
    """``lines`` is read once, to its end; the rest but ``form`` is known by then. Balances in rupiah; ``account`` as written."""

    form: str
    lines: Iterator[Told]
    account: str = ""
    opening: int | None = None
    closing: int | None = None
    last_on: date | None = None


def rupiah(amount: Decimal, place: str) -> int:
    """Whole rupiah, however it was written (``5000,00``). Raises E4817 where there are sen, of which our books have none, and E4801
    for a sum that no account holds."""
    if not abs(amount) <= MOST_RUPIAH:
        raise Refused("E4801", why=f"> {written.rupiah(MOST_RUPIAH)}: {place}")
    whole = int(amount)
    if whole != amount:
        raise Refused("E4817", place=place, amount=_with_sen(amount))
    return whole


def _with_sen(amount: Decimal) -> str:
    whole, _, sen = f"{abs(amount):,.2f}".partition(".")
    return f"{'-' if amount < 0 else ''}Rp{whole.replace(',', '.')},{sen}"
