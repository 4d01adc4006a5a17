"""Where only a form is sent, nobody can look: whoever asks for such an address is led to the page that holds the form.

A reload, a bookmark, the language switch or a login that took too long ask so after a form was refused.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve


class WayBackMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        is_look = request.method == "GET" and "text/html" in request.headers.get("Accept", "")
        if response.status_code != 405 or not is_look or request.headers.get("HX-Request"):
            return response
        page = above(request.path)
        return HttpResponseRedirect(page) if page else response


def above(path: str) -> str:
    """The nearest address over this one that leads anywhere; empty where none does. It may be for forms only as well: then the
    next step leads on."""
    while (path := path.rstrip("/").rpartition("/")[0]) not in ("", "/console"):
        for one in (f"{path}/", path):
            if _leads(one):
                return one
    return settings.LOGIN_REDIRECT_URL if path == "/console" else ""


def _leads(path: str) -> bool:
    try:
        resolve(path)
    except Resolver404:
        return False
    return True
