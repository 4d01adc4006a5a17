"""Ending an agent: licence, placement, phones and waiting time, and the members handed over in the same act."""

from datetime import date, timedelta
from typing import Final, LiteralString
from uuid import UUID

from django.db import IntegrityError, transaction

from perisai.accounts import device
from perisai.accounts.agent_card import find_card
from perisai.agents import agent as agents
from perisai.errors import Refused
from perisai.events.work import Work
from perisai.supervision import document, handover, measure
from perisai.supervision.subject import Subject, lock, require_unchanged
from perisai.supervision.words import REASONS

MOST_AHEAD: Final = timedelta(days=92)
AT_ONCE: Final = ("fraud", "death")
"""Reasons that wait for no later day."""

# Carried by device_agent.
_PHONES: LiteralString = """
SELECT id FROM accounts_device WHERE branch_id = %s AND agent_id = %s AND state <> 'revoked' ORDER BY id
"""
_DONE: LiteralString = """
UPDATE supervision_measure SET carried_out_at = %s WHERE branch_id = %s AND id = %s AND carried_out_at IS NULL
"""
_DECIDED: LiteralString = """
UPDATE supervision_idle SET state = 'ended', decided_by = %s, decided_at = %s, measure_id = %s, reason = %s
WHERE branch_id = %s AND agent_id = %s AND state = 'open'
"""
# Carried by measure_under_way.
_DUE: LiteralString = """
SELECT id, agent_id, reason, to_agent_id FROM supervision_measure
WHERE branch_id = %s AND kind = 'ending' AND lifted_at IS NULL AND ended_at IS NULL AND carried_out_at IS NULL AND from_on <= %s
ORDER BY id
"""
# What came in after an ending, by a phone that drained or a review that was decided late: to whoever got the others.
_LEFT_BEHIND: LiteralString = """
SELECT m.agent_id, m.to_agent_id FROM supervision_measure m
JOIN agents_agent a ON a.branch_id = m.branch_id AND a.id = m.agent_id AND a.state = 'ended'
WHERE m.branch_id = %(branch)s AND m.kind = 'ending' AND m.carried_out_at IS NOT NULL AND m.lifted_at IS NULL AND EXISTS (
  SELECT FROM members_enrolment e WHERE e.branch_id = m.branch_id AND e.agent_id = m.agent_id
    AND e.state IN ('review', 'accepted', 'active', 'lapsed'))
"""
_LIFT_PLANNED: LiteralString = """
UPDATE supervision_measure SET lifted_at = %s
WHERE branch_id = %s AND agent_id = %s AND kind = 'ending' AND lifted_at IS NULL AND carried_out_at IS NULL RETURNING id
"""


def end(
    work: Work,
    *,
    branch_id: int,
    agent_id: UUID,
    reason: str,
    text: str,
    from_on: date | None = None,
    to_agent_id: UUID | None = None,
    papers: document.Papers = (),
    seen: str | None = None,
) -> UUID:
    """From ``from_on`` (today unless it is later, at once for fraud) no agent any more; the members go to ``to_agent_id``, or to
    the branch where that is None.

    Raises E9501 also where an ending is decided already, E9502, E9503 for a day that is over or too far ahead, E9504 for somebody
    who cannot take the members, E9509, E9511.
    """
    handover.require_taker(work, branch_id=branch_id, from_agent_id=agent_id, to_agent_id=to_agent_id)
    subject = lock(work, branch_id=branch_id, agent_id=agent_id)
    require_unchanged(work, subject, seen)
    today = subject.today(work.now)
    from_on = today if reason in AT_ONCE else from_on or today
    if not today <= from_on <= today + MOST_AHEAD:
        raise Refused("E9503")
    try:
        with transaction.atomic():
            measure_id = measure.keep(
                work, subject, "ending", reason, text, papers, from_on=from_on, to_agent_id=to_agent_id
            )
    except IntegrityError as error:
        if "measure_one_ending" not in str(error):
            raise
        raise Refused("E9501") from error
    work.execute(_DECIDED, [work.actor.user_id, work.now, measure_id, reason, branch_id, agent_id])
    if from_on <= today:
        _carry_out(work, subject, measure_id, reason, to_agent_id)
    return measure_id


def carry_out_due(work: Work, *, branch_id: int, today: date) -> int:
    """Endings whose day has come; answers how many. Members go to the branch where whoever was to take them cannot any more."""
    due = work.rows(_DUE, [branch_id, today])
    for measure_id, agent_id, reason, to_agent_id in due:
        subject = lock(work, branch_id=branch_id, agent_id=agent_id, ended=True)
        if subject.state != "ended":
            _carry_out(work, subject, measure_id, reason, _still(work, branch_id, agent_id, to_agent_id))
    return len(due)


def gather_left_behind(work: Work, *, branch_id: int) -> int:
    """Members who came to an ended agent after the hand-over follow the others; answers of how many agents."""
    found = work.rows(_LEFT_BEHIND, {"branch": branch_id})
    for agent_id, to_agent_id in found:
        subject = lock(work, branch_id=branch_id, agent_id=agent_id, ended=True)
        _hand_over(work, subject, _still(work, branch_id, agent_id, to_agent_id))
    return len(found)


def lift_planned(work: Work, subject: Subject) -> bool:
    """Takes an ending back whose day has not come; False where there is none."""
    return bool(work.rows(_LIFT_PLANNED, [work.now, subject.branch_id, subject.agent_id]))


def _carry_out(work: Work, subject: Subject, measure_id: UUID, reason: str, to_agent_id: UUID | None) -> None:
    from perisai.recruitment import candidate

    branch_id, agent_id, today = subject.branch_id, subject.agent_id, subject.today(work.now)
    _hand_over(work, subject, to_agent_id)
    agents.end(work, branch_id=branch_id, agent_id=agent_id, reason=REASONS[reason]["id"])
    card = find_card(work, branch_id=branch_id, agent_id=agent_id)
    assert card is not None
    for (device_id,) in work.rows(_PHONES, [branch_id, agent_id]):
        device.revoke(work, agent=card, device_id=device_id, reason="misuse" if reason == "fraud" else "left")
    candidate.note_ending(work, branch_id=branch_id, agent_id=agent_id, on=today)
    work.execute(_DONE, [work.now, branch_id, measure_id])
    work.report(subject.happened("measure_carried_out", measure_id, measure=measure_id))


def _hand_over(work: Work, subject: Subject, to_agent_id: UUID | None) -> None:
    handover.hand_over(
        work,
        branch_id=subject.branch_id,
        from_agent_id=subject.agent_id,
        to_agent_id=to_agent_id,
        from_month=subject.today(work.now).replace(day=1),
        reason="ending",
        may_be_none=True,
    )


def _still(work: Work, branch_id: int, agent_id: UUID, to_agent_id: UUID | None) -> UUID | None:
    try:
        handover.require_taker(work, branch_id=branch_id, from_agent_id=agent_id, to_agent_id=to_agent_id)
    except Refused:
        return None
    return to_agent_id
