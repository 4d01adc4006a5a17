"""The page of a hand-over: who, to whom, from when; how many that are, and what it means, before it is done."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from perisai.accounts.audience import PageRequest, audience
from perisai.errors import Refused
from perisai.events.work import branch_day
from perisai.given import get_day, get_id
from perisai.members import labels, portfolio
from perisai.supervision import chosen, handover, queries, words
from perisai.supervision.console import DECIDERS, attempt

BRANCH_ITSELF = "branch"
MONTHS = 13
CHOOSABLE = ("moved", "load", "substitute", "suspension", "other")


@audience(*DECIDERS)
@require_http_methods(["GET", "POST"])
def page(request: PageRequest, branch_id: int, giver: str) -> HttpResponse:
    """``giver`` is an agent's id, or ``branch`` for members in the branch's own care. GET with ``to`` in the address shows what
    would move; so does POST, with members chosen one by one in ``members``; with ``expected`` it moves them, if they are still
    as many."""
    asked = request.POST if request.method == "POST" else request.GET
    agent_id = _giver(request, branch_id, giver)
    plan, refused = _plan(request, branch_id, agent_id, asked)
    if request.method == "POST" and "expected" in asked and plan is not None and refused is None:
        refused = attempt(request, lambda: _move(request, plan, asked.get("expected", "")))
        if refused is None:
            count = plan["size"].members
            told = ngettext("%(n)s member is handed over.", "%(n)s members are handed over.", count) % {"n": count}
            messages.success(request, told)
            return _back(branch_id, agent_id or plan["to_agent_id"])
    return _show(request, branch_id, agent_id, giver, asked, plan, refused)


@audience(*DECIDERS)
@require_http_methods(["GET", "POST"])
def choose(request: PageRequest, branch_id: int, giver: str) -> HttpResponse:
    """Members one by one. Each press of a button brings the whole choice along (``members``), what the page showed (``shown``) and
    what is ticked of it (``member``); nothing is kept between, and nothing moves."""
    agent_id = _giver(request, branch_id, giver)
    asked = request.POST if request.method == "POST" else request.GET
    refused: Refused | None = None
    choice = chosen.Choice()
    look = _look(request, branch_id, agent_id, asked)
    try:
        choice = chosen.Choice.read(asked.get("members", ""))
        look = _turned(request, look, choice, asked)
        if asked.get("act") == "go":
            return _show(request, branch_id, agent_id, giver, _carried(choice), None, None)
    except Refused as error:
        refused = error
    rows, found = chosen.page(request.work, look)
    context = {
        "branch_id": branch_id,
        "branch_name": _office(request, branch_id)[1],
        "giver": giver,
        "agent": agent_id and queries.names(request.work, branch_id=branch_id, agent_id=agent_id),
        "rows": [row | {"is_chosen": row["id"] in choice.ids} for row in rows],
        "look": look,
        "found": found,
        "first": look.page * chosen.PAGE + 1,
        "last": look.page * chosen.PAGE + len(rows),
        "has_more": (look.page + 1) * chosen.PAGE < found,
        "months": chosen.months(request.work, look),
        "choice": str(choice),
        "count": len(choice.ids),
        "may_take_all": found <= chosen.MOST,
        "shown": " ".join(row["id"].hex for row in rows),
        "refused": refused,
        "states": labels.STATES,
    }
    return render(request, "supervision/choose.html", context, status=refused.status if refused else 200)


def _look(request: PageRequest, branch_id: int, agent_id: UUID | None, asked: Any) -> chosen.Look:
    """The filters of the form; nonsense in them is no filter."""
    try:
        month = _month(asked.get("month"))
    except Refused:
        month = None
    page = asked.get("page", "")
    return chosen.Look(
        branch_id=branch_id,
        agent_id=agent_id,
        owed=(_this_month(request, branch_id) - timedelta(days=1)).replace(day=1),
        q=asked.get("q", "").replace("\x00", "").strip()[:60],
        month=month,
        arrears=asked.get("arrears") == "1",
        page=min(int(page), 10_000) if page.isascii() and page.isdecimal() and len(page) < 6 else 0,
    )


def _carried(choice: chosen.Choice) -> QueryDict:
    """What the form of the hand-over takes over. Raises E9505 where nobody is chosen."""
    if not choice.ids:
        raise Refused("E9505")
    carried = QueryDict(mutable=True)
    carried["members"] = str(choice)
    return carried


def _turned(request: PageRequest, look: chosen.Look, choice: chosen.Choice, asked: Any) -> chosen.Look:
    """Does what the pressed button says; answers which page is looked at next. Raises E9502, E9518."""
    act = asked.get("act", "")
    shown = chosen.Choice.read(asked.get("shown", "")).ids
    ticked = chosen.Choice.read(" ".join(asked.getlist("member"))).ids
    choice.turn(shown, shown if act == "page" else set() if act == "none" else ticked)
    if act == "all":
        choice.add(chosen.all_found(request.work, look))
    if act == "clear":
        choice.ids = set()
    step = {"next": 1, "back": -1, "search": -look.page}.get(act, 0)
    return replace(look, page=max(0, look.page + step))


@audience(*DECIDERS)
@require_POST
def undo(request: PageRequest, branch_id: int, agent_id: UUID, handover_id: UUID) -> HttpResponse:
    """Hands back. ``agent_id`` is whose file the officer came from."""
    _giver(request, branch_id, str(agent_id))
    if handover_id not in {
        row["id"] for row in handover.of_agent(request.work, branch_id=branch_id, agent_id=agent_id)
    }:
        raise Refused("E1004")
    refused = attempt(request, lambda: handover.hand_back(request.work, branch_id=branch_id, handover_id=handover_id))
    if refused is not None:
        messages.error(request, refused.text()["en" if request.user.language == "en" else "id"])
    else:
        messages.success(request, _("Handed back. The members are told."))
    return _back(branch_id, agent_id)


def _show(
    request: PageRequest,
    branch_id: int,
    agent_id: UUID | None,
    giver: str,
    asked: Any,
    plan: dict[str, Any] | None,
    refused: Refused | None,
) -> HttpResponse:
    first = _this_month(request, branch_id)
    context = {
        "branch_id": branch_id,
        "branch_name": _office(request, branch_id)[1],
        "agent": agent_id and queries.names(request.work, branch_id=branch_id, agent_id=agent_id),
        "giver": giver,
        "takers": queries.takers(request.work, branch_id=branch_id, but=agent_id),
        "months": queries.months_ahead(first, MONTHS),
        "districts": queries.districts(request.work, branch_id=branch_id, agent_id=agent_id),
        "chosen": asked.getlist("district"),
        "members": asked.get("members", ""),
        "members_count": len(asked.get("members", "").split()),
        "reasons": {code: words.HANDOVERS[code] for code in CHOOSABLE},
        "plan": plan,
        "refused": refused,
        "given": asked,
        "taker": plan
        and plan["to_agent_id"]
        and queries.names(request.work, branch_id=branch_id, agent_id=plan["to_agent_id"]),
        "this_month": first,
    }
    return render(request, "supervision/handover.html", context, status=refused.status if refused else 200)


def _plan(
    request: PageRequest, branch_id: int, agent_id: UUID | None, asked: Any
) -> tuple[dict[str, Any] | None, Refused | None]:
    """What the address asks for, and how many that are; None before anything is asked."""
    if not asked.get("to"):
        return None, None
    try:
        until = _month(asked.get("until"))
        plan: dict[str, Any] = {
            "branch_id": branch_id,
            "from_agent_id": agent_id,
            "to_agent_id": None if asked["to"] == BRANCH_ITSELF else get_id(asked["to"], "E9502", field="to"),
            "from_month": _month(asked.get("from")) or _this_month(request, branch_id),
            "until_month": until,
            "reason": asked.get("reason", ""),
        }
        districts = [text for text in asked.getlist("district") if len(text) == 8]
        members = chosen.Choice.read(asked.get("members", "")).ids
        if members:
            plan["enrolment_ids"] = sorted(members)
        elif districts:
            plan["enrolment_ids"] = queries.in_districts(
                request.work, branch_id=branch_id, agent_id=agent_id, districts=districts
            )
        else:
            plan["enrolment_ids"] = None
        look = {
            name: plan[name] for name in ("branch_id", "from_agent_id", "from_month", "until_month", "enrolment_ids")
        }
        plan["size"] = portfolio.preview(request.work, **look)
        if plan["reason"] not in CHOOSABLE:
            raise Refused("E9502", field=_("Why"))
        if plan["to_agent_id"] == agent_id or plan["size"].members == 0:
            raise Refused("E9504" if plan["to_agent_id"] == agent_id else "E9505")
    except Refused as refused:
        return None, refused
    return plan, None


def _move(request: PageRequest, plan: dict[str, Any], expected: str) -> None:
    if not expected.isdecimal() or len(expected) > 9:
        raise Refused("E9501")
    asked = {name: value for name, value in plan.items() if name != "size"}
    handover.hand_over(request.work, expected=int(expected), **asked)


def _giver(request: PageRequest, branch_id: int, giver: str) -> UUID | None:
    """Raises E1004 outside what the viewer may see."""
    if not request.viewer.sees_branch(branch_id):
        raise Refused("E1004")
    if giver == BRANCH_ITSELF:
        return None
    agent_id = get_id(giver, "E1004")
    if queries.names(request.work, branch_id=branch_id, agent_id=agent_id) is None:
        raise Refused("E1004")
    return agent_id


def _back(branch_id: int, agent_id: UUID | None) -> HttpResponse:
    if agent_id is None:
        return redirect("supervision:overview")
    return redirect("supervision:file", branch_id=branch_id, agent_id=agent_id)


def _office(request: PageRequest, branch_id: int) -> tuple[str, str]:
    row = request.work.row("SELECT timezone, name FROM offices_office WHERE id = %s AND kind = 'branch'", [branch_id])
    if row is None:
        raise Refused("E1004")
    return row[0], row[1]


def _this_month(request: PageRequest, branch_id: int) -> date:
    now: datetime = request.work.now
    return branch_day(now, _office(request, branch_id)[0]).replace(day=1)


def _month(text: str | None) -> date | None:
    """``2026-12``. Raises E9503, also for a month of another century."""
    if not text:
        return None
    month = get_day(f"{text}-01", "E9503")
    if not 2000 <= month.year < 2100:
        raise Refused("E9503")
    return month
