"""Staff pages of one office's plan: the grid, splitting, the way to approval, proposals from below."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from perisai.accounts.audience import PageRequest, Role, audience
from perisai.errors import Refused
from perisai.targets.plans import again as plan_again
from perisai.targets.plans import clash as plan_clash
from perisai.targets.plans import decide as plan_decide
from perisai.targets.plans import grid as plan_grid
from perisai.targets.plans import labels, plan, weights
from perisai.targets.plans import merge as plan_merge
from perisai.targets.plans import moved as plan_moved
from perisai.targets.plans import proposal as plan_proposal
from perisai.targets.plans import queries as plan_queries
from perisai.targets.plans.console import OFFICES, a_month, form_of, home_of, said, switched, switches, whole
from perisai.targets.plans.grid import Filled, Part
from perisai.targets.plans.merge import Merged
from perisai.targets.plans.place import Home, month, months

MAKERS = (Role.AGENCY, Role.SUB_BRANCH, Role.BRANCH, Role.BRANCH_HEAD, Role.REGION, Role.HEAD_OFFICE)


@audience(*OFFICES)
@require_GET
def plan_page(request: PageRequest, office_id: int) -> HttpResponse:
    """One segment and measure of a version (``v``) as a grid, with its sums, history and proposals."""
    return show(request, home_of(request, str(office_id)))


@audience(*MAKERS)
@form_of("targets:plan")
def start(request: PageRequest, office_id: int) -> HttpResponse:
    home = makes(request, office_id)
    year, *_rest = switches(request)
    try:
        plan.start(request.work, home=home, year=year, from_month=a_month(request.POST.get("from_month", "")))
    except Refused as refused:
        return show(request, home, refused)
    return back(request, home)


@audience(*MAKERS)
@form_of("targets:plan")
def take_up(request: PageRequest, office_id: int, plan_id: UUID) -> HttpResponse:
    """An earlier version as a new draft."""
    home = makes(request, office_id)
    month_text = request.POST.get("from_month", "")
    try:
        taken = plan_again.take_up(request.work, home=home, plan_id=plan_id, from_month=a_month(month_text))
    except Refused as refused:
        return show(request, home, refused)
    messages.success(
        request,
        _("A new draft: %(n)s figures differ from what is in force. Nothing counts before it is approved.")
        % {"n": taken.changed},
    )
    if taken.left_out:
        messages.warning(
            request, _("Left out: %(n)s figures of who is no longer beneath this office.") % {"n": taken.left_out}
        )
    return back(request, home)


@audience(*MAKERS)
@form_of("targets:plan")
def leave_out(request: PageRequest, office_id: int) -> HttpResponse:
    """The draft, or the next version, without the months of agents who work elsewhere."""
    home = makes(request, office_id)
    year, *_rest = switches(request)
    try:
        versions = plan_queries.versions(request.work, home, year)
        count = plan_moved.leave_out(request.work, home=home, year=year, versions=versions)
    except Refused as refused:
        return show(request, home, refused)
    messages.success(request, ngettext("%(n)s figure taken out.", "%(n)s figures taken out.", count) % {"n": count})
    return back(request, home)


@audience(*MAKERS)
@form_of("targets:plan")
def save(request: PageRequest, office_id: int, plan_id: UUID) -> HttpResponse:
    """Takes the boxes of the form. Where somebody was faster, both are merged; what both changed is asked about, side by side."""
    home = makes(request, office_id)
    year, _one, segment, measure = _switches(request)
    sent = {name: str(value) for name, value in request.POST.items()}
    typed = {name: value for name, value in sent.items() if name.startswith("c:")}
    answers, since = plan_clash.answers(sent, year=year), revision_of(request)
    try:
        texts = plan_grid.cells_of(typed, year=year, segment=segment, measure=measure)
        texts |= {one.cell: one.text for one in answers if one.choice == plan_clash.MINE}
        merged = plan_merge.merge(
            request.work,
            home=home,
            plan_id=plan_id,
            revision=since,
            cells={cell: whole(text) if text.strip() else None for cell, text in texts.items()},
            reason=plan.reason_of(request.POST.get("reason", ""), needed=False),
        )
    except Refused as refused:
        return show(request, home, refused, filled=Filled(typed, since, again=answers), is_refused=True)
    again = [one for one in answers if not one.choice]
    if merged.clashes or again:
        return ask(request, home, merged, Filled(typed, since, merged.clashes, again))
    said_ = ngettext("%(n)s figure saved.", "%(n)s figures saved.", merged.changed) % {"n": merged.changed}
    messages.success(request, said_)
    return back(request, home, saved=True)


def ask(request: PageRequest, home: Home, merged: Merged, filled: Filled) -> HttpResponse:
    """The page with what both changed; what was merged is saved."""
    if not merged.changed:
        return show(request, home, plan_merge.told(merged.clashes), filled=filled)
    said_ = ngettext("%(n)s figure saved.", "%(n)s figures saved.", merged.changed) % {"n": merged.changed}
    return show(request, home, filled=filled, more={"merged": said_})


@audience(*MAKERS)
@form_of("targets:plan")
def split(request: PageRequest, office_id: int, plan_id: UUID) -> HttpResponse:
    home = makes(request, office_id)
    _year, _one, segment, measure = _switches(request)
    total = request.POST.get("total", "").strip()
    try:
        changed = weights.fill(
            request.work,
            home=home,
            plan_id=plan_id,
            revision=revision_of(request),
            segment=segment,
            measure=measure,
            by=request.POST.get("by", ""),
            months_by=request.POST.get("months_by", "working_days"),
            total=whole(total) if total else None,
        )
    except Refused as refused:
        return show(request, home, refused)
    messages.success(request, _("Split: %(n)s figures are new. Change any of them by hand.") % {"n": changed})
    return back(request, home)


@audience(*MAKERS)
@form_of("targets:plan")
def propose(request: PageRequest, office_id: int, plan_id: UUID) -> HttpResponse:
    home = makes(request, office_id)
    try:
        plan_decide.propose(request.work, home=home, plan_id=plan_id, revision=revision_of(request))
    except Refused as refused:
        return show(request, home, refused)
    messages.success(request, _("The plan waits for a second person to approve it."))
    return back(request, home)


@audience(*MAKERS)
@form_of("targets:plan")
def take_back(request: PageRequest, office_id: int, plan_id: UUID) -> HttpResponse:
    """What was put forward and is not decided yet is a draft again."""
    home = makes(request, office_id)
    try:
        plan_decide.take_back(request.work, home=home, plan_id=plan_id)
    except Refused as refused:
        return show(request, home, refused)
    messages.success(request, _("Taken back: it is a draft again."))
    return back(request, home)


@audience(*MAKERS)
@form_of("targets:plan")
def decide(request: PageRequest, office_id: int, plan_id: UUID) -> HttpResponse:
    """Approves a version, or sends it back."""
    home = home_of(request, str(office_id))
    if not plan_queries.may_approve(request.viewer, home):
        raise Refused("E2006")
    reason = request.POST.get("reason", "")
    try:
        if request.POST.get("decide") == "approve":
            plan_decide.approve(request.work, home=home, plan_id=plan_id, revision=revision_of(request), reason=reason)
            messages.success(request, _("Approved: the plan is in force."))
        else:
            plan_decide.send_back(request.work, home=home, plan_id=plan_id, reason=reason)
            messages.success(request, _("Sent back: it is a draft again."))
    except Refused as refused:
        return show(request, home, refused)
    return back(request, home)


@audience(*MAKERS)
@form_of("targets:plan")
def take(request: PageRequest, office_id: int, plan_id: UUID) -> HttpResponse:
    """Takes the chosen proposals into the draft."""
    home = makes(request, office_id)
    try:
        ids = [UUID(text) for text in request.POST.getlist("proposal")]
        changed = plan_proposal.take(request.work, home=home, plan_id=plan_id, revision=revision_of(request), ids=ids)
    except ValueError:
        return show(request, home, Refused("E5020"))
    except Refused as refused:
        return show(request, home, refused)
    messages.success(request, _("Taken into the draft: %(n)s figures.") % {"n": changed})
    return back(request, home)


@audience(*MAKERS)
@form_of("targets:plan")
def refuse(request: PageRequest, office_id: int, proposal_id: UUID) -> HttpResponse:
    home = makes(request, office_id)
    try:
        plan_proposal.refuse(request.work, home=home, proposal_id=proposal_id, reason=request.POST.get("reason", ""))
    except Refused as refused:
        return show(request, home, refused)
    messages.success(request, _("The proposal is refused; who made it reads why."))
    return back(request, home)


def show(
    request: PageRequest,
    home: Home,
    refused: Refused | None = None,
    *,
    filled: Filled | None = None,
    is_refused: bool = False,
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    """The page of a plan, also with what was refused; ``is_refused``: as a whole, so that it still is of the revision it was
    filled in from."""
    year, _one, segment, measure = _switches(request)
    viewer = request.viewer
    may_make = plan_queries.may_make(viewer, home)
    asked = request.GET.get("v", "")
    page = plan_grid.page(
        request.work,
        home,
        year=year,
        segment=segment,
        measure=measure,
        version=asked,
        may_edit=may_make,
        filled=filled or Filled(),
        part=_part(request),
    )
    names = {row.child.id: row.child.name for row in page.rows}
    changes = plan_queries.changes(request.work, home, year)
    today = home.today(request.work.now).replace(day=1)
    version = page.version
    start_months = _start_months(page, year, today.month if today.year == year else 1, is_past=year < today.year)
    has_open = any(one.is_open for one in page.versions)
    context = {
        "home": home,
        "page": page,
        "may_make": may_make,
        "may_edit": may_make and version is not None and version.state == "draft",
        "may_take_back": may_make and version is not None and version.state == "proposed",
        "may_approve": version is not None and version.state == "proposed" and plan_queries.may_approve(viewer, home),
        "is_maker": version is not None and version.maker_id == viewer.user.id,
        "has_open": has_open,
        "start_months": start_months,
        "may_take_up": may_make and not has_open and bool(start_months) and _is_past(version),
        "changes": [plan_grid.told(change, names) for change in changes],
        "proposals": plan_queries.proposals_to(request.work, home, year),
        "moved": plan_moved.still_here(request.work, home=home, version=plan_moved.newest(page.versions)),
        "labels": labels,
        "refused": said(refused),
        "given_reason": request.POST.get("reason", ""),
        "given": request.POST,
        "revision": version.revision if version is not None else 0,
        "is_conflict": bool(page.asked),
        "is_answer": filled is not None,
        **({"revision": filled.since} if filled is not None and is_refused else {}),
        **switched(request, year, None, segment, measure),
        **(more or {}),
    }
    return render(request, "targets/plan.html", context, status=refused.status if refused else 200)


def _is_past(version: plan_queries.Known | None) -> bool:
    return version is not None and version.state == "replaced"


def back(request: PageRequest, home: Home, *, saved: bool = False) -> HttpResponse:
    """``saved``: tells the page that nothing typed waits any more."""
    year, _one, segment, measure = _switches(request)
    part = _part(request)
    asked: dict[str, object] = {"year": year, "segment": segment, "measure": measure}
    asked |= {"q": part.search} if part.search else {}
    asked |= {"rows": part.number} if part.number > 1 else {}
    asked |= {"saved": 1} if saved else {}
    return redirect(f"{reverse('targets:plan', args=[home.id])}?{urlencode(asked)}")


def _part(request: PageRequest) -> Part:
    asked = request.POST if request.method == "POST" else request.GET
    number = asked.get("rows", "")
    is_number = number.isascii() and number.isdigit() and len(number) < 6
    return Part(" ".join(asked.get("q", "").split())[:80], int(number) if is_number else 1)


def _start_months(page: plan_grid.Page, year: int, now: int, *, is_past: bool) -> list[Any]:
    """From which months a new version may differ: any of a year without a plan, else this month or later."""
    if any(one.state == "approved" for one in page.versions):
        return [] if is_past else [month(year, n) for n in range(now, 13)]
    return months(year)


def _switches(request: PageRequest) -> tuple[int, Any, str, str]:
    year, one, segment, measure = switches(request)
    return year, one, segment or "BPU", measure


def makes(request: PageRequest, office_id: int) -> Home:
    home = home_of(request, str(office_id))
    if not plan_queries.may_make(request.viewer, home):
        raise Refused("E2006")
    return home


def revision_of(request: PageRequest) -> int:
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1
