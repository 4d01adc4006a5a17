"""Staff pages about bills: the runs of the branch's months, and one member's dues with what can be done about them."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from pydantic import ValidationError

from perisai.accounts.audience import ABOVE, STAFF, PageRequest, Role, audience
from perisai.contributions import jobs, labels
from perisai.contributions.bills import advance, terms
from perisai.contributions.cover import lapse, reactivate, spell
from perisai.contributions.cover.cover import standing
from perisai.contributions.cover.rule import add_months
from perisai.contributions.rules.in_force import load
from perisai.contributions.runs import month_run
from perisai.contributions.runs import queries as run_queries
from perisai.errors import Refused
from perisai.events.work import branch_day
from perisai.members import queries
from perisai.offices.models import Office, OfficeKind
from perisai.written import rupiah

PROGRAMMES = (("JKK", "JKM"), ("JKK", "JKM", "JHT"))


@audience(*STAFF, *ABOVE)
@require_GET
def runs(request: PageRequest) -> HttpResponse:
    """Each month's run: how far it is, what it came to, and who got no bill and why."""
    viewer = request.viewer
    rows = run_queries.runs(request.work, branches=viewer.branches)
    office = viewer.office if viewer.office.kind == OfficeKind.BRANCH else None
    months = []
    if office is not None and viewer.role in STAFF:
        this = branch_day(request.work.now, office.timezone).replace(day=1)
        months = [this, add_months(this, 1)]
    context = {
        "rows": [row | {"reasons": _reasons(row["skipped"])} for row in rows],
        "months": months,
        "branch_id": office.id if office else None,
        "goes_on": any(row["state"] == "running" for row in rows),
    }
    return render(request, "contributions/runs.html", context)


@audience(*STAFF)
@require_POST
def run_now(request: PageRequest, branch_id: int) -> HttpResponse:
    """Starts the run of this month or the next; the worker carries it out. Raises E1004, E4114."""
    office = _office(request, branch_id)
    this = branch_day(request.work.now, office.timezone).replace(day=1)
    chosen = {f"{month:%Y-%m}": month for month in (this, add_months(this, 1))}.get(request.POST.get("month", ""))
    if chosen is None:
        raise Refused("E4114", field=_("month"))
    month_run.start(request.work, branch_id=branch_id, month=chosen)
    jobs.carry_on.defer(branch_id=branch_id)
    messages.success(request, _("The run has started. The page shows how far it is."))
    return redirect("contributions:runs")


@audience(Role.AGENCY, *STAFF, *ABOVE)
@require_GET
def dues(request: PageRequest, branch_id: int, enrolment_id: UUID) -> HttpResponse:
    """Cover, spells, terms by month, months ahead."""
    return _dues(request, branch_id, enrolment_id)


@audience(*STAFF)
@require_POST
def make_advance(request: PageRequest, branch_id: int, enrolment_id: UUID) -> HttpResponse:
    """Bills so many months from the first that is not paid."""
    member = _member(request, branch_id, enrolment_id)
    key: dict[str, Any] = {"branch_id": branch_id, "timezone": member["timezone"], "enrolment_id": enrolment_id}
    try:
        made = advance.issue(request.work, **key, months=_whole(request.POST.get("months", "")))
    except Refused as refused:
        return _dues(request, branch_id, enrolment_id, refused)
    messages.success(
        request,
        _("%(n)s months can be paid with the member's code: %(sum)s.")
        % {"n": len(made.months), "sum": rupiah(made.amount)},
    )
    return redirect("contributions:dues", branch_id=branch_id, enrolment_id=enrolment_id)


@audience(*STAFF)
@require_POST
def change_terms(request: PageRequest, branch_id: int, enrolment_id: UUID) -> HttpResponse:
    """Takes down what the member declared on paper; open bills from that month on are issued anew."""
    member = _member(request, branch_id, enrolment_id)
    given = request.POST
    try:
        if given.get("confirmed") != "yes":
            raise Refused("E4108")
        wanted = terms.Wanted.model_validate({
            "enrolment": enrolment_id,
            "from_month": given.get("from_month", ""),
            "income": "".join(c for c in given.get("income", "") if c.isdecimal()) or "-",
            "jobs": [job for job in given.getlist("job") if job],
            "programmes": given.get("programmes", "").split("+"),
            "employs_others": given.get("employs_others") == "yes",
        })  # fmt: skip
        why = given.get("why", "") if request.viewer.role is Role.BRANCH_HEAD else ""
        changed = terms.change(request.work, branch_id=branch_id, timezone=member["timezone"], wanted=wanted, why=why)
    except ValidationError as error:
        return _dues(request, branch_id, enrolment_id, Refused("E4114", field=str(error.errors()[0]["loc"][0])))
    except Refused as refused:
        return _dues(request, branch_id, enrolment_id, refused)
    said = _("Saved. %(n)s open bills were cancelled and issued anew.") if changed.bills else _("Saved.")
    messages.success(request, said % {"n": changed.bills} if changed.bills else said)
    return redirect("contributions:dues", branch_id=branch_id, enrolment_id=enrolment_id)


