"""What the users of an agency office do with candidates: see their own, invite to their own, decide nothing."""

from typing import Any

import pytest
from django.test import Client

from perisai.accounts.models import Role
from tests.accounts.people import client_of
from tests.agencies.offices import make_agency_office
from tests.recruitment.people import make_candidate
from tests.recruitment.test_console import at, decide, numbers, text
from tests.world import Branch, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")
BOARD = "/console/recruitment/"
INVITE = "/console/recruitment/invitations/"


@pytest.fixture
def branch() -> Branch:
    return make_branch()


def user_of(office_id: int) -> Client:
    return client_of(Role.AGENCY, office_id, language="en")


def test_agency_user_sees_the_candidates_of_the_own_office_alone(branch: Branch) -> None:
    own, other = make_agency_office(branch), make_agency_office(branch)
    mine = make_candidate(branch, full_name="Calon Sendiri", agency_office_id=own)
    theirs = make_candidate(branch, full_name="Calon Tetangga", agency_office_id=other)
    nobodys = make_candidate(branch, full_name="Calon Cabang")
    client = user_of(own)
    for address in (BOARD, f"{BOARD}list/", f"{BOARD}list/?q=calon"):
        page = text(client, address)
        assert "Calon Sendiri" in page
        assert "Calon Tetangga" not in page
        assert "Calon Cabang" not in page
    assert "Calon Sendiri" in text(client, at(branch, mine))
    for who in (theirs, nobodys):
        assert client.get(at(branch, who)).status_code == 404


def test_agency_user_decides_nothing_and_opens_no_photo(branch: Branch) -> None:
    own = make_agency_office(branch)
    who = make_candidate(branch, agency_office_id=own)
    client = user_of(own)
    page = text(client, at(branch, who))
    assert 'name="to"' not in page
    assert "picture/" not in page
    assert decide(client, branch, who, to="screened", expected="applied").status_code == 403
    assert client.get(at(branch, who, "picture/face/")).status_code == 403


def test_agency_user_invites_to_the_own_office_whatever_the_form_says(branch: Branch) -> None:
    own, other = make_agency_office(branch), make_agency_office(branch)
    known = numbers(1)[0]
    make_candidate(branch, phone="+62" + known[1:], documents=())
    fresh = numbers(1)[0]
    asked: dict[str, Any] = {"act": "send", "numbers": f"{fresh}\n{known}", "agency_office": str(other)}
    client = user_of(own)
    page = client.post(INVITE, asked).content.decode()
    assert "Invited now" in page
    assert "The branch knows this number already" in page
    assert "Applied already" not in page
    with system_work(branch) as work:
        sent = work.rows("SELECT agency_office_id FROM recruitment_invitation WHERE branch_id = %s", [branch.id])
    assert sent == [(own,)]
    assert "0812" in text(client, INVITE)
    assert "Nobody invited yet" in text(user_of(other), INVITE)
