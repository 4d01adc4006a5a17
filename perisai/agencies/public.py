"""``/daftar-kantor/``: an organisation without an account applies to become an agency office."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from perisai.accounts import limit
from perisai.accounts.audience import public
from perisai.accounts.client import client_ip
from perisai.accounts.words import say
from perisai.agencies import application
from perisai.agents.rules import figure
from perisai.errors import Refused
from perisai.events.clock import SystemClock
from perisai.events.ids import uuid7
from perisai.events.scope import Scope
from perisai.events.work import Work, branch_day
from perisai.offices.tree import Office, OfficeKind

LOOKS: Final = 60
SENT: Final = 10
FORMS: Final = {
    "cooperative": ("Koperasi", "Cooperative"),
    "association": ("Perkumpulan", "Association"),
    "foundation": ("Yayasan", "Foundation"),
    "community": ("Komunitas tanpa badan hukum", "Community without legal entity"),
    "cv": ("Persekutuan komanditer (CV)", "Partnership (CV)"),
    "pt": ("Perseroan terbatas (PT)", "Company (PT)"),
}
TEXTS: Final = ("name", "form", "address", "leader_name", "leader_title", "leader_phone")


@public
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """The form, and after it what comes next. The same form sent twice is one application. Raises E1005 above 60 looks a minute
    or 10 applications an hour from one address."""
    clock, ip = SystemClock(), client_ip(request)
    limit.take(kind="agency_look", key=ip, limit=LOOKS, per=timedelta(minutes=1), now=clock.now())
    branches = list(Office.objects.filter(kind=OfficeKind.BRANCH, is_open=True).order_by("name"))
    if request.method != "POST":
        return _form(request, branches, None)
    limit.take(kind="agency_sent", key=ip, limit=SENT, per=timedelta(hours=1), now=clock.now())
    try:
        branch = next((one for one in branches if str(one.id) == request.POST.get("branch")), None)
        if branch is None:
            raise Refused("E9002", field="branch")
        applicant = _applicant(request)
        with Work.open(scope=Scope.branch(branch.id), clock=clock) as work:
            sent = application.apply(
                work, parent=branch, applicant=applicant, source="public", application_id=_key(request)
            )
    except Refused as refused:
        return _form(request, branches, refused)
    return render(request, "agencies/public_sent.html", {"branch": branch, "code": str(sent)[-8:].upper()})


def _form(request: HttpRequest, branches: list[Office], refused: Refused | None) -> HttpResponse:
    today = branch_day(SystemClock().now(), "Asia/Jakarta")
    context: dict[str, Any] = {
        "branches": branches,
        "forms": [(key, say(*words)) for key, words in FORMS.items()],
        "least": figure("office_agents_least", today),
        "given": request.POST,
        "key": request.POST.get("key") or str(uuid7()),
        "refused": refused
        and {"text": say(refused.text()["id"], refused.text()["en"]), "field": refused.params.get("field")},
    }
    return render(request, "agencies/public_apply.html", context, status=refused.status if refused else 200)


def _applicant(request: HttpRequest) -> application.Applicant:
    count = request.POST.get("candidates", "").strip()
    if not count.isdecimal() or len(count) > 4:
        raise Refused("E9002", field="candidates")
    texts = {name: request.POST.get(name, "").strip() for name in TEXTS}
    return application.Applicant(**texts, candidates=int(count))


def _key(request: HttpRequest) -> UUID:
    """Made when the form was opened, so that a form sent twice is one. Raises E9002."""
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError as error:
        raise Refused("E9002", field="key") from error
