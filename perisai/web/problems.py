"""Machines get problem details also for what no view answers: too much, no such address, another method, a
defect of ours."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.defaults import bad_request

from perisai.accounts.refusal import problem
from perisai.errors import Refused

__all__ = ["ProblemsMiddleware", "problem", "too_large"]

PATHS = ("/api/", "/snap/")
SNAP = "/snap/"
"""Says by itself, in SNAP's form, that a body is too large."""
IN_PIECES = "/console/training/"
"""Staff send videos there, in pieces; a form with a whole one would lie on the disk before anybody looks at its size."""
MOST_FORM = 64 * 1024 * 1024
"""Ten papers of a file and more: what anybody else sends is no form of ours, and must not lie on the disk either."""
_FRAMEWORK = {400: "E1002", 404: "E1004", 405: "E1007", 500: "E1008"}


def too_large(most: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE) -> Refused:
    """A body above what any machine request may have; ``limits`` tells a program how much that is."""
    return Refused("E1003", members={"limits": {"bytes": most}}, limit=f"{most // 2**20} MiB")


class ProblemsMiddleware:
    """Stands outside of everything that reads a body: what is too large is refused by its length alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(IN_PIECES) and _length(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return problem(too_large())
        if _length(request) > MOST_FORM:
            return problem(too_large(MOST_FORM))
        if not request.path.startswith(PATHS):
            return _ask(request, self.get_response)
        if _length(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE and not request.path.startswith(SNAP):
            return problem(too_large())
        response = _ask(request, self.get_response)
        code = _FRAMEWORK.get(response.status_code)
        if code is None or not response.headers.get("Content-Type", "").startswith("text/"):
            return response
        told = problem(Refused(code, reason=request.method))
        if "Allow" in response.headers:
            told["Allow"] = response.headers["Allow"]
        return told


def _ask(request: HttpRequest, get_response: Callable[[HttpRequest], HttpResponseBase]) -> HttpResponseBase:
    """No address and no form of ours holds a NUL, and no text of PostgreSQL can. Forms with files are looked at by the gate, once
    who sends them may."""
    is_form = request.content_type == "application/x-www-form-urlencoded"
    if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", "") or (is_form and b"%00" in request.body):
        return bad_request(request, BadRequest())
    return get_response(request)


def _length(request: HttpRequest) -> int:
    text = request.META.get("CONTENT_LENGTH") or ""
    return int(text) if text.isascii() and text.isdigit() else 0
