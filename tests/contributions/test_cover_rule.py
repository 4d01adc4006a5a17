"""Each reading of when membership ends, by cases worked out from its sentence."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from perisai.contributions.cover.rule import add_months, boundaries, due_on, ended_before
from perisai.contributions.rules.in_force import Rules, load
from perisai.contributions.rules.shape_cover import Followed

ON = date(2026, 11, 23)
GOLDEN: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[1] / "golden" / "cover.yaml").read_text(encoding="utf-8")
)


def _month(text: str) -> date:
    return date.fromisoformat(f"{text}-01")


def following(*, lapse: str = "month_four", unpaid: str = "not_protected") -> Rules:
    rules = load()
    day = date(2015, 7, 1)
    cover = replace(
        rules.cover,
        lapse=replace(rules.cover.lapse, followed={day: Followed(lapse, "test", "test")}),
        unpaid=replace(rules.cover.unpaid, followed={day: Followed(unpaid, "test", "test")}),
    )
    return replace(rules, cover=cover)


def _check(case: dict[str, Any], rules: Rules) -> None:
    found = boundaries(_month(case["paid_through"]), on=ON, rules=rules)
    assert found._asdict() == {name: day for name, day in case.items() if name != "paid_through"}


@pytest.mark.parametrize(
    ("reading", "case"), [(name, case) for name, cases in GOLDEN["readings"].items() for case in cases]
)
def test_boundaries_by_each_reading_are_those_of_its_sentence(reading: str, case: dict[str, Any]) -> None:
    _check(case, following(lapse=reading))


def test_golden_cases_know_every_reading() -> None:
    assert set(GOLDEN["readings"]) == set(load().cover.lapse.readings)


@pytest.mark.parametrize("case", GOLDEN["protected"])
def test_boundaries_unpaid_but_protected_reach_to_the_end(case: dict[str, Any]) -> None:
    _check(case, following(unpaid="protected"))


def test_boundaries_by_the_rule_in_force_follow_month_four_and_protect_nobody_unpaid() -> None:
    for case in GOLDEN["readings"]["month_four"]:
        _check(case, load())


def test_boundaries_of_a_later_reading_hold_from_its_day_on() -> None:
    rules = load()
    later = {**rules.cover.lapse.followed, date(2027, 1, 1): Followed("month_three", "test", "test")}
    changed = replace(rules, cover=replace(rules.cover, lapse=replace(rules.cover.lapse, followed=later)))
    paid = date(2026, 10, 1)
    assert boundaries(paid, on=date(2026, 12, 31), rules=changed).ends_on == date(2027, 2, 1)
    assert boundaries(paid, on=date(2027, 1, 1), rules=changed).ends_on == date(2027, 1, 1)


@given(st.dates(date(2016, 1, 1), date(2040, 1, 1)), st.sampled_from(sorted(load().cover.lapse.readings)))
def test_ended_before_agrees_with_boundaries_month_by_month(on: date, reading: str) -> None:
    rules = following(lapse=reading)
    last = ended_before(on, rules=rules)
    assert boundaries(last, on=on, rules=rules).ends_on <= on
    assert boundaries(add_months(last, 1), on=on, rules=rules).ends_on > on


@given(st.dates(date(2016, 1, 1), date(2040, 1, 1)), st.sampled_from(sorted(load().cover.lapse.readings)))
def test_boundaries_stand_in_order(paid_through: date, reading: str) -> None:
    found = boundaries(paid_through, on=ON, rules=following(lapse=reading))
    assert found.protected_until < found.unpaid_from <= found.catch_up_until
    assert found.ends_on == found.catch_up_until + timedelta(days=1)


@pytest.mark.parametrize("case", GOLDEN["due"])
@pytest.mark.parametrize("segment", ["BPU", "PU"])
def test_due_on_is_the_fifteenth_of_the_following_month_but_for_pp_49(segment: str, case: dict[str, Any]) -> None:
    assert due_on(_month(case["month"]), segment=segment) == case["due_on"]
