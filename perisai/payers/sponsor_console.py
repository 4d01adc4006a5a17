"""Staff pages of sponsors: contracts, whom they fund, a code a month, and what becomes of members when funding ends."""

import base64
import re
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from perisai.accounts.audience import ABOVE, STAFF, PageRequest, Role, audience
from perisai.documents.console import handed, note_copy
from perisai.errors import Refused
from perisai.events.work import branch_day
from perisai.members.cover import cover_of
from perisai.payers import collective, farewell, funding_file, labels, queries, sponsor, statement
from perisai.payers.models import SponsorKind
from perisai.tables.cell import read_month
from perisai.tables.download import XLSX, download

OFFICERS: Final = (Role.BRANCH, Role.BRANCH_HEAD)
READERS: Final = (*STAFF, *ABOVE)
MOST_SHOWN: Final = 500
MOST_BYTES: Final = funding_file.LIMITS.size
_ID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


@audience(*READERS)
@require_GET
def page(request: PageRequest) -> HttpResponse:
    """Contracts, the nearest end first, and the form for another."""
    return _list(request)


def _list(request: PageRequest, refused: Refused | None = None) -> HttpResponse:
    """With what was typed where the new sponsor was refused."""
    today = branch_day(request.work.now, request.viewer.office.timezone)
    rows = [_shown(one, today) for one in queries.sponsors(request.work, viewer=request.viewer, today=today)]
    context = {
        "sponsors": rows,
        "kinds": labels.SPONSORS.items(),
        "state_kinds": (SponsorKind.LOCAL_BUDGET, SponsorKind.STATE_BUDGET),
        "may_change": request.viewer.role in OFFICERS,
        "first": today.replace(day=1),
        "last": date(today.year + (today.month == 12), 12, 1),
        "refused": refused and refused.answer(),
        "given": request.POST,
    }
    return render(request, "payers/sponsors.html", context, status=refused.status if refused else 200)


@audience(*OFFICERS)
@require_POST
def make(request: PageRequest) -> HttpResponse:
    try:
        sponsor_id = _make(request)
    except Refused as refused:
        return _list(request, refused)
    return redirect("payers:sponsor", request.viewer.own_branch_id, sponsor_id)


def _make(request: PageRequest) -> UUID:
    given = request.POST
    return sponsor.make(
        request.work,
        branch_id=request.viewer.own_branch_id,
        given={name: given.get(name, "") for name in ("kind", "name", "reference", "contact_name")}
        | {
            "contact_phone": phone_of(given.get("contact_phone", "")),
            "is_state": given.get("is_state") == "1",
            "first_month": read_month(given.get("first_month", "")),
            "last_month": read_month(given.get("last_month", "")),
            "programmes": ["JKK", "JKM"] if given.get("programmes") == "two" else None,
            "budget": _budget(given.get("budget", "")),
        },
    )


@audience(*READERS)
@require_GET
def sponsor_page(request: PageRequest, branch_id: int, sponsor_id: UUID) -> HttpResponse:
    return _page(request, branch_id, sponsor_id)


@audience(*OFFICERS)
@require_POST
def fund(request: PageRequest, branch_id: int, sponsor_id: UUID) -> HttpResponse:
    """By a spreadsheet, by a group, or by a list of members; the same months for all, unless the spreadsheet says otherwise."""
    found, _today = _find(request, branch_id, sponsor_id)
    months = (
        read_month(request.POST.get("first_month", "")) or found["first_month"],
        read_month(request.POST.get("last_month", "")) or found["last_month"],
    )
    by = request.POST.get("by", "")
    if by == "file":
        return _fund_file(request, branch_id, sponsor_id, months)
    if by == "group":
        ids = _in_group(request, branch_id, request.POST.get("group", ""))
    else:
        ids = [UUID(text) for text in _ID.findall(request.POST.get("list", "").lower())]
    wanted = [sponsor.ToFund(one, *months) for one in ids]
    done = sponsor.fund(request.work, branch_id=branch_id, sponsor_id=sponsor_id, wanted=wanted)
    _say(request, len(done.funded), list(done.refused.values()))
    return redirect("payers:sponsor", branch_id, sponsor_id)