@audience(*STAFF)
@require_POST
def come_back(request: PageRequest, branch_id: int, enrolment_id: UUID) -> HttpResponse:
    """A former member begins anew with a first payment."""
    member = _member(request, branch_id, enrolment_id)
    answers = reactivate.Answers(
        enrolment=enrolment_id,
        is_working=request.POST.get("is_working") == "yes",
        is_well=request.POST.get("is_well") == "yes",
    )
    try:
        reactivate.ask(request.work, branch_id=branch_id, timezone=member["timezone"], answers=answers)
    except Refused as refused:
        return _dues(request, branch_id, enrolment_id, refused)
    messages.success(request, _("The first payment begins a new membership. The member's code works from now on."))
    return redirect("contributions:dues", branch_id=branch_id, enrolment_id=enrolment_id)


def _dues(request: PageRequest, branch_id: int, enrolment_id: UUID, refused: Refused | None = None) -> HttpResponse:
    member, work = _member(request, branch_id, enrolment_id), request.work
    today = branch_day(work.now, member["timezone"])
    stands = standing(
        state=member["state"], paid_through=member["paid_through"], today=today, segment=member["segment"]
    )
    is_ended = member["state"] == "lapsed"
    may_change = request.viewer.role in STAFF
    may_begin_early = request.viewer.role is Role.BRANCH_HEAD
    context = {
        "member": member,
        "stands": stands,
        "rests": _rests(request, member, today),
        "spells": spell.history(work, branch_id=branch_id, enrolment_id=enrolment_id),
        "terms": terms.history(work, branch_id=branch_id, enrolment_id=enrolment_id),
        "plan": _plan(request, member) if member["state"] == "active" and member["segment"] == "BPU" else None,
        "asked_months": request.GET.get("months") or request.POST.get("months") or "1",
        "offered": load().entry.prepayment_offered.months,
        "most": advance.most_months(),
        "may_change": may_change and member["segment"] == "BPU",
        "may_return": is_ended and not lapse.cannot_return(member["birth_date"], on=today),
        "is_ended": is_ended,
        "months_to_change": _months_to_change(member["paid_through"], today, may_begin_early)
        if member["state"] == "active"
        else [],
        "early_reasons": labels.EARLY.items() if may_begin_early else [],
        "occupations": load().occupations,
        "programme_choices": ["+".join(choice) for choice in PROGRAMMES],
        "chosen_programmes": "+".join(p for p in PROGRAMMES[1] if p in member["programmes"]),
        "refused": refused,
        "given": {name: request.POST.get(name, "") for name in ("from_month", "income", "why")},
    }
    return render(request, "contributions/dues.html", context, status=refused.status if refused else 200)


def _rests(request: PageRequest, member: dict[str, Any], today: date) -> Any:
    """What of the member's programmes nobody pays while a sponsor pays the others; None where nothing rests."""
    from perisai.payers import resting

    whose = {"branch_id": member["branch_id"], "enrolment_ids": [member["id"]]}
    return resting.find(request.work, month=today.replace(day=1), **whose).get(member["id"])


def _plan(request: PageRequest, member: dict[str, Any]) -> advance.Plan | Refused:
    """What the asked number of months comes to, or why not."""
    text = request.GET.get("months") or request.POST.get("months") or "1"
    try:
        return advance.plan(
            request.work,
            branch_id=member["branch_id"],
            timezone=member["timezone"],
            enrolment_id=member["id"],
            months=_whole(text),
        )
    except Refused as refused:
        return refused


def _months_to_change(paid_through: date | None, today: date, may_begin_early: bool) -> list[date]:
    first = add_months(paid_through, 1) if paid_through else today.replace(day=1)
    if not may_begin_early:
        first = max(first, add_months(today, 1))
    return [add_months(first, n) for n in range(terms.MOST_AHEAD) if add_months(first, n) <= add_months(today, 12)]


def _member(request: PageRequest, branch_id: int, enrolment_id: UUID) -> dict[str, Any]:
    return queries.get_member(request.work, viewer=request.viewer, branch_id=branch_id, enrolment_id=enrolment_id)


def _office(request: PageRequest, branch_id: int) -> Office:
    if not request.viewer.sees_branch(branch_id) or request.viewer.sub_branch_id is not None:
        raise Refused("E1004")
    office = Office.objects.filter(id=branch_id, kind=OfficeKind.BRANCH).first()
    if office is None:
        raise Refused("E1004")
    return office


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 4 else 0


def _reasons(skipped: dict[str, int]) -> list[tuple[str, int]]:
    return [(str(labels.SKIPPED.get(reason, reason)), count) for reason, count in skipped.items() if count]
