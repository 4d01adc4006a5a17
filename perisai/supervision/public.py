"""``/berkas/``: an agent reads the own file by a personal link, and appeals; the page needs no account and no script."""

from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from perisai.accounts import limit
from perisai.accounts.audience import public
from perisai.accounts.client import client_ip
from perisai.errors import Refused
from perisai.events.clock import SystemClock
from perisai.events.scope import Scope
from perisai.events.work import Work, branch_day
from perisai.supervision import appeal, document, file, link

LOOKS: Final = 120
GUESSES: Final = 10
SENT: Final = 20
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

# By primary keys.
_WHO = """
SELECT a.full_name, a.code, a.state, o.name AS branch, o.address, o.timezone
FROM agents_agent a JOIN offices_office o ON o.id = a.branch_id WHERE a.branch_id = %s AND a.id = %s
"""


@public
@require_safe
def own(request: HttpRequest, token: str) -> HttpResponse:
    """The file. Raises E9516 for a link that is none or has ended, E1005 above the limits."""
    return _page(request, token, _holder(request, token))


@public
@require_POST
def file_appeal(request: HttpRequest, token: str, measure_id: UUID) -> HttpResponse:
    """One appeal; what is wrong with it is said on the page, with what was typed. Raises E9516, E1005."""
    holder = _holder(request, token)
    limit.take(kind="own_file_sent", key=str(holder.agent_id), limit=SENT, per=HOUR, now=SystemClock().now())
    try:
        papers = document.read_sent(request.FILES.getlist("papers"))
        with _work(holder) as work:
            _require_open(work, holder)
            appeal.file(
                work,
                branch_id=holder.branch_id,
                agent_id=holder.agent_id,
                measure_id=measure_id,
                text=request.POST.get("text", ""),
                papers=papers,
            )
    except Refused as refused:
        return _page(request, token, holder, refused, measure_id)
    return HttpResponseRedirect(f"{link.PATH}{token}/?terkirim=1#m-{measure_id}")


@public
@require_safe
def paper(request: HttpRequest, token: str, document_id: UUID) -> HttpResponse:
    """One document of the file, to be saved. Raises E9516, E1004, E1005."""
    holder = _holder(request, token)
    with _work(holder) as work:
        _require_open(work, holder)
        kept = document.get(work, branch_id=holder.branch_id, agent_id=holder.agent_id, document_id=document_id)
    answer = HttpResponse(kept.data, content_type=kept.media_type)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(kept.name)}"
    answer["X-Content-Type-Options"] = "nosniff"
    return _quiet(answer)


def _page(
    request: HttpRequest,
    token: str,
    holder: link.Holder,
    refused: Refused | None = None,
    measure_id: UUID | None = None,
) -> HttpResponse:
    with _work(holder) as work:
        who = _require_open(work, holder)
        entries = file.entries(work, holder.branch_id, holder.agent_id)
        papers = document.of_agent(work, branch_id=holder.branch_id, agent_id=holder.agent_id)
    context: dict[str, Any] = {
        "who": who,
        "entries": [_shown(entry, papers) for entry in entries],
        "until": holder.until,
        "action": f"{link.PATH}{token}/",
        "refused": refused.answer() if refused else None,
        "where": str(measure_id) if refused and measure_id else "",
        "given": request.POST.get("text", "")[:2000] if refused else "",
        "is_sent": request.GET.get("terkirim") == "1" and refused is None,
    }
    return _quiet(render(request, "supervision/own.html", context, status=refused.status if refused else 200))


def _shown(entry: dict[str, Any], papers: dict[UUID, list[dict[str, Any]]]) -> dict[str, Any]:
    """With its documents, and days as days."""
    answer = entry["appeal"]
    return entry | {
        "papers": papers.get(UUID(entry["id"]), []),
        "appeal_papers": papers.get(UUID(answer["id"]), []) if answer else [],
        "day_on": _day(entry["day"]),
        "from": None if entry["from_on"] == entry["day"] else _day(entry["from_on"]),
        "until": _day(entry["until_on"]),
        "appeal_by": _day(entry["appeal_until"]),
        "appeal": answer and answer | {"filed": _day(answer["filed_on"]), "decided": _day(answer["decided_on"])},
    }


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _holder(request: HttpRequest, token: str) -> link.Holder:
    now, ip = SystemClock().now(), client_ip(request)
    limit.check(kind="own_file_guess", key=ip, limit=GUESSES, per=HOUR, now=now)
    limit.take(kind="own_file_look", key=ip, limit=LOOKS, per=MINUTE, now=now)
    holder = link.read(token)
    if holder is None:
        limit.take(kind="own_file_guess", key=ip, limit=GUESSES, per=HOUR, now=now)
        raise Refused("E9516")
    return holder


def _work(holder: link.Holder) -> Work:
    return Work.open(scope=Scope.branch(holder.branch_id))


def _require_open(work: Work, holder: link.Holder) -> dict[str, Any]:
    """Raises E9516 where the link has ended or the agent is gone."""
    found = work.dicts(_WHO, [holder.branch_id, holder.agent_id])
    if not found or branch_day(work.now, found[0]["timezone"]) > holder.until:
        raise Refused("E9516")
    return found[0]


def _quiet(answer: HttpResponse) -> HttpResponse:
    """Not kept by a browser that others use (``headers.py`` too), and not found by a search."""
    answer["Cache-Control"] = "no-store"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer
