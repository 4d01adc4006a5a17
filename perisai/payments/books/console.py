"""Staff pages about the books of a branch: trial balance at a moment, the entries behind an account, months closed and opened."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from perisai.accounts.audience import ABOVE, PageRequest, Role, audience
from perisai.custody.queries import cash_accounts
from perisai.errors import Refused
from perisai.events.kinds import kinds
from perisai.given import get_id
from perisai.payments.books import ledger, period, trial_balance

SEES: Final = (Role.BRANCH, Role.BRANCH_HEAD, *ABOVE)
SHOWN_EVENTS: Final = 3
CLOSES: Final = (Role.BRANCH_HEAD, Role.HEAD_OFFICE)
ACCOUNTS: Final[dict[str, str | Promise]] = {
    "receivable": gettext_lazy("Owed by members"),
    "held": gettext_lazy("Held for members"),
    "refund": gettext_lazy("To be given back"),
    "custody": gettext_lazy("Cash held by agents for members"),
    "expense:fee": gettext_lazy("Fees that banks kept"),
    "bank:core": gettext_lazy("Paid elsewhere, told by BPJS core"),
    "income:jkk": "JKK",
    "income:jkm": "JKM",
    "income:jht": "JHT",
    "income:jp": "JP",
    "income:jkp": "JKP",
}
_NAMES: Final = """
SELECT 'bank:' || id AS account, name FROM payments_bank WHERE 'bank:' || id = ANY (%(accounts)s)
UNION ALL
SELECT 'cash:' || a.id, a.full_name FROM agents_agent a
WHERE a.branch_id = %(branch)s
  AND a.id = ANY (SELECT substr(c, 6)::uuid FROM unnest(%(accounts)s::text[]) AS c WHERE c ~ '^cash:[0-9a-f-]{36}$')
