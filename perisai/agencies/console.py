"""Pages about agency offices: the list with what waits, and the page of one office, which is also the office's own."""

from datetime import date, timedelta
from typing import Any

import orjson
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from perisai.accounts.audience import ABOVE, STAFF, PageRequest, Role, audience
from perisai.accounts.granting import MANAGERS
from perisai.agencies import agreement, labels, queries
from perisai.agents.console import LICENCES, STATES, licence_word
from perisai.agents.rules import figure
from perisai.errors import Refused
from perisai.events.work import branch_day
from perisai.incentives.estimate import estimate
from perisai.incentives.rules import Class
from perisai.offices.tree import Office, OfficeKind

READERS = (Role.AGENCY, *STAFF, *ABOVE)
OFFICERS = (Role.BRANCH, Role.BRANCH_HEAD)
"""Who binds the branch: decides applications, records signatures, ends offices."""


@audience(*READERS)
@require_GET
def overview(request: PageRequest) -> HttpResponse:
    """Offices with their agreements; an agency office comes to its own page."""
    viewer, work = request.viewer, request.work
    if viewer.role is Role.AGENCY:
        return redirect("agencies:office", branch_id=viewer.office.branch_id, office_id=viewer.office.id)
    today = branch_day(work.now, viewer.office.timezone)
    rows = queries.offices(work, viewer=viewer, today=today, q=request.GET.get("q", "").strip()[:100])
    wanted = request.GET.get("standing", "")
    context = {
        "rows": [shown(row, today) for row in rows if wanted in ("", row["standing"])],
        "expiring": sorted(
            (shown(row, today) for row in rows if row["standing"] == "expiring"), key=lambda row: row["current_until"]
        ),
        "counts": {word: sum(row["standing"] == word for row in rows) for word in labels.STANDINGS},
        "short": sum(_is_short(row, today) for row in rows),
        "total": len(rows),
        "standings": labels.STANDINGS,
        "wanted": wanted,
        "applications": queries.applications(work, viewer=viewer, state="applied"),
        "decided": [
            row | {"label": labels.APPLICATIONS[row["state"]], "why": labels.REFUSALS.get(row["reason"], "")}
            for state in ("approved", "refused", "withdrawn")
            for row in queries.applications(work, viewer=viewer, state=state)[:10]
        ],
        "proposals": [
            row | {"label": labels.PROPOSALS[row["reason"]]} for row in queries.proposals(work, viewer=viewer)
        ],
        "forms": labels.FORMS,
        "least": figure("office_agents_least", today),
        "may_apply": viewer.role in STAFF,
        "many_branches": viewer.branches is None or len(viewer.branches) > 1,
    }
    return render(request, "agencies/list.html", context)


@audience(*READERS)
@require_GET
def office_page(request: PageRequest, branch_id: int, office_id: int) -> HttpResponse:
    return show_office(request, branch_id, office_id)


def show_office(request: PageRequest, branch_id: int, office_id: int, refused: Refused | None = None) -> HttpResponse:
    """The office's page; with ``refused`` above what was typed, after an act that could not be done."""
    work, viewer = request.work, request.viewer
    today = today_of(request, branch_id)
    found = queries.get_office(work, viewer=viewer, branch_id=branch_id, office_id=office_id, today=today)
    parts = queries.parts(work, branch_id=branch_id, office_id=office_id, today=today)
    agreements = _agreements(parts, today)
    is_open = found["ended_on"] is None and found["is_open"]
    may_decide = viewer.role in OFFICERS and is_open
    context = {
        "office": shown(found, today),
        "today": today,
        "agents": _agents(queries.agents(work, branch_id=branch_id, office_id=office_id, today=today), today),
        "agreements": agreements,
        "draft": next((one for one in agreements if one["state"] == "draft"), None),
        "proposals": [row | {"label": labels.PROPOSALS[row["reason"]]} for row in parts["proposals"]],
        "counts": parts["counts"],
        "months": parts["months"],
        "most": max((row["contributions"] for row in parts["months"]), default=0),
        "users": parts["users"],
        **_incentives(request, branch_id, office_id, today),
        "may_decide": may_decide,
        "may_scan": viewer.role in OFFICERS,
        "may_grant": viewer.role in MANAGERS,
        "is_own": viewer.role is Role.AGENCY,
        "labels": labels,
        "given": request.POST,
        **(_proposed(request, found, today) if may_decide else {}),
        "refused": refused and refused.answer(),
    }
    return render(request, "agencies/office.html", context, status=refused.status if refused else 200)


