"""Pages without an account: what no log holds, nobody keeps and no script reads."""

import pytest
from django.test import Client

from perisai.agencies import link
from perisai.events.ids import uuid7

pytestmark = pytest.mark.usefixtures("database")
SECRET = "zAtIphZSYVbeZDRQLt3y0jC1Wq6BRQrHg41dfT6T"


@pytest.mark.parametrize(
    "path",
    ["/berkas/{}/", "/p/{}", "/j/{}", "/daftar-agen/saya/{}/", "/daftar-kantor/saya/{}/mundur/", "/latihan/bayar/{}/"],
)
def test_log_of_a_refused_request_holds_no_address_that_opens_anything(
    path: str, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = Client(SERVER_NAME="localhost").get(path.format(SECRET))
    assert answer.status_code >= 400
    told = capfd.readouterr().err
    assert path.format("…") in told, "the framework says which request it was"
    assert SECRET not in told


def test_form_of_an_office_is_kept_by_no_browser_and_runs_no_script() -> None:
    answer = Client(SERVER_NAME="localhost").get("/daftar-kantor/")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert "script-src 'none'" in answer["Content-Security-Policy"]
    assert Client(SERVER_NAME="localhost").get("/latihan/")["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/daftar-agen/", "/daftar-kantor/", f"/berkas/{SECRET}/keberatan/{uuid7()}/"])
def test_body_that_is_no_form_of_ours_is_refused_by_its_length(path: str) -> None:
    answer = Client(SERVER_NAME="localhost").generic("POST", path, b"x", CONTENT_LENGTH=str(500 * 2**20))
    assert (answer.status_code, answer.json()["code"]) == (413, "E1003")


def test_link_is_written_in_one_way_only() -> None:
    """Otherwise what is counted by link would be counted anew for each way to write it."""
    token = next(t for t in (link.make(link.Owner(1501, uuid7())).split("/")[-2] for _ in range(1000)) if "-" in t)
    assert link.read(token) is not None
    assert link.read(token.replace("-", "+")) is None
