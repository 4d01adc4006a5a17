"""Measures on an agent: warning, remedial training, suspension, reinstatement. An ending is in ``ending.py``."""

from datetime import date, datetime, time, timedelta
from typing import LiteralString
from uuid import UUID
from zoneinfo import ZoneInfo

from perisai.agents import hold
from perisai.agents.rules import figure
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Work
from perisai.supervision import document, notice
from perisai.supervision.sealed import seal_text
from perisai.supervision.subject import Subject, lock, lock_many, require_unchanged
from perisai.supervision.words import NEVER_APPEALED, OWN_REASONS, REASONS_FOR
from perisai.training import completion

_INSERT: LiteralString = """
INSERT INTO supervision_measure (branch_id, id, agent_id, kind, reason, text_sealed, from_on, until_on, appeal_until, course_id,
  assignment_id, to_agent_id, decided_by, decided_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""

# Carried by measure_agent. What holds the agent back now.
_UNDER_WAY: LiteralString = """
UPDATE supervision_measure SET ended_at = %s
WHERE branch_id = %s AND agent_id = %s AND kind = %s AND ended_at IS NULL AND lifted_at IS NULL RETURNING id
"""

# Carried by measure_under_way.
_WAITING: LiteralString = """
SELECT agent_id, assignment_id FROM supervision_measure
WHERE branch_id = %s AND kind = 'remedial' AND ended_at IS NULL AND lifted_at IS NULL ORDER BY id
"""

# Carried by measure_under_way.
_SERVED: LiteralString = """
SELECT agent_id FROM supervision_measure
WHERE branch_id = %s AND kind = 'suspension' AND ended_at IS NULL AND lifted_at IS NULL AND until_on < %s ORDER BY id
"""


def warn(
    work: Work,
    *,
    branch_id: int,
    agent_id: UUID,
    reason: str,
    text: str,
    papers: document.Papers = (),
    seen: str | None = None,
) -> UUID:
    """Raises E9501, E9502, E9509, E9511, as all of them do."""
    subject = _open(work, branch_id, agent_id, seen)
    return keep(work, subject, "warning", reason, text, papers)


def retrain(
    work: Work,
    *,
    branch_id: int,
    agent_id: UUID,
    reason: str,
    text: str,
    course_id: UUID,
    papers: document.Papers = (),
    seen: str | None = None,
) -> UUID:
    """A course to take again; until it is completed the agent may not enrol. Raises E9405 where one is under way."""
    subject = _open(work, branch_id, agent_id, seen)
    assignment_id = completion.assign(work, branch_id, agent_id, course_id, text)
    measure_id = keep(work, subject, "remedial", reason, text, papers, course_id=course_id, assignment_id=assignment_id)
    hold.begin(work, branch_id=branch_id, agent_id=agent_id, kind="remedial", cause_id=measure_id)
    return measure_id


def suspend(
    work: Work,
    *,
    branch_id: int,
    agent_id: UUID,
    reason: str,
    text: str,
    until_on: date | None = None,
    papers: document.Papers = (),
    seen: str | None = None,
) -> UUID:
    """From this instant, to the end of ``until_on`` or until somebody reinstates. Raises E9405 where one is under way, E9503 for a
    day that is over."""
    from perisai.recruitment import candidate

    subject = _open(work, branch_id, agent_id, seen)
    today = subject.today(work.now)
    if until_on is not None and not today <= until_on <= today + timedelta(days=366):
        raise Refused("E9503")
    measure_id = keep(work, subject, "suspension", reason, text, papers, until_on=until_on)
    zone = ZoneInfo(subject.timezone)
    until = None if until_on is None else datetime.combine(until_on + timedelta(days=1), time(), zone)
    hold.begin(work, branch_id=branch_id, agent_id=agent_id, kind="suspended", until=until, cause_id=measure_id)
    free_on = None if until_on is None else until_on + timedelta(days=1)
    candidate.note_sanction(work, branch_id=branch_id, agent_id=agent_id, since=today, until=free_on)
    return measure_id


def reinstate(
    work: Work,
    *,
    branch_id: int,
    agent_id: UUID,
    reason: str,
    text: str = "",
    papers: document.Papers = (),
    seen: str | None = None,
) -> UUID:
    """Ends the suspension now; what was captured in it stays refused. Raises E9513 where there is none."""
    subject = _open(work, branch_id, agent_id, seen)
    if not close(work, subject, "suspension"):
        raise Refused("E9513")
    return keep(work, subject, "reinstatement", reason, text, papers, least=0)


def close(work: Work, subject: Subject, kind: str) -> bool:
    """Ends what a measure of the kind holds back; False where nothing is under way."""
    from perisai.recruitment import candidate

    where = {"branch_id": subject.branch_id, "agent_id": subject.agent_id}
    ended = work.rows(_UNDER_WAY, [work.now, subject.branch_id, subject.agent_id, kind])
    held = "suspended" if kind == "suspension" else "remedial"
    if hold.find_open(work, branch_id=subject.branch_id, agent_id=subject.agent_id, kind=held) is not None:
        hold.end(work, branch_id=subject.branch_id, agent_id=subject.agent_id, kind=held)
    elif not ended:
        return False
    if kind == "suspension":
        candidate.lift(work, **where, kind="sanction", on=subject.today(work.now))  # type: ignore[arg-type]
    return True


def release_trained(work: Work, *, branch_id: int) -> int:
    """Ends the remedial training of everybody who has completed the course; answers how many. Who has not costs no statement."""
    waiting = work.rows(_WAITING, [branch_id])
    done = completion.done(work, branch_id, [row[1] for row in waiting]) if waiting else set()
    ready = {agent_id for agent_id, assignment_id in waiting if assignment_id in done}
    for subject in lock_many(work, branch_id=branch_id, agent_ids=ready).values():
        close(work, subject, "remedial")
    return len(ready)


def release_served(work: Work, *, branch_id: int, today: date) -> int:
    """Notes suspensions whose last day is over (their hold has ended by itself); answers how many."""
    served = {row[0] for row in work.rows(_SERVED, [branch_id, today])}
    for subject in lock_many(work, branch_id=branch_id, agent_ids=served).values():
        close(work, subject, "suspension")
        hold.show(work, branch_id=branch_id, agent_id=subject.agent_id)
    return len(served)


def keep(
    work: Work,
    subject: Subject,
    kind: str,
    reason: str,
    text: str,
    papers: document.Papers,
    *,
    from_on: date | None = None,
    until_on: date | None = None,
    course_id: UUID | None = None,
    assignment_id: UUID | None = None,
    to_agent_id: UUID | None = None,
    least: int = 5,
) -> UUID:
    """Writes a measure of a locked agent into the file, with its papers, and lets the agent know. Raises E9502, E9509."""
    if reason not in REASONS_FOR[kind]:
        raise Refused("E9502", field="reason")
    sealed = seal_text(text, least=0 if reason in OWN_REASONS else least)
    today = subject.today(work.now)
    is_open = kind not in NEVER_APPEALED and reason not in OWN_REASONS
    appeal_until = today + timedelta(days=figure("appeal_days", today)) if is_open else None
    measure_id, from_on = uuid7(), from_on or today
    work.execute(
        _INSERT,
        [
            *(subject.branch_id, measure_id, subject.agent_id, kind, reason, sealed, from_on, until_on, appeal_until),
            *(course_id, assignment_id, to_agent_id, work.actor.user_id, work.now),
        ],
    )
    document.keep_many(work, subject, about_id=measure_id, papers=papers)
    work.report(
        subject.happened(
            "measure_taken",
            measure_id,
            measure=measure_id,
            measure_kind=kind,
            reason=reason,
            from_on=from_on.isoformat(),
            until=until_on and until_on.isoformat(),
        )
    )
    if reason != "death":
        notice.tell_measure(work, subject, kind=kind, from_on=from_on, appeal_until=appeal_until)
    return measure_id


def _open(work: Work, branch_id: int, agent_id: UUID, seen: str | None) -> Subject:
    subject = lock(work, branch_id=branch_id, agent_id=agent_id)
    require_unchanged(work, subject, seen)
    return subject
