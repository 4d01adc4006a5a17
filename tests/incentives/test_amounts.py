"""Amounts by both schemes: the worked figures of the programme, the thresholds, what is rounded where, and the file of rules."""

from datetime import date
from pathlib import Path
from shutil import copytree

import pytest

from perisai.contributions.rules.in_force import DIRECTORY
from perisai.incentives.amounts import Counted, Incentive, incentive, office_share
from perisai.incentives.rules import scheme_on, schemes
from perisai.rulefile import RulesError

OLD, NEW = scheme_on(date(2018, 12, 1)), scheme_on(date(2026, 11, 1))
DUES = 36_800
"""Three programmes in the lowest band before any relief."""


def month(new: int, *, programmes: int = 3, dues: int | None = None) -> Counted:
    return Counted({programmes: new}, {0: new * DUES if dues is None else dues})


@pytest.mark.parametrize(
    ("new", "acquisition", "contribution", "gets"),
    [(30, 0, 82_800, 74_520), (50, 500_000, 138_000, 574_200), (100, 500_000, 276_000, 698_400)],
)
def test_worked_figures_of_the_scheme_of_2018(new: int, acquisition: int, contribution: int, gets: int) -> None:
    found = incentive(OLD, month(new))
    assert (found.acquisition, found.contribution, found.kept) == (acquisition, contribution, gets)
    assert office_share(OLD, [found]) == found.total - gets, "the office's part is cut from the agent's"


@pytest.mark.parametrize(
    ("new", "acquisition", "contribution", "gets"),
    [(30, 450_000, 165_600, 615_600), (50, 750_000, 276_000, 1_026_000), (100, 1_500_000, 552_000, 2_052_000)],
)
def test_worked_figures_of_the_scheme_of_2022(new: int, acquisition: int, contribution: int, gets: int) -> None:
    found = incentive(NEW, month(new))
    assert (found.acquisition, found.contribution, found.kept) == (acquisition, contribution, gets)
    assert office_share(NEW, [found]) == gets // 10, "on top: the agent keeps all"


def test_example_in_the_press_of_2018() -> None:
    found = incentive(OLD, month(60, dues=38_902_000))
    assert (found.contribution, found.total) == (2_917_650, 3_417_650)


@pytest.mark.parametrize(("new", "acquisition"), [(24, 0), (25, 250_000)])
def test_threshold_of_2022_counts_two_programmes_too(new: int, acquisition: int) -> None:
    found = incentive(NEW, month(new, programmes=2, dues=1_000_000))
    assert (found.acquisition, found.is_reached, found.contribution) == (acquisition, acquisition > 0, 150_000)


def test_programmes_are_counted_together_for_the_threshold_and_paid_apart() -> None:
    assert incentive(NEW, Counted({2: 20, 3: 5}, {})).acquisition == 20 * 10_000 + 5 * 15_000


def test_classes_of_months_have_their_own_rate_and_past_the_last_there_is_none() -> None:
    assert [NEW.class_of(nth) for nth in (1, 24, 25, 60, 61)] == [0, 0, 1, 1, None]
    assert [OLD.class_of(nth) for nth in (1, 61, 200)] == [0, 0, 0]
    assert incentive(NEW, Counted({}, {0: 1_000, 1: 1_000, None: 1_000})).contribution == 150 + 50


def test_less_than_a_rupiah_is_dropped_once_a_class_and_once_for_the_share() -> None:
    found = incentive(NEW, Counted({}, {0: 33_333, 1: 33_333}))
    assert found.contribution == 4_999 + 1_666
    assert office_share(NEW, [found, found]) == 2 * 6_665 // 10
    cut = incentive(OLD, Counted({}, {0: 33_333}))
    assert (cut.total, cut.cut, cut.kept) == (2_499, 249, 2_250)


def test_no_month_is_nothing() -> None:
    assert incentive(NEW, Counted()) == Incentive(0, False, 0, 0, 0)
    assert office_share(NEW, []) == 0


@pytest.mark.parametrize(
    ("day", "scheme"),
    [
        (date(2017, 1, 1), "flat_2018"),
        (date(2022, 3, 1), "flat_2018"),
        (date(2022, 4, 1), "perdir_13_2022"),
        (date(2030, 1, 1), "perdir_13_2022"),
    ],
)
def test_scheme_of_a_month(day: date, scheme: str) -> None:
    assert scheme_on(day).id == scheme


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("since: 2022-04-01", "since: 2022-04-02"),
        ("since: 2022-04-01", "since: 2017-04-01"),
        ("first_month: 25", "first_month: 26"),
        ("taken: on_top", "taken: somehow"),
        ("value: 25,", "value: -25,"),
        ("      flat: {value: 500000", "      2: {value: 500000"),
    ],
)
def test_file_that_is_wrong_is_told_by_its_name(tmp_path: Path, old: str, new: str) -> None:
    folder = Path(copytree(DIRECTORY, tmp_path / "rules"))
    text = (folder / "incentives.yaml").read_text(encoding="utf-8")
    assert old in text
    (folder / "incentives.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RulesError, match=r"incentives\.yaml:\d+: "):
        schemes(folder)
