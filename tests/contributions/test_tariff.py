"""The tariff against golden vectors that were worked out from the annex and the regulations without it."""

import json
from dataclasses import replace
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from perisai.contributions.rules.in_force import load
from perisai.contributions.tariffs.tariff import (
    MANDATORY,
    Asked,
    MonthPrice,
    PriceError,
    months_from,
    price,
    price_many,
    total,
)

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "golden" / "tariff.json").read_text(encoding="utf-8")
)["cases"]


def _asked(case: dict[str, Any]) -> Asked:
    first = date.fromisoformat(case["first"] + "-01")
    months = tuple(months_from(first, case["count"]))
    return Asked(case["income"], frozenset(case["programmes"]), case["transport"], months, case["state"])


def _figures(month: MonthPrice) -> list[int]:
    return [month.base, month.jkk, month.jkm, month.jht, month.relief, month.total]


def _runs(prices: list[MonthPrice]) -> list[list[int]]:
    return [[len(list(same)), *figures] for figures, same in groupby(map(_figures, prices))]


def test_price_golden_cases_agree() -> None:
    assert len(CASES) > 1000
    wrong = [case for case in CASES if _runs(price(*_asked(case))) != case["runs"]]
    assert not wrong, wrong[:3]


def test_price_many_golden_cases_agree_with_totals() -> None:
    answers = price_many(map(_asked, CASES))
    assert [total(prices) for prices in answers] == [case["total"] for case in CASES]


def test_golden_cases_cover_every_cut_and_both_sides_of_it() -> None:
    incomes = {case["income"] for case in CASES}
    for table in load().tariff.bands.values.values():
        for band in table.rows:
            assert band.at_least in incomes
            assert band.at_least == 0 or band.at_least - 1 in incomes


def test_price_names_the_relief_that_applied() -> None:
    months = months_from(date(2026, 12, 1), 2)
    assert [p.relief_rule for p in price(1_000_000, MANDATORY, False, months)] == ["pp50_2025", ""]


def test_months_from_crosses_the_year() -> None:
    assert months_from(date(2026, 11, 22), 3) == [date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (Asked(-1, MANDATORY, False, (date(2026, 11, 1),)), "income"),
        (Asked(1, frozenset({"JKK"}), False, (date(2026, 11, 1),)), "programmes"),
        (Asked(1, frozenset({"JKK", "JHT"}), False, (date(2026, 11, 1),)), "programmes"),
        (Asked(1, MANDATORY | {"JP"}, False, (date(2026, 11, 1),)), "programmes"),
        (Asked(1, MANDATORY, False, (date(2026, 11, 2),)), "months"),
        (Asked(1, MANDATORY, False, (date(2015, 6, 1),)), "months"),
    ],
)
def test_price_outside_the_rules_refuses(asked: Asked, field: str) -> None:
    with pytest.raises(PriceError) as refused:
        price(*asked)
    assert refused.value.field == field


def test_price_follows_a_figure_from_its_month_on() -> None:
    rules = load()
    jkm = rules.tariff.jkm
    later = {**jkm.values, date(2028, 1, 1): replace(jkm.values[date(2015, 7, 1)], value=7000)}
    changed = replace(rules, tariff=replace(rules.tariff, jkm=replace(jkm, values=later)))
    prices = price(1_000_000, MANDATORY, False, months_from(date(2027, 12, 1), 2), rules=changed)
    assert [p.jkm for p in prices] == [6800, 7000]