@audience(*OFFICERS)
@require_POST
def change(request: PageRequest, branch_id: int, sponsor_id: UUID) -> HttpResponse:
    """Prolong, end for chosen members, or end the contract."""
    given, month = request.POST, read_month(request.POST.get("last_month", ""))
    if month is None:
        raise Refused("E4508")
    asked: dict[str, Any] = {"branch_id": branch_id, "sponsor_id": sponsor_id, "last_month": month}
    if given.get("act") == "prolong":
        moved = sponsor.prolong(request.work, budget=_budget(given.get("budget", "")), **asked)
        messages.success(request, _("Prolonged for %(n)s members.") % {"n": moved})
    else:
        who = (
            [UUID(text) for text in given.getlist("who") if _ID.fullmatch(text)] if given.get("act") == "some" else None
        )
        ended = sponsor.end(request.work, who=who, **asked)
        messages.success(request, _("Ended for %(n)s members.") % {"n": ended})
    return redirect("payers:sponsor", branch_id, sponsor_id)


@audience(*OFFICERS)
@require_POST
def order(request: PageRequest, branch_id: int, sponsor_id: UUID) -> HttpResponse:
    month = read_month(request.POST.get("month", ""))
    if month is None:
        raise Refused("E4502", field="month")
    made = collective.for_sponsor(request.work, branch_id=branch_id, sponsor_id=sponsor_id, month=month)
    messages.success(request, _("The payment code is %(code)s.") % {"code": made.code})
    return redirect("payers:sponsor", branch_id, sponsor_id)


@audience(*OFFICERS)
@require_POST
def answer(request: PageRequest, branch_id: int, sponsor_id: UUID) -> HttpResponse:
    """What a member said about going on, told to the branch."""
    given, month = request.POST, read_month(request.POST.get("last_month", ""))
    outcome, who = given.get("outcome", ""), given.get("who", "")
    if month is None or outcome not in labels.OUTCOMES or not _ID.fullmatch(who):
        raise Refused("E4502", field="outcome")
    one = farewell.Answer(UUID(who), UUID(who), month, outcome, request.work.now)
    if not farewell.answer_many(request.work, branch_id=branch_id, agent_id=None, answers=[one]):
        raise Refused("E1004")
    return redirect("payers:sponsor", branch_id, sponsor_id)


@audience(*OFFICERS)
@require_GET
def template(request: PageRequest) -> HttpResponse:
    return download(funding_file.template(), "perisai-pendanaan.xlsx")


@audience(*READERS, copies=True)
@require_GET
def statement_file(request: PageRequest, branch_id: int, sponsor_id: UUID, form: str) -> HttpResponse:
    """What the sponsor is told of a month: as PDF without names, or as a table of its members."""
    found, _today = _find(request, branch_id, sponsor_id)
    if form == "xlsx":
        note_copy(request, branch_id, "sponsor")
        return download(statement.table(request.work, request.viewer, found), f"perisai-{found['name'][:30]}.xlsx")
    return handed(request, branch_id, "sponsor", statement.pdf(request.work, found))


def _fund_file(request: PageRequest, branch_id: int, sponsor_id: UUID, months: tuple[date, date]) -> HttpResponse:
    given = request.FILES.get("file")
    if given is None or given.size is None or given.size > MOST_BYTES:
        raise Refused("E4505", reason="5 MB")
    data = given.read()
    taken = funding_file.take(request.work, branch_id=branch_id, sponsor_id=sponsor_id, months=months, data=data)
    words = {key: str(word) for key, word in labels.REFUSALS.items()}
    if not taken.refused:
        _say(request, taken.funded, [])
        return redirect("payers:sponsor", branch_id, sponsor_id)
    back = base64.b64encode(funding_file.returned(taken, words)).decode()
    context = {"taken": taken, "refused": taken.refused[:MOST_SHOWN], "words": words, "back": back, "media": XLSX}
    return render(request, "payers/taken.html", context | {"branch_id": branch_id, "sponsor_id": sponsor_id})


