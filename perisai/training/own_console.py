"""Courses of staff themselves: what they must learn, and learning it in the browser."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from perisai.accounts.audience import PageRequest, audience
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.training import for_phone, in_browser, reading
from perisai.training.console import said
from perisai.training.content import Module, read
from perisai.training.in_browser import Kept
from perisai.training.shelf import LEARNERS
from perisai.training.told import Learner


@audience(*LEARNERS)
@require_GET
def mine(request: PageRequest) -> HttpResponse:
    """What must be learnt, what is on the way, and what else is offered."""
    found = for_phone.courses(request.work, _learner(request))
    courses = [_shown(one) for one in found["courses"]]
    context = {
        "must": [one for one in courses if one["missing"]],
        "others": [one for one in courses if not one["missing"]],
        "credit": found["credit"],
    }
    return render(request, "training/mine.html", context)


@audience(*LEARNERS)
@require_GET
def my_course(request: PageRequest, course_id: UUID) -> HttpResponse:
    """The modules of a course: those of the version that was begun, else of the one that is offered."""
    course = _course(request, course_id)
    version = for_phone.version(request.work, _learner(request), UUID(course["head"]["id"]))
    again = course["is_done"] and "again" in request.GET
    context = {
        "course": course,
        "again": again,
        "modules": [
            {"id": one["id"], "title": one["title"], "passed": one["id"] in course["passed"]}
            for one in version["modules"]
        ],
    }
    return render(request, "training/my_course.html", context)


@audience(*LEARNERS)
@require_http_methods(["GET", "POST"])
def my_module(request: PageRequest, course_id: UUID, module: str) -> HttpResponse:
    """One module to read and answer; with ``kept`` what came of it."""
    if request.method == "POST":
        return _take(request, course_id, module)
    if "kept" in request.GET:
        kept = in_browser.find(request.work, learner=_learner(request), op_id=reading.key(request.GET, "kept"))
        if kept is None or kept.course_id != course_id:
            raise Refused("E1004")
        return _module_page(request, kept.version_id, course_id, kept.module, kept=kept)
    course = _course(request, course_id)
    return _module_page(request, UUID(course["head"]["id"]), course_id, module)


def _take(request: PageRequest, course_id: UUID, module: str) -> HttpResponse:
    learner, given = _learner(request), request.POST
    version_id, op_id = reading.key(given, "version"), reading.key(given, "op")
    content = read({"modules": for_phone.version(request.work, learner, version_id)["modules"]})
    answers = in_browser.answers_of(content, module, dict(given.lists()))
    if not all(answers.values()):
        return _module_page(request, version_id, course_id, module, given=answers, refused=Refused("E9226"))
    kept = in_browser.take(
        request.work, learner=learner, op_id=op_id, version_id=version_id, module=module, answers=answers
    )
    return redirect(reverse("training:my_module", args=[kept.course_id, kept.module]) + f"?kept={op_id}")


def _module_page(
    request: PageRequest,
    version_id: UUID,
    course_id: UUID,
    module: str,
    *,
    kept: Kept | None = None,
    given: dict[str, list[int]] | None = None,
    refused: Refused | None = None,
) -> HttpResponse:
    version = for_phone.version(request.work, _learner(request), version_id)
    content = read({"modules": version["modules"]})
    shown = content.module(module)
    if shown is None or version["course"] != course_id:
        raise Refused("E1004")
    names = [one.id for one in content.modules]
    later = names[names.index(shown.id) + 1 :]
    context = {
        "version": version,
        "owner_id": request.viewer.office.branch_id,
        "module": shown,
        "number": names.index(shown.id) + 1,
        "many": len(names),
        "parts": _parts(shown, kept.answers if kept else given or {}, is_marked=kept is not None),
        "kept": kept,
        "next": later[0] if later else None,
        "op": uuid7(),
        "refused": refused and said(refused),
    }
    return render(request, "training/my_module.html", context, status=refused.status if refused else 200)


def _parts(module: Module, answers: dict[str, list[int]], *, is_marked: bool) -> list[dict[str, Any]]:
    """The module's parts as the page shows them: options with what was chosen and, once marked, what is right."""
    shown: list[dict[str, Any]] = []
    for part in module.parts:
        if part.kind != "question":
            shown.append({"part": part})
            continue
        chosen = answers.get(part.id, [])
        options = [
            {"place": place, "text": text, "chosen": place in chosen, "right": is_marked and place in part.right}
            for place, text in enumerate(part.options)
        ]
        shown.append({"part": part, "options": options, "is_right": set(chosen) == set(part.right)})
    return shown


def _course(request: PageRequest, course_id: UUID) -> dict[str, Any]:
    """Raises E1004 for a course that is neither offered nor begun."""
    listed = for_phone.courses(request.work, _learner(request))["courses"]
    found = next((one for one in listed if one["id"] == str(course_id)), None)
    if found is None or not (found["taking"] or found["version"]):
        raise Refused("E1004")
    return _shown(found)


def _shown(course: dict[str, Any]) -> dict[str, Any]:
    taking = course["taking"]
    head = taking["version"] if taking else course["version"]
    passed = taking["passed"] if taking else []
    is_newer = bool(taking and course["version"] and course["version"]["id"] != head["id"])
    is_done = taking is None and course["done_on"] is not None and not course["missing"]
    return course | {"head": head, "passed": passed, "is_newer": is_newer, "is_done": is_done}


def _learner(request: PageRequest) -> Learner:
    office = request.viewer.office
    return Learner(office.branch_id or 0, request.user.pk, office.timezone, is_staff=True)
