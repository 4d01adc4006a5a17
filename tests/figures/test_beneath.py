"""What stood beneath an office on a past day is what was placed there on that day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from perisai.accounts.audience import Viewer
from perisai.accounts.models import Role
from perisai.agents import placement
from perisai.contributions.cover.rule import add_months
from perisai.events.clock import FixedClock
from perisai.events.scope import Scope
from perisai.events.work import Happened, Work, branch_day
from perisai.figures import reading
from perisai.figures.period import Period
from perisai.offices.models import Office
from perisai.offices.scopes import AGENCY_OFFICE, BRANCH, Watch
from perisai.web.console import today as home
from tests.accounts.people import make_user
from tests.agencies.offices import make_agency_office
from tests.world import Branch, FieldAgent, make_agent, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")
MOVED = date(2026, 10, 20)


@pytest.fixture(scope="module")
def moved(database: object) -> tuple[FieldAgent, int, int]:
    """An agent who went from one agency office to another in October 2026."""
    branch = make_branch(target=None)
    agent = make_agent(branch)
    offices = make_agency_office(branch), make_agency_office(branch)
    with system_work(branch) as work:
        work.execute("UPDATE agents_agent SET since = '2026-01-01' WHERE branch_id = %s", [branch.id])
        for office, since in zip(offices, (date(2026, 9, 1), MOVED), strict=True):
            placement.place(
                work, branch_id=branch.id, agent_id=agent.id, agency_office_id=office, sub_branch_id=None, since=since
            )
    return agent, *offices


def beneath(branch: Branch, office: int, period: Period, as_of: date) -> list[str]:
    clock = FixedClock(datetime(2026, 11, 23, 5, tzinfo=UTC))
    with Work(scope=Scope.branch(branch.id), clock=clock) as work:
        return [each.scope.key for each in reading.children(work, Watch(AGENCY_OFFICE, str(office)), period, as_of)]


def test_agent_stands_on_each_day_where_they_were_placed_then(moved: tuple[FieldAgent, int, int]) -> None:
    agent, before, after = moved
    october, november = Period.month(MOVED), Period.month(date(2026, 11, 1))
    day = timedelta(days=1)
    assert beneath(agent.branch, before, october, MOVED - day) == [str(agent.id)]
    assert beneath(agent.branch, after, october, MOVED - day) == []
    assert beneath(agent.branch, before, october, MOVED) == []
    assert beneath(agent.branch, after, november, date(2026, 11, 23)) == [str(agent.id)]
    # September as it is known today: its last day counts.
    assert beneath(agent.branch, before, Period.month(date(2026, 9, 1)), date(2026, 11, 23)) == [str(agent.id)]


def test_home_page_adds_up_the_month_as_figures_do(moved: tuple[FieldAgent, int, int]) -> None:
    agent, branch = moved[0], moved[0].branch
    today = branch_day(datetime.now(UTC), "Asia/Jakarta")
    for day in (add_months(today.replace(day=1), -1), today.replace(day=1), today):
        with Work(scope=Scope.branch(branch.id)) as work:
            work.report(Happened(kind="enrolment_accepted", branch_id=branch.id, agent_id=agent.id, day=day))
    viewer = Viewer.of(make_user(Role.BRANCH, Office.objects.get(id=branch.id)))
    with Work(scope=viewer.scope) as work:
        found = home.numbers(work, viewer=viewer, today=today)
        month = reading.of(work, Watch(BRANCH, str(branch.id)), Period.month(today), today).values
        day = reading.of(work, Watch(BRANCH, str(branch.id)), Period(today, today), today).values
    assert (found.month["accepted"], found.today["accepted"]) == (month["accepted"], day["accepted"])
    assert found.month["accepted"] == 2
