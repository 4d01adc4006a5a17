"""Pages of reports: days, weeks and months of a scope, as a page, PDF and workbook; the recap of today; who has what sent."""

from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from perisai.accounts import watching, words
from perisai.accounts.audience import ABOVE, STAFF, PageRequest, Role, audience
from perisai.accounts.words import say
from perisai.errors import Refused
from perisai.events.work import branch_day
from perisai.figures.definition import figures
from perisai.offices import calendar
from perisai.offices.scopes import UnknownScope, Watch
from perisai.reports import content, desk, letter, paper, recap, said, schedule, span, workbook
from perisai.tables.download import download
from perisai.written import Language

SEES: Final = (Role.AGENCY, *STAFF, *ABOVE)
SHOWN: Final[dict[span.Kind, int]] = {"daily": 14, "weekly": 26, "monthly": 24}


@audience(*SEES)
@require_GET
def start(request: PageRequest) -> HttpResponse:
    """The viewer's own scope."""
    return _scope_page(request, watching.own(request.viewer))


@audience(*SEES)
@require_GET
def scope_page(request: PageRequest, level: str, key: str) -> HttpResponse:
    """Today's recap, and the days, weeks and months that can be opened. ``kind`` in the address."""
    return _scope_page(request, _scope(request, level, key))


@audience(*SEES)
@require_GET
def report(request: PageRequest, level: str, key: str, kind: str, day: str) -> HttpResponse:
    """One report; ``form`` pdf or xlsx, else a page. ``as_of``: as it was known on that day."""
    scope = _scope(request, level, key)
    today = _today(request)
    chosen = span.read(kind, day, today)
    try:
        read = content.read(request.work, scope=scope, span=chosen, as_of=_as_of(request, today))
    except UnknownScope:
        raise Refused("E1004") from None
    language = words.language()
    name = f"perisai-{scope.level}-{scope.key}-{chosen.kind}-{chosen.period.first}"
    form = request.GET.get("form", "")
    if form == "pdf":
        office = request.viewer.office
        zone = calendar.of_office(request.work, office.id)
        made = paper.make(
            read,
            address=letter.address(scope, chosen, read.as_of),
            made_at=request.work.now.astimezone(ZoneInfo(zone.timezone)),
            timezone_name=zone.zone,
            language=language,
        )
        return download(made, f"{name}.pdf", "application/pdf")
    if form == "xlsx":
        return download(workbook.make(read, language=language), f"{name}.xlsx")
    context = {
        "scope": scope,
        "content": read,
        "title": said.KINDS[language][chosen.kind],
        "period": said.span(chosen, language),
        "before": span.of(chosen.kind, chosen.before.first),
        "after": _after(chosen, today),
        "sections": _sections(read, scope, language),
        "head": [paper.pick(figures()[name].label, language) for name in content.shape().beneath],
        "rows": _rows(read, language),
        "late": _late(read, language),
        "apart": said.apart(read.apart, language) if read.apart else "",
        "is_past": read.as_of != today,
        "whole_month": paper.whole_month(read, language),
    }
    return render(request, "reports/report.html", context)


@audience(*SEES)
@require_POST
def subscribe(request: PageRequest, level: str, key: str) -> HttpResponse:
    """Has a kind sent, or no more (``stop``)."""
    scope = _scope(request, level, key)
    kind = request.POST.get("kind", "")
    sender = desk.find(request.work, scope)
    if kind not in span.KINDS or sender is None:
        raise Refused("E1004")
    given: dict[str, Any] = {"desk": sender, "user": request.viewer.user, "scope": scope, "kind": kind}
    try:
        if request.POST.get("stop"):
            schedule.stop(request.work, **given)
        else:
            schedule.start(request.work, **given)
    except Refused as refused:
        return _scope_page(request, scope, refused)
    messages.success(request, say("Tersimpan.", "Saved."))
    return redirect("reports:scope", scope.level, scope.key)


