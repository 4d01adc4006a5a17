"""Personal links of reminders: unguessable, silent about whom they are for."""

from typing import Final, NamedTuple
from uuid import UUID

from django.conf import settings

from perisai.accounts.sealed_link import SealedLink

PATH = "/j/"
_LINK: Final = SealedLink("reminder", ">I16s")


class Link(NamedTuple):
    branch_id: int
    reminder_id: UUID


def address(branch_id: int, reminder_id: UUID) -> str:
    """Of the page, whole, as a text carries it."""
    return f"{settings.ORIGIN}{PATH}{make(branch_id, reminder_id)}"


def make(branch_id: int, reminder_id: UUID) -> str:
    """48 characters."""
    return _LINK.seal(branch_id, reminder_id.bytes)


def read(token: str) -> Link | None:
    """None where it is not one of ours, written as we write it."""
    held = _LINK.open(token)
    return Link(held[0], UUID(bytes=held[1])) if held else None
