"""Staff pages of exams: what they consist of, when they take place, who may take them through which link."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from perisai.accounts.audience import ABOVE, STAFF, PageRequest, audience
from perisai.agents.rules import figure
from perisai.errors import Refused
from perisai.events.work import branch_day
from perisai.exams import exam, link, queries, seat
from perisai.exams.console import EDITORS, STATES, branch_of, frame, number, outcome
from perisai.given import find_id
from perisai.offices.tree import Office, OfficeKind


@audience(*STAFF, *ABOVE)
@require_GET
def exam_list(request: PageRequest) -> HttpResponse:
    """The viewer's branch, or ``?branch=`` for those who see several."""
    offices = Office.objects.filter(kind=OfficeKind.BRANCH).order_by("name")
    if request.viewer.branches is not None:
        offices = offices.filter(id__in=request.viewer.branches)
    branches = list(offices)
    wanted = request.GET.get("branch", "")
    office = next((one for one in branches if str(one.id) == wanted), branches[0] if branches else None)
    rows = [_shown(row) for row in queries.exams(request.work, branch_id=office.id)] if office else []
    context = frame(request, office, "exams", rows=rows, branches=branches)
    if request.viewer.branches is None:
        context["head"] = Office.objects.filter(kind=OfficeKind.HEAD).first()
    return render(request, "exams/list.html", context | {"figures": _figures(request, office)})


@audience(*STAFF, *ABOVE)
@require_GET
def exam_page(request: PageRequest, branch_id: int, exam_id: Any) -> HttpResponse:
    return _page(request, branch_of(request, branch_id), exam_id)


@audience(*EDITORS)
@require_http_methods(["GET", "POST"])
def exam_new(request: PageRequest, branch_id: int) -> HttpResponse:
    return _edit(request, branch_of(request, branch_id), None)


@audience(*EDITORS)
@require_http_methods(["GET", "POST"])
def exam_edit(request: PageRequest, branch_id: int, exam_id: Any) -> HttpResponse:
    return _edit(request, branch_of(request, branch_id), exam_id)


@audience(*EDITORS)
@require_POST
def exam_state(request: PageRequest, branch_id: int, exam_id: Any) -> HttpResponse:
    office, state = branch_of(request, branch_id), request.POST.get("state", "")[:20].replace("\x00", "")
    act = partial(exam.set_state, request.work, branch_id=office.id, exam_id=exam_id, state=state)
    return _act(request, office, exam_id, act, _("Saved."))


@audience(*EDITORS)
@require_POST
def date_add(request: PageRequest, branch_id: int, exam_id: Any) -> HttpResponse:
    """An exam date, in the branch's time."""
    office = branch_of(request, branch_id)
    return _act(request, office, exam_id, partial(_set_date, request, office, exam_id), _("The date is set."))


def _set_date(request: PageRequest, office: Office, exam_id: Any) -> None:
    form = request.POST
    opens_at, closes_at = (_instant(form.get(name, ""), office.timezone) for name in ("opens_at", "closes_at"))
    place = form.get("place", "").replace("\x00", "").strip()
    exam.set_date(
        request.work, branch_id=office.id, exam_id=exam_id, opens_at=opens_at, closes_at=closes_at, place=place
    )


def _act(request: PageRequest, office: Office, exam_id: Any, act: Callable[[], object], said: str) -> HttpResponse:
    """Does it and says so; where it is refused, the exam is shown again with the reason."""
    try:
        act()
    except Refused as refused:
        if refused.code == "E1004":
            raise
        return _page(request, office, exam_id, refused)
    messages.success(request, said)
    return redirect("exams:exam", office.id, exam_id)


@audience(*STAFF)
@require_POST
def seat_give(request: PageRequest, branch_id: int, exam_id: Any) -> HttpResponse:
    """Enters the trainees that were ticked, for a date or at any time; those who are entered already stay so."""
    office = branch_of(request, branch_id)
    chosen = {found for text in request.POST.getlist("trainee")[:500] if (found := find_id(text)) is not None}
    allowed = {row["id"] for row in queries.trainees(request.work, viewer=request.viewer, branch_id=office.id)}
    if not chosen or not chosen <= allowed:
        return _page(request, office, exam_id, Refused("E9304", problem=_("trainee")))
    given = seat.give_all(
        request.work,
        branch_id=office.id,
        exam_id=exam_id,
        trainee_ids=chosen,
        sitting_id=find_id(request.POST.get("sitting")),
    )
    if given:
        messages.success(request, _("Entered. The personal links are in the list."))
    else:
        messages.warning(request, _("They are entered already; the links are in the list."))
    return redirect("exams:exam", office.id, exam_id)


@audience(*STAFF)
@require_POST
def seat_withdraw(request: PageRequest, branch_id: int, exam_id: Any, seat_id: Any) -> HttpResponse:
    office = branch_of(request, branch_id)
    seen = queries.seats(request.work, viewer=request.viewer, branch_id=office.id, exam_id=exam_id)
    if seat_id not in {row["id"] for row in seen}:
        raise Refused("E1004")
    seat.withdraw(request.work, branch_id=office.id, seat_id=seat_id)
    messages.success(request, _("The link is withdrawn."))
    return redirect("exams:exam", office.id, exam_id)


