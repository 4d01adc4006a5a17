"""The live process: ``uvicorn perisai.web.live.app:app``. No sessions, no Django; it knows people by signed tickets only.

``GET /live/stream?ticket=...&after=...&as_of=...`` is an event stream: ``hello``, ``snapshot``, then ``moved`` with what changed,
``beat`` every 15 seconds, ``paused`` and ``resumed`` around an outage of the database, ``ended`` with a reason. ``POST
/live/extend`` takes a newer ticket for a stream that is open. ``GET /live/healthz`` answers 200 while positions are being read.

It needs uvicorn: ``Listener.push`` relies on its ``send`` not suspending while the socket takes what it is given.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from types import FrameType
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import Headers, QueryParams
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from perisai import keys
from perisai.events.live import BadTicket, Ticket, read_ticket
from perisai.offices.scopes import UnknownScope
from perisai.web.live.hub import Away, Channel, Hub, NotAllowed
from perisai.web.live.listener import Listener
from perisai.web.settings import ORIGIN

_DATABASE_URL = os.environ.get("DATABASE_URL", "postgresql://perisai_web@localhost/perisai")
_LAST_WORDS_SECONDS = 1.0

hub = Hub(_DATABASE_URL)


async def stream(scope: Scope, receive: Receive, send: Send) -> None:
    """One listener, from its ticket to its end."""
    try:
        ticket, channel = await _admit(scope)
    except _Refusal as refusal:
        await refusal.response(scope, receive, send)
        return
    await send({"type": "http.response.start", "status": 200, "headers": _STREAM_HEADERS})
    listener = Listener(send, user_id=ticket.user_id, expires=ticket.expires)
    channel.listeners.add(listener)
    listener.push(
        b"retry: 1000\n" + channel.greeting(_after(scope), _as_of(scope), listener) + hub.alerted(channel, listener)
    )
    try:
        await _until_gone(listener, receive)
    finally:
        listener.end()
        channel.listeners.discard(listener)
    with suppress(TimeoutError):
        await asyncio.wait_for(send({"type": "http.response.body", "body": b""}), _LAST_WORDS_SECONDS)


async def healthz(_: Request) -> JSONResponse:
    is_alive = hub.is_following()
    counts = {"listeners": sum(1 for _ in hub.listeners()), "scopes": len(hub.channels)}
    database = "ok" if is_alive else "away"
    headers = {"Cache-Control": "no-store"}
    return JSONResponse(
        {"live": "ok", "database": database, **counts}, status_code=200 if is_alive else 503, headers=headers
    )


async def extend(request: Request) -> Response:
    """A newer ticket for an open stream of the same person and scope: 204, or 404 where there is no such stream."""
    try:
        ticket = _ticket(request.query_params)
    except BadTicket:
        return JSONResponse({"error": "ticket"}, status_code=401)
    channel = next((c for w, c in hub.channels.items() if (w.level, w.key) == (ticket.level, ticket.key)), None)
    for listener in channel.listeners if channel else ():
        if str(listener.id) == request.query_params.get("listener") and listener.user_id == ticket.user_id:
            listener.expires = max(listener.expires, ticket.expires)
            return Response(status_code=204)
    return JSONResponse({"error": "stream"}, status_code=404)


class _Refusal(Exception):
    def __init__(self, status: int, error: str, **headers: str) -> None:
        self.response = JSONResponse({"error": error}, status, {"Access-Control-Allow-Origin": ORIGIN, **headers})


async def _admit(scope: Scope) -> tuple[Ticket, Channel]:
    if Headers(scope=scope).get("origin", ORIGIN) != ORIGIN:
        raise _Refusal(403, "origin")
    try:
        ticket = _ticket(QueryParams(scope["query_string"]))
        return ticket, await hub.admit(ticket)
    except BadTicket as error:
        raise _Refusal(401, "ticket") from error
    except NotAllowed as error:
        raise _Refusal(403, "user") from error
    except UnknownScope as error:
        raise _Refusal(404, "scope") from error
    except Away as error:
        raise _Refusal(503, "database", **{"Retry-After": "2"}) from error


def _ticket(query: QueryParams) -> Ticket:
    return read_ticket(query.get("ticket", ""), now=datetime.now(UTC), secret=keys.get("live_ticket"))


def _after(scope: Scope) -> str:
    """The last position the browser has: its own header when it reconnects by itself, else the page's parameter."""
    return Headers(scope=scope).get("last-event-id") or QueryParams(scope["query_string"]).get("after", "")


def _as_of(scope: Scope) -> int | None:
    """When the browser's numbers were right (ms since 1970); None from one that does not say."""
    text = QueryParams(scope["query_string"]).get("as_of", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


async def _until_gone(listener: Listener, receive: Receive) -> None:
    async def disconnected() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    waiting = asyncio.ensure_future(disconnected())
    try:
        await asyncio.wait({waiting, listener.ended}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()


@asynccontextmanager
async def _lifespan(_: Starlette) -> AsyncIterator[None]:
    following = asyncio.create_task(hub.run())
    restore = _end_streams_on_signal()
    yield
    restore()
    hub.end_all()
    following.cancel()
    with suppress(asyncio.CancelledError):
        await following


def _end_streams_on_signal() -> Callable[[], None]:
    """Streams never end by themselves, so a server asked to stop would wait for them: end them first, then let it stop."""
    loop = asyncio.get_running_loop()
    previous: dict[int, Any] = {}

    def stop(number: int, at: FrameType | None) -> None:
        loop.call_soon_threadsafe(hub.end_all)
        if callable(previous[number]):
            previous[number](number, at)

    with suppress(ValueError):  # not in the main thread: a test's server, which ends its streams itself
        for number in (signal.SIGTERM, signal.SIGINT):
            previous[number] = signal.signal(number, stop)

    def restore() -> None:
        for number, handler in previous.items():
            signal.signal(number, handler)

    return restore


_STREAM_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"access-control-allow-origin", ORIGIN.encode()),
    (b"vary", b"Origin"),
]

_pages = Starlette(
    routes=[Route("/live/healthz", healthz), Route("/live/extend", extend, methods=["POST"])],
    middleware=[Middleware(CORSMiddleware, allow_origins=[ORIGIN], allow_methods=["GET", "POST"])],
    lifespan=_lifespan,
)


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Streams go around Starlette: two thousand of them, each one coroutine deep."""
    if scope["type"] == "http" and scope["path"] == "/live/stream" and scope["method"] == "GET":
        await stream(scope, receive, send)
    else:
        await _pages(scope, receive, send)
