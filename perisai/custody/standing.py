"""What an agent may hold and holds: by the rule of their class, what the branch allows beside it, and undeposited receipts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final, LiteralString, NamedTuple
from uuid import UUID

from perisai.custody.rules import custody_rules
from perisai.events.work import Work, branch_day
from perisai.offices import calendar
from perisai.offices.calendar import Calendar

LOOKS_BACK: Final = timedelta(days=90)
"""Receipts that were settled or voided longer ago no longer say what was held when an op was made."""

# Carried by agents_agent's key; the lock makes two phones of one agent take turns.
_LOCK: LiteralString = "SELECT 1 FROM agents_agent WHERE branch_id = %s AND id = ANY (%s) ORDER BY id FOR NO KEY UPDATE"

# Carried by the licence's agent index.
_SINCE: LiteralString = """
SELECT agent_id, min(valid_from) FROM agents_licence WHERE branch_id = %s AND agent_id = ANY (%s) GROUP BY agent_id
"""
# Carried by permission_agent.
_ALLOWED: LiteralString = """
SELECT agent_id, kind, amount, until_on, given_at, ended_at FROM custody_permission
WHERE branch_id = %s AND (agent_id = ANY (%s) OR agent_id IS NULL) AND given_at > %s ORDER BY given_at
"""
# Carried by receipt_agent and the key of custody_line.
_CASH: LiteralString = """
SELECT r.agent_id, r.id, r.amount, sum(l.settled)::bigint, r.captured_at, r.due_on, coalesce(r.settled_at, r.void_at)
FROM custody_receipt r JOIN custody_line l ON l.branch_id = r.branch_id AND l.receipt_id = r.id
WHERE r.branch_id = %(branch)s AND r.agent_id = ANY (%(agents)s) AND r.kind = 'cash'
  AND (r.state = 'held' OR coalesce(r.settled_at, r.void_at) > %(since)s)
GROUP BY r.branch_id, r.id
ORDER BY r.captured_at, r.id
"""


class Cash(NamedTuple):
    """One receipt for cash. ``settled``: what the bank has confirmed of it by now; ``ended_at``: when nothing of it was left."""

    id: UUID
    amount: int
    settled: int
    captured_at: datetime
    due_on: date
    ended_at: datetime | None

    @property
    def left(self) -> int:
        return 0 if self.ended_at else self.amount - self.settled


class Allowed(NamedTuple):
    kind: str
    amount: int | None
    until_on: date
    given_at: datetime
    ended_at: datetime | None
    is_own: bool
    """For this agent, not for all."""


@dataclass
class Standing:
    """Of one agent. Rupiah and days of the branch."""

    agent_class: str
    since: date | None
    timezone: str
    calendar: Calendar
    cash: list[Cash] = field(default_factory=list)
    allowed: list[Allowed] = field(default_factory=list)

    def limit_at(self, at: datetime) -> int:
        """What the branch allows this agent before what it allows all, before the rule."""
        day = branch_day(at, self.timezone)
        held = [one for one in self.allowed if one.kind == "limit" and _holds(one, at, day)]
        best = sorted(held, key=lambda one: (one.is_own, one.given_at))
        if best and best[-1].amount is not None:
            return best[-1].amount
        return custody_rules().limit(self.agent_class, day)

    def due_on(self, captured: datetime) -> date:
        """The last day to deposit what was taken then: so many working days later."""
        day = branch_day(captured, self.timezone)
        return calendar.add_working_days(day, custody_rules().days(day), self.calendar)

    def extended_until(self, at: datetime) -> date | None:
        day = branch_day(at, self.timezone)
        found = [one.until_on for one in self.allowed if one.kind == "extension" and _holds(one, at, day)]
        return max(found, default=None)

    def held_at(self, at: datetime) -> int:
        """Cash in hand at an instant. Of a receipt that the bank has confirmed in part, the rest."""
        return sum(one.amount if one.ended_at else one.left for one in self._open_at(at))

    def overdue_at(self, at: datetime) -> list[Cash]:
        """Receipts that should have been deposited before that day, but for an extension."""
        day = branch_day(at, self.timezone)
        until = self.extended_until(at)
        return [] if until is not None and until >= day else [one for one in self._open_at(at) if one.due_on < day]

    def _open_at(self, at: datetime) -> list[Cash]:
        return [one for one in self.cash if one.captured_at <= at and (one.ended_at is None or one.ended_at > at)]


def lock(work: Work, branch_id: int, agent_ids: Sequence[UUID]) -> None:
    """Until the Work ends, nobody else changes what these agents hold."""
    work.rows(_LOCK, [branch_id, list(agent_ids)])


def standing_of(work: Work, *, branch_id: int, agent_id: UUID, timezone: str) -> Standing:
    return standings(work, branch_id=branch_id, agent_ids=[agent_id], timezone=timezone)[agent_id]


def standings(work: Work, *, branch_id: int, agent_ids: Sequence[UUID], timezone: str) -> dict[UUID, Standing]:
    """Of many agents, in four statements."""
    ids = list(agent_ids)
    rules, today = custody_rules(), branch_day(work.now, timezone)
    since: dict[UUID, date] = dict(work.rows(_SINCE, [branch_id, ids]))
    open_days = calendar.of_office(work, branch_id)
    found = {one: Standing(rules.class_of(since.get(one), today), since.get(one), timezone, open_days) for one in ids}
    for agent_id, kind, amount, until, given, ended in work.rows(
        _ALLOWED, [branch_id, ids, work.now - timedelta(days=400)]
    ):
        for one in [agent_id] if agent_id else ids:
            found[one].allowed.append(Allowed(kind, amount, until, given, ended, agent_id is not None))
    asked: dict[str, Any] = {"branch": branch_id, "agents": ids, "since": work.now - LOOKS_BACK}
    for agent_id, *cash in work.rows(_CASH, asked):
        found[agent_id].cash.append(Cash(*cash))
    return found


def _holds(one: Allowed, at: datetime, day: date) -> bool:
    return one.given_at <= at and day <= one.until_on and (one.ended_at is None or one.ended_at > at)
