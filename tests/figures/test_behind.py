"""The page behind every figure holds as many as the figure says: for a branch, a sub-branch, an agency office and an agent, now and
as of a past day, through the front door."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.template.base import Template
from django.test import Client
from django.test.utils import instrumented_test_render

from perisai.accounts.models import Role
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.figures import reading
from perisai.figures.definition import Figure, figures
from perisai.figures.period import Period
from perisai.offices.models import Office
from tests.accounts.people import logged_in, make_user
from tests.figures.behind_world import Known, known_branch, today

pytestmark = pytest.mark.usefixtures("database")
COUNTED: dict[str, Callable[[Any], Any]] = {
    "/console/members/": lambda page: sum(row["share"] if page.get("metric") else 1 for row in page["rows"]),
    "/console/agents/": lambda page: len(page["rows"]),
    "/console/custody/": lambda page: page["late"] if page["is_overdue"] else page["total"],
    "/console/employers/": lambda page: page["total"],
    "/console/reminders/": lambda page: page["total"],
}
"""What a page shows: rows, or what they add up to."""


@pytest.fixture(scope="module")
def known(database: object) -> Known:
    return known_branch()


@pytest.fixture(scope="module")
def client(known: Known) -> Iterator[Client]:
    """An officer of the branch, who also hears what pages are made of."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", instrumented_test_render)
        yield logged_in(make_user(Role.BRANCH, Office.objects.get(id=known.branch.id)))


def walked(figure: Figure) -> bool:
    """Shares in per cent and cohorts lead to what they are shares of; targets and quota to their own pages."""
    return figure.source.percent is None and figure.source.cohort is None and "/targets/" not in figure.behind


def shown(client: Client, name: str, address: str) -> int:
    answer = client.get(address)
    assert answer.status_code == 200, address
    page = answer.context
    if name == "arrears_members":
        return len(page["rows"])
    return COUNTED[address.partition("?")[0]](page)


@pytest.mark.parametrize("scope", ["branch", "sub_branch", "agency_office", "agent", "other agent"])
@pytest.mark.parametrize("when", ["now", "as of last month's end"])
def test_page_behind_every_figure_holds_as_many(known: Known, client: Client, scope: str, when: str) -> None:
    period = Period(known.month, today())
    is_past = when != "now"
    as_of = today().replace(day=1) - timedelta(days=1) if is_past else today()
    watch = known.scopes[scope]
    with Work(scope=Scope.branch(known.branch.id)) as work:
        values = reading.of(work, watch, period, as_of).values
    wanted = {n: one for n, one in figures().items() if walked(one) and not (is_past and one.source.standing)}
    pages = {name: shown(client, name, one.address(watch, *period, known=as_of)) for name, one in wanted.items()}
    assert pages == {name: values[name] for name in wanted}


def test_world_tells_every_figure_and_what_came_late(known: Known) -> None:
    """Else the walk above would compare nought with nought."""
    watch, period = known.scopes["branch"], Period(known.month, today())
    with Work(scope=Scope.branch(known.branch.id)) as work:
        values = reading.of(work, watch, period, today()).values
        then = reading.of(work, watch, period, today().replace(day=1) - timedelta(days=1)).values
    assert [name for name, one in figures().items() if walked(one) and not values[name]] == []
    assert values["accepted"] != then["accepted"]
    assert values["contributions"] != then["contributions"]


@pytest.mark.parametrize("page", COUNTED)
def test_unknown_scope_shows_nothing(client: Client, page: str) -> None:
    answer = client.get(page, {"level": "sub_branch", "key": "x'", "tab": "visits" if "reminders" in page else "held"})
    assert answer.status_code == 200
    assert list(answer.context["rows"]) == []


def test_filters_stay_in_the_form_and_each_can_be_dropped(known: Known, client: Client) -> None:
    day = date(2026, 1, 31)
    asked = {
        "cover": "arrears",
        "level": "sub_branch",
        "key": known.scopes["sub_branch"].key,
        "metric": "payments",
        "known": day,
    }
    page = client.get("/console/members/", asked).content.decode()
    for name, value in asked.items():
        assert f'type="hidden" name="{name}" value="{value}"' in page.replace('value="s"', 'value="sub_branch"')
    assert page.count('class="chip"') == 4


@pytest.mark.parametrize("scope", ["branch", "sub_branch", "agency_office", "agent"])
def test_targets_and_quota_open_at_the_scope_and_month_of_the_figure(known: Known, client: Client, scope: str) -> None:
    watch = known.scopes[scope]
    first, last = Period.month(known.month)
    answer = client.get(figures()["target"].address(watch, first, last))
    office = known.scopes["agency_office" if scope == "agent" else scope]
    assert (str(answer.context["home"].id), answer.context["month"]) == (office.key, first)
    assert client.get(figures()["quota_left"].address(watch, first, last)).context["period"] == first
    assert client.get("/console/targets/?level=agent&key=x").status_code == 404
