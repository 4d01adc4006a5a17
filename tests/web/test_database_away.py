"""What is answered while the database is away or busy: 503 with Retry-After, for machines and people, never 500."""

import psycopg
import pytest
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from psycopg_pool import PoolTimeout

from perisai.web.database_away import DatabaseAwayMiddleware, server_error


def _caused(cause: Exception | None) -> OperationalError:
    error = OperationalError("lost")
    error.__cause__ = cause
    return error


def _answer(error: Exception, path: str = "/api/v1/sync/push", **headers: str) -> HttpResponse | None:
    request: HttpRequest = RequestFactory().get(path, headers=headers)
    return DatabaseAwayMiddleware(lambda _: HttpResponse()).process_exception(request, error)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (_caused(None), "E1006"),
        (_caused(PoolTimeout("no connection in 5 s")), "E1006"),
        (_caused(psycopg.errors.AdminShutdown()), "E1006"),
        (_caused(psycopg.errors.CannotConnectNow()), "E1006"),
        (_caused(psycopg.errors.ConnectionFailure()), "E1006"),
        (InterfaceError("connection already closed"), "E1006"),
        (_caused(psycopg.errors.LockNotAvailable()), "E1001"),
        (_caused(psycopg.errors.DeadlockDetected()), "E1001"),
        (_caused(psycopg.errors.DiskFull()), "E1001"),
    ],
)
def test_process_exception_for_lost_or_busy_database_answers_503(error: Exception, code: str) -> None:
    response = _answer(error)
    assert response is not None
    assert response.status_code == 503
    assert response["Retry-After"] == "2"
    assert response["Content-Type"] == "application/problem+json"
    assert f'"{code}"' in response.content.decode()


@pytest.mark.parametrize("error", [IntegrityError("duplicate"), ValueError("a defect")])
def test_process_exception_for_other_errors_leaves_them_alone(error: Exception) -> None:
    assert _answer(error) is None


def test_process_exception_for_people_answers_a_page_in_both_languages() -> None:
    response = _answer(_caused(None), "/console/", accept="text/html")
    assert response is not None
    page = response.content.decode()
    assert response.status_code == 503
    assert 'lang="id"' in page
    assert 'lang="en"' in page


def test_server_error_for_what_a_middleware_raised_answers_503() -> None:
    request = RequestFactory().get("/console/")
    try:
        raise _caused(None)
    except OperationalError:
        response = server_error(request)
    assert response.status_code == 503
    assert response["Retry-After"] == "2"


def test_server_error_for_a_defect_stays_500() -> None:
    try:
        raise ValueError("a defect")
    except ValueError:
        assert server_error(RequestFactory().get("/console/")).status_code == 500
