"""What wage earners' months cost, against vectors worked out in exact fractions from the law's sentences; and what always holds."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perisai.contributions.rules.in_force import load
from perisai.contributions.rules.shape_pu import Share
from perisai.contributions.tariffs.pricing import Asked, price_many
from perisai.contributions.tariffs.tariff import MonthPrice, PriceError, months_from
from perisai.contributions.tariffs.tariff_pu import (
    OFFERED_PU,
    average_wage,
    daily_wage_of_month,
    jkp_reasons,
    obligatory,
    price_pu,
)

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "golden" / "tariff_pu.json").read_text(encoding="utf-8")
)["cases"]
RISKS = ("very_low", "low", "medium", "high", "very_high")
NOW = date(2026, 11, 1)
wages = st.integers(1, 50_000_000)
months = st.integers(0, 119).map(lambda n: months_from(date(2020, 3, 1), 120)[n])
programmes = st.sampled_from([{"JKK", "JKM"}, {"JKK", "JKM", "JHT"}, {"JKK", "JKM", "JHT", "JP"}, set(OFFERED_PU)])


def _month(text: str) -> date:
    return date.fromisoformat(f"{text}-01")


def _figures(p: MonthPrice) -> list[int]:
    return [p.jkk, p.jkm, p.jht, p.jp, p.jkp, p.relief, p.jp_deferred, p.jht_worker, p.jp_worker, p.total]


def test_price_pu_golden_cases_agree() -> None:
    assert len(CASES) > 150
    for case in CASES:
        asked = [_month(month) for month in case["months"]]
        prices = price_pu(case["wage"], frozenset(case["programmes"]), case["risk"], asked)
        assert [_figures(price) for price in prices] == list(case["months"].values()), case


def test_golden_cases_cover_every_risk_ceiling_and_side_of_a_date() -> None:
    assert {case["risk"] for case in CASES} == set(RISKS)
    known = {_month(month) for month in CASES[0]["months"]}
    tariff = load().pu.tariff
    for figure in (tariff.jp_ceiling.values, tariff.jkp_from_jkm.values):
        assert {day for day in figure if day > date(2020, 3, 1)} <= known


@settings(max_examples=150)
@given(wages, programmes, st.sampled_from(RISKS), months)
def test_price_pu_month_by_month_is_the_price_of_all(wage: int, chosen: set[str], risk: str, month: date) -> None:
    asked = months_from(month, 3)
    together = price_pu(wage, frozenset(chosen), risk, asked)
    assert together == [price_pu(wage, frozenset(chosen), risk, [one])[0] for one in asked]
    (through_the_door,) = price_many([Asked("PU", wage, frozenset(chosen), False, risk, tuple(asked))])
    assert through_the_door == together


@settings(max_examples=150)
@given(wages, st.sampled_from(RISKS), months)
def test_price_pu_total_is_the_same_with_and_without_jkp(wage: int, risk: str, month: date) -> None:
    (with_jkp,) = price_pu(wage, frozenset({"JKK", "JKM", "JHT", "JKP"}), risk, [month])
    (without,) = price_pu(wage, frozenset({"JKK", "JKM", "JHT"}), risk, [month])
    assert with_jkp.total == without.total
    assert with_jkp.jkk + with_jkp.jkm + with_jkp.jkp == without.jkk + without.jkm
    assert min(with_jkp.jkk, with_jkp.jkm, with_jkp.jkp) >= 0


@settings(max_examples=150)
@given(wages, st.integers(0, 1_000_000), programmes, st.sampled_from(RISKS), months)
def test_price_pu_never_falls_with_the_wage_and_jp_stops_at_its_ceiling(
    wage: int, more: int, chosen: set[str], risk: str, month: date
) -> None:
    lower, higher = (price_pu(one, frozenset(chosen), risk, [month])[0] for one in (wage, wage + more))
    assert lower.total <= higher.total
    ceiling = next(
        v.value for day, v in sorted(load().pu.tariff.jp_ceiling.values.items(), reverse=True) if day <= month
    )
    if wage >= ceiling:
        assert lower.jp == higher.jp


@settings(max_examples=60)
@given(wages, programmes, months)
def test_price_pu_riskier_work_never_costs_less(wage: int, chosen: set[str], month: date) -> None:
    totals = [price_pu(wage, frozenset(chosen), risk, [month])[0].total for risk in RISKS]
    assert totals == sorted(totals)


@pytest.mark.parametrize(
    ("wage", "chosen", "risk", "month", "field"),
    [
        (0, {"JKK", "JKM"}, "low", NOW, "income"),
        (-5, {"JKK", "JKM"}, "low", NOW, "income"),
        (1, {"JKK"}, "low", NOW, "programmes"),
        (1, {"JKK", "JKM", "JKP"}, "low", NOW, "programmes"),
        (1, {"JKK", "JKM", "XYZ"}, "low", NOW, "programmes"),
        (1, {"JKK", "JKM"}, "", NOW, "risk"),
        (1, {"JKK", "JKM"}, "extreme", NOW, "risk"),
        (1, {"JKK", "JKM"}, "low", date(2026, 11, 2), "months"),
        (1, {"JKK", "JKM"}, "low", date(2015, 6, 1), "months"),
        (1, {"JKK", "JKM", "JP"}, "low", date(2019, 6, 1), "months"),
    ],
)
def test_price_pu_outside_the_rules_refuses(wage: int, chosen: set[str], risk: str, month: date, field: str) -> None:
    with pytest.raises(PriceError) as refused:
        price_pu(wage, frozenset(chosen), risk, [month])
    assert refused.value.field == field


def test_price_pu_without_the_relief_whose_conditions_are_not_met_is_the_whole_price() -> None:
    (price,) = price_pu(1_000_000, frozenset({"JKK", "JKM"}), "low", [date(2020, 8, 1)], frozenset({"pp49_2020"}))
    assert (price.relief, price.total) == (0, 8_400)


def test_price_many_takes_no_relief_from_months_that_the_state_pays() -> None:
    asked = tuple(months_from(NOW, 2))
    (prices,) = price_many(
        [Asked("BPU", 1_500_000, frozenset({"JKK", "JKM"}), False, None, asked, frozenset({date(2026, 12, 1)}))]
    )
    assert [price.total for price in prices] == [11_400, 22_800]


def test_price_pu_follows_a_share_from_its_month_on() -> None:
    rules = load()
    tariff = rules.pu.tariff
    later = {**tariff.jkm.values, date(2027, 1, 1): Share(40, "test")}
    changed = replace(rules, pu=replace(rules.pu, tariff=replace(tariff, jkm=replace(tariff.jkm, values=later))))
    prices = price_pu(1_000_000, frozenset({"JKK", "JKM"}), "low", months_from(date(2026, 12, 1), 2), rules=changed)
    assert [price.jkm for price in prices] == [3_000, 4_000]


def test_obligatory_programmes_grow_with_the_scale() -> None:
    assert [sorted(obligatory(scale)) for scale in ("micro", "small", "medium")] == [
        ["JKK", "JKM"],
        ["JHT", "JKK", "JKM"],
        ["JHT", "JKK", "JKM", "JP"],
    ]


@pytest.mark.parametrize(
    ("scale", "chosen", "age", "citizen", "reasons"),
    [
        ("micro", {"JKK", "JKM", "JHT"}, 53, True, []),
        ("micro", {"JKK", "JKM"}, 53, True, ["programmes"]),
        ("small", {"JKK", "JKM", "JHT"}, 54, True, ["age"]),
        ("medium", {"JKK", "JKM", "JHT"}, 30, False, ["citizen", "programmes"]),
        ("medium", {"JKK", "JKM", "JHT", "JP"}, 30, True, []),
    ],
)
def test_jkp_reasons(scale: str, chosen: set[str], age: int, citizen: bool, reasons: list[str]) -> None:
    assert jkp_reasons(scale=scale, programmes=frozenset(chosen), age=age, is_citizen=citizen, on=NOW) == reasons


def test_wages_that_are_not_monthly_become_a_months() -> None:
    assert daily_wage_of_month(120_000, NOW) == 3_000_000
    assert average_wage([9, 1_000_000, 2_000_000, 2_000_001], NOW) == 1_666_667
    assert average_wage([500_000], NOW) == 500_000
    assert average_wage([1_200_000] * 6 + [600_000] * 6, NOW, seasonal=True) == 900_000
    with pytest.raises(PriceError):
        average_wage([], NOW)
