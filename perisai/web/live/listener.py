"""One browser that listens to a scope, and the frames of an event stream (HTML standard, section 9.2)."""

import asyncio
import itertools
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from starlette.types import Send

_ids = itertools.count(1)


def frame(event: str, data: Mapping[str, Any], position: str = "") -> bytes:
    """One event. ``position`` becomes its id, which a browser sends back when it reconnects."""
    id_line = f"id: {position}\n".encode() if position else b""
    return b"event: " + event.encode() + b"\n" + id_line + b"data: " + orjson.dumps(data) + b"\n\n"


class Listener:
    """Frames go straight to the socket's buffer. A listener whose buffer is full is ended, never waited for."""

    def __init__(self, send: Send, *, user_id: UUID, expires: int) -> None:
        self.id = next(_ids)
        self.user_id = user_id
        self.expires = expires
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._send = send

    def push(self, body: bytes) -> bool:
        """Hands a frame to the server without suspending; False where that cannot be done at once.

        The server's ``send`` suspends only while the socket's buffer is above its high-water mark, so that one step of the
        coroutine tells a slow listener from a fast one without a task or a queue for each.
        """
        if self.ended.done():
            return False
        step = self._send({"type": "http.response.body", "body": body, "more_body": True}).__await__()
        try:
            next(step)
        except StopIteration:
            return True
        except Exception:  # noqa: BLE001 - whatever the server raises, this one listener is gone
            self.end()
            return False
        step.close()
        self.end()
        return False

    def end(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)
