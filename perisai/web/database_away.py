"""A lost or busy database answers 503 with Retry-After, never 500: nothing was done, and asking again is safe."""

import sys
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error as plain_server_error

from perisai.errors import Refused
from perisai.web.not_here import spoken

RETRY_SECONDS = 2
AWAY_STATES = ("08", "57P")
"""SQLSTATE classes: connection exception, operator intervention (shutdown, crash, cannot connect now)."""
MACHINE_PATHS = ("/api/", "/snap/", "/live/", "/healthz")


def find_outage(error: BaseException | None) -> Refused | None:
    """E1006 when the database is away, E1001 when it is too busy (locks, memory, disk), None for any other error."""
    if not isinstance(error, OperationalError | InterfaceError):
        return None
    state = getattr(error.__cause__, "sqlstate", None)
    away = state is None or state.startswith(AWAY_STATES)
    return Refused("E1006" if away else "E1001", retry_after=RETRY_SECONDS)


def answer(request: HttpRequest, refused: Refused) -> HttpResponse:
    """Problem details for machines, a page for people; touches no database."""
    wants_json = request.path.startswith(MACHINE_PATHS) or "json" in request.headers.get("Accept", "")
    if wants_json:
        response: HttpResponse = JsonResponse(
            refused.problem(), status=refused.status, content_type="application/problem+json"
        )
    else:
        told = {"text": refused.text(), "action": refused.action()}
        response = spoken(
            request, lambda: HttpResponse(render_to_string("database_away.html", told), status=refused.status)
        )
    response["Retry-After"] = str(refused.retry_after or RETRY_SECONDS)
    response["Cache-Control"] = "no-store"
    return response


class DatabaseAwayMiddleware:
    """Outermost, so that it sees what every view raises."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        refused = find_outage(error)
        return answer(request, refused) if refused is not None else None


def server_error(request: HttpRequest) -> HttpResponse:
    """``handler500``: what middlewares raise (a session, the signed-in user) comes here and not to ``process_exception``."""
    refused = find_outage(sys.exc_info()[1])
    return answer(request, refused) if refused is not None else spoken(request, lambda: plain_server_error(request))
