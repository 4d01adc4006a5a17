"""Staff pages of supervision: what waits for a decision, the file of an agent, and what is decided there."""

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import quote
from uuid import UUID

import segno
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from perisai.accounts.audience import ABOVE, STAFF, PageRequest, Role, audience
from perisai.agents import queries as agents
from perisai.errors import Refused
from perisai.events.work import branch_day
from perisai.given import get_day, get_id
from perisai.offices.models import Office
from perisai.supervision import absence, appeal, document, ending, file, handover, idle, link, measure, queries, words
from perisai.supervision.subject import lock

DECIDERS = (Role.BRANCH, Role.BRANCH_HEAD)
"""Who takes measures and decides on proposals and appeals."""
RECORDERS = STAFF
"""Who records absences and appeals that were brought on paper. Only they learn why somebody is away: illness is nobody else's."""
READERS = (Role.AGENCY, *STAFF, *ABOVE)

TABS = ("appeals", "sanctions", "absences")
WAITING: dict[str, str | Promise] = {
    "idle_due": gettext_lazy("Agents without acquisition to decide on"),
    "appeals": gettext_lazy("Appeals to decide"),
    "appeals_late": gettext_lazy("of these open for longer than two weeks"),
    "absences": gettext_lazy("Agents absent today"),
    "endings": gettext_lazy("Endings that wait for their day"),
    "members_without_agent": gettext_lazy("Members without an agent"),
}
"""By key of ``queries.waiting``."""
LOOKS: dict[str, tuple[str, str]] = {
    "warning": ("needs", "alert-triangle"),
    "remedial": ("needs", "school"),
    "suspension": ("stop", "ban"),
    "reinstatement": ("done", "rotate"),
    "ending": ("stop", "user-off"),
    "idle": ("needs", "hourglass"),
    "leave": ("note", "calendar"),
    "illness": ("note", "calendar"),
}
"""Tone and icon by kind."""
DONE: dict[str, str | Promise] = {
    "warning": gettext_lazy("The warning is in the file. The agent is told."),
    "remedial": gettext_lazy("The course is assigned. Until it is completed the agent cannot enrol."),
    "suspension": gettext_lazy("Suspended from now on. The agent is told."),
    "reinstatement": gettext_lazy("The agent can enrol again from now on."),
    "ending": gettext_lazy("The ending is decided. The agent is told, and so are the members."),
}


@audience(*READERS)
@require_GET
def overview(request: PageRequest) -> HttpResponse:
    """Proposals to end idle agents, and appeals; ``tab`` and ``state`` in the address."""
    tab = request.GET.get("tab", "") if request.GET.get("tab", "") in TABS else "proposals"
    state = "closed" if request.GET.get("state") == "closed" else "open"
    found: dict[str, Callable[[], list[dict[str, Any]]]] = {
        "proposals": lambda: idle.find(request.work, viewer=request.viewer, state=state),
        "appeals": lambda: queries.appeals(request.work, viewer=request.viewer, state=state),
        "sanctions": lambda: queries.under_way(request.work, viewer=request.viewer),
        "absences": lambda: _as_seen(request, queries.absent(request.work, viewer=request.viewer)),
    }
    rows = found[tab]()
    offices = Office.objects.in_bulk({row["branch_id"] for row in rows})
    context = {
        "tab": tab,
        "state": state,
        "counts": queries.counts(request.work, viewer=request.viewer),
        "rows": [_row(row, offices[row["branch_id"]], request) for row in rows],
    }
    return render(request, "supervision/overview.html", context)


@audience(*READERS)
@require_GET
def agent_file(request: PageRequest, branch_id: int, agent_id: UUID) -> HttpResponse:
    return _file(request, branch_id, agent_id)


