"""``/j/<token>``: what a reminder is about, and "have you already paid somebody?", for whoever holds its link. No account, no
script: a cheap phone is enough."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from perisai.accounts import limit
from perisai.accounts.audience import public
from perisai.accounts.client import client_ip
from perisai.errors import Refused
from perisai.events.clock import SystemClock
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.given import get_day
from perisai.payments.orders import link as order_link
from perisai.portal import link as pay_link
from perisai.reminders import answer as answers
from perisai.reminders import link
from perisai.reminders.compose import first_name

LOOKS: Final = 60
GUESSES: Final = 10
SENT: Final = 20
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
GOOD_FOR: Final = timedelta(days=30)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The question; a POST answers it. One answer for a link that is wrong, foreign or cut short, another for an old one.

    Raises ``Refused`` E1005 after 60 looks or 10 wrong links in a minute from one address, or 20 answers in an hour to one link.
    """
    found = _find(request, token)
    if found is None:
        return _page(request, {"state": "unknown"}, 404)
    if request.method != "POST":
        return _question(request, token, found)
    limit.take(kind="answer_sent", key=token, limit=SENT, per=HOUR, now=SystemClock().now())
    try:
        told = _told(request)
        with Work.open(scope=Scope.branch(found.branch_id)) as work:
            answers.record(work, branch_id=found.branch_id, reminder_id=found.reminder_id, told=told)
    except Refused as refused:
        return _question(request, token, found, refused)
    return HttpResponseRedirect(f"{link.PATH}{token}?terima=1")


@public
@require_POST
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """No more messages to this number, or messages again (``again``)."""
    found = _find(request, token)
    if found is None:
        return _page(request, {"state": "unknown"}, 404)
    limit.take(kind="answer_sent", key=token, limit=SENT, per=HOUR, now=SystemClock().now())
    with Work.open(scope=Scope.branch(found.branch_id)) as work:
        answers.stop(
            work, branch_id=found.branch_id, reminder_id=found.reminder_id, is_stopped="again" not in request.POST
        )
    return HttpResponseRedirect(f"{link.PATH}{token}#berhenti")


@public
@require_POST
def prefer(request: HttpRequest, token: str) -> HttpResponse:
    """The way by which messages to this number go first, and their language. Raises ``Refused`` E4603 for what is none."""
    found = _find(request, token)
    if found is None:
        return _page(request, {"state": "unknown"}, 404)
    limit.take(kind="answer_sent", key=token, limit=SENT, per=HOUR, now=SystemClock().now())
    way, language = request.POST.get("way", ""), request.POST.get("language")
    with Work.open(scope=Scope.branch(found.branch_id)) as work:
        answers.prefer(work, branch_id=found.branch_id, reminder_id=found.reminder_id, way=way, language=language)
    return HttpResponseRedirect(f"{link.PATH}{token}#berhenti")


def _find(request: HttpRequest, token: str) -> link.Link | None:
    now, ip = SystemClock().now(), client_ip(request)
    limit.check(kind="answer_guess", key=ip, limit=GUESSES, per=MINUTE, now=now)
    limit.take(kind="answer_look", key=ip, limit=LOOKS, per=MINUTE, now=now)
    found = link.read(token)
    if found is None:
        limit.take(kind="answer_guess", key=ip, limit=GUESSES, per=MINUTE, now=now)
    return found


def _question(request: HttpRequest, token: str, found: link.Link, refused: Refused | None = None) -> HttpResponse:
    with Work.open(scope=Scope.branch(found.branch_id)) as work:
        asked = answers.find_asked(work, branch_id=found.branch_id, reminder_id=found.reminder_id)
    if asked is None:
        return _page(request, {"state": "old"}, 410)
    until = SystemClock().now() + GOOD_FOR
    pay = _pay(found.branch_id, asked, until)
    told = refused or ("terima" in request.GET and asked.said)
    context = {
        "state": "asked",
        "asked": asked,
        "first_name": asked.first_name if asked.is_employer else first_name(asked.first_name),
        "token": token,
        "pay": pay,
        "refused": refused and refused.answer(),
        "thanks": bool(told) and refused is None,
        "given": request.POST if refused else {},
        "said": request.POST.get("said", "") if refused else asked.said,
        "oldest": asked.today - answers.BACK,
    }
    return _page(request, context, refused.status if refused else 200)


def _pay(branch_id: int, asked: answers.Asked, until: datetime) -> str:
    """Where it can be paid; '' of an employer who owes nothing of that month any more."""
    if not asked.is_employer:
        return pay_link.make(enrolment_id=asked.subject_id, branch_id=branch_id, expires_at=until)
    if asked.bill is None:
        return ""
    return order_link.make(branch_id=branch_id, order_id=asked.bill.order_id, pay_by=asked.bill.pay_by)


def _page(request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
    response = render(request, "portal/answer.html", context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _told(request: HttpRequest) -> answers.Told:
    """Raises ``Refused`` E4608 for what is no date or no amount."""
    said = request.POST.get("said", "")
    if said != answers.PAID:
        return answers.Told(said)
    paid_on = request.POST.get("paid_on", "").strip()
    return answers.Told(
        said,
        whom=request.POST.get("whom", ""),
        name=request.POST.get("name", "").strip(),
        paid_on=get_day(paid_on, "E4608", field="paid_on") if paid_on else None,
        amount=_rupiah(request.POST.get("amount", "").strip()),
    )


def _rupiah(text: str) -> int | None:
    digits = text.removeprefix("Rp").replace(".", "").replace(",", "").replace(" ", "")
    if not digits:
        return None
    if not digits.isascii() or not digits.isdigit() or len(digits) > 9:
        raise Refused("E4608", field="amount")
    return int(digits)
