"""One op of a phone about learning, as the room that judges ops hands it over."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from perisai.events.captured import Captured


@dataclass(frozen=True)
class Told:
    """``body`` is whatever the phone sent; ``place`` degrees and metres, or nothing."""

    op_id: UUID
    body: Any
    captured: Captured
    place: dict[str, float] | None = None


@dataclass(frozen=True)
class Learner:
    """Who learns: an agent on a phone, or ``is_staff`` in the browser, under the id of the login. ``timezone`` is the branch's."""

    branch_id: int
    trainee_id: UUID
    timezone: str
    device_id: UUID | None = None
    is_staff: bool = False
