"""Staff pages over all agents: licences that need attention, and where agents work."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from perisai.accounts.audience import ABOVE, STAFF, PageRequest, Role, audience
from perisai.agents import coverage, ending
from perisai.agents.rules import figure
from perisai.errors import Refused
from perisai.events.work import branch_day
from perisai.offices.tree import Office, OfficeKind

MOST = 500


@audience(Role.AGENCY, *STAFF, *ABOVE)
@require_GET
def licences(request: PageRequest) -> HttpResponse:
    today = branch_day(request.work.now, request.viewer.office.timezone)
    context = {
        "rows": ending.soon(request.work, viewer=request.viewer, today=today),
        "renewals": ending.asked(request.work, viewer=request.viewer, today=today),
        "doubtful": ending.doubtful(request.work, viewer=request.viewer, today=today),
        "needed": figure("renewal_credit_minutes", today),
        "window": figure("renewal_days", today),
    }
    return render(request, "agents/expiring.html", context)


@audience(*STAFF, *ABOVE)
@require_GET
def coverage_start(request: PageRequest) -> HttpResponse:
    """The only branch there is to see, or a choice of branches."""
    branches = request.viewer.branches
    if branches is not None and len(branches) == 1:
        return _coverage(request, branches[0])
    found = Office.objects.filter(kind=OfficeKind.BRANCH).order_by("name")
    if branches is not None:
        found = found.filter(id__in=branches)
    return render(request, "agents/coverage.html", {"branches": list(found[:MOST])})


@audience(*STAFF, *ABOVE)
@require_GET
def coverage_branch(request: PageRequest, branch_id: int) -> HttpResponse:
    return _coverage(request, branch_id)


def _coverage(request: PageRequest, branch_id: int) -> HttpResponse:
    office = Office.objects.filter(id=branch_id, kind=OfficeKind.BRANCH).first()
    if office is None or not request.viewer.sees_branch(branch_id):
        raise Refused("E1004")
    today = branch_day(request.work.now, office.timezone)
    offices = coverage.of_branch(request.work, branch_id=branch_id, today=today)
    context = {
        "branch": office,
        "month": today.replace(day=1),
        "offices": offices,
        "empty_districts": sum(one.empty for one in offices),
        "all_districts": sum(len(one.tiles) for one in offices),
    }
    return render(request, "agents/coverage.html", context)
