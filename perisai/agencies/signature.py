"""The signatures under an agreement: who signed for which side, as what, on which day. The second one puts it in force."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from perisai.agencies import agreement
from perisai.errors import Refused
from perisai.events.work import Happened, Work

_SIGN = """
INSERT INTO agencies_signature (branch_id, agreement_id, party, name, title, signed_on, recorded_at, recorded_by)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
_WHO = """
SELECT u.full_name FROM agencies_signature s LEFT JOIN accounts_user u ON u.id = s.recorded_by
WHERE s.branch_id = %s AND s.agreement_id = %s AND s.party = %s
"""
_BOTH = "SELECT count(*), max(signed_on) FROM agencies_signature WHERE branch_id = %s AND agreement_id = %s"
# The version before ends on the eve of this one; carried by agreement_number.
_REPLACE = """
UPDATE agencies_agreement SET last_day = GREATEST(%(eve)s, first_day - 1), end_reason = 'amended'
WHERE branch_id = %(branch)s AND number = %(number)s AND state = 'signed' AND last_day > %(eve)s
"""
_IN_FORCE = """
UPDATE agencies_agreement SET state = 'signed', first_day = %s, signed_at = %s WHERE branch_id = %s AND id = %s
"""


def sign(work: Work, *, branch_id: int, agreement_id: UUID, party: str, name: str, title: str, signed_on: date) -> bool:
    """Records one side's signature and says whether the agreement is now in force. A signature is never changed.

    Raises ``Refused`` E1004, E9002, E9006 (another signed agreement has some of its days), E9007, E9008, E9009, E9012.
    """
    found = agreement.lock_draft(work, branch_id=branch_id, agreement_id=agreement_id)
    _check(found, party=party, name=name, title=title, signed_on=signed_on)
    by = work.actor.user_id
    if not work.execute(_SIGN, [branch_id, agreement_id, party, name.strip(), title.strip(), signed_on, work.now, by]):
        row = work.row(_WHO, [branch_id, agreement_id, party])
        raise Refused("E9008", who=(row and row[0]) or "–")
    _report(work, "agreement_signed", found, party=party, signed_on=signed_on.isoformat())
    both = work.row(_BOTH, [branch_id, agreement_id])
    assert both is not None
    if both[0] < len(agreement.PARTIES):
        return False
    _put_in_force(work, found, max(found["valid_from"], both[1]))
    return True


def _check(found: dict[str, Any], *, party: str, name: str, title: str, signed_on: date) -> None:
    if party not in agreement.PARTIES:
        raise Refused("E1004")
    for field, text in (("name", name), ("title", title)):
        if not text.strip() or len(text) > 120:
            raise Refused("E9002", field=field)
    if signed_on > found["today"] or signed_on > found["last_day"]:
        raise Refused("E9009")


def _put_in_force(work: Work, found: dict[str, Any], first_day: date) -> None:
    """The constraint ``agreement_no_overlap`` has the last word."""
    branch_id, agreement_id = found["branch_id"], found["id"]
    try:
        with transaction.atomic():
            eve = first_day - timedelta(days=1)
            work.execute(_REPLACE, {"eve": eve, "branch": branch_id, "number": found["number"]})
            work.execute(_IN_FORCE, [first_day, work.now, branch_id, agreement_id])
    except IntegrityError as error:
        raise Refused("E9006") from error
    _report(work, "agreement_in_force", found, first_day=first_day.isoformat(), last_day=found["last_day"].isoformat())


def _report(work: Work, kind: str, found: dict[str, Any], **detail: object) -> None:
    work.report(
        Happened(
            kind=kind,
            branch_id=found["branch_id"],
            subject_id=found["id"],
            agency_office_id=found["office_id"],
            detail={"agreement": str(found["id"])} | detail,
        )
    )
