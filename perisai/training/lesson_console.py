"""Staff pages about classes: planning, the teacher's screen with the changing code, attendance and its correction."""

from typing import Any
from uuid import UUID

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from perisai.accounts.audience import ABOVE, STAFF, PageRequest, audience
from perisai.agents.rules import figure
from perisai.errors import Refused
from perisai.events.work import branch_day
from perisai.training import labels, lesson, queries, reading
from perisai.training.attendance_code import Bound, code_at
from perisai.training.console import said


@audience(*STAFF)
@require_http_methods(["GET", "POST"])
def new_lesson(request: PageRequest) -> HttpResponse:
    office = request.viewer.office
    branch_id, refused = office.branch_id or 0, None
    if request.method == "POST":
        try:
            planned = _plan(request, office.timezone or "Asia/Jakarta")
            if planned.lat is None and "unbound" not in request.POST:
                raise Refused("E9227")
            lesson_id = lesson.plan(request.work, branch_id=branch_id, of=planned)
            messages.success(request, _("Planned. Agents of the branch see it in the field app."))
            if planned.lat is None:
                messages.warning(
                    request, _("It is bound to no place: its code works anywhere, and you look at every attendance.")
                )
            return redirect("training:lesson", lesson_id=lesson_id)
        except Refused as caught:
            refused = caught
    context = {
        "courses": queries.offered(request.work, branch_id=branch_id),
        "districts": queries.districts(request.work, branch_id=branch_id),
        "given": request.POST,
        "refused": refused and said(refused),
        "teacher": request.user.full_name,
        "radius": _radius(request),
    }
    status = refused.status if refused else 200
    return _with_place(render(request, "training/lesson_form.html", context, status=status))


def _radius(request: PageRequest) -> int:
    """What the rule of the day allows, in metres."""
    zone = request.viewer.office.timezone or "Asia/Jakarta"
    return figure("attendance_radius_metres", branch_day(request.work.now, zone))


def _with_place(answer: HttpResponse) -> HttpResponse:
    """Lets the page ask this device where it is, which no other page of the console may."""
    answer["Permissions-Policy"] = "camera=(), geolocation=(self), microphone=(), payment=(), usb=()"
    return answer


def _plan(request: PageRequest, timezone: str) -> lesson.Plan:
    given = request.POST
    point = reading.point(given, "point")
    return lesson.Plan(
        title=given.get("title", "").replace("\x00", ""),
        place=given.get("place", "").replace("\x00", ""),
        teacher=given.get("teacher", "").replace("\x00", ""),
        starts_at=reading.moment(given, "starts_at", timezone),
        ends_at=reading.moment(given, "ends_at", timezone),
        course_id=reading.key(given, "course") if given.get("course") else None,
        region_code=given.get("region", "")[:8] if given.get("region", "").replace(".", "").isdecimal() else "",
        lat=point[0] if point else None,
        lon=point[1] if point else None,
        radius=reading.whole(given, "radius", _radius(request)),
        credit_minutes=reading.whole(given, "credit_minutes", 0),
    )


@audience(*STAFF, *ABOVE)
@require_GET
def lesson_page(request: PageRequest, lesson_id: UUID) -> HttpResponse:
    return _lesson_page(request, lesson_id)


@audience(*STAFF)
@require_GET
def screen(request: PageRequest, lesson_id: UUID) -> HttpResponse:
    """What the teacher shows to the class; the code in it fetches its successor by itself."""
    found = queries.lesson(request.work, lesson_id=lesson_id)
    return render(request, "training/screen.html", {"lesson": found, **_code(request, found)})


@audience(*STAFF)
@require_GET
def code(request: PageRequest, lesson_id: UUID) -> HttpResponse:
    """The code of this moment, as a piece of the teacher's screen."""
    found = queries.lesson(request.work, lesson_id=lesson_id)
    answer = render(request, "training/code.html", {"lesson": found, **_code(request, found)})
    answer["Cache-Control"] = "no-store"
    return answer


@audience(*STAFF)
@require_POST
def correct(request: PageRequest, lesson_id: UUID) -> HttpResponse:
    found, given = queries.lesson(request.work, lesson_id=lesson_id), request.POST
    try:
        lesson.correct(
            request.work,
            branch_id=found["branch_id"],
            lesson_id=lesson_id,
            trainee_id=reading.key(given, "agent"),
            state=given.get("state", ""),
            reason=given.get("reason", ""),
        )
    except Refused as refused:
        return _lesson_page(request, lesson_id, refused)
    messages.success(request, _("Saved, with your reason."))
    return redirect("training:lesson", lesson_id=lesson_id)


