"""Staff pages about the quota: every branch of a month, one branch with all that moves its cap, and requests for more."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, TypeVar

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from perisai.accounts.audience import ABOVE, STAFF, PageRequest, Role, audience
from perisai.errors import Refused
from perisai.events.work import branch_day
from perisai.figures import kept
from perisai.members.reviews.admit import list_waiting
from perisai.offices.part import Part
from perisai.offices.scopes import BRANCH, REGION
from perisai.offices.tree import Office, OfficeKind, branches_under
from perisai.targets.quotas import ceiling, forecast, lease, queries, request
from perisai.targets.quotas import labels as quota_labels
from perisai.targets.quotas import merge as quota_merge
from perisai.targets.quotas import setting as quota_setting
from perisai.targets.quotas import then as quota_then
from perisai.targets.quotas.setting import add_months

YEARS = range(2015, 2101)
"""Of the months that an address may ask for; any other is answered with this month."""
EDITORS = (Role.BRANCH_HEAD, Role.REGION, Role.HEAD_OFFICE)
"""A branch's head within ``ceiling``."""
MOST_SHOWN = 50
T = TypeVar("T")


@audience(*STAFF, *ABOVE)
@require_GET
def overview(asked: PageRequest) -> HttpResponse:
    """The quota that a month lies in, for every branch in sight, or for those of the scope of a figure; with ``as_of`` as it stood
    at the end of that day."""
    period, part = period_asked(asked), Part.of(asked.GET)
    branches = None if asked.viewer.branches is None else list(asked.viewer.branches)
    if part.is_unknown:
        raise Refused("E1004")
    if part.watch is not None and part.watch.level in (REGION, BRANCH):
        under = branches_under(int(part.watch.key))
        branches = [each for each in under if asked.viewer.sees_branch(each)]
    day = kept.asked_day(asked.GET.get("as_of"), branch_day(asked.work.now, asked.viewer.office.timezone))
    if day is not None:
        rows = [_stood(row) for row in quota_then.of_day(asked.work, branches=branches, day=day)]
        then = {"rows": rows, "as_of": day, "part": part, "part_name": part.name(asked.work)}
        return render(asked, "targets/overview_then.html", then)
    context = {
        "rows": [_shown(row) for row in queries.of_month(asked.work, branches=branches, period=period)],
        **_months(period),
        "part": part,
        "part_name": part.name(asked.work),
        "totals": queries.totals(asked.work, branches=branches, period=period),
        "mode_words": quota_labels.MODE_WORDS,
    }
    return render(asked, "targets/overview.html", context)


@audience(*STAFF, *ABOVE)
@require_GET
def branch(asked: PageRequest, branch_id: int) -> HttpResponse:
    return branch_page(asked, find_office(asked, branch_id), period_asked(asked))


@audience(*STAFF, *ABOVE)
@require_GET
def requests(asked: PageRequest) -> HttpResponse:
    """Requests for more quota of the branches in sight, those that wait first."""
    branches = None if asked.viewer.branches is None else list(asked.viewer.branches)
    return requests_page(asked, request.of_branches(asked.work, branches=branches))


def requests_page(asked: PageRequest, rows: list[dict[str, Any]], refused: Refused | None = None) -> HttpResponse:
    context = {
        "requests": [_request(row) for row in rows],
        "may_decide": asked.viewer.role in request.DECIDES,
        "given": asked.POST,
        "refused": _refused(refused),
    }
    return render(asked, "targets/quota_requests.html", context, status=refused.status if refused else 200)


def branch_page(asked: PageRequest, office: Office, period: date, refused: Refused | None = None) -> HttpResponse:
    """Everything about one branch's quota; eleven statements, one more for who may change it."""
    work, role = asked.work, asked.viewer.role
    today = branch_day(work.now, office.timezone)
    rows = queries.months(work, branch_id=office.id)
    now = [_shown(row) for row in rows if row["period"] <= period < add_months(row["period"], row["months"])]
    settings = quota_setting.settings(work, branch_id=office.id)
    setting = quota_setting.in_force(settings, period)
    is_present = bool(now) and now[0]["period"] <= today.replace(day=1) <= quota_labels.last_month(
        now[0]["period"], now[0]["months"]
    )
    waiting, total = list_waiting(work, branch_id=office.id, months=_span(now), most=MOST_SHOWN)
    context: dict[str, Any] = {
        "office": office,
        "today": today,
        **_months(period),
        "quotas": now,
        "first": now[0] if now else None,
        "rows": [_shown(row) for row in rows],
        "forecasts": _forecasts(asked, office.id, today) if is_present else {},
        "leases": _leases(asked, office.id, now),
        "lease_ends": quota_labels.lease_ends(),
        "waiting": waiting,
        "waiting_total": total,
        "requests": [_request(row) for row in request.of_branches(work, branches=[office.id], most=10)],
        "history": [
            _changed(row) for row in queries.history(work, branch_id=office.id, since=period - timedelta(days=730))
        ],
        "settings": settings,
        "setting": setting,
        "every": quota_labels.every(),
        "warnings": quota_labels.warnings(),
        "may_edit": role in EDITORS,
        "was": _was(asked, office.id, period, now[0] if now else None, setting) if role in EDITORS else {},
        "both": _both(refused),
        "is_rules": "from_month" in asked.POST,
        "is_bound": role in EDITORS and role not in ceiling.UNBOUND,
        "given_above": ceiling.given(work, branch_id=office.id, month=period) if role in EDITORS else {},
        "may_ask": role in request.ASKS,
        "may_decide": role in request.DECIDES,
        "modes": _only(quota_labels.modes(), ceiling.modes(role, now[0]["mode"] if now else setting.mode)),
        "rules_modes": _only(quota_labels.MODE_WORDS, ceiling.modes(role, setting.mode)),
        "mode_words": quota_labels.MODE_WORDS,
        "reasons": quota_labels.REASONS,
        "given": asked.POST,
        "refused": _refused(refused),
    }
    return render(asked, "targets/branch.html", context, status=refused.status if refused else 200)


