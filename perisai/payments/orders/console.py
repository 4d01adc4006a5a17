"""Staff pages about orders: one code for many bills, what it costs at each bank, and whose bills it pays."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from perisai.accounts.audience import ABOVE, STAFF, PageRequest, audience
from perisai.errors import Refused
from perisai.given import find_id
from perisai.payments import labels
from perisai.payments.orders import anew as order_anew
from perisai.payments.orders import link as order_link
from perisai.payments.orders import order
from perisai.payments.orders import queries as order_queries

KINDS = ("agent", "group", "employer")


@audience(*STAFF, *ABOVE)
@require_GET
def order_list(request: PageRequest) -> HttpResponse:
    """Orders, newest first; ``state`` and ``q`` (a code) in the address."""
    state = request.GET.get("state", "")
    state = state if state in labels.ORDER_STATES else ""
    q = request.GET.get("q", "").strip()[:20]
    rows = order_queries.orders(
        request.work, viewer=request.viewer, state=state, q=q, before=find_id(request.GET.get("before"))
    )
    context = {
        "rows": [_shown(request, row) for row in rows],
        "after": rows[-1]["id"] if len(rows) == order_queries.PAGE else None,
        "state": state,
        "states": labels.ORDER_STATES,
        "q": q,
        "may_make": request.viewer.role in STAFF,
    }
    return render(request, "payments/orders.html", context)


@audience(*STAFF)
@require_http_methods(["GET", "POST"])
def order_new(request: PageRequest) -> HttpResponse:
    """Choose whose bills, see them with their sum and fees, make one code for those that are ticked, or for all of them."""
    branch_id = request.viewer.office.branch_id
    if branch_id is None:
        raise Refused("E1004")
    given = request.POST if request.method == "POST" else request.GET
    kind = given.get("by", "") if given.get("by", "") in KINDS else KINDS[0]
    payer_id = find_id(given.get("id"))
    refused: Refused | None = None
    payers = order_queries.payers(request.work, viewer=request.viewer, kind=kind, branch_id=branch_id)
    if payer_id not in {one["id"] for one in payers}:
        payer_id = None
    if request.method == "POST":
        try:
            with transaction.atomic():
                made = _make(request, branch_id, kind, payer_id)
        except Refused as error:
            refused = error
        else:
            messages.success(request, _("Made. Whoever pays this code pays all of these bills at once."))
            return redirect("payments:order", branch_id, made.id)
    context = _choice(request, branch_id, kind, payer_id) | {"payers": payers, "refused": refused and refused.answer()}
    return render(request, "payments/order_new.html", context, status=refused.status if refused else 200)


@audience(*STAFF, *ABOVE)
@require_GET
def order_page(request: PageRequest, branch_id: int, order_id: UUID) -> HttpResponse:
    return _page(request, branch_id, order_id)


@audience(*STAFF)
@require_POST
def order_cancel(request: PageRequest, branch_id: int, order_id: UUID) -> HttpResponse:
    """The code stops working; its bills stay open, each with its own."""
    _get(request, branch_id, order_id)
    try:
        order.cancel(request.work, branch_id=branch_id, order_id=order_id)
    except Refused as refused:
        return _page(request, branch_id, order_id, refused)
    messages.success(request, _("Cancelled. Each bill can still be paid with its own code."))
    return redirect("payments:order", branch_id, order_id)


def _make(request: PageRequest, branch_id: int, kind: str, payer_id: UUID | None) -> order.Order:
    """Raises E1004 for a payer not of the viewer's part, E4301 for bills that are not open, not this payer's, or not of it."""
    if payer_id is None:
        raise Refused("E1004")
    only = (
        None if request.POST.get("all") else {found for one in request.POST.getlist("bill") if (found := find_id(one))}
    )
    ids = order_queries.bill_ids(
        request.work, branch_id=branch_id, viewer=request.viewer, kind=kind, payer_id=payer_id, only=only
    )
    if only is not None and len(ids) < len(only) <= order.MOST_BILLS:
        raise Refused("E4301", count=len(only) - len(ids))
    return order.make(
        request.work,
        branch_id=branch_id,
        timezone=request.viewer.office.timezone,
        bill_ids=ids,
        payer_kind=kind,
        payer_id=payer_id,
    )


def _choice(request: PageRequest, branch_id: int, kind: str, payer_id: UUID | None) -> dict[str, Any]:
    work, viewer = request.work, request.viewer
    rows: list[dict[str, Any]] = []
    count = amount = 0
    if payer_id:
        rows, count, amount = order_queries.bills(
            work, branch_id=branch_id, viewer=viewer, kind=kind, payer_id=payer_id
        )
    return {
        "kind": kind,
        "kinds": {name: labels.PAYERS[name] for name in KINDS},
        "payer_id": payer_id,
        "rows": rows,
        "count": count,
        "amount": amount,
        "is_cut": count > len(rows),
        "banks": fees(order_queries.banks(work), count),
        "zone": viewer.office.timezone,
    }


def _page(request: PageRequest, branch_id: int, order_id: UUID, refused: Refused | None = None) -> HttpResponse:
    found = _get(request, branch_id, order_id)
    work = request.work
    rows = order_queries.members(work, branch_id=branch_id, order_id=order_id)
    sums = order_queries.sums(work, branch_id=branch_id, order_id=order_id)
    has_ended = found["state"] == "cancelled" or (found["state"] == "open" and sums["lost"] > 0)
    context = {
        "it": _shown(request, found),
        "rows": [row | {"label": labels.BILL_STATES[row["state"]]} for row in rows],
        "sums": sums,
        "anew": order_anew.find(work, branch_id=branch_id, order_id=order_id) if has_ended else None,
        "is_cut": found["count"] > len(rows),
        "banks": fees(order_queries.banks(work), found["count"]),
        "link": settings.ORIGIN + order_link.make(branch_id=branch_id, order_id=order_id, pay_by=found["pay_by"]),
        "may_cancel": found["state"] == "open" and request.viewer.role in STAFF,
        "refused": refused and refused.answer(),
    }
    return render(request, "payments/order.html", context, status=refused.status if refused else 200)


def _get(request: PageRequest, branch_id: int, order_id: UUID) -> dict[str, Any]:
    found = order_queries.find(request.work, viewer=request.viewer, branch_id=branch_id, order_id=order_id)
    if found is None:
        raise Refused("E1004")
    return found


def _shown(request: PageRequest, row: dict[str, Any]) -> dict[str, Any]:
    is_over = row["state"] == "open" and row["pay_by"] < request.work.now
    label = labels.ORDER_STATES["expired" if is_over else row["state"]]
    return row | {"label": label, "payer_kind": labels.PAYERS[row["payer_kind"]]}


def fees(banks: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """What paying costs at each bank beside the dues: at once, and one by one. Rupiah."""
    return [
        bank | {"apart": bank["fee_rupiah"] * count, "saved": bank["fee_rupiah"] * max(count - 1, 0)} for bank in banks
    ]
