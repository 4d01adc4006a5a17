"""The member's own page as a letter names it. The portal stands above this room: it enters how the address is made."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

Address = Callable[[int, UUID, datetime], str]
"""(branch, enrolment, until when it opens) -> the whole address."""

_known: list[Address] = []


def enter(make: Address) -> None:
    """By the portal, when the programme starts."""
    _known[:] = [make]


def address_of(branch_id: int, enrolment_id: UUID, until: datetime) -> str:
    return _known[0](branch_id, enrolment_id, until)
