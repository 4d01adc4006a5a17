"""How far a branch's head may go with their own quota: up to what the plan in force of the office above gave, and to a hundred per
cent of it; queue or block above the cap, and warn where it was set from above. More is asked for (``request.py``), or set by the
region or head office, who are not bound. Where nobody above gave the month a figure, the head sets it."""

from collections.abc import Sequence
from datetime import date
from typing import Final, LiteralString

from perisai.accounts.audience import Role
from perisai.errors import Refused
from perisai.events.work import Work
from perisai.targets.quotas import setting as quota_setting

UNBOUND: Final = (Role.REGION, Role.HEAD_OFFICE)
FULL: Final = 100
"""Per cent."""
WARN: Final = "warn"

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
_STANDS: LiteralString = """
SELECT cap_percent, mode FROM targets_quota
WHERE branch_id = %(branch)s AND period <= %(month)s AND period + make_interval(months => months) > %(month)s
ORDER BY period, segment FOR UPDATE
"""


def given(work: Work, *, branch_id: int, month: date) -> dict[str, int]:
    """Persons by segment that the plan in force above gives the branch; empty where it gives that month nothing. One statement."""
    return dict(work.rows(_GIVEN, [str(branch_id), month]))


def check_target(
    work: Work, *, role: Role, branch_id: int, month: date, segment: str, target: int, cap_percent: int, mode: str
) -> None:
    """Raises E5027 for a target above both what was given and what stands, E5028 for per cent above a hundred and what stands,
    E5029 for mode warn where another stands."""
    if role in UNBOUND:
        return
    stands = dict(work.rows(_TARGETS, [branch_id, month]))
    if got := given(work, branch_id=branch_id, month=month):
        is_whole = segment == "all"
        most = max(sum(of.values()) if is_whole else of.get(segment, 0) for of in (got, stands))
        if target > most:
            raise Refused("E5027", most=most)
    rows = work.rows(_STANDS, {"branch": branch_id, "month": month}) or [_in_force(work, branch_id, month)]
    _check(cap_percent, mode, rows)


def check_rules(work: Work, *, role: Role, branch_id: int, from_month: date, cap_percent: int, mode: str) -> None:
    """Raises E5028, E5029."""
    if role not in UNBOUND:
        _check(cap_percent, mode, [_in_force(work, branch_id, from_month)])


def modes(role: Role, standing: str) -> tuple[str, ...]:
    """What somebody may choose where ``standing`` is the mode now."""
    return tuple(mode for mode in quota_setting.MODES if mode != WARN or standing == WARN or role in UNBOUND)


def _check(cap_percent: int, mode: str, stands: Sequence[tuple[int, str]]) -> None:
    """``stands``: per cent and mode. Of quotas by segment all must warn already, for one mode is set for each of them."""
    most = max(FULL, *(percent for percent, _ in stands))
    if cap_percent > most:
        raise Refused("E5028", most=most)
    if mode == WARN and any(of != WARN for _, of in stands):
        raise Refused("E5029")


def _in_force(work: Work, branch_id: int, month: date) -> tuple[int, str]:
    found = quota_setting.in_force(quota_setting.settings(work, branch_id=branch_id), month)
    return found.cap_percent, found.mode
