"""Tickets for the live process: what a page was allowed to watch, signed, for a few minutes.

The live process has no sessions. A page that the viewer may open hands out a ticket for exactly its scope; the stream takes
nothing else. The user id inside lets the live process end the stream of somebody who was deactivated meanwhile.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson

SECONDS = 300
_VERSION = "L1"
_CLOCK_SKEW_SECONDS = 5


class BadTicket(ValueError):
    """Not a ticket of this installation, or its time is over."""


@dataclass(frozen=True)
class Ticket:
    """``level`` and ``key`` name the scope (``perisai.offices.scopes``); ``expires`` is in seconds since 1970."""

    user_id: UUID
    level: str
    key: str
    expires: int


def make_ticket(*, user_id: UUID, level: str, key: str, now: datetime, secret: bytes) -> str:
    """A ticket for ``SECONDS`` from now, fit for a query string."""
    claims = [str(user_id), level, key, int(now.timestamp()) + SECONDS]
    body = _text(orjson.dumps(claims))
    return f"{_VERSION}.{body}.{_text(_sign(body, secret))}"


def read_ticket(text: str, *, now: datetime, secret: bytes) -> Ticket:
    """Raises ``BadTicket`` where the ticket is forged, broken or expired."""
    version, _, rest = text.partition(".")
    body, _, signature = rest.partition(".")
    try:
        given = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
        if version != _VERSION or not hmac.compare_digest(given, _sign(body, secret)):
            raise BadTicket("forged")
        user_id, level, key, expires = orjson.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except BadTicket:
        raise
    except ValueError as error:
        raise BadTicket("broken") from error
    seconds_left = expires - now.timestamp()
    if not 0 < seconds_left <= SECONDS + _CLOCK_SKEW_SECONDS:
        raise BadTicket("expired")
    return Ticket(UUID(user_id), level, key, expires)


def _sign(body: str, secret: bytes) -> bytes:
    return hmac.digest(secret, f"{_VERSION}.{body}".encode(), hashlib.sha256)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