@audience(*DECIDERS)
@require_POST
def take_measure(request: PageRequest, branch_id: int, agent_id: UUID) -> HttpResponse:
    """One of the measures, with its reason and papers."""
    _agent(request, branch_id, agent_id)
    asked = request.POST
    kind = asked.get("kind", "")
    to: dict[str, Any] = {"branch_id": branch_id, "agent_id": agent_id, "reason": asked.get("reason", "")}

    def act() -> None:
        to.update(
            text=asked.get("text", ""),
            seen=asked.get("seen", ""),
            papers=document.read_sent(request.FILES.getlist("papers")),
        )
        if kind == "warning":
            measure.warn(request.work, **to)
        elif kind == "remedial":
            measure.retrain(request.work, course_id=get_id(asked.get("course"), "E9502", field="course"), **to)
        elif kind == "suspension":
            measure.suspend(request.work, until_on=_day(asked.get("until_on")), **to)
        elif kind == "reinstatement":
            measure.reinstate(request.work, **to)
        elif kind == "ending":
            ending.end(request.work, from_on=_day(asked.get("from_on")), to_agent_id=_taker(asked.get("to")), **to)
        else:
            raise Refused("E9502", field="kind")

    return _done(request, branch_id, agent_id, act, DONE.get(kind, ""))


@audience(*DECIDERS)
@require_POST
def decide_idle(request: PageRequest, branch_id: int, agent_id: UUID, proposal_id: UUID) -> HttpResponse:
    _agent(request, branch_id, agent_id)
    asked = request.POST

    def act() -> None:
        if asked.get("decision") == "keep":
            idle.keep(request.work, branch_id=branch_id, proposal_id=proposal_id, reason=asked.get("reason", ""))
        else:
            text, taker = asked.get("text", ""), _taker(asked.get("to"))
            idle.end(request.work, branch_id=branch_id, proposal_id=proposal_id, text=text, to_agent_id=taker)

    return _done(request, branch_id, agent_id, act, _("Decided."))


@audience(*RECORDERS)
@require_POST
def record_absence(request: PageRequest, branch_id: int, agent_id: UUID) -> HttpResponse:
    _agent(request, branch_id, agent_id)
    asked = request.POST

    def act() -> None:
        from_on, until_on = _day(asked.get("from_on")), _day(asked.get("until_on"))
        if from_on is None or until_on is None:
            raise Refused("E9503")
        absence.record(
            request.work,
            branch_id=branch_id,
            agent_id=agent_id,
            kind=asked.get("kind", ""),
            from_on=from_on,
            until_on=until_on,
            substitute_id=get_id(asked.get("substitute"), "E9502", field="substitute")
            if asked.get("substitute")
            else None,
            papers=document.read_sent(request.FILES.getlist("papers")),
        )

    return _done(request, branch_id, agent_id, act, _("The absence is recorded."))


@audience(*RECORDERS)
@require_POST
def end_absence(request: PageRequest, branch_id: int, agent_id: UUID, absence_id: UUID) -> HttpResponse:
    _agent(request, branch_id, agent_id)
    if absence_id not in {row["id"] for row in absence.of_agent(request.work, branch_id=branch_id, agent_id=agent_id)}:
        raise Refused("E1004")

    def act() -> None:
        absence.come_back(request.work, branch_id=branch_id, absence_id=absence_id)

    return _done(request, branch_id, agent_id, act, _("The absence is over. Members who were lent are back, too."))


@audience(*RECORDERS)
@require_POST
def file_appeal(request: PageRequest, branch_id: int, agent_id: UUID, measure_id: UUID) -> HttpResponse:
    """An appeal that the agent brought to the office."""
    _agent(request, branch_id, agent_id)

    def act() -> None:
        appeal.file(
            request.work,
            branch_id=branch_id,
            agent_id=agent_id,
            measure_id=measure_id,
            text=request.POST.get("text", ""),
            papers=document.read_sent(request.FILES.getlist("papers")),
        )

    return _done(request, branch_id, agent_id, act, _("The appeal is recorded. Somebody else will decide."))