"""


@audience(*SEES)
@require_GET
def books(request: PageRequest) -> HttpResponse:
    return _books(request)


@audience(*SEES)
@require_GET
def account(request: PageRequest) -> HttpResponse:
    """The entries of one account up to the moment, newest first, each with what it belongs to."""
    branch = _branch(request)
    at = _moment(request, branch["timezone"])
    name = request.GET.get("account", "")[:60]
    after = _after(request)
    rows = trial_balance.entries(
        request.work, branch_id=branch["id"], account=name, until=at + timedelta(minutes=1), after=after
    )
    names = _names(
        request, branch["id"], list({name, *(row["debit"] for row in rows), *(row["credit"] for row in rows)})
    )
    happened = trial_balance.events(request.work, branch_id=branch["id"], moments=[row["at"] for row in rows])
    named = [
        row
        | {"happened": [_said(one) for one in happened.get(row["at"], [])[:SHOWN_EVENTS]]}
        | {"is_debit": row["debit"] == name, "other": names[row["credit" if row["debit"] == name else "debit"]]}
        for row in rows
    ]
    context = {"branch": branch, "at": at, "account": name, "name": names[name], "rows": named}
    context["after"] = f"{rows[-1]['at'].isoformat()}~{rows[-1]['id']}" if len(rows) == trial_balance.PAGE else None
    return render(request, "payments/books_account.html", context)


@audience(*CLOSES)
@require_POST
def period_act(request: PageRequest) -> HttpResponse:
    """Close the month whose turn it is, ask to open the last one again, or agree to that as a second person."""
    branch = _branch(request)
    try:
        with transaction.atomic():  # a refusal is shown on the page, and leaves nothing
            _act(request, branch["id"])
    except Refused as refused:
        return _books(request, refused)
    messages.success(request, _("Saved."))
    return redirect(f"{request.path.removesuffix('period/')}?branch={branch['id']}")


def _act(request: PageRequest, branch_id: int) -> None:
    work, given, act = request.work, request.POST, request.POST.get("act")
    if act == "close":
        month = period.next_month(work, branch_id=branch_id)
        if month is None or f"{month:%Y-%m}" != given.get("month"):
            raise Refused("E4812")
        lists = given.get("lists") == "1"
        period.close(work, branch_id=branch_id, month=month, lists_undecided=lists, note=given.get("note", ""))
    elif act == "ask":
        period.ask_to_reopen(
            work, branch_id=branch_id, period_id=get_id(given.get("period"), "E4813"), reason=given.get("reason", "")
        )
    else:
        period.reopen(work, branch_id=branch_id, period_id=get_id(given.get("period"), "E4813"))


def _books(request: PageRequest, refused: Refused | None = None) -> HttpResponse:
    branch = _branch(request)
    at = _moment(request, branch["timezone"])
    rows = trial_balance.before(request.work, branch_id=branch["id"], until=at + timedelta(minutes=1))
    closes = [
        one | {"listed": len(orjson.loads(one["listed"]))}
        for one in period.closes(request.work, branch_id=branch["id"])
    ]
    standing = next((one["id"] for one in closes if one["reopened_at"] is None), None)
    names = _names(request, branch["id"], [row.account for row in rows])
    context: dict[str, Any] = {
        "branch": branch,
        "branches": _branches(request),
        "at": at,
        "rows": [{"account": row.account, "name": names[row.account], "row": row} for row in rows],
        "debit": sum(row.debit for row in rows),
        "credit": sum(row.credit for row in rows),
        "problems": ledger.prove(request.work, branch["id"], cash=cash_accounts(request.work, branch["id"]))
        + period.verify(request.work, branch_id=branch["id"]),
        "closes": closes,
        "standing": standing,
        "next_month": period.next_month(request.work, branch_id=branch["id"]),
        "may_close": request.viewer.role in CLOSES,
        "me": request.viewer.user.id,
        "refused": refused and refused.answer(),
    }
    return render(request, "payments/books.html", context, status=refused.status if refused else 200)


def _said(event: dict[str, Any]) -> dict[str, Any]:
    kind = kinds().get(event["kind"])
    return event | {"text": getattr(kind, get_language() or "en", event["kind"])}


def _branches(request: PageRequest) -> list[dict[str, Any]]:
    return request.work.dicts(
        "SELECT id, name, timezone FROM offices_office WHERE kind = 'branch'"
        " AND (%(ids)s::int[] IS NULL OR id = ANY (%(ids)s::int[])) ORDER BY name",
        {"ids": request.viewer.branch_ids},
    )


def _branch(request: PageRequest) -> dict[str, Any]:
    """The branch that is asked for, where the viewer sees it; else their own, or the first."""
    branches = _branches(request)
    asked = request.POST.get("branch") or request.GET.get("branch", "")
    found = [one for one in branches if str(one["id"]) == asked] if asked else branches
    if not found:
        raise Refused("E1004")
    return found[0]


def _moment(request: PageRequest, zone: str) -> datetime:
    """The minute that is asked for, at the branch's clock; now where none is."""
    try:
        asked = datetime.fromisoformat(request.GET.get("at", ""))
    except ValueError:
        return request.work.now
    if not request.work.now.year - 100 < asked.year < request.work.now.year + 100:
        return request.work.now
    return asked.replace(tzinfo=ZoneInfo(zone)) if asked.tzinfo is None else asked


def _after(request: PageRequest) -> tuple[datetime, UUID] | None:
    at, _sign, id_ = request.GET.get("after", "").partition("~")
    try:
        return datetime.fromisoformat(at), UUID(id_)
    except ValueError:
        return None


def _names(request: PageRequest, branch_id: int, accounts: list[str]) -> dict[str, str]:
    """What people call these accounts: banks and agents by their names. One statement."""
    named = dict(request.work.rows(_NAMES, {"branch": branch_id, "accounts": accounts}))
    return {one: str(ACCOUNTS.get(one) or named.get(one) or one) for one in accounts}
