"""An office ends with every agent handed over in the same act; nobody is orphaned."""

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from perisai.accounts.models import Role, User
from perisai.agencies import ending
from perisai.agents import placement
from perisai.offices.models import Office
from tests.accounts.people import make_user
from tests.agencies.offices import draft, make_agency_office, make_members_of, make_signed, refused, standing
from tests.processes import run_together
from tests.world import Branch, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")
TODAY = datetime.now(ZoneInfo("Asia/Jakarta")).date()
TOMORROW = TODAY + timedelta(days=1)


def make_office(branch: Branch) -> int:
    office_id = make_agency_office(branch)
    make_signed(branch, office_id, TODAY - timedelta(days=30), TODAY + timedelta(days=300))
    return office_id


def end(
    branch: Branch, office_id: int, handed: dict[UUID, int | None], last_day: date = TODAY, reason: str = "request"
) -> int:
    with system_work(branch) as work:
        return ending.end(
            work,
            branch_id=branch.id,
            office_id=office_id,
            reason=reason,
            note="",
            last_day=last_day,
            today=TODAY,
            handed=handed,
        )


def places(branch: Branch, on: date) -> dict[UUID, int | None]:
    with system_work(branch) as work:
        return dict(
            work.rows(
                "SELECT agent_id, agency_office_id FROM agents_placement WHERE branch_id = %s AND during @> %s::date",
                [branch.id, on],
            )
        )


def test_end_without_a_place_for_every_agent_is_refused_and_changes_nothing() -> None:
    branch = make_branch(target=None)
    office_id = make_office(branch)
    agents = make_members_of(branch, office_id, 3)
    assert refused(lambda: end(branch, office_id, dict.fromkeys(agents[:2]))) == "E9011"
    assert standing(branch, office_id, TOMORROW) is None
    assert places(branch, TOMORROW) == {}


def test_end_moves_each_agent_to_another_office_or_the_branch_the_day_after() -> None:
    branch = make_branch(target=None)
    office_id, other = make_office(branch), make_office(branch)
    first, second, third = make_members_of(branch, office_id, 3)
    assert end(branch, office_id, {first: other, second: other, third: None}) == 3
    assert places(branch, TOMORROW) == {first: other, second: other, third: None}
    assert (standing(branch, office_id, TODAY), standing(branch, office_id, TOMORROW)) == (None, "ended")
    with system_work(branch) as work:
        row = work.row(
            "SELECT last_day, end_reason FROM agencies_agreement WHERE branch_id = %s AND office_id = %s",
            [branch.id, office_id],
        )
        event = work.row("SELECT detail FROM events_event WHERE branch_id = %s AND kind = 'agency_ended'", [branch.id])
    assert row == (TODAY, "office_ended")
    assert event is not None
    assert refused(lambda: end(branch, office_id, {})) == "E9012"


def test_end_takes_along_stays_that_begin_later() -> None:
    branch = make_branch(target=None)
    office_id, other = make_office(branch), make_office(branch)
    (agent,) = make_members_of(branch, other, 1)
    coming = TODAY + timedelta(days=20)
    with system_work(branch) as work:
        placement.place(
            work, branch_id=branch.id, agent_id=agent, agency_office_id=office_id, sub_branch_id=None, since=coming
        )
    assert refused(lambda: end(branch, office_id, {})) == "E9011"
    end(branch, office_id, {agent: None})
    assert places(branch, coming) == {agent: None}


@pytest.mark.parametrize("what", ["itself", "no agreement", "other branch", "ended"])
def test_end_to_an_office_that_cannot_take_agents_is_refused(what: str) -> None:
    branch = make_branch(target=None)
    office_id = make_office(branch)
    (agent,) = make_members_of(branch, office_id, 1)
    target = {
        "itself": lambda: office_id,
        "no agreement": lambda: make_agency_office(branch),
        "other branch": lambda: make_office(make_branch(target=None)),
        "ended": lambda: make_office(branch),
    }[what]()
    if what == "ended":
        end(branch, target, {})
    assert refused(lambda: end(branch, office_id, {agent: target})) == "E9013"


def test_end_asks_for_a_reason_and_a_day_that_is_not_past() -> None:
    branch = make_branch(target=None)
    office_id = make_office(branch)
    assert refused(lambda: end(branch, office_id, {}, reason="whim")) == "E9004"
    assert refused(lambda: end(branch, office_id, {}, reason="other")) == "E9004"
    assert refused(lambda: end(branch, office_id, {}, last_day=TODAY - timedelta(days=1))) == "E9016"
    assert refused(lambda: end(branch, office_id, {}, last_day=TODAY + timedelta(days=61))) == "E9016"


def test_two_who_end_at_once_one_wins_and_the_other_is_told() -> None:
    branch = make_branch(target=None)
    office_id = make_office(branch)
    assert sorted(run_together([lambda: refused(lambda: end(branch, office_id, {}))] * 2)) == ["", "E9012"]


def test_draft_of_an_ended_office_cannot_be_made_or_signed() -> None:
    branch = make_branch(target=None)
    office_id = make_agency_office(branch)
    draft(branch, office_id, TODAY, TODAY)
    end(branch, office_id, {})
    assert refused(lambda: draft(branch, office_id, TODAY, TODAY)) == "E9012"
    with system_work(branch) as work:
        assert work.rows("SELECT state FROM agencies_agreement WHERE office_id = %s", [office_id]) == [("withdrawn",)]


def test_after_the_last_day_accounts_are_closed_and_who_came_meanwhile_goes_to_the_branch() -> None:
    branch = make_branch(target=None)
    office_id = make_office(branch)
    user = make_user(Role.AGENCY, Office.objects.get(id=office_id))
    end(branch, office_id, {})
    (late,) = make_members_of(branch, office_id, 1)

    def close(today: date) -> int:
        with system_work(branch) as work:
            return ending.close_due(work, branch_id=branch.id, today=today)

    assert close(TODAY) == 0
    assert User.objects.get(pk=user.pk).is_active
    assert (close(TOMORROW), close(TOMORROW)) == (1, 0)
    assert not User.objects.get(pk=user.pk).is_active
    assert not Office.objects.get(id=office_id).is_open
    assert places(branch, TOMORROW) == {late: None}
