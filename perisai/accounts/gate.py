"""The gate before every page: who may pass, in which language, and inside which Work.

A page's Work spans the view, its rendering and its stream: a stream is read to its end into a spooled file before the Work
commits, so that an answer is whole or an error, and a slow reader holds no transaction. An answer of 400 or above leaves
nothing behind.
"""

import logging
import tempfile
from collections.abc import Callable, Iterator
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.defaults import bad_request

from perisai.accounts.audience import Declared, PageRequest, Role, User, Viewer, declared_for
from perisai.accounts.queries import has_second_factor
from perisai.accounts.refusal import outage, refused_page
from perisai.errors import Refused
from perisai.events.work import Work

log = logging.getLogger(__name__)

CLOSED = frozenset({
    "account_signup", "account_email", "account_email_verification_sent", "account_confirm_email", "account_set_password",
    "account_reset_password", "account_reset_password_done", "account_reset_password_from_key",
    "account_reset_password_from_key_done", "account_confirm_login_code",
})  # fmt: skip
"""Doors of allauth that stay shut: accounts are made, and passwords reset, by the head of one's office."""
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
SPOOL_BYTES = 1024 * 1024


class GateMiddleware:
    """Runs a page's view itself, inside the Work, and hands the finished answer on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        match = request.resolver_match
        declared = declared_for(view, match.route if match else "")
        if declared is None:
            log.error("nobody declared who may open %s", request.path)
            return refused_page(request, Refused("E2006"))
        if declared.kind == "machine":
            return None
        speak(request)
        if declared.kind == "people" and (before := _first(request, declared)):
            return before
        if _holds_nul(request):
            return bad_request(request, BadRequest())
        if declared.kind != "people":
            if match and match.url_name in CLOSED:
                raise Http404
            return None
        return _run(cast(PageRequest, request), declared, view, args, kwargs)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A refusal of a view that runs without a Work, such as a public page."""
        return refused_page(request, error) if isinstance(error, Refused) else None


def speak(request: HttpRequest) -> None:
    """The reader's own language once they are logged in; before, LocaleMiddleware chose by cookie and browser."""
    if settings.SESSION_COOKIE_NAME in request.COOKIES and isinstance(request.user, User):
        translation.activate(request.user.language)
        request.LANGUAGE_CODE = request.user.language


def _first(request: HttpRequest, declared: Declared) -> HttpResponseBase | None:
    """What stands before the page: log in, have the role, a password of one's own, a second factor."""
    user = request.user
    if not isinstance(user, User):
        return _go(request, redirect_to_login(request.get_full_path(), reverse(settings.LOGIN_URL)).url)
    if Role(user.role) not in declared.roles or (declared.superuser and not user.is_superuser):
        return refused_page(request, Refused("E2006"))
    if user.must_change_password:
        return _go(request, reverse("account_change_password"))
    if not declared.own and not has_second_factor(user.pk):
        return _go(request, reverse("mfa_index"))
    return None


def _holds_nul(request: HttpRequest) -> bool:
    """In a field of a form with files: no form of ours holds one, and no text of PostgreSQL can. Of addresses and other forms
    ``ProblemsMiddleware`` says so before anything is read."""
    if request.method != "POST" or request.content_type != "multipart/form-data":
        return False
    return any("\x00" in text for name, texts in request.POST.lists() for text in (name, *map(str, texts)))


def _go(request: HttpRequest, address: str) -> HttpResponse:
    """A redirect of the whole page, also where htmx asked for a part of it."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


class _Undo(Exception):
    """Leaves the Work without a trace and hands its answer out."""

    def __init__(self, response: HttpResponseBase) -> None:
        self.response = response


def _run(
    request: PageRequest, declared: Declared, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
) -> HttpResponseBase:
    try:
        viewer = request.viewer = Viewer.of(request.user)
        changes = request.method not in SAFE_METHODS
        may_write = viewer.may_change or declared.own or declared.copies
        if changes and not may_write:
            raise Refused("E2006")
        if not declared.work:
            return _finished(view(request, *args, **kwargs))
        with Work.open(scope=viewer.scope, actor=viewer.actor) as work:
            request.work = work
            if not may_write:
                work.execute("SET LOCAL transaction_read_only = on")
            response = _finished(view(request, *args, **kwargs))
            if response.status_code >= 400:
                raise _Undo(response)
        return response
    except _Undo as undo:
        return undo.response
    except Refused as refused:
        return refused_page(request, refused)
    except (OperationalError, InterfaceError) as error:
        refused_for = outage(error)
        if refused_for is None:
            raise
        return refused_page(request, refused_for)


def _finished(response: HttpResponseBase) -> HttpResponseBase:
    """Rendered, and a stream read to its end, while the Work is still open."""
    if hasattr(response, "render") and callable(response.render):
        response = response.render()
    if isinstance(response, StreamingHttpResponse) and not response.is_async:
        file = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115 - closed when it was sent
        try:
            file.writelines(cast(Iterator[bytes], response.streaming_content))
        except BaseException:
            file.close()
            response.close()
            raise
        response.headers["Content-Length"] = str(file.tell())
        file.seek(0)
        response.streaming_content = iter(lambda: file.read(65536), b"")
        response._resource_closers.append(file.close)  # type: ignore[attr-defined]
    return response


def locked_out(
    request: HttpRequest, original_response: HttpResponseBase | None = None, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """The page of axes: too many wrong passwords; how long it lasts and what to do."""
    minutes = int(settings.AXES_COOLOFF_TIME * 60)
    response = render(request, "accounts/locked.html", {"minutes": minutes}, status=429)
    response["Retry-After"] = str(minutes * 60)
    return response