def _page(request: PageRequest, office: Office, exam_id: Any, refused: Refused | None = None) -> HttpResponse:
    work, viewer = request.work, request.viewer
    found = queries.find_exam(work, branch_id=office.id, exam_id=exam_id)
    if found is None:
        raise Refused("E1004")
    wanted = exam.blueprint(work, office.id, exam_id)
    topics = queries.topics(work, branch_id=office.id, with_national=found["draws_national"])
    asked = _blueprint(topics, wanted)
    cells = [cell for topic in asked for cell in topic["cells"] if cell["wanted"]]
    seats = [
        row
        | {
            "url": request.build_absolute_uri(
                link.make(seat_id=row["id"], branch_id=office.id, expires_at=row["expires_at"])
            ),
            "came_out": outcome(row | {"annulled_for": row["is_annulled"]}) if row["attempt_id"] else None,
        }
        for row in queries.seats(work, viewer=viewer, branch_id=office.id, exam_id=exam_id)
    ]
    context = frame(
        request,
        office,
        "exams",
        exam=_shown(found),
        blueprint=asked,
        fresh=min((cell["have"] // cell["wanted"] for cell in cells), default=0),
        national=sum(topic["national"] for topic in topics),
        figures=_figures(request, office),
        sittings=queries.sittings(work, branch_id=office.id, exam_id=exam_id),
        seats=seats,
        trainees=queries.trainees(work, viewer=viewer, branch_id=office.id) if viewer.role in STAFF else [],
        refused=refused and refused.answer(),
    )
    return render(request, "exams/exam.html", context, status=refused.status if refused else 200)


def _edit(request: PageRequest, office: Office, exam_id: Any) -> HttpResponse:
    found = queries.find_exam(request.work, branch_id=office.id, exam_id=exam_id) if exam_id else None
    if exam_id and found is None:
        raise Refused("E1004")
    topics = queries.topics(request.work, branch_id=office.id)
    wanted = exam.blueprint(request.work, office.id, exam_id) if exam_id else {}
    refused = None
    if request.method == "POST":
        try:
            settings = _settings(request, topics)
            wanted = dict(settings.blueprint)
            saved = exam.save(request.work, branch_id=office.id, exam_id=exam_id, settings=settings)
            messages.success(request, _("Saved."))
            return redirect("exams:exam", office.id, saved)
        except Refused as error:
            refused = error
    shown = found if refused is None else (found or {}) | request.POST.dict()
    context = frame(request, office, "exams", exam=shown, is_new=exam_id is None, figures=_figures(request, office))
    context |= {"blueprint": _blueprint(topics, wanted), "refused": refused and refused.answer(), "exam_id": exam_id}
    return render(request, "exams/exam_form.html", context, status=refused.status if refused else 200)


def _settings(request: PageRequest, topics: list[dict[str, Any]]) -> exam.Settings:
    form = request.POST
    figures: dict[str, int | None] = {}
    for name, (least, most) in exam.LIMITS.items():
        figures[name] = number(form.get(name, "").strip(), least, most)
        if form.get(name, "").strip() and figures[name] is None:
            raise Refused("E9304", problem=f"{name}: {least}-{most}")
    cells = {
        (topic["id"], difficulty): number(form.get(f"n_{topic['id']}_{difficulty}", "").strip()) or 0
        for topic in topics
        for difficulty in (1, 2, 3)
    }
    return exam.Settings(
        name_id=form.get("name_id", "").replace("\x00", "").strip(),
        name_en=form.get("name_en", "").replace("\x00", "").strip() or form.get("name_id", "").strip(),
        for_licence=form.get("for_licence") == "1",
        draws_national=form.get("draws_national") == "1",
        blueprint={cell: count for cell, count in cells.items() if count},
        minutes=figures["minutes"],
        pass_percent=figures["pass_percent"],
        attempts=figures["attempts"],
        wait_days=figures["wait_days"],
    )


def _blueprint(topics: list[dict[str, Any]], wanted: dict[tuple[Any, int], int]) -> list[dict[str, Any]]:
    """Topics with, for each difficulty, how many are asked for and how many the bank has."""
    names = ((1, "easy"), (2, "medium"), (3, "hard"))
    return [
        topic
        | {
            "cells": [
                {"difficulty": n, "wanted": wanted.get((topic["id"], n), 0), "have": topic[name]} for n, name in names
            ]
        }
        for topic in topics
    ]


def _figures(request: PageRequest, office: Office | None) -> dict[str, int]:
    """What holds where an exam says nothing."""
    zone = office.timezone if office else request.viewer.office.timezone
    today = branch_day(request.work.now, zone)
    return {name: figure(f"exam_{name}", today) for name in exam.LIMITS}


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"label": STATES[row["state"]], "share": row["passed"] * 100 // row["taken"] if row["taken"] else None}


def _instant(text: str, timezone: str) -> datetime:
    """Of an ``<input type=datetime-local>``. Raises E9304."""
    try:
        found = datetime.fromisoformat(text[:16])
    except ValueError:
        raise Refused("E9304", problem={"id": "jadwal", "en": "date"}) from None
    if not 2000 <= found.year <= 2100:
        raise Refused("E9304", problem={"id": "jadwal", "en": "date"})
    return found.replace(tzinfo=ZoneInfo(timezone))
