"""What a phone asks about cash: its certificate, numbers for receipts, and what it holds (docs/device-protocol.md, section 20)."""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Router

from perisai.custody import for_phone
from perisai.sync.api import _FRESH, _SIGNED, PROBLEMS, _compressed, _now, _work, clock
from perisai.sync.learning import learner_of
from perisai.sync.signed import signed_phone

router = Router(tags=["device"])


@router.get(
    "sync/custody",
    response={200: dict[str, Any], **PROBLEMS},
    operation_id="custody",
    openapi_extra={"parameters": [*_SIGNED, *_FRESH]},
)
def custody(request: HttpRequest) -> HttpResponse:
    """Everything that work with cash needs without signal."""
    phone = signed_phone(request, clock.now())
    with _work(phone) as work:
        found = for_phone.state(work, learner_of(phone))
    return _compressed(request, orjson.dumps({**found, **_now()}), {"Cache-Control": "no-store"})
