"""``/kelompok/<token>/``: for a group's coordinator: who is paid, and the code to pay with; first name and initial, no number."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from perisai.accounts import own_page
from perisai.accounts.audience import public
from perisai.documents.papers import short_name
from perisai.errors import Refused
from perisai.events.scope import Scope
from perisai.events.work import Work, branch_day
from perisai.members.cover import cover_of
from perisai.payers import link, queries


@public
@require_safe
def page(request: HttpRequest, token: str) -> HttpResponse:
    """One answer for a link that is wrong and for one whose holder speaks for the group no more. Raises E1005 above the limits."""
    try:
        branch_id, coordinator_id = own_page.by_link(request, token, kind="group", read=link.LINKS.read)
    except Refused as refused:
        if refused.code != "E9109":
            raise
        return _answer(request, {}, 404)
    context = _read(branch_id, coordinator_id)
    return _answer(request, context, 200 if context else 410)


def _read(branch_id: int, coordinator_id: UUID) -> dict[str, Any]:
    with Work.open(scope=Scope.branch(branch_id)) as work:
        found = link.find(work, branch_id=branch_id, coordinator_id=coordinator_id)
        if found is None:
            return {}
        today = branch_day(work.now, found["timezone"])
        months = link.six_months(today)
        rows = queries.members(work, viewer=None, branch_id=branch_id, group_id=found["id"], since=months[0])
    rows = [row for row in rows if row["state"] != "ended"]
    covers = [
        cover_of(state=row["state"], paid_through=row["paid_through"], today=today, segment=row["segment"])
        for row in rows
    ]
    shown = [
        {
            "name": short_name(row["name"]),
            "cover": cover,
            "owes": row["amount"] if row["bill_id"] and not row["sponsor_id"] else None,
        }
        for row, cover in zip(rows, covers, strict=True)
    ]
    paid = sum(one.word == "paid" for one in covers)
    return {"group": found, "members": shown, "paid": paid, "month": today.replace(day=1)}


def _answer(request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
    response = render(request, "payers/coordinator.html", context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response
