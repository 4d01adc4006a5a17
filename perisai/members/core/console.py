"""Staff pages of the core port: who waits, files out, files in with their outcome row by row."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from perisai.accounts.audience import ABOVE, STAFF, PageRequest, Role, audience
from perisai.errors import Refused
from perisai.members.core import bring_in as core_import
from perisai.members.core import file as core_file
from perisai.members.core import labels as core_labels
from perisai.members.core import port as core
from perisai.offices.tree import Office, OfficeKind
from perisai.tables.download import XLSX, download

CARRIERS = (Role.BRANCH, Role.BRANCH_HEAD)
"""Who may see NIKs in the clear to carry them to the core system."""


@audience(*STAFF, *ABOVE)
@require_GET
def page(request: PageRequest) -> HttpResponse:
    """The viewer's branch, or a choice of branches for those who see several."""
    branches = _branches(request)
    branch = _chosen(request, branches)
    return _show(request, branches, branch)


@audience(*CARRIERS)
@require_POST
def export(request: PageRequest) -> HttpResponse:
    branch, form = _own(request), _form(request)
    return download(core.export(request.work, branch_id=branch.id, form=form), *_named(request, form))


@audience(*CARRIERS)
@require_POST
def export_again(request: PageRequest, batch: UUID) -> HttpResponse:
    branch, form = _own(request), _form(request)
    return download(
        core.export_again(request.work, branch_id=branch.id, batch=batch, form=form), *_named(request, form)
    )


@audience(*CARRIERS)
@require_POST
def take(request: PageRequest) -> HttpResponse:
    """Takes a file that came back. Rows in error are told and stop no other."""
    branch = _own(request)
    given = request.FILES.get("file")
    if given is None or given.size is None or given.size > core_file.MOST_BYTES:
        raise Refused("E4020", reason="2 MB")
    seen, outcomes = core_import.take(request.work, branch_id=branch.id, timezone=branch.timezone, data=given.read())
    if seen:
        messages.warning(request, _("This very file was taken before. Nothing was changed."))
        return redirect("members:core")
    return _show(request, [branch], branch, outcomes)


@audience(*CARRIERS)
@require_GET
def template(request: PageRequest) -> HttpResponse:
    """An empty file with the titles that ``take`` reads."""
    return download(core_file.write_xlsx(core_file.IMPORTED, []), *_named(request, "xlsx"))


def _show(
    request: PageRequest,
    branches: list[Office],
    branch: Office | None,
    outcomes: list[core_import.Outcome] | None = None,
) -> HttpResponse:
    counted = core.counts(request.work, branch_id=branch.id) if branch else {}
    context = {
        "branches": branches,
        "branch": branch,
        "waiting": counted.get("none", 0),
        "exported": counted.get("exported", 0),
        "registered": counted.get("registered", 0),
        "refused_at_core": counted.get("refused", 0),
        "demo": counted.get("demo", 0),
        "is_demo_core": isinstance(core.get_port(), core.DemoCore),
        "files": core.files(request.work, branch_id=branch.id) if branch else [],
        "may_carry": request.viewer.role in CARRIERS,
        "most": core.MOST_EXPORTED,
        "outcomes": _told(outcomes),
        "errors": sum(one.is_error for one in outcomes or ()),
        "taken": sum(not one.is_error for one in outcomes or ()),
        "titles": core_file.IMPORTED,
    }
    return render(request, "members/core.html", context)


def _told(outcomes: list[core_import.Outcome] | None) -> list[dict[str, Any]] | None:
    """Errors first, in the order of the file."""
    if outcomes is None:
        return None
    ordered = sorted(outcomes, key=lambda one: (not one.is_error, one.line))
    return [{"line": one.line, "label": core_labels.OUTCOMES[one.what], "detail": _detail(one)} for one in ordered]


def _detail(outcome: core_import.Outcome) -> str | dict[str, str]:
    """A code of the catalogue is told in words."""
    if outcome.what == "error_payment":
        return Refused(outcome.detail, owed="…", reason="…").text()
    return {"id": outcome.detail, "en": outcome.detail}


def _branches(request: PageRequest) -> list[Office]:
    offices = Office.objects.filter(kind=OfficeKind.BRANCH).order_by("name")
    if request.viewer.branches is not None:
        offices = offices.filter(id__in=request.viewer.branches)
    return list(offices)


def _chosen(request: PageRequest, branches: list[Office]) -> Office | None:
    wanted = request.GET.get("branch", "")
    return next((office for office in branches if str(office.id) == wanted), branches[0] if branches else None)


def _own(request: PageRequest) -> Office:
    return Office.objects.get(id=request.viewer.own_branch_id)


def _form(request: PageRequest) -> str:
    return "csv" if request.POST.get("form") == "csv" else "xlsx"


def _named(request: PageRequest, form: str) -> tuple[str, str]:
    """(name, kind) of a file."""
    name = f"perisai-{_('core')}-{request.work.now:%Y%m%d-%H%M%S}.{form}"
    return name, "text/csv; charset=utf-8" if form == "csv" else XLSX
