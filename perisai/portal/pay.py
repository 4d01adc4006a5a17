"""``/p/<token>``: what to pay, for whoever holds the link."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from perisai.accounts import limit
from perisai.accounts.audience import public
from perisai.accounts.client import client_ip
from perisai.events.clock import Clock, SystemClock
from perisai.portal import qris
from perisai.portal.cash import find_cash
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
    cover = find_cover(link, at=now)
    if cover is not None and cover.stands.word == "ended" and due.state == "paid":
        context["state"] = "closed"  # what was paid is long over: the page must not say that all is well
    context |= {"cover": cover, "cash": find_cash(link)}
    context["qris"] = qris.of_member(link, due.amount, now) if due.state == "open" else None
    return _page(request, context, 200)


def _page(request: HttpRequest, context: dict[str, object], status: int) -> HttpResponse:
    response = render(request, "portal/pay.html", context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _months(due: Due) -> int:
    """How many months are owed; there may be paid ones between them."""
    spans = [
        (one.last_month.year - one.first_month.year) * 12 + one.last_month.month - one.first_month.month
        for one in due.bills
    ]
    return sum(span + 1 for span in spans)
