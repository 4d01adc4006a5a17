"""Shares agree with the whole, whatever is divided."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perisai.targets.plans.split import split, spread

WEIGHTS = st.lists(st.one_of(st.integers(0, 10**6), st.fractions(0, 1000)), min_size=1, max_size=24)
TOTALS = st.integers(0, 10**13)


@settings(max_examples=60, deadline=None)
@given(TOTALS, WEIGHTS)
def test_split_adds_up_and_stays_near_the_exact_share(total: int, weights: list[Fraction | int]) -> None:
    shares = split(total, weights)
    whole = sum(weights, Fraction(0))
    assert sum(shares) == total
    assert min(shares) >= 0
    if whole:
        assert all(
            abs(share - Fraction(weight) * total / whole) < 1 for share, weight in zip(shares, weights, strict=True)
        )


@settings(max_examples=40, deadline=None)
@given(TOTALS, WEIGHTS)
def test_split_keeps_the_order_of_weights(total: int, weights: list[Fraction | int]) -> None:
    shares = split(total, weights)
    assert shares == split(total, weights), "the same every time"
    if any(weights):
        for one in range(len(weights)):
            for other in range(len(weights)):
                if weights[one] > weights[other]:
                    assert shares[one] >= shares[other]
                if weights[one] == weights[other] and one < other:
                    assert shares[one] >= shares[other], "of equals the earlier gets the unit"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=14), WEIGHTS)
def test_spread_adds_up_each_month_and_owes_nobody_in_the_end(totals: list[int], weights: list[Fraction | int]) -> None:
    rows = spread(totals, weights)
    assert [sum(row) for row in rows] == totals
    assert min(min(row) for row in rows) >= 0
    whole = sum(weights, Fraction(0))
    if whole and len(weights) <= 12:
        for at, weight in enumerate(weights):
            assert abs(sum(row[at] for row in rows) - Fraction(weight) * sum(totals) / whole) < len(weights)


def test_spread_of_small_months_reaches_everybody() -> None:
    rows = spread([3] * 12, [1] * 12)
    assert [sum(row[at] for row in rows) for at in range(12)] == [3] * 12


def test_split_of_nothing_and_with_no_weights() -> None:
    assert split(0, [3, 1]) == [0, 0]
    assert split(5, [0, 0]) == [3, 2]
    assert split(0, []) == []
    for total, weights in ((-1, [1]), (1, []), (3, [1, -1])):
        with pytest.raises(ValueError, match="not negative"):
            split(total, weights)
