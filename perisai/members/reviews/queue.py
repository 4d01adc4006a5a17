"""Puts things before a person: the review queue's entrance. Deciding is in ``review.py``."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from perisai.events.work import Work

DAYS_TO_DECIDE = 3

_OPEN = """
INSERT INTO members_review (branch_id, reason, enrolment_id, op_id, device_id, agent_id, candidates, state, opened_at, due_at, note)
SELECT %(branch)s, r.reason, r.enrolment_id, r.op_id, r.device_id, r.agent_id, r.candidates, 'open', %(now)s, %(due)s, ''
FROM jsonb_to_recordset(%(rows)s::jsonb)
  AS r (reason text, enrolment_id uuid, op_id uuid, device_id uuid, agent_id uuid, candidates jsonb)
"""


@dataclass(frozen=True)
class ToReview:
    """Why something needs a person; ``candidates`` as ``Review.candidates`` holds them."""

    reason: str
    enrolment_id: UUID | None = None
    op_id: UUID | None = None
    device_id: UUID | None = None
    agent_id: UUID | None = None
    candidates: list[dict[str, Any]] = field(default_factory=list)


def open_many(work: Work, *, branch_id: int, items: list[ToReview]) -> None:
    """Opens reviews, due three working days from now. One statement."""
    if not items:
        return
    work.execute(
        _OPEN,
        {
            "branch": branch_id,
            "now": work.now,
            "due": due_at(work.now),
            "rows": orjson.dumps(items).decode(),
        },
        prepared=True,
    )


def due_at(now: datetime) -> datetime:
    """``DAYS_TO_DECIDE`` working days on (Saturdays and Sundays do not count)."""
    at, left = now, DAYS_TO_DECIDE
    while left:
        at += timedelta(days=1)
        left -= at.weekday() < 5
    return at
