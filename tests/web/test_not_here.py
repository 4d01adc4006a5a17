"""Pages that no view answers: they speak the language of who is logged in, and are there while the database is away."""

from collections.abc import Iterator

import pytest
from django.db import OperationalError
from django.http import Http404, HttpRequest
from django.test import Client, RequestFactory
from django.utils import translation

from perisai.accounts.audience import Role
from perisai.web import not_here
from perisai.web.database_away import server_error
from tests.accounts.people import logged_in, make_user, stranger

pytestmark = pytest.mark.usefixtures("database")
SAID = {"id": "Halaman ini tidak ada", "en": "This page is not here"}
OTHER = {"id": "en", "en": "id"}


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    with translation.override("id"):
        yield


def speaker(language: str) -> Client:
    user = make_user(Role.BRANCH)
    user.language = language
    user.save(update_fields=["language"])
    return logged_in(user)


@pytest.mark.parametrize("language", ["id", "en"])
def test_unknown_address_speaks_the_language_of_who_is_logged_in(language: str) -> None:
    client, browser = speaker(language), {"accept-language": OTHER[language]}
    answer = client.get("/console/tidak-ada/", headers=browser)
    assert answer.status_code == 404
    assert SAID[language] in answer.content.decode()
    assert f'<html lang="{language}">' in answer.content.decode()


@pytest.mark.parametrize("language", ["id", "en"])
def test_unknown_address_of_a_stranger_speaks_the_browsers_language(language: str) -> None:
    answer = stranger().get("/console/tidak-ada/", headers={"accept-language": language})
    assert (answer.status_code, SAID[language] in answer.content.decode()) == (404, True)


def test_form_that_was_open_too_long_speaks_the_language_of_who_is_logged_in() -> None:
    client = speaker("en")
    client.handler.enforce_csrf_checks = True
    answer = client.post("/console/language/", {"language": "id"}, headers={"accept-language": "id"})
    assert answer.status_code == 403
    assert "<h1>This page was open for too long</h1>" in answer.content.decode()


def test_unknown_address_while_the_database_is_away_is_still_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(request: HttpRequest) -> None:
        raise OperationalError("lost")

    monkeypatch.setattr(not_here, "speak", away)
    answer = speaker("en").get("/console/tidak-ada/", headers={"accept-language": "id"})
    assert (answer.status_code, SAID["id"] in answer.content.decode()) == (404, True)


@pytest.mark.parametrize("language", ["id", "en"])
def test_page_of_a_defect_or_an_outage_says_first_what_the_reader_speaks(language: str) -> None:
    first = {"id": "<h1>Ada kesalahan pada sistem kami</h1>", "en": "<h1>Something is wrong with our system</h1>"}
    request = RequestFactory().get("/console/", headers={"accept-language": language})
    with translation.override(OTHER[language]):  # what an earlier request of this thread left behind
        answer = server_error(request)
        assert translation.get_language() == OTHER[language]
    assert (answer.status_code, first[language] in answer.content.decode()) == (500, True)
    try:
        raise OperationalError("lost")
    except OperationalError:
        outage = server_error(request)
    assert (outage.status_code, f'<html lang="{language}">' in outage.content.decode()) == (503, True)


def test_refused_page_of_the_framework_speaks_the_readers_language() -> None:
    request = RequestFactory().get("/console/", headers={"accept-language": "en"})
    with translation.override("en"):
        assert "may not open this page" in not_here.permission_denied(request, Http404()).content.decode()  # type: ignore[attr-defined]
