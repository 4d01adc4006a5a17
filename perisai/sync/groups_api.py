"""An agent's groups, and whose funding ends, over HTTP for phones (docs/device-protocol.md). Every request is signed."""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Router

from perisai.events.work import branch_day
from perisai.payers import for_phone
from perisai.sync.api import _FRESH, _SIGNED, PROBLEMS, _compressed, _now, _work, clock
from perisai.sync.signed import signed_phone

router = Router(tags=["device"])


@router.get(
    "sync/groups",
    response={200: dict[str, Any], **PROBLEMS},
    operation_id="groups",
    openapi_extra={"parameters": [*_SIGNED, *_FRESH]},
)
def groups(request: HttpRequest) -> HttpResponse:
    """The agent's groups with their newest open code; members whose funding ends, with what a month costs from then on."""
    phone = signed_phone(request, clock.now())
    with _work(phone) as work:
        today = branch_day(work.now, phone.timezone)
        found = for_phone.groups(work, branch_id=phone.branch_id, agent_id=phone.agent_id, today=today)
    return _compressed(request, orjson.dumps({**found, **_now()}), {"Cache-Control": "no-store"})
