"""Where an agent works, from when to when: never at two places on a day."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from functools import partial
from typing import Any, LiteralString
from uuid import UUID

from django.db import IntegrityError, transaction

from perisai.agents import agent
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Happened, Work, branch_day

REASON_MOST = 300
MOST_DISTRICTS = 60

# All carried by placement_once.
_COVERING: LiteralString = """
SELECT id, lower(during), sub_branch_id, agency_office_id, districts FROM agents_placement
WHERE branch_id = %s AND agent_id = %s AND during @> %s::date FOR UPDATE
"""
_INSERT: LiteralString = """
INSERT INTO agents_placement (branch_id, id, agent_id, sub_branch_id, agency_office_id, districts, during, reason, placed_at,
  placed_by)
VALUES (%s, %s, %s, %s, %s, %s, daterange(%s, %s), %s, %s, %s)
"""
# Whose place of today differs from what stands on their row.
_TURN: LiteralString = """
UPDATE agents_agent a SET sub_branch_id = p.sub_branch_id, agency_office_id = p.agency_office_id
FROM agents_placement p
WHERE a.branch_id = %(branch)s AND p.branch_id = a.branch_id AND p.agent_id = a.id AND p.during @> %(today)s::date
  AND (a.sub_branch_id, a.agency_office_id) IS DISTINCT FROM (p.sub_branch_id, p.agency_office_id)
  AND (%(agent)s::uuid IS NULL OR a.id = %(agent)s::uuid)
"""
_OFFICE: LiteralString = "SELECT timezone, regencies FROM offices_office WHERE id = %s"
_OFFICES: LiteralString = """
SELECT count(*) FROM offices_office
WHERE branch_id = %s AND is_open AND ((kind = 'sub_branch' AND id = %s) OR (kind = 'agency' AND id = %s))
"""
_DISTRICTS: LiteralString = """
SELECT w.code FROM unnest(%s::text[]) AS w (code)
LEFT JOIN offices_region r ON r.code = w.code AND r.level = 3
WHERE r.code IS NULL OR NOT (cardinality(%s::text[]) = 0 OR r.parent_code = ANY (%s::text[]))
ORDER BY 1 LIMIT 1
"""
_LAST: LiteralString = """
SELECT sub_branch_id, agency_office_id, districts FROM agents_placement
WHERE branch_id = %s AND agent_id = %s ORDER BY upper(during) DESC NULLS FIRST LIMIT 1
"""
_HISTORY: LiteralString = """
SELECT p.id, lower(p.during) AS since, upper(p.during) - 1 AS until, p.reason, p.placed_at, p.districts,
  s.name AS sub_branch, g.name AS agency, u.full_name AS placed_by, p.during @> %(today)s::date AS is_now,
  lower(p.during) > %(today)s AS is_later,
  ARRAY(SELECT r.name FROM offices_region r WHERE r.code = ANY (p.districts) ORDER BY r.name) AS district_names
