"""``/agen/<code>``: is this agent genuine today? For anybody, without an account; never a personal number."""

import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, LiteralString

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from perisai.accounts import limit
from perisai.accounts.audience import public
from perisai.accounts.client import client_ip
from perisai.agents import licence, public_code
from perisai.agents import photo as photos
from perisai.events import world
from perisai.events.clock import Clock, SystemClock
from perisai.events.scope import Scope
from perisai.events.work import Work, branch_day

LOOKS, GUESSES, PER = 60, 10, timedelta(minutes=1)
"""Looks, and codes that are nobody's, from one address in a minute."""

# Carried by agent_code; offices and regions by primary key, the placement by placement_once.
_FIND: LiteralString = """
SELECT a.id, a.full_name, a.code, a.public_key, a.state, b.name AS branch, b.address, b.timezone, s.name AS sub_branch,
  g.name AS agency,
  ARRAY(SELECT r.name FROM offices_region r WHERE r.code = ANY (p.districts) ORDER BY r.name) AS districts
FROM agents_agent a
JOIN offices_office b ON b.id = a.branch_id
LEFT JOIN offices_office s ON s.id = a.sub_branch_id
LEFT JOIN offices_office g ON g.id = a.agency_office_id
LEFT JOIN agents_placement p
  ON p.branch_id = a.branch_id AND p.agent_id = a.id AND p.during @> (%s::timestamptz AT TIME ZONE b.timezone)::date
WHERE a.branch_id = %s AND a.code = %s
"""


@dataclass(frozen=True)
class Checked:
    """``state``: ``genuine``, or why not today: ``held``, ``expired``, ``later``, ``revoked``, ``trainee``, ``ended``."""

    state: str
    who: dict[str, Any]
    held: licence.HeldLicence | None

    @property
    def is_genuine(self) -> bool:
        """Nobody is, in practice."""
        return self.state == "genuine" and not world.is_practice()


def clock() -> Clock:
    """The server's."""
    return SystemClock()


@public
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """The field for a code that somebody reads from a badge."""
    asked = request.GET.get("kode", "")[:60]
    code = public_code.read(asked)
    if code is not None:
        return HttpResponseRedirect(reverse("agent_check", args=[public_code.make(code.code, code.key)]))
    if asked:
        _count_guess(request)
    return _page(request, {"asked": asked, "wrong": bool(asked)}, 404 if asked else 200)


@public
@require_safe
def check(request: HttpRequest, text: str) -> HttpResponse:
    """The answer in one word, and who that is. Raises E1005 after 60 looks or 10 wrong codes in a minute from one address."""
    found = _look(request, text, clock())
    if found is None:
        return _page(request, {"asked": text[:60], "wrong": True}, 404)
    context = {
        "found": found,
        "text": public_code.make(found.who["code"], found.who["public_key"]),
        "initials": "".join(word[0] for word in found.who["full_name"].split()[:2]),
    }
    return _page(request, context, 200)


@public
@require_safe
def photo(request: HttpRequest, text: str) -> HttpResponse:
    """The face, only of somebody who is genuine today."""
    code = public_code.read(text)
    found = _look(request, text, clock())
    if code is None or found is None or not found.is_genuine:
        return HttpResponse(status=404)
    with Work(scope=Scope.branch(code.branch_id)) as work:
        picture = photos.find(work, branch_id=code.branch_id, agent_id=found.who["id"])
    if picture is None:
        return HttpResponse(status=404)
    return _quiet(HttpResponse(picture, content_type="image/jpeg"))


def judge(work: Work, branch_id: int, who: dict[str, Any]) -> Checked:
    """By the same standing that lets work through or not."""
    if who["state"] == "ended":
        return Checked("ended", who, None)
    standing = licence.get_standing(work, branch_id=branch_id, agent_id=who["id"])
    held = standing.licence_at(work.now, who["timezone"])
    if held is not None:
        return Checked("held" if standing.hold_at(work.now) else "genuine", who, held)
    if not standing.licences:
        return Checked("trainee", who, None)
    last = standing.licences[-1]
    if last.state != "valid":
        return Checked("revoked", who, last)
    return Checked("later" if last.valid_from > branch_day(work.now, who["timezone"]) else "expired", who, last)


def _look(request: HttpRequest, text: str, at: Clock) -> Checked | None:
    now, ip = at.now(), client_ip(request)
    limit.check(kind="agent_guess", key=ip, limit=GUESSES, per=PER, now=now)
    limit.take(kind="agent_look", key=ip, limit=LOOKS, per=PER, now=now)
    code = public_code.read(text)
    found = _find(code, at) if code else None
    if found is None:
        _count_guess(request, at)
    return found


def _find(code: public_code.PublicCode, at: Clock) -> Checked | None:
    with Work(scope=Scope.branch(code.branch_id), clock=at) as work:
        rows = work.dicts(_FIND, [work.now, code.branch_id, code.code])
        if not rows or not hmac.compare_digest(rows[0]["public_key"], code.key):
            return None
        found = judge(work, code.branch_id, rows[0])
        rows[0]["has_photo"] = found.is_genuine and photos.exists(
            work, branch_id=code.branch_id, agent_id=rows[0]["id"]
        )
        return found


def _count_guess(request: HttpRequest, at: Clock | None = None) -> None:
    now = (at or clock()).now()
    limit.take(kind="agent_guess", key=client_ip(request), limit=GUESSES, per=PER, now=now)


def _page(request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
    return _quiet(render(request, "agents/check.html", context, status=status))


def _quiet(response: HttpResponse) -> HttpResponse:
    """No search engine keeps it, and no cache answers for today."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cache-Control"] = "no-store"
    return response
