"""Consents that members who were taken over have not given here yet: counted, and recorded once they are signed on paper."""

from datetime import date, datetime, time
from typing import LiteralString
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from perisai.contributions.rules.in_force import consents_on, text_hash
from perisai.errors import Refused
from perisai.events.work import Happened, Work, branch_day

# Carried by consent_due_open.
_COUNT: LiteralString = "SELECT count(*) FROM members_consent_due WHERE branch_id = %s AND collected_at IS NULL"
_LOCK: LiteralString = """
SELECT d.since, e.agent_id, coalesce(e.agent_id, e.acquired_by), e.sub_branch_id, e.agency_office_id, o.timezone
FROM members_consent_due d
JOIN members_enrolment e ON e.branch_id = d.branch_id AND e.id = d.enrolment_id JOIN offices_office o ON o.id = d.branch_id
WHERE d.branch_id = %s AND d.enrolment_id = %s AND d.collected_at IS NULL FOR UPDATE OF d
"""
_INSERT: LiteralString = """
INSERT INTO members_consent (branch_id, enrolment_id, purpose, version, sha256, given, captured_to, agent_id, signature)
SELECT %s, %s, c.purpose, c.version, c.sha256, c.given, %s, %s, %s
FROM unnest(%s::text[], %s::text[], %s::bytea[], %s::boolean[]) AS c (purpose, version, sha256, given)
ON CONFLICT DO NOTHING
"""
_COLLECTED: LiteralString = """
UPDATE members_consent_due SET collected_at = %s, collected_by = %s WHERE branch_id = %s AND enrolment_id = %s
"""
OPTIONAL = "contact"
"""The purpose beside the enrolment that a form on paper also asks for; a picture of the ID card is asked for when it is taken."""


def count(work: Work, branch_id: int) -> int:
    """Members of the branch whose consent is not collected yet."""
    row = work.row(_COUNT, [branch_id])
    return int(row[0]) if row else 0


def collect(work: Work, *, branch_id: int, enrolment_id: UUID, signed_on: date, with_contact: bool) -> None:
    """Records that the member signed today's wording, or that of the day. Raises ``Refused`` E1004 where none is due (two officers
    at once: the second waits, then reads this), E3022 for a day that cannot be."""
    row = work.row(_LOCK, [branch_id, enrolment_id])
    if row is None:
        raise Refused("E1004")
    _since, agent_id, who, sub_branch_id, agency_office_id, timezone = row
    wordings = consents_on(signed_on)
    if not wordings or signed_on > branch_day(work.now, timezone):
        raise Refused("E3022")
    asked = [one for purpose, one in wordings.items() if one.required or purpose == OPTIONAL]
    signature = orjson.dumps({"kind": "paper", "recorded_by": str(work.actor.user_id)}).decode()
    signed_at = min(datetime.combine(signed_on, time(23, 59, 59), ZoneInfo(timezone)), work.now)
    work.execute(
        _INSERT,
        [
            *(branch_id, enrolment_id, signed_at, who, signature),
            *([one.purpose for one in asked], [one.version for one in asked]),
            [bytes.fromhex(text_hash(one.text.id)) for one in asked],
            [one.required or with_contact for one in asked],
        ],
    )
    work.execute(_COLLECTED, [work.now, work.actor.user_id, branch_id, enrolment_id])
    work.report(
        Happened(
            kind="consent_collected",
            branch_id=branch_id,
            subject_id=enrolment_id,
            agent_id=agent_id,
            sub_branch_id=sub_branch_id,
            agency_office_id=agency_office_id,
            detail={"signed_on": signed_on.isoformat()},
        )
    )