@audience(*DECIDERS)
@require_POST
def decide_appeal(request: PageRequest, branch_id: int, agent_id: UUID, appeal_id: UUID) -> HttpResponse:
    _agent(request, branch_id, agent_id)
    asked = request.POST

    def act() -> None:
        outcome, answer = asked.get("outcome", ""), asked.get("answer", "")
        appeal.decide(request.work, branch_id=branch_id, appeal_id=appeal_id, outcome=outcome, answer=answer)

    return _done(request, branch_id, agent_id, act, _("Decided. The agent is told."))


@audience(*RECORDERS)
@require_POST
def personal_link(request: PageRequest, branch_id: int, agent_id: UUID) -> HttpResponse:
    """A link by which the agent reads the own file and appeals without a phone of ours: to print and to hand over. That it was made
    is on record."""
    agent, office, today = _agent(request, branch_id, agent_id)
    address, until = link.make(branch_id, agent_id, today)
    subject = lock(request.work, branch_id=branch_id, agent_id=agent_id, ended=True)
    request.work.report(subject.happened("file_link_made", agent_id, until=until.isoformat()))
    deadlines = [
        row["appeal_until"] for row in file.measures(request.work, branch_id, agent_id) if file.can_appeal(row, today)
    ]
    context = {
        "agent": agent,
        "branch": office,
        "address": address,
        "until": until,
        "appeal_by": max(deadlines, default=None),
        "qr": segno.make(address, error="m").svg_data_uri(scale=6, border=3, dark="#000", light="#fff"),
    }
    return render(request, "supervision/link.html", context)


@audience(*READERS)
@require_GET
def paper(request: PageRequest, branch_id: int, agent_id: UUID, document_id: UUID) -> HttpResponse:
    """One document, to be saved: it is never shown inside a page of ours."""
    _agent(request, branch_id, agent_id)
    if document_id in _private(request, branch_id, agent_id):
        raise Refused("E1004")
    kept = document.get(request.work, branch_id=branch_id, agent_id=agent_id, document_id=document_id)
    answer = HttpResponse(kept.data, content_type=kept.media_type)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(kept.name)}"
    answer["Cache-Control"] = "no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _file(request: PageRequest, branch_id: int, agent_id: UUID, refused: Refused | None = None) -> HttpResponse:
    agent, office, today = _agent(request, branch_id, agent_id)
    papers = document.of_agent(request.work, branch_id=branch_id, agent_id=agent_id)
    measures = file.measures(request.work, branch_id, agent_id)
    for row in measures:
        row["tone"], row["icon"] = LOOKS[row["kind"]]
        row["papers"] = papers.get(row["id"], []) + papers.get(row["appeal_id"], [])
        row["can_appeal"] = file.can_appeal(row, today)
        row["is_mine"] = row["decided_by"] == request.user.id
    proposals = idle.of_agent(request.work, branch_id=branch_id, agent_id=agent_id)
    absences = [
        row | {"papers": papers.get(row["id"], []), "is_over": row["until_on"] < today}
        for row in _as_seen(request, absence.of_agent(request.work, branch_id=branch_id, agent_id=agent_id))
    ]
    if request.viewer.role not in RECORDERS:
        absences = [row | {"papers": []} for row in absences]
    held = {row["kind"] for row in measures if row["ended_at"] is None and row["lifted_at"] is None}
    context = {
        "agent": agent,
        "branch": office,
        "today": today,
        "measures": measures,
        "proposal": next((row for row in proposals if row["state"] == "open"), None),
        "proposals": [row for row in proposals if row["state"] != "open"],
        "absences": absences,
        "handovers": handover.of_agent(request.work, branch_id=branch_id, agent_id=agent_id),
        "seen": str(measures[0]["id"]) if measures else "",
        "is_placed": queries.is_placed(request.work, branch_id=branch_id, agent_id=agent_id, on=today),
        "takers": queries.takers(request.work, branch_id=branch_id, but=agent_id),
        "courses": queries.courses(request.work, branch_id=branch_id),
        "kinds": [kind for kind in words.REASONS_FOR if _is_possible(kind, agent["state"], held)],
        "may_decide": request.viewer.role in DECIDERS,
        "may_record": request.viewer.role in RECORDERS,
        "refused": refused,
        "given": request.POST if refused else {},
        "words": {
            "acts": words.ACTS,
            "kinds": words.KINDS,
            "reasons": words.REASONS,
            "keeps": words.KEEPS,
            "handovers": words.HANDOVERS,
            "states": words.STATES,
        },
        "reasons_for": words.REASONS_FOR,
    }
    return render(request, "supervision/file.html", context, status=refused.status if refused else 200)


