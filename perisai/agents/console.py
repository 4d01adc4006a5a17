"""Staff pages about agents: who they are, whether they may work, what they did."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from perisai.accounts.audience import ABOVE, STAFF, PageRequest, Role, audience
from perisai.accounts.words import Word
from perisai.agents import queries
from perisai.errors import Refused
from perisai.events.work import branch_day
from perisai.figures import agents_then, kept
from perisai.given import find_number
from perisai.offices.models import Office, OfficeKind
from perisai.offices.part import Part

SILENT_AFTER = timedelta(days=3)
_OFFICES = ("sub_branch_id", "agency_office_id")


STATES: dict[str, Word] = {
    "trainee": Word(_("In training"), "note", icon="school"),
    "active": Word(_("Active"), "done", icon="user-check"),
    "suspended": Word(_("Suspended"), "stop", icon="user-pause"),
    "ended": Word(_("Ended"), "", icon="user-off"),
}
LICENCES: dict[str, Word] = {
    "valid": Word(_("Valid"), "done", icon="circle-check"),
    "expiring": Word(_("Expires soon"), "needs", icon="alert-triangle"),
    "expired": Word(_("Expired"), "stop", icon="circle-x"),
    "suspended": Word(_("Suspended"), "stop", icon="player-pause"),
    "revoked": Word(_("Revoked"), "stop", icon="ban"),
    "later": Word(_("Not yet valid"), "note", icon="calendar"),
    "none": Word(_("No licence"), "stop", icon="circle-x"),
}


@audience(Role.AGENCY, *STAFF, *ABOVE)
@require_GET
def agent_list(request: PageRequest) -> HttpResponse:
    """By code; filters in the address: search, licence, sub-branch, agency office, a part of the country; a past day."""
    today = branch_day(request.work.now, request.viewer.office.timezone)
    asked, part = request.GET, Part.of(request.GET)
    if (as_of := kept.asked_day(asked.get("as_of"), today)) is not None:
        return _as_of(request, part, as_of)
    rows = queries.find(
        request.work,
        viewer=request.viewer,
        today=today,
        q=asked.get("q", "").strip()[:100],
        licence=asked.get("licence", ""),
        sub_branch=find_number(asked.get("sub_branch")),
        agency_office=find_number(asked.get("agency_office")),
        unplaced=asked.get("placed") == "no",
        part=part,
        after=asked.get("after", "")[:40],
        limit=queries.PAGE + 1,
    )
    more = len(rows) > queries.PAGE
    context = {
        "rows": shown(request, rows[: queries.PAGE], today),
        "after": rows[queries.PAGE - 1]["code"] if more else "",
        "expiring": queries.expiring(request.work, viewer=request.viewer, today=today),
        "today": today,
        "part": part,
        "part_name": part.name(request.work),
        **_choices(request),
    }
    return render(request, "agents/list.html", context)


def _as_of(request: PageRequest, part: Part, day: date) -> HttpResponse:
    """Who had a licence on a past day, and where they were placed then."""
    work, viewer, licence = request.work, request.viewer, request.GET.get("licence", "")
    which = licence if licence in ("valid", "expiring", "none") else ""
    narrowed = queries.narrow(viewer)
    rows = agents_then.find(work, branches=viewer.branches, narrow=narrowed, part=part, day=day, which=which)
    offices = Office.objects.in_bulk({row[key] for row in rows for key in _OFFICES if row[key]})
    is_of_all = viewer.sub_branch_id is None and viewer.agency_office_id is None
    context = {
        "rows": [row | {"offices": [offices[row[key]] for key in _OFFICES if row[key] in offices]} for row in rows],
        "found": rows[0]["found"] if rows else 0,
        "past": kept.told(work, branches=viewer.branches, part=part, day=day, is_of_all=is_of_all).of_agents,
        "licence": which,
        "part": part,
        "part_name": part.name(work),
    }
    return render(request, "agents/past.html", context)


@audience(Role.AGENCY, *STAFF, *ABOVE)
@require_GET
def agent_page(request: PageRequest, branch_id: int, agent_id: UUID) -> HttpResponse:
    office = Office.objects.filter(id=branch_id).first()
    if office is None:
        raise Refused("E1004")
    today = branch_day(request.work.now, office.timezone)
    found = queries.get(request.work, viewer=request.viewer, branch_id=branch_id, agent_id=agent_id, today=today)
    parts = queries.parts(request.work, branch_id=branch_id, agent_id=agent_id, today=today)
    licences = [
        row | {"shown": LICENCES[licence_word(row["state"], row["valid_from"], row["valid_to"], today)]}
        for row in parts["licences"]
    ]
    context = {
        "agent": shown(request, [found], today)[0],
        "licences": licences,
        "devices": parts["devices"],
        "days": parts["days"],
        "most": max((day["captured"] for day in parts["days"]), default=0),
        "branch": office,
        "today": today,
    }
    return render(request, "agents/agent.html", context)


@audience(Role.AGENCY, *STAFF, *ABOVE)
@require_GET
def agent_find(request: PageRequest, agent_id: UUID) -> HttpResponse:
    """From an agent's id alone to the page. Raises E1004."""
    sql, params = queries.narrow(request.viewer)
    row = request.work.row("SELECT a.branch_id FROM agents_agent a WHERE a.id = %s AND " + sql, [agent_id, *params])
    if row is None:
        raise Refused("E1004")
    return redirect("agents:agent", branch_id=row[0], agent_id=agent_id)


def licence_word(state: str | None, valid_from: date | None, valid_to: date | None, today: date) -> str:
    """A key of ``LICENCES``. An expiry within 30 days is said before it stops somebody's work."""
    if state is None or valid_from is None or valid_to is None:
        return "none"
    if state != "valid":
        return state
    if valid_to < today:
        return "expired"
    if valid_from > today:
        return "later"
    return "expiring" if valid_to <= today + timedelta(days=queries.EXPIRING_DAYS) else "valid"


def shown(request: PageRequest, rows: list[dict[str, Any]], today: date) -> list[dict[str, Any]]:
    ids = {row[key] for row in rows for key in ("branch_id", "sub_branch_id", "agency_office_id") if row[key]}
    offices = Office.objects.in_bulk(ids)
    return [
        row
        | {
            "licence": LICENCES[licence_word(row["licence_state"], row["valid_from"], row["valid_to"], today)],
            "label": STATES[row["state"]],
            "branch": offices.get(row["branch_id"]),
            "sub_branch": offices.get(row["sub_branch_id"]),
            "agency_office": offices.get(row["agency_office_id"]),
            "silent": row["last_seen_at"] is None or request.work.now - row["last_seen_at"] > SILENT_AFTER,
        }
        for row in rows
    ]


def _choices(request: PageRequest) -> dict[str, Any]:
    viewer = request.viewer
    if viewer.branches is None or len(viewer.branches) != 1 or viewer.agency_office_id or viewer.sub_branch_id:
        return {}
    offices = list(Office.objects.filter(branch_id=viewer.branches[0]).order_by("name"))
    return {
        "sub_branches": [office for office in offices if office.kind == OfficeKind.SUB_BRANCH],
        "agency_offices": [office for office in offices if office.kind == OfficeKind.AGENCY],
    }
