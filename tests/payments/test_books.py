"""The ledger by programme: what a bill's lines put on which account."""

import pytest

from perisai.payments.ledger import Income


@pytest.mark.parametrize(
    ("lines", "owed"),
    [
        ([["2026-11", 1_600_000, 16_000, 6_800, 0, 0, 22_800]], (16_000, 6_800, 0, 0, 0)),
        ([["2026-11", 1_600_000, 16_000, 6_800, 32_000, 11_400, 43_400]], (8_000, 3_400, 32_000, 0, 0)),
        ([["2026-11", 3_000_000, 12_000, 9_000, 171_000, 0, 284_200, 90_000, 2_200]], (12_000, 9_000, 171_000, 90_000, 2_200)),
        (
            [["2020-09", 3_000_000, 16_200, 9_000, 0, 25_100, 90_100, 90_000, 0, [16_150, 8_950, 0, 0, 0]]],
            (50, 50, 0, 90_000, 0),
        ),
        (
            [
                ["2026-11", 1_600_000, 16_000, 6_800, 0, 0, 22_800],
                ["2026-12", 3_000_000, 12_000, 9_000, 0, 0, 111_000, 90_000, 0],
            ],
            (28_000, 15_800, 0, 90_000, 0),
        ),
    ],
)  # fmt: skip
def test_income_of_lines_by_programme(lines: list[list[object]], owed: tuple[int, ...]) -> None:
    income = Income.of(lines)
    assert tuple(income) == owed
    assert income.total == sum(line[6] for line in lines)  # type: ignore[misc]
    assert sum(income.reversed()) == -income.total


def test_income_of_a_line_that_does_not_add_up_raises() -> None:
    with pytest.raises(ValueError, match="add up"):
        Income.of([["2026-11", 1_600_000, 16_000, 6_800, 0, 0, 22_801]])
