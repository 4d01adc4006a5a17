"""The agent a phone belongs to, as far as this room needs it.

The agents' room stands above this one and cannot be imported here, so these two reads are SQL on its table.
"""

from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from perisai.accounts.audience import Viewer
from perisai.errors import Refused
from perisai.events.work import Work

# Carried by the primary key (branch_id, id) and by the unique agent_id of users.
_GET: LiteralString = """
SELECT a.branch_id, a.id, a.code, a.full_name, a.sub_branch_id, a.agency_office_id, a.state, coalesce(u.is_active, false)
FROM agents_agent a LEFT JOIN accounts_user u ON u.agent_id = a.id
"""


@dataclass(frozen=True)
class AgentCard:
    branch_id: int
    id: UUID
    code: str
    full_name: str
    sub_branch_id: int | None
    agency_office_id: int | None
    state: str
    has_login: bool
    """An agent's phone works only while the agent's user is active."""

    @property
    def is_active(self) -> bool:
        """Also a trainee, who learns on the phone, and a suspended agent: whether they may enrol is another question."""
        return self.state != "ended"


def find_card(work: Work, *, branch_id: int, agent_id: UUID) -> AgentCard | None:
    found = work.row(_GET + "WHERE a.branch_id = %s AND a.id = %s", [branch_id, agent_id])
    return AgentCard(*found) if found else None


def get_card(work: Work, *, viewer: Viewer, agent_id: UUID) -> AgentCard:
    """An agent whom the viewer may see. Raises ``Refused`` E1004."""
    condition, params = narrow_agents(viewer)
    found = work.row(_GET + f"WHERE a.id = %s AND {condition}", [agent_id, *params])
    if found is None:
        raise Refused("E1004")
    return AgentCard(*found)


def narrow_agents(viewer: Viewer) -> tuple[LiteralString, list[Any]]:
    """``Viewer.narrow`` for the agents' own table ``a``, where the agent's id is ``id``."""
    if viewer.agent_id is not None:
        return "a.branch_id = ANY(%s) AND a.id = %s", [list(viewer.branches or ()), viewer.agent_id]
    return viewer.narrow("a")
