"""Pages of alerts: what holds now, who has taken note of what, what was; and what a branch watches."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from perisai.accounts.audience import ABOVE, STAFF, PageRequest, Role, audience
from perisai.accounts.words import say
from perisai.alerts import keep, queries, setting, way, words
from perisai.alerts.rules import watched
from perisai.errors import Refused
from perisai.given import find_grouped
from perisai.offices.models import Office, OfficeKind
from perisai.offices.part import Part

SEES: Final = (Role.AGENCY, *STAFF, *ABOVE)
TAKES: Final = (Role.AGENCY, *STAFF, Role.REGION, Role.HEAD_OFFICE)
SETS: Final = (Role.BRANCH_HEAD, Role.HEAD_OFFICE)


@audience(*SEES)
@require_GET
def page(request: PageRequest) -> HttpResponse:
    """``state`` open, seen or closed; ``kind`` one of the rules."""
    return _page(request)


@audience(*SEES)
@require_GET
@never_cache
def count(request: PageRequest) -> HttpResponse:
    """The number in the bell of every page."""
    return render(request, "alerts/count.html", {"count": queries.open_for(request.work, viewer=request.viewer)})


@audience(*TAKES)
@require_POST
def take(request: PageRequest) -> HttpResponse:
    """Takes note of one alert, or of all that are marked (``alert`` as branch:id); ``undo`` takes it back."""
    state, kind = request.POST.get("state", "open"), request.POST.get("kind", "")
    marked = [pair for text in request.POST.getlist("alert")[: queries.PAGE] if (pair := _pair(text)) is not None]
    wanted = queries.takeable(request.work, viewer=request.viewer, wanted=marked) if marked else []
    try:
        by_branch: dict[int, list[UUID]] = {}
        for branch_id, alert_id in wanted:
            by_branch.setdefault(branch_id, []).append(alert_id)
        if len(by_branch) > 1:  # a Work is of one branch
            raise Refused("E5203")
        done = sum(_take(request, branch_id, ids) for branch_id, ids in by_branch.items())
    except Refused as refused:
        return _page(request, refused)
    if not marked:
        return _page(request, Refused("E5208"))
    if done:
        messages.success(request, say("Tersimpan.", "Saved."))
    else:
        messages.info(
            request, say("Sudah ditangani orang lain, atau sudah berlalu.", "Somebody else did, or it is over.")
        )
    return redirect(
        f"/console/alerts/?state={state if state in queries.STATES else 'open'}&kind={kind if kind in watched() else ''}"
        + _scope(_part(request))
    )


@audience(*STAFF, Role.REGION, Role.HEAD_OFFICE, Role.AUDITOR)
@require_http_methods(["GET", "POST"])
def settings_page(request: PageRequest) -> HttpResponse:
    """What a branch watches; a POST changes one kind."""
    office = _branch(request)
    may, refused = request.viewer.role in SETS, None
    if request.method == "POST":
        if not may:
            raise Refused("E2006")
        try:
            _set(request, office.id)
            messages.success(request, say("Pengaturan tersimpan.", "The settings are kept."))
            return redirect(request.get_full_path())
        except Refused as error:
            refused = error
    sets = setting.of_branch(request.work, office.id)
    context = {
        "office": office,
        "branches": _branches(request) if request.viewer.office.branch_id is None else [],
        "sets": [_shown(one, request, refused is not None) for one in sets.values()],
        "may": may,
        "refused": refused and refused.answer(),
    }
    return render(request, "alerts/settings.html", context, status=refused.status if refused else 200)


def _page(request: PageRequest, refused: Refused | None = None) -> HttpResponse:
    state = request.GET.get("state") or request.POST.get("state") or "open"
    state = state if state in queries.STATES else "open"
    kind = request.GET.get("kind") or request.POST.get("kind") or ""
    kind = kind if kind in watched() else ""
    part = _part(request)
    counted = queries.counts(request.work, viewer=request.viewer, part=part)
    language = say("id", "en")
    branch_id, mine = request.viewer.office.branch_id, way.mine(request.work, request.viewer.user.id)
    sets = setting.of_branch(request.work, branch_id) if branch_id else None
    context = {
        "rows": [row | queries.said(row, sets, language) for row in _rows(request, state, kind, part)],
        "part": part,
        "part_name": part.name(request.work),
        "scope": _scope(part),
        "state": state,
        "kind": kind,
        "counts": counted,
        "kinds": [
            {"key": key, "title": words.title(key, language), "count": counted.get(f"kind:{key}", 0)}
            for key in watched()
            if counted.get(f"kind:{key}") or key == kind
        ],
        "may": request.viewer.role in TAKES,
        "may_set": request.viewer.role is not Role.AGENCY,
        "shows_branch": branch_id is None,
        "unconfirmed": mine.phone_masked if mine.is_unconfirmed else "",
        "refused": refused and refused.answer(),
        "note": request.POST.get("note", "")[:500],
        "marked": set(request.POST.getlist("alert")),
    }
    return render(request, "alerts/page.html", context, status=refused.status if refused else 200)


def _part(request: PageRequest) -> Part:
    return Part.of(request.POST if request.method == "POST" else request.GET)


def _scope(part: Part) -> str:
    return f"&level={part.watch.level}&key={part.watch.key}" if part.watch else ""


def _rows(request: PageRequest, state: str, kind: str, part: Part) -> list[dict[str, Any]]:
    """``steps``: (to whom it was raised, when) each."""
    rows = queries.listed(request.work, viewer=request.viewer, state=state, kind=kind, part=part)
    return [
        row
        | {
            "mark": f"{row['branch_id']}:{row['id']}",
            "steps": [(role_word(one["role"]), one["at"]) for one in row["steps"]],
        }
        for row in rows
    ]


def _take(request: PageRequest, branch_id: int, ids: list[UUID]) -> int:
    if request.POST.get("undo"):
        return keep.unsee(request.work, branch_id=branch_id, ids=ids)
    note = request.POST.get("note", "")
    return keep.see(request.work, branch_id=branch_id, ids=ids, user_id=request.viewer.user.id, note=note)


def _pair(text: str) -> tuple[int, UUID] | None:
    branch, _, alert = text.partition(":")
    try:
        return (int(branch), UUID(alert)) if len(branch) < 10 else None
    except ValueError:
        return None


def _set(request: PageRequest, branch_id: int) -> None:
    kind = request.POST.get("kind", "")
    rule = watched().get(kind)
    figures: dict[str, int] = {}
    for name in rule.figures if rule else ():
        value = find_grouped(request.POST.get(name), digits=10)
        if value is None:
            raise Refused("E5202")
        figures[name] = value
    setting.change(
        request.work,
        branch_id=branch_id,
        kind=kind,
        is_on=bool(request.POST.get("is_on")),
        figures=figures,
        user_id=request.viewer.user.id,
    )


def _shown(one: setting.Set, request: PageRequest, is_refused: bool) -> dict[str, Any]:
    """What was typed and refused stays in the boxes of its form."""
    language = say("id", "en")
    typed = request.POST if is_refused and request.POST.get("kind") == one.kind else {}
    return {
        "kind": one.kind,
        "title": words.title(one.kind, language),
        "text": words.when(one.kind, one.figures, language),
        "is_on": one.is_on,
        "tone": one.rule.tone,
        "roles": [role_word(role) for role in one.rule.tell],
        "hours": one.rule.unanswered.hours if one.rule.unanswered else 0,
        "line": [role_word(role) for role in one.rule.line()],
        "figures": [
            (name, figure_word(name, one.kind), typed.get(name, value), one.rule.figures[name])
            for name, value in one.figures.items()
        ],
        "changed_at": one.changed_at,
        "changed_by": one.changed_by,
    }


def role_word(name: str) -> str:
    role = Role(name)
    known = {
        Role.AGENCY: say("Kantor Perisai", "Agency office"),
        Role.SUB_BRANCH: say("Petugas KCP", "Sub-branch officer"),
        Role.BRANCH: say("Petugas Kantor Cabang", "Branch officer"),
        Role.BRANCH_HEAD: say("Kepala Kantor Cabang", "Branch head"),
        Role.REGION: say("Kantor Wilayah", "Region office"),
        Role.HEAD_OFFICE: say("Kantor Pusat", "Head office"),
    }
    return known.get(role, str(role.label))


def figure_word(name: str, kind: str) -> str:
    of_kind = {
        ("silent_agent", "working_days"): say("Tanpa kabar, hari kerja", "Silent, working days"),
        ("behind_target", "working_days"): say("Hari kerja terakhir bulan itu", "Last working days of the month"),
        ("behind_target", "percent"): say("Kurang dari, persen target", "Less than, per cent of the target"),
        ("burst", "least"): say("Paling sedikit, orang sehari", "At least, people a day"),
        ("reviews_late", "least"): say("Paling sedikit, pendaftaran", "At least, enrolments"),
        ("bank_silent", "least"): say("Biasanya paling sedikit, kabar", "Usually at least, notifications"),
        ("bank_silent", "hours"): say("Diam selama, jam", "Silent for, hours"),
        ("cap_near", "percent"): say("Mulai, persen kuota", "From, per cent of the quota"),
        ("cash_late", "rupiah"): say("Paling sedikit, rupiah", "At least, rupiah"),
    }
    return (
        of_kind.get((kind, name))
        or {
            "working_days": say("Hari kerja", "Working days"),
            "times": say("Kali hari biasanya", "Times a usual day"),
            "least": say("Paling sedikit", "At least"),
            "percent": say("Persen", "Per cent"),
            "rupiah": say("Rupiah", "Rupiah"),
            "hours": say("Jam", "Hours"),
            "weeks": say("Minggu yang dibandingkan", "Weeks compared"),
        }[name]
    )


def _branch(request: PageRequest) -> Office:
    own = request.viewer.office.branch_id
    if own is not None:
        return Office.objects.get(id=own)
    wanted = request.GET.get("branch", "")
    found = _branches(request).filter(id=int(wanted) if wanted.isdecimal() and len(wanted) < 10 else -1).first()
    found = found or _branches(request).first()
    if found is None:
        raise Refused("E1004")
    return found


def _branches(request: PageRequest) -> QuerySet[Office]:
    rows = Office.objects.filter(kind=OfficeKind.BRANCH, is_open=True).order_by("name")
    return rows if request.viewer.branches is None else rows.filter(id__in=request.viewer.branches)
