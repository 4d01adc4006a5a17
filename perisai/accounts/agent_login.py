"""Logins of agents, made when the agents' room admits them."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Work

# Carried by the unique username and the unique agent_id. A password of '!' fits nobody: the phone is the way in, and the branch
# resets the password for the agent who asks for one.
_MAKE = """
INSERT INTO accounts_user (id, username, email, full_name, role, office_id, agent_id, language, is_active,
  must_change_password, created_at, password, is_superuser)
SELECT n.id, n.username, '', n.full_name, 'agent', n.office, n.agent, 'id', true, true, %s, '!', false
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::int[], %s::uuid[]) AS n (id, username, full_name, office, agent)
ON CONFLICT DO NOTHING
"""


class NewLogin(NamedTuple):
    """``username``: the agent's code in small letters; ``office_id``: the sub-branch, or else the branch."""

    agent_id: UUID
    username: str
    full_name: str
    office_id: int


def make_many(work: Work, logins: Sequence[NewLogin]) -> None:
    """One statement. Raises E2010 where somebody has such a login."""
    made = work.execute(
        _MAKE,
        [
            work.now,
            [uuid7() for _ in logins],
            [one.username for one in logins],
            [one.full_name for one in logins],
            [one.office_id for one in logins],
            [one.agent_id for one in logins],
        ],
    )
    if made < len(logins):
        raise Refused("E2010", username=logins[0].username)


def forget(work: Work, *, agent_ids: Sequence[UUID]) -> None:
    """Names go from the logins of these agents; the code, which is the username, stands in their place. One statement."""
    sql = "UPDATE accounts_user SET full_name = upper(username), email = '' WHERE agent_id = ANY (%s)"
    work.execute(sql, [list(agent_ids)])
