"""Acts on agreements: draft, print, sign, bring the scan, withdraw. Each comes back to the office's page."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from perisai.accounts.audience import ABOVE, STAFF, PageRequest, Role, audience
from perisai.agencies import agreement, paper, queries, scan, signature
from perisai.agencies.console import OFFICERS, show_office, today_of
from perisai.errors import Refused
from perisai.given import get_day
from perisai.tables.download import download

READERS = (Role.AGENCY, *STAFF, *ABOVE)


@audience(*OFFICERS)
@require_POST
def draft(request: PageRequest, branch_id: int, office_id: int) -> HttpResponse:
    """A first agreement, a renewal, or the next version of the one in force."""
    asked = request.POST
    try:
        _see(request, branch_id, office_id)
        agreement.draft(
            request.work,
            branch_id=branch_id,
            office_id=office_id,
            valid_from=_day(asked.get("valid_from", ""), "valid_from"),
            valid_to=_day(asked.get("valid_to", ""), "valid_to"),
            signatories=agreement.Signatories(
                **{name: asked.get(name, "") for name in ("branch_name", "branch_title", "office_name", "office_title")}
            ),
            amends=asked.get("amends") == "1",
        )
    except Refused as refused:
        return show_office(request, branch_id, office_id, refused)
    messages.success(request, _("The draft is made. Print it, have both sides sign, then record the signatures."))
    return redirect("agencies:office", branch_id=branch_id, office_id=office_id)


@audience(*OFFICERS)
@require_POST
def sign(request: PageRequest, branch_id: int, office_id: int, agreement_id: UUID) -> HttpResponse:
    asked = request.POST
    try:
        _see(request, branch_id, office_id, agreement_id)
        is_valid = signature.sign(
            request.work,
            branch_id=branch_id,
            agreement_id=agreement_id,
            party=asked.get("party", ""),
            name=asked.get("name", ""),
            title=asked.get("title", ""),
            signed_on=_day(asked.get("signed_on", ""), "signed_on"),
        )
    except Refused as refused:
        return show_office(request, branch_id, office_id, refused)
    messages.success(
        request, _("Both sides have signed: the agreement is valid.") if is_valid else _("The signature is recorded.")
    )
    return redirect("agencies:office", branch_id=branch_id, office_id=office_id)


@audience(*OFFICERS)
@require_POST
def withdraw(request: PageRequest, branch_id: int, office_id: int, agreement_id: UUID) -> HttpResponse:
    try:
        _see(request, branch_id, office_id, agreement_id)
        agreement.withdraw(request.work, branch_id=branch_id, agreement_id=agreement_id)
    except Refused as refused:
        return show_office(request, branch_id, office_id, refused)
    messages.success(request, _("The draft is withdrawn."))
    return redirect("agencies:office", branch_id=branch_id, office_id=office_id)


@audience(*READERS)
@require_GET
def pdf(request: PageRequest, branch_id: int, office_id: int, agreement_id: UUID) -> HttpResponse:
    _see(request, branch_id, office_id, agreement_id)
    name, data = paper.agreement_pdf(request.work, branch_id=branch_id, agreement_id=agreement_id)
    return download(data, name, "application/pdf")


@audience(*READERS)
@require_http_methods(["GET", "POST"])
def scan_file(
    request: PageRequest, branch_id: int, office_id: int, agreement_id: UUID, scan_id: UUID | None = None
) -> HttpResponse:
    """The signed paper: read by who may see the office, brought by officers of the branch, as often as they have a better one."""
    _see(request, branch_id, office_id, agreement_id)
    if request.method != "POST":
        data = scan.open_scan(request.work, branch_id=branch_id, agreement_id=agreement_id, scan_id=scan_id)
        return download(data, f"PKS-{office_id}.pdf", "application/pdf")
    if request.viewer.role not in OFFICERS:
        raise Refused("E2006")
    given = request.FILES.get("file")
    try:
        if given is None or given.size is None or given.size > scan.MOST_BYTES:
            raise Refused("E9010", limit=scan.LIMIT)
        is_new = scan.keep(request.work, branch_id=branch_id, agreement_id=agreement_id, data=given.read())
    except Refused as refused:
        return show_office(request, branch_id, office_id, refused)
    messages.success(request, _("The scan is kept.") if is_new else _("This scan is here already."))
    return redirect("agencies:office", branch_id=branch_id, office_id=office_id)


def _see(request: PageRequest, branch_id: int, office_id: int, agreement_id: UUID | None = None) -> None:
    """Raises E1004 where the viewer may not see the office, or the agreement is not of it."""
    today = today_of(request, branch_id)
    queries.get_office(request.work, viewer=request.viewer, branch_id=branch_id, office_id=office_id, today=today)
    if agreement_id is not None:
        sql = "SELECT 1 FROM agencies_agreement WHERE branch_id = %s AND office_id = %s AND id = %s"
        if request.work.row(sql, [branch_id, office_id, agreement_id]) is None:
            raise Refused("E1004")


def _day(text: str, field: str) -> date:
    """Raises ``Refused`` E9002."""
    day = get_day(text, "E9002", field=field)
    if not 2015 <= day.year <= 2100:
        raise Refused("E9002", field=field)
    return day
