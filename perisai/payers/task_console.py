"""The list of members whose funding ends, for whoever has to speak with them."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from perisai.accounts.audience import ABOVE, STAFF, PageRequest, Role, audience
from perisai.payers import queries
from perisai.payers.sponsor_console import task_of


@audience(Role.AGENCY, *STAFF, *ABOVE)
@require_GET
def page(request: PageRequest) -> HttpResponse:
    """Those nobody has spoken with first."""
    rows = queries.tasks(request.work, viewer=request.viewer)
    return render(request, "payers/tasks.html", {"tasks": [task_of(row) for row in rows]})
