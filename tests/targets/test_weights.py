"""Splitting a plan by the labour force, by last year, alike; and what an office knows of its kecamatan."""

from datetime import date
from typing import Any

import pytest

from perisai.errors import Refused
from perisai.events.work import Happened
from perisai.offices import labour_force
from perisai.offices.labour_force import Force
from perisai.offices.models import Office
from perisai.targets.plans import plan, weights
from perisai.targets.plans.decide import differences, given, sums
from perisai.targets.plans.place import Home, children, get_home, months
from tests.targets.conftest import NOW, YEAR, Country, month
from tests.targets.test_plan import made


def forces(country: Country) -> dict[str, Force]:
    """Of two kecamatan of the branch itself, one of the other branch and one of the sub-branch."""
    own = country.province
    return {
        f"{own}.91.01": Force(1000, 600, 100), f"{own}.91.02": Force(900, 300, 90), f"{own}.92.01": Force(5000, 2400, 10),
        f"{own}.93.01": Force(700, 300, 10),
    }  # fmt: skip


def regions(country: Country) -> None:
    own = country.province
    with country.work() as work:
        for code in (own, f"{own}.91", f"{own}.92", f"{own}.93", *forces(country)):
            parent = code.rpartition(".")[0] or None
            work.execute(
                "INSERT INTO offices_region (code, parent_code, level, name) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
                [code, parent, code.count(".") + 1, f"Wilayah {code}"],
            )


def bring(country: Country, rows: dict[str, Force], year: int = YEAR) -> labour_force.Brought:
    with country.work() as work:
        office = Office.objects.get(id=country.region)
        return labour_force.bring(work, office=office, year=year, rows=rows, data=b"x", today=NOW.date())


def draft(country: Country, office: int) -> tuple[Home, Any]:
    with country.work() as work:
        home = get_home(work, office)
        return home, plan.start(work, home=home, year=YEAR, from_month=month(1))


def fill(country: Country, home: Home, plan_id: Any, revision: int = 0, **given_: Any) -> dict[plan.Cell, int]:
    asked = {"segment": "BPU", "measure": "persons", "by": "labour_force"} | given_
    with country.work() as work:
        weights.fill(work, home=home, plan_id=plan_id, revision=revision, **asked)
    with country.work() as work:
        return plan.figures(work, home=home, plan_id=plan_id)


def test_split_by_labour_force_agrees_with_what_was_given(country: Country) -> None:
    regions(country)
    bring(country, forces(country))
    made(country, country.head, {("nation", "all"): 101, ("region", str(country.region)): 101})
    home, plan_id = draft(country, country.region)
    figures = fill(country, home, plan_id)
    with country.work() as work:
        assert not differences(sums(figures), given(work, home=home, year=YEAR))
    by_branch = {
        key: sum(v for cell, v in figures.items() if cell.key == str(key)) for key in (country.branch, country.other)
    }
    assert sum(by_branch.values()) == 1212
    assert by_branch[country.branch] == 404, (
        "1,200 of 3,600 informal workers: those of its sub-branch's kecamatan are its own too"
    )


def test_whole_is_laid_over_months_by_working_days_first(country: Country) -> None:
    home, plan_id = draft(country, country.head)
    figures = fill(country, home, plan_id, by="equal", total=10_000)
    whole = [figures[plan.Cell("nation", "all", one, "BPU", "persons")] for one in months(YEAR)]
    assert sum(whole) == 10_000
    assert whole[6] > whole[1], "July has more working days than February"
    with country.work() as work:
        assert not differences(sums(figures), given(work, home=home, year=YEAR, figures=figures))


def test_agents_share_the_kecamatan_they_are_placed_in(country: Country) -> None:
    regions(country)
    bring(country, forces(country))
    one, two, three, *_rest = country.agents
    with country.work() as work:
        for agent, codes in ((one, ["91.01"]), (two, ["91.01", "91.02"]), (three, ["93.01"])):
            districts = [f"{country.province}.{code}" for code in codes]
            work.execute(
                "INSERT INTO agents_placement (branch_id, agent_id, agency_office_id, districts, during, reason, placed_at)"
                " VALUES (%s, %s, %s, %s, daterange('2025-01-01', NULL), '', now())",
                [country.branch, agent, country.agency, districts],
            )
        home = get_home(work, country.agency)
        there = children(work, home)
        found = weights.shares(work, home, there, "labour_force", YEAR, "BPU", "persons")
        branch = get_home(work, country.branch)
        areas = weights.areas(work, branch, children(work, branch))
    assert list(map(int, found)) == [300, 600, 300], "two serve one kecamatan: half of it each"
    assert areas["sub_branch", str(country.sub_branch)] == {f"{country.province}.93.01"}
    own = {f"{country.province}.91.01", f"{country.province}.91.02"}
    assert areas["agency_office", str(country.agency)] == own
    assert areas["agent", str(country.agents[4])] == own, "placed nowhere: all that the branch serves itself"


