"""The time machine: a scope as it was known at the end of a past day, beside another period, and what came late. No stream; nothing
moves, and the same day is always told the same."""

from datetime import date, timedelta
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from perisai import written
from perisai.accounts import words
from perisai.accounts.audience import PageRequest
from perisai.events.reading import once, read
from perisai.events.work import branch_day
from perisai.figures import readings
from perisai.figures.definition import figures
from perisai.figures.outcome import Child, Figures
from perisai.figures.period import Period, month_end
from perisai.figures.readings import as_of_in
from perisai.figures.target import apart
from perisai.offices.scopes import Place
from perisai.reports import content, said
from perisai.reports.paper import pick
from perisai.web.live import past_leaders
from perisai.written import Language

EARLIEST: Final = date(2015, 1, 1)
HEADLINES: Final = (
    "paying",
    "captured",
    "accepted",
    "active",
    "contributions",
    "arrears",
    "custody",
    "licences_ending",
    "quota_left",
)
FUNNEL: Final = ("cohort_accepted", "cohort_first_paid", "cohort_paying_3", "cohort_paying_6", "cohort_paying_12")
LATE: Final = ("captured", "accepted", "active", "contributions", "payments")


def asked_day(request: PageRequest) -> date | None:
    """The past day that an address asks for; None for today, and, with a word on the page, for a day to come or what is no day."""
    today = branch_day(request.work.now, request.viewer.office.timezone)
    asked = request.GET.get("as_of", "")
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        day = None
    if day is not None and EARLIEST <= day < today:
        return day
    if asked and day != today:
        messages.error(
            request, _("%(day)s is no day to look back to. This is how things stand now.") % {"day": asked[:20]}
        )
    return None


def page(request: PageRequest, place: Place, day: date, above: list[tuple[str, str]]) -> HttpResponse:
    """The month up to that day, the day itself, what stood beneath, day by day and what came late. A fixed number of statements."""
    work, scope, language = request.work, place.watch, words.language()
    rows, now = once(work.dicts), work.now
    month = Period(day.replace(day=1), day)
    compare = _compared(request.GET.get("compare", ""), day)
    of_month = read(readings.of(scope, month, day, now, compare=compare), rows)
    of_day = read(readings.of(scope, Period.day(day), day, now), rows)
    beneath = read(readings.children(scope, month, day, now), rows)
    before = read(readings.children(scope, compare, as_of_in(compare, month, day), now), rows) if compare else []
    days = read(readings.series(scope, "accepted", Period(month.first, month_end(day)), day, now), rows)
    late = read(readings.late(scope, month, day, now), rows)
    context = {
        "place": place,
        "above": above,
        "day": day,
        "yesterday": day - timedelta(days=1),
        "tomorrow": day + timedelta(days=1),
        "today": branch_day(work.now, request.viewer.office.timezone),
        "compare": request.GET.get("compare", "") if compare else "",
        "compared": compare and f"{written.day(compare.first, language)} – {written.day(compare.last, language)}",
        "standing_on": of_month.standing_on,
        "headlines": [_told(name, of_month, of_day, language) for name in HEADLINES],
        "funnel": _funnel(of_month, language),
        "run_rate": read(readings.rate(scope, Period.month(day), day, now), rows),
        "apart": apart(scope, of_month.values["target"], (child.values["target"] for child in beneath)),
        "is_sum": of_month.of_agents,
        "bars": _bars(days),
        "width": 10 * len(days),
        "head": [pick(figures()[name].label, language) for name in content.shape().beneath],
        "rows": _rows(beneath, before, language, month, day),
        "rankings": past_leaders.of(request, rows, place, day, {child.scope.key for child in beneath}, language),
        "has_choice": not place.watch.has_detail,
        "shows_agents": request.GET.get("leaders") == "agents",
        "late": [
            (pick(figures()[name].label, language), _amount(name, late.since.get(name), language))
            for name in LATE
            if late.since.get(name)
        ],
    }
    return render(request, "live/past.html", context)


def _compared(text: str, day: date) -> Period | None:
    """The month before or the same month of the year before, up to the same day; or a month by itself (``2025-10``)."""
    if text == "month":
        last = day.replace(day=1) - timedelta(days=1)
        return Period(last.replace(day=1), last.replace(day=min(day.day, last.day)))
    if text == "year":
        end = month_end(date(day.year - 1, day.month, 1))
        return Period(end.replace(day=1), end.replace(day=min(day.day, end.day)))
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return Period.month(first) if EARLIEST <= first < day.replace(day=1) else None


def _told(name: str, month: Figures, of_day: Figures, language: Language) -> dict[str, Any]:
    """``day`` only for what is counted by day; what stands as of a day has one value."""
    figure = figures()[name]
    before = month.compared.values.get(name) if month.compared else None
    value = month.values.get(name)
    return {
        "label": pick(figure.label, language),
        "what": pick(figure.what, language),
        "is_money": figure.unit == "rupiah",
        "value": _amount(name, value, language),
        "day": _amount(name, of_day.values.get(name), language) if figure.source.counter is not None else None,
        "before": _amount(name, before, language) if month.compared else None,
        "change": said.change(value, before, figure.unit, language) if month.compared else None,
        "address": figure.address(month.scope, month.period.first, month.period.last, month.as_of),
    }


def _funnel(month: Figures, language: Language) -> list[dict[str, Any]]:
    whole = month.values.get(FUNNEL[0])
    return [
        {
            "label": pick(figures()[name].label, language),
            "value": said.amount(value, "persons", language),
            "percent": None if value is None or not whole else value * 100 // whole,
        }
        for name in FUNNEL
        if (value := month.values.get(name)) is not None
    ]


def _bars(days: list[tuple[date, int | None]]) -> list[dict[str, Any]]:
    """Bars of at most 100 high, ten units a day; every fifth day is named."""
    most = max((value or 0 for _day, value in days), default=0)
    bars = []
    for n, (day, value) in enumerate(days):
        share = 0 if not most else max(0, value or 0) * 100 // most
        named = n % 5 == 0
        bars.append({"day": day, "value": value, "share": share, "x": n * 10, "y": 100 - share, "is_named": named})
    return bars


def _rows(
    beneath: list[Child], before: list[Child], language: Language, month: Period, day: date
) -> list[dict[str, Any]]:
    """Each cell: what it is called, its value, the value of the other period, the list behind it, and whether it is a sum of
    agents' targets."""
    known = {child.scope: child for child in before}
    rows = []
    for child in sorted(beneath, key=lambda child: -(child.values.get("accepted") or 0)):
        then = known.get(child.scope)
        cells = [
            (
                pick(figures()[name].label, language),
                _amount(name, child.values.get(name), language),
                _amount(name, then.values.get(name), language) if then else "",
                figures()[name].address(child.scope, month.first, month.last, day),
                name == "target" and child.of_agents,
            )
            for name in content.shape().beneath
        ]
        rows.append({"scope": child.scope, "name": child.name, "code": child.code, "cells": cells})
    return rows


def _amount(name: str, value: int | None, language: Language) -> str:
    return said.amount(value, figures()[name].unit, language)
