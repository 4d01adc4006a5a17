"""One reading: figures of a scope for a period as of a day, and what is beneath it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from perisai.events.clock import FixedClock
from perisai.events.scope import Scope
from perisai.events.work import Happened, Work
from perisai.figures import reading
from perisai.figures.period import Period
from perisai.offices.scopes import BRANCH, NATION, WHOLE, UnknownScope, Watch
from tests.world import Branch, FieldAgent, make_agent, make_branch

pytestmark = pytest.mark.usefixtures("database")
NOON = datetime(2026, 10, 15, 5, tzinfo=UTC)
"""Twelve o'clock in Jakarta."""
OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))


@pytest.fixture(scope="module")
def branch(database: object) -> Branch:
    return make_branch(target=None)


@pytest.fixture(scope="module")
def agent(branch: Branch) -> FieldAgent:
    return make_agent(branch)


@pytest.fixture(scope="module")
def happened(branch: Branch, agent: FieldAgent) -> Callable[..., None]:
    def report(kind: str, at: datetime, **facts: Any) -> None:
        with Work(scope=Scope.branch(branch.id), clock=FixedClock(at)) as work:
            known: dict[str, Any] = {"agent_id": agent.id, "region_code": "15.71.08.1001"}
            work.report(Happened(kind=kind, branch_id=branch.id, **known | facts))

    return report


@pytest.fixture(scope="module", autouse=True)
def october(happened: Callable[..., None]) -> None:
    happened("enrolment_accepted", NOON, quantity=3, amount=50_000)
    happened("enrolment_accepted", NOON, quantity=2, amount=30_000, segment="PU")
    happened("member_activated", NOON + timedelta(days=1), quantity=2)
    happened("payment_confirmed", NOON + timedelta(days=1), amount=40_000)
    happened("payment_reversed", NOON + timedelta(days=2), amount=10_000)
    # Captured in October, and received when November had begun.
    happened("enrolment_accepted", NOON + timedelta(days=20), quantity=7, day=date(2026, 10, 30))


def work_at(at: datetime, branch: Branch) -> Work:
    return Work(scope=Scope.branch(branch.id), clock=FixedClock(at))


def figures(branch: Branch, as_of: date, *, now: datetime = NOON + timedelta(days=40)) -> reading.Figures:
    with work_at(now, branch) as work:
        return reading.of(work, Watch(BRANCH, str(branch.id)), OCTOBER, as_of)


def test_month_as_of_its_end_and_as_of_later(branch: Branch) -> None:
    then, later = figures(branch, OCTOBER.last), figures(branch, date(2026, 11, 20))
    assert (then.values["accepted"], then.values["captured"], then.values["contributions"]) == (5, 5, 30_000)
    assert (later.values["accepted"], later.values["payments"]) == (12, 0)
    assert (then.values["active"], then.values["first_payment_rate"]) == (2, 40)
    assert then.segments["PU"]["accepted"] == 2
    assert then.segments["BPU"]["accepted"] == 3


def test_as_of_a_day_within_the_month(branch: Branch) -> None:
    assert figures(branch, date(2026, 10, 14)).values["accepted"] == 0
    assert figures(branch, date(2026, 10, 15)).values["active"] == 0
    assert figures(branch, date(2026, 10, 16)).values["contributions"] == 40_000


def test_what_came_late_is_told_apart(branch: Branch) -> None:
    with work_at(NOON + timedelta(days=40), branch) as work:
        scope = Watch(BRANCH, str(branch.id))
        then = reading.late(work, scope, OCTOBER, OCTOBER.last)
        later = reading.late(work, scope, OCTOBER, date(2026, 11, 20))
    assert then.since["accepted"] == 7
    assert then.after_period == {}
    assert later.after_period["accepted"] == 7
    assert later.since == {}


def test_days_of_a_figure_add_up_to_the_figure(branch: Branch) -> None:
    with work_at(NOON + timedelta(days=40), branch) as work:
        days = reading.series(work, Watch(BRANCH, str(branch.id)), "accepted", *OCTOBER, date(2026, 11, 20))
    assert len(days) == 31
    assert sum(value or 0 for _, value in days) == 12
    assert dict(days)[date(2026, 10, 15)] == 5


def test_agents_beneath_a_branch_and_another_period_beside_it(branch: Branch, agent: FieldAgent) -> None:
    with work_at(NOON + timedelta(days=40), branch) as work:
        rows = reading.children(work, Watch(BRANCH, str(branch.id)), OCTOBER, OCTOBER.last)
        both = reading.of(
            work, Watch("agent", str(agent.id)), OCTOBER, OCTOBER.last, compare=Period.month(date(2026, 9, 1))
        )
    assert [(row.scope.key, row.values["accepted"]) for row in rows] == [(str(agent.id), 5)]
    assert both.compared is not None
    assert (both.values["accepted"], both.compared.values["accepted"]) == (5, 0)
    assert both.compared.as_of == date(2026, 9, 30)


def test_nation_is_the_sum_of_its_branches(branch: Branch) -> None:
    nation = Watch(NATION, WHOLE)
    with Work(scope=Scope.nation(), clock=FixedClock(NOON + timedelta(days=40))) as work:
        whole = reading.of(work, nation, OCTOBER, OCTOBER.last)
        rows = reading.children(work, nation, OCTOBER, OCTOBER.last)
    assert sum(row.values["accepted"] or 0 for row in rows) == whole.values["accepted"]
    assert {row.scope.key for row in rows} >= {str(branch.id)}


def test_unknown_scope_is_said(branch: Branch) -> None:
    with work_at(NOON, branch) as work, pytest.raises(UnknownScope):
        reading.of(work, Watch(BRANCH, "999999"), OCTOBER, OCTOBER.last)
