"""Dividing a whole into shares that agree to the person (or the rupiah). Pure."""

from collections.abc import Sequence
from fractions import Fraction


def split(total: int, weights: Sequence[Fraction | int]) -> list[int]:
    """Shares of ``total`` by the largest remainder: they add up to it, none is negative, and none is a whole unit away from its
    exact share. Of equal remainders the earlier one gets the unit. Weights that are all nothing count alike.

    Raises ``ValueError`` for a negative total or weight, or a total with nobody to give it to.
    """
    exact = _exact(total, weights)
    return _round(total, exact)


def spread(totals: Sequence[int], weights: Sequence[Fraction | int]) -> list[list[int]]:
    """``split`` of one whole after the other (months), ``[whole][share]``. What rounding took from a share in one it gets in a
    later one, so that small months do not always favour the same. Raises as ``split``."""
    owed = [Fraction(0)] * len(weights)
    rows = []
    for total in totals:
        wanted = [have + due for have, due in zip(_exact(total, weights), owed, strict=True)]
        row = _round(total, wanted)
        owed = [want - got for want, got in zip(wanted, row, strict=True)]
        rows.append(row)
    return rows


def _exact(total: int, weights: Sequence[Fraction | int]) -> list[Fraction]:
    if total < 0 or any(weight < 0 for weight in weights) or (total and not weights):
        raise ValueError("a whole and its weights are not negative, and somebody gets it")
    if not any(weights):
        weights = [1] * len(weights)
    whole = sum(weights, Fraction(0))
    return [Fraction(weight) * total / whole for weight in weights]


def _round(total: int, wanted: Sequence[Fraction]) -> list[int]:
    """Whole numbers that add up to ``total`` (as ``wanted`` does), the nearest to what is wanted that are not negative."""
    rows = [max(0, want.numerator // want.denominator) for want in wanted]
    order = sorted(range(len(rows)), key=lambda at: (rows[at] - wanted[at], at))
    left = total - sum(rows)
    for at in order[: max(left, 0)]:
        rows[at] += 1
    while left < 0:  # some shares had got too much before, and owe it
        for at in reversed(order):
            if left < 0 and rows[at]:
                rows[at] -= 1
                left += 1
    return rows
