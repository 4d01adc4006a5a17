"""Writes rules.json, what phones get from GET /api/v1/reference/rules, for the tests of the TypeScript twin; and ahead.json:
what of it changes when rules are published ahead of their date, and what holds before and after.

Run after a change of rules/: .venv/bin/python tests/golden/make_rules.py"""

import json
import shutil
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from perisai.contributions.cover.eligibility import in_force
from perisai.contributions.rules.in_force import DIRECTORY, Rules, consents_on, load, rules_for_phone
from perisai.contributions.tariffs.tariff import Asked, months_from, pricer_of

HERE = Path(__file__).parent
DATED = "        value: {}\n        reference: as before\n      2026-12-01:\n        value: {}\n"
WORDING = """\
  - purpose: enrolment
    version: "2026-12"
    since: 2026-12-01
    required: true
    title: {id: Pendaftaran, en: Enrolment}
    text: {id: Saya setuju., en: I agree.}
"""
AHEAD = {
    "bpu_tariff.yaml": ("        value: 6800\n", DATED.format(6800, 7000)),
    "bpu_entry.yaml": ("        value: 1000000\n", DATED.format(1_000_000, 1_200_000)),
    # Before the present one in the file: the day decides, not the place.
    "consents.yaml": ("consents:\n", f"consents:\n{WORDING}"),
}
"""A law of next month, by file: what stands there, and what is put in its place."""
DAYS = (date(2026, 11, 30), date(2026, 12, 1))


def write_ahead(folder: Path) -> Path:
    """A copy of the rules in which three things change in December 2026."""
    copy = Path(shutil.copytree(DIRECTORY, folder / "rules"))
    for file, (old, new) in AHEAD.items():
        text = (copy / file).read_text(encoding="utf-8")
        assert old in text, file
        (copy / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return copy


def ahead(directory: Path) -> dict[str, Any]:
    """What is published, and what holds on the last day of November and the first of December."""
    told, rules = rules_for_phone(directory), load(directory)
    changed = {name: told["tariff"][name] for name in ("jkm", "entry")} | {"consents": told["consents"]}
    return {**changed, "cases": [_case(rules, day) for day in DAYS]}


def _case(rules: Rules, day: date) -> dict[str, Any]:
    months = tuple(months_from(day, 3))
    prices = pricer_of(rules).months(Asked(1_500_000, frozenset({"JKK", "JKM"}), False, months))
    return {
        "captured_on": day.isoformat(),
        "monthly": [price.total for price in prices],
        "income_lowest": in_force(rules.entry.rules.income_lowest, day),
        "consents": {purpose: one.version for purpose, one in sorted(consents_on(day, rules=rules).items())},
    }


def write(name: str, content: dict[str, Any]) -> None:
    (HERE / name).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write("rules.json", rules_for_phone())
    with TemporaryDirectory() as folder:
        write("ahead.json", ahead(write_ahead(Path(folder))))
