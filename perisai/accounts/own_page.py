"""How somebody without an account comes to a page of their own: how often a link may be looked at and a code be guessed.

``kind`` parts the tries of one sort of page from those of another."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final, TypeVar

from django.http import HttpRequest

from perisai.accounts import limit
from perisai.accounts.client import client_ip
from perisai.errors import Refused
from perisai.events.clock import SystemClock

LOOKS: Final = 120
"""In a minute from one address."""
GUESSES: Final = 10
"""Wrong links and codes in an hour from one address."""
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
Owner = TypeVar("Owner")


def take_look(request: HttpRequest, *, kind: str) -> None:
    """Raises E1005 above ``LOOKS``."""
    now, ip = SystemClock().now(), client_ip(request)
    limit.take(kind=f"{kind}_look", key=ip, limit=LOOKS, per=MINUTE, now=now)


def by_link(request: HttpRequest, token: str, *, kind: str, read: Callable[[str], Owner | None]) -> Owner:
    """Whose page a link opens. Raises E9109 for what is no link, E1005 above the limits."""
    _check_guesses(request, kind)
    take_look(request, kind=kind)
    return _found(request, kind, read(token))


def by_code(request: HttpRequest, typed: str, *, kind: str, find: Callable[[str], Owner | None]) -> Owner:
    """Whose page a code that was written down opens. Raises E9109 for a wrong one, E1005 after ``GUESSES``."""
    _check_guesses(request, kind)
    return _found(request, kind, find(typed))


def _check_guesses(request: HttpRequest, kind: str) -> None:
    now, ip = SystemClock().now(), client_ip(request)
    limit.check(kind=f"{kind}_guess", key=ip, limit=GUESSES, per=HOUR, now=now)


def _found(request: HttpRequest, kind: str, owner: Owner | None) -> Owner:
    if owner is None:
        now, ip = SystemClock().now(), client_ip(request)
        limit.take(kind=f"{kind}_guess", key=ip, limit=GUESSES, per=HOUR, now=now)
        raise Refused("E9109")
    return owner
