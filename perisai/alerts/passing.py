"""Alerts that nobody answered go up the line of offices, a step at a time, by the branch's working time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID
from zoneinfo import ZoneInfo

from perisai.accounts.audience import Role
from perisai.alerts.rules import watched
from perisai.events.work import Happened, Work
from perisai.messages import channel
from perisai.messages.hours import Hours
from perisai.offices import calendar
from perisai.offices.calendar import Calendar

LOOKS_BACK: Final = timedelta(days=120)
"""No rule waits that long; what is older is not counted hour by hour."""

# By alert_open_once. The rows are the lock of two that look at once; steps are unique by their key.
_OPEN: LiteralString = """
SELECT x.id, x.kind, x.level, x.key, coalesce(x.waits_since, x.raised_at) AS since,
  ARRAY(SELECT s.role FROM alerts_step s WHERE s.branch_id = x.branch_id AND s.alert_id = x.id) AS taken
FROM alerts_alert x WHERE x.branch_id = %s AND x.closed_at IS NULL AND x.seen_at IS NULL ORDER BY x.id FOR UPDATE OF x
"""
_UP: LiteralString = """
WITH step AS (
  INSERT INTO alerts_step (branch_id, alert_id, role, at, is_untold)
  SELECT %(branch)s, s.id, s.role, %(now)s, true FROM unnest(%(ids)s::uuid[], %(roles)s::text[]) AS s (id, role)
  ON CONFLICT DO NOTHING RETURNING alert_id)
UPDATE alerts_alert x SET waits_since = %(now)s FROM step WHERE x.branch_id = %(branch)s AND x.id = step.alert_id RETURNING x.id
"""


@dataclass(frozen=True)
class Passed:
    """An alert and to whom it was just raised."""

    alert_id: UUID
    kind: str
    level: str
    key: str
    to: Role


def pass_up(work: Work, *, branch_id: int, own: Calendar) -> list[Passed]:
    """Raises what has waited for its rule's time, once a step; what was raised. Two statements, three where something is due."""
    waiting = work.dicts(_OPEN, [branch_id])
    if not waiting:
        return []
    hours = channel.policy(work, branch_id=branch_id).hours
    due = [one for row in waiting if (one := _due(row, work.now, hours, own)) is not None]
    if not due:
        return []
    asked: dict[str, Any] = {"branch": branch_id, "now": work.now}
    asked |= {"ids": [one.alert_id for one in due], "roles": [str(one.to) for one in due]}
    done = {row[0] for row in work.rows(_UP, asked)}
    passed = [one for one in due if one.alert_id in done]
    for one in passed:
        _report(work, branch_id, one)
    return passed


def worked(since: datetime, until: datetime, hours: Hours, own: Calendar) -> timedelta:
    """Time between two moments within the hours of writing to people on the branch's working days."""
    zone = ZoneInfo(own.timezone)
    day, total = max(since, until - LOOKS_BACK).astimezone(zone).date(), timedelta()
    last = until.astimezone(zone).date()
    while day <= last:
        if calendar.is_working(day, own):
            opens, closes = (datetime.combine(day, one, zone) for one in hours.on(day))
            total += max(min(closes, until) - max(opens, since), timedelta())
        day += timedelta(days=1)
    return total


def _due(row: dict[str, Any], now: datetime, hours: Hours, own: Calendar) -> Passed | None:
    rule = watched().get(row["kind"])
    if rule is None or rule.unanswered is None:
        return None
    to = rule.next_step(row["taken"])
    wait = rule.unanswered.hours
    if to is None or worked(row["since"], now, hours, own) < timedelta(hours=wait):
        return None
    return Passed(row["id"], row["kind"], row["level"], row["key"], to)


def _report(work: Work, branch_id: int, one: Passed) -> None:
    detail = {"kind": one.kind, "level": one.level, "key": one.key, "to": str(one.to)}
    work.report(
        Happened(
            kind="alert_passed_up",
            branch_id=branch_id,
            subject_id=one.alert_id,
            agent_id=UUID(one.key) if one.level == "a" else None,
            detail=detail,
        )
    )
