"""An agent who moved in the middle of a year: the old office sees the figures that still stand in its plan, and takes them out."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from perisai.accounts.models import Role
from perisai.agents import placement
from perisai.errors import Refused
from perisai.targets.plans import moved as plan_moved
from perisai.targets.plans import plan
from perisai.targets.plans import queries as plan_queries
from perisai.targets.plans.place import get_home
from perisai.targets.quotas.setting import add_months
from tests.targets.conftest import Country
from tests.targets.test_one_figure import MONTH, TODAY, gave
from tests.targets.test_plan_pages import client, text

THIS_YEAR = [add_months(MONTH, n) for n in range(13 - MONTH.month)]


def moves(country: Country, agent: UUID, since: date) -> None:
    """From the agency office to the branch itself."""
    with country.work(at=datetime.now(UTC)) as work:
        for office, first in ((country.agency, since - timedelta(days=60)), (None, since)):
            placement.place(
                work, branch_id=country.branch, agent_id=agent, agency_office_id=office, sub_branch_id=None, since=first
            )


def left(country: Country) -> list[plan_moved.Moved]:
    with country.work(at=datetime.now(UTC)) as work:
        home = get_home(work, country.agency)
        versions = plan_queries.versions(work, home, TODAY.year)
        return plan_moved.still_here(work, home=home, version=plan_moved.newest(versions))


def of_agent(country: Country, agent: UUID, month: date) -> int | None:
    with country.work(at=datetime.now(UTC)) as work:
        return plan.target_of(work, level="agent", key=str(agent), first_month=month, last_month=month)


def test_old_office_sees_who_moved_and_takes_the_months_out(country: Country) -> None:
    stays, moved = country.agents[:2]
    here = {("agent", str(one)): 20 for one in (stays, moved)}
    gave(country, country.agency, here, many=len(THIS_YEAR))
    assert left(country) == []
    moves(country, moved, MONTH)
    gave(country, country.branch, {("agent", str(moved)): 30}, many=len(THIS_YEAR))
    assert of_agent(country, moved, MONTH) == 50, "in two plans"
    (found,) = left(country)
    assert (found.key, found.on, found.since, len(found.cells)) == (str(moved), MONTH, MONTH, len(THIS_YEAR))
    officer = client(Role.BRANCH, country.branch)
    address = f"/console/targets/plan/{country.agency}/"
    page = text(officer.get(address))
    assert "Agen Uji 2" in page.split("still stand here")[1].split("</ul>")[0]
    assert f"on still here: {len(THIS_YEAR)}" in page
    assert officer.post(f"{address}moved/", {"year": TODAY.year}).status_code == 302
    assert left(country) == [], "of the open version"
    assert of_agent(country, moved, MONTH) == 50, "in force until it is approved"
    page = text(officer.get(address))
    assert "took out who works elsewhere" in page
    assert "still stand here" not in page
    assert text(officer.post(f"{address}moved/", {"year": TODAY.year}), 409).count("E5030") == 1
    (plan_id,) = _open(country)
    assert officer.post(f"{address}{plan_id}/propose/", {"revision": 1, "year": TODAY.year}).status_code == 302
    decided = {"revision": 2, "year": TODAY.year, "decide": "approve", "reason": "Pindah"}
    assert client(Role.BRANCH_HEAD, country.branch).post(f"{address}{plan_id}/decide/", decided).status_code == 302
    assert (of_agent(country, moved, MONTH), of_agent(country, stays, MONTH)) == (30, 20)


def test_months_before_the_move_stay_and_so_does_a_version_that_waits(country: Country) -> None:
    moved = country.agents[1]
    gave(country, country.agency, {("agent", str(moved)): 20}, many=len(THIS_YEAR))
    moves(country, moved, TODAY if TODAY.day > 1 else TODAY - timedelta(days=3))
    coming = add_months(MONTH, 1)
    since = coming if TODAY.day > 1 else MONTH
    found = left(country)
    assert [one.since for one in found] == ([since] if since.year == TODAY.year else [])
    with country.work(at=datetime.now(UTC)) as work:
        home = get_home(work, country.agency)
        waits = plan_queries.versions(work, home, TODAY.year)
        waits[0] = type(waits[0])(**vars(waits[0]) | {"state": "proposed"})
        if found:
            with pytest.raises(Refused, match="E5011"):
                plan_moved.leave_out(work, home=home, year=TODAY.year, versions=waits)


def test_only_who_makes_the_plan_takes_out(country: Country) -> None:
    address = f"/console/targets/plan/{country.agency}/moved/"
    for role, office in ((Role.AUDITOR, country.head), (Role.REGION, country.region)):
        assert client(role, office).post(address, {"year": TODAY.year}).status_code == 403
    assert client(Role.BRANCH, country.other).post(address, {"year": TODAY.year}).status_code == 404


def _open(country: Country) -> list[UUID]:
    with country.work() as work:
        sql = "SELECT id FROM targets_plan WHERE branch_id = %s AND office_id = %s AND state = 'draft'"
        return [row[0] for row in work.rows(sql, [country.branch, country.agency])]
