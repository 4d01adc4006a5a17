"""Staff pages of groups: who belongs to one, who owes, how dues came in, one code for chosen bills, a sheet for the coordinator."""

from typing import Any, Final
from uuid import UUID

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from perisai.accounts.audience import ABOVE, STAFF, PageRequest, Role, audience
from perisai.agents import queries as agents
from perisai.errors import Refused
from perisai.events.work import branch_day
from perisai.given import get_id
from perisai.members.cover import cover_of
from perisai.payers import collective, group, labels, link, queries
from perisai.payers.sponsor_console import phone_of

READERS: Final = (Role.AGENCY, *STAFF, *ABOVE)
OFFICERS: Final = STAFF


@audience(*READERS)
@require_GET
def page(request: PageRequest) -> HttpResponse:
    return _page(request)


def _page(request: PageRequest, refused: Refused | None = None) -> HttpResponse:
    """With what was typed where the new group was refused."""
    today = branch_day(request.work.now, request.viewer.office.timezone)
    rows = queries.groups(request.work, viewer=request.viewer, today=today)
    context = {
        "groups": [row | {"kind_word": labels.GROUPS[row["kind"]]} for row in rows],
        "kinds": labels.GROUPS.items(),
        "may_make": request.viewer.role in OFFICERS,
        "agents": agents.options(request.work, viewer=request.viewer) if request.viewer.role in OFFICERS else [],
        "needs_agent": request.viewer.sub_branch_id is not None,
        "refused": refused and refused.answer(),
        "given": request.POST,
    }
    return render(request, "payers/groups.html", context, status=refused.status if refused else 200)


@audience(*OFFICERS)
@require_POST
def make(request: PageRequest) -> HttpResponse:
    try:
        group_id = _make(request)
    except Refused as refused:
        return _page(request, refused)
    return redirect("payers:group", request.viewer.own_branch_id, group_id)


def _make(request: PageRequest) -> UUID:
    given = request.POST
    agent = next(
        (one for one, _name in agents.options(request.work, viewer=request.viewer) if str(one) == given.get("agent")),
        None,
    )
    if agent is None and request.viewer.sub_branch_id is not None:
        raise Refused("E4501", field="agent")
    return group.make(
        request.work,
        branch_id=request.viewer.own_branch_id,
        kind=given.get("kind", ""),
        name=given.get("name", ""),
        place=given.get("place", ""),
        region=_village(request, given.get("region", "")),
        speaker=group.Speaker(given.get("coordinator", ""), phone_of(given.get("phone", ""))),
        agent_id=agent,
    )


@audience(*READERS)
@require_GET
def group_page(request: PageRequest, branch_id: int, group_id: UUID) -> HttpResponse:
    return render(request, "payers/group.html", _context(request, branch_id, group_id))


@audience(*READERS)
@require_GET
def sheet(request: PageRequest, branch_id: int, group_id: UUID) -> HttpResponse:
    """To print for the coordinator: names, months and amounts, no NIK."""
    context = _context(request, branch_id, group_id)
    return render(request, "payers/sheet.html", context | {"qr": _qr(context["link"]) if context["link"] else ""})


@audience(*OFFICERS)
@require_POST
def change(request: PageRequest, branch_id: int, group_id: UUID) -> HttpResponse:
    """Another coordinator, members in or out."""
    _find(request, branch_id, group_id)
    given, work = request.POST, request.work
    if given.get("act") == "coordinator":
        speaker = group.Speaker(given.get("coordinator", ""), phone_of(given.get("phone", "")))
        group.change_coordinator(work, branch_id=branch_id, group_id=group_id, speaker=speaker)
        messages.success(request, _("The coordinator is changed; the link of the one before ends."))
    else:
        ids = queries.members_among(
            work,
            viewer=request.viewer,
            branch_id=branch_id,
            group_id=group_id,
            ids=[get_id(text, "E4504") for text in given.getlist("who")],
        )
        moved = group.move(work, branch_id=branch_id, group_id=None, enrolment_ids=ids)
        messages.success(request, _("%(n)s members left the group.") % {"n": moved})
    return redirect("payers:group", branch_id, group_id)


@audience(*OFFICERS)
@require_POST
def order(request: PageRequest, branch_id: int, group_id: UUID) -> HttpResponse:
    _find(request, branch_id, group_id)
    bills = queries.bills_among(
        request.work,
        viewer=request.viewer,
        branch_id=branch_id,
        group_id=group_id,
        ids=[get_id(text, "E4504") for text in request.POST.getlist("bill")],
    )
    made = collective.for_group(request.work, branch_id=branch_id, group_id=group_id, bill_ids=bills)
    messages.success(request, _("The payment code is %(code)s.") % {"code": made.code})
    return redirect("payers:group", branch_id, group_id)


def _context(request: PageRequest, branch_id: int, group_id: UUID) -> dict[str, Any]:
    work = request.work
    found = _find(request, branch_id, group_id)
    today = branch_day(work.now, found["timezone"])
    months = link.six_months(today)
    rows = queries.members(work, viewer=request.viewer, branch_id=branch_id, group_id=group_id, since=months[0])
    paid = queries.by_month(rows)
    speakers = queries.speakers(work, branch_id, group_id)
    speaks = next((one for one in speakers if one["until"] is None), None)
    began = [row["first_month"] for row in rows if row["first_month"] and row["state"] != "ended"]
    return {
        "group": found | {"kind_word": labels.GROUPS[found["kind"]]},
        "members": [
            row
            | {
                "cover": cover_of(
                    state=row["state"], paid_through=row["paid_through"], today=today, segment=row["segment"]
                ),
                "attendance": [(month, month in (row["paid"] or [])) for month in months],
            }
            for row in rows
        ],
        "months": months,
        "attendance": [(month, paid[month], sum(first <= month for first in began)) for month in months],
        "speakers": speakers,
        "speaks": speaks,
        "link": settings.ORIGIN + link.LINKS.make(branch_id, speaks["id"]) if speaks else "",
        "codes": queries.codes(work, branch_id, group_id=group_id),
        "may_change": request.viewer.role in OFFICERS,
        "today": today,
    }


def _find(request: PageRequest, branch_id: int, group_id: UUID) -> dict[str, Any]:
    """Raises E1004 for a group that is not the viewer's."""
    today = branch_day(request.work.now, request.viewer.office.timezone)
    return queries.group(request.work, viewer=request.viewer, branch_id=branch_id, group_id=group_id, today=today)


def _village(request: PageRequest, text: str) -> str:
    """The code of a village by its code, or by its name where only one of the branch's province is called so. What is none is
    refused by the verb."""
    named = request.work.rows(
        "SELECT r.code FROM offices_region r JOIN offices_office o ON o.id = %s AND r.code LIKE o.province_code || '.%%'"
        " WHERE r.level = 4 AND lower(r.name) = lower(%s) LIMIT 2",
        [request.viewer.own_branch_id, text.strip()],
    )
    return str(named[0][0]) if len(named) == 1 else text.strip()


def _qr(text: str) -> str:
    return segno.make(text, error="m").svg_inline(border=2, omitsize=True, dark="#000", light="#fff")
