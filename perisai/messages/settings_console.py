"""The staff page of a branch's channels: their order, their gateways, what a message costs, the month's budget and the hours."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from perisai.accounts.audience import STAFF, PageRequest, Role, audience
from perisai.accounts.words import say
from perisai.errors import Refused
from perisai.events.work import branch_day
from perisai.messages import budget, channel, ways_setting
from perisai.messages.rules import message_rules
from perisai.offices.tree import Office, OfficeKind

READERS = (*STAFF, Role.HEAD_OFFICE, Role.SYSTEM, Role.AUDITOR)
EDITORS: Final = (Role.BRANCH_HEAD, Role.HEAD_OFFICE, Role.SYSTEM)
NAMES: Final = {"sms": "SMS", "whatsapp": "WhatsApp", "email": "E-mail"}


@audience(*READERS)
@require_http_methods(["GET", "POST"])
def settings_page(request: PageRequest) -> HttpResponse:
    """``branch`` in the address for who sees several. A POST saves one channel (``kind``) or, without one, budget and hours."""
    office = _branch(request)
    may = request.viewer.role in EDITORS
    refused = None
    if request.method == "POST":
        if not may:
            raise Refused("E2006")
        try:
            _save(request, office.id)
            messages.success(request, say("Pengaturan tersimpan.", "The settings are kept."))
            return HttpResponseRedirect(request.get_full_path())
        except Refused as error:
            refused = error
    return _page(request, office, may, refused)


def _page(request: PageRequest, office: Office, may: bool, refused: Refused | None) -> HttpResponse:
    work = request.work
    month = branch_day(work.now, office.timezone).replace(day=1)
    context: dict[str, Any] = {
        "office": office,
        "branches": [] if request.viewer.office.branch_id else _branches(request),
        "channels": ways_setting.channels(work, branch_id=office.id),
        "names": NAMES,
        "providers": _providers(),
        "policy": channel.policy(work, branch_id=office.id),
        "purse": budget.purse(work, branch_id=office.id, month=month),
        "beyond": message_rules().budget.beyond.percent,
        "is_simulated": channel.is_simulated(),
        "may": may,
        "refused": refused and refused.answer(),
    }
    return render(request, "messages/settings.html", context, status=refused.status if refused else 200)


def _save(request: PageRequest, branch_id: int) -> None:
    given = {name: str(value) for name, value in request.POST.items()}
    if "kind" in given:
        ways_setting.save_channel(request.work, branch_id=branch_id, kind=given["kind"], given=given)
    else:
        ways_setting.save_settings(request.work, branch_id=branch_id, given=given)


def _branch(request: PageRequest) -> Office:
    """Raises E1004 where the viewer may see no such branch."""
    own = request.viewer.office.branch_id
    asked = request.GET.get("branch", "")
    number = own if own is not None else int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else None
    if number is None:
        branches = _branches(request)
        if not branches:
            raise Refused("E1004")
        return branches[0]
    found = Office.objects.filter(pk=number, kind=OfficeKind.BRANCH).first()
    if found is None or not request.viewer.sees_branch(found.id):
        raise Refused("E1004")
    return found


def _branches(request: PageRequest) -> list[Office]:
    found = Office.objects.filter(kind=OfficeKind.BRANCH, path__contains=[request.viewer.office.id])
    return list(found.order_by("name")[:500])


def _providers() -> dict[str, str]:
    return {
        "operator": say("Gerbang SMS bersama (pengaturan server)", "Shared SMS gateway (settings of the server)"),
        "http": say("Gerbang HTTP sendiri (JSON)", "HTTP gateway of one's own (JSON)"),
        "apprise": say("Layanan pesan (alamat apprise)", "Messaging service (apprise address)"),
    }
