"""The staff's act on a member without consent: it was signed on paper."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from perisai.accounts.audience import STAFF, PageRequest, audience
from perisai.given import get_day
from perisai.members import queries
from perisai.members.consents import due as consent_due


@audience(*STAFF)
@require_POST
def collect(request: PageRequest, branch_id: int, enrolment_id: UUID) -> HttpResponse:
    """Raises E1004 outside what the viewer may see, E3022 for a day that cannot be."""
    queries.get_member(request.work, viewer=request.viewer, branch_id=branch_id, enrolment_id=enrolment_id)
    consent_due.collect(
        request.work,
        branch_id=branch_id,
        enrolment_id=enrolment_id,
        signed_on=get_day(request.POST.get("signed_on"), "E3022"),
        with_contact=request.POST.get("contact") == "1",
    )
    messages.success(request, _("The consent is recorded."))
    return redirect("members:member", branch_id, enrolment_id)
