"""The list behind every standing figure of a past day holds as many as the figure said, whatever happened since."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from django.db import ProgrammingError
from django.template.base import Template
from django.test import Client
from django.test.utils import instrumented_test_render

from perisai.accounts.models import Role
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.figures import reading
from perisai.figures.definition import figures
from perisai.figures.period import Period
from perisai.offices.models import Office
from perisai.offices.scopes import BRANCH, Watch
from tests.accounts.people import logged_in, make_user
from tests.contributions.covered import make_members
from tests.figures.behind_world import Known, today
from tests.figures.past_world import a_day_passes, take_now, world_that_moved
from tests.figures.test_behind import shown, walked
from tests.world import make_agent, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")
STANDING = {name: one for name, one in figures().items() if walked(one) and one.source.standing}
MEMBERS = "/console/members/"


class Moved(NamedTuple):
    known: Known
    days: tuple[date, date]


@pytest.fixture(scope="module")
def moved(database: object) -> Moved:
    known, *days = world_that_moved()
    return Moved(known, (days[0], days[1]))


@pytest.fixture(scope="module")
def client(moved: Moved) -> Iterator[Client]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", instrumented_test_render)
        yield logged_in(make_user(Role.BRANCH, Office.objects.get(id=moved.known.branch.id)))


def values(known: Known, watch: Watch, day: date) -> dict[str, Any]:
    with Work(scope=Scope.branch(known.branch.id)) as work:
        return dict(reading.of(work, watch, Period(day.replace(day=1), day), day).values)


@pytest.mark.parametrize("scope", ["branch", "sub_branch", "agency_office", "agent", "other agent"])
@pytest.mark.parametrize("ago", [0, 1])
def test_list_of_a_past_day_holds_as_many_as_the_figure_of_that_day(
    moved: Moved, client: Client, scope: str, ago: int
) -> None:
    day, watch = moved.days[ago], moved.known.scopes[scope]
    said = values(moved.known, watch, day)
    pages = {name: shown(client, name, one.address(watch, day, day, known=day)) for name, one in STANDING.items()}
    assert pages == {name: said[name] for name in STANDING}


@pytest.mark.parametrize("role", [Role.HEAD_OFFICE, Role.AUDITOR])
@pytest.mark.parametrize("scope", ["branch", "sub_branch", "agent"])
def test_head_office_opens_the_same_lists(moved: Moved, client: Client, role: Role, scope: str) -> None:
    """With all branches in sight, and an auditor in a transaction that can write nothing."""
    day, watch = moved.days[1], moved.known.scopes[scope]
    said, above = values(moved.known, watch, day), logged_in(make_user(role))
    pages = {name: shown(above, name, one.address(watch, day, day, known=day)) for name, one in STANDING.items()}
    assert pages == {name: said[name] for name in STANDING}


def test_agency_office_sees_its_own_and_no_others(moved: Moved, client: Client) -> None:
    """Who was theirs on that day and is not now is in the figure, and not in what they may see."""
    office = Office.objects.get(id=moved.known.scopes["agency_office"].key)
    own = logged_in(make_user(Role.AGENCY, office)).get(MEMBERS, {"as_of": moved.days[0]}).context["rows"]
    with system_work(moved.known.branch) as work:
        today_theirs = work.rows("SELECT id FROM members_enrolment WHERE agency_office_id = %s", [office.id])
    assert own
    assert {row["id"] for row in own} <= {row[0] for row in today_theirs}


def test_world_moved_in_every_figure(moved: Moved) -> None:
    """Else the walk above could read today's lists and would still agree."""
    scopes = moved.known.scopes
    days = (*moved.days, today())
    told = [[values(moved.known, scopes[scope], day) for day in days] for scope in ("branch", "agent", "other agent")]
    still = [name for name in STANDING if all(len({one[name] for one in each}) == 1 for each in told)]
    assert still == []