def _is_possible(kind: str, state: str, held: set[str]) -> bool:
    if state == "ended":
        return False
    return {"reinstatement": "suspension" in held, "suspension": "suspension" not in held}.get(
        kind, kind == "warning" or kind not in held
    )


def _agent(request: PageRequest, branch_id: int, agent_id: UUID) -> tuple[dict[str, Any], Office, date]:
    """The agent, their branch, and its day. Raises E1004 outside what the viewer may see."""
    office = Office.objects.filter(id=branch_id).first()
    if office is None:
        raise Refused("E1004")
    today = branch_day(request.work.now, office.timezone)
    agent = agents.get(request.work, viewer=request.viewer, branch_id=branch_id, agent_id=agent_id, today=today)
    return agent, office, today


def _done(
    request: PageRequest, branch_id: int, agent_id: UUID, act: Callable[[], None], told: str | Promise
) -> HttpResponse:
    """Does it and goes back to the file; what was refused leaves nothing, and is said on the file with what was entered."""
    refused = attempt(request, act)
    if refused is not None:
        return _file(request, branch_id, agent_id, refused)
    messages.success(request, str(told))
    return redirect("supervision:file", branch_id=branch_id, agent_id=agent_id)


def attempt(request: PageRequest, act: Callable[[], object]) -> Refused | None:
    """Runs a verb so that a refusal takes back what it had begun."""
    mark = request.work.mark()
    try:
        with transaction.atomic():
            act()
    except Refused as refused:
        request.work.forget_since(mark)
        return refused
    return None


def _row(row: dict[str, Any], office: Office, request: PageRequest) -> dict[str, Any]:
    today = branch_day(request.work.now, office.timezone)
    return row | {
        "branch": office,
        "is_due": row.get("decide_from") is not None and row["decide_from"] <= today,
        "reason_words": {**words.REASONS, **words.KEEPS}.get(row.get("reason", "")),
        "kind_words": words.KINDS.get(row.get("kind", "")),
        "look": LOOKS.get(row.get("kind", ""), ("note", "point")),
        "is_mine": row.get("imposed_by") == request.user.id,
    }


def _as_seen(request: PageRequest, absences: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if request.viewer.role in RECORDERS:
        return absences
    return [row | {"kind": "away"} for row in absences]


def _private(request: PageRequest, branch_id: int, agent_id: UUID) -> set[UUID]:
    """Papers of absences, which this viewer may not open."""
    if request.viewer.role in RECORDERS:
        return set()
    papers = document.of_agent(request.work, branch_id=branch_id, agent_id=agent_id)
    absences = absence.of_agent(request.work, branch_id=branch_id, agent_id=agent_id)
    return {paper["id"] for row in absences for paper in papers.get(row["id"], [])}


def _taker(text: str | None) -> UUID | None:
    """``branch``, or an agent's id. Raises E9502."""
    return None if text == "branch" else get_id(text, "E9502", field="to")


def _day(text: str | None) -> date | None:
    """Raises E9503 for what is no day, or one of another century."""
    if not text:
        return None
    day = get_day(text, "E9503")
    if not 2000 <= day.year < 2100:
        raise Refused("E9503")
    return day
