"""Plans from head office to the agent: versions, approval, differences, history, and two officers at once."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import DatabaseError

from perisai.errors import Refused
from perisai.targets.plans import decide as plan_decide
from perisai.targets.plans import plan
from perisai.targets.plans import proposal as plan_proposal
from perisai.targets.plans.place import children, get_home, months
from perisai.targets.plans.plan import Cell
from perisai.targets.plans.proposal import Wish
from tests.targets.conftest import NOW, YEAR, Country, month

ALL = [("persons", "BPU")]


def made(
    country: Country,
    office: int,
    values: dict[tuple[str, str], int],
    *,
    since: int = 1,
    at: datetime = NOW,
    reason: str = "",
) -> UUID:
    """A version of a plan with the same figure in every month from ``since`` on, approved by the second person."""
    with country.work(at=at) as work:
        home = get_home(work, office)
        plan_id = plan.start(work, home=home, year=YEAR, from_month=month(since))
    cells = cells_of(values, since)
    with country.work(at=at) as work:
        plan.edit(work, home=home, plan_id=plan_id, revision=0, cells=cells)
    approved(country, office, plan_id, revision=1, at=at, reason=reason)
    return plan_id


def cells_of(values: dict[tuple[str, str], int], since: int = 1, measure: str = "persons") -> dict[Cell, int | None]:
    return {
        Cell(level, key, one, "BPU", measure): value
        for (level, key), value in values.items()
        for one in months(YEAR)[since - 1 :]
    }


def approved(
    country: Country, office: int, plan_id: UUID, *, revision: int, at: datetime = NOW, reason: str = ""
) -> None:
    with country.work(at=at) as work:
        plan_decide.propose(work, home=get_home(work, office), plan_id=plan_id, revision=revision)
    with country.work(second=True, at=at) as work:
        plan_decide.approve(work, home=get_home(work, office), plan_id=plan_id, revision=revision + 1, reason=reason)


def target(country: Country, level: str, key: Any, first: int, last: int, **more: Any) -> int | None:
    with country.work() as work:
        return plan.target_of(work, level=level, key=str(key), first_month=month(first), last_month=month(last), **more)


def cascade(country: Country) -> None:
    """120 a month for the region, 80 of them for the first branch, and down to each agent."""
    made(country, country.head, {("nation", "all"): 120, ("region", str(country.region)): 120})
    made(country, country.region, {("branch", str(country.branch)): 80, ("branch", str(country.other)): 40})
    one, two, three, four, five = map(str, country.agents)
    below = {
        ("sub_branch", str(country.sub_branch)): 30,
        ("agency_office", str(country.agency)): 35,
        ("agent", five): 15,
    }
    made(country, country.branch, below)
    made(country, country.sub_branch, {("agency_office", str(country.agency)): 20, ("agent", four): 10})
    made(country, country.agency, {("agent", one): 20, ("agent", two): 15, ("agent", three): 20})


def test_children_follow_where_agents_are(country: Country) -> None:
    with country.work() as work:
        found = {
            office: [child.id for child in children(work, get_home(work, office))]
            for office in (country.head, country.region, country.branch, country.sub_branch, country.agency)
        }
    one, two, three, four, five = map(str, country.agents)
    agency, sub = ("agency_office", str(country.agency)), ("sub_branch", str(country.sub_branch))
    assert found[country.head] == [("region", str(country.region))]
    assert found[country.region] == [("branch", str(country.branch)), ("branch", str(country.other))]
    assert found[country.branch] == [sub, ("agent", five), agency]
    assert found[country.sub_branch] == [("agent", four), agency], "for its one agent there"
    assert found[country.agency] == [("agent", one), ("agent", two), ("agent", three)]


def test_target_is_read_at_every_level(country: Country) -> None:
    cascade(country)
    assert target(country, "nation", "all", 1, 12) is not None
    assert target(country, "region", country.region, 5, 5) == 120
    assert target(country, "branch", country.branch, 1, 12) == 960
    assert target(country, "sub_branch", country.sub_branch, 5, 6) == 60
    assert target(country, "agency_office", country.agency, 5, 5) == 55, "from the branch and from the sub-branch"
    assert target(country, "agent", country.agents[2], 5, 5) == 20
    assert target(country, "agent", country.agents[2], 5, 5, segment="PU") is None
    assert target(country, "agent", country.agents[2], 5, 5, measure="outreach") is None
    with country.work() as work:
        found = plan.targets_of(
            work, level="agent", keys=[str(one) for one in country.agents], first_month=month(5), last_month=month(5)
        )
    assert found == dict(zip(map(str, country.agents), (20, 15, 20, 10, 15), strict=True))


def test_approving_a_branch_sets_its_quota_of_coming_months(country: Country) -> None:
    cascade(country)
    with country.work() as work:
        rows = work.rows(
            "SELECT period, target, cap FROM targets_quota WHERE branch_id = %s ORDER BY period", [country.branch]
        )
        kinds = {one for (one,) in work.rows("SELECT kind FROM events_event WHERE branch_id = %s", [country.branch])}
    assert [row[0] for row in rows] == months(YEAR)[4:], "months that are over stay as they were"
    assert {row[1:] for row in rows} == {(80, 80)}
    assert {"plan_changed", "quota_changed"} <= kinds


def test_change_in_mid_year_keeps_history(country: Country) -> None:
    cascade(country)
    later = NOW + timedelta(days=40)
    made(
        country,
        country.region,
        {("branch", str(country.branch)): 100, ("branch", str(country.other)): 20},
        since=7,
        at=later,
    )
    assert target(country, "branch", country.branch, 5, 6) == 160, "months before stay"
    assert target(country, "branch", country.branch, 7, 7) == 100
    assert target(country, "branch", country.branch, 7, 7, as_of=NOW.date()) == 80
    assert target(country, "branch", country.branch, 7, 7, as_of=later.date()) == 100
    assert target(country, "branch", country.branch, 7, 7, as_of=date(2026, 1, 1)) is None
    with country.work() as work:
        states = work.rows(
            "SELECT version, state FROM targets_upper_plan WHERE office_id = %s ORDER BY version", [country.region]
        )
    assert states == [(1, "replaced"), (2, "approved")]


def test_past_month_and_other_year_are_refused(country: Country) -> None:
    cascade(country)
    with country.work() as work:
        home = get_home(work, country.branch)
        for bad in (month(4), date(2027, 1, 1), date(2026, 6, 2)):
            with pytest.raises(Refused, match="E5010"):
                plan.start(work, home=home, year=YEAR, from_month=bad)
        plan_id = plan.start(work, home=home, year=YEAR, from_month=month(6))
        key = ("sub_branch", str(country.sub_branch))
        with pytest.raises(Refused, match="E5010"):
            plan.edit(work, home=home, plan_id=plan_id, revision=0, cells={Cell(*key, month(5), "BPU", "persons"): 1})


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ({"segment": "X"}, 1),
        ({"measure": "x"}, 1),
        ({"key": "999"}, 1),
        ({"level": "nation", "key": "all"}, 1),
        ({}, -1),
        ({}, 10**16),
    ],
)
def test_bad_figure_is_refused(country: Country, change: dict[str, str], value: int) -> None:
    with country.work() as work:
        home = get_home(work, country.branch)
        plan_id = plan.start(work, home=home, year=YEAR, from_month=month(1))
        cell = Cell("sub_branch", str(country.sub_branch), month(5), "BPU", "persons")._replace(**change)
        with pytest.raises(Refused, match="E5014"):
            plan.edit(work, home=home, plan_id=plan_id, revision=0, cells={cell: value})


def test_maker_may_not_approve_nor_who_changed_it(country: Country) -> None:
    with country.work() as work:
        home = get_home(work, country.region)
        plan_id = plan.start(work, home=home, year=YEAR, from_month=month(1))
    with country.work(second=True) as work:
        plan.edit(work, home=home, plan_id=plan_id, revision=0, cells=cells_of({("branch", str(country.branch)): 5}))
        plan_decide.propose(work, home=home, plan_id=plan_id, revision=1)
    for second in (False, True):
        with pytest.raises(Refused, match="E5016"), country.work(second=second) as work:
            plan_decide.approve(work, home=home, plan_id=plan_id, revision=2)
    with country.work() as work:
        work.actor = type(work.actor)(user_id=UUID(int=7))
        plan_decide.approve(work, home=home, plan_id=plan_id, revision=2)


def test_difference_asks_for_a_reason(country: Country) -> None:
    cascade(country)
    later = NOW + timedelta(days=1)
    below = {("sub_branch", str(country.sub_branch)): 31}
    with pytest.raises(Refused, match=r"E5017.*month \d\d/\d{4}: difference \+1"):
        made(country, country.branch, below, since=6, at=later)
    with country.work() as work:
        ((plan_id, revision),) = work.rows(
            "SELECT id, revision FROM targets_plan WHERE branch_id = %s AND office_id = %s AND state = 'proposed'",
            [country.branch, country.branch],
        )
    with country.work(second=True) as work:
        home = get_home(work, country.branch)
        plan_decide.approve(work, home=home, plan_id=plan_id, revision=revision, reason="KCP baru buka satu pasar lagi")
        figures = plan.figures(work, home=home, plan_id=plan_id)
        got = plan_decide.given(work, home=home, year=YEAR)
        off = plan_decide.differences(plan_decide.sums(figures), got)
    assert {key.month for key in off} == set(months(YEAR)[5:])
    assert set(off.values()) == {1}


def test_sent_back_is_a_draft_again(country: Country) -> None:
    with country.work() as work:
        home = get_home(work, country.region)
        plan_id = plan.start(work, home=home, year=YEAR, from_month=month(1))
        with pytest.raises(Refused, match="E5018"):
            plan_decide.propose(work, home=home, plan_id=plan_id, revision=0)
        cells = cells_of({("branch", str(country.branch)): 5})
        plan.edit(work, home=home, plan_id=plan_id, revision=0, cells=cells)
        plan_decide.propose(work, home=home, plan_id=plan_id, revision=1)
        with pytest.raises(Refused, match="E5013"):
            plan.edit(work, home=home, plan_id=plan_id, revision=2, cells=cells)
        with pytest.raises(Refused, match="E5015"):
            plan_decide.send_back(work, home=home, plan_id=plan_id, reason=" ")
        plan_decide.send_back(work, home=home, plan_id=plan_id, reason="Juni terlalu tinggi")
        cells = cells_of({("branch", str(country.branch)): 4}, 6)
        assert plan.edit(work, home=home, plan_id=plan_id, revision=3, cells=cells) == 7
        assert plan.edit(work, home=home, plan_id=plan_id, revision=4, cells=cells) == 0, "the same again is no change"


def test_second_officer_is_told_and_nothing_is_lost(country: Country) -> None:
    with country.work() as work:
        home = get_home(work, country.region)
        plan_id = plan.start(work, home=home, year=YEAR, from_month=month(1))
        plan.edit(work, home=home, plan_id=plan_id, revision=0, cells=cells_of({("branch", str(country.branch)): 5}))
    with pytest.raises(Refused, match="E5012"), country.work(second=True) as work:
        plan.edit(work, home=home, plan_id=plan_id, revision=0, cells=cells_of({("branch", str(country.branch)): 9}))
    with country.work() as work:
        assert set(plan.figures(work, home=home, plan_id=plan_id).values()) == {5}
        assert len(work.rows("SELECT 1 FROM targets_upper_plan_change WHERE plan_id = %s", [plan_id])) == 2


def test_only_one_version_is_open(country: Country) -> None:
    with country.work() as work:
        home = get_home(work, country.branch)
        plan.start(work, home=home, year=YEAR, from_month=month(1))
        with pytest.raises(Refused, match="E5011"):
            plan.start(work, home=home, year=YEAR, from_month=month(1))


@pytest.mark.parametrize("upper", [True, False])
def test_database_keeps_an_approved_version(country: Country, upper: bool) -> None:
    cascade(country)
    office = country.region if upper else country.branch
    figure, table = ("targets_upper_figure", "targets_upper_plan") if upper else ("targets_figure", "targets_plan")
    with country.work() as work:
        ((plan_id,),) = work.rows(f"SELECT id FROM {table} WHERE office_id = %s", [office])  # type: ignore[arg-type]
        assert work.execute(f"UPDATE {figure} SET value = 0 WHERE plan_id = %s", [plan_id]) == 0  # type: ignore[arg-type]
        assert work.execute(f"DELETE FROM {figure} WHERE plan_id = %s", [plan_id]) == 0  # type: ignore[arg-type]
    column = "" if upper else "branch_id, "
    value = "" if upper else f"{country.branch}, "
    sql = (
        f"INSERT INTO {figure} ({column}plan_id, month, segment, measure, child_level, child_key, value)"
        f" VALUES ({value}%s, '2026-05-01', 'PU', 'persons', 'agent', 'x', 1)"
    )
    with pytest.raises(DatabaseError) as caught, country.work() as work:
        work.execute(sql, [plan_id])  # type: ignore[arg-type]
    assert isinstance(caught.value.__cause__, psycopg.errors.InsufficientPrivilege)
    for bad in (
        f"UPDATE {table} SET from_month = '2026-01-01'",
        f"DELETE FROM {table}",
        f"UPDATE {table}_change SET act = 'x'",
    ):
        with pytest.raises(DatabaseError), country.work() as work:
            work.execute(bad)  # type: ignore[arg-type]


def wish(country: Country, **changes: Any) -> Wish:
    given: dict[str, Any] = {
        "level": "branch", "key": str(country.branch), "segment": "BPU", "measure": "persons", "first_month": month(6),
        "last_month": month(8), "value": 60, "reason": "Dua pasar tutup diperbaiki",
    }  # fmt: skip
    return Wish(**given | changes)


def test_proposal_is_taken_into_the_next_version(country: Country) -> None:
    cascade(country)
    with country.work() as work:
        parent = get_home(work, country.region)
        asked = plan_proposal.put(work, parent=parent, year=YEAR, wish=wish(country))
        plan_id = plan.start(work, home=parent, year=YEAR, from_month=month(7))
        assert plan_proposal.take(work, home=parent, plan_id=plan_id, revision=0, ids=[asked]) == 2, (
            "June is before the version"
        )
        with pytest.raises(Refused, match="E5019"):
            plan_proposal.refuse(work, home=parent, proposal_id=asked, reason="tidak jadi")
    approved(country, country.region, plan_id, revision=1, reason="Pasar tutup, sisanya menyusul")
    assert target(country, "branch", country.branch, 6, 9) == 80 + 60 + 60 + 80


def test_proposal_is_refused_with_a_reason_or_withdrawn(country: Country) -> None:
    with country.work() as work:
        parent = get_home(work, country.branch)
        mine = wish(country, level="sub_branch", key=str(country.sub_branch))
        first = plan_proposal.put(work, parent=parent, year=YEAR, wish=mine)
        second = plan_proposal.put(work, parent=parent, year=YEAR, wish=mine)
        with pytest.raises(Refused, match="E5015"):
            plan_proposal.refuse(work, home=parent, proposal_id=first, reason="")
        plan_proposal.refuse(work, home=parent, proposal_id=first, reason="Target sudah disepakati")
        with pytest.raises(Refused, match="E1004"):
            plan_proposal.withdraw(work, parent=parent, proposal_id=second, level="sub_branch", key="1")
        plan_proposal.withdraw(work, parent=parent, proposal_id=second, level="sub_branch", key=str(country.sub_branch))
        states = work.rows("SELECT id, state, answer FROM targets_proposal WHERE branch_id = %s", [country.branch])
    assert set(states) == {(first, "refused", "Target sudah disepakati"), (second, "withdrawn", "")}


@pytest.mark.parametrize(
    "change",
    [
        {"segment": "X"}, {"measure": "x"}, {"value": -1}, {"first_month": date(2025, 6, 1)}, {"last_month": month(5)},
        {"first_month": month(1), "last_month": month(4)}, {"reason": ""},
    ],
)  # fmt: skip
def test_bad_proposal_is_refused(country: Country, change: dict[str, Any]) -> None:
    with country.work() as work:
        parent = get_home(work, country.region)
        with pytest.raises(Refused, match="E5015" if "reason" in change else "E5020"):
            plan_proposal.put(work, parent=parent, year=YEAR, wish=wish(country, **change))


def test_day_of_the_office_counts(country: Country) -> None:
    """Late in the evening in UTC it is the next day at the office."""
    late = datetime(2026, 5, 10, 20, 0, tzinfo=UTC)
    made(country, country.region, {("branch", str(country.branch)): 7}, at=late)
    assert target(country, "branch", country.branch, 5, 5, as_of=date(2026, 5, 10)) is None
    assert target(country, "branch", country.branch, 5, 5, as_of=date(2026, 5, 11)) == 7
