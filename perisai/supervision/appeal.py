"""Appeals: filed in time, once a measure, decided by somebody else than who imposed it."""

from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from django.db import IntegrityError, transaction

from perisai.agents import agent as agents
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Work
from perisai.supervision import document, ending, measure, notice
from perisai.supervision.sealed import seal_text
from perisai.supervision.subject import Subject, lock

_MEASURE: LiteralString = """
SELECT agent_id, kind, decided_by, appeal_until, carried_out_at, lifted_at FROM supervision_measure
WHERE branch_id = %s AND id = %s
"""
_INSERT: LiteralString = """
INSERT INTO supervision_appeal (branch_id, id, agent_id, measure_id, imposed_by, text_sealed, filed_by, filed_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""
_LOCK: LiteralString = """
SELECT agent_id, measure_id, imposed_by, decided_at FROM supervision_appeal WHERE branch_id = %s AND id = %s FOR UPDATE
"""
_DECIDE: LiteralString = """
UPDATE supervision_appeal SET decided_by = %s, decided_at = %s, outcome = %s, answer_sealed = %s WHERE branch_id = %s AND id = %s
"""
_LIFT: LiteralString = "UPDATE supervision_measure SET lifted_at = %s WHERE branch_id = %s AND id = %s"


def file(
    work: Work,
    *,
    branch_id: int,
    agent_id: UUID,
    measure_id: UUID,
    text: str,
    papers: document.Papers = (),
    written_at: datetime | None = None,
) -> UUID:
    """By the agent, or by an officer to whom it was brought on paper. ``written_at`` is when that was, where it came later.

    Raises E1004, E9502, E9507 after the last day, E9508 where there is one already or nothing to appeal against, E9509.
    """
    subject = lock(work, branch_id=branch_id, agent_id=agent_id, ended=True)
    row = work.row(_MEASURE, [branch_id, measure_id])
    if row is None or row[0] != agent_id:
        raise Refused("E1004")
    _, _, imposed_by, appeal_until, _, lifted_at = row
    if appeal_until is None or lifted_at is not None:
        raise Refused("E9508")
    if subject.today(min(written_at or work.now, work.now)) > appeal_until:
        raise Refused("E9507")
    appeal_id = uuid7()
    values = [branch_id, appeal_id, agent_id, measure_id, imposed_by, seal_text(text, least=5)]
    try:
        with transaction.atomic():
            work.execute(_INSERT, [*values, work.actor.user_id, work.now])
    except IntegrityError as error:
        if "appeal_once" not in str(error):
            raise
        raise Refused("E9508") from error
    document.keep_many(work, subject, about_id=appeal_id, papers=papers)
    work.report(subject.happened("appeal_filed", appeal_id, appeal=appeal_id, measure=measure_id))
    return appeal_id


def decide(work: Work, *, branch_id: int, appeal_id: UUID, outcome: str, answer: str) -> None:
    """``upheld``: the measure stands; ``lifted``: it ends now, and an ending no longer keeps anybody from coming back.

    Raises E1004, E9501 where it is decided already, E9502, E9506 for whoever imposed the measure.
    """
    if outcome not in ("upheld", "lifted"):
        raise Refused("E9502", field="outcome")
    found = work.row("SELECT agent_id FROM supervision_appeal WHERE branch_id = %s AND id = %s", [branch_id, appeal_id])
    if found is None:
        raise Refused("E1004")
    subject = lock(work, branch_id=branch_id, agent_id=found[0], ended=True)
    row = work.row(_LOCK, [branch_id, appeal_id])
    assert row is not None
    _, measure_id, imposed_by, decided_at = row
    if decided_at is not None:
        raise Refused("E9501")
    if work.actor.user_id is None or work.actor.user_id == imposed_by:
        raise Refused("E9506")
    sealed = seal_text(answer, least=5, field="answer")
    work.execute(_DECIDE, [work.actor.user_id, work.now, outcome, sealed, branch_id, appeal_id])
    if outcome == "lifted":
        lift(work, subject, measure_id)
    work.report(subject.happened("appeal_decided", appeal_id, appeal=appeal_id, measure=measure_id, outcome=outcome))
    notice.tell_appeal_decided(work, subject, is_lifted=outcome == "lifted")


def lift(work: Work, subject: Subject, measure_id: UUID) -> None:
    """What the measure holds back is free again. An agent who had ended becomes a trainee: the licence has one door."""
    from perisai.recruitment import candidate

    row = work.row(_MEASURE, [subject.branch_id, measure_id])
    assert row is not None
    _, kind, _, _, carried_out_at, _ = row
    if kind in ("suspension", "remedial"):
        measure.close(work, subject, kind)
    if kind == "ending" and carried_out_at is None:
        ending.lift_planned(work, subject)
    if kind == "ending" and carried_out_at is not None:
        where: dict[str, Any] = {"branch_id": subject.branch_id, "agent_id": subject.agent_id}
        agents.restore(work, **where)
        candidate.lift(work, **where, kind="ended", on=subject.today(work.now))
    work.execute(_LIFT, [work.now, subject.branch_id, measure_id])
