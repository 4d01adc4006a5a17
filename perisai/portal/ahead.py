"""``/p/<token>/bulan``: how many months to pay at once, what each costs, and the bill for them."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from perisai.accounts import limit
from perisai.accounts.audience import public
from perisai.accounts.client import client_ip
from perisai.contributions.bills import advance
from perisai.contributions.rules.in_force import load
from perisai.errors import Refused
from perisai.events.clock import SystemClock
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.portal.link import Link, read
from perisai.portal.pay import GUESSES, LOOKS, PER, pay

BILLS_A_DAY = 10
_ZONE = "SELECT timezone FROM offices_office WHERE id = %s"


@public
@require_http_methods(["GET", "HEAD", "POST"])
def ahead(request: HttpRequest, token: str) -> HttpResponse:
    """Shows the price of ``n`` months, or bills them and goes to the page that says where to pay. A wrong or expired link is
    answered as on that page. Raises ``Refused`` E1005 after too many looks from one address or bills for one link in a day."""
    now, ip = SystemClock().now(), client_ip(request)
    link = read(token)
    if link is None or link.expires_at <= now:
        request.method = "GET"
        return pay(request, token)
    limit.check(kind="pay_guess", key=ip, limit=GUESSES, per=PER, now=now)
    limit.take(kind="pay_look", key=ip, limit=LOOKS, per=PER, now=now)
    given = request.POST if request.method == "POST" else request.GET
    text = given.get("n", "1")
    months = int(text) if text.isascii() and text.isdecimal() and len(text) <= 3 else 0
    if request.method == "POST":
        key = str(link.enrolment_id)
        limit.take(kind="pay_ahead", key=key, limit=BILLS_A_DAY, per=timedelta(days=1), now=now)
    try:
        plan = _plan(link, months, write=request.method == "POST")
    except Refused as refused:
        return _page(request, token, {"refused": refused, "n": months}, refused.status)
    if request.method == "POST":
        return redirect("portal_pay", token=token)
    return _page(request, token, {"plan": plan, "n": months}, 200)


def _plan(link: Link, months: int, *, write: bool) -> advance.Plan:
    with Work.open(scope=Scope.branch(link.branch_id)) as work:
        zone = work.row(_ZONE, [link.branch_id])
        if zone is None:
            raise Refused("E1004")
        act = advance.issue if write else advance.plan
        return act(work, branch_id=link.branch_id, timezone=zone[0], enrolment_id=link.enrolment_id, months=months)


def _page(request: HttpRequest, token: str, context: dict[str, object], status: int) -> HttpResponse:
    offered = load().entry.prepayment_offered.months
    shown = {"token": token, "offered": offered, "most": advance.most_months(), **context}
    response = render(request, "portal/ahead.html", shown, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
