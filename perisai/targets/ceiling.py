"""How far a branch's head may go with their own quota: up to what the plan in force of the office above gave, and to a hundred per
cent of it. More is asked for (``request.py``), or set by the region or head office, who are not bound. Where nobody above gave the
month a figure, the head sets it."""

from datetime import date
from typing import Final, LiteralString

from perisai.accounts.audience import Role
from perisai.errors import Refused
from perisai.events.work import Work
from perisai.targets import quota_setting

UNBOUND: Final = (Role.REGION, Role.HEAD_OFFICE)
FULL: Final = 100
"""Per cent."""

# Carried by upper_figure_child.
_GIVEN: LiteralString = """
SELECT f.segment, sum(f.value)::bigint FROM targets_upper_figure f
JOIN targets_upper_plan p ON p.id = f.plan_id AND p.state = 'approved'
WHERE f.child_level = 'branch' AND f.child_key = %s AND f.month = %s AND f.measure = 'persons' GROUP BY 1
"""
# Locked, so that of two who set a target at once the second is measured by what the first has set. Carried by the primary keys.
_TARGETS: LiteralString = """
SELECT segment, persons FROM targets_quota_target WHERE branch_id = %s AND month = %s ORDER BY segment FOR UPDATE
"""
_PERCENT: LiteralString = """
SELECT cap_percent FROM targets_quota
WHERE branch_id = %(branch)s AND period <= %(month)s AND period + make_interval(months => months) > %(month)s
ORDER BY period, segment FOR UPDATE
"""


def given(work: Work, *, branch_id: int, month: date) -> dict[str, int]:
    """Persons by segment that the plan in force above gives the branch; empty where it gives that month nothing. One statement."""
    return dict(work.rows(_GIVEN, [str(branch_id), month]))


def check_target(
    work: Work, *, role: Role, branch_id: int, month: date, segment: str, target: int, cap_percent: int
) -> None:
    """Raises E5027 for a target above both what was given and what stands, E5028 for per cent above a hundred and what stands."""
    if role in UNBOUND:
        return
    stands = dict(work.rows(_TARGETS, [branch_id, month]))
    if got := given(work, branch_id=branch_id, month=month):
        is_whole = segment == "all"
        most = max(sum(of.values()) if is_whole else of.get(segment, 0) for of in (got, stands))
        if target > most:
            raise Refused("E5027", most=most)
    rows = work.rows(_PERCENT, {"branch": branch_id, "month": month})
    _check_percent(cap_percent, [row[0] for row in rows] or [_in_force(work, branch_id, month)])


def check_rules(work: Work, *, role: Role, branch_id: int, from_month: date, cap_percent: int) -> None:
    """Raises E5028."""
    if role not in UNBOUND:
        _check_percent(cap_percent, [_in_force(work, branch_id, from_month)])


def _check_percent(cap_percent: int, stands: list[int]) -> None:
    most = max(FULL, *stands)
    if cap_percent > most:
        raise Refused("E5028", most=most)


def _in_force(work: Work, branch_id: int, month: date) -> int:
    return quota_setting.in_force(quota_setting.settings(work, branch_id=branch_id), month).cap_percent
