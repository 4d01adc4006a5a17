"""Leave and illness of an agent, from-to, and who stands in for that time."""

from datetime import date, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

from django.db import IntegrityError, transaction

from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Work
from perisai.supervision import document, handover
from perisai.supervision.subject import lock

KINDS: Final = ("leave", "illness")
LONGEST: Final = timedelta(days=366)

_INSERT: LiteralString = """
INSERT INTO supervision_absence (branch_id, id, agent_id, kind, during, substitute_id, handover_id, recorded_by, recorded_at)
VALUES (%s, %s, %s, %s, daterange(%s, %s), %s, %s, %s, %s)
"""
_LOCK: LiteralString = """
SELECT agent_id, lower(during), upper(during) - 1, substitute_id, handover_id FROM supervision_absence
WHERE branch_id = %s AND id = %s FOR UPDATE
"""
# Carried by absence_once.
_LIST: LiteralString = """
SELECT s.id, s.kind, lower(s.during) AS from_on, upper(s.during) - 1 AS until_on, s.substitute_id, s.handover_id,
  a.full_name AS substitute, s.recorded_at
FROM supervision_absence s LEFT JOIN agents_agent a ON a.branch_id = s.branch_id AND a.id = s.substitute_id
WHERE s.branch_id = %s AND s.agent_id = %s ORDER BY lower(s.during) DESC LIMIT 100
"""


def record(
    work: Work,
    *,
    branch_id: int,
    agent_id: UUID,
    kind: str,
    from_on: date,
    until_on: date,
    substitute_id: UUID | None = None,
    papers: document.Papers = (),
) -> UUID:
    """Both days included. With a substitute the members are theirs from the contribution month of the first day that is not over,
    to that of the last, and come back by themselves.

    Raises E9502, E9503 for days turned round or more than a year, E9504, E9509, E9510 for days that are recorded already, E9511.
    """
    if kind not in KINDS:
        raise Refused("E9502", field="kind")
    handover.require_taker(work, branch_id=branch_id, from_agent_id=agent_id, to_agent_id=substitute_id)
    subject = lock(work, branch_id=branch_id, agent_id=agent_id)
    today = subject.today(work.now)
    if not from_on <= until_on <= from_on + LONGEST or not today - LONGEST <= from_on <= today + LONGEST:
        raise Refused("E9503")
    handover_id = None
    if substitute_id is not None:
        handover_id = handover.hand_over(
            work,
            branch_id=branch_id,
            from_agent_id=agent_id,
            to_agent_id=substitute_id,
            from_month=max(from_on, today).replace(day=1),
            until_month=until_on.replace(day=1),
            reason="substitute",
            may_be_none=True,
        )
    absence_id = uuid7()
    values = [branch_id, absence_id, agent_id, kind, from_on, until_on + timedelta(days=1), substitute_id, handover_id]
    try:
        with transaction.atomic():
            work.execute(_INSERT, [*values, work.actor.user_id, work.now])
    except IntegrityError as error:
        if "absence_once" not in str(error):
            raise
        raise Refused("E9510") from error
    document.keep_many(work, subject, about_id=absence_id, papers=papers)
    work.report(
        subject.happened(
            "absence_recorded",
            absence_id,
            absence=absence_id,
            absence_kind=kind,
            from_on=from_on.isoformat(),
            until=until_on.isoformat(),
            substitute=substitute_id,
        )
    )
    return absence_id


def come_back(work: Work, *, branch_id: int, absence_id: UUID) -> None:
    """The agent is back before the last day: the absence ends with yesterday (one that would begin today or later never was), and
    the substitute hands back. Raises E1004, E9501 where it is over already."""
    row = work.row(_LOCK, [branch_id, absence_id])
    if row is None:
        raise Refused("E1004")
    agent_id, from_on, until_on, _, handover_id = row
    subject = lock(work, branch_id=branch_id, agent_id=agent_id)
    today = subject.today(work.now)
    if until_on < today:
        raise Refused("E9501")
    if handover_id is not None:
        _hand_back(work, branch_id, handover_id)
    if from_on >= today:
        work.execute("DELETE FROM supervision_absence WHERE branch_id = %s AND id = %s", [branch_id, absence_id])
    else:
        work.execute(
            "UPDATE supervision_absence SET during = daterange(lower(during), %s) WHERE branch_id = %s AND id = %s",
            [today, branch_id, absence_id],
        )
    until = max(from_on, today) - timedelta(days=1)
    work.report(subject.happened("absence_shortened", absence_id, absence=absence_id, until=until.isoformat()))


def of_agent(work: Work, *, branch_id: int, agent_id: UUID) -> list[dict[str, Any]]:
    """Newest first. One statement."""
    return work.dicts(_LIST, [branch_id, agent_id])


def _hand_back(work: Work, branch_id: int, handover_id: UUID) -> None:
    """Nothing to do where it was handed back before."""
    try:
        handover.hand_back(work, branch_id=branch_id, handover_id=handover_id)
    except Refused as refused:
        if refused.code != "E9514":
            raise
