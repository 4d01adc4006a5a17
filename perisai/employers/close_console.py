"""Closing an employer, and opening it again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from perisai.accounts.audience import PageRequest, audience
from perisai.employers import close, employer, queries
from perisai.employers.console import EDITORS, read_told_month
from perisai.employers.job import From
from perisai.events.work import branch_day


@audience(*EDITORS)
@require_POST
def close_employer(request: PageRequest, employer_id: UUID) -> HttpResponse:
    known = queries.get(request.work, viewer=request.viewer, employer_id=employer_id)
    close.close(
        request.work,
        employer=employer.lock(request.work, branch_id=known["branch_id"], employer_id=employer_id),
        reason=request.POST.get("reason", ""),
        last_month=read_told_month(request.POST.get("month", "")),
        told_by=From("console"),
        today=branch_day(request.work.now, known["timezone"]),
    )
    messages.success(request, _("The employer is closed."))
    return redirect("employers:employer", employer_id)


@audience(*EDITORS)
@require_POST
def open_again(request: PageRequest, employer_id: UUID) -> HttpResponse:
    known = queries.get(request.work, viewer=request.viewer, employer_id=employer_id)
    found = employer.lock(request.work, branch_id=known["branch_id"], employer_id=employer_id, closed_too=True)
    close.open_again(request.work, employer=found)
    messages.success(request, _("The employer is open again. Report who works there."))
    return redirect("employers:employer", employer_id)
