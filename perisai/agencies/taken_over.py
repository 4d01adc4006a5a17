"""Agency offices and agreements (PKS) that were there before this platform: they come signed, under their own number."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import orjson

from perisai.agencies import agreement, office
from perisai.agencies.agreement import Signatories
from perisai.agencies.office import Leader
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Happened, Work, branch_day
from perisai.offices.office import create_office, next_id
from perisai.offices.tree import Office, OfficeKind

_AGREEMENT = """
INSERT INTO agencies_agreement (branch_id, id, office_id, number, version, state, valid_from, valid_to, last_day, first_day,
  end_reason, facts, made_at, made_by, signed_at)
VALUES (%s, %s, %s, %s, 1, 'signed', %s, %s, %s, %s, '', %s, %s, %s, %s)
"""
_SIGNATURE = """
INSERT INTO agencies_signature (branch_id, agreement_id, party, name, title, signed_on, recorded_at, recorded_by)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""
_BRANCH = "SELECT name, address, timezone FROM offices_office WHERE id = %s"
_TITLES = {"branch": "Kepala Kantor Cabang", "office": "Pimpinan"}


@dataclass(frozen=True)
class Signed:
    """An agreement as it stands on paper. Both signed on ``signed_on``; it holds from then or from ``since``."""

    number: str
    since: date
    until: date
    signed_on: date
    branch_signer: str
    office_signer: str


def open_office(
    work: Work, *, parent: Office, code: str, name: str, address: str, leader: Leader, since: date
) -> Office:
    """A new agency office under a branch or sub-branch. Raises ``Refused`` E7001 to E7003."""
    made = create_office(
        work,
        id=next_id(parent),
        kind=OfficeKind.AGENCY,
        code=code,
        name=name,
        parent=parent,
        address=address,
        is_demo=parent.is_demo,
    )
    assert made.branch_id is not None
    office.begin(work, branch_id=made.branch_id, office_id=made.id, since=since, leader=leader)
    return made


def take_over(work: Work, *, branch_id: int, office_id: int, signed: Signed) -> UUID:
    """Writes the agreement in force, with both signatures. Raises ``Refused`` E1004, E9005 where it is longer than its day
    allowed."""
    branch = work.row(_BRANCH, [branch_id])
    if branch is None:
        raise Refused("E1004")
    if not signed.since <= signed.until <= agreement.latest_end(signed.since):
        raise Refused("E9005", months="12", latest=f"{agreement.latest_end(signed.since):%d-%m-%Y}")
    today = branch_day(work.now, branch[2])
    found = office.lock(work, branch_id=branch_id, office_id=office_id, today=today)
    signers = Signatories(signed.branch_signer, _TITLES["branch"], signed.office_signer, _TITLES["office"])
    facts = orjson.dumps(agreement.facts_of(branch, found, signers, signed.since)).decode()
    agreement_id, by = uuid7(), work.actor.user_id
    first_day = max(signed.since, signed.signed_on)
    values = [branch_id, agreement_id, office_id, signed.number, signed.since, signed.until, signed.until, first_day]
    work.execute(_AGREEMENT, [*values, facts, work.now, by, work.now])
    for party, name in (("branch", signed.branch_signer), ("office", signed.office_signer)):
        line = [branch_id, agreement_id, party, name, _TITLES[party], signed.signed_on, work.now, by]
        work.execute(_SIGNATURE, line)
    work.report(
        Happened(
            kind="agreement_taken_over",
            branch_id=branch_id,
            subject_id=agreement_id,
            agency_office_id=office_id,
            detail={
                "agreement": str(agreement_id),
                "first_day": first_day.isoformat(),
                "last_day": signed.until.isoformat(),
            },
        )
    )
    return agreement_id
