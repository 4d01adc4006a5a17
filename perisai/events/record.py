"""Writes the end of a Work: position, events, counters, in this order of locks, counters sorted by key."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import orjson

from perisai.events.counters import additions
from perisai.events.ids import uuid7
from perisai.events.kinds import captured_kinds

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

    from perisai.events.scope import Actor
    from perisai.events.work import Happened

# Carried by the primary key of events_position: one row, the branch's. It serialises the ends of a branch's Works.
_ADVANCE = """
UPDATE events_position SET number = number + %s, moved_at = %s
WHERE branch_id = %s
RETURNING number, (SELECT timezone FROM offices_office WHERE id = events_position.branch_id)
"""

_INSERT_EVENTS = """
INSERT INTO events_event (branch_id, number, id, received_at, kind, sub_branch_id, agency_office_id, agent_id, region_code,
  segment, subject_id, quantity, amount, actor_id, device_id, captured_from, captured_to, day_captured,
  hour_captured, day_received, detail)
SELECT %(branch)s, e.number, e.id, %(now)s, e.kind, e.sub_branch_id, e.agency_office_id, e.agent_id, e.region_code,
  e.segment, e.subject_id, e.quantity, e.amount, %(actor)s, e.device_id, coalesce(e.captured_from, %(now)s),
  coalesce(e.captured_to, %(now)s), e.day_captured, e.hour_captured, %(today)s, e.detail
FROM jsonb_to_recordset(%(rows)s::jsonb) AS e (number bigint, id uuid, kind text, sub_branch_id int, agency_office_id int,
  agent_id uuid, region_code text, segment text, subject_id uuid, quantity int, amount bigint, device_id uuid,
  captured_from timestamptz, captured_to timestamptz, day_captured date, hour_captured smallint, detail jsonb)
"""

# Rows arrive sorted by key, and INSERT ... SELECT from a recordset keeps their order, so that two Works never cross.
_ADD_COUNTERS = """
INSERT INTO events_counter AS c (branch_id, level, key, day_captured, day_received, segment, metric, value)
SELECT %(branch)s, a.level, a.key, a.day_captured, a.day_received, a.segment, a.metric, a.value
FROM jsonb_to_recordset(%(rows)s::jsonb)
  AS a (level text, key text, day_captured date, day_received date, segment text, metric text, value bigint)
ON CONFLICT (branch_id, level, key, day_captured, day_received, segment, metric)
DO UPDATE SET value = c.value + excluded.value
"""


class UnknownBranch(LookupError):
    """An event names a branch that has no position row."""


def write(cursor: CursorWrapper, *, events: list[Happened], actor: Actor, now: datetime) -> None:
    """Three statements, whatever the number of events. ``events`` are of one branch and not empty."""
    from perisai.events.work import branch_day

    branch_id = events[0].branch_id
    cursor.execute(_ADVANCE, [len(events), now, branch_id])
    moved = cursor.fetchone()
    if moved is None:
        raise UnknownBranch(f"branch {branch_id} has no position")
    number, timezone = moved
    today = branch_day(now, timezone)
    rows = [
        _row(happened, number - len(events) + 1 + index, today.isoformat(), now=now, zone=ZoneInfo(timezone))
        for index, happened in enumerate(events)
    ]
    common: dict[str, Any] = {"branch": branch_id, "now": now, "today": today}
    cursor.execute(_INSERT_EVENTS, common | {"actor": actor.user_id, "rows": orjson.dumps(rows).decode()})
    added = additions(rows, branch_id=branch_id, today=today.isoformat())
    if added:
        cursor.execute(_ADD_COUNTERS, {"branch": branch_id, "rows": orjson.dumps(added).decode()})


def _row(happened: Happened, number: int, today: str, *, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    day = happened.day.isoformat() if happened.day else today
    return {
        "number": number,
        "id": uuid7(),
        "kind": happened.kind,
        "sub_branch_id": happened.sub_branch_id,
        "agency_office_id": happened.agency_office_id,
        "agent_id": happened.agent_id,
        "region_code": happened.region_code,
        "segment": happened.segment,
        "subject_id": happened.subject_id,
        "quantity": happened.quantity,
        "amount": happened.amount,
        "device_id": happened.device_id,
        "captured_from": happened.captured_from,
        "captured_to": happened.captured_to,
        "day_captured": day,
        "hour_captured": _hour(happened, day, now, zone)
        if day == today and happened.kind in captured_kinds()
        else None,
        "detail": happened.detail,
    }


def _hour(happened: Happened, day: str, now: datetime, zone: ZoneInfo) -> int:
    """The hour of the branch's day at which something was captured: by the best estimate, without one at the earliest, for an
    interval ends with its receipt. The day's first or last hour where that falls on another day than the act is counted on."""
    at = (happened.captured_at or happened.captured_from or now).astimezone(zone)
    captured = at.date().isoformat()
    return at.hour if captured == day else 23 if captured > day else 0
