"""`/console/members/reviews/`: the queue of what a person has to decide, and the page to decide it on.

Here and not in ``members``, because it also judges ops, and ``sync`` sits above the rooms.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from perisai.accounts.audience import ABOVE, STAFF, PageRequest, audience
from perisai.errors import Refused
from perisai.events.work import branch_day
from perisai.members import labels, queries
from perisai.members.photos import due as photo_due
from perisai.members.reviews import review
from perisai.offices.models import Office, Region
from perisai.web.console import op_review
from perisai.web.console.compare import Side, lines

MOST = 200


@audience(*STAFF, *ABOVE)
@require_GET
def queue(request: PageRequest) -> HttpResponse:
    """Open items, due first first; filters in the address."""
    asked = request.GET
    state = "decided" if asked.get("state") == "decided" else "open"
    rows = queries.queue(
        request.work,
        viewer=request.viewer,
        state=state,
        reason=asked.get("reason", "") if asked.get("reason", "") in labels.REASONS else "",
        owner=asked.get("owner", ""),
        q=asked.get("q", "").strip()[:100],
        late=asked.get("late") == "1",
        limit=MOST,
    )
    offices = Office.objects.in_bulk({row["branch_id"] for row in rows})
    context = {
        "rows": [
            row
            | {
                "why": labels.REASONS.get(row["reason"], row["reason"]),
                "label": labels.REVIEWS[row["state"]],
                "overdue": row["state"] == "open" and row["due_at"] < request.work.now,
                "office": offices.get(row["branch_id"]),
            }
            for row in rows
        ],
        "state": state,
        "most": MOST,
        "counts": queries.queue_counts(request.work, viewer=request.viewer),
        "reasons": labels.REASONS,
    }
    return render(request, "members/reviews.html", context)


@audience(*STAFF, *ABOVE)
@require_GET
def item(request: PageRequest, branch_id: int, review_id: UUID) -> HttpResponse:
    return _page(request, branch_id, review_id)


@audience(*STAFF)
@require_POST
def take(request: PageRequest, branch_id: int, review_id: UUID) -> HttpResponse:
    """Makes the item the viewer's own."""
    queries.get_review(request.work, viewer=request.viewer, branch_id=branch_id, review_id=review_id)
    try:
        review.take(request.work, branch_id=branch_id, review_id=review_id)
        messages.success(request, _("This item is yours now."))
    except Refused as refused:
        if refused.code != "E8001":
            raise
        _tell(request, refused)
    return redirect("console:review", branch_id=branch_id, review_id=review_id)


@audience(*STAFF)
@require_POST
def decide(request: PageRequest, branch_id: int, review_id: UUID) -> HttpResponse:
    """Accepts or refuses, keeps the reason, and opens the next item. Whoever comes second is told who decided."""
    found = queries.get_review(request.work, viewer=request.viewer, branch_id=branch_id, review_id=review_id)
    decision, _sep, quick = request.POST.get("decide", "").partition(":")
    note = " · ".join(part for part in (quick, request.POST.get("note", "").strip()) if part)
    try:
        said = _decide(request, found, decision, note)
    except Refused as refused:
        if refused.code == "E8001":
            _tell(request, refused)
            return redirect("console:review", branch_id=branch_id, review_id=review_id)
        return _page(request, branch_id, review_id, refused=refused, note=note)
    messages.success(request, said)
    following = queries.next_review(request.work, viewer=request.viewer, after=found["due_at"], but=review_id)
    if following is None:
        return redirect("console:reviews")
    return redirect("console:review", branch_id=following[0], review_id=following[1])


def _decide(request: PageRequest, found: dict[str, Any], decision: str, note: str) -> str:
    work, branch_id, review_id = request.work, found["branch_id"], found["id"]
    if found["enrolment_id"] is None:
        if decision == "accept":
            op_review.judge_now(work, branch_id=branch_id, review_id=review_id, note=note)
            return _("The record was judged.")
        op_review.close(work, branch_id=branch_id, review_id=review_id, note=note)
        return _("Closed, with the reason.")
    timezone = Office.objects.values_list("timezone", flat=True).get(id=branch_id)
    if found["reason"] == photo_due.REASON:
        return _decide_photo(request, found, decision, note, timezone)
    if decision == "accept":
        review.accept(work, branch_id=branch_id, timezone=timezone, review_id=review_id, note=note)
        return _("Accepted; the bill is on its way to the agent's phone.")
    review.reject(work, branch_id=branch_id, review_id=review_id, note=note)
    return _("Refused, with the reason.")