def _scope_page(request: PageRequest, scope: Watch, refused: Refused | None = None) -> HttpResponse:
    work, language, today = request.work, words.language(), _today(request)
    sender = desk.find(work, scope)
    if sender is None:
        raise Refused("E1004")
    own = calendar.of_office(work, sender.office_id)
    try:
        day = recap.look(work, scope=scope, timezone=own.timezone)
    except UnknownScope:
        raise Refused("E1004") from None
    kind: span.Kind = next((one for one in span.KINDS if one == request.GET.get("kind")), "weekly")
    mine = schedule.mine(work, desk=sender, user=request.viewer.user, scope=scope)
    context = {
        "scope": scope,
        "name": day.of_day.name,
        "recap": recap.write(day, own=own, language=language),
        "kind": kind,
        "kinds": [(one, said.KINDS[language][one], one in mine) for one in span.KINDS],
        "spans": [
            (one, said.span(one, language), one.period.last >= today) for one in span.recent(kind, today, SHOWN[kind])
        ],
        "may_subscribe": request.viewer.may_change,
        "zone": own.zone,
        "email": request.viewer.user.email,
        "refused": refused and refused.answer(),
    }
    return render(request, "reports/scope.html", context, status=refused.status if refused else 200)


def _scope(request: PageRequest, level: str, key: str) -> Watch:
    try:
        scope = Watch.parse(level, key)
    except UnknownScope:
        raise Refused("E1004") from None
    if not watching.sees(request.work, request.viewer, scope):
        raise Refused("E2006")
    return scope


def _sections(read: content.Content, scope: Watch, language: Language) -> list[dict[str, Any]]:
    values = read.figures.values
    before = read.figures.compared.values if read.figures.compared else {}
    first, last = read.span.period
    return [
        {
            "title": paper.pick(section.title, language),
            "has_target": "target" in section.figures,
            "rows": [
                {
                    "label": paper.pick(figures()[name].label, language),
                    "what": paper.pick(figures()[name].what, language),
                    "value": said.amount(values.get(name), figures()[name].unit, language),
                    "before": said.amount(before.get(name), figures()[name].unit, language),
                    "change": said.change(values.get(name), before.get(name), figures()[name].unit, language),
                    "address": figures()[name].address(scope, first, last, read.as_of),
                }
                for name in section.figures
            ],
        }
        for section in content.shape().sections
    ]


def _rows(read: content.Content, language: Language) -> list[dict[str, Any]]:
    return [
        {
            "name": child.name,
            "code": child.code,
            "scope": child.scope,
            "cells": [
                (
                    paper.pick(figures()[name].label, language),
                    said.amount(child.values.get(name), figures()[name].unit, language),
                )
                for name in content.shape().beneath
            ],
        }
        for child in read.children
    ]


def _late(read: content.Content, language: Language) -> list[tuple[str, str, str]]:
    """(figure, came after the period, came after this reading) of what came late at all."""
    names = [name for name in read.late.after_period.keys() | read.late.since.keys() if name in figures()]
    order = list(figures())
    return [
        (
            paper.pick(figures()[name].label, language),
            said.amount(read.late.after_period.get(name, 0), figures()[name].unit, language),
            said.amount(read.late.since.get(name, 0), figures()[name].unit, language),
        )
        for name in sorted(names, key=order.index)
    ]


def _after(chosen: span.Span, today: date) -> span.Span | None:
    following = span.of(chosen.kind, date.fromordinal(chosen.period.last.toordinal() + 1))
    return following if following.period.first <= span.latest(chosen.kind, today) else None


def _today(request: PageRequest) -> date:
    return branch_day(request.work.now, request.viewer.office.timezone)


def _as_of(request: PageRequest, today: date) -> date:
    try:
        return min(today, max(span.EARLIEST, date.fromisoformat(request.GET.get("as_of", ""))))
    except ValueError:
        return today
