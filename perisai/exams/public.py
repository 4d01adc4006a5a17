"""``/ujian/<token>``: the exam as the candidate takes it, on any phone, with or without scripts.

Everything is decided by the server's clock and kept by the server; the page only shows it. A browser is told apart from
another by a cookie of these pages alone.
"""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from perisai.accounts import limit
from perisai.accounts.audience import public
from perisai.accounts.client import client_ip
from perisai.errors import Refused
from perisai.events.clock import Clock, SystemClock
from perisai.events.ids import uuid7
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.exams import attempt, link, marking, paper
from perisai.exams.attempt import Standing
from perisai.given import find_id

COOKIE: Final = "ujian"
LOOKS, GUESSES, PER = 300, 20, timedelta(minutes=1)
"""Requests with one link, and wrong links from one address (a classroom has one), in a minute."""


def clock() -> Clock:
    """The server's."""
    return SystemClock()


@public
@require_safe
def show(request: HttpRequest, token: str) -> HttpResponse:
    """Before the exam what it is; during it one question (``?no=``) or the overview (``?periksa``); then the result."""
    seat = _seat(request, token)
    with _work(seat) as work:
        standing = attempt.get_standing(work, branch_id=seat.branch_id, seat_id=seat.seat_id)
        running = standing.open_attempt
        if running and marking.end_if_overdue(work, branch_id=seat.branch_id, attempt_id=running):
            standing = attempt.get_standing(work, branch_id=seat.branch_id, seat_id=seat.seat_id)
        context = {"token": token, "standing": standing, "now": work.now}
        if standing.open_attempt is not None:
            return _running(request, work, standing, context)
        if standing.last_ended is not None and "ulang" not in request.GET:
            found = paper.find_attempt(work, branch_id=seat.branch_id, attempt_id=standing.last_ended)
            return _page(
                request,
                "exams/result.html",
                context | {"attempt": found, "again": standing.refusal and standing.refusal.answer()},
            )
    if standing.refusal is not None and standing.refusal.code == "E9314":
        raise standing.refusal
    return _page(request, "exams/intro.html", context | {"refused": standing.refusal and standing.refusal.answer()})


@public
@require_POST
def begin(request: HttpRequest, token: str) -> HttpResponse:
    """Draws the paper and starts the clock; a second tap finds the same attempt."""
    seat = _seat(request, token)
    with _work(seat) as work:
        attempt.start(work, branch_id=seat.branch_id, seat_id=seat.seat_id)
    return _remembered(HttpResponseRedirect(f"{link.PATH}{token}?no=1"), request)


@public
@require_POST
def take_answer(request: HttpRequest, token: str) -> HttpResponse:
    """Keeps one answer. A script gets back when it was saved and how much time is left; a form the next question."""
    seat = _seat(request, token)
    position, choice = _number(request.POST.get("no")), _number(request.POST.get("choice"))
    browser = _browser(request)
    with _work(seat) as work:
        running = attempt.get_standing(work, branch_id=seat.branch_id, seat_id=seat.seat_id).open_attempt
        if running is None:
            raise Refused("E9309")
        if choice is not None or _wants_json(request):
            attempt.answer(
                work,
                branch_id=seat.branch_id,
                attempt_id=running,
                position=-1 if position is None else position,
                choice=-1 if choice is None else choice,
                browser=browser,
            )
        found = paper.find_attempt(work, branch_id=seat.branch_id, attempt_id=running)
        assert found is not None
        left = max(0, int((found["due_at"] - work.now).total_seconds()))
    if _wants_json(request):
        return JsonResponse({"saved": True, "left": left})
    onward = request.POST.get("go", "")
    query = "periksa" if onward == "periksa" else f"no={_number(onward) or (position or 0) + 1}"
    return _remembered(HttpResponseRedirect(f"{link.PATH}{token}?{query}"), request)


@public
@require_POST
def hand_in(request: HttpRequest, token: str) -> HttpResponse:
    """Ends the attempt. Whoever comes second, from another tab or after the clock, sees the one result."""
    seat = _seat(request, token)
    with _work(seat) as work:
        running = attempt.get_standing(work, branch_id=seat.branch_id, seat_id=seat.seat_id).open_attempt
        if running is not None:
            marking.submit(work, branch_id=seat.branch_id, attempt_id=running)
    return HttpResponseRedirect(f"{link.PATH}{token}")


def _running(request: HttpRequest, work: Work, standing: Standing, context: dict[str, Any]) -> HttpResponse:
    running, browser = standing.open_attempt, _browser(request)
    assert running is not None
    whole = paper.lines(work, branch_id=standing.branch_id, attempt_id=running)
    shown = [paper.without_key(line) for line in whole]
    found = paper.find_attempt(work, branch_id=standing.branch_id, attempt_id=running)
    assert found is not None
    asked = _number(request.GET.get("no")) or next((line["position"] for line in shown if not line["is_answered"]), 1)
    at = min(max(asked, 1), len(shown))
    context |= {
        "attempt": found,
        "left": max(0, int((found["due_at"] - work.now).total_seconds())),
        "lines": shown,
        "line": shown[at - 1],
        "next": at + 1 if at < len(shown) else None,
        "before": at - 1 if at > 1 else None,
        "missing": [line["position"] for line in shown if not line["is_answered"]],
        "others_at": paper.others_since(whole, browser),
        "from_other": shown[at - 1]["is_answered"] and shown[at - 1]["answered_from"] != browser,
    }
    return _page(request, "exams/overview.html" if "periksa" in request.GET else "exams/question.html", context)


def _seat(request: HttpRequest, token: str) -> link.Link:
    """Raises ``Refused`` E9315 for a link that is not ours, E1005 for too many of them."""
    now, ip = clock().now(), client_ip(request)
    limit.check(kind="exam_guess", key=ip, limit=GUESSES, per=PER, now=now)
    found = link.read(token)
    if found is None:
        limit.take(kind="exam_guess", key=ip, limit=GUESSES, per=PER, now=now)
        raise Refused("E9315")
    limit.take(kind="exam_look", key=str(found.seat_id), limit=LOOKS, per=PER, now=now)
    return found


def _work(seat: link.Link) -> Work:
    return Work(scope=Scope.branch(seat.branch_id), clock=clock())


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    response = render(request, template, context)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return _remembered(response, request)


def _browser(request: HttpRequest) -> UUID:
    """This browser's id; a new one, for the rest of this request too, where it brought none."""
    brought = find_id(request.COOKIES.get(COOKIE))
    if brought is None:
        brought = uuid7()
        request.COOKIES[COOKIE] = str(brought)
    return brought


def _remembered(response: HttpResponse, request: HttpRequest) -> HttpResponse:
    response.set_cookie(
        COOKIE,
        str(_browser(request)),
        max_age=timedelta(days=2),
        path=link.PATH,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def _wants_json(request: HttpRequest) -> bool:
    return "json" in request.headers.get("Accept", "")


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 5 else None
