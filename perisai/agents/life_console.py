"""Staff pages about an agent's licence and place, and what they print."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from perisai.accounts.audience import ABOVE, STAFF, PageRequest, Role, audience
from perisai.accounts.words import say
from perisai.agents import issue, licence, paper, photo, placement, public_code, queries, renewal
from perisai.agents.console import LICENCES, licence_word, shown
from perisai.agents.coverage import territory
from perisai.errors import Refused
from perisai.events.work import branch_day
from perisai.given import find_number, get_day, get_id
from perisai.offices.tree import Office, OfficeKind

ISSUERS = (Role.BRANCH, Role.BRANCH_HEAD)
"""Who issues, renews and revokes."""
PLACERS = (Role.SUB_BRANCH, *ISSUERS)
READERS = (Role.AGENCY, *STAFF, *ABOVE)

_LICENCES = """
SELECT l.number, l.valid_from, l.valid_to, l.state, l.reason, l.conditions, l.issued_at, u.full_name AS issued_by
FROM agents_licence l LEFT JOIN accounts_user u ON u.id = l.issued_by
WHERE l.branch_id = %s AND l.agent_id = %s ORDER BY l.valid_to DESC
"""


@audience(*READERS)
@require_GET
def licence_page(request: PageRequest, branch_id: int, agent_id: UUID) -> HttpResponse:
    return show_licence(request, branch_id, agent_id)


@audience(*ISSUERS)
@require_POST
def issue_licence(request: PageRequest, branch_id: int, agent_id: UUID) -> HttpResponse:
    act = partial(issue.issue, bound_to=request.POST.get("bound_to", ""))
    return _act(request, branch_id, agent_id, act, say("Izin terbit.", "The licence is issued."))


@audience(*ISSUERS)
@require_POST
def renew_licence(request: PageRequest, branch_id: int, agent_id: UUID) -> HttpResponse:
    act = partial(renewal.grant, bound_to=request.POST.get("bound_to", ""))
    return _act(request, branch_id, agent_id, act, say("Izin diperpanjang.", "The licence is renewed."))


@audience(*ISSUERS)
@require_POST
def refuse_renewal(request: PageRequest, branch_id: int, agent_id: UUID) -> HttpResponse:
    act = partial(renewal.refuse, reason=_text(request, "reason"))
    said = say("Permintaan ditolak, agen diberi tahu.", "The request is refused; the agent is told.")
    return _act(request, branch_id, agent_id, act, said)


@audience(*ISSUERS)
@require_POST
def revoke_licence(request: PageRequest, branch_id: int, agent_id: UUID) -> HttpResponse:
    act = partial(issue.revoke, reason=_text(request, "reason"))
    return _act(request, branch_id, agent_id, act, say("Izin dicabut.", "The licence is revoked."))


def _act(request: PageRequest, branch_id: int, agent_id: UUID, act: Callable[..., object], said: str) -> HttpResponse:
    """Does it and says so, or shows the page with why not. Raises E1004 outside what the viewer may see."""
    get_agent(request, branch_id, agent_id)
    try:
        act(request.work, branch_id=branch_id, agent_id=agent_id)
    except Refused as refused:
        return show_licence(request, branch_id, agent_id, refused)
    messages.success(request, said)
    return redirect("agents:licence", branch_id=branch_id, agent_id=agent_id)


@audience(*READERS)
@require_GET
def badge(request: PageRequest, branch_id: int, agent_id: UUID) -> HttpResponse:
    get_agent(request, branch_id, agent_id)
    return _pdf(*paper.badge(request.work, branch_id=branch_id, agent_id=agent_id))


@audience(*READERS)
@require_GET
def letter(request: PageRequest, branch_id: int, agent_id: UUID) -> HttpResponse:
    get_agent(request, branch_id, agent_id)
    return _pdf(*paper.letter(request.work, branch_id=branch_id, agent_id=agent_id))


@audience(*READERS)
@require_GET
def placement_page(request: PageRequest, branch_id: int, agent_id: UUID) -> HttpResponse:
    return _placement_page(request, branch_id, agent_id)


@audience(*PLACERS)
@require_POST
def place(request: PageRequest, branch_id: int, agent_id: UUID) -> HttpResponse:
    """Moves the agent; the members go along with the agent, or to whom the form says, in the same act."""
    get_agent(request, branch_id, agent_id)
    mark = request.work.mark()
    try:
        with transaction.atomic():  # a placement that is refused takes the hand-over back
            _move(request, branch_id, agent_id)
    except Refused as refused:
        request.work.forget_since(mark)
        return _placement_page(request, branch_id, agent_id, refused)
    messages.success(request, say("Penempatan tersimpan.", "The placement is saved."))
    return redirect("agents:placement", branch_id=branch_id, agent_id=agent_id)


def _move(request: PageRequest, branch_id: int, agent_id: UUID) -> None:
    since = _date(request, "since")
    if since is None:
        raise Refused("E9418")
    _hand_over(request, branch_id, agent_id, since)
    placement.place(
        request.work,
        branch_id=branch_id,
        agent_id=agent_id,
        agency_office_id=find_number(_text(request, "agency")),
        sub_branch_id=find_number(_text(request, "sub_branch")),
        since=since,
        until=_date(request, "until"),
        districts=request.POST.getlist("districts"),
        reason=_text(request, "reason"),
    )


def _hand_over(request: PageRequest, branch_id: int, agent_id: UUID, since: date) -> None:
    """From the first whole month. Raises what the hand-over raises, and E1004 for somebody whom the viewer does not see."""
    from perisai.supervision import handover

    whom = request.POST.get("members", "")
    if not whom:
        return
    month = since if since.day == 1 else issue.add_months(since.replace(day=1), 1)
    handover.hand_over(
        request.work,
        branch_id=branch_id,
        from_agent_id=agent_id,
        to_agent_id=None if whom == "branch" else get_id(whom, "E1004"),
        from_month=month,
        may_be_none=True,
    )


def show_licence(request: PageRequest, branch_id: int, agent_id: UUID, refused: Refused | None = None) -> HttpResponse:
    found, office, today = get_agent(request, branch_id, agent_id)
    work = request.work
    checklist = issue.checklist(work, branch_id, agent_id, today)
    last = issue.find_last(work, branch_id, agent_id)
    standing = licence.get_standing(work, branch_id=branch_id, agent_id=agent_id)
    public_key = work.row("SELECT public_key FROM agents_agent WHERE branch_id = %s AND id = %s", [branch_id, agent_id])
    rows = [
        row | {"shown": LICENCES[licence_word(row["state"], row["valid_from"], row["valid_to"], today)]}
        for row in work.dicts(_LICENCES, [branch_id, agent_id])
    ]
    is_valid = last is not None and last.state == "valid"
    asked = renewal.find_newest(work, branch_id=branch_id, agent_id=agent_id)
    context = {
        "agent": shown(request, [found], today)[0],
        "branch": office,
        "checklist": [{"met": one.met, "title": say(*one.words), "said": say(*one.detail)} for one in checklist],
        "lacking": sum(not one.met for one in checklist),
        "last": last if is_valid else None,
        "usable": last is not None and is_valid and last.valid_to >= today,
        "doubtful": last is not None and is_valid and issue.is_doubtful(work, branch_id, last.attempt_id),
        "licences": rows,
        "asked": asked if asked and last and asked.state == "asked" and asked.licence_id == last.id else None,
        "holds": sorted(standing.holds, key=lambda hold: hold.since, reverse=True),
        "public_code": public_code.make(found["code"], public_key[0] if public_key else ""),
        "has_photo": photo.exists(work, branch_id=branch_id, agent_id=agent_id),
        "photos": photo.versions(work, branch_id=branch_id, agent_id=agent_id),
        "may_photo": request.viewer.role in PLACERS and found["state"] != "ended",
        "may_issue": request.viewer.role in ISSUERS and found["state"] != "ended",
        "refused": refused and refused.answer(),
    }
    return render(request, "agents/licence.html", context, status=refused.status if refused else 200)


def _placement_page(
    request: PageRequest, branch_id: int, agent_id: UUID, refused: Refused | None = None
) -> HttpResponse:
    found, office, today = get_agent(request, branch_id, agent_id)
    given = request.POST
    history = placement.history(request.work, branch_id=branch_id, agent_id=agent_id, today=today)
    now = next((row for row in history if row["is_now"]), None)
    offices = list(Office.objects.filter(branch_id=branch_id, is_open=True).order_by("name"))
    context = {
        "agent": shown(request, [found], today)[0],
        "branch": office,
        "today": today,
        "history": history,
        "sub_branches": [one for one in offices if one.kind == OfficeKind.SUB_BRANCH],
        "agency_offices": [one for one in offices if one.kind == OfficeKind.AGENCY],
        "chosen_sub": find_number(_text(request, "sub_branch")) if given else found["sub_branch_id"],
        "chosen_agency": find_number(_text(request, "agency")) if given else found["agency_office_id"],
        "chosen_districts": given.getlist("districts") if given else (now["districts"] if now else []),
        "territory": territory(request.work, office.regencies),
        "others": [one for one in queries.options(request.work, viewer=request.viewer) if one[0] != agent_id],
        "given": given,
        "may_place": request.viewer.role in PLACERS and found["state"] != "ended",
        "refused": refused and refused.answer(),
    }
    return render(request, "agents/placement.html", context, status=refused.status if refused else 200)


def get_agent(request: PageRequest, branch_id: int, agent_id: UUID) -> tuple[dict[str, Any], Office, date]:
    """The agent as lists show them, the branch and its day. Raises E1004 outside what the viewer may see."""
    office = Office.objects.filter(id=branch_id).first()
    if office is None:
        raise Refused("E1004")
    today = branch_day(request.work.now, office.timezone)
    found = queries.get(request.work, viewer=request.viewer, branch_id=branch_id, agent_id=agent_id, today=today)
    return found, office, today


def _pdf(name: str, data: bytes) -> HttpResponse:
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _text(request: PageRequest, name: str) -> str:
    return str(request.POST.get(name, "")).strip()


def _date(request: PageRequest, name: str) -> date | None:
    """Raises E9418 for what is no date, or one of another century."""
    text = _text(request, name)
    if not text:
        return None
    day = get_day(text, "E9418")
    if not 2000 <= day.year < 2100:
        raise Refused("E9418")
    return day
