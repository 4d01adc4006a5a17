"""NIK and No. KK against the vectors that the TypeScript twin reads too."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from perisai.contributions.rules.in_force import load
from perisai.members.persons.nik import Beside, check_kk, check_nik, is_stand_in

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[1] / "golden" / "nik.json").read_text(encoding="utf-8"))


def _knows(code: str) -> bool | None:
    return code in GOLDEN["known"] if code.startswith("15") else None


def _name(case: dict[str, Any]) -> str:
    return str(case["name"])


@pytest.mark.parametrize("case", GOLDEN["nik"], ids=_name)
def test_check_nik_golden_case_agrees(case: dict[str, Any]) -> None:
    written = dict(case["beside"])
    if "birth_on" in written:
        written["birth_on"] = date.fromisoformat(written["birth_on"])
    report = check_nik(case["text"], on=date.fromisoformat(case["on"]), beside=Beside(**written), knows=_knows)
    read = report.read
    assert {
        "digits": report.digits,
        "province": read.province if read else None,
        "regency": read.regency if read else None,
        "district": read.district if read else None,
        "serial": read.serial if read else None,
        "sex": report.sex,
        "birth_on": report.birth_on.isoformat() if report.birth_on else None,
        "births": [day.isoformat() for day in report.births],
        "refusals": list(report.refusals),
        "warnings": list(report.warnings),
    } == case["expect"]


@pytest.mark.parametrize("case", GOLDEN["kk"], ids=_name)
def test_check_kk_golden_case_agrees(case: dict[str, Any]) -> None:
    report = check_kk(case["text"], knows=_knows)
    assert {
        "digits": report.digits,
        "district": report.read.district if report.read else None,
        "serial": report.read.serial if report.read else None,
        "refusals": list(report.refusals),
        "warnings": list(report.warnings),
    } == case["expect"]


def test_findings_are_all_met_and_all_worded() -> None:
    met = {
        code
        for case in [*GOLDEN["nik"], *GOLDEN["kk"]]
        for kind in ("refusals", "warnings")
        for code in case["expect"][kind]
    }
    findings = load().nik.findings
    assert met == set(findings)
    refused = {code for case in [*GOLDEN["nik"], *GOLDEN["kk"]] for code in case["expect"]["refusals"]}
    assert refused == {code for code, finding in findings.items() if finding.verdict == "refuse"}


@pytest.mark.parametrize(
    ("day", "stand_in"),
    [("1990-07-01", True), ("1960-12-31", True), ("1985-03-15", True), ("1985-03-14", False), ("1990-01-07", False)],
)
def test_is_stand_in_follows_the_registers(day: str, stand_in: bool) -> None:
    assert is_stand_in(date.fromisoformat(day)) is stand_in
