"""Groups: made on a phone or at the branch, joined and left, spoken for by one coordinator at a time."""

import re
from typing import Final, LiteralString, NamedTuple
from uuid import UUID

from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Happened, Work
from perisai.payers.models import GroupKind

_LINE: Final = re.compile(r"[^\x00-\x1f]{1,120}")
_PHONE: Final = re.compile(r"\+[1-9][0-9]{7,14}")

_MAKE: LiteralString = """
INSERT INTO payers_group (branch_id, id, kind, name, place, region_code, agent_id, made_at, made_by)
SELECT %(branch)s, %(id)s, %(kind)s, %(name)s, %(place)s, r.code, %(agent)s, %(now)s, %(by)s
FROM offices_region r WHERE r.code = %(region)s AND r.level = 4
"""
_SPEAK: LiteralString = """
INSERT INTO payers_coordinator (branch_id, id, group_id, name, phone, enrolment_id, since, changed_by)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""
_LOCK: LiteralString = """
SELECT agent_id, region_code FROM payers_group WHERE branch_id = %s AND id = %s AND closed_at IS NULL FOR UPDATE
"""
_SILENCE: LiteralString = """
UPDATE payers_coordinator SET until = %s WHERE branch_id = %s AND group_id = %s AND until IS NULL
"""


class Speaker(NamedTuple):
    """Who speaks for a group. ``enrolment_id`` where they are a member themselves."""

    name: str
    phone: str | None
    enrolment_id: UUID | None = None


def make(
    work: Work,
    *,
    branch_id: int,
    kind: str,
    name: str,
    place: str,
    region: str,
    speaker: Speaker,
    agent_id: UUID | None,
    group_id: UUID | None = None,
    device_id: UUID | None = None,
) -> UUID:
    """A group with its coordinator. Raises E4501 with the field that is wrong."""
    given = {"kind": kind if kind in GroupKind.values else "", "name": name.strip(), "region": region}
    for field, value in given.items():
        if not _LINE.fullmatch(value):
            raise Refused("E4501", field=field)
    if place and not _LINE.fullmatch(place):
        raise Refused("E4501", field="place")
    _check(speaker)
    group_id = group_id or uuid7()
    row = {"branch": branch_id, "id": group_id, "agent": agent_id, "now": work.now, "by": work.actor.user_id}
    if work.execute(_MAKE, row | given | {"place": place.strip()}) != 1:
        raise Refused("E4501", field="region")
    _speak(work, branch_id, group_id, speaker)
    work.report(
        Happened(
            kind="group_made",
            branch_id=branch_id,
            subject_id=group_id,
            agent_id=agent_id,
            device_id=device_id,
            region_code=region,
            detail={"group": str(group_id)},
        )
    )
    return group_id


def change_coordinator(work: Work, *, branch_id: int, group_id: UUID, speaker: Speaker) -> None:
    """The one before goes into the history, and their link ends. Raises E1004, E4501."""
    _check(speaker)
    agent_id, region = _lock(work, branch_id, group_id)
    work.execute(_SILENCE, [work.now, branch_id, group_id])
    _speak(work, branch_id, group_id, speaker)
    work.report(
        Happened(
            kind="coordinator_changed",
            branch_id=branch_id,
            subject_id=group_id,
            agent_id=agent_id,
            region_code=region,
            detail={"group": str(group_id)},
        )
    )


def move(work: Work, *, branch_id: int, group_id: UUID | None, enrolment_ids: list[UUID]) -> int:
    """Puts enrolments into a group, or (None) into none; answers how many moved. Raises E1004, E4504. Four statements."""
    from perisai.members import belonging

    if not enrolment_ids:
        raise Refused("E4504")
    agent_id = _lock(work, branch_id, group_id)[0] if group_id else None
    moved = belonging.set_group(work, branch_id=branch_id, group_id=group_id, enrolment_ids=enrolment_ids)
    if moved:
        work.report(
            Happened(
                kind="group_joined",
                branch_id=branch_id,
                subject_id=group_id,
                agent_id=agent_id,
                detail={"group": str(group_id) if group_id else None, "members": moved},
            )
        )
    return moved


def _lock(work: Work, branch_id: int, group_id: UUID) -> tuple[UUID | None, str]:
    row = work.row(_LOCK, [branch_id, group_id])
    if row is None:
        raise Refused("E1004")
    return row[0], row[1]


def _check(speaker: Speaker) -> None:
    if not _LINE.fullmatch(speaker.name.strip()):
        raise Refused("E4501", field="coordinator")
    if speaker.phone is not None and not _PHONE.fullmatch(speaker.phone):
        raise Refused("E4501", field="phone")


def _speak(work: Work, branch_id: int, group_id: UUID, speaker: Speaker) -> None:
    who = [speaker.name.strip(), speaker.phone, speaker.enrolment_id]
    work.execute(_SPEAK, [branch_id, uuid7(), group_id, *who, work.now, work.actor.user_id])
