"""Staff pages about money: payments, what waits for a decision, one notification, and the banks' settings."""

import json
from datetime import datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from perisai.accounts.audience import ABOVE, STAFF, PageRequest, Role, audience
from perisai.errors import Refused
from perisai.events.vault import Unreadable, unseal
from perisai.events.work import branch_day
from perisai.given import find_id
from perisai.payments import labels, queries
from perisai.payments.banks import settings as bank_settings
from perisai.payments.codes.code import mask_nik
from perisai.payments.crediting.allocation import Plan
from perisai.payments.models import Bank
from perisai.payments.orders import anew as order_anew
from perisai.payments.orders.order import Order
from perisai.payments.proposals import proposal
from perisai.payments.proposals.console import DECIDERS, shown
from perisai.payments.suspense import pay_back, suspense

SEES_QUEUE = (Role.BRANCH, Role.BRANCH_HEAD, *ABOVE)
"""A notification belongs to a branch, not to a part of it, and names its member."""
SEES_BANKS = (Role.HEAD_OFFICE, Role.AUDITOR)


@audience(Role.AGENCY, *STAFF, *ABOVE)
@require_GET
def payment_list(request: PageRequest) -> HttpResponse:
    """Confirmed payments, newest first, with today's sum."""
    q, bank = request.GET.get("q", "").strip()[:128], request.GET.get("bank", "")
    rows = queries.payments(
        request.work, viewer=request.viewer, q=q, bank=bank, before=find_id(request.GET.get("before"))
    )
    zone = request.viewer.office.timezone
    today = datetime.combine(branch_day(request.work.now, zone), time(), ZoneInfo(zone))
    count, amount = queries.totals(request.work, viewer=request.viewer, since=today)
    sees_queue = request.viewer.role in SEES_QUEUE
    context = {
        "rows": [row | {"source": labels.SOURCES[row["source"]]} for row in rows],
        "after": rows[-1]["id"] if len(rows) == queries.PAGE else None,
        "q": q,
        "bank": bank,
        "banks": queries.banks(request.work),
        "today": {"count": count, "amount": amount},
        "waiting": queries.waiting(request.work, viewer=request.viewer) if sees_queue else None,
        "sees_banks": request.viewer.role in SEES_BANKS,
        "sees_orders": request.viewer.role in (*STAFF, *ABOVE),
    }
    return render(request, "payments/list.html", context)


@audience(*SEES_QUEUE)
@require_GET
def notification_list(request: PageRequest) -> HttpResponse:
    """What banks told us; first what waits for a decision."""
    state = request.GET.get("state", "suspense")
    state = state if state in labels.STATES else ""
    q, bank = request.GET.get("q", "").strip()[:128], request.GET.get("bank", "")
    rows = queries.notifications(
        request.work, viewer=request.viewer, state=state, q=q, bank=bank, before=find_id(request.GET.get("before"))
    )
    context = {
        "rows": [_shown(row) for row in rows],
        "after": rows[-1]["id"] if len(rows) == queries.PAGE else None,
        "state": state,
        "states": labels.STATES,
        "q": q,
        "bank": bank,
        "banks": queries.banks(request.work),
        "waiting": queries.waiting(request.work, viewer=request.viewer),
        "for_me": sum(count for _key, count, _at in proposal.waiting(request.work, viewer=request.viewer)),
    }
    return render(request, "payments/notifications.html", context)


@audience(*SEES_QUEUE)
@require_GET
def notification_page(request: PageRequest, notification_id: UUID) -> HttpResponse:
    return _notification(request, notification_id)


@audience(*DECIDERS)
@require_POST
def notification_decide(request: PageRequest, notification_id: UUID) -> HttpResponse:
    """Show what booking it would do, propose that, or that the bank pays it back; the reason is kept."""
    reason, note = request.POST.get("reason", ""), request.POST.get("note", "").strip()
    found = _get_notification(request, notification_id)
    decide, code, ahead = request.POST.get("decide"), request.POST.get("code", ""), bool(request.POST.get("ahead"))
    try:
        if decide == "preview":
            plan = suspense.preview(request.work, amount=found["amount"], code=code, ahead=ahead)
            return _notification(request, notification_id, plan=plan)
        with transaction.atomic():
            if decide == "attach":
                asked: dict[str, Any] = {"code": code, "reason": reason, "note": note, "ahead": ahead}
                suspense.propose(request.work, notification_id=notification_id, **asked)
                messages.success(request, _("Proposed. Another person decides about it."))
            else:
                suspense.propose_refund(request.work, notification_id=notification_id, reason=reason, note=note)
                messages.success(request, _("Proposed. Another person decides about it."))
    except Refused as refused:
        return _notification(request, notification_id, refused)
    return redirect("payments:notifications")


