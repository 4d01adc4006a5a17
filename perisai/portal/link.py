"""Links to the public pay page: unguessable, expiring, and silent about whom they are for."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.conf import settings

from perisai.accounts.sealed_link import SealedLink

PATH = "/p/"
_LINK: Final = SealedLink("pay", ">I16sI")


@dataclass(frozen=True)
class Link:
    enrolment_id: UUID
    branch_id: int
    expires_at: datetime


def make(*, enrolment_id: UUID, branch_id: int, expires_at: datetime) -> str:
    """The path of the page, ``/p/<54 characters>``. ``expires_at`` counts in whole seconds."""
    return PATH + _LINK.seal(branch_id, enrolment_id.bytes, int(expires_at.timestamp()))


def address(branch_id: int, enrolment_id: UUID, until: datetime) -> str:
    """Of the page, whole, as a text carries it."""
    return settings.ORIGIN + make(enrolment_id=enrolment_id, branch_id=branch_id, expires_at=until)


def read(token: str) -> Link | None:
    """What a token says, whether or not it has expired; None where it is not one of ours."""
    held = _LINK.open(token)
    return Link(UUID(bytes=held[1]), held[0], datetime.fromtimestamp(held[2], UTC)) if held else None
