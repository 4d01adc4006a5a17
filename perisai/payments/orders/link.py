"""Links to the public page of an order: unguessable, expiring, and silent about whose bills it pays."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from perisai.accounts.sealed_link import SealedLink

PATH: Final = "/p/o/"
SHOWN_FOR: Final = timedelta(days=30)
"""How long after its last moment the page still tells whether the order was paid."""
_LINK: Final = SealedLink("order", ">I16sI")


@dataclass(frozen=True)
class OrderLink:
    branch_id: int
    order_id: UUID
    expires_at: datetime


def make(*, branch_id: int, order_id: UUID, pay_by: datetime) -> str:
    """The path of the page, ``/p/o/<54 characters>``."""
    return PATH + _LINK.seal(branch_id, order_id.bytes, int((pay_by + SHOWN_FOR).timestamp()))


def read(token: str) -> OrderLink | None:
    """What a token says, whether or not it has expired; None where it is not one of ours."""
    held = _LINK.open(token)
    return OrderLink(held[0], UUID(bytes=held[1]), datetime.fromtimestamp(held[2], UTC)) if held else None
