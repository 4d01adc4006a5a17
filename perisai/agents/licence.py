"""May this agent do field work at that time?"""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum
from uuid import UUID
from zoneinfo import ZoneInfo

from perisai.events.work import Work

# Carried by the primary key of agents_agent, by hold_once and by licence_agent.
_STANDING = """
SELECT a.code, a.full_name, a.sub_branch_id, a.agency_office_id, h.kinds, h.begun, h.ended,
  l.id, l.number, l.valid_from, l.valid_to, l.state, l.state_since
FROM agents_agent a
LEFT JOIN LATERAL (
  SELECT array_agg(kind) AS kinds, array_agg(lower(during)) AS begun, array_agg(upper(during)) AS ended
  FROM agents_hold WHERE branch_id = a.branch_id AND agent_id = a.id
) h ON true
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


@dataclass(frozen=True)
class Held:
    """A time in which the agent may not enrol, licence or not: ``since`` <= t < ``until`` (None: it goes on)."""

    kind: str
    since: datetime
    until: datetime | None

    def touches(self, earliest: datetime, latest: datetime) -> bool:
        return self.since <= latest and (self.until is None or earliest < self.until)


REFUSALS = {"suspended": "E9401", "remedial": "E9402"}
"""What is said of work captured in a hold of a kind."""


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
    holds: tuple[Held, ...] = ()

    def gate(
        self, earliest: datetime, latest: datetime, estimate: datetime, timezone: str
    ) -> tuple[Gate, HeldLicence | None]:
        """Whether field work was allowed throughout [earliest, latest], nowhere in it, or in part of it; and the licence
        that covered it: all of it, or else the estimated instant."""
        at_start = self.licence_at(earliest, timezone)
        is_held = any(hold.touches(earliest, latest) for hold in self.holds)
        if at_start is not None and at_start.valid_at(latest, timezone) and not is_held:
            return Gate.OPEN, at_start
        if not self._opens_within(earliest, latest, estimate, timezone):
            return Gate.CLOSED, None
        return Gate.CHANGED, self.licence_at(estimate, timezone)

    def refusal(self, at: datetime, timezone: str) -> str:
        """The code of the catalogue that says why work at ``at`` is refused."""
        if not self.licences:
            return "E9403"
        hold = self.hold_at(at)
        return REFUSALS[hold.kind] if hold and self.licence_at(at, timezone) else "E3021"

    def hold_at(self, at: datetime) -> Held | None:
        return next((hold for hold in self.holds if hold.touches(at, at)), None)

    def _opens_within(self, earliest: datetime, latest: datetime, estimate: datetime, timezone: str) -> bool:
        """Whether any instant in it was free. Freedom can only begin with the interval, a licence's first day or the end of
        a hold, so no other instant needs a look."""
        zone = ZoneInfo(timezone)
        begins = [datetime.combine(held.valid_from, time(), zone) for held in self.licences]
        ends = [hold.until for hold in self.holds if hold.until is not None]
        return any(
            earliest <= at <= latest and self.licence_at(at, timezone) and not self.hold_at(at)
            for at in (earliest, latest, estimate, *begins, *ends)
        )

    def licence_at(self, at: datetime, timezone: str) -> HeldLicence | None:
        return next((held for held in self.licences if held.valid_at(at, timezone)), None)


def get_standing(work: Work, *, branch_id: int, agent_id: UUID) -> Standing:
    """One statement. Raises ``LookupError`` where the branch has no such agent."""
    rows = work.rows(_STANDING, [branch_id, agent_id], prepared=True)
    if not rows:
        raise LookupError(f"branch {branch_id} has no agent {agent_id}")
    code, name, sub_branch_id, agency_office_id, kinds, begun, ended = rows[0][:7]
    licences = tuple(HeldLicence(*row[7:]) for row in rows if row[7] is not None)
    holds = tuple(Held(*hold) for hold in zip(kinds, begun, ended, strict=True)) if kinds else ()
    return Standing(agent_id, code, name, sub_branch_id, agency_office_id, licences, holds)
