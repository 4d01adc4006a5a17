"""Two officers at the settings of one quota: what one of them changed counts, what both changed to other values is asked about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, LiteralString

import orjson

from perisai.errors import Refused
from perisai.events.work import Work
from perisai.targets.quotas.setting import Setting, in_force, settings

WAS, CHOICE = "was:", "choice:"
"""Fields of a form: what it was filled in from, and which of two values counts."""
MINE, THEIRS = "mine", "theirs"
Values = Mapping[str, str]


@dataclass(frozen=True)
class Both:
    """A setting that both changed."""

    name: str
    before: str
    theirs: str
    mine: str


class Clash(Refused):
    """E5031 with what is to be chosen."""

    def __init__(self, found: list[Both], who: str | None) -> None:
        super().__init__("E5031", who=who or "–")
        self.found = found


# Of a branch whose head and region office change its quota at once: the second waits here and then sees what the first has set.
_LOCK: LiteralString = "SELECT pg_advisory_xact_lock(hashtextextended('quota settings', %s))"
# Carried by the primary keys.
_FILLED: LiteralString = """
SELECT coalesce((SELECT jsonb_object_agg(segment, persons) FROM targets_quota_target
    WHERE branch_id = %(branch)s AND month = %(month)s), '{}')::text,
  (SELECT count(*)::int FROM targets_quota_setting WHERE branch_id = %(branch)s)
"""
_QUOTA: LiteralString = """
SELECT cap_percent, mode FROM targets_quota
WHERE branch_id = %(branch)s AND period <= %(month)s AND period + make_interval(months => months) > %(month)s
ORDER BY period, segment LIMIT 1
"""
# Carried by event_number (branch_id, number) from its end.
_WHO_CHANGED: LiteralString = """
SELECT u.full_name FROM events_event v LEFT JOIN accounts_user u ON u.id = v.actor_id
WHERE v.branch_id = %s AND v.kind = 'quota_changed' AND v.received_at >= %s ORDER BY v.number DESC LIMIT 1
"""
_RULES: LiteralString = """
SELECT s.from_month, s.every, s.by_segment, s.cap_percent, s.mode, u.full_name
FROM targets_quota_setting s LEFT JOIN accounts_user u ON u.id = s.set_by
WHERE s.branch_id = %s ORDER BY s.set_at, s.id
"""
ALL: Final = "all"


def lock(work: Work, branch_id: int) -> None:
    """Until the Work ends, nobody else changes this branch's settings from a page."""
    work.execute(_LOCK, [branch_id])


def targets(work: Work, *, branch_id: int, month: date) -> dict[str, str]:
    """What a month's targets are set to, by segment and over all. One statement."""
    return filled_from(work, branch_id=branch_id, month=month)[0]


def _by_segment(found: Mapping[str, int]) -> dict[str, str]:
    whole = {ALL: sum(found.values())} if found else {}
    return {segment: str(persons) for segment, persons in (whole | dict(found)).items()}


def merge_target(
    work: Work, *, branch_id: int, month: date, segment: str, mine: Values, sent: Values
) -> dict[str, str]:
    """Target, per cent and mode to be set. Raises ``Clash``."""
    lock(work, branch_id)
    row = work.row(_QUOTA, {"branch": branch_id, "month": month})
    standing = in_force(settings(work, branch_id=branch_id), month)
    percent, mode = row or (standing.cap_percent, standing.mode)
    target = targets(work, branch_id=branch_id, month=month).get(segment, "")
    theirs = {"target": target, "cap_percent": str(percent), "mode": mode}
    before = {name: sent[f"{WAS}{name}"] for name in theirs if f"{WAS}{name}" in sent}
    if f"{WAS}target:{segment}" in sent:
        before["target"] = sent[f"{WAS}target:{segment}"]
    values, both = settle(before, theirs, mine, sent)
    if both:
        who = work.row(_WHO_CHANGED, [branch_id, month.replace(year=month.year - 1)])
        raise Clash(both, who[0] if who else None)
    return values


def merge_rules(work: Work, *, branch_id: int, from_month: date, mine: Values, sent: Values) -> dict[str, str]:
    """Period, segments, per cent and mode to be set from a month on. Raises ``Clash``."""
    lock(work, branch_id)
    rows = work.rows(_RULES, [branch_id])
    known = sent.get(f"{WAS}rules", "")
    is_known = known.isascii() and known.isdigit() and len(known) < 9
    before = rows[: int(known)] if is_known else rows
    then, now = (_said(_at([Setting(*row[:5]) for row in some], from_month)) for some in (before, rows))
    values, both = settle(then if then != now else {}, now, mine, sent)
    if both:
        raise Clash(both, rows[-1][5])
    return values


def filled_from(work: Work, *, branch_id: int, month: date) -> tuple[dict[str, str], int]:
    """What the page's forms are filled in from: ``targets``, and how often rules were set. One statement."""
    row = work.row(_FILLED, {"branch": branch_id, "month": month})
    found, many = (orjson.loads(row[0]), row[1]) if row else ({}, 0)
    return _by_segment(found), many


def settle(before: Values, theirs: Values, mine: Values, sent: Values) -> tuple[dict[str, str], list[Both]]:
    """Each value that counts, and what is to be asked. What ``before`` does not name was not shown: mine counts."""
    values, both = dict(mine), []
    for name, value in mine.items():
        choice = sent.get(f"{CHOICE}{name}", "")
        was, now = before.get(name, theirs[name]), theirs[name]
        if was == now or value == now or (choice == MINE and sent.get(f"{WAS}{CHOICE}{name}") == now):
            continue
        if value == was or choice == THEIRS:
            values[name] = now
        else:
            both.append(Both(name, was, now, value))
    return values, both


def _at(found: list[Setting], month: date) -> Setting:
    """Of one month the last one counts."""
    by_month = {one.from_month: one for one in found}
    return in_force([by_month[first] for first in sorted(by_month, key=str)], month)


def _said(one: Setting) -> dict[str, str]:
    return {
        "every": one.every,
        "by_segment": "1" if one.by_segment else "",
        "cap_percent": str(one.cap_percent),
        "mode": one.mode,
    }


__all__ = [
    "Both",
    "Clash",
    "filled_from",
    "lock",
    "merge_rules",
    "merge_target",
    "settle",
    "targets",
]  # fmt: skip
