"""Staff pages of attempts: the list, one paper with its key, annulling; and what answers say about questions."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from perisai.accounts.audience import ABOVE, STAFF, PageRequest, audience
from perisai.errors import Refused
from perisai.exams import paper, queries, result, statistics
from perisai.exams.console import EDITORS, REASONS, bank_of, branch_of, frame, outcome
from perisai.given import find_id
from perisai.offices.tree import Office, OfficeKind

OUTCOMES: dict[str, str | Promise] = {
    "running": gettext_lazy("In progress"),
    "passed": gettext_lazy("Passed"),
    "failed": gettext_lazy("Not passed"),
    "annulled": gettext_lazy("Annulled"),
}
VERDICTS: dict[str, tuple[str | Promise, str, str]] = {
    "good": (gettext_lazy("Good"), "done", "circle-check"),
    "few": (gettext_lazy("Too few answers yet"), "", "hourglass"),
    "hard": (gettext_lazy("Too hard"), "needs", "arrow-up"),
    "easy": (gettext_lazy("Too easy"), "needs", "arrow-down"),
    "weak": (gettext_lazy("Does not tell good from weak"), "needs", "alert-triangle"),
    "wrong": (gettext_lazy("Look at the key: weak candidates do better"), "stop", "circle-x"),
}
COLOURS = {
    "done": "var(--color-done)",
    "needs": "var(--color-needs)",
    "stop": "var(--color-stop)",
    "": "var(--color-edge)",
}


@audience(*STAFF, *ABOVE)
@require_GET
def attempt_list(request: PageRequest, branch_id: int) -> HttpResponse:
    """Filters in the address: ``outcome``, ``q``, and ``before`` for older ones."""
    office = branch_of(request, branch_id)
    chosen = request.GET.get("outcome", "")
    rows = queries.attempts(
        request.work,
        viewer=request.viewer,
        branch_id=office.id,
        outcome=chosen,
        q=request.GET.get("q", "").replace("\x00", "")[:100],
        before=find_id(request.GET.get("before")),
    )
    more = len(rows) > queries.PAGE
    context = frame(
        request,
        office,
        "attempts",
        rows=[row | {"came_out": outcome(row)} for row in rows[: queries.PAGE]],
        after=rows[queries.PAGE - 1]["id"] if more else None,
        outcomes=OUTCOMES,
        chosen=chosen if chosen in OUTCOMES else "",
    )
    return render(request, "exams/attempts.html", context)


@audience(*STAFF, *ABOVE)
@require_GET
def attempt_page(request: PageRequest, branch_id: int, attempt_id: Any) -> HttpResponse:
    return _page(request, branch_of(request, branch_id), attempt_id)


@audience(*EDITORS)
@require_POST
def attempt_annul(request: PageRequest, branch_id: int, attempt_id: Any) -> HttpResponse:
    office, form = branch_of(request, branch_id), request.POST
    try:
        result.annul(
            request.work,
            branch_id=office.id,
            attempt_id=attempt_id,
            reason=form.get("reason", "").replace("\x00", "")[:40],
            note=form.get("note", ""),
        )
    except Refused as refused:
        if refused.code != "E9311":
            raise
        return _page(request, office, attempt_id, refused)
    messages.success(request, _("The result is annulled. It no longer counts for a licence."))
    return redirect("exams:attempt", office.id, attempt_id)


@audience(*STAFF, *ABOVE)
@require_GET
def statistics_page(request: PageRequest, branch_id: int) -> HttpResponse:
    """Over all exams of the branch, or ``?exam=``; of the national bank over all branches."""
    office = bank_of(request, branch_id)
    chosen = find_id(request.GET.get("exam"))
    if office.kind == OfficeKind.HEAD:
        exams, items = [], statistics.gathered(request.work, owner_id=office.id)
    else:
        exams = queries.exams(request.work, branch_id=office.id)
        items = statistics.items(request.work, branch_id=office.id, exam_id=chosen)
    rows = [row | {"label": VERDICTS[row["verdict"]]} for row in items]
    context = frame(
        request,
        office,
        "statistics",
        rows=rows,
        points=[point for row in rows if (point := _point(row))],
        doubtful=sum(row["verdict"] not in ("good", "few") for row in rows),
        judged=sum(row["verdict"] != "few" for row in rows),
        exams=exams,
        chosen=chosen,
        least=statistics.LEAST,
        gathered_at=next((row["gathered_at"] for row in rows if "gathered_at" in row), None),
        axis_y=[(10, "1"), (110, "0.5"), (210, "0"), (310, "-0.5")],
    )
    return render(request, "exams/statistics.html", context)


def _page(request: PageRequest, office: Office, attempt_id: Any, refused: Refused | None = None) -> HttpResponse:
    found = paper.find_attempt(request.work, branch_id=office.id, attempt_id=attempt_id)
    trainee = found and queries.sees_trainee(
        request.work, viewer=request.viewer, branch_id=office.id, trainee_id=found["trainee_id"]
    )
    if found is None or trainee is None:
        raise Refused("E1004")
    context = frame(
        request,
        office,
        "attempts",
        attempt=found | {"came_out": outcome(found)},
        trainee=trainee,
        # While an attempt runs, nobody sees its paper with the key.
        lines=paper.lines(request.work, branch_id=office.id, attempt_id=attempt_id) if found["ended_at"] else [],
        reasons=REASONS,
        refused=refused and refused.answer(),
        given=request.POST,
    )
    return render(request, "exams/attempt.html", context, status=refused.status if refused else 200)


def _point(row: dict[str, Any]) -> dict[str, Any] | None:
    """A dot of the chart: 0 to 100 % right across 600 units, discrimination 1 to -0.5 down 300."""
    if row["point_biserial"] is None or row["verdict"] == "few":
        return None
    height = min(1.0, max(-0.5, row["point_biserial"]))
    return row | {
        "x": round(40 + row["p"] * 600),
        "y": round(10 + (1 - height) * 200),
        "colour": COLOURS[row["label"][1]],
        "percent": round(row["p"] * 100),
    }
