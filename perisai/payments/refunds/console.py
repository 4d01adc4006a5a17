"""Staff pages about money that may go back: what is held for members, proposals, and the queue where another person decides."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from perisai.accounts.audience import ABOVE, PageRequest, Role, audience
from perisai.errors import Refused
from perisai.given import find_id
from perisai.payments import labels
from perisai.payments.orders import queries as order_queries
from perisai.payments.refunds import queries as refund_queries
from perisai.payments.refunds import refund
from perisai.payments.refunds.refund import Proposal

DECIDERS = (Role.BRANCH, Role.BRANCH_HEAD)
READERS = (*DECIDERS, *ABOVE)


@audience(*READERS)
@require_GET
def held_list(request: PageRequest) -> HttpResponse:
    """Money of members that no bill has taken yet, the oldest first."""
    count, amount = refund_queries.held_total(request.work, viewer=request.viewer)
    context = {
        "rows": refund_queries.held(request.work, viewer=request.viewer),
        "count": count,
        "amount": amount,
        "may_propose": request.viewer.role in DECIDERS,
    }
    return render(request, "payments/held.html", context)


@audience(*READERS)
@require_GET
def refund_list(request: PageRequest) -> HttpResponse:
    return _list(request)


@audience(*DECIDERS)
@require_GET
def refund_find(request: PageRequest) -> HttpResponse:
    """From a payment code to the page where a refund of that member is proposed."""
    found = refund_queries.find_by_code(request.work, viewer=request.viewer, code=request.GET.get("code", "").strip())
    if found is None:
        return _list(request, Refused("E4002"))
    return redirect("payments:refund_new", *found)


@audience(*DECIDERS)
@require_http_methods(["GET", "POST"])
def refund_new(request: PageRequest, branch_id: int, enrolment_id: UUID) -> HttpResponse:
    """Proposes to give back money held, or to take back a payment."""
    if not request.viewer.sees_branch(branch_id):
        raise Refused("E1004")
    if request.method == "POST":
        asked = _asked(request, enrolment_id)
        return _act(
            request,
            lambda: refund.propose(request.work, branch_id=branch_id, asked=asked),
            lambda refused: _new(request, branch_id, enrolment_id, refused),
            _("Proposed. Another person decides about it."),
        )
    return _new(request, branch_id, enrolment_id)


@audience(*DECIDERS)
@require_POST
def refund_decide(request: PageRequest, branch_id: int, refund_id: UUID) -> HttpResponse:
    """Approve, reject, or note that the bank has paid it out."""
    if not request.viewer.sees_branch(branch_id):
        raise Refused("E1004")
    work, decide = request.work, request.POST.get("decide")

    def act() -> None:
        if decide == "approve":
            zone = request.viewer.office.timezone
            refund.approve(work, branch_id=branch_id, timezone=zone, refund_id=refund_id)
        elif decide == "paid":
            bank, reference = request.POST.get("bank", ""), request.POST.get("reference", "")
            refund.pay_out(work, branch_id=branch_id, refund_id=refund_id, bank_id=bank, reference=reference)
        else:
            refund.reject(work, branch_id=branch_id, refund_id=refund_id)

    return _act(request, act, lambda refused: _list(request, refused), _("Decided."))


def _asked(request: PageRequest, enrolment_id: UUID) -> Proposal:
    given = request.POST
    text = given.get("amount", "").strip().replace(".", "")
    amount = int(text) if text.isascii() and text.isdecimal() and len(text) <= 13 else 0
    reason, note = given.get("reason", ""), given.get("note", "").strip()
    return Proposal(enrolment_id, reason, note, amount=amount, payment_id=find_id(given.get("payment")))


def _act(
    request: PageRequest, act: Callable[[], Any], again: Callable[[Refused], HttpResponse], words: str
) -> HttpResponse:
    """A refusal half way leaves nothing behind."""
    try:
        with transaction.atomic():
            act()
    except Refused as refused:
        return again(refused)
    messages.success(request, words)
    return redirect("payments:refunds")


def _list(request: PageRequest, refused: Refused | None = None) -> HttpResponse:
    state = request.GET.get("state", "")
    state = state if state in labels.REFUND_STATES else ""
    rows = refund_queries.refunds(request.work, viewer=request.viewer, state=state)
    decides = request.viewer.role in DECIDERS
    context = {
        "rows": [_shown(request, row, decides) for row in rows],
        "state": state,
        "states": labels.REFUND_STATES,
        "banks": order_queries.banks(request.work) if decides else [],
        "decides": decides,
        "refused": refused and refused.answer(),
    }
    return render(request, "payments/refunds.html", context, status=refused.status if refused else 200)


def _shown(request: PageRequest, row: dict[str, Any], decides: bool) -> dict[str, Any]:
    is_own = row["proposed_by"] == request.user.id
    return row | {
        "label": labels.REFUND_STATES[row["state"]],
        "why": labels.REFUND_REASONS.get(row["reason"], ""),
        "is_own": is_own,
        "may_decide": decides and row["state"] == "proposed" and not is_own,
        "may_pay": decides and row["state"] == "approved",
    }


def _new(request: PageRequest, branch_id: int, enrolment_id: UUID, refused: Refused | None = None) -> HttpResponse:
    member = refund_queries.member(request.work, branch_id=branch_id, enrolment_id=enrolment_id)
    if member is None:
        raise Refused("E1004")
    there = refund_queries.held(request.work, viewer=request.viewer, enrolment_id=enrolment_id)
    context = {
        "member": member,
        "branch_id": branch_id,
        "held": there[0]["amount"] if there else 0,
        "payments": refund_queries.payments(request.work, branch_id=branch_id, enrolment_id=enrolment_id),
        "reasons": labels.REFUND_REASONS,
        "given": request.POST or request.GET,
        "refused": refused and refused.answer(),
    }
    return render(request, "payments/refund_new.html", context, status=refused.status if refused else 200)
