"""The personal link to an exam: unguessable, expiring, and silent about whom it is for.

It is the same text for the same seat, so that staff can show it again.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from perisai.accounts.sealed_link import SealedLink

PATH = "/ujian/"
_LINK: Final = SealedLink("exam", ">I16sI")


@dataclass(frozen=True)
class Link:
    seat_id: UUID
    branch_id: int
    expires_at: datetime


def make(*, seat_id: UUID, branch_id: int, expires_at: datetime) -> str:
    """The path of the page, ``/ujian/<54 characters>``. ``expires_at`` counts in whole seconds."""
    return PATH + _LINK.seal(branch_id, seat_id.bytes, int(expires_at.timestamp()))


def read(token: str) -> Link | None:
    """What a token says, whether or not it has expired; None where it is not one of ours."""
    held = _LINK.open(token)
    return Link(UUID(bytes=held[1]), held[0], datetime.fromtimestamp(held[2], UTC)) if held else None
