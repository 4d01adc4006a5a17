"""Reads of alerts for pages, within what the viewer may see: those of agents by where the agent stands, others by the branch."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

import orjson

from perisai.accounts.audience import Viewer
from perisai.alerts import words
from perisai.alerts.rules import watched
from perisai.alerts.setting import Set
from perisai.events.work import Work
from perisai.offices.part import Part
from perisai.offices.scopes import BRANCH, REGION

_EVERYWHERE: Final = Part()
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
# By the primary key of alerts_step.
_STEPS: LiteralString = "FROM alerts_step s WHERE s.branch_id = x.branch_id AND s.alert_id = x.id"
_LIST: LiteralString = (
    """
SELECT x.branch_id, x.id, x.kind, x.level, x.key, x.tone, x.facts, x.raised_at, x.found_at, x.seen_at, x.note, x.closed_at,
  a.full_name AS agent, a.code AS agent_code, o.name AS branch, o.timezone, u.full_name AS seen_by, k.name AS bank,
  (SELECT jsonb_agg(jsonb_build_object('role', s.role, 'at', s.at) ORDER BY s.at) """
    + _STEPS
    + """) AS steps
"""
    + _FROM
    + """
JOIN offices_office o ON o.id = x.branch_id
LEFT JOIN accounts_user u ON u.id = x.seen_by
LEFT JOIN payments_bank k ON x.level = 'k' AND k.id = x.key
WHERE """
)
_MINE: LiteralString = "EXISTS (SELECT " + _STEPS + " AND s.role = %s)"
_ORDER: LiteralString = " ORDER BY " + _MINE + " DESC, x.tone = 'stop' DESC, x.raised_at DESC LIMIT %s"


def open_for(work: Work, *, viewer: Viewer) -> int:
    """How many open alerts nobody has taken note of, of the kinds that are for this role or raised to it. One statement."""
    sql, params = _narrow(viewer)
    kinds = [kind for kind, rule in watched().items() if viewer.role in rule.tell]
    found = work.row(
        "SELECT count(*) " + _FROM + " WHERE " + _STATE["open"] + " AND (x.kind = ANY(%s) OR " + _MINE + ") AND " + sql,
        [kinds, str(viewer.role), *params],
    )
    return int(found[0]) if found else 0


def open_in(work: Work, *, viewer: Viewer, part: Part) -> int:
    """How many open alerts nobody has taken note of, in a part of the country, of those that the viewer may see. One statement."""
    sql, params = _narrow(viewer, part)
    found = work.row("SELECT count(*) " + _FROM + " WHERE " + _STATE["open"] + " AND " + sql, params)
    return int(found[0]) if found else 0


def listed(work: Work, *, viewer: Viewer, state: str, kind: str = "", part: Part = _EVERYWHERE) -> list[dict[str, Any]]:
    """At most ``PAGE``, first what was raised to this role, then the worst. ``facts`` is a dict; ``steps`` (``role``, ``at``) tell
    to whom it was raised. One statement."""
    sql, params = _narrow(viewer, part)
    of_kind: LiteralString = " AND x.kind = %s" if kind else ""
    given = [*params, *([kind] if kind else []), str(viewer.role), PAGE]
    rows = work.dicts(_LIST + _STATE[state] + " AND " + sql + of_kind + _ORDER, given)
    return [row | {"facts": _json(row["facts"]), "steps": _steps(row["steps"])} for row in rows]


def takeable(work: Work, *, viewer: Viewer, wanted: Sequence[tuple[int, UUID]]) -> list[tuple[int, UUID]]:
    """Of these (branch, alert), those that are still open and the viewer may see. One statement, by primary keys."""
    sql, params = _narrow(viewer)
    joined: LiteralString = (
        "JOIN unnest(%s::int[], %s::uuid[]) AS w (branch_id, id) ON w.branch_id = x.branch_id AND w.id = x.id "
    )
    given = [[branch_id for branch_id, _alert in wanted], [alert for _branch, alert in wanted], *params]
    asked: LiteralString = "SELECT x.branch_id, x.id " + _FROM + joined + "WHERE x.closed_at IS NULL AND " + sql
    return [(row[0], row[1]) for row in work.rows(asked, given)]


# Carried by alert_newest within each branch of the scope.
_RAISED: LiteralString = """
SELECT x.branch_id AS branch, x.id, x.kind, x.level, x.key, x.tone, x.facts, x.raised_at, x.found_at, x.seen_at, x.closed_at,
  ARRAY(SELECT s.role FROM alerts_step s WHERE s.branch_id = x.branch_id AND s.alert_id = x.id ORDER BY s.at) AS passed_to
FROM alerts_alert x WHERE x.branch_id = ANY(coalesce(%(branches)s::int[], ARRAY(SELECT branch_id FROM events_position)))
  AND (x.raised_at, x.id) > (%(since)s, %(after)s) AND (NOT %(open)s OR x.closed_at IS NULL)
ORDER BY x.raised_at, x.id LIMIT %(limit)s
"""


def raised(work: Work, *, since: datetime, after: UUID, only_open: bool, limit: int) -> list[dict[str, Any]]:
    """Alerts of the Work's branches in the order in which they were raised, after an instant and id; no name, no note."""
    branches = None if work.scope.branches is None else list(work.scope.branches)
    asked = {"branches": branches, "since": since, "after": after, "open": only_open, "limit": limit}
    return [row | {"facts": _json(row["facts"])} for row in work.dicts(_RAISED, asked)]


def counts(work: Work, *, viewer: Viewer, part: Part = _EVERYWHERE) -> dict[str, int]:
    """Open alerts by state and by ``kind:`` and kind. One statement."""
    sql, params = _narrow(viewer, part)
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


def _narrow(viewer: Viewer, part: Part = _EVERYWHERE) -> tuple[LiteralString, list[Any]]:
    """Whoever sees a part of a branch sees the alerts of its agents alone; a part of a branch has no others."""
    mine, params = viewer.narrow("x")
    if viewer.sub_branch_id is not None or viewer.agency_office_id is not None or viewer.agent_id is not None:
        mine, params = viewer.narrow("a")
        mine = "x.level = 'a' AND " + mine
    if not part.is_some:
        return mine, params
    within, more = part.narrow("x")
    if part.watch is not None and part.watch.level not in (REGION, BRANCH):
        within, more = part.narrow("a", agent="id")
        within = "x.level = 'a' AND " + within
    return mine + " AND " + within, [*params, *more]


def _steps(raw: Any) -> list[dict[str, Any]]:
    steps = orjson.loads(raw) if isinstance(raw, str | bytes) else raw or []
    return [{"role": one["role"], "at": datetime.fromisoformat(one["at"])} for one in steps]


def _json(raw: Any) -> dict[str, Any]:
    return dict(orjson.loads(raw)) if isinstance(raw, str | bytes) else dict(raw)
