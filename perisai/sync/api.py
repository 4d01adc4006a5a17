"""The device protocol over HTTP (docs/device-protocol.md)."""

import gzip
from functools import lru_cache
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from ninja import Path, Query, Router, Schema
from pydantic import Field

from perisai.accounts import device
from perisai.accounts.client import client_ip
from perisai.contributions.rules.in_force import Rules, load, rules_for_phone
from perisai.errors import Refused
from perisai.events import world
from perisai.events.clock import SystemClock
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work
from perisai.events.world import Kind
from perisai.members.photos import photo
from perisai.messages.consent_code import request_consent_code
from perisai.offices import regions
from perisai.sync import sealed
from perisai.sync.clock import make_token, to_ms
from perisai.sync.me import me
from perisai.sync.pull import MOST, pull
from perisai.sync.push import push
from perisai.sync.signed import Phone, get_phone, signed_phone

router = Router(tags=["device"])
clock = SystemClock()

Words = Annotated[str, Field(pattern=r"^[^\x00]*$")]
"""PostgreSQL holds every character but one."""
SMALL = 1024
Hex64 = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]


class ServerTime(Schema):
    time_token: str
    server_ms: int
    world: Kind | None = None
    """``practice``: nothing there is real, and the phone says so on every screen. Not in answers to a push."""


class Previous(Schema):
    device: UUID
    seq: Annotated[int, Field(ge=0, lt=2**53)]
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Activation(Schema):
    code: Annotated[str, Field(min_length=10, max_length=40)]
    public_key: Annotated[str, Field(max_length=200)]
    name: Annotated[Words, Field(max_length=200)]
    app: Annotated[Words, Field(max_length=40)]
    proof: Annotated[str, Field(max_length=100)]
    previous: Previous | None = None


class Activated(ServerTime):
    device: UUID
    previous: dict[str, Any] | None
    """The last confirmed op of the phone that this one follows."""
    agent: dict[str, Any]
    branch: dict[str, Any]


class PushAnswers(ServerTime):
    chain: dict[str, Any]
    answers: list[dict[str, Any]]


class Pulled(ServerTime):
    cursor: int
    more: bool
    members: list[dict[str, Any]]
    answers: list[dict[str, Any]]
    me: dict[str, Any] | None


class Number(Schema):
    phone: Annotated[Words, Field(max_length=20)]


class CodeSent(ServerTime):
    challenge: UUID
    seconds: int


class Uploaded(Schema):
    offset: int
    size: int
    complete: bool


class Problem(Schema):
    type: str
    title: str
    status: int
    code: str
    text: dict[str, str]
    action: dict[str, str]
    wipe: bool | None = None
    """With E2002: nothing of this phone waits here any more."""
    limits: dict[str, int] | None = None
    """With E1003."""
    reason: str | None = None
    """With E6020."""


PROBLEMS: dict[Any, Any] = dict.fromkeys((400, 401, 403, 404, 409, 413, 422, 429, 503), Problem)

