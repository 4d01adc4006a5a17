"""Staff pages about courses: the list, one course with its versions, rules and people."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from perisai.accounts.audience import ABOVE, STAFF, PageRequest, audience
from perisai.accounts.words import language
from perisai.errors import Refused
from perisai.events.work import branch_day
from perisai.training import authoring, completion, labels, queries, reading
from perisai.training.shelf import AUTHORS, open_own, own, owner_of


@audience(*STAFF, *ABOVE)
@require_GET
def overview(request: PageRequest) -> HttpResponse:
    """Courses and classes in sight."""
    work, viewer = request.work, request.viewer
    open_own(work, viewer)
    context = {
        "courses": queries.courses(work, viewer=viewer, now=work.now),
        "lessons": queries.lessons(work, viewer=viewer, now=work.now),
        "may_author": viewer.role in AUTHORS,
        "may_teach": viewer.role in STAFF,
        "many": viewer.branches is None or len(viewer.branches) > 1,
        "now": work.now,
    }
    return render(request, "training/overview.html", context)


@audience(*AUTHORS)
@require_POST
def new_course(request: PageRequest) -> HttpResponse:
    owner_id = open_own(request.work, request.viewer)
    try:
        _course, version_id = authoring.create(request.work, branch_id=owner_id, title=request.POST.get("title", ""))
    except Refused as refused:
        tell(request, refused)
        return redirect("training:overview")
    return redirect("training:draft", version_id=version_id)


@audience(*STAFF, *ABOVE)
@require_GET
def course(request: PageRequest, course_id: UUID) -> HttpResponse:
    return _course_page(request, course_id)


@audience(*AUTHORS)
@require_POST
def begin_draft(request: PageRequest, course_id: UUID) -> HttpResponse:
    owner_id = own(request.viewer, _found(request, course_id))
    draft_id = authoring.begin_draft(request.work, branch_id=owner_id, course_id=course_id)
    return redirect("training:draft", version_id=draft_id)


@audience(*AUTHORS)
@require_POST
def withdraw(request: PageRequest, course_id: UUID) -> HttpResponse:
    owner_id = own(request.viewer, _found(request, course_id))
    try:
        authoring.withdraw(request.work, branch_id=owner_id, course_id=course_id)
    except Refused as refused:
        return _course_page(request, course_id, refused)
    messages.success(request, _("Withdrawn. Who has begun it may finish it."))
    return redirect("training:course", course_id=course_id)


@audience(*AUTHORS)
@require_POST
def require(request: PageRequest, course_id: UUID) -> HttpResponse:
    """Has everybody of an audience under this office take the course from a day on, also one of an office above."""
    _found(request, course_id)
    try:
        authoring.require(
            request.work,
            branch_id=owner_of(request.viewer),
            course_id=course_id,
            audience=request.POST.get("audience", ""),
            since=reading.day(request.POST, "since"),
            until=reading.day_or_none(request.POST, "until"),
        )
    except Refused as refused:
        return _course_page(request, course_id, refused)
    messages.success(request, _("Saved. It shows in the field app from that day on."))
    return redirect("training:course", course_id=course_id)


@audience(*AUTHORS)
@require_POST
def end_rule(request: PageRequest, course_id: UUID, rule_id: UUID) -> HttpResponse:
    found = _found(request, course_id)
    today = branch_day(request.work.now, found["timezone"])
    authoring.end_requirement(request.work, branch_id=owner_of(request.viewer), requirement_id=rule_id, on=today)
    messages.success(request, _("From today on this rule asks nobody."))
    return redirect("training:course", course_id=course_id)


@audience(*STAFF)
@require_POST
def assign(request: PageRequest, course_id: UUID) -> HttpResponse:
    """Has one person take the course, again where they took it before."""
    _found(request, course_id)
    branch_id = owner_of(request.viewer)
    try:
        person = reading.key(request.POST, "agent")
        if person not in {one["id"] for one in queries.people(request.work, branch_id=branch_id)}:
            raise Refused("E9209", field="agent")
        due_on = reading.day_or_none(request.POST, "due_on")
        reason = request.POST.get("reason", "")
        completion.assign(request.work, branch_id, person, course_id, reason, due_on)
    except Refused as refused:
        return _course_page(request, course_id, refused)
    messages.success(request, _("Assigned. The agent sees it in the field app with your reason."))
    return redirect("training:course", course_id=course_id)


def _found(request: PageRequest, course_id: UUID) -> dict[str, Any]:
    open_own(request.work, request.viewer)
    return queries.course(request.work, viewer=request.viewer, course_id=course_id)


def _course_page(request: PageRequest, course_id: UUID, refused: Refused | None = None) -> HttpResponse:
    work, viewer = request.work, request.viewer
    found, owner_id = _found(request, course_id), owner_of(viewer)
    versions = found["versions"]
    shown = next((one for one in versions if one["number"] == found["published"]), versions[0])
    today = branch_day(work.now, found["timezone"])
    may_assign = viewer.role in STAFF and found["published"] is not None
    context: dict[str, Any] = {
        "course": found,
        "shown": shown,
        "draft": next((one for one in versions if one["published_at"] is None), None),
        "audiences": labels.AUDIENCES,
        "today": today,
        "rules": [
            rule | {"holds": rule["until"] is None or rule["until"] > today, "is_own": rule["branch_id"] == owner_id}
            for rule in found["rules"]
        ],
        "may_author": viewer.role in AUTHORS and found["branch_id"] == owner_id,
        "may_require": viewer.role in AUTHORS and found["published"] is not None,
        "may_assign": may_assign,
        "agents": queries.people(work, branch_id=owner_id) if may_assign else [],
        "given": request.POST,
        "refused": refused and said(refused),
    }
    return render(request, "training/course.html", context, status=refused.status if refused else 200)


def said(refused: Refused) -> dict[str, Any]:
    """The answer with the field of E9209 in the reader's words."""
    field = str(refused.params.get("field", ""))
    if refused.code == "E9209" and field in labels.FIELDS:
        refused = Refused("E9209", field=labels.FIELDS[field])
    return refused.answer()


def tell(request: PageRequest, refused: Refused) -> None:
    answer = said(refused)
    spoken = language()
    messages.error(request, f"{answer['text'][spoken]} {answer['action'][spoken]}")
