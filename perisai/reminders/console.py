"""Staff pages: reminders with what they cost, what members answered, cases to look into, visits of agents."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from perisai.accounts.audience import ABOVE, STAFF, PageRequest, audience
from perisai.accounts.words import say
from perisai.custody.queries import of_members as receipts_of
from perisai.errors import Refused
from perisai.events.work import branch_day
from perisai.given import find_day, find_id
from perisai.messages import budget, preference
from perisai.offices.part import Part
from perisai.reminders import case, chase, labels, queries
from perisai.reminders.models import CaseKind, ReminderState

READERS = (*STAFF, *ABOVE)
TABS: Final = ("reminders", "cases", "visits")
VISITS_SHOWN: Final = timedelta(days=30)


@audience(*READERS)
@require_GET
def overview(request: PageRequest) -> HttpResponse:
    """``tab``, ``state``, ``kind``, ``agent`` and ``before`` in the address."""
    tab = request.GET.get("tab", "") if request.GET.get("tab", "") in TABS else "reminders"
    work, viewer = request.work, request.viewer
    context: dict[str, Any] = {
        "tab": tab,
        "open_cases": queries.count_open(work, viewer=viewer),
        "shows_office": len(viewer.branches or ()) != 1,
    }
    build = {"reminders": _reminders, "cases": _cases, "visits": _visits}[tab]
    return render(request, "reminders/overview.html", context | build(request))


@audience(*READERS)
@require_http_methods(["GET", "POST"])
def case_page(request: PageRequest, branch_id: int, case_id: UUID) -> HttpResponse:
    """What was said, what is known beside it, and the decision."""
    work, viewer = request.work, request.viewer
    found = queries.get_case(work, viewer=viewer, branch_id=branch_id, case_id=case_id)
    refused = None
    if request.method == "POST":
        if viewer.role not in STAFF:
            raise Refused("E2006")
        try:
            decision, note = request.POST.get("decision", ""), request.POST.get("note", "")
            case.close(work, branch_id=branch_id, case_id=case_id, decision=decision, note=note)
            messages.success(request, say("Keputusan tersimpan.", "The decision is kept."))
            return HttpResponseRedirect(reverse("reminders:overview") + "?tab=cases")
        except Refused as error:
            refused = error
    kind, is_paid = labels.kinds()[found["kind"]], found["kind"] == CaseKind.PAID_SOMEBODY
    words = labels.decisions()
    context = {
        "case": found,
        "kind": kind,
        "whom": labels.whom(),
        "decision": words.get(found["decision"], found["decision"]),
        "choices": [(value, words[value]) for value in case.DECISIONS[found["kind"]]],
        "receipts": receipts_of(work, branch_id, _members(request, found)) if is_paid else [],
        "heirs": queries.heirs(work, branch_id=branch_id, enrolment_id=found["enrolment_id"])
        if found["kind"] == CaseKind.DIED
        else [],
        "may_decide": viewer.role in STAFF and found["closed_at"] is None,
        "refused": refused and refused.answer(),
    }
    return render(request, "reminders/case.html", context, status=refused.status if refused else 200)


@audience(*STAFF)
@require_POST
def wishes(request: PageRequest, branch_id: int, enrolment_id: UUID) -> HttpResponse:
    """The way and the language in which a member wants to be written to. They hold for the number."""
    work = request.work
    phone = queries.phone_of_member(work, viewer=request.viewer, branch_id=branch_id, enrolment_id=enrolment_id)
    if not phone:
        raise Refused("E4603", field="phone")
    way, language = request.POST.get("way", ""), request.POST.get("language", "")
    preference.set_preference(work, branch_id=branch_id, phone=phone, prefers=way, language=language)
    messages.success(request, say("Tersimpan.", "Saved."))
    return HttpResponseRedirect(reverse("members:member", args=[branch_id, enrolment_id]))


def _members(request: PageRequest, found: dict[str, Any]) -> list[UUID]:
    """Whose receipts tell something about a case."""
    if found["enrolment_id"] is not None:
        return [found["enrolment_id"]]
    return queries.hands(request.work, branch_id=found["branch_id"], employer_id=found["employer_id"])


def _reminders(request: PageRequest) -> dict[str, Any]:
    work, viewer = request.work, request.viewer
    state = request.GET.get("state", "") if request.GET.get("state", "") in ReminderState else ""
    today = branch_day(work.now, viewer.office.timezone)
    rows = queries.reminders(work, viewer=viewer, state=state, before=find_id(request.GET.get("before", "")))
    states, rules, reasons, said = labels.states(), labels.rules(), labels.reasons(), labels.said()
    shown = [
        row
        | {
            "word": states[row["state"]],
            "about": rules.get(row["rule"], row["rule"]),
            "why": reasons.get(row["reason"], row["reason"]),
            "answer": said.get(row["said"] or "", ""),
        }
        for row in rows[: queries.PAGE]
    ]
    branch_id = viewer.office.branch_id
    month = today.replace(day=1)
    return {
        "rows": shown,
        "after": rows[queries.PAGE - 1]["id"] if len(rows) > queries.PAGE else None,
        "state": state,
        "states": {name: word.text for name, word in states.items()},
        "counts": queries.counts(work, viewer=viewer, today=today),
        "why_not": [(reasons.get(name, name), n) for name, n in queries.reasons(work, viewer=viewer, today=today)],
        "purse": budget.purse(work, branch_id=branch_id, month=month) if branch_id is not None else None,
    }


def _cases(request: PageRequest) -> dict[str, Any]:
    work, viewer = request.work, request.viewer
    kind = request.GET.get("kind", "") if request.GET.get("kind", "") in CaseKind else ""
    is_open = request.GET.get("state") != "closed"
    today = branch_day(work.now, viewer.office.timezone)
    kinds, decisions = labels.kinds(), labels.decisions()
    rows = queries.cases(work, viewer=viewer, kind=kind, is_open=is_open)
    return {
        "rows": [
            row
            | {
                "word": kinds[row["kind"]],
                "is_late": is_open and row["due_on"] < today,
                "decided": decisions.get(row["decision"], ""),
            }
            for row in rows
        ],
        "kind": kind,
        "is_open": is_open,
        "kinds": {name: word.text for name, word in kinds.items()},
    }


def _visits(request: PageRequest) -> dict[str, Any]:
    work, viewer = request.work, request.viewer
    words = labels.outcomes()
    agent_id = find_id(request.GET.get("agent", ""))
    days = [find_day(request.GET.get(name, "")) for name in ("day_from", "day_to", "known")]
    asked = queries.VisitsAsked(agent_id, Part.of(request.GET), *days)
    rows = queries.visits(work, viewer=viewer, asked=asked)
    return {
        "part": asked.part,
        "part_name": asked.part.name(work),
        "day_from": asked.first,
        "day_to": asked.last,
        "total": queries.count_visits(work, viewer=viewer, asked=asked) if asked.is_behind else None,
        "chase": _chase(request, agent_id) if agent_id else [],
        "agents": queries.by_agent(work, viewer=viewer, since=work.now - VISITS_SHOWN),
        "rows": [row | {"word": words[row["outcome"]]} for row in rows],
        "agent": agent_id,
    }


def _chase(request: PageRequest, agent_id: UUID) -> list[dict[str, Any]]:
    """Whom the agent is asked to go to today, as their phone lists it; nothing for agents the viewer does not see."""
    work, viewer = request.work, request.viewer
    place = queries.place_of_agent(work, viewer=viewer, agent_id=agent_id)
    if place is None:
        return []
    branch_id, timezone = place
    items = chase.for_agent(work, branch_id=branch_id, agent_id=agent_id, today=branch_day(work.now, timezone))
    words = labels.chase_reasons()
    return [
        {"due": one.due, "why": words[one.reason], "days_left": one.days_left, "branch_id": branch_id}
        for one in items[:20]
    ]
