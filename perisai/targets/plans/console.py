"""Staff pages of targets: the cascade, an office's plan, what waits, and one's own target with the way to ask for another."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import wraps
from typing import Any, Final, LiteralString
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from perisai.accounts.audience import READERS, PageRequest, Role, audience
from perisai.errors import Refused
from perisai.events.work import branch_day
from perisai.offices.part import Part
from perisai.offices.scopes import AGENCY_OFFICE, AGENT, KINDS, NATION, SUB_BRANCH
from perisai.targets.plans import labels
from perisai.targets.plans import proposal as plan_proposal
from perisai.targets.plans import queries as plan_queries
from perisai.targets.plans.place import MEASURES, SEGMENTS, YEARS, Child, Home, get_home, month, months, parents
from perisai.targets.plans.proposal import Wish
from perisai.targets.plans.reading import Asked, by_month, of_agents
from perisai.targets.plans.results import by_months, of_agent
from perisai.targets.plans.tree import Node, Shown, tree

PERIOD: Final = re.compile(r"([0-9]{4})-([0-9]{2})")
"""The month of an address that a figure gives."""
KIND_OF: Final = {level: kind for kind, level in KINDS.items()}
View = Callable[..., HttpResponse]
OFFICES = tuple(role for role in READERS if role is not Role.AGENT)


@audience(*OFFICES)
@require_GET
def overview(request: PageRequest) -> HttpResponse:
    """The cascade from the viewer's office, or from one beneath it (``office``, or a figure's scope), for a month or the year."""
    home = home_of(request, request.GET.get("office", "") or _office_of_figure(request))
    year, one, segment, measure = switches(request)
    as_of = as_of_asked(request, home)
    if as_of is not None and not {"year", "month", "period"} & request.GET.keys():
        year, one = as_of.year, as_of.replace(day=1)
    shown = Shown(one or month(year, 1), one or month(year, 12), measure, segment or None, as_of)
    root = tree(request.work, home, shown)
    lines = list(root.lines())
    context = {
        "home": home,
        "root": root,
        "lines": [(line, above) for line, above in _with_planners(request, home, root)],
        "off": [line for line in lines if line.difference],
        "above": _above(request, home),
        "as_of": as_of,
        "yesterday": home.today(request.work.now) - timedelta(days=1),
        "labels": labels,
        "approves": request.viewer.role in plan_queries.APPROVERS,
        **switched(request, year, one, segment, measure),
    }
    return render(request, "targets/tree.html", context)


@audience(*OFFICES)
@require_GET
def waiting(request: PageRequest) -> HttpResponse:
    """Versions that wait for the viewer's approval."""
    context = {"plans": plan_queries.to_approve(request.work, viewer=request.viewer), "labels": labels}
    return render(request, "targets/waiting.html", context)


@audience(*READERS)
@require_GET
def mine(request: PageRequest) -> HttpResponse:
    return _mine(request)


def _mine(request: PageRequest, refused: Refused | None = None) -> HttpResponse:
    """The viewer's own target by month with what was reached, and what they asked for."""
    year, _one, segment, measure = switches(request)
    child, home = _self(request)
    asked = Asked(month(year, 1), month(year, 12), measure, segment or None)
    of = by_month(request.work, asked, level=child.level, keys=[child.key], branch_id=child.branch_id)
    got = of.get(child.key, {})
    if home is None:
        assert child.branch_id is not None
        reached = of_agent(
            request.work,
            branch_id=child.branch_id,
            agent_id=child.key,
            year=year,
            measure=measure,
            segment=segment or None,
        )
    else:
        reached = by_months(request.work, home, year, measure, segment or None)
    above = [get_home(request.work, office) for office in parents(request.work, home or child)]
    today = branch_day(request.work.now, request.viewer.office.timezone)
    rows = [
        {
            "month": one,
            "target": got.get(one),
            "reached": None if one > today else reached.get(one, 0),
            "is_over": one < today.replace(day=1),
        }
        for one in months(year)
    ]
    proposals = (
        plan_queries.proposals_of(
            request.work, level=child.level, key=child.key, branch_id=child.branch_id, year=year, parent=above[0]
        )
        if above
        else []
    )
    is_sum = (
        child.level in (AGENCY_OFFICE, SUB_BRANCH)
        and bool(got)
        and of_agents(request.work, asked, level=child.level, key=child.key, branch_id=child.branch_id)
    )
    context = {
        "child": child,
        "rows": rows,
        "is_sum": is_sum,
        "target": sum(got.values()) if got else None,
        "reached": sum(reached.values()),
        "above": above,
        "proposals": proposals,
        "may_ask": bool(above) and request.viewer.may_change,
        "given": request.POST,
        "refused": said(refused),
        "labels": labels,
        **switched(request, year, None, segment, measure),
    }
    return render(request, "targets/mine.html", context, status=refused.status if refused else 200)


