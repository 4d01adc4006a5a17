"""``/cek-dokumen/``: is this paper genuine? For anybody, without an account; of the person first name and initial alone."""

from datetime import timedelta
from typing import Any, Final, LiteralString

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from perisai.accounts import limit
from perisai.accounts.audience import public
from perisai.accounts.client import client_ip
from perisai.documents import number
from perisai.documents.papers import short_name
from perisai.events import world
from perisai.events.clock import SystemClock
from perisai.events.scope import Scope
from perisai.events.work import Work

LOOKS, GUESSES, PER = 60, 10, timedelta(minutes=1)
"""Looks, and numbers of no paper, from one address in a minute."""

_BRANCH: LiteralString = "SELECT name, address, timezone FROM offices_office WHERE id = %s"
_NOW: Final[dict[str, LiteralString]] = {
    "receipt": """
SELECT p.name, CASE WHEN y.reversed_at IS NULL THEN 'paid' ELSE 'reversed' END FROM payments_payment y
JOIN members_enrolment e ON e.branch_id = y.branch_id AND e.id = y.enrolment_id
JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id WHERE y.branch_id = %s AND y.id = %s""",
    "bill": """
SELECT p.name, b.state FROM contributions_bill b
JOIN members_enrolment e ON e.branch_id = b.branch_id AND e.id = b.enrolment_id
JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id WHERE b.branch_id = %s AND b.id = %s""",
    "year": """
SELECT p.name, 'statement' FROM members_enrolment e
JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id WHERE e.branch_id = %s AND e.id = %s""",
    "order": "SELECT '', o.state FROM payments_order o WHERE o.branch_id = %s AND o.id = %s",
    "cash": "SELECT '', CASE r.state WHEN 'settled' THEN 'paid' WHEN 'void' THEN 'cancelled' ELSE 'held' END"
    " FROM custody_receipt r WHERE r.branch_id = %s AND r.id = %s",
    "sponsor": "SELECT '', 'statement' FROM payers_sponsor s WHERE s.branch_id = %s AND s.id = %s",
}
"""By kind: whose it is, and how it stands today."""


@public
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """The field for a number that somebody reads from a paper."""
    asked = request.GET.get("nomor", "").strip()[:60]
    if not asked:
        return _page(request, {"asked": ""}, 200)
    _check(request)
    found = _look(asked)
    if found is None:
        return _wrong(request, asked)
    return HttpResponseRedirect(reverse("document_check", args=[_token(found["paper"])]))


@public
@require_safe
def check(request: HttpRequest, token: str) -> HttpResponse:
    """What the paper says and how that stands today. Raises E1005 after 60 looks or 10 wrong numbers in a minute."""
    _check(request)
    found = _look(token)
    return _wrong(request, "") if found is None else _page(request, found, 200)


def _look(asked: str) -> dict[str, Any] | None:
    branch_id = number.branch_of(asked)
    if branch_id is None:
        return None
    with Work.open(scope=Scope.branch(branch_id)) as work:
        paper = number.find(work, asked)
        if paper is None:
            return None
        now = work.row(_NOW[paper.kind], [branch_id, paper.subject_id])
        branch = work.row(_BRANCH, [branch_id])
    name, state = now or ("", "gone")
    return {
        "paper": paper,
        "holder": short_name(name) if name else "",
        "state": state,
        "branch": branch[0] if branch else "",
        "timezone": branch[2] if branch else "Asia/Jakarta",
        "is_genuine": not world.is_practice(),
    }


def _token(paper: number.Kept) -> str:
    return number.LINKS.make(paper.branch_id, paper.id).removeprefix(number.LINKS.path).rstrip("/")


def _check(request: HttpRequest) -> None:
    now, ip = SystemClock().now(), client_ip(request)
    limit.check(kind="document_guess", key=ip, limit=GUESSES, per=PER, now=now)
    limit.take(kind="document_look", key=ip, limit=LOOKS, per=PER, now=now)


def _wrong(request: HttpRequest, asked: str) -> HttpResponse:
    now, ip = SystemClock().now(), client_ip(request)
    limit.take(kind="document_guess", key=ip, limit=GUESSES, per=PER, now=now)
    return _page(request, {"asked": asked, "wrong": True}, 404)


def _page(request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
    response = render(request, "documents/check.html", context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cache-Control"] = "no-store"
    return response
