"""An earlier version of a plan is taken up again from its page: as a draft, approved by a second person, its history kept."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from perisai.accounts.models import Role
from perisai.errors import Refused
from perisai.targets.plans import again, plan
from perisai.targets.plans import decide as plan_decide
from perisai.targets.plans.place import get_home
from perisai.targets.plans.plan import Cell
from tests.targets.conftest import YEAR, Country, month
from tests.targets.test_plan import approved, made
from tests.targets.test_plan_pages import YEAR as THIS_YEAR
from tests.targets.test_plan_pages import client, text


def agency(country: Country) -> tuple[str, str]:
    return "agency_office", str(country.agency)


def sub_branch(country: Country) -> tuple[str, str]:
    return "sub_branch", str(country.sub_branch)


def of(country: Country, plan_id: UUID) -> dict[tuple[str, int], int]:
    """By key and month."""
    with country.work() as work:
        figures = plan.figures(work, home=get_home(work, country.branch), plan_id=plan_id)
    return {(cell.key, cell.month.month): value for cell, value in figures.items()}


def test_earlier_version_from_a_month_on_is_a_draft_and_then_in_force(country: Country) -> None:
    first = made(country, country.branch, {agency(country): 7})
    second = made(country, country.branch, {agency(country): 9, sub_branch(country): 4}, since=5)
    with country.work() as work:
        taken = again.take_up(work, home=get_home(work, country.branch), plan_id=first, from_month=month(7))
    assert (taken.changed, taken.left_out) == (12, 0), "six months each: one figure less, one another"
    key, other = str(country.agency), str(country.sub_branch)
    draft = of(country, taken.plan_id)
    assert [draft[key, n] for n in range(1, 13)] == [7] * 4 + [9] * 2 + [7] * 6
    assert [draft.get((other, n)) for n in range(1, 13)] == [None] * 4 + [4] * 2 + [None] * 6
    assert of(country, second)[key, 12] == 9, "in force until a second person approves"
    with country.work() as work:
        home = get_home(work, country.branch)
        plan_decide.propose(work, home=home, plan_id=taken.plan_id, revision=1)
    with pytest.raises(Refused, match="E5016"), country.work() as work:
        plan_decide.approve(work, home=home, plan_id=taken.plan_id, revision=2)
    with country.work(second=True) as work:
        plan_decide.approve(work, home=home, plan_id=taken.plan_id, revision=2)
    with country.work() as work:
        rows = work.rows(
            "SELECT version, state FROM targets_plan WHERE branch_id = %s AND office_id = %s ORDER BY version",
            [country.branch, country.branch],
        )
    assert rows == [(1, "replaced"), (2, "replaced"), (3, "approved")]
    assert of(country, first)[key, 1] == 7


@pytest.mark.parametrize("state", ["in force", "another office's", "while one is open", "before this month"])
def test_what_cannot_be_taken_up_changes_nothing(country: Country, state: str) -> None:
    first = made(country, country.branch, {agency(country): 7})
    second = made(country, country.branch, {agency(country): 9}, since=5)
    asked, code, since = first, "E5011", month(7)
    with country.work() as work:
        home = get_home(work, country.branch)
        if state == "in force":
            asked, code = second, "E5013"
        elif state == "another office's":
            home, code = get_home(work, country.agency), "E1004"
        elif state == "before this month":
            since, code = month(4), "E5010"
        else:
            plan.start(work, home=home, year=YEAR, from_month=month(6))
    with pytest.raises(Refused, match=code), country.work() as work:
        again.take_up(work, home=home, plan_id=asked, from_month=since)


def test_figures_of_who_is_gone_are_left_out_and_counted(country: Country) -> None:
    first = made(country, country.branch, {agency(country): 7, sub_branch(country): 4})
    gone: dict[Cell, int | None] = {Cell(*sub_branch(country), month(n), "BPU", "persons"): None for n in range(5, 13)}
    with country.work() as work:
        home = get_home(work, country.branch)
        second = plan.start(work, home=home, year=YEAR, from_month=month(5))
        plan.edit(work, home=home, plan_id=second, revision=0, cells=gone)
    approved(country, country.branch, second, revision=1)
    with country.work() as work:
        work.execute("UPDATE offices_office SET is_open = false WHERE id = %s", [country.sub_branch])
    with country.work() as work:
        taken = again.take_up(work, home=get_home(work, country.branch), plan_id=first, from_month=month(7))
    assert (taken.changed, taken.left_out) == (0, 6)


def test_page_of_a_past_version_offers_it_and_tells_what_was_done(country: Country) -> None:
    now = datetime.now(UTC)
    first = made(country, country.branch, {agency(country): 7}, at=now)
    made(country, country.branch, {agency(country): 9}, since=12, at=now)
    maker, reader = client(Role.BRANCH, country.branch), client(Role.AUDITOR, country.head)
    page = f"/console/targets/plan/{country.branch}/"
    offer = f"/console/targets/plan/{country.branch}/{first}/again/"
    past = text(maker.get(f"{page}?v=1&year={THIS_YEAR}"))
    assert offer in past
    assert "Take up version 1 again" in past
    assert "/again/" not in text(maker.get(f"{page}?year={THIS_YEAR}")), "what is in force needs none"
    assert "/again/" not in text(reader.get(f"{page}?v=1&year={THIS_YEAR}"))
    given = {"year": str(THIS_YEAR), "segment": "BPU", "measure": "persons", "from_month": f"{THIS_YEAR}-12"}
    assert reader.post(offer, given).status_code == 403
    answer = maker.post(offer, given)
    assert answer.status_code == 302
    body = text(maker.get(answer["location"]))
    assert "took up an earlier version again" in body
    assert "A new draft: 1 figures differ" in body
    assert "E5011" in text(maker.post(offer, given), 409)
