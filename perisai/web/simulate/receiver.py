"""A simulated receiver of web hooks for the demo: verifies what arrives as a real one would, and a page shows it.

It can be told to be busy for a minute, so that retries can be seen. What it took lies in ``DATA/run``, outside our own records."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from standardwebhooks import Webhook, WebhookVerificationError

from perisai import keys
from perisai.accounts.audience import machine, public
from perisai.events import world
from perisai.events.kinds import kinds

KEPT = 60
BUSY = timedelta(minutes=1)


@csrf_exempt
@machine
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """204 once it is kept, 401 for a signature that does not fit, 503 while it is told to be busy."""
    _require_demo()
    try:
        events = Webhook(keys.get("feed_sim")).verify(request.body, dict(request.headers.items()))
    except (WebhookVerificationError, ValueError):
        return HttpResponse(status=401)
    with _kept() as kept:
        if kept["busy_until"] > _now().isoformat():
            return HttpResponse(status=503)
        known = {event["id"] for event in kept["events"]}
        now = _now().isoformat()
        kept["messages"] += 1
        kept["events"] += [{**event, "came": now} for event in events if event["id"] not in known]
    return HttpResponse(status=204)


@public
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """What came, newest first. It looks again by itself."""
    _require_demo()
    with _kept() as kept:
        shown = [_shown(event) for event in reversed(kept["events"])]
        is_busy = kept["busy_until"] > _now().isoformat()
        context = {"events": shown, "many": kept["messages"], "is_busy": is_busy}
    return render(request, "simulate/receiver.html", context)


@public
@require_POST
def busy(request: HttpRequest) -> HttpResponse:
    _require_demo()
    with _kept() as kept:
        kept["busy_until"] = (_now() + BUSY).isoformat()
    return HttpResponseRedirect("/simulate/receiver/")


def _shown(event: dict[str, Any]) -> dict[str, Any]:
    kind = kinds().get(event["type"].removeprefix("perisai."))
    return {
        "came": datetime.fromisoformat(event["came"]),
        "words": {"id": kind.id, "en": kind.en} if kind else {"id": "Peristiwa uji", "en": "Test event"},
        "id": event["id"],
        "data": event.get("data") or {},
    }


def _require_demo() -> None:
    if world.kind() != "demo":
        raise Http404


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def _kept() -> Iterator[dict[str, Any]]:
    """``events``: the newest; ``messages``: how many came; ``busy_until``. One process at a time."""
    path = Path(settings.DATA) / "run" / "simulated-receiver.json"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.with_suffix(".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        kept: dict[str, Any] = json.loads(before) if before else {"events": [], "messages": 0, "busy_until": ""}
        yield kept
        kept["events"] = kept["events"][-KEPT:]
        after = json.dumps(kept)
        if after != before:
            fresh = path.with_suffix(".new")
            fresh.write_text(after, encoding="utf-8")
            fresh.rename(path)
