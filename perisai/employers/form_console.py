"""Parts of the form of an employer that answer while it is filled: villages by name, and the scale by what was typed."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from perisai.accounts.audience import PageRequest, audience
from perisai.contributions.rules.in_force import load
from perisai.contributions.tariffs.scale import suggest
from perisai.employers.console import EDITORS, amount_of
from perisai.events.work import branch_day
from perisai.offices import villages


@audience(*EDITORS)
@require_GET
def village_search(request: PageRequest) -> HttpResponse:
    """``village``: some letters of a name, or a code."""
    return render(request, "employers/villages.html", village_context(request, request.GET.get("village", "")))


@audience(*EDITORS)
@require_GET
def scale_by_figures(request: PageRequest) -> HttpResponse:
    """``sales`` and ``capital`` as typed."""
    today = branch_day(request.work.now, request.viewer.office.timezone)
    return render(request, "employers/scale.html", scale_context(request.GET, today))


def village_context(request: PageRequest, text: str, chosen: str = "") -> dict[str, Any]:
    """``chosen``: the code that stands in the form."""
    found = villages.search(request.work, branch_id=request.viewer.office.branch_id, text=text)
    if len(found) == 1:
        chosen = found[0].code
    return {"villages": found, "village": text, "chosen_village": chosen}


def scale_context(given: Any, today: date) -> dict[str, Any]:
    sales, capital = amount_of(given.get("sales")), amount_of(given.get("capital"))
    found = suggest(sales=sales, capital=capital, on=today)
    chosen = given.get("scale", "")
    name = load().pu.scales[found.scale].name if found else None
    return {
        "suggested": found,
        "suggested_name": {"id": name.id, "en": name.en} if name else None,
        "is_other": bool(found and chosen and chosen != found.scale),
    }
