"""Keeps what was found: raises what is new, renews what still holds, closes what holds no more; and what people do with it."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

import orjson

from perisai.alerts.look import Found
from perisai.alerts.rules import watched
from perisai.errors import Refused
from perisai.events.work import Happened, Work

NOTE: Final = 500

# The open one of a subject is the lock of two that look at once: alert_open_once.
_RAISE: LiteralString = """
INSERT INTO alerts_alert AS x (branch_id, kind, level, key, tone, facts, raised_at, found_at, note, is_untold)
SELECT %(branch)s, f.kind, f.level, f.key, f.tone, f.facts, %(now)s, %(now)s, '', true
FROM jsonb_to_recordset(%(rows)s::jsonb) AS f (kind text, level text, key text, tone text, facts jsonb)
ON CONFLICT (branch_id, kind, level, key) WHERE closed_at IS NULL
DO UPDATE SET facts = excluded.facts, found_at = excluded.found_at, tone = excluded.tone
RETURNING new.id, new.kind, new.level, new.key, new.tone, new.facts, old.id IS NULL
"""
_CLOSE: LiteralString = """
UPDATE alerts_alert SET closed_at = %(now)s
WHERE branch_id = %(branch)s AND closed_at IS NULL AND kind = ANY(%(kinds)s) AND found_at < %(now)s
RETURNING id, kind, level, key
"""
_SEE: LiteralString = """
UPDATE alerts_alert SET seen_by = %(user)s, seen_at = %(now)s, note = %(note)s
WHERE branch_id = %(branch)s AND id = ANY(%(ids)s) AND seen_at IS NULL AND closed_at IS NULL
RETURNING id, kind, level, key
"""
_UNSEE: LiteralString = """
UPDATE alerts_alert SET seen_by = NULL, seen_at = NULL, note = '', waits_since = %(now)s
WHERE branch_id = %(branch)s AND id = ANY(%(ids)s) AND seen_at IS NOT NULL AND closed_at IS NULL
RETURNING id, kind, level, key
"""


_FORGET: LiteralString = """
DELETE FROM alerts_alert WHERE branch_id IN (SELECT branch_id FROM events_position) AND closed_at < %s
"""
KEPT: Final = timedelta(days=800)
"""After an alert is over: two years of screens, and a month."""


class Raised(dict[str, Any]):
    """id, kind, level, key, tone and facts of an alert that is new."""


def keep(work: Work, *, branch_id: int, kinds: Collection[str], found: Collection[Found]) -> list[Raised]:
    """``kinds``: what was looked for; of these, what was not found any more is closed. Answers what is new. Two statements."""
    rules = watched()
    rows = [
        {"kind": one.kind, "level": one.level, "key": one.key, "tone": rules[one.kind].tone, "facts": one.facts}
        for one in sorted(found, key=lambda one: (one.kind, one.level, one.key))
    ]
    asked = {"branch": branch_id, "now": work.now}
    kept = work.rows(_RAISE, asked | {"rows": orjson.dumps(rows).decode()}) if rows else []
    names = ("id", "kind", "level", "key", "tone", "facts")
    raised = [Raised(zip(names, row[:-1], strict=True)) for row in kept if row[-1]]
    for one in raised:
        one["facts"] = _facts(one["facts"])
        _report(work, "alert_raised", branch_id, (one["id"], one["kind"], one["level"], one["key"]))
    for row in work.rows(_CLOSE, asked | {"kinds": list(kinds)}):
        _report(work, "alert_closed", branch_id, row)
    return raised


def see(work: Work, *, branch_id: int, ids: Collection[UUID], user_id: UUID, note: str = "") -> int:
    """Somebody takes note of alerts; how many were not seen by anybody before. Raises E5201 for a note that is too long."""
    if len(note) > NOTE:
        raise Refused("E5201", most=NOTE)
    asked = {"branch": branch_id, "now": work.now, "ids": list(ids), "user": user_id, "note": note.strip()}
    seen = work.rows(_SEE, asked)
    for row in seen:
        _report(work, "alert_seen", branch_id, row)
    return len(seen)


def unsee(work: Work, *, branch_id: int, ids: Collection[UUID]) -> int:
    """Takes that back; how many. They wait for an answer anew from now on."""
    rows = work.rows(_UNSEE, {"branch": branch_id, "ids": list(ids), "now": work.now})
    for row in rows:
        _report(work, "alert_unseen", branch_id, row)
    return len(rows)


def forget(work: Work) -> int:
    """Alerts that have been over for long; their events stay."""
    return work.execute(_FORGET, [work.now - KEPT])


def _report(work: Work, what: str, branch_id: int, row: tuple[Any, ...]) -> None:
    alert_id, kind, level, key = row
    work.report(
        Happened(
            kind=what,
            branch_id=branch_id,
            subject_id=alert_id,
            agent_id=UUID(key) if level == "a" else None,
            detail={"kind": kind, "level": level, "key": key},
        )
    )


def _facts(raw: Any) -> dict[str, Any]:
    return dict(orjson.loads(raw)) if isinstance(raw, str | bytes) else dict(raw)
