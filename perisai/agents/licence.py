"""May this agent do field work at that time?"""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum
from uuid import UUID
from zoneinfo import ZoneInfo

from perisai.events.work import Work

# Carried by the primary key of agents_agent and by licence_agent.
_STANDING = """
SELECT a.code, a.full_name, a.sub_branch_id, a.agency_office_id, l.id, l.number, l.valid_from, l.valid_to, l.state, l.state_since
FROM agents_agent a
LEFT JOIN agents_licence l ON l.branch_id = a.branch_id AND l.agent_id = a.id
WHERE a.branch_id = %s AND a.id = %s
ORDER BY l.valid_to
"""


@dataclass(frozen=True)
class HeldLicence:
    id: UUID
    number: str
    valid_from: date
    valid_to: date
    state: str
    state_since: datetime

    def valid_at(self, at: datetime, timezone: str) -> bool:
        """By the branch's day; a suspension or revocation counts from its instant, not before."""
        day = at.astimezone(ZoneInfo(timezone)).date()
        return self.valid_from <= day <= self.valid_to and (self.state == "valid" or at < self.state_since)


class Gate(Enum):
    OPEN = "open"
    CLOSED = "closed"
    CHANGED = "changed"
    """It opened or closed within the interval in which the act may have happened."""


@dataclass(frozen=True)
class Standing:
    """An agent's place and licences as a gate needs them."""

    agent_id: UUID
    code: str
    name: str
    sub_branch_id: int | None
    agency_office_id: int | None
    licences: tuple[HeldLicence, ...]

    def gate(
        self, earliest: datetime, latest: datetime, estimate: datetime, timezone: str
    ) -> tuple[Gate, HeldLicence | None]:
        """Whether field work was allowed throughout [earliest, latest], nowhere in it, or in part of it; and the licence
        that covered it: all of it, or else the estimated instant."""
        at_start = self.licence_at(earliest, timezone)
        if at_start is not None and at_start.valid_at(latest, timezone):
            return Gate.OPEN, at_start
        at_end = self.licence_at(latest, timezone)
        if at_start is None and at_end is None and not self._opens_within(earliest, latest, estimate, timezone):
            return Gate.CLOSED, None
        return Gate.CHANGED, self.licence_at(estimate, timezone)

    def _opens_within(self, earliest: datetime, latest: datetime, estimate: datetime, timezone: str) -> bool:
        """A licence that began and ended while nobody can say when the act happened."""
        zone = ZoneInfo(timezone)
        begins = [datetime.combine(held.valid_from, time(), zone) for held in self.licences]
        return any(earliest <= at <= latest and self.licence_at(at, timezone) for at in (estimate, *begins))

    def licence_at(self, at: datetime, timezone: str) -> HeldLicence | None:
        return next((held for held in self.licences if held.valid_at(at, timezone)), None)


def get_standing(work: Work, *, branch_id: int, agent_id: UUID) -> Standing:
    """One statement. Raises ``LookupError`` where the branch has no such agent."""
    rows = work.rows(_STANDING, [branch_id, agent_id], prepared=True)
    if not rows:
        raise LookupError(f"branch {branch_id} has no agent {agent_id}")
    code, name, sub_branch_id, agency_office_id = rows[0][:4]
    held = tuple(HeldLicence(*row[4:]) for row in rows if row[4] is not None)
    return Standing(agent_id, code, name, sub_branch_id, agency_office_id, held)
