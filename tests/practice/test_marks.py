"""Whatever a person sees of a practice world says that it is one."""

import io
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from pypdf import PdfReader

from perisai.agencies import paper as agreement
from perisai.agents import paper, public_code
from perisai.events import world
from perisai.practice import strip, trainee
from tests.agencies.offices import draft, make_agency_office
from tests.practice.test_doors import visitor
from tests.world import make_branch, system_work

PAGES = (
    "/",
    "/accounts/login/",
    "/latihan/",
    "/daftar-agen/",
    "/agen/",
    "/p/broken",
    "/nowhere",
    "/simulate/sms/",
    "/ujian/x/",
)


@pytest.mark.usefixtures("practice")
@pytest.mark.parametrize("path", PAGES)
def test_page_carries_the_strip_in_both_languages(path: str) -> None:
    page = visitor().get(path, headers={"Accept": "text/html"}).content.decode()
    assert page.count(strip.ID) == page.count(strip.EN) == 1
    assert "<title>LATIHAN" in page


@pytest.mark.usefixtures("jambi")
def test_console_carries_the_strip() -> None:
    client = visitor()
    client.post("/latihan/masuk/petugas/")
    for path in ("/console/", "/console/members/", "/console/golive/", "/accounts/2fa/"):
        page = client.get(path)
        assert page.status_code == 200, path
        assert strip.ID in page.content.decode(), path


@pytest.mark.usefixtures("database")
def test_page_of_another_world_carries_none() -> None:
    page = visitor().get("/").content.decode()
    assert strip.ID not in page
    assert "LATIHAN" not in page


def test_part_of_a_page_and_a_page_marked_before_stay_as_they_are() -> None:
    assert strip.mark_page(b"<p>part</p>") == b"<p>part</p>"
    shell = strip.mark_app(b'<html lang="id"><head><title>x</title></head><body></body></html>')
    assert b'data-world="practice"' in shell
    assert strip.mark_page(shell) == shell


@pytest.mark.usefixtures("practice")
def test_field_apps_first_page_and_name_say_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "index.html").write_text('<html lang="id"><body></body></html>')
    (tmp_path / "index.html.gz").write_text("the packed one is not marked")
    (tmp_path / "manifest.webmanifest").write_text('{"name": "Perisai", "short_name": "Perisai"}')
    monkeypatch.setattr(settings, "FIELD_APP", tmp_path)
    for path in ("/app/", "/app/index.html"):
        assert b'data-world="practice"' in visitor().get(path, headers={"Accept-Encoding": "gzip"}).content
    assert visitor().get("/app/manifest.webmanifest").json()["short_name"] == "LATIHAN"


@pytest.mark.usefixtures("practice")
def test_machines_are_told() -> None:
    client = visitor()
    assert client.get("/healthz").json()["world"] == "practice"
    assert client.get("/api/v1/openapi.json").json()["info"]["x-world"] == "practice"
    assert client.post("/api/v1/sync/time").json()["world"] == "practice"


@pytest.mark.usefixtures("database")
def test_machines_are_told_of_the_real_world() -> None:
    assert Client().get("/healthz").json()["world"] == "real"
    assert visitor().post("/api/v1/sync/time").json()["world"] == "real"


def _texts(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


@pytest.mark.usefixtures("jambi")
def test_every_page_of_badge_letter_and_agreement_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    card = trainee.take_agent(trainee.new_number())
    branch = make_branch(target=None)
    drafted = draft(branch, make_agency_office(branch), date(2026, 1, 1), date(2026, 12, 31))

    def made() -> list[bytes]:
        with trainee.Work.open(scope=trainee.Scope.branch(card.branch_id)) as work:
            mine = [one(work, branch_id=card.branch_id, agent_id=card.id)[1] for one in (paper.badge, paper.letter)]
        with system_work(branch) as work:
            return [*mine, agreement.agreement_pdf(work, branch_id=branch.id, agreement_id=drafted)[1]]

    def marks() -> list[list[bool]]:
        """Apart from the licence's number, which is marked as well."""
        return [["LATIHAN" in text.replace("LATIHAN-", "") for text in _texts(pdf)] for pdf in made()]

    assert all(all(pages) for pages in marks())
    monkeypatch.setattr(settings, "WORLD", "real")
    assert not any(any(pages) for pages in marks())


@pytest.mark.usefixtures("jambi")
def test_public_check_says_practice_of_an_agent_whose_licence_is_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    card = trainee.take_agent(trainee.new_number())
    with trainee.Work.open(scope=trainee.Scope.branch(card.branch_id)) as work:
        row = work.row(
            "SELECT public_key FROM agents_agent WHERE branch_id = %s AND id = %s", [card.branch_id, card.id]
        )
    assert row is not None
    address = f"/agen/{public_code.make(card.code, row[0])}"
    page = visitor().get(address).content.decode()
    assert "LATIHAN, bukan agen sungguhan" in page
    assert "YA, agen resmi" not in page
    monkeypatch.setattr(settings, "WORLD", "real")
    assert "YA, agen resmi" in visitor().get(address).content.decode(), "the licence itself is in order"


def test_number_is_marked_in_practice_only(monkeypatch: pytest.MonkeyPatch) -> None:
    assert world.mark("L-1") == "L-1"
    monkeypatch.setattr(settings, "WORLD", "practice")
    assert world.mark("L-1") == "LATIHAN-L-1"


@pytest.mark.usefixtures("marked")
def test_database_that_was_away_when_a_process_began_is_not_served_as_another_world(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever was told nothing counts as real until the database says otherwise."""
    from django.db import connection

    connection.close()
    world.check_when_connected()
    try:
        for _ in range(2):
            with pytest.raises(world.WrongWorld):
                connection.ensure_connection()
        monkeypatch.setattr(settings, "WORLD", "practice")
        connection.ensure_connection()
        monkeypatch.setattr(settings, "WORLD", "real")
        connection.close()
        connection.ensure_connection()  # looked at once, not by every connection
    finally:
        world.connection_created.disconnect(dispatch_uid="perisai-world")
        connection.close()
