"""Simulated gateways (SMS, WhatsApp, e-mail) for the demo: take texts over real HTTP, and a page shows them as phones would.

Numbers that end in 0503 answer "busy", those in 0404 "no such number", so that bad days can be shown too. Texts lie in
``DATA/run``, outside the platform's own records, as they would lie with an operator.
"""

import fcntl
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from perisai import keys
from perisai.accounts.audience import machine, public
from perisai.events import world

KEPT = 100


@csrf_exempt
@machine
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """``{"to", "text", "id"}``: the same id again is the same text."""
    _require_demo()
    expected = f"Bearer {keys.get('sms_sim').decode()}"
    if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), expected.encode()):
        return JsonResponse({"error": "unauthorised"}, status=401)
    try:
        text = orjson.loads(request.body)
        to, body, text_id = str(text["to"])[:80], str(text["text"])[:4000], str(text["id"])[:60]
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"error": "to, text and id"}, status=400)
    for ending, status in (("0503", 503), ("0404", 404)):
        if to.endswith(ending):
            return JsonResponse({"error": "simulated"}, status=status)
    with _texts() as texts:
        if all(one["id"] != text_id for one in texts):
            channel = request.GET.get("channel", "sms")[:10]
            texts.append(
                {"id": text_id, "to": to, "text": body, "at": datetime.now(UTC).isoformat(), "channel": channel}
            )
    return JsonResponse({"id": f"SIM-{text_id[-12:]}"})


@public
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """What came over all channels, newest first; ``?to=`` shows one phone's. It looks again by itself."""
    _require_demo()
    to = request.GET.get("to", "").strip()[:80]
    with _texts() as texts:
        shown = [one | {"at": datetime.fromisoformat(one["at"])} for one in reversed(texts) if one["to"].endswith(to)]
    return render(request, "simulate/sms.html", {"texts": shown, "to": to})


def _require_demo() -> None:
    if world.kind() == "real":
        raise Http404


@contextmanager
def _texts() -> Iterator[list[dict[str, Any]]]:
    """The newest texts, to read and to add to; one process at a time."""
    path = Path(settings.DATA) / "run" / "simulated-sms.json"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.with_suffix(".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        before = path.read_text(encoding="utf-8") if path.exists() else "[]"
        texts: list[dict[str, Any]] = json.loads(before)
        yield texts
        after = json.dumps(texts[-KEPT:], ensure_ascii=False)
        if after != before:
            fresh = path.with_suffix(".new")
            fresh.write_text(after, encoding="utf-8")
            fresh.rename(path)


def keep(texts: list[dict[str, Any]]) -> None:
    """Puts texts of the demo's story where those lie that came by themselves: ``id``, ``to``, ``text``, ``at``, ``channel``."""
    with _texts() as kept:
        known = {one["id"] for one in kept}
        kept += [one for one in texts if one["id"] not in known]
