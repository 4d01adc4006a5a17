"""The gate: language, duties before a page, the Work around view, rendering and stream, refusals as pages."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.http import HttpResponse, StreamingHttpResponse
from django.template.response import SimpleTemplateResponse
from django.test import override_settings
from django.urls import path
from psycopg import errors

from perisai.accounts.audience import PageRequest, Role, audience, public
from perisai.accounts.models import User
from perisai.errors import Refused
from perisai.events.work import Happened
from tests.accounts.people import logged_in, make_user, stranger, tree

EVERY = tuple(Role)
_COUNT = "SELECT count(*) FROM events_event WHERE branch_id = %s"


def _note(request: PageRequest) -> None:
    user = request.user
    branch = tree().branch.id
    request.work.report(
        Happened(
            kind="user_changed", branch_id=branch, subject_id=user.pk, detail={"user": str(user.pk), "field": "test"}
        )
    )


@audience(*EVERY)
def late(request: PageRequest) -> SimpleTemplateResponse:
    """The query runs while the answer is rendered, after the view has returned."""
    return SimpleTemplateResponse(_Lazy(request))  # type: ignore[arg-type]


class _Lazy:
    def __init__(self, request: PageRequest) -> None:
        self.request = request

    def render(self, context: Any = None, request: Any = None) -> str:
        return str(self.request.work.rows("SELECT count(*) FROM events_event")[0][0])


@audience(*EVERY)
def streamed(request: PageRequest) -> StreamingHttpResponse:
    def parts() -> Iterator[str]:
        for number in range(3):
            (count,) = request.work.rows("SELECT count(*) FROM events_counter")[0]
            yield f"{number}:{count >= 0};"

    return StreamingHttpResponse(parts())


@audience(*EVERY)
def broken_stream(request: PageRequest) -> StreamingHttpResponse:
    def parts() -> Iterator[str]:
        _note(request)
        yield "begun"
        raise Refused("E8006", limit=3)

    return StreamingHttpResponse(parts())


@audience(*EVERY)
def refuses(request: PageRequest) -> HttpResponse:
    _note(request)
    raise Refused("E2010", username="siapa")


@audience(*EVERY)
def answers_422(request: PageRequest) -> HttpResponse:
    _note(request)
    return HttpResponse("salah", status=422)


@audience(*EVERY)
def notes(request: PageRequest) -> HttpResponse:
    _note(request)
    return HttpResponse("ya")


@audience(*EVERY)
def writes(request: PageRequest) -> HttpResponse:
    request.work.execute("UPDATE offices_office SET address = address WHERE id = -1")
    return HttpResponse("ya")


@audience(*EVERY)
def busy(request: PageRequest) -> HttpResponse:
    raise OperationalError("lock timeout") from errors.LockNotAvailable("canceling statement due to lock timeout")


def undeclared(request: PageRequest) -> HttpResponse:
    return HttpResponse("rahasia")


@public
def open_and_refusing(request: PageRequest) -> HttpResponse:
    raise Refused("E1004")


_VIEWS = (late, streamed, broken_stream, refuses, answers_422, notes, writes, busy, undeclared, open_and_refusing)


class Urls:
    from perisai.web.urls import urlpatterns as _ours

    urlpatterns = [*[path(f"console/test/{view.__name__}", view) for view in _VIEWS], *_ours]


@pytest.fixture(autouse=True)
def urls(database: object) -> Iterator[None]:
    with override_settings(ROOT_URLCONF=Urls):
        yield


def _events() -> int:
    from perisai.events.scope import Scope
    from perisai.events.work import Work

    with Work.open(scope=Scope.nation()) as work:
        return int(work.rows(_COUNT, [tree().branch.id])[0][0])


def test_rendering_sees_the_scope_of_the_work() -> None:
    response = logged_in(make_user(Role.BRANCH)).get("/console/test/late")
    assert (response.status_code, response.content.isdigit()) == (200, True)


def test_stream_runs_inside_the_work_and_comes_whole() -> None:
    response = logged_in(make_user(Role.BRANCH)).get("/console/test/streamed")
    assert b"".join(response.streaming_content) == b"0:True;1:True;2:True;"
    assert not connection.in_atomic_block


def test_stream_that_breaks_is_an_error_and_leaves_nothing() -> None:
    before = _events()
    response = logged_in(make_user(Role.BRANCH)).get("/console/test/broken_stream")
    assert response.status_code == 422
    assert b"begun" not in response.content
    assert _events() == before


@pytest.mark.parametrize(("view", "status"), [("refuses", 409), ("answers_422", 422)])
def test_refusal_rolls_back_what_the_view_did(view: str, status: int) -> None:
    before = _events()
    response = logged_in(make_user(Role.BRANCH)).get(f"/console/test/{view}")
    assert response.status_code == status
    assert _events() == before


def test_success_commits_with_its_event() -> None:
    before = _events()
    assert logged_in(make_user(Role.BRANCH)).get("/console/test/notes").status_code == 200
    assert _events() == before + 1


@pytest.mark.parametrize(("language", "words"), [("id", "sudah dipakai"), ("en", "is taken")])
def test_refusal_speaks_the_users_language(language: str, words: str) -> None:
    user = make_user(Role.BRANCH)
    User.objects.filter(pk=user.pk).update(language=language)
    assert words in logged_in(user, "en" if language == "id" else "id").get("/console/test/refuses").content.decode()


def test_lock_timeout_answers_busy_with_retry_after() -> None:
    response = logged_in(make_user(Role.BRANCH)).get("/console/test/busy")
    assert (response.status_code, response["Retry-After"]) == (503, "2")
    assert b"E1001" in response.content


def test_undeclared_view_opens_for_nobody() -> None:
    response = logged_in(make_user(Role.HEAD_OFFICE)).get("/console/test/undeclared")
    assert response.status_code == 403
    assert b"rahasia" not in response.content


def test_public_view_that_refuses_answers_a_page() -> None:
    assert stranger().get("/console/test/open_and_refusing").status_code == 404


def test_auditor_reads_and_changes_nothing() -> None:
    client = logged_in(make_user(Role.AUDITOR))
    client.raise_request_exception = False
    assert client.get("/console/test/late").status_code == 200
    assert client.post("/console/test/notes").status_code == 403
    assert client.get("/console/test/writes").status_code == 500, "the database itself refuses a write on a read"


def test_first_password_must_change_before_anything() -> None:
    user = make_user(Role.BRANCH)
    User.objects.filter(pk=user.pk).update(must_change_password=True)
    response = logged_in(user).get("/console/test/notes")
    assert response["Location"] == "/accounts/password/change/"


def test_second_factor_is_set_up_before_anything() -> None:
    client = logged_in(make_user(Role.AGENCY, second_factor=False))
    assert client.get("/console/test/notes")["Location"] == "/accounts/2fa/"
    part = client.get("/console/test/notes", headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Redirect"]) == (204, "/accounts/2fa/")
