"""Staff pages about quota: the month per branch, one branch with its history, and the change with its reason."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from perisai.accounts.audience import ABOVE, STAFF, PageRequest, Role, audience
from perisai.errors import Refused
from perisai.events.work import branch_day
from perisai.offices.models import Office, OfficeKind
from perisai.targets import queries, quota

MODES: dict[str, str | Promise] = {
    "queue": gettext_lazy("Queue: above the cap waits for a decision"),
    "block": gettext_lazy("Block: above the cap waits, nothing is let in"),
    "warn": gettext_lazy("Warn: above the cap is let in and counted apart"),
}
MODE_WORDS: dict[str, str | Promise] = {
    "queue": gettext_lazy("queue"),
    "block": gettext_lazy("block"),
    "warn": gettext_lazy("warn"),
}
REASONS: dict[str, str | Promise] = {
    "assigned": gettext_lazy("Target assigned"),
    "raised": gettext_lazy("Target raised during the month"),
    "capacity": gettext_lazy("The branch cannot serve more"),
    "correction": gettext_lazy("Correction of a mistake"),
}
YEARS = range(2015, 2101)
"""Of the months that an address may ask for; any other is answered with this month."""
EDITORS = (Role.BRANCH_HEAD, Role.HEAD_OFFICE)


@audience(*STAFF, *ABOVE)
@require_GET
def overview(request: PageRequest) -> HttpResponse:
    """The quota of a month for every branch in sight."""
    period = _period(request)
    branches = None if request.viewer.branches is None else list(request.viewer.branches)
    rows = queries.of_month(request.work, branches=branches, period=period)
    context = {
        "rows": [_shown(row) for row in rows],
        "period": period,
        "before": (period - timedelta(days=1)).replace(day=1),
        "after": _next(period),
        "totals": queries.totals(request.work, branches=branches, period=period),
        "mode_words": MODE_WORDS,
    }
    return render(request, "targets/overview.html", context)


@audience(*STAFF, *ABOVE)
@require_GET
def branch(request: PageRequest, branch_id: int) -> HttpResponse:
    return _branch(request, _office(request, branch_id), _period(request))


@audience(*EDITORS)
@require_POST
def change(request: PageRequest, branch_id: int) -> HttpResponse:
    """Sets target, cap and mode of a month, with the reason."""
    office, period = _office(request, branch_id), _period(request)
    try:
        reason = request.POST.get("reason", "")
        if reason not in REASONS:
            raise Refused("E8005")
        cap = quota.set_quota(
            request.work,
            branch_id=branch_id,
            period=period,
            target=_whole(request.POST.get("target", "")),
            cap_percent=_whole(request.POST.get("cap_percent", "")),
            mode=request.POST.get("mode", ""),
            reason=reason,
        )
    except Refused as refused:
        return _branch(request, office, period, refused=refused)
    messages.success(request, _("Saved. The cap is now %(cap)s people.") % {"cap": cap})
    return redirect(f"/console/targets/{branch_id}/?period={period:%Y-%m}")


def _branch(request: PageRequest, office: Office, period: date, refused: Refused | None = None) -> HttpResponse:
    months = queries.months(request.work, branch_id=office.id)
    now = next((month for month in months if month["period"] == period), None)
    context: dict[str, Any] = {
        "office": office,
        "period": period,
        "before": (period - timedelta(days=1)).replace(day=1),
        "after": _next(period),
        "quota": now and _shown(now),
        "months": [_shown(month) for month in months],
        "history": [
            row
            | {
                "why": REASONS.get(row["detail"].get("reason", ""), ""),
                "month": date.fromisoformat(row["detail"]["period"]),
            }
            for row in queries.history(request.work, branch_id=office.id, since=period - timedelta(days=730))
        ],
        "may_edit": request.viewer.role in EDITORS,
        "modes": MODES,
        "mode_words": MODE_WORDS,
        "reasons": REASONS,
        "given": request.POST,
        "refused": refused and {"code": refused.code, "text": refused.text(), "action": refused.action()},
    }
    return render(request, "targets/branch.html", context, status=refused.status if refused else 200)


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """With what is left, and how the use of the cap is to be read: done, needs, stop."""
    if row["cap"] is None:
        return row | {"used": None, "tone": ""}
    used = row["consumed"] + row["leased"]
    share = used * 100 // row["cap"] if row["cap"] else 100
    return row | {
        "used": used,
        "slots_left": max(0, row["cap"] - used),
        "share": share,
        "tone": "stop" if share >= 100 else "needs" if share >= 90 else "done",
    }


def _office(request: PageRequest, branch_id: int) -> Office:
    office = Office.objects.filter(id=branch_id, kind=OfficeKind.BRANCH).first()
    if office is None or not request.viewer.sees_branch(branch_id):
        raise Refused("E1004")
    return office


def _period(request: PageRequest) -> date:
    text = request.POST.get("period") or request.GET.get("period") or ""
    try:
        period = date.fromisoformat(f"{text[:7]}-01")
        if period.year in YEARS:
            return period
    except ValueError:
        pass
    return branch_day(request.work.now, request.viewer.office.timezone).replace(day=1)


def _next(period: date) -> date:
    return (period + timedelta(days=31)).replace(day=1)


def _whole(text: str) -> int:
    """Digits with or without points between thousands. Raises E5002."""
    bare = text.strip().replace(".", "").replace(",", "").replace(" ", "")
    if not bare.isdecimal() or len(bare) > 9:
        raise Refused("E5002")
    return int(bare)
