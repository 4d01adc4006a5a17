"""The page on which people say how they want to be told, and confirm the number that they wrote."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from perisai.accounts.audience import PageRequest, audience
from perisai.accounts.words import say
from perisai.alerts import proof, way, words
from perisai.alerts.console import TAKES
from perisai.alerts.rules import watched
from perisai.errors import Refused
from perisai.events.clock import SystemClock
from perisai.events.work import Work

_CLOCK = SystemClock()


@audience(*TAKES, work=False)
@require_http_methods(["GET", "POST"])
@never_cache
def mine(request: PageRequest) -> HttpResponse:
    """How the viewer wants to be told, and of what. A POST changes the way; ``act`` ``send`` asks for a code to the number,
    ``confirm`` brings it back. Works of their own: a wrong code counts, and one that is sent leaves by the viewer's own office."""
    refused = None
    if request.method == "POST":
        try:
            return _change(request)
        except Refused as error:
            refused = error
    user, language, role = request.viewer.user, say("id", "en"), request.viewer.role
    with _work(request) as work:
        own = way.mine(work, user.id)
        typed = request.POST if refused and not request.POST.get("act") else {}
        context: dict[str, Any] = {
            "mine": own,
            "kind": typed.get("kind", own.kind),
            "phone": typed.get("phone", ""),
            "awaits_code": own.awaits_code(work.now),
            "email": user.email,
            "told": [words.title(kind, language) for kind, rule in watched().items() if role in rule.tell],
            "passed": [words.title(kind, language) for kind, rule in watched().items() if role in rule.line()],
            "refused": refused and refused.answer(),
        }
    response = render(request, "alerts/mine.html", context, status=refused.status if refused else 200)
    if refused and refused.retry_after is not None:
        response["Retry-After"] = str(refused.retry_after)
    return response


def _change(request: PageRequest) -> HttpResponse:
    user, act = request.viewer.user, request.POST.get("act", "")
    if act == "confirm":
        with _work(request) as work:
            left = proof.confirm(work, user_id=user.id, code=request.POST.get("code", ""))
        if left is not None:
            raise Refused("E5205", left=left)
        messages.success(request, say("Nomor dikonfirmasi.", "The number is confirmed."))
        return redirect("alerts:mine")
    if act != "send":
        with _work(request) as work:
            way.choose(work, user_id=user.id, kind=request.POST.get("kind", ""), phone=request.POST.get("phone", ""))
            own = way.mine(work, user.id)
        if not own.is_unconfirmed or own.awaits_code(work.now):
            messages.success(request, say("Tersimpan.", "Saved."))
            return redirect("alerts:mine")
    proof.send_code(user=user, clock=_CLOCK)
    messages.success(request, say("Kode dikirim ke nomor Anda.", "A code was sent to your number."))
    return redirect("alerts:mine")


def _work(request: PageRequest) -> Work:
    return Work.open(scope=request.viewer.scope, actor=request.viewer.actor, clock=_CLOCK)
