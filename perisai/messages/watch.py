"""What a room that has messages sent later wants to be asked and told: whether one is still wanted, and how it ended."""

from typing import Final, Protocol
from uuid import UUID

from perisai.events.work import Work


class Watch(Protocol):
    def still_wanted(self, work: Work, *, branch_id: int, message_id: UUID) -> str:
        """'' where it is to be sent now; otherwise, in a word, why not. Asked in the Work just before it is handed over."""

    def ended(self, work: Work, *, branch_id: int, message_id: UUID, state: str, problem: str) -> None:
        """``state``: sent, failed or dropped. Told in the Work in which it ends."""


WATCHES: Final[dict[str, Watch]] = {}
"""By purpose; a room enters its own when the programme starts."""
