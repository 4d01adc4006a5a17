"""A NUL in a form is the sender's mistake, however the form is sent: 400, never a defect of ours."""

from urllib.parse import urlencode

import pytest
from django.test import Client

from perisai.accounts.models import Role
from tests.accounts.people import logged_in, make_user

pytestmark = pytest.mark.usefixtures("database")

ADDRESSES = (
    "/console/employers/new/",
    "/console/payers/groups/make/",
    "/console/payments/mandates/act/",
    "/console/custody/books/change/",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_form_with_a_nul_is_refused_however_it_is_sent(address: str) -> None:
    client = logged_in(make_user(Role.BRANCH_HEAD))
    client.defaults["SERVER_NAME"] = "localhost"
    for given in ({"region": "15.71\x00"}, {"name": "a\x00b", "what": "register"}, {"na\x00me": "x"}):
        assert client.post(address, given).status_code == 400, given
        sent = client.post(address, urlencode(given), content_type="application/x-www-form-urlencoded")
        assert sent.status_code == 400, given
    for region in ("15.71", "Kelurahan ①\u200b", "15.71.08.1001\t", "\ud7ff"):
        whole = {"region": region, "kind": "market", "name": "Uji", "coordinator": "Pak Uji"}
        assert client.post(address, whole).status_code not in (400, 500), region


def test_nul_in_a_form_of_somebody_unknown_is_not_even_read() -> None:
    client = Client(SERVER_NAME="localhost")
    assert client.post("/console/employers/new/", {"region": "a\x00b"}).status_code == 302, "to the login"
    assert client.post("/accounts/login/", {"login": "a\x00b", "password": "x"}).status_code == 400