def test_page_and_file_tell_what_a_member_stood_at_then(moved: Moved, client: Client) -> None:
    agent = moved.known.scopes["agent"].key
    asked = {"cover": "paid", "level": "agent", "key": agent, "as_of": moved.days[0]}
    page = client.get(MEMBERS, asked)
    assert {row["agent_id"] for row in page.context["rows"]} == {UUID(agent)}
    assert len(page.context["rows"]) == 4
    assert {row["cover"].word for row in page.context["rows"]} == {"paid"}
    assert 'name="as_of"' in page.content.decode()
    file = client.get("/console/members/export.csv", asked)
    assert b"".join(file.streaming_content).count(b"\n") == 1 + 4
    assert f"{moved.days[0]:%Y%m%d}" in file["Content-Disposition"]
    now = client.get(MEMBERS, asked | {"as_of": today()})
    assert len(now.context["rows"]) != 4
    assert now.context["past"] is None


def test_day_before_lists_were_kept_says_so_and_shows_nobody(moved: Moved, client: Client) -> None:
    """The figure of such a day is known; who was behind it is not, and today's list is not shown in its stead."""
    day = moved.days[0] - timedelta(days=9)
    with system_work(moved.known.branch) as work:
        count = work.rows("SELECT count(*) FROM figures_member WHERE branch_id = %s", [moved.known.branch.id])
    assert count[0][0] > 0
    page = client.get(MEMBERS, {"cover": "paid", "as_of": day})
    assert list(page.context["rows"]) == []
    assert page.context["past"].taken == 0
    assert client.get("/console/agents/", {"licence": "valid", "as_of": day}).context["past"].taken == 0


def test_who_came_to_another_office_is_named_as_missing_for_one_office(moved: Moved) -> None:
    """An officer sees members of their own office only; the page says that the figure may hold more."""
    sub_branch = Office.objects.get(id=moved.known.scopes["sub_branch"].key)
    told = logged_in(make_user(Role.SUB_BRANCH, sub_branch)).get(MEMBERS, {"as_of": moved.days[0]}).content.decode()
    assert "not in this list" in told or "tidak dalam daftar ini" in told


def test_branch_that_is_new_to_lists_keeps_them_from_then_on() -> None:
    branch = make_branch(target=None)
    agent = make_agent(branch)
    members = make_members(3, branch=branch, agent=agent.id, paid=today().replace(day=1))
    known = Known(branch, {"branch": Watch(BRANCH, str(branch.id))}, today())
    take_now(branch.id, known)
    with system_work(branch) as work:
        since = work.rows("SELECT since FROM figures_listed WHERE branch_id = %s", [branch.id])
        rows = work.rows("SELECT enrolment_id FROM figures_member WHERE branch_id = %s", [branch.id])
    assert (since, {row[0] for row in rows}) == ([(today(),)], set(members.ids))
    a_day_passes(branch.id)
    take_now(branch.id, known)
    with system_work(branch) as work:
        again = work.rows("SELECT count(*) FROM figures_member WHERE branch_id = %s", [branch.id])
    assert again == [(3,)], "nothing changed, nothing is written"
    told = logged_in(make_user(Role.BRANCH, Office.objects.get(id=branch.id)))
    assert told.get(MEMBERS, {"as_of": today() - timedelta(days=3)}).content.decode().count("data-row") == 0


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE figures_member SET cover = 'ended' WHERE branch_id = %s AND day = %s",
        "DELETE FROM figures_member WHERE branch_id = %s AND day = %s",
        "INSERT INTO figures_member (branch_id, enrolment_id, day, cover, state, owed) VALUES (%s, uuidv7(), %s, 'x', 'x', 0)",
        "UPDATE figures_listed SET since = since - 9 WHERE branch_id = %s AND since <= %s",
    ],
)
def test_list_of_a_day_that_is_over_is_never_written_again(moved: Moved, sql: str) -> None:
    touched = 0
    try:
        with system_work(moved.known.branch) as work:
            touched = work.execute(sql, [moved.known.branch.id, moved.days[0]])  # type: ignore[arg-type]
    except ProgrammingError:
        pass  # no right at all, which is as well
    assert touched == 0


def test_addresses_of_today_name_no_day() -> None:
    watch = Watch(BRANCH, "7")
    for one in STANDING.values():
        assert "as_of" not in one.address(watch, "2026-11-01", "2026-11-23")
        assert one.address(watch, "2026-11-01", "2026-11-30", "2026-11-23").endswith("as_of=2026-11-23")
        assert one.address(watch, "2026-10-01", "2026-10-31", "2026-11-23").endswith("as_of=2026-10-31")