def _both(refused: Refused | None) -> list[dict[str, Any]]:
    """What two officers changed, in words, with the name of its field."""
    found = refused.found if isinstance(refused, quota_merge.Clash) else []
    words, say_ = quota_labels.setting_words(), quota_labels.value_word
    return [
        {
            "name": one.name,
            "word": words[one.name],
            "shown": one.theirs,
            "before": say_(one.name, one.before),
            "theirs": say_(one.name, one.theirs),
            "mine": say_(one.name, one.mine),
        }
        for one in found
    ]


def _was(
    asked: PageRequest, branch_id: int, period: date, first: dict[str, Any] | None, setting: quota_setting.Setting
) -> dict[str, object]:
    """What the forms are filled in from, in hidden fields; a form that comes back keeps its own."""
    standing = first or {"cap_percent": setting.cap_percent, "mode": setting.mode}
    targets, rules = quota_merge.filled_from(asked.work, branch_id=branch_id, month=period)
    found: dict[str, object] = {f"target:{segment}": targets.get(segment, "") for segment in ("all", "BPU", "PU")}
    found |= {"cap_percent": standing["cap_percent"], "mode": standing["mode"]}
    found |= {"rules": rules}
    return {name: asked.POST.get(f"{quota_merge.WAS}{name}", value) for name, value in found.items()}


def _only(words: Mapping[str, T], codes: tuple[str, ...]) -> dict[str, T]:
    return {code: words[code] for code in codes}


def _forecasts(asked: PageRequest, branch_id: int, today: date) -> dict[str, forecast.Forecast]:
    return {one.segment: one for one in forecast.of_branch(asked.work, branch_id=branch_id, today=today)}


def _leases(asked: PageRequest, branch_id: int, now: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return lease.of_quota(asked.work, branch_id=branch_id, period=now[0]["period"]) if now else []


def _span(now: list[dict[str, Any]]) -> tuple[date, date] | None:
    """First month of the quota and the first one after it."""
    return (now[0]["period"], add_months(now[0]["period"], now[0]["months"])) if now else None


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    if row["cap"] is None:
        return _stood(row)
    return _stood(row) | {
        "last": quota_labels.last_month(row["period"], row["months"]),
        "segment_word": quota_labels.segment(row["segment"]),
    }


def _stood(row: dict[str, Any]) -> dict[str, Any]:
    """With what is used, and how the use of the cap is to be read: done, needs, stop."""
    if row["cap"] is None:
        return row | {"used": None, "tone": ""}
    used = row["consumed"] + row["leased"]
    share = used * 100 // row["cap"] if row["cap"] else 100
    return row | {
        "used": used, "share": share, "tone": "stop" if share >= 100 else "needs" if share >= 90 else "done",
    }  # fmt: skip


def _request(row: dict[str, Any]) -> dict[str, Any]:
    said = quota_labels.states()[row["state"]]
    last = quota_labels.last_month(row["period"], row["months"])
    return row | {
        "word": said.text, "tone": said.tone, "icon": said.icon, "last": last, "segment_word": quota_labels.segment(row["segment"]),
    }  # fmt: skip


def _changed(row: dict[str, Any]) -> dict[str, Any]:
    return row | {
        "why": quota_labels.why(row["detail"].get("reason", "")),
        "month": date.fromisoformat(row["detail"]["period"]),
        "segment_word": quota_labels.segment(row["detail"]["segment"]) if row["detail"].get("segment") else "",
    }


def _refused(refused: Refused | None) -> dict[str, Any] | None:
    return refused.answer() if refused else None


def _months(period: date) -> dict[str, date]:
    return {"period": period, "before": add_months(period, -1), "after": add_months(period, 1)}


def find_office(asked: PageRequest, branch_id: int) -> Office:
    """Raises E1004 where it is no branch in sight."""
    office = Office.objects.filter(id=branch_id, kind=OfficeKind.BRANCH).first()
    if office is None or not asked.viewer.sees_branch(branch_id):
        raise Refused("E1004")
    return office


def period_asked(asked: PageRequest) -> date:
    text = asked.POST.get("period") or asked.GET.get("period") or ""
    return month_of(text) or branch_day(asked.work.now, asked.viewer.office.timezone).replace(day=1)


def month_of(text: str) -> date | None:
    try:
        found = date.fromisoformat(f"{text[:7]}-01")
    except ValueError:
        return None
    return found if found.year in YEARS else None
