"""The agent that a file is about, locked: whoever decides about one agent waits for whoever decides at the same moment."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import LiteralString
from uuid import UUID

from perisai.agents import agent as agents
from perisai.errors import Refused
from perisai.events.work import Happened, Work, branch_day

# By primary keys.
_FACTS: LiteralString = """
SELECT a.code, a.phone, a.sub_branch_id, a.agency_office_id, o.timezone, o.name
FROM agents_agent a JOIN offices_office o ON o.id = a.branch_id WHERE a.branch_id = %s AND a.id = %s
"""

# By primary keys, in the order of ``lock``.
_LOCK_MANY: LiteralString = """
SELECT a.id, a.state, a.code, a.phone, a.sub_branch_id, a.agency_office_id, o.timezone, o.name
FROM agents_agent a JOIN offices_office o ON o.id = a.branch_id
WHERE a.branch_id = %s AND a.id = ANY (%s) ORDER BY a.id FOR UPDATE OF a
"""

# Carried by measure_agent.
_LATEST: LiteralString = """
SELECT id FROM supervision_measure WHERE branch_id = %s AND agent_id = %s ORDER BY decided_at DESC, id DESC LIMIT 1
"""


@dataclass(frozen=True)
class Subject:
    branch_id: int
    agent_id: UUID
    state: str
    code: str
    phone: str
    sub_branch_id: int | None
    agency_office_id: int | None
    timezone: str
    branch: str

    def today(self, now: datetime) -> date:
        return branch_day(now, self.timezone)

    def happened(self, kind: str, subject_id: UUID, **detail: object) -> Happened:
        return Happened(
            kind=kind,
            branch_id=self.branch_id,
            subject_id=subject_id,
            agent_id=self.agent_id,
            sub_branch_id=self.sub_branch_id,
            agency_office_id=self.agency_office_id,
            detail={name: value for name, value in detail.items() if value is not None},
        )


def lock(work: Work, *, branch_id: int, agent_id: UUID, ended: bool = False) -> Subject:
    """Holds the agent's row to the end of the Work. Raises E1004, and E9511 for one who has ended unless ``ended``."""
    state = agents.lock(work, branch_id=branch_id, agent_id=agent_id)
    if state == "ended" and not ended:
        raise Refused("E9511")
    facts = work.row(_FACTS, [branch_id, agent_id])
    assert facts is not None
    return Subject(branch_id, agent_id, state, *facts)


def lock_many(work: Work, *, branch_id: int, agent_ids: Collection[UUID]) -> dict[UUID, Subject]:
    """As ``lock``, of several and also of those who have ended, in order of id. One statement."""
    if not agent_ids:
        return {}
    rows = work.rows(_LOCK_MANY, [branch_id, sorted(agent_ids)])
    return {row[0]: Subject(branch_id, *row) for row in rows}


def require_unchanged(work: Work, subject: Subject, seen: str | None) -> None:
    """Raises E9501 where the file has another newest measure than the page that the officer decided from. ``seen`` is its id, empty
    for an empty file; None: nobody looked at a page."""
    if seen is None:
        return
    row = work.row(_LATEST, [subject.branch_id, subject.agent_id])
    if (str(row[0]) if row else "") != seen:
        raise Refused("E9501")
