"""What this room keeps of an agency office beside the office tree. Its row is the lock of all that is done about one office."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import phonenumbers

from perisai.errors import Refused
from perisai.events.work import Work

_BEGIN = """
INSERT INTO agencies_office (branch_id, office_id, form, leader_name, leader_title, leader_phone, since, end_reason, end_note)
VALUES (%s, %s, %s, %s, %s, %s, %s, '', '') ON CONFLICT (branch_id, office_id) DO NOTHING
"""
# By primary keys. An office that was made in the office tree has no row here until something is done about it.
_LOCK = """
SELECT f.*, o.name, o.code, o.address, o.timezone, o.parent_id, u.full_name AS ender
FROM agencies_office f
JOIN offices_office o ON o.id = f.office_id AND o.kind = 'agency' AND o.branch_id = f.branch_id
LEFT JOIN accounts_user u ON u.id = f.ended_by
WHERE f.branch_id = %s AND f.office_id = ANY (%s) ORDER BY f.office_id FOR UPDATE OF f
"""
_ADOPT = """
INSERT INTO agencies_office (branch_id, office_id, form, leader_name, leader_title, leader_phone, since, end_reason, end_note)
SELECT branch_id, id, '', '', '', '', %s, '', '' FROM offices_office
WHERE id = ANY (%s) AND branch_id = %s AND kind = 'agency' AND is_open ON CONFLICT (branch_id, office_id) DO NOTHING
"""
_LEADER = """
UPDATE agencies_office SET form = %s, leader_name = %s, leader_title = %s, leader_phone = %s
WHERE branch_id = %s AND office_id = %s
"""


@dataclass(frozen=True)
class Leader:
    """Who answers for the office; ``form`` is its legal form."""

    name: str
    title: str
    phone: str
    form: str


def begin(work: Work, *, branch_id: int, office_id: int, since: date, leader: Leader) -> None:
    """The office's row; one that is there stays as it is."""
    work.execute(_BEGIN, [branch_id, office_id, leader.form, leader.name, leader.title, leader.phone, since])


def lock(work: Work, *, branch_id: int, office_id: int, today: date) -> dict[str, Any]:
    """The office's row, locked to the end of the Work. Raises ``Refused`` E1004 where the branch has no such agency office."""
    return lock_many(work, branch_id=branch_id, office_ids=[office_id], today=today)[office_id]


def lock_many(work: Work, *, branch_id: int, office_ids: list[int], today: date) -> dict[int, dict[str, Any]]:
    """As ``lock``, by office; locked in order of their ids. Two statements."""
    wanted = sorted(set(office_ids))
    work.execute(_ADOPT, [today, wanted, branch_id])
    found = {row["office_id"]: row for row in work.dicts(_LOCK, [branch_id, wanted])}
    if len(found) < len(wanted):
        raise Refused("E1004")
    return found


def lock_open(work: Work, *, branch_id: int, office_id: int, today: date) -> dict[str, Any]:
    """As ``lock``; raises also E9012 where its ending was decided."""
    found = lock(work, branch_id=branch_id, office_id=office_id, today=today)
    if found["ended_on"] is not None:
        raise Refused("E9012", who=found["ender"] or "–")
    return found


def decided_end(work: Work, *, branch_id: int, office_id: int) -> date | None:
    """The last day of an office whose ending was decided, be it past or to come. An ending that is just being decided is waited
    for, and none can be decided until the Work ends."""
    sql = "SELECT ended_on FROM agencies_office WHERE branch_id = %s AND office_id = %s FOR SHARE"
    row = work.row(sql, [branch_id, office_id])
    return row[0] if row else None


def set_leader(work: Work, *, branch_id: int, office_id: int, leader: Leader) -> None:
    """Raises ``Refused`` E9002."""
    if not leader.name.strip() or len(leader.name) > 120:
        raise Refused("E9002", field="leader_name")
    if not leader.title.strip() or len(leader.title) > 80:
        raise Refused("E9002", field="leader_title")
    phone = check_phone(leader.phone) if leader.phone.strip() else ""
    work.execute(_LEADER, [leader.form, leader.name.strip(), leader.title.strip(), phone, branch_id, office_id])


def check_phone(text: str) -> str:
    """In international form. Raises ``Refused`` E9002."""
    try:
        number = phonenumbers.parse(text, "ID")
    except phonenumbers.NumberParseException as error:
        raise Refused("E9002", field="leader_phone") from error
    if not phonenumbers.is_possible_number(number):
        raise Refused("E9002", field="leader_phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
