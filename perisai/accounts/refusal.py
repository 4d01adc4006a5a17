"""A refusal as the person meets it: a page, a fragment for htmx, or problem details for a script."""

from urllib.parse import urlsplit

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from perisai.errors import Refused

BUSY_STATES = ("55P03", "40P01", "40001", "57014")
"""SQLSTATEs that a later try gets past: lock timeout, deadlock, serialization, statement timeout."""
AWAY_STATES = ("08", "57P")
RETRY_SECONDS = 2
STAFF = ("/console/", "/admin/", "/accounts/")
"""Pages of people with a login. All others' way home is not the console."""


def refused_page(request: HttpRequest, refused: Refused) -> HttpResponse:
    """Says what happened and what to do, in the reader's language, with the status of the catalogue."""
    if "json" in request.headers.get("Accept", "") and "html" not in request.headers.get("Accept", ""):
        response: HttpResponse = JsonResponse(
            refused.problem(), status=refused.status, content_type="application/problem+json"
        )
    else:
        template = "accounts/refused_part.html" if request.headers.get("HX-Request") else "accounts/refused.html"
        said = refused.answer()
        status = 200 if refused.status == 202 else refused.status
        home = "/console/" if request.path.startswith(STAFF) else "/"
        context = {"refused": said, "back": _came_from(request), "home": home}
        response = render(request, template, context, status=status)
    if refused.retry_after is not None:
        response["Retry-After"] = str(refused.retry_after)
    response["Cache-Control"] = "no-store"
    return response


def _came_from(request: HttpRequest) -> str:
    """The page of ours that was left for this one; empty where none is known, or it is this very one."""
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure()):
        return ""
    parts = urlsplit(referer)
    came_from = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return "" if request.method == "GET" and came_from == request.get_full_path() else came_from


def outage(error: OperationalError | InterfaceError) -> Refused | None:
    """E1001 where the database is too busy, E1006 where it is away, None for an error of another kind."""
    state = getattr(error.__cause__, "sqlstate", None)
    if state in BUSY_STATES:
        return Refused("E1001", retry_after=RETRY_SECONDS)
    if state is None or state.startswith(AWAY_STATES):
        return Refused("E1006", retry_after=RETRY_SECONDS)
    return None


def problem(error: Refused) -> HttpResponse:
    """Problem details of RFC 9457."""
    response = JsonResponse(error.problem(), status=error.status, content_type="application/problem+json")
    response["Cache-Control"] = "no-store"
    if error.retry_after is not None:
        response["Retry-After"] = str(error.retry_after)
    return response