def test_split_by_last_year_follows_what_each_reached(country: Country) -> None:
    for branch, many in ((country.branch, 30), (country.other, 10)):
        with country.work() as work:
            happened = Happened(kind="enrolment_accepted", branch_id=branch, quantity=many, day=date(YEAR - 1, 3, 4))
            work.report(happened)
    home, plan_id = draft(country, country.region)
    figures = fill(country, home, plan_id, by="last_year", months_by="last_year", total=100)
    assert {cell.month for cell, value in figures.items() if value} == {month(3)}, "the shape of last year"
    assert figures[plan.Cell("branch", str(country.branch), month(3), "BPU", "persons")] == 75


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"by": "labour_force", "total": 10}, "E5026"), ({"by": "last_year", "total": 10}, "E5026"),
        ({"by": "moon", "total": 10}, "E5014"), ({"by": "equal"}, "E5025"), ({"by": "equal", "total": 0}, "E5025"),
        ({"by": "equal", "total": 9, "months_by": "x"}, "E5014"),
        ({"by": "equal", "total": 9, "segment": "X"}, "E5014"), ({"by": "equal", "total": 9, "revision": 4}, "E5012"),
    ],
)  # fmt: skip
def test_split_without_sense_is_refused(country: Country, change: dict[str, Any], code: str) -> None:
    home, plan_id = draft(country, country.region)
    with pytest.raises(Refused, match=code):
        fill(country, home, plan_id, **change)


def test_split_leaves_months_that_are_over(country: Country) -> None:
    values = {("branch", str(country.branch)): 80, ("branch", str(country.other)): 40}
    made(country, country.region, values)
    with country.work() as work:
        home = get_home(work, country.region)
        plan_id = plan.start(work, home=home, year=YEAR, from_month=month(7))
    figures = fill(country, home, plan_id, by="equal", total=6 * 120 + 61)
    assert sum(figures.values()) == 6 * 120 + 61
    assert figures[plan.Cell("branch", str(country.branch), month(6), "BPU", "persons")] == 80
    with pytest.raises(Refused, match="E5025"):
        fill(country, home, plan_id, revision=1, by="equal", total=6 * 120 - 1)


def test_labour_force_is_kept_once_with_its_history(country: Country) -> None:
    regions(country)
    year, first = 2031, f"{country.province}.91.01"
    assert bring(country, forces(country), year).changed == 4
    with pytest.raises(Refused, match="E5024"):
        bring(country, forces(country), year)
    assert bring(country, forces(country) | {first: Force(1001, 600, 100)}, year).changed == 1
    with country.work() as work:
        codes = list(forces(country))
        assert labour_force.of(work, districts=codes, year=year)[first].labour_force == 1001
        assert labour_force.of(work, districts=codes, year=year + 1)[f"{country.province}.92.01"].year == year, (
            "the newest there is"
        )
        assert labour_force.of(work, districts=codes, year=year, as_of=date(2026, 5, 10), exactly=True) == {}
        rows = work.row(
            "SELECT count(*) FROM offices_labour_force WHERE district_code = %s AND year = %s", [first, year]
        )
    assert rows == (2,)


@pytest.mark.parametrize(
    "rows",
    [{}, {"15.71.01": (1, 1, 0)}, {"91.01": (10, 6, 5)}, {"91.01": (10, -1, 5)}, {"91.01": (10**8, 1, 5)}],
)
def test_bad_labour_force_is_refused(country: Country, rows: dict[str, tuple[int, int, int]]) -> None:
    regions(country)
    with pytest.raises(Refused, match="E5014"):
        bring(
            country, {code if "71" in code else f"{country.province}.{code}": Force(*row) for code, row in rows.items()}
        )
