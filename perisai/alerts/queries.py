"""Reads of alerts for pages, within what the viewer may see: those of agents by where the agent stands, others by the branch."""

from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import orjson

from perisai.accounts.audience import Viewer
from perisai.alerts import words
from perisai.alerts.rules import watched
from perisai.alerts.setting import Set
from perisai.events.work import Work

PAGE = 100
STATES = ("open", "seen", "closed")

_STATE: dict[str, LiteralString] = {
    "open": "x.closed_at IS NULL AND x.seen_at IS NULL",
    "seen": "x.closed_at IS NULL AND x.seen_at IS NOT NULL",
    "closed": "x.closed_at IS NOT NULL",
}
# Carried by alert_open_once, or alert_newest for what is closed.
_FROM: LiteralString = """
FROM alerts_alert x LEFT JOIN agents_agent a ON x.level = 'a' AND a.branch_id = x.branch_id AND a.id::text = x.key
"""
_LIST: LiteralString = (
    """
SELECT x.branch_id, x.id, x.kind, x.level, x.key, x.tone, x.facts, x.raised_at, x.found_at, x.seen_at, x.note, x.closed_at,
  a.full_name AS agent, a.code AS agent_code, o.name AS branch, o.timezone, u.full_name AS seen_by, k.name AS bank
"""
    + _FROM
    + """
JOIN offices_office o ON o.id = x.branch_id
LEFT JOIN accounts_user u ON u.id = x.seen_by
LEFT JOIN payments_bank k ON x.level = 'k' AND k.id = x.key
WHERE """
)
_ORDER: LiteralString = " ORDER BY x.closed_at IS NOT NULL, x.tone = 'stop' DESC, x.raised_at DESC LIMIT %s"


def open_for(work: Work, *, viewer: Viewer) -> int:
    """How many open alerts nobody has taken note of, of the kinds that are for this role. One statement."""
    sql, params = _narrow(viewer)
    kinds = [kind for kind, rule in watched().items() if viewer.role in rule.tell]
    found = work.row(
        "SELECT count(*) " + _FROM + " WHERE " + _STATE["open"] + " AND x.kind = ANY(%s) AND " + sql, [kinds, *params]
    )
    return int(found[0]) if found else 0


def listed(work: Work, *, viewer: Viewer, state: str, kind: str = "") -> list[dict[str, Any]]:
    """At most ``PAGE``, the worst first. ``facts`` is a dict. One statement."""
    sql, params = _narrow(viewer)
    of_kind: LiteralString = " AND x.kind = %s" if kind else ""
    given = [*params, kind, PAGE] if kind else [*params, PAGE]
    rows = work.dicts(_LIST + _STATE[state] + " AND " + sql + of_kind + _ORDER, given)
    return [row | {"facts": _json(row["facts"])} for row in rows]


# Carried by alert_newest within each branch of the scope.
_RAISED: LiteralString = """
SELECT x.branch_id AS branch, x.id, x.kind, x.level, x.key, x.tone, x.facts, x.raised_at, x.found_at, x.seen_at, x.closed_at
FROM alerts_alert x WHERE x.branch_id = ANY(coalesce(%(branches)s::int[], ARRAY(SELECT branch_id FROM events_position)))
  AND (x.raised_at, x.id) > (%(since)s, %(after)s) AND (NOT %(open)s OR x.closed_at IS NULL)
ORDER BY x.raised_at, x.id LIMIT %(limit)s
"""


def raised(work: Work, *, since: datetime, after: UUID, only_open: bool, limit: int) -> list[dict[str, Any]]:
    """Alerts of the Work's branches in the order in which they were raised, after an instant and id; no name, no note."""
    branches = None if work.scope.branches is None else list(work.scope.branches)
    asked = {"branches": branches, "since": since, "after": after, "open": only_open, "limit": limit}
    return [row | {"facts": _json(row["facts"])} for row in work.dicts(_RAISED, asked)]


def counts(work: Work, *, viewer: Viewer) -> dict[str, int]:
    """Open alerts by state and by ``kind:`` and kind. One statement."""
    sql, params = _narrow(viewer)
    rows = work.rows(
        "SELECT x.kind, x.seen_at IS NOT NULL, count(*) "
        + _FROM
        + " WHERE x.closed_at IS NULL AND "
        + sql
        + " GROUP BY 1, 2",
        params,
    )
    found = {"open": 0, "seen": 0}
    for kind, is_seen, count in rows:
        found["seen" if is_seen else "open"] += count
        found[f"kind:{kind}"] = found.get(f"kind:{kind}", 0) + count
    return found


def said(row: dict[str, Any], sets: dict[str, Set] | None, language: str) -> dict[str, str]:
    """``title`` and ``text`` of a row of ``listed``; ``sets`` of its branch, None for the rules' figures."""
    rule = watched().get(row["kind"])
    figures = sets[row["kind"]].figures if sets and row["kind"] in sets else rule.figures if rule else {}
    return {
        "title": words.title(row["kind"], language),
        "text": words.text(row["kind"], row["facts"], figures, language, bank=row["bank"] or row["key"]),
    }


def _narrow(viewer: Viewer) -> tuple[LiteralString, list[Any]]:
    """Whoever sees a part of a branch sees the alerts of its agents alone."""
    if viewer.sub_branch_id is None and viewer.agency_office_id is None and viewer.agent_id is None:
        return viewer.narrow("x")
    sql, params = viewer.narrow("a")
    return "x.level = 'a' AND " + sql, params


def _json(raw: Any) -> dict[str, Any]:
    return dict(orjson.loads(raw)) if isinstance(raw, str | bytes) else dict(raw)
