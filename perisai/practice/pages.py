"""The doors of a practice world. Everywhere else these addresses do not exist."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from perisai.accounts import device, limit
from perisai.accounts.audience import ABOVE, STAFF, PageRequest, Role, audience, public
from perisai.accounts.client import client_ip
from perisai.accounts.code import in_groups
from perisai.accounts.words import say
from perisai.errors import Refused
from perisai.events import world
from perisai.events.clock import SystemClock
from perisai.events.scope import Scope
from perisai.events.work import Work, branch_day
from perisai.portal.link import read
from perisai.practice import bank, sample, tasks, trainee
from perisai.practice.place import BRANCH, TIMEZONE
from perisai.tables.download import download

COOKIE: Final = "perisai_practice_trainee"
BACKEND: Final = "allauth.account.auth_backends.AuthenticationBackend"
ENTRIES, HOUR = 300, timedelta(hours=1)
"""Times somebody comes in from one address in an hour: a class of twenty behind one line."""
clock = SystemClock()


@public
@require_safe
def door(request: HttpRequest) -> HttpResponse:
    """Who to practise as, and what this trainee has tried."""
    world.require_practice()
    number = _number(request)
    done = {part.role.key: part for part in tasks.parts(number)} if number else {}
    context = {
        "number": number,
        "roles": [(role, done.get(role.key), _goto(role)) for role in tasks.roles().values()],
        "next": request.GET.get("next", ""),
    }
    return render(request, "practice/door.html", context)


@public
@require_POST
def enter(request: HttpRequest, key: str) -> HttpResponse:
    """One tap: in, as a person of this role of the trainee's own, without password and second factor."""
    world.require_practice()
    role = tasks.roles().get(key)
    if role is None:
        raise Refused("E1004")
    number = _number(request) or _begin(request)
    if not role.login:
        return _remember(HttpResponseRedirect(_goto(role)), number)
    login(request, trainee.become(number, role, say("id", "en")), backend=BACKEND)
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return _remember(HttpResponseRedirect(back if back and is_ours else "/console/"), number)


@public
@require_safe
def phone(request: HttpRequest) -> HttpResponse:
    world.require_practice()
    return render(request, "practice/phone.html", {"number": _number(request)})


@public
@require_POST
def take_phone(request: HttpRequest) -> HttpResponse:
    """A link and a QR that make a phone that of the trainee's own agent."""
    world.require_practice()
    number = _number(request) or _begin(request)
    card = trainee.take_agent(number)
    with Work.open(scope=Scope.branch(BRANCH)) as work:
        issued = device.issue_code(work, agent=card)
    address = f"{settings.ORIGIN}/app/#/activate/{issued.code}"
    context = {
        "number": number,
        "agent": card,
        "code": in_groups(issued.code),
        "address": address,
        "qr": segno.make(address, error="m").svg_data_uri(scale=6, border=3, dark="#000", light="#fff"),
    }
    return _remember(render(request, "practice/phone.html", context), number)


@public
@require_POST
def pay(request: HttpRequest, token: str) -> HttpResponse:
    """The member's tap on the pay page: the practice bank pays."""
    world.require_practice()
    link = read(token)
    if link is None or link.expires_at <= clock.now():
        raise Refused("E9608")
    bank.pay(branch_id=link.branch_id, enrolment_id=link.enrolment_id, actor=None, clock=clock)
    return HttpResponseRedirect(reverse("portal_pay", args=[token]))


@audience(*STAFF, work=False)
@require_POST
def pay_member(request: PageRequest, branch_id: int, enrolment_id: UUID) -> HttpResponse:
    """An officer's tap on a member's page."""
    world.require_practice()
    if not request.viewer.sees_branch(branch_id):
        raise Refused("E1004")
    bank.pay(branch_id=branch_id, enrolment_id=enrolment_id, actor=request.viewer.actor, clock=clock)
    messages.success(request, _("The practice bank has paid."))
    return HttpResponseRedirect(reverse("members:member", args=[branch_id, enrolment_id]))


@audience(*STAFF, *ABOVE, work=False)
@require_safe
def trainees(request: PageRequest) -> HttpResponse:
    """Who of the trainees has done what."""
    world.require_practice()
    return render(request, "practice/trainees.html", {"parts": tasks.parts()})


@audience(Role.BRANCH, Role.BRANCH_HEAD)
@require_safe
def sample_workbook(request: PageRequest) -> HttpResponse:
    """For the go-live import, to be tried dry and brought in."""
    world.require_practice()
    data = sample.sample(branch_day(request.work.now, TIMEZONE))
    return download(data, "latihan-impor-awal.xlsx")


def _goto(role: tasks.Role) -> str:
    return reverse("practice:phone") if role.goto == "phone" else role.goto


def _number(request: HttpRequest) -> int | None:
    """Of this browser's trainee."""
    try:
        found: Any = signing.loads(request.COOKIES.get(COOKIE, ""), salt=COOKIE)
    except signing.BadSignature:
        return None
    return found if isinstance(found, int) else None


def _begin(request: HttpRequest) -> int:
    limit.take(kind="practice", key=client_ip(request), limit=ENTRIES, per=HOUR, now=clock.now())
    return trainee.new_number()


def _remember(response: HttpResponse, number: int) -> HttpResponse:
    response.set_cookie(
        COOKIE,
        signing.dumps(number, salt=COOKIE),
        max_age=timedelta(days=30),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response
