"""An enrolment on its way through the gates."""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from perisai.agents.licence import Standing
from perisai.contributions.bills import bill
from perisai.events.captured import Captured
from perisai.members.enrolments.entry import Entry


@dataclass(frozen=True)
class Site:
    """Where and through whom: the branch, its time zone, the agent and the phone."""

    branch_id: int
    timezone: str
    standing: Standing
    device_id: UUID | None


class Asked(NamedTuple):
    """One ``enrol`` op: its id becomes the enrolment's."""

    op_id: UUID
    body: Any
    captured: Captured
    place: dict[str, float] | None


@dataclass
class Candidate:
    """An enrolment on its way through the gates; ``reason`` set means a person has to look."""

    id: UUID
    asked: Asked
    entry: Entry
    captured_on: date
    nik: str
    nik_hash: bytes
    kk_hash: bytes | None
    name_key: str
    warnings: tuple[str, ...]
    licence_id: UUID | None = None
    reason: str | None = None
    candidates: list[dict[str, Any]] | None = None
    period: date | None = None
    over: bool = False
    payment_code: str | None = None
    issued: bill.Issued | None = None

    def doubt(self, reason: str, warning: str) -> None:
        """A person has to look; the warning stays visible where a graver reason comes first."""
        self.reason = self.reason or reason
        self.warnings = (*self.warnings, warning)
