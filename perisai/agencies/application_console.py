"""Pages about applications: taken by staff, checked item by item, decided with a reason."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from perisai.accounts import user
from perisai.accounts.audience import ABOVE, STAFF, PageRequest, Role, audience
from perisai.agencies import application, document, labels, link, queries
from perisai.agencies.checklist import items_on
from perisai.agencies.console import OFFICERS, today_of
from perisai.agents.rules import figure
from perisai.errors import Refused
from perisai.events.work import branch_day
from perisai.messages import outbox
from perisai.offices.tree import Office, OfficeKind

TEXT_GOOD_FOR = timedelta(days=3)
FIELDS = ("name", "form", "address", "leader_name", "leader_title", "leader_phone")


@audience(*STAFF)
@require_http_methods(["GET", "POST"])
def new(request: PageRequest) -> HttpResponse:
    """An application that an organisation made at the counter."""
    parents = _parents(request)
    refused = None
    if request.method == "POST":
        try:
            parent = next((one for one in parents if str(one.id) == request.POST.get("parent")), parents[0])
            application_id = application.apply(
                request.work, parent=parent, applicant=_applicant(request), source="staff"
            )
        except Refused as error:
            refused = error
        else:
            messages.success(request, _("The application is taken. Now its checks."))
            return redirect("agencies:application", branch_id=parent.branch_id, application_id=application_id)
    today = branch_day(request.work.now, request.viewer.office.timezone)
    context = {
        "parents": parents,
        "forms": labels.FORMS,
        "least": figure("office_agents_least", today),
        "given": request.POST,
        "refused": refused and refused.answer(),
    }
    return render(request, "agencies/apply.html", context, status=refused.status if refused else 200)


@audience(*STAFF, *ABOVE)
@require_GET
def page(request: PageRequest, branch_id: int, application_id: UUID) -> HttpResponse:
    return _show(request, branch_id, application_id)


@audience(*STAFF)
@require_POST
def check(request: PageRequest, branch_id: int, application_id: UUID) -> HttpResponse:
    """One item: met or not, with a note."""
    _get(request, branch_id, application_id)
    try:
        application.check(
            request.work,
            branch_id=branch_id,
            application_id=application_id,
            item=request.POST.get("item", ""),
            is_met=request.POST.get("is_met") == "1",
            note=request.POST.get("note", ""),
        )
    except Refused as refused:
        return _show(request, branch_id, application_id, refused)
    return redirect("agencies:application", branch_id=branch_id, application_id=application_id)


@audience(*STAFF)
@require_GET
def paper(request: PageRequest, branch_id: int, application_id: UUID, document_id: UUID) -> HttpResponse:
    """A paper that the applicant sent, decrypted on the way and never cached; each opening is an event. Raises E1004."""
    _get(request, branch_id, application_id)
    found = document.open_paper(
        request.work, branch_id=branch_id, application_id=application_id, document_id=document_id
    )
    is_picture = found.media_type == "image/jpeg"
    name = f"{document_id}.{'jpg' if is_picture else 'pdf'}"
    shown = "inline" if is_picture else "attachment"
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": f'{shown}; filename="{name}"'}
    return HttpResponse(found.data, content_type=found.media_type, headers=headers)


@audience(*OFFICERS)
@require_POST
def approve(request: PageRequest, branch_id: int, application_id: UUID) -> HttpResponse:
    """Makes the office and, where a login name is given, its first user, whose password is shown once."""
    found = _get(request, branch_id, application_id)
    username = request.POST.get("username", "").strip()
    try:
        made = application.approve(
            request.work, branch_id=branch_id, application_id=application_id, note=request.POST.get("note", "")
        )
        if username:
            first, password = user.create_user(
                request.work,
                viewer=request.viewer,
                username=username,
                full_name=request.POST.get("full_name", "").strip() or found["leader_name"],
                role=Role.AGENCY,
                office=made,
            )
    except Refused as refused:
        return _show(request, branch_id, application_id, refused)
    _tell(request, found)
    messages.success(request, _("The agency office is made. Now its agreement."))
    if username:
        return render(request, "accounts/user_secret.html", {"user_shown": first, "password": password})
    return redirect("agencies:office", branch_id=branch_id, office_id=made.id)


@audience(*OFFICERS)
@require_POST
def refuse(request: PageRequest, branch_id: int, application_id: UUID) -> HttpResponse:
    found = _get(request, branch_id, application_id)
    try:
        application.refuse(
            request.work,
            branch_id=branch_id,
            application_id=application_id,
            reason=request.POST.get("reason", ""),
            note=request.POST.get("note", ""),
        )
    except Refused as refused:
        return _show(request, branch_id, application_id, refused)
    _tell(request, found)
    messages.success(request, _("The application is refused. The applicant reads the reason on their page."))
    return redirect("agencies:list")


def _show(request: PageRequest, branch_id: int, application_id: UUID, refused: Refused | None = None) -> HttpResponse:
    found = _get(request, branch_id, application_id)
    looks = queries.checks(request.work, branch_id=branch_id, application_id=application_id)
    papers = document.of(request.work, branch_id=branch_id, application_id=application_id)
    items: list[dict[str, Any]] = []
    for key, item in items_on(today_of(request, branch_id)).items():
        mine = [look for look in looks if look["item"] == key]
        last, sent = mine[0] if mine else None, papers.get(key, [])
        is_new = bool(sent and (last is None or sent[-1]["added_at"] > last["checked_at"]))
        items.append(
            {"key": key, "item": item, "last": last, "before": mine[1:], "papers": sent, "has_new_papers": is_new}
        )
    is_open = found["state"] == "applied"
    context = {
        "application": found | {"form_label": labels.FORMS[found["form"]]},
        "label": labels.APPLICATIONS[found["state"]],
        "why": labels.REFUSALS.get(found["reason"], ""),
        "items": items,
        "met": sum(bool(one["last"] and one["last"]["is_met"]) for one in items),
        "reasons": labels.REFUSALS,
        "may_check": is_open and request.viewer.role in STAFF,
        "may_open": request.viewer.role in STAFF,
        "may_decide": is_open and request.viewer.role in OFFICERS,
        "given": request.POST,
        "refused": refused and refused.answer(),
    }
    return render(request, "agencies/application.html", context, status=refused.status if refused else 200)


def _get(request: PageRequest, branch_id: int, application_id: UUID) -> dict[str, Any]:
    return queries.get_application(
        request.work, viewer=request.viewer, branch_id=branch_id, application_id=application_id
    )


def _tell(request: PageRequest, found: dict[str, Any]) -> None:
    """A text that there is a decision, with the applicant's own link; it holds neither name nor outcome."""
    address = f"{settings.ORIGIN}{link.make(link.Owner(found['branch_id'], found['id']))}"
    body = f"Pengajuan Kantor Perisai Anda sudah diputuskan. Baca hasilnya di {address}"
    text = outbox.Text("agency_application", found["leader_phone"], body, request.work.now + TEXT_GOOD_FOR)
    outbox.queue(request.work, branch_id=found["branch_id"], agent_id=None, text=text)


def _parents(request: PageRequest) -> list[Office]:
    """Where an office may stand: a sub-branch's officer takes applications for that sub-branch."""
    own = request.viewer.office
    if own.kind == OfficeKind.SUB_BRANCH:
        return [own]
    kinds = (OfficeKind.BRANCH, OfficeKind.SUB_BRANCH)
    return list(Office.objects.filter(branch_id=own.branch_id, kind__in=kinds, is_open=True).order_by("kind", "name"))


def _applicant(request: PageRequest) -> application.Applicant:
    """Raises ``Refused`` E9002 where the number is none."""
    count = request.POST.get("candidates", "").strip()
    if not count.isdecimal() or len(count) > 4:
        raise Refused("E9002", field="candidates")
    return application.Applicant(**{name: request.POST.get(name, "").strip() for name in FIELDS}, candidates=int(count))
