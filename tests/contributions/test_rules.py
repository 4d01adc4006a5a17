"""The rule files: they load, they are whole, and a wrong one is told by file, line and reason."""

import json
import shutil
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from perisai.contributions.rules.in_force import (
    DIRECTORY,
    RulesError,
    consents_on,
    forget,
    load,
    open_question_values,
    rules_for_phone,
)

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DIRECTORY, tmp_path / "rules"))


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_rules_for_phone_is_what_the_typescript_tests_read() -> None:
    """After a change of rules: .venv/bin/python tests/golden/make_rules.py"""
    assert json.loads((GOLDEN / "rules.json").read_text(encoding="utf-8")) == rules_for_phone()


def test_version_changes_with_any_byte_of_any_file(copy: Path) -> None:
    before = load(copy)
    forget()
    _replace(copy / "occupations.yaml", "Ojek online", "Ojek daring")
    after = load(copy)
    forget()
    assert before.version == load().version
    assert before.name == after.name
    assert before.version != after.version


def test_bands_are_those_of_the_annex() -> None:
    (table,) = load().tariff.bands.values.values()
    lines = (GOLDEN / "bpu_bands.csv").read_text(encoding="utf-8").splitlines()[1:]
    annex = [[int(n) if n else None for n in line.split(",")[:4]] for line in lines]
    assert [[band.row, band.at_least, band.printed_to, band.base] for band in table.rows] == annex
    assert len(table.rows) == 33


def test_occupations_have_thirteen_groups_and_only_transport_is_transport() -> None:
    rules = load()
    assert len(rules.occupations) == 13
    assert 100 <= len(rules.sectors) <= 140
    assert {code for code, sector in rules.sectors.items() if sector == "transport"} == {
        code for code in rules.sectors if code.startswith("transport.")
    }
    assert "trade.market" in rules.sectors


def test_consents_on_a_day_have_each_purpose_once_and_the_hash_of_the_text() -> None:
    current = consents_on(date(2026, 11, 22))
    assert {purpose: consent.required for purpose, consent in current.items()} == {
        "enrolment": True,
        "contact": False,
        "photo": False,
    }
    for told in rules_for_phone()["consents"]:
        for language in ("id", "en"):
            assert told["sha256"][language] == sha256(told["text"][language].encode()).hexdigest()


def test_open_questions_answer_with_the_chosen_reading() -> None:
    assert open_question_values() == {
        "two_sectors": 1,
        "jkm_three_months": 3,
    }


def test_identity_weights_leave_kin_in_peace_and_stand_in_dates_light() -> None:
    identity = load().identity
    weights = identity.weights
    kin = weights.kk_same + weights.phone_same + weights.village_same + weights.birth_place_same
    assert kin < identity.thresholds.review < identity.thresholds.same
    assert weights.birth_date_stand_in_same * 3 < weights.birth_date_same
    assert weights.name_equal + weights.birth_date_stand_in_same < identity.thresholds.review


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("bpu_tariff.yaml", "value: 6800", "value: 6800.5", "bpu_tariff.yaml:16: tariff.jkm.values.2015-07-01.value: "),
        (
            "bpu_tariff.yaml",
            "value: 6800",
            "value: 6801",
            "bpu_relief.yaml: pp50_2025: 5000 per ten thousand of 6801 is no whole rupiah",
        ),
        ("bpu_tariff.yaml", "base: 1200000", "base: 1200050", "bpu_tariff.yaml: bands 2015-07-01: row 2: "),
        ("bpu_tariff.yaml", "at_least: 1300000", "at_least: 1200", "row 3 is not above row 2"),
        ("bpu_relief.yaml", "reference: PP 50/2025 Pasal", "refrence: PP 50/2025 Pasal", "bpu_relief.yaml:"),
        ("bpu_relief.yaml", "last_month: 2021-01-01", "last_month: 2026-01-01", "overlap in transport"),
        ("bpu_relief.yaml", "first_month: 2026-04-01", "first_month: 2026-04-02", "first days of months"),
        ("occupations.yaml", "angkot: {", "taxi: {", "taxi is there twice"),
        ("consents.yaml", "required: true", "required: yes please", "consents.yaml:9: consents.0.required"),
        ("bpu_entry.yaml", "chosen: first_job", "chosen: four", "four is none of its readings"),
        ("bpu_entry.yaml", "value: 12\n", "value: 24\n", "24 is more than the 12 months that one bill may cover"),
        (
            "bpu_cover.yaml",
            '{value: 0, reference: "Choice of',
            '{value: 367, reference: "Choice of',
            "more than a year",
        ),
        ("sources.yaml", "sources:", "source:", "sources.yaml:"),
        ("nik.yaml", "age_range:", "age_range: [", "nik.yaml:"),
        ("version.yaml", "name:", "nome:", "version.yaml:"),
    ],
)
def test_load_wrong_file_tells_where_and_why(copy: Path, file: str, old: str, new: str, told: str) -> None:
    _replace(copy / file, old, new)
    with pytest.raises(RulesError) as wrong:
        load(copy)
    assert told in str(wrong.value)


def test_load_missing_file_tells_its_name(copy: Path) -> None:
    (copy / "nik.yaml").unlink()
    with pytest.raises(RulesError, match=r"nik\.yaml:1: cannot be read"):
        load(copy)
