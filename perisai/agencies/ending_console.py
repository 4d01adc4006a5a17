"""The end of an agency office: where each of its agents goes, and the decision on a proposal."""

from datetime import date, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from perisai.accounts.audience import PageRequest, audience
from perisai.agencies import ending, labels, proposal, queries
from perisai.agencies.console import OFFICERS, show_office, shown, today_of
from perisai.errors import Refused
from perisai.given import find_id, get_day

TAKES = ("valid", "expiring", "renewed")
BRANCH = "branch"


@audience(*OFFICERS)
@require_http_methods(["GET", "POST"])
def end(request: PageRequest, branch_id: int, office_id: int) -> HttpResponse:
    """A form with every agent and where they may go; the whole is done in one act or not at all."""
    refused = None
    today = today_of(request, branch_id)
    if request.method == "POST":
        try:
            queries.get_office(
                request.work, viewer=request.viewer, branch_id=branch_id, office_id=office_id, today=today
            )
            handed = ending.end(
                request.work,
                branch_id=branch_id,
                office_id=office_id,
                reason=request.POST.get("reason", ""),
                note=request.POST.get("note", ""),
                last_day=get_day(request.POST.get("last_day"), "E9016", days=ending.MOST_DAYS_AHEAD),
                today=today,
                handed=_handed(request),
            )
        except Refused as error:
            refused = error
        else:
            said = ngettext(
                "The office is ended; %(n)s agent moves.", "The office is ended; %(n)s agents move.", handed
            )
            messages.success(request, said % {"n": handed})
            return redirect("agencies:office", branch_id=branch_id, office_id=office_id)
    return _form(request, branch_id, office_id, today, refused)


@audience(*OFFICERS)
@require_POST
def keep(request: PageRequest, branch_id: int, office_id: int, proposal_id: UUID) -> HttpResponse:
    """The office goes on in spite of the proposal; the note says why."""
    try:
        proposal.keep(request.work, branch_id=branch_id, proposal_id=proposal_id, note=request.POST.get("note", ""))
    except Refused as refused:
        return show_office(request, branch_id, office_id, refused)
    messages.success(request, _("The office goes on."))
    return redirect("agencies:office", branch_id=branch_id, office_id=office_id)


def _form(request: PageRequest, branch_id: int, office_id: int, today: date, refused: Refused | None) -> HttpResponse:
    work, viewer = request.work, request.viewer
    found = queries.get_office(work, viewer=viewer, branch_id=branch_id, office_id=office_id, today=today)
    if found["ended_on"] is not None and refused is None:
        raise Refused("E9012", who="–")
    others = queries.offices(work, viewer=viewer, today=today)
    stays = ending.to_place(work, branch_id=branch_id, office_id=office_id, after=today + timedelta(days=1))
    context = {
        "office": shown(found, today),
        "agents": [
            stay | {"chosen": request.POST.get(f"to-{stay['id']}", "")}
            for stay in {stay["id"]: stay for stay in stays}.values()
        ],
        "targets": [
            row
            for row in others
            if row["standing"] in TAKES and row["id"] != office_id and row["branch_id"] == branch_id
        ],
        "reasons": labels.ENDINGS,
        "today": today,
        "latest": today + timedelta(days=ending.MOST_DAYS_AHEAD),
        "given": request.POST,
        "refused": refused and refused.answer(),
    }
    return render(request, "agencies/end.html", context, status=refused.status if refused else 200)


def _handed(request: PageRequest) -> dict[UUID, int | None]:
    """By agent the agency office or None for the branch; an agent without a choice is not in it."""
    found: dict[UUID, int | None] = {}
    for name, value in request.POST.items():
        if not name.startswith("to-") or not isinstance(value, str) or not value:
            continue
        agent_id = find_id(name.removeprefix("to-"))
        if agent_id is None:
            continue
        if value == BRANCH:
            found[agent_id] = None
        elif value.isdecimal() and len(value) < 10:
            found[agent_id] = int(value)
    return found