def today_of(request: PageRequest, branch_id: int) -> date:
    """The branch's day. Raises E1004 for a branch out of sight."""
    branch = Office.objects.filter(id=branch_id, kind=OfficeKind.BRANCH).first()
    if branch is None or not request.viewer.sees_branch(branch_id):
        raise Refused("E1004")
    return branch_day(request.work.now, branch.timezone)


def shown(row: dict[str, Any], today: date) -> dict[str, Any]:
    least = figure("office_agents_least", today)
    until = row["current_until"]
    return row | {
        "label": labels.STANDINGS[row["standing"]],
        "least": least,
        "is_short": _is_short(row, today),
        "days_left": (until - today).days if until else None,
        "form_label": labels.FORMS.get(row["form"] or "", ""),
        "end_label": labels.ENDINGS.get(row["end_reason"] or "", ""),
    }


def _is_short(row: dict[str, Any], today: date) -> bool:
    is_over = row["standing"] in ("ended", "closed")
    return not is_over and row["agents"] < figure("office_agents_least", today)


def _agents(rows: list[dict[str, Any]], today: date) -> list[dict[str, Any]]:
    return [
        row
        | {
            "label": STATES[row["state"]],
            "licence": LICENCES[licence_word(row["licence_state"], row["valid_from"], row["valid_to"], today)],
        }
        for row in rows
    ]


def _agreements(parts: dict[str, list[dict[str, Any]]], today: date) -> list[dict[str, Any]]:
    """Each with its word, its signatures by side and the warnings that were given."""
    return [
        row
        | {
            "facts": orjson.loads(row["facts"]),
            "label": labels.AGREEMENTS[_word(row, today)],
            "ended": labels.AGREEMENT_ENDS.get(row["end_reason"], ""),
            "sides": [
                (
                    party,
                    text,
                    next(
                        (s for s in parts["signatures"] if (s["agreement_id"], s["party"]) == (row["id"], party)), None
                    ),
                )
                for party, text in labels.PARTIES.items()
            ],
            "scans": [s for s in parts["scans"] if s["agreement_id"] == row["id"]],
            "warned": [w for w in parts["warnings"] if w["agreement_id"] == row["id"]],
        }
        for row in parts["agreements"]
    ]


def _word(row: dict[str, Any], today: date) -> str:
    if row["state"] != "signed":
        return str(row["state"])
    if row["last_day"] < row["first_day"]:
        return "never"
    if row["first_day"] > today:
        return "later"
    return "valid" if today <= row["last_day"] else "over"


def _incentives(request: PageRequest, branch_id: int, office_id: int, today: date) -> dict[str, Any]:
    """The estimate of the month that ``?month=2026-10`` asks for, one of the last twelve; this one where it is none of them."""
    first = today.replace(day=1)
    choices = [first]
    while len(choices) < queries.MONTHS:
        choices.append((choices[-1] - timedelta(days=1)).replace(day=1))
    month = next((one for one in choices if f"{one:%Y-%m}" == request.GET.get("month")), first)
    found = estimate(request.work, branch_id=branch_id, office_id=office_id, month=month)
    words = [_months(one) for one in found.scheme.contribution]
    return {
        "estimate": found,
        "month_choices": choices,
        "is_running": month == first,
        "month_classes": [(one.percent, text) for one, text in zip(found.scheme.contribution, words, strict=True)],
        "earned": [(one, list(zip(words, one.classes, strict=True))) for one in found.agents],
    }


def _months(of: Class) -> str:
    if of.last_month is not None:
        return _("of months %(first)s–%(last)s") % {"first": of.first_month, "last": of.last_month}
    return _("of all months") if of.first_month == 1 else _("from month %(first)s on") % {"first": of.first_month}


def _proposed(request: PageRequest, found: dict[str, Any], today: date) -> dict[str, Any]:
    """What the forms begin with: a renewal begins the day after the last signed day."""
    until: date | None = found["signed_until"]
    begin = date.fromordinal(until.toordinal() + 1) if until and until >= today else today
    head = request.viewer.user.full_name if request.viewer.role is Role.BRANCH_HEAD else ""
    return {
        "begin": begin,
        "latest": agreement.latest_end(begin),
        "most_months": figure("agreement_months_most", begin),
        "head": head,
        "may_amend": found["current_until"] is not None and found["current_until"] == found["signed_until"],
    }
