"""Staff pages about cash: who holds how much since when, an agent's cash, a receipt with its trail, paper books."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from perisai.accounts.audience import ABOVE, STAFF, PageRequest, Role, audience
from perisai.agents import queries as agents
from perisai.custody import book, held_then, labels, numbers, permission, queries, review, settle, standing, void
from perisai.custody.rules import custody_rules
from perisai.errors import Refused
from perisai.events.work import branch_day
from perisai.figures import agents_then, kept
from perisai.given import get_day, get_id
from perisai.offices.models import Office
from perisai.offices.part import Part
from perisai.offices.scopes import AGENT
from perisai.payments.proposals import proposal
from perisai.payments.proposals.console import shown

READERS = (Role.AGENCY, *STAFF, *ABOVE)
DECIDERS = (Role.BRANCH, Role.BRANCH_HEAD)
"""Who gives more time, another limit, and decides about receipts."""
BOOKS = (*STAFF, *ABOVE)
TABS = ("review", "receipts")


@audience(*READERS)
@require_GET
def overview(request: PageRequest) -> HttpResponse:
    """Agents with cash, the overdue first; receipts to look at; all receipts. ``tab``, ``q``, ``overdue`` and a part of the
    country in the address."""
    tab = request.GET.get("tab", "") if request.GET.get("tab", "") in TABS else "held"
    q = request.GET.get("q", "").strip()[:100]
    work, viewer = request.work, request.viewer
    as_of = kept.asked_day(request.GET.get("as_of"), branch_day(work.now, viewer.office.timezone))
    if tab == "held" and as_of is not None:
        return _as_of(request, as_of)
    if viewer.office.branch_id is not None and viewer.may_change:
        settle.settle(work, branch_id=viewer.office.branch_id)
    context: dict[str, Any] = {
        "tab": tab,
        "q": q,
        "counts": {key: n for key, n, _a in queries.waiting(work, viewer=viewer)},
    }
    if tab == "held":
        part, is_overdue = Part.of(request.GET), request.GET.get("overdue") == "1"
        found = queries.held(work, viewer=viewer, part=part, is_overdue=is_overdue)
        rows = [row | {"is_late": row["late"] > 0} for row in found]
        context |= {
            "part": part,
            "part_name": part.name(work),
            "is_overdue": is_overdue,
            "rows": rows,
            "total": sum(row["cash"] for row in rows),
            "late": sum(row["late"] for row in rows),
            "said": queries.said_without_receipt(work, viewer=viewer),
        }
    elif tab == "review":
        context["rows"] = [_shown(row) for row in queries.to_review(work, viewer=viewer)]
    else:
        context["rows"] = [_shown(row) for row in queries.receipts(work, viewer=viewer, q=q)]
    return render(request, "custody/overview.html", context)


def _receipts_then(request: PageRequest, part: Part, day: date) -> list[dict[str, Any]]:
    """Of one agent; none for larger parts."""
    if part.watch is None or part.watch.level != AGENT:
        return []
    return held_then.receipts(request.work, viewer=request.viewer, agent_id=UUID(part.watch.key), day=day)


def _as_of(request: PageRequest, day: date) -> HttpResponse:
    """Who held how much at the end of a past day."""
    work, viewer, part = request.work, request.viewer, Part.of(request.GET)
    is_overdue = request.GET.get("overdue") == "1"
    which, narrowed = "overdue" if is_overdue else "cash", agents.narrow(viewer)
    rows = agents_then.find(work, branches=viewer.branches, narrow=narrowed, part=part, day=day, which=which)
    is_of_all = viewer.sub_branch_id is None and viewer.agency_office_id is None
    context = {
        "rows": rows,
        "receipts": _receipts_then(request, part, day),
        "found": rows[0]["found"] if rows else 0,
        "total": rows[0]["all_cash"] if rows else 0,
        "late": rows[0]["all_late"] if rows else 0,
        "past": kept.told(work, branches=viewer.branches, part=part, day=day, is_of_all=is_of_all).of_agents,
        "is_agent": part.watch is not None and part.watch.level == AGENT,
        "is_overdue": is_overdue,
        "part": part,
        "part_name": part.name(work),
    }
    return render(request, "custody/past.html", context)


@audience(*READERS)
@require_GET
def agent_page(request: PageRequest, branch_id: int, agent_id: UUID) -> HttpResponse:
    return _agent_page(request, branch_id, agent_id)


@audience(*DECIDERS)
@require_POST
def permit(request: PageRequest, branch_id: int, agent_id: UUID) -> HttpResponse:
    """More time, another limit (also for all agents of the branch), or the end of one."""
    agent, zone = _agent(request, branch_id, agent_id), _zone(branch_id)
    asked = request.POST

    def act() -> None:
        about: dict[str, Any] = {"branch_id": branch_id, "timezone": zone, "reason": asked.get("reason", "")}
        if asked.get("kind") == "end":
            permission.end(request.work, branch_id=branch_id, permission_id=get_id(asked.get("permission"), "E1004"))
            return
        until = get_day(asked.get("until_on"), "E4707")
        if asked.get("kind") == "extension":
            permission.extend(request.work, agent_id=agent["id"], until_on=until, **about)
        else:
            whom = None if asked.get("all") else agent["id"]
            permission.set_limit(
                request.work, agent_id=whom, amount=_rupiah(asked.get("amount")), until_on=until, **about
            )

    return _done(
        request,
        act,
        lambda refused: _agent_page(request, branch_id, agent_id, refused),
        _("Noted."),
        "custody:agent",
        branch_id,
        agent_id,
    )


@audience(*DECIDERS)
@require_POST
def explain_number(request: PageRequest, branch_id: int, agent_id: UUID) -> HttpResponse:
    """Why a reserved number became no receipt."""
    _agent(request, branch_id, agent_id)
    asked = request.POST

    def act() -> None:
        numbers.explain(
            request.work,
            branch_id=branch_id,
            agent_id=agent_id,
            number=asked.get("number", ""),
            why=asked.get("why", ""),
        )

    return _done(
        request,
        act,
        lambda refused: _agent_page(request, branch_id, agent_id, refused),
        _("Noted."),
        "custody:agent",
        branch_id,
        agent_id,
    )


@audience(*READERS)
@require_GET
def receipt_page(request: PageRequest, branch_id: int, receipt_id: UUID) -> HttpResponse:
    return _receipt_page(request, branch_id, receipt_id)


@audience(*DECIDERS)
@require_POST
def decide(request: PageRequest, branch_id: int, receipt_id: UUID) -> HttpResponse:
    """It stands; or it is void, or its money came by another code: these are proposed to a second person."""
    queries.receipt(request.work, viewer=request.viewer, branch_id=branch_id, receipt_id=receipt_id)
    asked = request.POST
    note = asked.get("note", "")

    def act() -> None:
        if asked.get("decide") == "void":
            void.propose(
                request.work, branch_id=branch_id, receipt_id=receipt_id, reason=asked.get("reason", ""), note=note
            )
        elif asked.get("decide") == "settle":
            review.propose_to_settle(request.work, branch_id=branch_id, receipt_id=receipt_id, note=note)
        else:
            review.looked(request.work, branch_id=branch_id, receipt_id=receipt_id, note=note)

    return _done(
        request,
        act,
        lambda refused: _receipt_page(request, branch_id, receipt_id, refused),
        _("Proposed. Another person decides about it.") if asked.get("decide") in ("settle", "void") else _("Decided."),
        "custody:receipt",
        branch_id,
        receipt_id,
    )


@audience(*BOOKS)
@require_http_methods(["GET"])
def books(request: PageRequest) -> HttpResponse:
    return _books_page(request)


@audience(*DECIDERS)
@require_POST
def change_books(request: PageRequest) -> HttpResponse:
    """Registers a book, hands it on, takes it back, or explains a page."""
    branch_id = request.viewer.office.branch_id
    if branch_id is None:
        raise Refused("E1004")
    asked, work = request.POST, request.work

    def act() -> None:
        what = asked.get("what")
        agent_id = get_id(asked.get("agent"), "E1004") if asked.get("agent") else None
        if agent_id is not None:
            _agent(request, branch_id, agent_id)
        if what == "register":
            first, last = _number(asked.get("first")), _number(asked.get("last"))
            book.register(
                work, branch_id=branch_id, name=asked.get("name", ""), first=first, last=last, agent_id=agent_id
            )
        elif what == "spoil":
            page = _number(asked.get("page"))
            book.spoil(
                work,
                branch_id=branch_id,
                book_id=get_id(asked.get("book"), "E1004"),
                page=page,
                why=asked.get("why", ""),
            )
        else:
            book.hand(work, branch_id=branch_id, book_id=get_id(asked.get("book"), "E1004"), agent_id=agent_id)

    return _done(request, act, lambda refused: _books_page(request, refused), _("Noted."), "custody:books")


def _agent_page(request: PageRequest, branch_id: int, agent_id: UUID, refused: Refused | None = None) -> HttpResponse:
    work, viewer = request.work, request.viewer
    agent, zone = _agent(request, branch_id, agent_id), _zone(branch_id)
    if viewer.may_change:
        settle.settle(work, branch_id=branch_id, agent_id=agent_id)
    stands = standing.standing_of(work, branch_id=branch_id, agent_id=agent_id, timezone=zone)
    held, limit = stands.held_at(work.now), stands.limit_at(work.now)
    context = {
        "agent": agent,
        "zone": zone,
        "today": branch_day(work.now, zone),
        "held": held,
        "limit": limit,
        "used": min(100, held * 100 // limit) if limit else 0,
        "class_name": custody_rules().classes[stands.agent_class].name.model_dump(),
        "overdue": stands.overdue_at(work.now),
        "late": sum(one.left for one in stands.cash if one.left and one.due_on < branch_day(work.now, zone)),
        "extended_until": stands.extended_until(work.now),
        "receipts": [_shown(row) for row in queries.receipts(work, viewer=viewer, agent_id=agent_id)],
        "deposits": [
            row | {"word": labels.DEPOSITS[row["state"]]} for row in queries.deposits(work, branch_id, agent_id)
        ],
        "permissions": queries.permissions(work, branch_id, agent_id),
        "gaps": numbers.gaps(work, branch_id=branch_id, agent_id=agent_id),
        "may_decide": viewer.role in DECIDERS,
        "refused": refused,
        "given": request.POST,
    }
    return render(request, "custody/agent.html", context, status=refused.status if refused else 200)


def _receipt_page(
    request: PageRequest, branch_id: int, receipt_id: UUID, refused: Refused | None = None
) -> HttpResponse:
    found = queries.receipt(request.work, viewer=request.viewer, branch_id=branch_id, receipt_id=receipt_id)
    context = {
        "row": _shown(found | {"number": found["shown_number"]}),
        "deposits": [row | {"word": labels.DEPOSITS[row["state"]]} for row in found["deposits"]],
        "proposals": shown(
            request,
            proposal.about(
                request.work, viewer=request.viewer, kind="settle_cash", or_kind="void_cash", subject_id=receipt_id
            ),
        ),
        "may_decide": request.viewer.role in DECIDERS,
        "voids": labels.VOIDS,
        "void_words": labels.VOIDS.get(found["void_reason"].partition(":")[0], ""),
        "void_note": found["void_reason"].partition(": ")[2],
        "refused": refused,
        "given": request.POST,
    }
    return render(request, "custody/receipt.html", context, status=refused.status if refused else 200)


def _books_page(request: PageRequest, refused: Refused | None = None) -> HttpResponse:
    viewer = request.viewer
    branches = list(viewer.branches) if viewer.branches is not None else _all_branches()
    may_decide = viewer.role in DECIDERS and viewer.office.branch_id is not None
    context = {
        "rows": book.find(request.work, branches=branches, viewer=viewer),
        "agents": agents.options(request.work, viewer=viewer) if may_decide else [],
        "may_decide": may_decide,
        "refused": refused,
        "given": request.POST,
    }
    return render(request, "custody/books.html", context, status=refused.status if refused else 200)


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    more: dict[str, object] = {
        "word": labels.STATES[row["state"]],
        "kind_word": labels.KINDS[row["kind"]],
        "reviews": labels.reviews(row["review"]),
        "left": row["amount"] - row["settled"] if row["state"] == "held" else 0,
    }
    return row | more


def _done(
    request: PageRequest,
    act: Callable[[], None],
    again: Callable[[Refused], HttpResponse],
    words: str,
    to: str,
    *args: object,
) -> HttpResponse:
    """Nothing of what was refused stays, and the page says why."""
    mark = request.work.mark()
    try:
        with transaction.atomic():
            act()
    except Refused as refused:
        request.work.forget_since(mark)
        return again(refused)
    messages.success(request, words)
    return redirect(to, *args)


def _agent(request: PageRequest, branch_id: int, agent_id: UUID) -> dict[str, Any]:
    """Raises E1004 outside what the viewer may see."""
    today = branch_day(request.work.now, request.viewer.office.timezone)
    return agents.get(request.work, viewer=request.viewer, branch_id=branch_id, agent_id=agent_id, today=today)


def _zone(branch_id: int) -> str:
    return str(Office.objects.values_list("timezone", flat=True).get(id=branch_id))


def _all_branches() -> list[int]:
    return list(Office.objects.filter(kind="branch").values_list("id", flat=True))


def _number(text: str | None) -> int:
    digits = (text or "").strip()
    return int(digits) if digits.isdecimal() and len(digits) < 8 else 0


def _rupiah(text: str | None) -> int:
    digits = (text or "").replace(".", "").replace("Rp", "").strip()
    return int(digits) if digits.isdecimal() and len(digits) < 12 else 0
