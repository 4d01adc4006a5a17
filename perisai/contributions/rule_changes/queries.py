"""Changes of rules as pages show them."""

from difflib import unified_diff
from typing import Any, LiteralString
from uuid import UUID

import orjson

from perisai.contributions.rule_changes import text as rule_text
from perisai.contributions.rule_changes.change import Change
from perisai.contributions.rule_changes.tree import Difference, Raw, Step
from perisai.contributions.rules import words as rule_words
from perisai.events.work import Work

_LIST: LiteralString = """
SELECT c.id, c.file, c.why, c.is_correction, c.holds_from, c.proposed_at, u.full_name AS proposer, d.kind AS decided,
  d.at AS decided_at, e.full_name AS decider, w.at AS withdrawn_at
FROM contributions_rule_change c
LEFT JOIN accounts_user u ON u.id = c.proposed_by
LEFT JOIN contributions_rule_step d ON d.change_id = c.id AND d.kind <> 'withdrawn'
LEFT JOIN accounts_user e ON e.id = d.by
LEFT JOIN contributions_rule_step w ON w.change_id = c.id AND w.kind = 'withdrawn'
ORDER BY (d.kind IS NULL) DESC, c.proposed_at DESC LIMIT 200
"""
_STEPS: LiteralString = """
SELECT s.kind, s.reason, s.at, u.full_name AS who FROM contributions_rule_step s LEFT JOIN accounts_user u ON u.id = s.by
WHERE s.change_id = %s ORDER BY s.at, s.id
"""
_PROPOSER: LiteralString = "SELECT full_name FROM accounts_user WHERE id = %s"
_TRIAL: LiteralString = """
SELECT t.id, t.state, t.first_month, t.months, t.branches, t.done, t.result, t.asked_at, t.moved_at, u.full_name AS who
FROM contributions_rule_trial t LEFT JOIN accounts_user u ON u.id = t.asked_by
WHERE t.change_id = %s ORDER BY t.asked_at DESC, t.id DESC LIMIT 1
"""
_NAMES: LiteralString = "SELECT id, name FROM offices_office WHERE id = ANY (%s)"


def changes(work: Work) -> list[dict[str, Any]]:
    """What waits first, then the newest."""
    return [row | {"title": rule_words.FILES.get(row["file"], row["file"])} for row in work.dicts(_LIST)]


def steps(work: Work, change_id: UUID) -> list[dict[str, Any]]:
    return work.dicts(_STEPS, [change_id])


def name_of(work: Work, user_id: UUID | None) -> str | None:
    row = work.row(_PROPOSER, [user_id]) if user_id else None
    return row[0] if row else None


def trial(work: Work, change_id: UUID) -> dict[str, Any] | None:
    """The newest trial, its branches by their names."""
    rows = work.dicts(_TRIAL, [change_id])
    if not rows:
        return None
    found = rows[0]
    result = found["result"]
    result = orjson.loads(result) if isinstance(result, str | bytes) else result
    ids = {one["branch"] for part in ("branches", "largest") for one in result.get(part, ())}
    names = dict(work.rows(_NAMES, [sorted(ids)])) if ids else {}
    for part in ("branches", "largest"):
        for one in result.get(part, ()):
            one["name"] = names.get(one["branch"], one["branch"])
    for part in (result, *(one for name in ("branches", "bands", "months", "largest") for one in result.get(name, ()))):
        part["difference"] = part.get("after", 0) - part.get("before", 0)
    return found | {"result": result}


def shown_differences(change: Change, language: str) -> list[dict[str, Any]]:
    """Each figure that changes: its name, from when, before and after."""
    tree, found = rule_text.compare(change.base_text, change.text)
    return [_shown(one, tree, language) for one in found]


def text_difference(change: Change) -> list[tuple[str, str]]:
    """(kind, line) with kind ``more``, ``less``, ``at`` or empty."""
    old, new = change.base_text.splitlines(), change.text.splitlines()
    kinds = {"+": "more", "-": "less", "@": "at"}
    lines = list(unified_diff(old, new, lineterm="", n=2))[2:]
    return [(kinds.get(line[:1], ""), line) for line in lines[:600]]


def _shown(one: Difference, tree: Any, language: str) -> dict[str, Any]:
    around = _around(tree, one.path)
    if one.path[:1] == ("reliefs",):
        title = f"{one.path[1]}{': ' + one.path[2] if len(one.path) > 2 else ''}"
    else:
        title = rule_words.title(
            one.path[:-1] if one.path[-1:] in (("values",), ("followed",)) else one.path, around, tree, language
        )
    return {
        "title": title,
        "on": one.on,
        "before": _said(one.before, one.path, around, language),
        "after": _said(one.after, one.path, around, language),
        "is_wording": one.is_wording,
        "reference": rule_words.source(one.after.get("reference", ""), language) if isinstance(one.after, dict) else "",
    }


def _said(value: Any, path: Step, around: Raw, language: str) -> str:
    if path[-1:] == ("windows",) and value:
        return rule_words.windows_text(value, language)
    return rule_words.value_text(value, around, language)


def _around(tree: Any, path: Step) -> Raw:
    """The mapping that a figure stands in, with the unit of the one above it where it has none."""
    node, unit = tree, None
    for step in path[:-1]:
        if not isinstance(node, dict) or step not in node:
            return {}
        node = node[step]
        unit = node.get("unit", unit) if isinstance(node, dict) else unit
    return {"unit": unit, **node} if isinstance(node, dict) else {}
