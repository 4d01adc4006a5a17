"""Server time tokens, and what they say about when an act happened on a phone whose clock nobody can trust."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import Any

from perisai import keys
from perisai.errors import Refused
from perisai.events.captured import Captured

FRESH = timedelta(minutes=15)
WIDE = timedelta(days=14)
_FAR = 10**12
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_ms(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(milliseconds=1)


def from_ms(ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=ms)


def make_token(now: datetime) -> str:
    """``T1.<ms>.<tag>``: the server's time, authenticated by a key only the server has."""
    text = f"T1.{to_ms(now)}"
    return f"{text}.{_tag(text)}"


@lru_cache(maxsize=4096)
def read_token(token: str) -> datetime | None:
    """The time in a token; None where it is not ours."""
    text, _, tag = token.rpartition(".")
    if not (token.isascii() and text.startswith("T1.") and hmac.compare_digest(_tag(text), tag)):
        return None
    return from_ms(int(text[3:]))


def require_fresh(token: str, now: datetime) -> None:
    """Raises E2004 where a token is not ours or older than ``FRESH``."""
    at = read_token(token)
    if at is None or not -timedelta(seconds=5) <= now - at <= FRESH:
        raise Refused("E2004")


def captured(at: Any, *, received: datetime) -> Captured:
    """Reads the ``at`` of an op. A token bounds only from below; the receipt from above.

    Without a token of ours nothing bounds from below: the interval is wide, and a person looks at it.
    """
    issued = read_token(at["token"]) if isinstance(at, dict) and isinstance(at.get("token"), str) else None
    if issued is None or issued > received:
        return Captured(received - WIDE, received, received, doubtful=True)
    mono, then, clock = (_number(at, name) for name in ("mono", "token_clock", "clock"))
    earliest = min(issued + _span(mono), received) if mono is not None and mono >= 0 else issued
    if then is None or clock is None:
        return Captured(earliest, received, received, doubtful=True)
    guess = issued + _span(clock - then)
    outside = not earliest - timedelta(minutes=2) <= guess <= received + timedelta(minutes=2)
    estimate = min(max(guess, earliest), received)
    return Captured(earliest, received, estimate, doubtful=outside or received - earliest > WIDE)


def _span(ms: int) -> timedelta:
    """At most thirty years either way: further than any clock means, and still a date."""
    return timedelta(milliseconds=max(-_FAR, min(ms, _FAR)))


def _number(at: dict[str, Any], name: str) -> int | None:
    value = at.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 2**53:
        return None
    return int(value)


def _tag(text: str) -> str:
    digest = hmac.digest(_token_key(), text.encode(), hashlib.sha256)[:18]
    return base64.urlsafe_b64encode(digest).decode()


@cache
def _token_key() -> bytes:
    return keys.get("time_token")
