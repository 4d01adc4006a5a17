"""Pages where bank statements are taken, differences are cleared up, and days are closed."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from perisai.accounts.audience import ABOVE, PageRequest, Role, audience
from perisai.errors import Refused
from perisai.events import vault
from perisai.given import get_id
from perisai.payments.refunds.console import DECIDERS
from perisai.reconciliation import account, deciding, labels, queries, taking
from perisai.reconciliation import day as days
from perisai.reconciliation.reading import LIMITS

CLEARS: Final = (Role.BRANCH, Role.BRANCH_HEAD, Role.HEAD_OFFICE)
SEES: Final = (Role.BRANCH, Role.BRANCH_HEAD, *ABOVE)
SEES_DAYS: Final = (Role.HEAD_OFFICE, Role.AUDITOR)
"""A statement is of one account for the whole country."""


@audience(*SEES)
@require_GET
def page(request: PageRequest) -> HttpResponse:
    """What is to be cleared up; for head office also the days and the form for another statement."""
    return _page(request)


@audience(Role.HEAD_OFFICE)
@require_POST
def send(request: PageRequest) -> HttpResponse:
    """Takes a statement, all of it or nothing."""
    given = request.FILES.get("file")
    try:
        if given is None or given.size is None or given.size > LIMITS.size:
            raise Refused("E4801", why=LIMITS.said_size if given else "-")
        bank_id = request.POST.get("bank", "")
        with transaction.atomic():  # what was stored before the file was refused is not shown either
            taking.take(request.work, bank_id=bank_id, name=given.name or "", data=given.read())
    except Refused as refused:
        return _page(request, refused)
    messages.success(request, _("Taken and matched. What differs stands on the list."))
    return redirect("reconciliation:page")


@audience(*SEES_DAYS)
@require_GET
def day_page(request: PageRequest, bank_id: str, day: str) -> HttpResponse:
    return _day(request, bank_id, _date(day))


@audience(Role.HEAD_OFFICE)
@require_POST
def day_close(request: PageRequest, bank_id: str, day: str) -> HttpResponse:
    try:
        days.close(request.work, bank_id=bank_id, day=_date(day))
    except Refused as refused:
        return _day(request, bank_id, _date(day), refused)
    messages.success(request, _("The day is closed."))
    return redirect("reconciliation:day", bank_id, day)


@audience(*SEES)
@require_GET
def item_page(request: PageRequest, item_id: UUID) -> HttpResponse:
    return _item(request, item_id)


@audience(*CLEARS)
@require_POST
def item_decide(request: PageRequest, item_id: UUID) -> HttpResponse:
    """One of the decisions, a note, or taking it up."""
    try:
        with transaction.atomic():  # a refusal is shown on the page, and leaves nothing
            _decide(request, item_id)
    except Refused as refused:
        return _item(request, item_id, refused)
    messages.success(request, _("Saved."))
    return redirect("reconciliation:item", item_id)


@audience(Role.HEAD_OFFICE)
@require_http_methods(["GET", "POST"])
def account_page(request: PageRequest, bank_id: str) -> HttpResponse:
    """The account's number, written and never shown whole, and how its statements are read."""
    bank = request.work.dicts("SELECT id, name FROM payments_bank WHERE id = %s", [bank_id])
    if not bank:
        raise Refused("E1004")
    refused: Refused | None = None
    if request.method == "POST":
        try:
            account.save(request.work, bank_id=bank_id, given=request.POST.dict())
        except Refused as error:
            refused = error
        else:
            messages.success(request, _("Saved. The new settings hold from now on."))
            return redirect("reconciliation:page")
    found = account.find(request.work, bank_id)
    context = {
        "bank": bank[0],
        "it": found,
        "given": request.POST
        if refused
        else found or {"window_days": 2, "fee_each": 0, "fee_bps": 0, "settles": "each"},
        "settles": labels.SETTLES,
        "refused": refused and refused.answer(),
    }
    return render(request, "reconciliation/account.html", context, status=refused.status if refused else 200)


def _page(request: PageRequest, refused: Refused | None = None) -> HttpResponse:
    sees_days = request.viewer.role in SEES_DAYS
    mine = request.GET.get("mine") == "1"
    context = {
        "items": [_shown(one) for one in queries.left(request.work, viewer=request.viewer, mine=mine)],
        "waiting": queries.waiting(request.work, viewer=request.viewer),
        "mine": mine,
        "sees_days": sees_days,
        "days": [_shown_day(one) for one in queries.days(request.work)] if sees_days else [],
        "accounts": days.banks_of(request.work) if sees_days else [],
        "banks": request.work.dicts("SELECT id, name FROM payments_bank ORDER BY name") if sees_days else [],
        "may_send": request.viewer.role is Role.HEAD_OFFICE,
        "refused": refused and refused.answer(),
    }
    return render(request, "reconciliation/page.html", context, status=refused.status if refused else 200)


