"""``/p/<token>``: what to pay, for whoever holds the link."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from perisai.accounts import limit
from perisai.accounts.audience import public
from perisai.accounts.client import client_ip
from perisai.events.clock import Clock, SystemClock
from perisai.portal.cover import find_cover
from perisai.portal.due import Due, find_due
from perisai.portal.link import read
from perisai.portal.papers import find_papers

LOOKS = 60
GUESSES = 10
PER = timedelta(minutes=1)


@public
@require_safe
def pay(request: HttpRequest, token: str) -> HttpResponse:
    """One answer for a link that is wrong, foreign or cut short; another for one that has expired.

    Raises ``Refused`` E1005 after 60 looks, or 10 wrong links, in a minute from one address.
    """
    return _answer(request, token, SystemClock())


def _answer(request: HttpRequest, token: str, clock: Clock) -> HttpResponse:
    now, ip = clock.now(), client_ip(request)
    limit.check(kind="pay_guess", key=ip, limit=GUESSES, per=PER, now=now)
    limit.take(kind="pay_look", key=ip, limit=LOOKS, per=PER, now=now)
    link = read(token)
    due = find_due(link, at=now) if link and link.expires_at > now else None
    if link is None:
        limit.take(kind="pay_guess", key=ip, limit=GUESSES, per=PER, now=now)
    if due is None:
        state, status = ("old", 410) if link and link.expires_at <= now else ("unknown", 404)
        return _page(request, {"state": state}, status)
    assert link is not None
    context = {"state": due.state, "due": due, "token": token, "months": _months(due), "papers": find_papers(link)}
    return _page(request, context | {"cover": find_cover(link, at=now)}, 200)


def _page(request: HttpRequest, context: dict[str, object], status: int) -> HttpResponse:
    response = render(request, "portal/pay.html", context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _months(due: Due) -> int:
    if due.first_month is None or due.last_month is None:
        return 0
    return (due.last_month.year - due.first_month.year) * 12 + due.last_month.month - due.first_month.month + 1