FROM agents_placement p
LEFT JOIN offices_office s ON s.id = p.sub_branch_id
LEFT JOIN offices_office g ON g.id = p.agency_office_id
LEFT JOIN accounts_user u ON u.id = p.placed_by
WHERE p.branch_id = %(branch)s AND p.agent_id = %(agent)s ORDER BY lower(p.during) DESC
"""


def place(
    work: Work,
    *,
    branch_id: int,
    agent_id: UUID,
    agency_office_id: int | None,
    sub_branch_id: int | None,
    since: date,
    until: date | None = None,
    districts: Sequence[str] | None = None,
    reason: str = "",
) -> UUID:
    """Places an agent from ``since`` to ``until`` (both included; None: until the next move) and returns the placement's id.

    The placement that covers ``since`` ends the day before; one that began the same day is replaced. Without ``districts``
    the agent keeps those they have. The members stay whose they are: a hand-over is another act. Raises ``Refused``: E1004;
    E9415 where another placement begins in that time; E9416 for an office that is not an open one of the branch; E9424 for an
    agency office whose ending is decided, unless the stay ends by its last day; E9417 for a district outside the branch; E9418
    for dates turned round; E9413 for a reason that is too long.
    """
    if (until is not None and until < since) or not date(2000, 1, 1) <= since < date(2100, 1, 1):
        raise Refused("E9418")
    if len(reason) > REASON_MOST or "\x00" in reason:
        raise Refused("E9413")
    _check_stay(work, branch_id, agency_office_id, until)
    if agent.lock(work, branch_id=branch_id, agent_id=agent_id) == "ended":
        raise Refused("E9419")
    office = work.row(_OFFICE, [branch_id])
    if office is None:
        raise Refused("E1004")
    timezone, regencies = office
    _check_offices(work, branch_id, sub_branch_id, agency_office_id)
    before = work.row(_COVERING, [branch_id, agent_id, since])
    kept = list(districts) if districts is not None else (list(before[4]) if before else [])
    _check_districts(work, kept, regencies)
    if before is not None:
        _cut(work, branch_id, before[0], before[1], since)
    placement_id = uuid7()
    values = [
        *(branch_id, placement_id, agent_id, sub_branch_id, agency_office_id, kept),
        *(since, until and until + timedelta(days=1), reason.strip(), work.now, work.actor.user_id),
    ]
    try:
        with transaction.atomic():
            work.execute(_INSERT, values)
    except IntegrityError as error:
        if "placement_once" not in str(error):
            raise
        raise Refused("E9415") from error
    turn(work, branch_id=branch_id, today=branch_day(work.now, timezone), agent_id=agent_id)
    _report(work, branch_id, agent_id, placement_id, sub_branch_id, agency_office_id, since, until, before)
    return placement_id


def resume(work: Work, *, branch_id: int, agent_id: UUID, on: date) -> UUID:
    """For one who comes back: the last place again from a day on, as far as it is lawful. An office that has closed or will end
    gives way to the branch, districts outside it to its whole area. Raises E1004, E9415, E9419."""
    last = work.row(_LAST, [branch_id, agent_id])
    sub_branch_id, agency_office_id, districts = last or (None, None, [])
    place_at = partial(place, work, branch_id=branch_id, agent_id=agent_id, since=on, reason="Kembali sebagai agen")
    for sub, agency, area in (
        (sub_branch_id, agency_office_id, districts),
        (sub_branch_id, None, districts),
        (None, agency_office_id, []),
    ):
        with suppress(Refused), transaction.atomic():
            return place_at(sub_branch_id=sub, agency_office_id=agency, districts=area)
    return place_at(sub_branch_id=None, agency_office_id=None, districts=[])


def turn(work: Work, *, branch_id: int, today: date, agent_id: UUID | None = None) -> int:
    """Puts today's placements onto the agents' rows, of one agent or of all; returns how many changed. One statement."""
    return work.execute(_TURN, {"branch": branch_id, "today": today, "agent": agent_id})


def close(work: Work, *, branch_id: int, agent_id: UUID, on: date) -> None:
    """Ends the placement with this last day, and takes back those to come: the agent has ended."""
    after = on + timedelta(days=1)
    work.execute(
        "DELETE FROM agents_placement WHERE branch_id = %s AND agent_id = %s AND lower(during) >= %s",
        [branch_id, agent_id, after],
    )
    work.execute(
        "UPDATE agents_placement SET during = daterange(lower(during), %s)"
        " WHERE branch_id = %s AND agent_id = %s AND during @> %s::date",
        [after, branch_id, agent_id, after],
    )


def history(work: Work, *, branch_id: int, agent_id: UUID, today: date) -> list[dict[str, Any]]:
    """Every placement, the newest first, with names. One statement."""
    return work.dicts(_HISTORY, {"branch": branch_id, "agent": agent_id, "today": today})


def _check_offices(work: Work, branch_id: int, sub_branch_id: int | None, agency_office_id: int | None) -> None:
    asked = [one for one in (sub_branch_id, agency_office_id) if one is not None]
    row = work.row(_OFFICES, [branch_id, sub_branch_id, agency_office_id])
    if row is None or row[0] != len(asked):
        raise Refused("E9416")


def _check_stay(work: Work, branch_id: int, agency_office_id: int | None, until: date | None) -> None:
    """The office before the agent: whoever ends an office locks in this order too."""
    from perisai.agencies import office

    if agency_office_id is None:
        return
    ends = office.decided_end(work, branch_id=branch_id, office_id=agency_office_id)
    if ends is not None and (until is None or until > ends):
        raise Refused("E9424", day=f"{ends:%d-%m-%Y}")


def _check_districts(work: Work, districts: list[str], regencies: list[str]) -> None:
    if len(districts) > MOST_DISTRICTS:
        raise Refused("E9417", district=districts[MOST_DISTRICTS])
    if districts:
        row = work.row(_DISTRICTS, [districts, regencies, regencies])
        if row is not None:
            raise Refused("E9417", district=row[0])


def _cut(work: Work, branch_id: int, placement_id: UUID, began: date, since: date) -> None:
    if began == since:
        work.execute("DELETE FROM agents_placement WHERE branch_id = %s AND id = %s", [branch_id, placement_id])
    else:
        work.execute(
            "UPDATE agents_placement SET during = daterange(lower(during), %s) WHERE branch_id = %s AND id = %s",
            [since, branch_id, placement_id],
        )


def _report(
    work: Work,
    branch_id: int,
    agent_id: UUID,
    placement_id: UUID,
    sub_branch_id: int | None,
    agency_office_id: int | None,
    since: date,
    until: date | None,
    before: tuple[Any, ...] | None,
) -> None:
    detail: dict[str, Any] = {"placement": str(placement_id), "since": since.isoformat()}
    if until is not None:
        detail["until"] = until.isoformat()
    if before is not None:
        detail |= {"from_sub_branch": before[2], "from_agency": before[3]}
    work.report(
        Happened(
            kind="agent_placed",
            branch_id=branch_id,
            subject_id=agent_id,
            agent_id=agent_id,
            sub_branch_id=sub_branch_id,
            agency_office_id=agency_office_id,
            detail=detail,
        )
    )