_SIGNED = [
    {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
    for name in ("X-Perisai-Device", "X-Perisai-Signature")
]
_LINES = {"schema": {"type": "string"}}
_FRESH = [{"name": "X-Perisai-Token", "in": "header", "required": True, "schema": {"type": "string"}}]


def _now() -> dict[str, Any]:
    now = clock.now()
    return {"time_token": make_token(now), "server_ms": to_ms(now), "world": world.kind()}


@router.post("sync/time", response={200: ServerTime, **PROBLEMS}, operation_id="serverTime")
def server_time(request: HttpRequest) -> dict[str, Any]:
    """The server's time as a token."""
    return _now()


@router.post("activation", response={200: Activated, **PROBLEMS}, operation_id="activate")
def activation(request: HttpRequest, body: Activation) -> dict[str, Any]:
    """Makes a phone an agent's, by a one-time code of the branch."""
    activated = device.activate(
        code=body.code,
        public_key=body.public_key,
        proof=body.proof,
        name=body.name,
        app=body.app,
        previous=body.previous.model_dump() if body.previous else None,
        ip=client_ip(request),
        clock=clock,
    )
    phone = get_phone(activated.device_id)
    with _work(phone) as work:
        about = me(work, phone)
    follows = activated.previous
    previous = follows and {"device": str(follows.device_id), "seq": follows.seq, "hash": follows.hash.hex()}
    who = {"agent": about["agent"], "branch": about["branch"]}
    return {"device": activated.device_id, "previous": previous, **who, **_now()}


@router.post(
    "sync/push",
    response={200: PushAnswers, **PROBLEMS},
    operation_id="push",
    openapi_extra={
        "parameters": [{**header, "required": False} for header in _SIGNED],
        "requestBody": {
            "required": True,
            "content": {"application/x-ndjson": _LINES, sealed.MEDIA_TYPE: _LINES},
        },
    },
)
def push_ops(request: HttpRequest) -> HttpResponse:
    """Takes up to 200 chained ops: plain, with the headers of a signature, or sealed, which brings its own."""
    return HttpResponse(orjson.dumps(push(request, clock=clock)), content_type="application/json; charset=utf-8")


@router.get(
    "sync/pull",
    response={200: Pulled, **PROBLEMS},
    operation_id="pull",
    openapi_extra={"parameters": [*_SIGNED, *_FRESH]},
)
def pull_changes(
    request: HttpRequest,
    cursor: Annotated[int, Query(ge=0, lt=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST)] = MOST,
) -> HttpResponse:
    """What changed for the agent since ``cursor``."""
    phone = signed_phone(request, clock.now())
    with _work(phone) as work:
        page = pull(work, phone, cursor=cursor, limit=limit)
    return _compressed(request, orjson.dumps({**page, **_now()}), {"Cache-Control": "no-store"})


@router.post(
    "sync/consent-code",
    response={200: CodeSent, **PROBLEMS},
    operation_id="consentCode",
    openapi_extra={"parameters": [*_SIGNED, *_FRESH]},
)
def consent_code(request: HttpRequest, body: Number) -> dict[str, Any]:
    """Sends a one-time code to a worker's own phone, for a consent that was read aloud."""
    phone = signed_phone(request, clock.now())
    sent = request_consent_code(
        branch_id=phone.branch_id,
        agent_id=phone.agent_id,
        device_id=phone.id,
        user_id=phone.user_id,
        phone=body.phone,
        clock=clock,
    )
    return {"challenge": sent.challenge, "seconds": sent.seconds, **_now()}


@router.get(
    "attachments/{address}",
    response={200: Uploaded, **PROBLEMS},
    operation_id="attachmentProgress",
    openapi_extra={"parameters": [*_SIGNED, *_FRESH]},
)
def attachment_progress(request: HttpRequest, address: Hex64, enrolment: UUID | None = None) -> dict[str, Any]:
    """How much of a photo has come; with ``enrolment``, of one that is brought later."""
    phone = signed_phone(request, clock.now())
    with _work(phone) as work:
        return vars(photo.progress(work, _photo(request, phone, address, enrolment)))


@router.patch(
    "attachments/{address}",
    response={200: Uploaded, **PROBLEMS},
    operation_id="attachmentPiece",
    openapi_extra={
        "parameters": [
            *_SIGNED,
            *_FRESH,
            {"name": "Upload-Offset", "in": "header", "required": True, "schema": {"type": "integer", "minimum": 0}},
        ],
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        },
    },
)
def attachment_piece(request: HttpRequest, address: Hex64, enrolment: UUID | None = None) -> Any:
    """Adds a piece to a photo; with ``enrolment``, to one that is brought later."""
    phone = signed_phone(request, clock.now())
    offset = _length(request, "Upload-Offset")
    if offset is None:
        raise Refused("E1002", reason="Upload-Offset")
    if len(request.body) > photo.MOST_PIECE:
        raise Refused("E1003", members={"limits": {"bytes": photo.MOST_PIECE}}, limit="256 KiB")
    asked = _photo(request, phone, address, enrolment)
    with _work(phone) as work:
        return vars(photo.add_piece(work, asked, offset=offset, piece=request.body))


def _photo(request: HttpRequest, phone: Phone, address: str, enrolment: UUID | None) -> photo.Asked:
    size = _length(request, "Upload-Length")
    return photo.Asked(phone.branch_id, phone.agent_id, bytes.fromhex(address), enrolment, size)


def _length(request: HttpRequest, header: str) -> int | None:
    """A number of bytes; None where the header is missing. Raises E1002 for anything else."""
    text = request.headers.get(header, "")
    if text and not (text.isascii() and text.isdigit() and len(text) < 12):
        raise Refused("E1002", reason=header)
    return int(text) if text else None


@router.get("reference/rules", response={200: dict[str, Any], 304: None}, operation_id="rules")
def rules(request: HttpRequest) -> HttpResponse:
    """What the phone computes prices and reads NIKs with."""
    return _cached(request, _rules_bytes(load()))


@router.get(
    "reference/regions/{province}", response={200: dict[str, Any], 304: None, **PROBLEMS}, operation_id="regions"
)
def province_regions(request: HttpRequest, province: Annotated[str, Path(pattern=r"^\d{2}$")]) -> HttpResponse:
    """All regencies, districts and villages of a province."""
    return _cached(request, _regions_bytes(province))


@lru_cache(maxsize=2)
def _rules_bytes(_rules: Rules) -> bytes:
    """Made once for the rules in force."""
    return orjson.dumps(rules_for_phone())


@lru_cache(maxsize=40)
def _regions_bytes(province: str) -> bytes:
    found = regions.phone_list(province)
    if not found["regencies"]:
        raise Refused("E1004")
    return orjson.dumps(found)


def _cached(request: HttpRequest, content: bytes) -> HttpResponse:
    """Answers 304 where the caller has this already."""
    etag = f'W/"{sha256(content).hexdigest()[:20]}"'
    if etag in request.headers.get("If-None-Match", ""):
        return HttpResponseNotModified(headers={"ETag": etag})
    return _compressed(request, content, {"ETag": etag, "Cache-Control": "no-cache"})


def _compressed(request: HttpRequest, content: bytes, headers: dict[str, str]) -> HttpResponse:
    """In gzip where the phone takes it and it pays: for lines of 20 kB/s."""
    headers["Vary"] = "Accept-Encoding"
    if len(content) > SMALL and "gzip" in request.headers.get("Accept-Encoding", ""):
        content = gzip.compress(content, 6)
        headers["Content-Encoding"] = "gzip"
    return HttpResponse(content, content_type="application/json", headers=headers)


def _work(phone: Phone) -> Work:
    return Work(scope=Scope.branch(phone.branch_id), actor=Actor(phone.user_id, phone.id), clock=clock)
