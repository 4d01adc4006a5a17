"""The door of the read API: who asks, what they may read, within which branches, and answers that a reader can keep."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any, Final

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from ninja import Schema
from ninja.security import HttpBearer

from perisai.errors import Refused
from perisai.events.clock import SystemClock
from perisai.events.work import Work
from perisai.feeds import key
from perisai.feeds.area import scope_of
from perisai.feeds.key import Reader

SMALL: Final = 1024
clock = SystemClock()


class ReadProblem(Schema):
    """Problem details of RFC 9457."""

    type: str
    title: str
    status: int
    code: str
    text: dict[str, str]
    action: dict[str, str]


PROBLEMS: Final[dict[Any, Any]] = dict.fromkeys((400, 401, 403, 404, 422, 429, 503), ReadProblem)


class ReadKey(HttpBearer):
    """``Authorization: Bearer perisai_read_...``"""

    openapi_name = "readKey"

    def __call__(self, request: HttpRequest) -> Reader:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return self.authenticate(request, token.strip() if scheme.lower() == "bearer" else "")

    def authenticate(self, request: HttpRequest, token: str) -> Reader:
        """Raises E5401."""
        del request
        reader = key.find_reader(token, clock.now())
        if reader is None:
            raise Refused("E5401")
        return reader


def reader_of(request: HttpRequest, part: str) -> Reader:
    """The reader, counted. Raises E5402, E5403."""
    reader: Reader = request.auth  # type: ignore[attr-defined]
    key.take(reader, part=part, now=clock.now())
    return reader


@contextmanager
def reading(request: HttpRequest, part: str) -> Iterator[Work]:
    """A Work of the key's branches that can write nothing."""
    reader = reader_of(request, part)
    with Work(scope=scope_of(reader.office_id, reader.office_kind), clock=clock) as work:
        work.execute("SET LOCAL transaction_read_only = on")
        yield work


def sees(work: Work, branch_id: int) -> bool:
    return work.scope.branches is None or branch_id in work.scope.branches


def answer(request: HttpRequest, body: dict[str, Any]) -> HttpResponse:
    """JSON with an ETag; 304 where the reader has exactly this."""
    content = orjson.dumps(body)
    etag = f'W/"{sha256(content).hexdigest()[:20]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Authorization, Accept-Encoding"}
    if etag in request.headers.get("If-None-Match", ""):
        return HttpResponseNotModified(headers=headers)
    if len(content) > SMALL and "gzip" in request.headers.get("Accept-Encoding", ""):
        content = gzip.compress(content, 6)
        headers["Content-Encoding"] = "gzip"
    return HttpResponse(content, content_type="application/json", headers=headers)
