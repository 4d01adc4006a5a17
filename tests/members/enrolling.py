"""Enrolments for tests of what staff do with them, made by the verb that judges phones' ops."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from perisai.agents.licence import get_standing
from perisai.events.captured import Captured
from perisai.events.ids import uuid7
from perisai.members.enrolments.candidate import Asked
from perisai.members.enrolments.enrol import enrol_many
from tests.world import Branch, FieldAgent, system_work, worker


def enrol(agent: FieldAgent, **changes: Any) -> UUID:
    """One enrolment of an unheard-of worker, unless ``changes`` say otherwise; returns its id."""
    return enrol_all(agent, [worker(**changes)])[0]


def enrol_all(agent: FieldAgent, bodies: list[dict[str, Any]]) -> list[UUID]:
    now = datetime.now(UTC)
    asked = [Asked(uuid7(), body, Captured(now, now, now, doubtful=False), None) for body in bodies]
    branch = agent.branch
    with system_work(branch) as work:
        standing = get_standing(work, branch_id=branch.id, agent_id=agent.id)
        enrol_many(work, branch_id=branch.id, timezone=branch.timezone, standing=standing, device_id=None, asked=asked)
    return [one.op_id for one in asked]


def review_of(branch: Branch, enrolment_id: UUID) -> UUID:
    with system_work(branch) as work:
        row = work.row(
            "SELECT id FROM members_review WHERE branch_id = %s AND enrolment_id = %s", [branch.id, enrolment_id]
        )
    assert row is not None, "the enrolment is not in review"
    found: UUID = row[0]
    return found


def state_of(branch: Branch, enrolment_id: UUID) -> dict[str, Any]:
    with system_work(branch) as work:
        return work.dicts(
            "SELECT * FROM members_enrolment WHERE branch_id = %s AND id = %s", [branch.id, enrolment_id]
        )[0]


def kinds_of(branch: Branch, subject: UUID) -> list[str]:
    """Kinds of the events about it, oldest first."""
    with system_work(branch) as work:
        return [
            kind
            for (kind,) in work.rows(
                "SELECT kind FROM events_event WHERE branch_id = %s AND subject_id = %s ORDER BY number",
                [branch.id, subject],
            )
        ]
