"""What members owe and who to chase, over HTTP for phones (docs/device-protocol.md). Every request is signed."""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Router

from perisai.events.work import branch_day
from perisai.reminders import for_phone
from perisai.sync.api import _FRESH, _SIGNED, PROBLEMS, _compressed, _now, _work, clock
from perisai.sync.signed import signed_phone

router = Router(tags=["device"])


@router.get(
    "sync/dues",
    response={200: dict[str, Any], **PROBLEMS},
    operation_id="dues",
    openapi_extra={"parameters": [*_SIGNED, *_FRESH]},
)
def dues(request: HttpRequest) -> HttpResponse:
    """Of every member in the agent's care: cover, what is owed, what was promised; and how a chase list is made of it."""
    phone = signed_phone(request, clock.now())
    with _work(phone) as work:
        today = branch_day(work.now, phone.timezone)
        found = for_phone.dues(work, branch_id=phone.branch_id, agent_id=phone.agent_id, today=today)
    return _compressed(request, orjson.dumps({**found, **_now()}), {"Cache-Control": "no-store"})