@audience(*READERS)
@require_POST
def ask(request: PageRequest) -> HttpResponse:
    """Proposes another figure for one's own target to the office above."""
    child, home = _self(request)
    year, _one, _segment, _measure = switches(request)
    try:
        above = {str(office): office for office in parents(request.work, home or child)}
        parent = above.get(request.POST.get("parent", ""))
        if parent is None:
            raise Refused("E5020")
        wish = Wish(
            child.level, child.key, request.POST.get("of_segment", ""), request.POST.get("of_measure", ""),
            a_month(request.POST.get("first", "")), a_month(request.POST.get("last", "")), whole(request.POST.get("value", "")),
            request.POST.get("reason", ""),
        )  # fmt: skip
        plan_proposal.put(request.work, parent=get_home(request.work, parent), year=year, wish=wish)
    except Refused as refused:
        return _mine(request, Refused("E5020") if refused.code == "E5014" else refused)
    messages.success(request, _("Your proposal waits for an answer."))
    return redirect(reverse("targets:mine") + f"?year={year}")


@audience(*READERS)
@require_POST
def withdraw(request: PageRequest, office_id: int, proposal_id: UUID) -> HttpResponse:
    child, _home = _self(request)
    try:
        parent = get_home(request.work, office_id)
        if parent.branch_id is not None and not request.viewer.sees_branch(parent.branch_id):
            raise Refused("E1004")
        plan_proposal.withdraw(request.work, parent=parent, proposal_id=proposal_id, level=child.level, key=child.key)
    except Refused as refused:
        return _mine(request, refused)
    messages.success(request, _("The proposal is withdrawn."))
    return redirect("targets:mine")


def home_of(request: PageRequest, text: str) -> Home:
    """The office asked for within the viewer's part, else the viewer's own. Raises E1004."""
    is_number = text.isascii() and text.isdigit()
    if is_number and len(text) > 9:
        raise Refused("E1004")
    asked = int(text) if is_number else request.viewer.office.id
    home = get_home(request.work, asked)
    if not plan_queries.sees(request.viewer, home):
        raise Refused("E1004")
    return home


def _with_planners(request: PageRequest, home: Home, root: Node) -> Iterator[tuple[Node, str]]:
    """Each line, and where the viewer can see to it that it gets a target: the plan above it that is theirs to make, or, of their
    own office, the page on which more is asked for."""
    role, own = request.viewer.role, request.viewer.office.id
    mine = reverse("targets:mine") if own == home.id and home.level != NATION and request.viewer.may_change else ""
    yield root, mine

    def beneath(node: Node) -> Iterator[tuple[Node, str]]:
        makers = plan_queries.MAKES.get(KIND_OF.get(node.child.level, ""), ())
        where = reverse("targets:plan", args=[node.office_id]) if role in makers and node.office_id else ""
        for one in node.beneath:
            yield one, where
            yield from beneath(one)

    yield from beneath(root)


# By the primary key, branch by branch of the scope.
_OFFICE_OF_AGENT: LiteralString = (
    "SELECT coalesce(agency_office_id, sub_branch_id, branch_id)::text FROM agents_agent WHERE id = %s::uuid"
)


def _office_of_figure(request: PageRequest) -> str:
    """The office of which the figure is, or that plans for the agent of whom it is; offices within a branch have their own page."""
    part = Part.of(request.GET)
    if part.is_unknown:
        raise Refused("E1004")
    if part.watch is None or request.viewer.role in (Role.AGENCY, Role.SUB_BRANCH):
        return ""
    if part.watch.level != AGENT:
        return part.watch.key
    row = request.work.row(_OFFICE_OF_AGENT, [part.watch.key])
    if row is None:
        raise Refused("E1004")
    return str(row[0])


