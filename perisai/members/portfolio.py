"""Who has the care of a member, from which contribution month: the only writer of ``members_care``.

An enrolment that was never handed over has no row: whoever acquired it has the care of every month. The first hand-over writes
the whole line, from the month of capture with no end; later ones cut pieces out of it. So the months of an enrolment are covered
once each, always.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Happened, Work
from perisai.messages import outbox

OPEN: Final = ("review", "accepted", "active", "lapsed")
"""States in which somebody has to care: the others are history."""
TURN: Final = 5_000
"""How many change hands in one Work when their month begins."""
GOOD_FOR: Final = timedelta(days=3)
"""How long a text about a hand-over may wait for the gateway."""

# Carried by enrolment_agent and care_agent: first whoever was never handed over, then whoever was.
_IN_CARE: LiteralString = """
  e.branch_id = %(branch)s AND e.state = ANY (%(open)s) AND e.id = ANY (ARRAY(
    SELECT i.id FROM members_enrolment i
    WHERE i.branch_id = %(branch)s AND i.state = ANY (%(open)s)
      AND (i.agent_id = %(from)s::uuid OR (%(from)s::uuid IS NULL AND i.agent_id IS NULL))
      AND (%(chosen)s::uuid[] IS NULL OR i.id = ANY (%(chosen)s::uuid[]))
      AND NOT EXISTS (SELECT FROM members_care c WHERE c.branch_id = i.branch_id AND c.enrolment_id = i.id)
    UNION ALL
    SELECT c.enrolment_id FROM members_care c
    WHERE c.branch_id = %(branch)s AND (c.agent_id = %(from)s::uuid OR (%(from)s::uuid IS NULL AND c.agent_id IS NULL))
      AND (%(chosen)s::uuid[] IS NULL OR c.enrolment_id = ANY (%(chosen)s::uuid[])) AND c.months && %(months)s::daterange))
"""

_LOCK: LiteralString = "SELECT e.id FROM members_enrolment e WHERE " + _IN_CARE + " ORDER BY e.id FOR UPDATE"

_COUNT: LiteralString = (
    """
SELECT count(*), count(*) FILTER (WHERE e.state = 'active'), count(*) FILTER (WHERE e.state IN ('review', 'accepted')),
  count(*) FILTER (WHERE p.phone IS NOT NULL)
FROM members_enrolment e JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
WHERE """
    + _IN_CARE
)

_FIRST_LINES: LiteralString = """
INSERT INTO members_care (branch_id, enrolment_id, agent_id, months, at)
SELECT e.branch_id, e.id, e.agent_id,
  daterange(least(date_trunc('month', e.captured_on)::date, lower(%(months)s::daterange)), NULL), %(now)s
FROM members_enrolment e
WHERE e.branch_id = %(branch)s AND e.id = ANY (%(ids)s) AND NOT EXISTS (
  SELECT FROM members_care c WHERE c.branch_id = e.branch_id AND c.enrolment_id = e.id)
"""

# What is cut out of a row, and what remains of it before and after. The sort reads all of ``cut`` before the first row is
# inserted, so that no piece meets the row that it comes from.
_CUT: LiteralString = """
WITH cut AS (
  DELETE FROM members_care
  WHERE branch_id = %(branch)s AND enrolment_id = ANY (%(ids)s) AND agent_id IS NOT DISTINCT FROM %(from)s::uuid
    AND months && %(months)s::daterange
  RETURNING enrolment_id, agent_id, months, handover_id, at, told_at
), pieces AS (
  SELECT enrolment_id, agent_id, unnest(datemultirange(months) - datemultirange(%(months)s::daterange)) AS months,
    handover_id, at, told_at
  FROM cut
  UNION ALL
  SELECT enrolment_id, %(to)s::uuid, months * %(months)s::daterange, %(handover)s::uuid, %(now)s, NULL FROM cut
)
INSERT INTO members_care (branch_id, enrolment_id, agent_id, months, handover_id, at, told_at)
SELECT %(branch)s, enrolment_id, agent_id, months, handover_id, at, told_at FROM pieces ORDER BY enrolment_id, months
RETURNING enrolment_id, handover_id
"""

# Carried by the key of members_care. Whoever has this month stands on the enrolment, with their offices; who acquired it
# is kept when it leaves them first. ``RETURNING old`` tells whose list it leaves.
_SETTLE: LiteralString = """
UPDATE members_enrolment e
SET agent_id = c.agent_id, acquired_by = coalesce(e.acquired_by, e.agent_id),
  sub_branch_id = CASE WHEN c.agent_id IS NULL THEN e.sub_branch_id ELSE a.sub_branch_id END,
  agency_office_id = a.agency_office_id
