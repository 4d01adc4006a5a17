"""The agent's own papers over HTTP (docs/device-protocol.md, section 18)."""

from typing import Annotated, Any

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from perisai.sync.api import _FRESH, _SIGNED, PROBLEMS, _compressed, _now, _work, clock
from perisai.sync.papers import papers
from perisai.sync.signed import signed_phone

router = Router(tags=["device"])


@router.get(
    "agent/me",
    response={200: dict[str, Any], **PROBLEMS},
    operation_id="ownPapers",
    openapi_extra={"parameters": [*_SIGNED, *_FRESH]},
)
def own_papers(
    request: HttpRequest, photo: Annotated[str, Query(pattern=r"^[0-9a-f]{64}$")] | None = None
) -> HttpResponse:
    """Licence, hold, office, placement, exams and file of the phone's agent; ``photo`` names the badge photo that it has."""
    phone = signed_phone(request, clock.now())
    with _work(phone) as work:
        found = papers(work, phone, known_photo=photo)
    return _compressed(request, orjson.dumps({**found, **_now()}), {"Cache-Control": "no-store"})
