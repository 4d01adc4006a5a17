"""The code of attendance: eight digits that the teacher's screen shows and that nobody can use half a minute later.

It is a MAC over the lesson, its place and time, and the step of time it is for: a lesson that is moved has other codes. A step
lasts half of the code's life; a code is taken in its own step and the next one, and so lives at most ``life`` seconds.
"""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from perisai import keys

DIGITS = 8
MOST_LIFE = 30
"""Seconds."""
BEFORE = timedelta(minutes=30)
"""How long before a lesson begins its codes are taken; after it ends they are taken as long."""


@dataclass(frozen=True)
class Bound:
    """What a code is bound to. ``lat`` and ``lon`` None: a place without a point."""

    branch_id: int
    lesson_id: UUID
    starts_at: datetime
    ends_at: datetime
    lat: float | None
    lon: float | None
    radius: int

    @property
    def opens_at(self) -> datetime:
        return self.starts_at - BEFORE

    @property
    def closes_at(self) -> datetime:
        return self.ends_at + BEFORE


@dataclass(frozen=True)
class Window:
    """When a code is good: from ``opens`` until before ``closes``."""

    opens: datetime
    closes: datetime


def step_seconds(life: int) -> int:
    """Half of the code's life, which is never longer than ``MOST_LIFE``, whatever a rule says."""
    return max(1, min(life, MOST_LIFE) // 2)


def code_at(bound: Bound, at: datetime, life: int) -> tuple[str, datetime]:
    """The code that is shown at an instant, and when the next one takes its place."""
    step = _step(at, life)
    return _code(bound, step), _begins(step + 1, life)


def window_of(bound: Bound, code: str, *, life: int, until: datetime) -> Window | None:
    """When this was the lesson's code: the newest time not after ``until``; None where it never was."""
    for step in _steps(bound, life, until):
        if hmac.compare_digest(_code(bound, step), code):
            return Window(_begins(step, life), _begins(step, life) + timedelta(seconds=2 * step_seconds(life)))
    return None


def _steps(bound: Bound, life: int, until: datetime) -> Iterator[int]:
    newest, oldest = _step(min(until, bound.closes_at), life), _step(bound.opens_at, life)
    return iter(range(newest, oldest - 1, -1))


def _step(at: datetime, life: int) -> int:
    return int(at.timestamp()) // step_seconds(life)


def _begins(step: int, life: int) -> datetime:
    return datetime.fromtimestamp(step * step_seconds(life), UTC)


def _code(bound: Bound, step: int) -> str:
    place = "-" if bound.lat is None else f"{bound.lat:.6f},{bound.lon:.6f},{bound.radius}"
    times = f"{bound.starts_at.timestamp():.0f}\n{bound.ends_at.timestamp():.0f}"
    text = f"perisai-attend-1\n{bound.branch_id}\n{bound.lesson_id}\n{times}\n{place}\n{step}"
    digest = hmac.digest(keys.get("attendance"), text.encode(), hashlib.sha256)
    return f"{int.from_bytes(digest[:8], 'big') % 10**DIGITS:0{DIGITS}d}"
