"""The page of exports: ask for a file, see it grow, download it within a week."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from perisai.accounts.audience import STAFF, PageRequest, Role, audience
from perisai.accounts.words import language
from perisai.documents import export
from perisai.documents.console import MAKERS
from perisai.documents.datasets import DATASETS
from perisai.documents.models import ExportState
from perisai.errors import Refused
from perisai.events.work import branch_day
from perisai.given import find_number, get_day
from perisai.offices.tree import Office, OfficeKind
from perisai.tables.download import XLSX

TYPES = {
    "xlsx": XLSX,
    "parquet": "application/octet-stream",
}
REASONS: dict[str, str | Promise] = {
    "core_correction": _("Correct it in the core system"),
    "audit": _("For an audit"),
    "law": _("An authority asks by law"),
    "complaint": _("Handle a complaint"),
}
STATES: dict[str, tuple[str | Promise, str, str]] = {
    ExportState.WAITING: (_("Waits"), "note", "hourglass"),
    ExportState.RUNNING: (_("Is being made"), "note", "hourglass"),
    ExportState.READY: (_("Ready"), "done", "circle-check"),
    ExportState.FAILED: (_("Failed"), "stop", "alert-triangle"),
    ExportState.DELETED: (_("Deleted after 7 days"), "note", "archive"),
}


@audience(Role.AGENCY, *MAKERS, copies=True)
@require_GET
def page(request: PageRequest) -> HttpResponse:
    return render(request, "documents/exports.html", _context(request))


@audience(Role.AGENCY, *MAKERS, copies=True)
@require_GET
def state(request: PageRequest) -> HttpResponse:
    """The part of the page that changes while a file is made."""
    return render(request, "documents/exports_list.html", {**_context(request), "is_part": True})


@audience(Role.AGENCY, *MAKERS, copies=True)
@require_POST
def ask(request: PageRequest) -> HttpResponse:
    try:
        _ask(request)
    except Refused as refused:
        told = _context(request) | {"refused": refused.answer(), "given": request.POST}
        return render(request, "documents/exports.html", told, status=refused.status)
    return redirect("documents:exports")


def _ask(request: PageRequest) -> None:
    given = request.POST
    branch = given.get("branch", "")
    asked = export.Asked(
        what=given.get("what", ""),
        form=given.get("form", ""),
        first_day=get_day(given.get("first"), "E4902", field="period"),
        last_day=get_day(given.get("last"), "E4902", field="period"),
        branch_id=find_number(branch),
        reason=given.get("reason", ""),
        purpose=given.get("purpose", ""),
    )
    export.ask(request.work, viewer=request.viewer, asked=asked, language=language())


@audience(Role.AGENCY, *MAKERS, copies=True)
@require_GET
def download(request: PageRequest, export_id: UUID) -> HttpResponseBase:
    found = export.find_ready(request.work, viewer=request.viewer, export_id=export_id)
    name = f"perisai-{found['what']}-{found['asked_at']:%Y%m%d-%H%M}.{found['form']}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Length": str(found["size"]),
        "Cache-Control": "no-store",
    }
    return StreamingHttpResponse(export.pieces(export_id), content_type=TYPES[found["form"]], headers=headers)


def _context(request: PageRequest) -> dict[str, Any]:
    viewer, work = request.viewer, request.work
    today = branch_day(work.now, viewer.office.timezone)
    found = [_row(one) for one in export.of_viewer(work, viewer)]
    branches = Office.objects.filter(kind=OfficeKind.BRANCH).order_by("name")
    if viewer.branches is not None:
        branches = branches.filter(id__in=viewer.branches)
    whole = viewer.sub_branch_id is None and viewer.agency_office_id is None
    return {
        "exports": found,
        "is_busy": any(one["state"] in ("waiting", "running") for one in found),
        "whats": [(name, _said(one.title)) for name, one in DATASETS.items() if whole or not one.is_whole],
        "branches": branches if viewer.branches is None or len(viewer.branches) > 1 else [],
        "reasons": REASONS.items() if viewer.role in (*STAFF, Role.HEAD_OFFICE) else [],
        "purposes": REASONS.items() if viewer.role is Role.AUDITOR else [],
        "first": (today.replace(day=1) - timedelta(days=1)).replace(day=1),
        "last": today,
        "zone": viewer.office.timezone,
    }


def _row(one: dict[str, Any]) -> dict[str, Any]:
    word, tone, icon = STATES[one["state"]]
    return one | {
        "title": _said(DATASETS[one["what"]].title),
        "word": word,
        "tone": tone,
        "icon": icon,
        "until": one["ended_at"] + export.KEPT if one["ended_at"] else None,
        "why": REASONS.get(one["reason"], ""),
    }


def _said(texts: tuple[str, str]) -> str:
    return texts[0 if language() == "id" else 1]
