"""The estimate on the office's page: for the office's own people and for staff, by month."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from perisai.accounts.models import Role
from perisai.offices.models import Office
from tests.accounts.people import logged_in, make_user
from tests.agencies.offices import make_agency_office
from tests.incentives.test_estimate import MONTH, act, enrol, pay
from tests.world import Branch, FieldAgent, make_agent, make_branch

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def placed() -> tuple[Branch, int, FieldAgent]:
    branch = make_branch()
    office, agent = make_agency_office(branch), make_agent(branch)
    act(
        branch,
        "UPDATE agents_agent SET agency_office_id = %s, full_name = 'Sari Uji' WHERE branch_id = %s AND id = %s",
        [office, branch.id, agent.id],
    )
    return branch, office, agent


def client(role: Role, office: Office | None = None, language: str = "id") -> Client:
    found = logged_in(make_user(role, office))
    found.defaults["SERVER_NAME"] = "localhost"
    found.cookies["django_language"] = language
    return found


def part(page: str) -> str:
    """What the section says, without marks."""
    found = re.search(r'<section class="card" id="incentives">.*?</section>', page, re.S)
    assert found is not None
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


def test_office_reads_its_share_and_what_each_agent_earned(placed: tuple[Branch, int, FieldAgent]) -> None:
    branch, office, agent = placed
    dues = pay(branch, enrol(agent, 2))
    earned = dues * 15 // 100
    own = client(Role.AGENCY, Office.objects.get(id=office))
    told = part(own.get(f"/console/agencies/{branch.id}/{office}/").content.decode())
    assert f"Rp{earned // 10:,}".replace(",", ".") in told
    assert "Sari Uji" in told
    assert f"Rp{earned:,}".replace(",", ".") in told
    assert "5 " in told, "when the programme pays at the latest"
    before = (MONTH - timedelta(days=1)).replace(day=1)
    empty = part(own.get(f"/console/agencies/{branch.id}/{office}/?month={before:%Y-%m}").content.decode())
    assert "Rp0" in empty
    assert f"Rp{earned:,}".replace(",", ".") not in empty


@pytest.mark.parametrize("month", ["", "x", "2026-13", "1999-01", "2026-11-01", "٢٠٢٦-١١"])
def test_month_that_is_none_shows_this_one(placed: tuple[Branch, int, FieldAgent], month: str) -> None:
    branch, office, _ = placed
    clerk = client(Role.BRANCH, Office.objects.get(id=branch.id))
    page = clerk.get(f"/console/agencies/{branch.id}/{office}/", {"month": month})
    assert page.status_code == 200
    assert f'value="{MONTH:%Y-%m}" selected' in page.content.decode()
