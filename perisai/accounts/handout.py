"""What a go-live hands out: logins of agency offices, their first passwords, and activation codes, many at once."""

from collections.abc import Sequence
from typing import LiteralString, NamedTuple
from uuid import UUID

from perisai.accounts import user
from perisai.accounts.audience import Viewer
from perisai.accounts.code import new_code
from perisai.accounts.device import VALID_FOR, Issued
from perisai.accounts.models import User
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.vault import keyed_hash
from perisai.events.work import Happened, Work

# Carried by the unique username. A password of '!' fits nobody: the first one is made when it is handed out.
_MAKE: LiteralString = """
INSERT INTO accounts_user (id, username, email, full_name, role, office_id, language, is_active, must_change_password,
  created_at, password, is_superuser)
SELECT n.id, n.username, '', n.full_name, 'agency', n.office, 'id', true, true, %s, '!', false
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::int[]) AS n (id, username, full_name, office)
ON CONFLICT DO NOTHING
"""
# Carried by the unique agent_id of users; device_agent. Who has a phone already asks for another on the page of phones.
_WITHOUT_PHONE: LiteralString = """
SELECT a.id, a.sub_branch_id, a.agency_office_id FROM agents_agent a
JOIN accounts_user u ON u.agent_id = a.id AND u.is_active
WHERE a.branch_id = %s AND a.id = ANY (%s) AND a.state <> 'ended'
  AND NOT EXISTS (SELECT 1 FROM accounts_device d WHERE d.branch_id = a.branch_id AND d.agent_id = a.id AND d.state = 'active')
"""
_CODES: LiteralString = """
INSERT INTO accounts_activation_code (code_hash, branch_id, agent_id, issued_at, issued_by_id, expires_at)
SELECT c.hash, %s, c.agent, %s, %s, %s FROM unnest(%s::bytea[], %s::uuid[]) AS c (hash, agent)
"""


class NewOfficeLogin(NamedTuple):
    office_id: int
    username: str
    full_name: str


def make_office_logins(work: Work, *, branch_id: int, logins: Sequence[NewOfficeLogin]) -> dict[int, UUID]:
    """Users of agency offices who cannot log in yet, by office. One statement. Raises E2010 where a login name is taken."""
    ids = {one.office_id: uuid7() for one in logins}
    if not ids:
        return {}
    names, people = [one.username for one in logins], [one.full_name for one in logins]
    if work.execute(_MAKE, [work.now, list(ids.values()), names, people, list(ids)]) < len(logins):
        raise Refused("E2010", username=logins[0].username)
    for user_id in ids.values():
        detail = {"user": str(user_id), "field": "created"}
        work.report(Happened(kind="user_changed", branch_id=branch_id, subject_id=user_id, detail=detail))
    return ids


def first_passwords(work: Work, *, viewer: Viewer, user_ids: Sequence[UUID]) -> dict[UUID, str]:
    """A password for each, to be changed at the first login. Raises ``Refused`` E2011, E2013."""
    found = User.objects.select_related("office").in_bulk(list(user_ids))
    return {user_id: user.reset_password(work, viewer=viewer, user=one) for user_id, one in found.items()}


def issue_codes(work: Work, *, branch_id: int, agent_ids: Sequence[UUID]) -> dict[UUID, Issued]:
    """A code for each of these agents who has a login and no phone yet, by agent. Two statements. Codes given before stay good
    until they are used or expire."""
    found = work.rows(_WITHOUT_PHONE, [branch_id, list(agent_ids)])
    issued = {row[0]: Issued(code=new_code(), expires_at=work.now + VALID_FOR) for row in found}
    hashes = [keyed_hash("activation", one.code) for one in issued.values()]
    work.execute(_CODES, [branch_id, work.now, work.actor.user_id, work.now + VALID_FOR, hashes, list(issued)])
    for agent_id, sub_branch_id, agency_office_id in found:
        work.report(
            Happened(
                kind="device_code_issued",
                branch_id=branch_id,
                subject_id=agent_id,
                agent_id=agent_id,
                sub_branch_id=sub_branch_id,
                agency_office_id=agency_office_id,
                detail={"expires_at": issued[agent_id].expires_at.isoformat()},
            )
        )
    return issued