def _decide_photo(request: PageRequest, found: dict[str, Any], decision: str, note: str, timezone: str) -> str:
    which = {"branch_id": found["branch_id"], "review_id": found["id"], "note": note}
    if decision == "accept":
        photo_due.wait_longer(request.work, today=branch_day(request.work.now, timezone), **which)
        return _("The agent has two more weeks to bring the picture.")
    photo_due.do_without(request.work, **which)
    return _("No picture is awaited any more.")


def _page(
    request: PageRequest, branch_id: int, review_id: UUID, *, refused: Refused | None = None, note: str = ""
) -> HttpResponse:
    """The item; with ``refused`` it says why a decision did not go through, and the Work is undone by its status."""
    found = queries.get_review(request.work, viewer=request.viewer, branch_id=branch_id, review_id=review_id)
    reason = found["reason"]
    context: dict[str, Any] = {
        "review": found,
        "why": labels.REASONS.get(reason, reason),
        "label": labels.REVIEWS[found["state"]],
        "overdue": found["state"] == "open" and found["due_at"] < request.work.now,
        "zone": Office.objects.values_list("timezone", flat=True).get(id=branch_id),
        "may_decide": request.viewer.role in STAFF and found["state"] == "open",
        "quick_accept": labels.QUICK_ACCEPT.get(reason, ()),
        "quick_reject": labels.QUICK_REJECT.get(reason, labels.QUICK_OTHER),
        "labels": labels,
        "refused": refused and refused.answer(),
        "note": note,
    }
    if found["enrolment_id"] is not None:
        context |= _sides(request, found)
        template = "members/review.html"
    else:
        context["op"] = found["device_id"] and op_review.show(
            request.work, branch_id=branch_id, device_id=found["device_id"], op_id=found["op_id"]
        )
        template = "members/review_op.html"
    return render(request, template, context, status=refused.status if refused else 200)


def _sides(request: PageRequest, found: dict[str, Any]) -> dict[str, Any]:
    """The new record, the likely others of this branch beside it, and the names of other branches that hold the NIK."""
    branch_id, own = found["branch_id"], found["enrolment_id"]
    here = [c for c in found["candidates"] if c["branch"] == branch_id]
    enrolments = [UUID(c["enrolment"]) for c in here if c.get("enrolment")]
    persons = [UUID(c["person"]) for c in here if c.get("person")]
    rows = queries.records(request.work, branch_id=branch_id, enrolments=[own, *enrolments], persons=persons)
    for row, region in zip(rows, _regions([row["region_code"] for row in rows]), strict=True):
        row["region_name"] = region
        row["label"] = labels.STATES[row["state"]]
    new = next(row for row in rows if row["id"] == own)
    offices = Office.objects.in_bulk({c["branch"] for c in found["candidates"]})
    sides = [
        Side(
            _record(rows, own, candidate) if candidate["branch"] == branch_id else None,
            min(candidate["score"], 1000) // 10,
            offices[candidate["branch"]].name if candidate["branch"] in offices else "",
        )
        for candidate in found["candidates"]
    ]
    new["nik_hash"] = b"same" if found["reason"] == "identity_same" else None
    for side in sides:
        if side.record is not None:
            side.record["nik_hash"] = new["nik_hash"]
    evidence = queries.evidence(request.work, branch_id=branch_id, enrolment_id=own)
    member = queries.get_member(request.work, viewer=request.viewer, branch_id=branch_id, enrolment_id=own)
    return {
        "new": new,
        "sides": sides,
        "lines": lines(new, sides),
        "member": member,
        "agent_name": new["agent_name"],
        "warnings": [labels.WARNINGS.get(code, code) for code in member["warnings"]],
        "photos": [photo for photo in evidence["photos"] if photo["complete_at"]],
        "past": [each for each in evidence["reviews"] if each["id"] != found["id"]],
    }


def _record(rows: list[dict[str, Any]], own: UUID, candidate: dict[str, Any]) -> dict[str, Any] | None:
    keys = (candidate.get("enrolment"), candidate.get("person"))
    return next((r for r in rows if r["id"] != own and (str(r["id"]) in keys or str(r["person_id"]) in keys)), None)


def _regions(codes: list[str]) -> list[str]:
    known = Region.objects.in_bulk({code for full in codes for code in (full, full[:5])})
    return [", ".join(known[c].name for c in (full, full[:5]) if c in known) or full for full in codes]


def _tell(request: PageRequest, refused: Refused) -> None:
    language = "en" if request.user.language == "en" else "id"
    messages.error(request, refused.text()[language])
