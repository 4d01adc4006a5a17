"""An agent's own employers for the phone (docs/device-protocol.md, section 26)."""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Router

from perisai.employers import for_phone
from perisai.sync.api import _FRESH, _SIGNED, PROBLEMS, _compressed, _now, _work, clock
from perisai.sync.learning import learner_of
from perisai.sync.signed import signed_phone

router = Router(tags=["device"])


@router.get(
    "sync/employers",
    response={200: dict[str, Any], **PROBLEMS},
    operation_id="employers",
    openapi_extra={"parameters": [*_SIGNED, *_FRESH]},
)
def employers(request: HttpRequest) -> HttpResponse:
    """With their workers, what they owe and the code to pay it."""
    phone = signed_phone(request, clock.now())
    with _work(phone) as work:
        found = for_phone.employers(work, learner_of(phone))
    return _compressed(request, orjson.dumps({**found, **_now()}), {"Cache-Control": "no-store"})