def _page(request: PageRequest, branch_id: int, sponsor_id: UUID) -> HttpResponse:
    work = request.work
    found, today = _find(request, branch_id, sponsor_id)
    members = queries.funded(work, viewer=request.viewer, branch_id=branch_id, sponsor_id=sponsor_id, most=MOST_SHOWN)
    months = queries.months(work, branch_id, sponsor_id)
    billed = max((one["month"] for one in months), default=None)
    first = max(_next(billed) if billed else found["first_month"], today.replace(day=1))
    used = found["paid"] + found["open"]
    ahead = queries.ahead(work, branch_id=branch_id, sponsor_id=sponsor_id, from_month=first)
    context = {
        "sponsor": _shown(found, today),
        "used": used,
        "ahead": ahead,
        "left": found["budget"] - used - ahead if found["budget"] else None,
        "months": months,
        "codes": queries.codes(work, branch_id, sponsor_id=sponsor_id),
        "members": [one | {"cover": _cover(one, today)} for one in members],
        "more": len(members) == MOST_SHOWN and found["members"] > len(members),
        "funnel": queries.funnel(work, branch_id, sponsor_id),
        "tasks": [task_of(one) for one in queries.tasks(work, viewer=request.viewer, sponsor_id=sponsor_id)],
        "groups": queries.groups(work, viewer=request.viewer, today=today),
        "outcomes": labels.OUTCOMES,
        "may_change": request.viewer.role in OFFICERS and not found["ended_at"],
        "may_ask": request.viewer.role in OFFICERS,
        "month": min(max(today.replace(day=1), found["first_month"]), found["last_month"]),
        "next_month": _next(found["last_month"]),
    }
    return render(request, "payers/sponsor.html", context)


def _find(request: PageRequest, branch_id: int, sponsor_id: UUID) -> tuple[dict[str, Any], date]:
    today = branch_day(request.work.now, request.viewer.office.timezone)
    found = queries.sponsor(
        request.work, viewer=request.viewer, branch_id=branch_id, sponsor_id=sponsor_id, today=today
    )
    return found, today


def _in_group(request: PageRequest, branch_id: int, text: str) -> list[UUID]:
    if not _ID.fullmatch(text):
        raise Refused("E4504")
    today = branch_day(request.work.now, request.viewer.office.timezone)
    rows = queries.members(
        request.work, viewer=request.viewer, branch_id=branch_id, group_id=UUID(text), since=today, most=10_000
    )
    return [row["id"] for row in rows]


def _say(request: PageRequest, funded: int, refused: list[str]) -> None:
    messages.success(request, _("%(n)s members are funded.") % {"n": funded})
    if refused:
        why = "; ".join(sorted({str(labels.REFUSALS[one]) for one in refused}))
        messages.warning(request, _("%(n)s are not: %(why)s") % {"n": len(refused), "why": why})


def _shown(one: dict[str, Any], today: date) -> dict[str, Any]:
    ends = farewell.end_of(one["last_month"])
    return one | {"kind_word": labels.SPONSORS[one["kind"]], "days_left": (ends - today).days, "ends_on": ends}


def task_of(one: dict[str, Any]) -> dict[str, Any]:
    price = farewell.price_after(
        income=one["income"],
        programmes=one["programmes"],
        transport=one["transport"],
        last_month=one["last_month"],
    )
    return one | {"price": price, "outcome_word": labels.OUTCOMES.get(one["outcome"] or "", "")}


def _cover(one: dict[str, Any], today: date) -> Any:
    return cover_of(state=one["state"], paid_through=one["paid_through"], today=today, segment=one["segment"])


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def phone_of(text: str) -> str | None:
    """``0812 3456`` as ``+628123456``; None for nothing. What is no number stays as it is, to be refused."""
    digits = re.sub(r"[\s().-]", "", text)
    return f"+62{digits[1:]}" if digits.startswith("0") else digits or None


def _budget(typed: str) -> int | None:
    """Rupiah; None where nothing was typed. Raises E4502 for what is no sum, however long."""
    text = re.sub(r"[.\s]|Rp", "", typed)
    if text and not (text.isdecimal() and len(text) < 16):
        raise Refused("E4502", field="budget")
    return int(text) if text else None
