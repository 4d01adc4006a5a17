"""Pages of addresses that lead to no view, to one that is closed, or to a defect: in the language of who is logged in.

No gate stands before them, and they are there while the database is away: then the choice by cookie and browser stays.
"""

from collections.abc import Callable
from contextlib import suppress

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.views import csrf, defaults

from perisai.accounts.gate import speak


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    _speak(request)
    return defaults.page_not_found(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    _speak(request)
    return defaults.permission_denied(request, exception)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """``CSRF_FAILURE_VIEW``."""
    _speak(request)
    return csrf.csrf_failure(request, reason)


def spoken(request: HttpRequest, make: Callable[[], HttpResponse]) -> HttpResponse:
    """An answer made in the language that is known of a request by now, without asking the database."""
    known = getattr(request, "LANGUAGE_CODE", None) or translation.get_language_from_request(request)
    with translation.override(known):
        return make()


def _speak(request: HttpRequest) -> None:
    with suppress(OperationalError, InterfaceError):
        speak(request)
