"""What a branch watches: the rules, with what it set otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

import orjson

from perisai.alerts.rules import Watched, watched
from perisai.errors import Refused
from perisai.events.work import Happened, Work

MOST: Final = 2_000_000_000
MOST_OF: Final = {"percent": 100, "working_days": 60, "weeks": 26, "hours": 168}
"""Above it an alert would never come, or look back further than anything is kept for."""

_READ: LiteralString = """
SELECT s.kind, s.is_on, s.figures, s.changed_at, u.full_name FROM alerts_setting s
LEFT JOIN accounts_user u ON u.id = s.changed_by WHERE s.branch_id = %s
"""
# By primary key, branch by branch; a few hundred rows.
_OTHER: LiteralString = """
SELECT branch_id, figures FROM alerts_setting
WHERE branch_id IN (SELECT branch_id FROM events_position) AND kind = %s AND is_on AND figures <> '{}'::jsonb
"""
_SET: LiteralString = """
INSERT INTO alerts_setting (branch_id, kind, is_on, figures, changed_by, changed_at) VALUES (%s, %s, %s, %s::jsonb, %s, %s)
ON CONFLICT (branch_id, kind) DO UPDATE SET is_on = excluded.is_on, figures = excluded.figures,
  changed_by = excluded.changed_by, changed_at = excluded.changed_at
"""


@dataclass(frozen=True)
class Set:
    """One kind as a branch watches it. ``changed_at`` None: as the rules say."""

    kind: str
    rule: Watched
    is_on: bool
    figures: Mapping[str, int]
    changed_at: datetime | None = None
    changed_by: str | None = None


def of_branch(work: Work, branch_id: int) -> dict[str, Set]:
    """By kind, every kind of the rules. One statement."""
    own = {row["kind"]: row for row in work.dicts(_READ, [branch_id])}
    found: dict[str, Set] = {}
    for kind, rule in watched().items():
        row = own.get(kind)
        if row is None:
            found[kind] = Set(kind, rule, is_on=True, figures=rule.figures)
            continue
        other = {name: value for name, value in _json(row["figures"]).items() if name in rule.figures}
        figures = {**rule.figures, **other}
        found[kind] = Set(kind, rule, row["is_on"], figures, row["changed_at"], row["full_name"])
    return found


def otherwise(work: Work, kind: str) -> dict[int, dict[str, int]]:
    """Branches that count a kind by figures of their own, all figures of each. One statement."""
    rule = watched()[kind].figures
    return {branch_id: {**rule, **_json(raw)} for branch_id, raw in work.rows(_OTHER, [kind])}


def change(work: Work, *, branch_id: int, kind: str, is_on: bool, figures: Mapping[str, int], user_id: UUID) -> None:
    """Figures left out, or equal to the rules', follow the rules. Raises E5202 for one that makes no sense."""
    rule = watched().get(kind)
    if rule is None or any(
        name not in rule.figures or not 1 <= value <= MOST_OF.get(name, MOST) for name, value in figures.items()
    ):
        raise Refused("E5202")
    other = {name: value for name, value in figures.items() if rule.figures[name] != value}
    work.execute(_SET, [branch_id, kind, is_on, orjson.dumps(other).decode(), user_id, work.now])
    detail = {"kind": kind, "is_on": is_on, "figures": dict(figures)}
    work.report(Happened(kind="alert_setting_changed", branch_id=branch_id, detail=detail))


def _json(raw: Any) -> dict[str, int]:
    return dict(orjson.loads(raw)) if isinstance(raw, str | bytes) else dict(raw)
