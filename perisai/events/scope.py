"""Whose rows a Work may touch: the branches of one part of the office tree."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Scope:
    """``branches`` None means every branch there is (head office and the system itself)."""

    branches: tuple[int, ...] | None

    @classmethod
    def branch(cls, branch_id: int) -> "Scope":
        return cls((branch_id,))

    @classmethod
    def of(cls, branch_ids: Iterable[int]) -> "Scope":
        return cls(tuple(sorted(set(branch_ids))))

    @classmethod
    def nation(cls) -> "Scope":
        return cls(None)


@dataclass(frozen=True)
class Actor:
    """Who acts: a user, or the system (``user_id`` None), and from which phone."""

    user_id: UUID | None = None
    device_id: UUID | None = None


SYSTEM = Actor()
