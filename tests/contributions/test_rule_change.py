"""A change of rules from its proposal to its being in force: whom it is refused to, when, and that every reader follows."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from perisai.contributions.rule_changes import change as rule_change
from perisai.contributions.rule_changes import publish as rule_publish
from perisai.contributions.rules import in_force as rules
from perisai.contributions.rules.in_force import load, rules_for_phone
from perisai.contributions.tariffs.pricing import Asked, price_many, total
from perisai.errors import Refused
from tests.contributions.rule_world import (
    CEILING,
    NEXT_CEILING,
    acting,
    changed,
    clean_rules,
    next_ceiling,
    tried,
    user,
)
from tests.processes import run_together

TODAY = date(2026, 11, 23)
WHY = "Edaran Februari 2027"


@pytest.fixture(autouse=True)
def _clean(database: Path) -> Iterator[None]:
    with clean_rules():
        yield


def propose(
    by: UUID, text: str | None = None, *, file: str = "pu_tariff.yaml", today: date = TODAY, correction: bool = False
) -> UUID:
    with acting(by) as work:
        return rule_change.propose(
            work, file=file, text=text or next_ceiling(), why=WHY, is_correction=correction, today=today
        )


def approve(by: UUID, change_id: UUID, *, today: date = TODAY) -> int:
    with acting(by) as work:
        return rule_change.approve(work, change_id=change_id, reason="", today=today)


def withdraw(by: UUID, change_id: UUID, *, today: date = TODAY, reason: str = "Edaran dibatalkan") -> int:
    with acting(by) as work:
        return rule_change.withdraw(work, change_id=change_id, reason=reason, today=today)


def jp_of(month: date) -> int:
    asked = Asked("PU", 20_000_000, frozenset({"JKK", "JKM", "JHT", "JP"}), False, "low", (month,))
    return price_many([asked])[0][0].jp


def _look() -> None:
    rules._seen.looked_at = float("-inf")  # a second has passed


def code_of(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.code


def test_approve_by_a_second_person_takes_effect_by_date_and_reaches_phones() -> None:
    before = load().version
    change_id = propose(user())
    tried(change_id)
    assert approve(user(), change_id) == 1
    _look()
    assert load().version != before
    assert rules_for_phone()["version"] == load().version
    assert (jp_of(date(2027, 2, 1)), jp_of(date(2027, 3, 1))) == (332_589, 349_218)
    ceilings = rules_for_phone()["pu"]["jp_ceiling"]
    assert ceilings[-1] == {"first_month": "2027-03", "value": 11_640_600}


def test_load_in_another_process_follows_within_a_second(database: Path) -> None:
    change_id = propose(user())
    tried(change_id)
    approve(user(), change_id)

    def told() -> list[str]:
        _look()
        return [load().version]

    _look()
    assert run_together([told]) == [[load().version]]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("value: 11086300", "value: 11086300.5", "pu_tariff.yaml:66: tariff.jp_ceiling.values.2026-03-01.value"),
        ("value: 11086300, reference", "value: 11086300, refrence", "pu_tariff.yaml:66"),
        (
            "2026-03-01: {value: 11086300",
            "2026-03-02: {value: 11086300",
            "jp_ceiling: 2026-03-02 is no first of a month",
        ),
        ("tariff:\n", "tariff: [\n", "pu_tariff.yaml:"),
        ("value: 174,", "value: 17,", "a riskier class pays less"),
        ("    chosen: whole\n", "    chosen: half\n", "half is none of its readings"),
        ("obligatory: [JKK, JKM]", "obligatory: [JKM]", "JKK and JKM are obligatory everywhere"),
        ("    very_high:", "    veryhigh:", "pu_tariff.yaml:"),
    ],
)
def test_propose_a_wrong_file_tells_file_line_and_reason(old: str, new: str, told: str) -> None:
    with pytest.raises(Refused) as refused:
        propose(user(), changed("pu_tariff.yaml", old, new))
    assert code_of(refused) == "E4203"
    assert told in "\n".join(refused.value.members["problems"])


def test_propose_what_is_in_force_is_refused_unless_declared_a_correction() -> None:
    text = changed("pu_tariff.yaml", "value: 11086300", "value: 11086400")
    with pytest.raises(Refused) as refused:
        propose(user(), text)
    assert code_of(refused) == "E4205"
    change_id = propose(user(), text, correction=True)
    tried(change_id)
    approve(user(), change_id)
    _look()
    assert jp_of(date(2026, 11, 1)) == 332_592


@pytest.mark.parametrize(
    ("file", "text", "why", "code"),
    [
        ("nik.yaml", "a: 1", WHY, "E4201"),
        ("../../etc/passwd", "a: 1", WHY, "E4201"),
        ("pu_tariff.yaml", "x" * 300_000, WHY, "E4202"),
        ("pu_tariff.yaml", "a: \0", WHY, "E4202"),
        ("pu_tariff.yaml", None, "x", "E4206"),
        ("pu_tariff.yaml", "same", WHY, "E4204"),
        ("pu_tariff.yaml", "", WHY, "E4203"),
    ],
)
def test_propose_refuses_with_a_code(file: str, text: str | None, why: str, code: str) -> None:
    given = next_ceiling() if text is None else changed(file, CEILING, CEILING) if text == "same" else text
    with pytest.raises(Refused) as refused, acting(user()) as work:
        rule_change.propose(work, file=file, text=given, why=why, is_correction=False, today=TODAY)
    assert code_of(refused) == code


def test_approve_needs_another_person_a_trial_and_a_day_to_come() -> None:
    proposer, other = user(), user()
    change_id = propose(proposer)
    with pytest.raises(Refused) as untried:
        approve(other, change_id)
    tried(change_id)
    with pytest.raises(Refused) as own:
        approve(proposer, change_id)
    with pytest.raises(Refused) as late:
        approve(other, change_id, today=date(2027, 3, 1))
    assert [code_of(one) for one in (untried, own, late)] == ["E4211", "E4207", "E4210"]
    approve(other, change_id)
    with pytest.raises(Refused) as again:
        approve(user(), change_id)
    assert code_of(again) == "E4208"


def test_approve_a_proposal_on_a_file_that_changed_since_is_refused() -> None:
    first, second = propose(user()), propose(user(), next_ceiling().replace("11640600", "11650000"))
    for change_id in (first, second):
        tried(change_id)
    approve(user(), first)
    with pytest.raises(Refused) as stale:
        approve(user(), second)
    assert code_of(stale) == "E4209"


def test_approve_by_two_at_once_publishes_once(database: Path) -> None:
    change_id = propose(user())
    tried(change_id)
    people = [user(), user(), user()]

    def decide(by: UUID) -> list[str]:
        try:
            return [str(approve(by, change_id))]
        except Refused as refused:
            return [refused.code]

    answers = sorted(one for (one,) in run_together([lambda by=by: decide(by) for by in people]))
    assert answers == ["1", "E4208", "E4208"]


def test_number_of_a_set_is_a_constraint_of_the_database(database: Path) -> None:
    """The pair: whoever forgets the lock is stopped by the table itself."""
    from django.db import IntegrityError

    change_id = propose(user())
    publish = "INSERT INTO contributions_rule_set (number, change_id, files, version, made_at) VALUES (7, %s, '{}', 'x', now())"
    with acting(None) as work:
        work.execute(publish, [change_id])
    with pytest.raises(IntegrityError), acting(None) as work:
        work.execute(publish, [change_id])


def test_rows_of_changes_never_change(database: Path) -> None:
    from django.db import DatabaseError

    propose(user())
    for table in ("change", "step", "set"):
        for verb in (
            f"UPDATE contributions_rule_{table} SET change_id = change_id",
            f"DELETE FROM contributions_rule_{table}",
        ):
            with pytest.raises(DatabaseError, match=r"permission denied|does not exist"), acting(None) as work:
                work.execute(verb)  # type: ignore[arg-type]  # made of two words


def test_withdraw_before_its_day_brings_back_what_was() -> None:
    before = load().version
    change_id = propose(user())
    tried(change_id)
    approve(user(), change_id)
    with pytest.raises(Refused) as late:
        withdraw(user(), change_id, today=date(2027, 3, 1))
    with pytest.raises(Refused) as silent:
        withdraw(user(), change_id, reason="")
    assert [code_of(late), code_of(silent)] == ["E4212", "E4206"]
    assert withdraw(user(), change_id) == 2
    _look()
    assert (load().version, jp_of(date(2027, 3, 1))) == (before, 332_589)
    with pytest.raises(Refused) as again:
        withdraw(user(), change_id)
    assert code_of(again) == "E4208"


def test_withdraw_what_a_later_change_builds_on_is_refused() -> None:
    first = propose(user())
    tried(first)
    approve(user(), first)
    later = changed(
        "pu_tariff.yaml",
        NEXT_CEILING,
        NEXT_CEILING + NEXT_CEILING.replace("2027-03", "2028-03").replace("116406", "122000"),
    )
    second = propose(user(), later)
    tried(second)
    approve(user(), second)
    with pytest.raises(Refused) as built_on:
        withdraw(user(), first)
    assert code_of(built_on) == "E4213"
    withdraw(user(), second)
    withdraw(user(), first)
    _look()
    assert jp_of(date(2028, 3, 1)) == 332_589


def test_refuse_and_take_back_end_a_proposal() -> None:
    proposer = user()
    first, second = propose(proposer), propose(proposer)
    with acting(user()) as work, pytest.raises(Refused) as not_theirs:
        rule_change.take_back(work, change_id=first, reason="Salah ketik angka")
    with acting(user()) as work:
        rule_change.refuse(work, change_id=first, reason="Edaran belum terbit")
    with acting(proposer) as work:
        rule_change.take_back(work, change_id=second, reason="Salah ketik angka")
    for change_id in (first, second):
        tried(change_id)
        with pytest.raises(Refused) as decided:
            approve(user(), change_id)
        assert code_of(decided) == "E4208"
    assert code_of(not_theirs) == "E4214"


def test_refresh_on_a_machine_that_was_away_or_lost_its_folder_writes_it_again(database: Path) -> None:
    import shutil

    change_id = propose(user())
    tried(change_id)
    approve(user(), change_id)
    folder = rules.published_folder()
    assert folder is not None
    shutil.rmtree(folder)
    rules.forget()
    assert jp_of(date(2027, 3, 1)) == 332_589
    assert rule_publish.refresh()
    assert not rule_publish.refresh()
    _look()
    assert jp_of(date(2027, 3, 1)) == 349_218


def test_load_keeps_what_it_had_where_the_published_files_are_broken(caplog: pytest.LogCaptureFixture) -> None:
    change_id = propose(user())
    tried(change_id)
    approve(user(), change_id)
    _look()
    kept = load().version
    folder = rules.published_folder()
    assert folder is not None
    broken = folder / "9-broken"
    broken.mkdir()
    (broken / "pu_tariff.yaml").write_text("tariff: [", encoding="utf-8")
    (folder / rules.POINTER).write_text("9-broken\n", encoding="ascii")
    _look()
    assert load().version == kept
    assert "cannot be read" in caplog.text
    rules.forget()
    with pytest.raises(rules.RulesError, match=r"pu_tariff\.yaml:\d+: "):
        load()


def test_bills_of_months_before_the_change_stay_as_they_are() -> None:
    asked = Asked("PU", 20_000_000, frozenset({"JKK", "JKM", "JHT", "JP"}), False, "low", (date(2026, 11, 1),))
    before = json.dumps(total(price_many([asked])[0]))
    change_id = propose(user())
    tried(change_id)
    approve(user(), change_id)
    _look()
    assert json.dumps(total(price_many([asked])[0])) == before
