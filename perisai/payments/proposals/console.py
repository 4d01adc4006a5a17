"""Staff pages of what waits for a second person: money to be booked by hand or paid back, cash that counts as received without a
deposit, and receipts for cash that count no more."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from perisai.accounts.audience import ABOVE, PageRequest, Role, audience
from perisai.custody import labels as custody_labels
from perisai.custody import review, void
from perisai.errors import Refused
from perisai.payments import labels
from perisai.payments.proposals import proposal
from perisai.payments.suspense import pay_back, suspense

DECIDERS: Final = (Role.BRANCH, Role.BRANCH_HEAD, Role.HEAD_OFFICE)
SEES: Final = (Role.BRANCH, Role.BRANCH_HEAD, *ABOVE)
"""Who sees whole branches: what is proposed names members of every part."""
DEEDS: Final[dict[str, proposal.Deed]] = {
    "attach": suspense.attach_proposed,
    "pay_back": suspense.refund_proposed,
    "settle_cash": review.settle_proposed,
    "void_cash": void.void_proposed,
}
ABOUT_RECEIPTS: Final = ("settle_cash", "void_cash")


@audience(*SEES)
@require_GET
def proposals(request: PageRequest) -> HttpResponse:
    """What waits, for whom, and what was decided."""
    return _page(request)


@audience(*DECIDERS)
@require_POST
def proposal_decide(request: PageRequest, branch_id: int, proposal_id: UUID) -> HttpResponse:
    """Approve it, and so do it, or reject it."""
    if not request.viewer.sees_branch(branch_id):
        raise Refused("E1004")
    mark = request.work.mark()
    try:
        with transaction.atomic():  # a refusal is shown on the page, and leaves nothing
            if request.POST.get("decide") == "approve":
                proposal.approve(request.work, branch_id=branch_id, proposal_id=proposal_id, deeds=DEEDS)
            else:
                proposal.reject(request.work, branch_id=branch_id, proposal_id=proposal_id)
    except Refused as refused:
        request.work.forget_since(mark)
        return _page(request, refused)
    messages.success(request, _("Decided."))
    return redirect("payments:proposals")


@audience(Role.HEAD_OFFICE)
@require_POST
def pay_back_decide(request: PageRequest, pay_back_id: UUID) -> HttpResponse:
    """As ``proposal_decide``, about money of no branch."""
    try:
        with transaction.atomic():
            decide = pay_back.approve if request.POST.get("decide") == "approve" else pay_back.reject
            decide(request.work, pay_back_id=pay_back_id)
    except Refused as refused:
        return _page(request, refused)
    messages.success(request, _("Decided."))
    return redirect("payments:proposals")


def shown(request: PageRequest, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of ``proposal`` with their words, and whether this viewer may decide."""
    decides = request.viewer.role in DECIDERS
    see = request.viewer.sees_branch
    return [
        row
        | {
            "is_receipt": row["kind"] in ABOUT_RECEIPTS,
            "is_linked": row["kind"] in ABOUT_RECEIPTS
            or request.viewer.branches is None
            or (row["told_to"] is not None and see(row["told_to"])),
            "label": labels.PROPOSAL_STATES[row["state"]],
            "what": labels.PROPOSALS[row["kind"]],
            "why": _why(row["asked"].get("reason", "")),
            "is_own": row["proposed_by"] == request.user.id,
            "may_decide": decides and row["state"] == "proposed" and row["proposed_by"] != request.user.id,
        }
        for row in rows
    ]


def _why(reason: str) -> object:
    return labels.REASONS.get(reason) or custody_labels.VOIDS.get(reason, "")


def _page(request: PageRequest, refused: Refused | None = None) -> HttpResponse:
    both = [
        *pay_back.listed(request.work, viewer=request.viewer),
        *proposal.listed(request.work, viewer=request.viewer),
    ]
    rows = shown(request, sorted(both, key=lambda row: row["state"] != "proposed"))
    context = {"rows": rows, "refused": refused and refused.answer()}
    return render(request, "payments/proposals.html", context, status=refused.status if refused else 200)