FROM members_care c LEFT JOIN agents_agent a ON a.branch_id = c.branch_id AND a.id = c.agent_id
WHERE e.branch_id = %(branch)s AND e.id = ANY (%(ids)s) AND c.branch_id = e.branch_id AND c.enrolment_id = e.id
  AND c.months @> %(month)s::date AND c.agent_id IS DISTINCT FROM e.agent_id
RETURNING e.id, old.agent_id, old.sub_branch_id, old.agency_office_id, new.agent_id, new.sub_branch_id, new.agency_office_id,
  e.region_code, e.segment, c.handover_id
"""

# Carried by care_begins: ranges of the last months that hold this month and whose agent does not stand on the enrolment yet.
_DUE: LiteralString = """
SELECT e.id FROM members_care c JOIN members_enrolment e ON e.branch_id = c.branch_id AND e.id = c.enrolment_id
WHERE c.branch_id = %(branch)s AND lower(c.months) BETWEEN %(month)s::date - interval '1 year' AND %(month)s::date
  AND c.months @> %(month)s::date AND c.agent_id IS DISTINCT FROM e.agent_id
ORDER BY e.id LIMIT %(most)s FOR UPDATE OF e
"""


# Carried by care_handover. In the order of telephones, so that a family with one gets one text.
_TELL: LiteralString = """
WITH due AS (
  SELECT c.id, p.phone FROM members_care c
  JOIN members_enrolment e ON e.branch_id = c.branch_id AND e.id = c.enrolment_id
  JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
  WHERE c.branch_id = %s AND c.handover_id = %s AND c.told_at IS NULL AND p.phone IS NOT NULL
  ORDER BY p.phone, c.id LIMIT %s FOR UPDATE OF c
), told AS (
  UPDATE members_care SET told_at = %s WHERE branch_id = %s AND id IN (SELECT id FROM due)
)
SELECT phone FROM due
"""


@dataclass(frozen=True)
class Size:
    """What a hand-over would move: people with an open enrolment, of these protected, waiting, and with a telephone."""

    members: int
    active: int
    waiting: int
    with_phone: int


@dataclass(frozen=True)
class Moved:
    """``handover_id`` stands on every piece of care that was moved."""

    handover_id: UUID
    enrolments: list[UUID]


def months_of(from_month: date, until_month: date | None) -> str:
    """The range of days as PostgreSQL reads it. Raises E9503 where a month is no first of a month or they are turned round."""
    if from_month.day != 1 or (until_month and (until_month.day != 1 or until_month < from_month)):
        raise Refused("E9503")
    return f"[{from_month.isoformat()},{next_month(until_month).isoformat() if until_month else ''})"


def preview(
    work: Work,
    *,
    branch_id: int,
    from_agent_id: UUID | None,
    from_month: date,
    until_month: date | None = None,
    enrolment_ids: list[UUID] | None = None,
) -> Size:
    """What ``move`` would move now. One statement."""
    params = _params(branch_id, from_agent_id, months_of(from_month, until_month), enrolment_ids)
    row = work.row(_COUNT, params)
    return Size(*(int(number) for number in row)) if row else Size(0, 0, 0, 0)


def move(
    work: Work,
    *,
    branch_id: int,
    this_month: date,
    from_agent_id: UUID | None,
    to_agent_id: UUID | None,
    from_month: date,
    until_month: date | None = None,
    enrolment_ids: list[UUID] | None = None,
    handover_id: UUID | None = None,
) -> Moved:
    """All that ``from_agent_id`` has the care of between the two months goes to ``to_agent_id``; None is the branch itself.

    ``until_month`` is the last one; None: for good. ``enrolment_ids`` None: everybody. Enrolments are locked in order of id. Four
    statements whatever their number; two events for each that changes hands this month, so that one phone loses it and the other
    gets it. One that changes hands in a later month does so by ``turn``. Raises E9503 for months that are none.
    """
    handover_id = handover_id or uuid7()
    params = _params(branch_id, from_agent_id, months_of(from_month, until_month), enrolment_ids)
    ids = [row[0] for row in work.rows(_LOCK, params)]
    if not ids:
        return Moved(handover_id, [])
    params |= {"ids": ids, "to": to_agent_id, "handover": handover_id, "now": work.now, "month": this_month}
    work.execute(_FIRST_LINES, params)
    moved = {row[0] for row in work.rows(_CUT, params) if row[1] == handover_id}
    _settle(work, params)
    return Moved(handover_id, sorted(moved))


def turn(work: Work, *, branch_id: int, this_month: date, most: int = TURN) -> int:
    """Puts those whose range begins this month onto their enrolments, up to ``most``; answers how many."""
    due = {"branch": branch_id, "month": this_month, "most": most}
    ids = [row[0] for row in work.rows(_DUE, due)]
    if ids:
        _settle(work, {"branch": branch_id, "ids": ids, "month": this_month})
    return len(ids)


def tell(work: Work, *, branch_id: int, handover_id: UUID, agent_id: UUID | None, body: str, most: int = 1_000) -> int:
    """Queues a text to up to ``most`` members of a hand-over who were not told yet, one to a telephone; answers how many members
    that were. Three statements."""
    phones = [row[0] for row in work.rows(_TELL, [branch_id, handover_id, most, work.now, branch_id])]
    until = work.now + GOOD_FOR
    texts = [outbox.Text("care_moved", phone, body, until) for phone in dict.fromkeys(phones)]
    outbox.queue_many(work, branch_id=branch_id, agent_id=agent_id, texts=texts)
    return len(phones)


def holders(work: Work, *, branch_id: int, enrolment_ids: list[UUID], month: date) -> dict[UUID, UUID | None]:
    """Who has the care of each in a contribution month; None is the branch. One statement."""
    return dict(
        work.rows(
            "SELECT e.id, CASE WHEN c.enrolment_id IS NULL THEN e.agent_id ELSE c.agent_id END FROM members_enrolment e"
            " LEFT JOIN members_care c ON c.branch_id = e.branch_id AND c.enrolment_id = e.id AND c.months @> %s::date"
            " WHERE e.branch_id = %s AND e.id = ANY (%s)",
            [month, branch_id, enrolment_ids],
        )
    )


def history(work: Work, *, branch_id: int, enrolment_id: UUID) -> list[dict[str, Any]]:
    """Who had the care of a member when, in order: agent_id, agent, begins, ends (the last month, None for open). Empty where it
    was never handed over."""
    return work.dicts(
        "SELECT c.agent_id, a.full_name AS agent, lower(c.months) AS begins,"
        " (upper(c.months) - interval '1 month')::date AS ends"
        " FROM members_care c LEFT JOIN agents_agent a ON a.branch_id = c.branch_id AND a.id = c.agent_id"
        " WHERE c.branch_id = %s AND c.enrolment_id = %s ORDER BY c.months",
        [branch_id, enrolment_id],
    )


def next_month(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def _params(branch_id: int, from_agent_id: UUID | None, months: str, chosen: list[UUID] | None) -> dict[str, Any]:
    return {"branch": branch_id, "from": from_agent_id, "months": months, "chosen": chosen, "open": list(OPEN)}


def _settle(work: Work, params: dict[str, Any]) -> None:
    branch_id = params["branch"]
    for row in work.rows(_SETTLE, params):
        enrolment_id, *places, region_code, segment, handover_id = row
        before, after = places[:3], places[3:]
        about = {"subject_id": enrolment_id, "region_code": region_code, "segment": segment}
        for kind, (agent_id, sub_branch_id, agency_office_id), other in (
            ("care_left", before, after[0]),
            ("care_taken", after, before[0]),
        ):
            work.report(
                Happened(
                    kind=kind,
                    branch_id=branch_id,
                    agent_id=agent_id,
                    sub_branch_id=sub_branch_id,
                    agency_office_id=agency_office_id,
                    detail={"handover": handover_id, "other": other},
                    **about,
                )
            )