def _day(request: PageRequest, bank_id: str, day: date, refused: Refused | None = None) -> HttpResponse:
    state = days.state(request.work, bank_id=bank_id, day=day)
    bank = next((one for one in days.banks_of(request.work) if one["bank_id"] == bank_id), None)
    if bank is None:
        raise Refused("E1004")
    items = queries.of_day(request.work, viewer=request.viewer, bank_id=bank_id, day=day)
    context = {
        "state": state,
        "bank": bank,
        "label": labels.DAY_STATES["closed" if state.is_closed else "explained" if state.is_explained else "open"],
        "items": [_shown(one) for one in items],
        "unexplained": [(labels.KINDS[kind], count, amount) for kind, count, amount in state.unexplained],
        "statements": queries.statements(request.work, bank_id=bank_id, day=day),
        "may_close": request.viewer.role is Role.HEAD_OFFICE and not state.is_closed,
        "refused": refused and refused.answer(),
    }
    return render(request, "reconciliation/day.html", context, status=refused.status if refused else 200)


def _item(request: PageRequest, item_id: UUID, refused: Refused | None = None) -> HttpResponse:
    found = queries.find(request.work, viewer=request.viewer, item_id=item_id)
    if found is None:
        raise Refused("E1004")
    is_left = found["state"] in ("open", "waiting")
    may_decide = is_left and request.viewer.role in CLEARS
    context = {
        "it": _shown(found),
        "told": vault.unseal(found["told_sealed"]).decode() if found["told_sealed"] else "",
        "notes": [
            one | {"what": labels.DONE.get(one["what"], one["what"])} for one in queries.notes(request.work, item_id)
        ],
        "decisions": {code: labels.DECISIONS[code] for code in deciding.DECISIONS[found["kind"]]} if may_decide else {},
        "reasons": {code: labels.REASONS[code] for code in deciding.REASONS[found["kind"]]},
        "halves": queries.halves(request.work, viewer=request.viewer, item=found) if may_decide else [],
        "take_back": queries.to_take_back(request.work, item=found)
        if may_decide and request.viewer.role in DECIDERS
        else [],
        "decision": labels.DECISIONS.get(found["decision"], ""),
        "why": labels.REASONS.get(found["reason"], ""),
        "sees_days": request.viewer.role in SEES_DAYS,
        "given": request.POST,
        "refused": refused and refused.answer(),
    }
    return render(request, "reconciliation/item.html", context, status=refused.status if refused else 200)


def _decide(request: PageRequest, item_id: UUID) -> None:
    work, given = request.work, request.POST
    act, note = given.get("act", ""), given.get("note", "")
    acts: dict[str, Callable[[], object]] = {
        "take": lambda: deciding.take(work, item_id=item_id),
        "note": lambda: deciding.add_note(work, item_id=item_id, note=note),
        "wait": lambda: deciding.wait(work, item_id=item_id, until=_date(given.get("until", "")), note=note),
        "explain": lambda: deciding.explain(work, item_id=item_id, reason=given.get("reason", ""), note=note),
        "attach": lambda: deciding.attach(
            work, item_id=item_id, other_id=get_id(given.get("other"), "E4809", why="-"), note=note
        ),
        "suspense": lambda: deciding.to_suspense(work, item_id=item_id, note=note),
        "credit": lambda: deciding.credit(work, item_id=item_id, code=given.get("code", ""), note=note),
        "refund": lambda: deciding.refund(work, item_id=item_id, note=note),
    }
    if act not in acts:
        raise Refused("E4809", why=act[:20] or "-")
    acts[act]()


def _shown(item: dict[str, Any]) -> dict[str, Any]:
    return item | {"label": labels.STATES[item["state"]], "kind_text": labels.KINDS[item["kind"]]}


def _shown_day(row: dict[str, Any]) -> dict[str, Any]:
    state = "closed" if row["closed_at"] else "open" if row["left"] else "explained"
    return row | {"label": labels.DAY_STATES[state]}


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("E4809", why=text[:20] or "-") from None