@audience(*SEES_BANKS)
@require_GET
def bank_list(request: PageRequest) -> HttpResponse:
    context = {
        "banks": Bank.objects.order_by("name"),
        "may_edit": request.viewer.role is Role.HEAD_OFFICE,
        "choices": labels.CHOICES,
    }
    return render(request, "payments/banks.html", context)


@audience(Role.HEAD_OFFICE)
@require_http_methods(["GET", "POST"])
def bank_page(request: PageRequest, bank_id: str) -> HttpResponse:
    """The settings of one bank; ``new`` makes one. The secret is written and never shown."""
    is_new = bank_id == "new"
    bank = None if is_new else Bank.objects.filter(id=bank_id).first()
    if bank is None and not is_new:
        raise Refused("E1004")
    refused: Refused | None = None
    if request.method == "POST":
        target = request.POST.get("id", "").strip() if is_new else bank_id
        try:
            bank_settings.save(request.work, bank_id=target, given=request.POST.dict(), is_new=is_new)
        except Refused as error:
            refused = error
        else:
            messages.success(request, _("Saved. The new settings hold from now on."))
            return redirect("payments:banks")
    context = {
        "bank": bank,
        "given": request.POST if refused else bank,
        "choices": labels.CHOICES,
        "refused": refused and refused.answer(),
        "is_new": is_new,
    }
    return render(request, "payments/bank.html", context, status=refused.status if refused else 200)


def _notification(
    request: PageRequest, notification_id: UUID, refused: Refused | None = None, plan: Plan | Order | None = None
) -> HttpResponse:
    found = _get_notification(request, notification_id)
    response = _object(found["response"])
    context = {
        "it": found,
        "label": labels.STATES[found["state"]],
        "answer": labels.answer_words(found["response_code"]),
        "message": response.get("responseMessage", ""),
        "body": _shown_body(found),
        "headers": sorted(_object(found["headers"]).items()),
        "decision": _decision(found["resolution"]),
        "proposals": shown(request, _proposals(request, notification_id)),
        "anew": order_anew.of_code(request.work, branch_id=found["branch_id"], code=found["payment_code"])
        if found["state"] == "suspense" and found["payment_code"]
        else None,
        "may_decide": found["state"] == "suspense" and request.viewer.role in DECIDERS,
        "reasons": labels.REASONS,
        "given": request.POST,
        "plan": plan if isinstance(plan, Plan) else None,
        "order": plan if isinstance(plan, Order) else None,
        "refused": refused and refused.answer(),
    }
    return render(request, "payments/notification.html", context, status=refused.status if refused else 200)


def _proposals(request: PageRequest, notification_id: UUID) -> list[dict[str, Any]]:
    work, viewer = request.work, request.viewer
    of_branch = proposal.about(work, viewer=viewer, kind="attach", or_kind="pay_back", subject_id=notification_id)
    return [*pay_back.about(work, viewer=viewer, notification_id=notification_id), *of_branch]


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"label": labels.STATES[row["state"]], "answer": labels.answer_words(row["response_code"])}


def _get_notification(request: PageRequest, notification_id: UUID) -> dict[str, Any]:
    found = queries.find_notification(request.work, viewer=request.viewer, notification_id=notification_id)
    if found is None:
        raise Refused("E1004")
    return found


def _shown_body(found: dict[str, Any]) -> str:
    """The bank's words, indented; a NIK that serves as number is masked wherever it stands."""
    try:
        body = orjson.loads(unseal(found["body"]))
    except (Unreadable, orjson.JSONDecodeError):
        return ""
    text = json.dumps(body, ensure_ascii=False, indent=2)
    number = body.get("customerNo") if isinstance(body, dict) else None
    if found["channel"] == "nik" and isinstance(number, str) and number:
        text = text.replace(number, mask_nik(number))
    return text


def _decision(resolution: str) -> dict[str, Any] | None:
    if not resolution:
        return None
    decision = _object(resolution)
    return {
        "what": labels.DECISIONS.get(decision["decision"], ""),
        "why": labels.REASONS.get(decision["reason"], ""),
        "note": decision["note"],
        "at": datetime.fromisoformat(decision["at"]),
    }


def _object(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(value) if isinstance(value, str | bytes) else value or {}
    return found
