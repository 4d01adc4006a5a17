"""Entry rules against the vectors that the TypeScript twin reads too."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from perisai.contributions.cover.eligibility import Applicant, check_entry

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "golden" / "entry.json").read_text(encoding="utf-8")
)["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_check_entry_golden_case_agrees(case: dict[str, Any]) -> None:
    applicant = Applicant(
        birth_on=date.fromisoformat(case["birth_on"]),
        income=case["income"],
        jobs=case["jobs"],
        months=case["months"],
        programmes=frozenset(case["programmes"]),
        employs_others=case["employs_others"],
    )
    found = check_entry(applicant, on=date.fromisoformat(case["on"]))
    assert [[one.rule, one.verdict, one.field] for one in found] == case["expect"]
    assert all(one.text.id and one.text.en for one in found)