def switches(request: PageRequest) -> tuple[int, date | None, str, str]:
    """(year, month or None for the whole year, segment or '', measure) of the address; what is not sound is left out."""
    today = branch_day(request.work.now, request.viewer.office.timezone)
    asked = {
        **request.GET.dict(),
        **{k: v for k, v in request.POST.items() if k in ("year", "month", "segment", "measure")},
    }
    if found := PERIOD.match(str(asked.get("period", ""))):
        asked = {"year": found[1], "month": found[2]} | asked
    text = str(asked.get("year", ""))
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 and int(text) in YEARS else today.year
    number = str(asked.get("month", "" if "year" in asked else str(today.month)))
    is_month = number.isascii() and number.isdigit() and len(number) <= 2 and 1 <= int(number) <= 12
    one = month(year, int(number)) if is_month else None
    segment = asked["segment"] if asked.get("segment") in SEGMENTS else ""
    measure = asked["measure"] if asked.get("measure") in MEASURES else MEASURES[0]
    return year, one, str(segment), str(measure)


def as_of_asked(request: PageRequest, home: Home) -> date | None:
    """The past day of the office that the address asks for; None for today, a day to come, or what is no day."""
    try:
        day = date.fromisoformat(request.GET.get("as_of", ""))
    except ValueError:
        return None
    return day if day.year in YEARS and day < home.today(request.work.now) else None


def switched(request: PageRequest, year: int, one: date | None, segment: str, measure: str) -> dict[str, Any]:
    """What the switch at the top of a page shows."""
    today = branch_day(request.work.now, request.viewer.office.timezone)
    return {
        "year": year,
        "years": range(min(today.year - 3, year), max(today.year + 1, year) + 1),
        "month_number": one.month if one else "",
        "month": one,
        "months": months(year),
        "segment": segment,
        "measure": measure,
        "is_money": measure == "contributions",
    }


def form_of(name: str) -> Callable[[View], View]:
    """A form of the page ``name``: who comes to its address otherwise, back from logging in or by a link of an answer, is led to
    that page."""

    def decorate(view: View) -> View:
        @wraps(view)
        def inner(request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST":
                return view(request, *args, **kwargs)
            if request.method not in ("GET", "HEAD"):
                return HttpResponseNotAllowed(["POST"])
            query = request.GET.urlencode()
            address = reverse(name, args=[next(iter(kwargs.values()))])
            return redirect(f"{address}?{query}" if query else address)

        return inner

    return decorate


def said(refused: Refused | None) -> dict[str, Any] | None:
    return None if refused is None else refused.answer()


def whole(text: str) -> int:
    """Digits with or without points between thousands. Raises E5014."""
    bare = text.strip().replace(".", "").replace(",", "").replace(" ", "").removeprefix("Rp")
    if not (bare.isascii() and bare.isdigit()) or len(bare) > 16:
        raise Refused("E5014")
    return int(bare)


def a_month(text: str) -> date:
    """``2026-11``. Raises E5010."""
    try:
        return date.fromisoformat(f"{text[:7]}-01")
    except ValueError:
        raise Refused("E5010") from None


def a_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _above(request: PageRequest, home: Home) -> list[Home]:
    """The offices between the viewer's and this one."""
    mine = request.viewer.office.id
    inside = home.path[home.path.index(mine) :] if mine in home.path else home.path
    return [get_home(request.work, office) for office in inside[:-1]]


def _self(request: PageRequest) -> tuple[Child, Home | None]:
    """Whose target is the viewer's own; the office, unless it is an agent."""
    level, key = plan_queries.of_viewer(request.viewer)
    office = request.viewer.office
    if request.viewer.agent_id is not None:
        return Child(
            level, key, request.viewer.user.username, request.viewer.user.full_name, branch_id=office.branch_id
        ), None
    home = get_home(request.work, office.id)
    return Child(home.level, home.key, home.code, home.name, branch_id=home.branch_id), home
