"""What differs between two states of a rule file, and from when."""

from datetime import date
from typing import Any

import yaml

from perisai.contributions.rule_changes.tree import differences, holds_from, touches

TODAY = date(2026, 11, 23)


def _found(old: str, new: str) -> Any:
    def tree(text: str) -> Any:
        return _tuples(yaml.safe_load(text))

    return list(differences(tree(old), tree(new)))


def _tuples(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _tuples(child) for key, child in node.items()}
    return tuple(_tuples(child) for child in node) if isinstance(node, list) else node


FIGURE = "jkm: {what: x, values: {2015-07-01: {value: 6800, reference: a}}}"


def test_differences_of_a_new_day_hold_from_it_and_touch_nothing() -> None:
    found = _found(
        FIGURE,
        "jkm: {what: x, values: {2015-07-01: {value: 6800, reference: a}, 2027-01-01: {value: 7000, reference: b}}}",
    )
    assert [(one.path, one.on, one.before["value"], one.after["value"]) for one in found] == [
        (("jkm", "values"), date(2027, 1, 1), 6800, 7000)
    ]
    assert (touches(found, TODAY), holds_from(found, TODAY)) == ([], date(2027, 1, 1))


def test_differences_of_a_figure_in_force_touch_it() -> None:
    found = _found(FIGURE, FIGURE.replace("6800", "7000"))
    assert touches(found, TODAY) == found
    assert holds_from(found, TODAY) == date(2015, 7, 1)


def test_differences_of_words_touch_nothing() -> None:
    found = _found(FIGURE, FIGURE.replace("reference: a", "reference: PP 44/2015").replace("what: x", "what: y"))
    assert [one.is_wording for one in found] == [True, True]
    assert (touches(found, TODAY), holds_from(found, TODAY)) == ([], TODAY)


def test_differences_of_an_undated_rule_touch_what_is_in_force() -> None:
    found = _found("offered: {months: [1, 3], reference: a}", "offered: {months: [1, 3, 6], reference: a}")
    assert [one.on for one in touches(found, TODAY)] == [None]


RELIEF = """
reliefs:
  - id: pp50
    relief: {value: 5000, reference: a}
    windows: [{sectors: [other], first_month: 2026-04-01, last_month: 2026-12-01, reference: a}]
"""


def test_differences_of_a_window_that_is_made_longer_hold_from_its_old_end() -> None:
    longer = _found(RELIEF, RELIEF.replace("last_month: 2026-12-01", "last_month: 2027-06-01"))
    assert [one.on for one in longer] == [date(2027, 1, 1)]
    assert touches(longer, TODAY) == []
    shorter = _found(RELIEF, RELIEF.replace("last_month: 2026-12-01", "last_month: 2026-10-01"))
    assert [one.on for one in touches(shorter, TODAY)] == [date(2026, 11, 1)]


def test_differences_of_the_part_of_a_running_relief_touch_it_and_a_new_relief_does_not() -> None:
    part = _found(RELIEF, RELIEF.replace("value: 5000", "value: 4000"))
    assert [one.on for one in touches(part, TODAY)] == [date(2026, 4, 1)]
    later = RELIEF + RELIEF.replace("reliefs:\n", "").replace("pp50", "pp99").replace(
        "2026-04-01, last_month: 2026-12-01", "2027-01-01, last_month: 2027-02-01"
    ).lstrip("\n")
    new = _found(RELIEF, later)
    assert [(one.path, one.on) for one in new] == [(("reliefs", "pp99"), date(2027, 1, 1))]
