"""Agency offices and agreements (PKS) that were there before this platform: they come signed, under their own number."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from perisai.agencies import agreement, office
from perisai.agencies.agreement import Signatories
from perisai.agencies.office import Leader
from perisai.agents.rules import figure
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Happened, Work, branch_day
from perisai.offices.office import create_office, next_id
from perisai.offices.tree import Office, OfficeKind

_INSERT = """
WITH told AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS t (id uuid, office_id int, number text, valid_from date, valid_to date,
    first_day date, signed_on date, facts jsonb, signers jsonb)
), agreements AS (
  INSERT INTO agencies_agreement (branch_id, id, office_id, number, version, state, valid_from, valid_to, last_day, first_day,
    end_reason, facts, made_at, made_by, signed_at)
  SELECT %(branch)s, id, office_id, number, 1, 'signed', valid_from, valid_to, valid_to, first_day, '', facts, %(now)s, %(by)s,
    %(now)s FROM told
)
INSERT INTO agencies_signature (branch_id, agreement_id, party, name, title, signed_on, recorded_at, recorded_by)
SELECT %(branch)s, t.id, s.party, s.name, s.title, t.signed_on, %(now)s, %(by)s
FROM told t, jsonb_to_recordset(t.signers) AS s (party text, name text, title text)
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


def take_over(work: Work, *, branch_id: int, agreements: list[tuple[int, Signed]]) -> list[UUID]:
    """Writes agreements in force, by office, with both signatures; returns their ids. Four statements, however many. Raises
    ``Refused`` E1004, E9005 where one is longer than its day allowed."""
    branch = work.row(_BRANCH, [branch_id])
    if branch is None:
        raise Refused("E1004")
    for _, signed in agreements:
        latest = agreement.latest_end(signed.since)
        if not signed.since <= signed.until <= latest:
            months = figure("agreement_months_most", signed.since)
            raise Refused("E9005", months=months, latest=f"{latest:%d-%m-%Y}")
    offices = office.lock_many(
        work,
        branch_id=branch_id,
        office_ids=[office_id for office_id, _ in agreements],
        today=branch_day(work.now, branch[2]),
    )
    rows = [_row(branch, offices[office_id], signed) for office_id, signed in agreements]
    facts = {"branch": branch_id, "rows": orjson.dumps(rows).decode(), "now": work.now, "by": work.actor.user_id}
    work.execute(_INSERT, facts)
    for row in rows:
        _report(work, branch_id, row)
    return [row["id"] for row in rows]


def _row(branch: tuple[Any, ...], found: dict[str, Any], signed: Signed) -> dict[str, Any]:
    signers = Signatories(signed.branch_signer, _TITLES["branch"], signed.office_signer, _TITLES["office"])
    names = {"branch": signed.branch_signer, "office": signed.office_signer}
    return {
        "id": uuid7(),
        "office_id": found["office_id"],
        "number": signed.number,
        "valid_from": signed.since,
        "valid_to": signed.until,
        "first_day": max(signed.since, signed.signed_on),
        "signed_on": signed.signed_on,
        "facts": agreement.facts_of(branch, found, signers, signed.since),
        "signers": [{"party": party, "name": name, "title": _TITLES[party]} for party, name in names.items()],
    }


def _report(work: Work, branch_id: int, row: dict[str, Any]) -> None:
    work.report(
        Happened(
            kind="agreement_taken_over",
            branch_id=branch_id,
            subject_id=row["id"],
            agency_office_id=row["office_id"],
            detail={
                "agreement": str(row["id"]),
                "first_day": row["first_day"].isoformat(),
                "last_day": row["valid_to"].isoformat(),
            },
        )
    )
