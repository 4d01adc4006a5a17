"""The page of an office's year, and what an office adds to it."""

from datetime import date, timedelta

import pytest

from perisai.accounts.models import Role
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.offices import calendar
from tests.accounts.people import logged_in, make_user, tree

DAY = date.today() + timedelta(days=30)  # noqa: DTZ011 - only the distance from today matters


def own(office_id: int) -> calendar.Calendar:
    with Work(scope=Scope.nation()) as work:
        return calendar.of_office(work, office_id)


def test_branch_adds_a_closed_day_once_and_takes_it_away(database: object) -> None:
    client, address = logged_in(make_user(Role.BRANCH)), f"/console/offices/{tree().branch.id}/calendar/"
    told = {"kind": "closed", "day": DAY.isoformat(), "name": "Pindah gedung", "every_days": "0"}
    assert client.post(address, told).status_code == 302
    assert client.post(address, told).status_code == 409
    assert calendar.told(DAY, own(tree().branch.id)) == (calendar.DayKind.CLOSED, "Pindah gedung")
    assert calendar.told(DAY, own(tree().sub_branch.id)).name == "Pindah gedung", "holds for what is under it"
    assert calendar.told(DAY, own(tree().other_branch.id)).name != "Pindah gedung"
    page = client.get(address + f"?year={DAY.year}").content.decode()
    assert "Pindah gedung" in page
    button = page.split('name="remove" value="')[1][:36]
    assert client.post(address, {"remove": button}).status_code == 302
    assert client.post(address, {"remove": button}).status_code == 404
    assert calendar.told(DAY, own(tree().branch.id)).name != "Pindah gedung"


def test_nearer_office_wins_over_the_one_above(database: object) -> None:
    head = logged_in(make_user(Role.HEAD_OFFICE))
    day = DAY + timedelta(days=1)
    for office, kind, name in ((tree().region, "closed", "Seluruh kanwil tutup"), (tree().branch, "open", "Piket")):
        address = f"/console/offices/{office.id}/calendar/"
        told = {"kind": kind, "day": day.isoformat(), "name": name}
        assert head.post(address, told).status_code == 302, name
    assert calendar.is_working(day, own(tree().branch.id))
    assert calendar.told(day, own(tree().other_branch.id)).kind is calendar.DayKind.CLOSED


@pytest.mark.parametrize(
    "change", [{"day": "2019-01-01"}, {"name": " x "}, {"kind": "party"}, {"every_days": "3"}, {"day": "31/02/2027"}]
)
def test_bad_day_is_refused_and_nothing_changes(database: object, change: dict[str, str]) -> None:
    client, address = logged_in(make_user(Role.BRANCH)), f"/console/offices/{tree().branch.id}/calendar/"
    told = {"kind": "market", "day": DAY.isoformat(), "name": "Pasar Angso Duo", "every_days": "7"} | change
    assert client.post(address, told).status_code == 422
    assert own(tree().branch.id).markets == ()


def test_reader_sees_the_days_above_and_changes_nothing(database: object) -> None:
    agency = logged_in(make_user(Role.AGENCY))
    address = f"/console/offices/{tree().branch.id}/calendar/"
    assert agency.get(address).status_code == 200
    told = {"kind": "closed", "day": DAY.isoformat(), "name": "Tidak boleh"}
    assert agency.post(address, told).status_code == 403
    assert agency.get(f"/console/offices/{tree().other_branch.id}/calendar/").status_code == 404
    assert (
        logged_in(make_user(Role.BRANCH)).post(f"/console/offices/{tree().head.id}/calendar/", told).status_code == 403
    )
