"""Staff pages over all agents: licences that need attention, and where agents work."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from perisai.accounts.audience import ABOVE, STAFF, PageRequest, Role, audience
from perisai.accounts.words import say
from perisai.agents import coverage, ending
from perisai.agents.rules import figure
from perisai.errors import Refused
from perisai.events.work import branch_day
from perisai.offices.tree import Office, OfficeKind

MOST = 500
FEW_NEW, MOST_NEW = 5, 100
"""New agents to suggest places for: unless asked otherwise, and at most."""


@audience(Role.AGENCY, *STAFF, *ABOVE)
@require_GET
def licences(request: PageRequest) -> HttpResponse:
    today = branch_day(request.work.now, request.viewer.office.timezone)
    context = {
        "rows": ending.soon(request.work, viewer=request.viewer, today=today),
        "renewals": ending.asked(request.work, viewer=request.viewer, today=today),
        "doubtful": ending.doubtful(request.work, viewer=request.viewer, today=today),
        "needed": figure("renewal_credit_minutes", today),
        "window": figure("renewal_days", today),
    }
    return render(request, "agents/expiring.html", context)


@audience(*STAFF, *ABOVE)
@require_GET
def coverage_start(request: PageRequest) -> HttpResponse:
    """The only branch there is to see, or a choice of branches."""
    branches = request.viewer.branches
    if branches is not None and len(branches) == 1:
        return _coverage(request, branches[0])
    found = Office.objects.filter(kind=OfficeKind.BRANCH).order_by("name")
    if branches is not None:
        found = found.filter(id__in=branches)
    return render(request, "agents/coverage.html", {"branches": list(found[:MOST])})


@audience(*STAFF, *ABOVE)
@require_GET
def coverage_branch(request: PageRequest, branch_id: int) -> HttpResponse:
    return _coverage(request, branch_id)


def _coverage(request: PageRequest, branch_id: int) -> HttpResponse:
    office = Office.objects.filter(id=branch_id, kind=OfficeKind.BRANCH).first()
    if office is None or not request.viewer.sees_branch(branch_id):
        raise Refused("E1004")
    today = branch_day(request.work.now, office.timezone)
    found = coverage.map_of(request.work, branch_id=branch_id, today=today)
    sort, descending = _sort(request.GET.get("sort", "-load"))
    more = _more(request.GET.get("new", ""))
    context = {
        "branch": office,
        "month": today.replace(day=1),
        "offices": sorted(found.offices, key=_SORTS[sort], reverse=descending),
        "columns": _columns(sort, descending),
        "regencies": found.regencies,
        "legend": [*zip([0, *(most + 1 for most in found.steps)], [*found.steps, None], range(5), strict=True)],
        "heavy": sum(one.is_heavy for one in found.offices),
        "heaviest": max((one for one in found.offices if one.per_agent), key=_SORTS["load"], default=None),
        "more": more,
        "suggested": coverage.suggest(found.offices, more),
        "empty_districts": sum(one.empty for one in found.offices),
        "all_districts": sum(len(one.tiles) for one in found.offices),
    }
    return render(request, "agents/coverage.html", context)


_SORTS: dict[str, Callable[[coverage.Covered], Any]] = {
    "name": lambda one: one.name.lower(),
    "agents": lambda one: one.agents,
    "licensed": lambda one: one.licensed,
    "share": lambda one: one.share,
    "load": lambda one: (bool(one.share and not one.agents), one.per_agent or 0),
    "captured": lambda one: one.captured,
    "empty": lambda one: one.empty,
}


def _sort(asked: str) -> tuple[str, bool]:
    name = asked.removeprefix("-")
    return (name, asked.startswith("-")) if name in _SORTS else ("load", True)


def _more(asked: str) -> int:
    return min(int(asked), MOST_NEW) if asked.isascii() and asked.isdecimal() and len(asked) < 4 else FEW_NEW


def _columns(sort: str, descending: bool) -> list[dict[str, str]]:
    """Of the table: what it is called, the address that sorts by it, and how it is sorted now."""
    words = {
        "name": say("Kantor", "Office"),
        "agents": say("Agen", "Agents"),
        "licensed": say("Boleh bekerja", "May work"),
        "share": say("Bagian target", "Part of the target"),
        "load": say("Pekerja per agen", "Workers per agent"),
        "captured": say("Terdaftar bulan ini", "Enrolled this month"),
        "empty": say("Kecamatan tanpa agen", "Districts without agent"),
    }
    return [
        {
            "key": key,
            "word": word,
            "to": key if (key == sort and descending) or (key == "name" and key != sort) else f"-{key}",
            "now": ("descending" if descending else "ascending") if key == sort else "",
        }
        for key, word in words.items()
    ]
