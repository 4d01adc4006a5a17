"""Courses over HTTP for phones (docs/device-protocol.md, section 17). Every request is signed."""

from typing import Annotated, Any
from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from perisai.errors import Refused
from perisai.events.work import Work
from perisai.sync.api import _FRESH, _SIGNED, PROBLEMS, Hex64, _compressed, _now, _work, clock
from perisai.sync.learning import learner_of
from perisai.sync.signed import signed_phone
from perisai.training import for_phone, media
from perisai.training.told import Learner

router = Router(tags=["device"])
_HEADERS = {"parameters": [*_SIGNED, *_FRESH]}
_NO_STORE = {"Cache-Control": "no-store"}


@router.get(
    "training/courses", response={200: dict[str, Any], **PROBLEMS}, operation_id="courses", openapi_extra=_HEADERS
)
def courses(request: HttpRequest) -> HttpResponse:
    """The agent's courses, what is missing, credit and lessons."""
    work, learner = _open(request)
    with work:
        found = for_phone.courses(work, learner)
    return _compressed(request, orjson.dumps({**found, **_now()}), dict(_NO_STORE))


@router.get(
    "training/versions/{version}",
    response={200: dict[str, Any], **PROBLEMS},
    operation_id="courseVersion",
    openapi_extra=_HEADERS,
)
def course_version(request: HttpRequest, version: UUID) -> HttpResponse:
    """One version of a course, as it will always be."""
    work, learner = _open(request)
    with work:
        found = for_phone.version(work, learner, version)
    return _compressed(request, orjson.dumps({**found, **_now()}), dict(_NO_STORE))


@router.get(
    "training/media/{address}",
    response=PROBLEMS,
    operation_id="courseMedia",
    openapi_extra=_HEADERS
    | {
        "responses": {
            200: {
                "description": "OK",
                "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
            }
        }
    },
)
def course_media(
    request: HttpRequest, address: Hex64, offset: Annotated[int, Query(ge=0, lt=2**31)] = 0
) -> HttpResponse:
    """At most 256 KiB of a picture or video, from ``offset``, which is a multiple of that."""
    if offset % media.PIECE:
        raise Refused("E1002", reason="offset")
    work, learner = _open(request)
    number = offset // media.PIECE
    with work:
        stored = media.find(work, branch_id=learner.branch_id, sha256=address)
        found = media.pieces(work, branch_id=learner.branch_id, sha256=address, first=number, last=number)
    if not found:
        raise Refused("E1002", reason="offset")
    headers = {**_NO_STORE, "X-Perisai-Size": str(stored.size)}
    return HttpResponse(found[0], content_type="application/octet-stream", headers=headers)


def _open(request: HttpRequest) -> tuple[Work, Learner]:
    phone = signed_phone(request, clock.now())
    return _work(phone), learner_of(phone)
