"""Nobody is left at an address where only a form is sent, nor at a refusal without a way back."""

import pytest
from django.test import Client

from perisai.accounts.models import Role
from perisai.offices.models import Office
from perisai.web.way_back import above
from tests.accounts.people import logged_in, make_user, stranger
from tests.world import make_branch

pytestmark = pytest.mark.usefixtures("database")
ONE = "019b76da-a800-75c8-ba01-f998aebd53a2"
BROWSER = {"Accept": "text/html"}


@pytest.fixture
def officer() -> Client:
    return logged_in(make_user(Role.BRANCH, Office.objects.get(id=make_branch().id)))


@pytest.mark.parametrize(
    ("address", "page"),
    [("/console/reconciliation/send/", "/console/reconciliation/"), ("/console/language/", "/console/"),
     (f"/console/employers/{ONE}/worker/{ONE}/leave/", f"/console/employers/{ONE}/"),
     ("/usaha/abc/kirim/", "/usaha/abc/"), ("/j/abc/berhenti", "/j/abc"), ("/nowhere/at/all", "")],
)  # fmt: skip
def test_over_the_address_of_a_form_stands_its_page(address: str, page: str) -> None:
    assert above(address) == page


def test_who_looks_at_the_address_of_a_form_is_led_to_its_page_and_programs_are_told(officer: Client) -> None:
    address = f"/console/employers/{ONE}/file/"
    answer = officer.get(address, headers=BROWSER)
    assert (answer.status_code, answer["Location"]) == (302, f"/console/employers/{ONE}/")
    assert officer.get(address).status_code == 405
    assert officer.get(address, headers=BROWSER | {"HX-Request": "true"}).status_code == 405
    assert officer.get("/api/v1/sync/push", headers=BROWSER).status_code == 405


def test_a_refusal_leads_back_to_the_page_it_was_sent_from(officer: Client) -> None:
    page = "/console/employers/?q=a"

    def refused(referer: str) -> str:
        answer = officer.get(f"/console/employers/{ONE}/", headers=BROWSER | {"Referer": referer})
        assert answer.status_code == 404
        return answer.content.decode()

    assert f'href="{page}"' in refused(f"http://localhost{page}")
    assert "elsewhere" not in refused("https://elsewhere.example/a")
    assert f'href="/console/employers/{ONE}/"' not in refused(f"http://localhost/console/employers/{ONE}/")


@pytest.mark.parametrize("page", ["/usaha/nobody-has-this/", "/p/nobody-has-this/dokumen/tahun/2026.pdf"])
def test_who_has_no_login_is_led_home_and_not_to_the_console(page: str) -> None:
    answer = stranger().get(page, headers=BROWSER)
    assert answer.status_code in (404, 410)
    assert 'href="/console/"' not in answer.content.decode()
