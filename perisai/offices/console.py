"""Staff pages on the office tree."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from perisai.accounts.audience import ABOVE, STAFF, PageRequest, Role, Viewer, audience
from perisai.accounts.words import say
from perisai.errors import Refused
from perisai.offices import office, queries, regions
from perisai.offices.forms import KIND_WORDS, OfficeForm, kinds_under
from perisai.offices.models import Office

READERS = (Role.AGENCY, *STAFF, *ABOVE, Role.SYSTEM)
EDITORS = (Role.BRANCH_HEAD, Role.REGION, Role.HEAD_OFFICE, Role.SYSTEM)
NATION = (Role.HEAD_OFFICE, Role.SYSTEM)


@audience(*READERS)
def office_list(request: PageRequest) -> HttpResponse:
    """My office and all under it, with counts; ``q`` in the address."""
    text = request.GET.get("q", "").strip()
    rows = queries.tree(request.work, request.viewer.office, text=text)
    may_bring = request.viewer.role in NATION
    context = {"offices": rows, "q": text, "kind_words": _kind_words(), "may_bring": may_bring}
    return render(request, "offices/list.html", context)


@audience(*READERS)
def office_page(request: PageRequest, office_id: int) -> HttpResponse:
    """One office: its facts, what stands under it, and the form for those who may change it."""
    shown = _get(request.viewer, office_id)
    may = may_edit(request.viewer, shown)
    form = OfficeForm(request.POST or None, initial=_initial(shown)) if may else None
    if request.method == "POST":
        if form is None:
            raise Refused("E2006")
        if not form.is_valid():
            return _page(request, shown, form, status=422)
        try:
            office.edit_office(request.work, office=shown, **form.cleaned_data)
        except Refused as refused:
            return _page(request, shown, form, refused=refused)
        messages.success(request, say("Kantor tersimpan.", "Office saved."))
        return HttpResponseRedirect(request.path)
    return _page(request, shown, form)


@audience(*EDITORS)
def office_new(request: PageRequest, parent_id: int) -> HttpResponse:
    """A new office under ``parent_id``, which lies in my part of the tree."""
    parent = _get(request.viewer, parent_id)
    if not kinds_under(parent):
        raise Refused("E7002")
    initial = {"id": office.next_id(parent), "timezone": parent.timezone}
    form = OfficeForm(request.POST or None, parent=parent, initial=initial)
    refused = None
    if request.method == "POST" and form.is_valid():
        try:
            made = office.create_office(request.work, parent=parent, **form.cleaned_data)
        except Refused as error:
            refused = error
        else:
            messages.success(request, say("Kantor dibuat.", "Office made."))
            return HttpResponseRedirect(reverse("offices_office", args=[made.id]))
    context = {"parent": parent, "form": form, "refused": refused and refused.answer()}
    status = refused.status if refused else (422 if form.is_bound else 200)
    return render(request, "offices/new.html", context, status=status)


def may_edit(viewer: Viewer, shown: Office) -> bool:
    """What stands under one's own office; head office and the system also change their own."""
    is_own = shown.id == viewer.office.id
    return viewer.role in EDITORS and viewer.office.id in shown.path and (not is_own or viewer.role in NATION)


def _get(viewer: Viewer, office_id: int) -> Office:
    found = Office.objects.filter(pk=office_id, path__contains=[viewer.office.id]).first()
    if found is None:
        raise Refused("E1004")
    return found


def _page(
    request: PageRequest, shown: Office, form: OfficeForm | None, *, refused: Refused | None = None, status: int = 200
) -> HttpResponse:
    rows = queries.tree(request.work, shown)
    context = {
        "office": shown,
        "above": list(
            Office.objects.filter(id__in=shown.path[:-1], path__contains=[request.viewer.office.id]).order_by("path")
        ),
        "counts": rows[0],
        "under": [row for row in rows[1:] if row.parent_id == shown.id],
        "regencies": [(code, regions.name_of(code) or "–") for code in shown.regencies],
        "form": form,
        "refused": refused and refused.answer(),
        "kind_words": _kind_words(),
        "may_add": request.viewer.role in EDITORS and bool(kinds_under(shown)),
    }
    return render(request, "offices/page.html", context, status=refused.status if refused else status)


def _initial(shown: Office) -> dict[str, Any]:
    return {
        "code": shown.code,
        "name": shown.name,
        "timezone": shown.timezone,
        "regencies": " ".join(shown.regencies),
        "address": shown.address,
        "is_open": shown.is_open,
    }


def _kind_words() -> dict[str, str]:
    return {kind: say(*words) for kind, words in KIND_WORDS.items()}