@audience(*STAFF)
@require_POST
def confirm(request: PageRequest, lesson_id: UUID) -> HttpResponse:
    """Everybody who waits for the teacher's look was there."""
    found = queries.lesson(request.work, lesson_id=lesson_id)
    try:
        reason = request.POST.get("reason", "")
        count = lesson.confirm_flagged(request.work, branch_id=found["branch_id"], lesson_id=lesson_id, reason=reason)
    except Refused as refused:
        return _lesson_page(request, lesson_id, refused)
    messages.success(request, _("Confirmed: %(count)s people.") % {"count": count})
    return redirect("training:lesson", lesson_id=lesson_id)


@audience(*STAFF)
@require_POST
def place(request: PageRequest, lesson_id: UUID) -> HttpResponse:
    """Binds a class to the point where it is held."""
    found, given = queries.lesson(request.work, lesson_id=lesson_id), request.POST
    try:
        point = reading.point(given, "point")
        if point is None:
            raise Refused("E9209", field="point")
        lesson.place(
            request.work,
            branch_id=found["branch_id"],
            lesson_id=lesson_id,
            lat=point[0],
            lon=point[1],
            radius=reading.whole(given, "radius", found["radius"]),
        )
    except Refused as refused:
        return _lesson_page(request, lesson_id, refused)
    messages.success(request, _("The class is bound to this point. Its code has changed."))
    return redirect("training:lesson", lesson_id=lesson_id)


@audience(*STAFF)
@require_POST
def cancel(request: PageRequest, lesson_id: UUID) -> HttpResponse:
    found = queries.lesson(request.work, lesson_id=lesson_id)
    try:
        lesson.cancel(request.work, branch_id=found["branch_id"], lesson_id=lesson_id)
    except Refused as refused:
        return _lesson_page(request, lesson_id, refused)
    messages.success(request, _("Cancelled. Its attendance no longer counts."))
    return redirect("training:lesson", lesson_id=lesson_id)


def _code(request: PageRequest, found: dict[str, Any]) -> dict[str, Any]:
    """Digits in two groups, the QR that opens the field app with them, and when to ask for the next. Nothing when it is closed."""
    names = ("branch_id", "id", "starts_at", "ends_at", "lat", "lon", "radius")
    bound, now = Bound(*(found[name] for name in names)), request.work.now
    if found["cancelled_at"] is not None or now >= bound.closes_at:
        return {"digits": "", "is_over": True}
    if now < bound.opens_at:
        return {"digits": "", "opens_at": bound.opens_at, "wait": 20_000}
    life = figure("attendance_code_seconds", branch_day(now, found["timezone"]))
    digits, until = code_at(bound, now, life)
    address = f"{settings.ORIGIN}/app/#/courses/attend/{digits}"
    return {
        "digits": f"{digits[:4]} {digits[4:]}",
        "qr": segno.make(address, error="m").svg_data_uri(scale=10, border=2, dark="#000", light="#fff"),
        "wait": max(200, int((until - now).total_seconds() * 1000) + 50),
        "life": life,
    }


def _lesson_page(request: PageRequest, lesson_id: UUID, refused: Refused | None = None) -> HttpResponse:
    found = queries.lesson(request.work, lesson_id=lesson_id)
    rows = queries.attendance(request.work, branch_id=found["branch_id"], lesson_id=lesson_id)
    may_teach = request.viewer.role in STAFF and found["cancelled_at"] is None
    context = {
        "lesson": found,
        "rows": [
            row | {"label": labels.STATES[row["state"]], "why": labels.FLAGS.get(row["flag"], "")} for row in rows
        ],
        "present": sum(row["state"] == "present" for row in rows),
        "flagged": sum(row["state"] == "flagged" for row in rows),
        "may_teach": may_teach,
        "agents": queries.people(request.work, branch_id=found["branch_id"]) if may_teach else [],
        "is_over": request.work.now >= found["ends_at"],
        "given": request.POST,
        "refused": refused and said(refused),
    }
    status = refused.status if refused else 200
    return _with_place(render(request, "training/lesson.html", context, status=status))
