"""Rules published ahead of their date: phones get them now, and both sides follow them on their day."""

import json
from pathlib import Path

import pytest

from perisai.contributions.rules.in_force import rules_for_phone
from tests.golden.make_rules import ahead, write_ahead

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.fixture(scope="module")
def next_month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_ahead(tmp_path_factory.mktemp("ahead"))


def test_ahead_is_what_the_typescript_tests_read(next_month: Path) -> None:
    """After a change of rules: .venv/bin/python tests/golden/make_rules.py"""
    assert json.loads((GOLDEN / "ahead.json").read_text(encoding="utf-8")) == ahead(next_month)


def test_rules_for_phone_hold_what_is_not_in_force_yet_in_order(next_month: Path) -> None:
    told = rules_for_phone(next_month)
    assert told["tariff"]["jkm"][-1] == {"first_month": "2026-12", "value": 7000}
    assert told["tariff"]["entry"]["limits"]["income_lowest"]["values"][-1] == {
        "since": "2026-12-01",
        "value": 1_200_000,
    }
    assert told["consents"][-1]["version"] == "2026-12"
    assert told["version"] != rules_for_phone()["version"]


def test_rules_follow_on_their_day(next_month: Path) -> None:
    before, after = ahead(next_month)["cases"]
    assert (before["monthly"], after["monthly"]) == ([11_400, 11_500, 23_000], [11_500, 23_000, 23_000])
    assert (before["income_lowest"], after["income_lowest"]) == (1_000_000, 1_200_000)
    assert (before["consents"]["enrolment"], after["consents"]["enrolment"]) == ("2026-11", "2026-12")
