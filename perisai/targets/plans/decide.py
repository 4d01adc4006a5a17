"""A version is proposed, sent back, or approved by a second person; and how its sums stand against what the parent gave."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import LiteralString, NamedTuple
from uuid import UUID

from perisai.errors import Refused
from perisai.events.work import Work
from perisai.targets.plans import plan
from perisai.targets.plans.place import BRANCH, NATION, SEGMENTS, Home, at
from perisai.targets.plans.plan import Cell, Version
from perisai.targets.quotas import quota


class Sum(NamedTuple):
    """What a sum is of."""

    segment: str
    measure: str
    month: date


# Carried by upper_figure_child, figure_child.
_GIVEN_ABOVE: LiteralString = """
SELECT f.segment, f.measure, f.month, sum(f.value)::bigint FROM targets_upper_figure f
JOIN targets_upper_plan p ON p.id = f.plan_id AND p.state = 'approved' AND p.year = %(year)s
WHERE f.child_level = %(level)s AND f.child_key = %(key)s GROUP BY 1, 2, 3
"""
_GIVEN_BELOW: LiteralString = """
SELECT f.segment, f.measure, f.month, sum(f.value)::bigint FROM targets_figure f
JOIN targets_plan p ON p.branch_id = f.branch_id AND p.id = f.plan_id AND p.state = 'approved' AND p.year = %(year)s
WHERE f.branch_id = %(branch)s AND f.child_level = %(level)s AND f.child_key = %(key)s GROUP BY 1, 2, 3
"""
_PROPOSE: LiteralString = """
UPDATE {plan} p SET state = 'proposed', proposed_at = %(now)s, proposed_by = %(by)s WHERE {p} p.id = %(plan)s
"""
_SEND_BACK: LiteralString = "UPDATE {plan} p SET state = 'draft' WHERE {p} p.id = %(plan)s"
_REPLACE: LiteralString = """
UPDATE {plan} p SET state = 'replaced', replaced_on = %(today)s
WHERE {p} p.office_id = %(office)s AND p.year = %(year)s AND p.state = 'approved'
"""
_APPROVE: LiteralString = """
UPDATE {plan} p SET state = 'approved', approved_at = %(now)s, approved_by = %(by)s, approved_on = %(today)s
WHERE {p} p.id = %(plan)s
"""
_MAKERS: LiteralString = """
SELECT DISTINCT c.by FROM {change} c WHERE {c} c.plan_id = %(plan)s AND c.by IS NOT NULL AND c.act NOT IN ('sent_back', 'approved')
"""


def given(work: Work, *, home: Home, year: int, figures: Mapping[Cell, int] | None = None) -> dict[Sum, int]:
    """What the office has to pass on: its figures in the plans in force above it; of head office, the whole that its own plan
    (``figures``) names. At most one statement."""
    if home.level == NATION:
        return {
            Sum(cell.segment, cell.measure, cell.month): v
            for cell, v in (figures or {}).items()
            if cell.level == NATION
        }
    sql: LiteralString = _GIVEN_ABOVE if home.level in ("region", BRANCH) else _GIVEN_BELOW
    rows = work.rows(sql, home.params(year=year, level=home.level, key=home.key))
    return {Sum(segment, measure, month): value for segment, measure, month, value in rows}


def sums(figures: Mapping[Cell, int]) -> dict[Sum, int]:
    """What is passed on, by month."""
    found: defaultdict[Sum, int] = defaultdict(int)
    for cell, value in figures.items():
        if cell.level != NATION:
            found[Sum(cell.segment, cell.measure, cell.month)] += value
    return dict(found)


def differences(passed: Mapping[Sum, int], got: Mapping[Sum, int]) -> dict[Sum, int]:
    """Passed on less given, where something was given and the two are not the same."""
    return {key: passed.get(key, 0) - value for key, value in got.items() if passed.get(key, 0) != value}


def propose(work: Work, *, home: Home, plan_id: UUID, revision: int) -> None:
    """The draft waits for a second person. Raises E5012, E5013, E5018 where nothing is in it."""
    version = plan.lock(work, home=home, plan_id=plan_id, revision=revision, state="draft")
    if not plan.figures(work, home=home, plan_id=plan_id):
        raise Refused("E5018")
    work.execute(at(home, _PROPOSE), home.params(plan=plan_id, now=work.now, by=work.actor.user_id))
    plan.tell(work, home=home, version=version, act="proposed")


def send_back(work: Work, *, home: Home, plan_id: UUID, reason: str) -> None:
    """A draft again, with the reason. Raises E5013, E5015."""
    said = plan.reason_of(reason, needed=True)
    version = plan.lock(work, home=home, plan_id=plan_id, revision=None, state="proposed")
    work.execute(at(home, _SEND_BACK), home.params(plan=plan_id))
    plan.tell(work, home=home, version=version, act="sent_back", reason=said)


def take_back(work: Work, *, home: Home, plan_id: UUID) -> None:
    """A draft again, by those who make it, who put it forward too early: no reason is asked. Raises E5013 where it was decided."""
    version = plan.lock(work, home=home, plan_id=plan_id, revision=None, state="proposed")
    work.execute(at(home, _SEND_BACK), home.params(plan=plan_id))
    plan.tell(work, home=home, version=version, act="taken_back")


def approve(work: Work, *, home: Home, plan_id: UUID, revision: int, reason: str = "") -> None:
    """In force from now on; the version before is replaced. A branch's quota follows its targets.

    Raises E5012, E5013, E5016 (who worked on it may not approve it), E5017 where sums differ from what was given and no reason says
    why.
    """
    version = plan.lock(work, home=home, plan_id=plan_id, revision=revision, state="proposed")
    makers = {by for (by,) in work.rows(at(home, _MAKERS), home.params(plan=plan_id))} | {version.made_by}
    if work.actor.user_id is not None and work.actor.user_id in makers:
        raise Refused("E5016")
    figures = plan.figures(work, home=home, plan_id=plan_id)
    got = given(work, home=home, year=version.year, figures=figures)
    off = {key: much for key, much in differences(sums(figures), got).items() if key.month >= version.from_month}
    said = plan.reason_of(reason, needed=False)
    if off and len(said) < 3:
        first = min(off, key=lambda key: (key.month, key.segment, key.measure))
        raise Refused("E5017", month=f"{first.month:%m/%Y}", difference=f"{off[first]:+,}".replace(",", "."))
    today = home.today(work.now)
    params = home.params(plan=plan_id, year=version.year, now=work.now, by=work.actor.user_id, today=today)
    work.execute(at(home, _REPLACE), params)
    work.execute(at(home, _APPROVE), params)
    plan.tell(work, home=home, version=version, act="approved", reason=said)
    if home.level == BRANCH:
        _set_quota(work, home, version, sums(figures), got, today)


def _set_quota(
    work: Work, home: Home, version: Version, passed: Mapping[Sum, int], got: Mapping[Sum, int], today: date
) -> None:
    """Of this month and later ones: what was given; only in a month that was given nothing, what is passed on. Cap in per cent and
    mode stay as the branch has them."""
    assert home.branch_id is not None
    since = max(today.replace(day=1), version.from_month)
    named = {key.month for key in (*passed, *got) if key.measure == "persons" and key.month >= since}
    for month in sorted(named):
        of = [Sum(segment, "persons", month) for segment in SEGMENTS]
        counts = got if any(key in got for key in of) else passed
        persons = {key.segment: counts[key] for key in of if key in counts}
        quota.set_targets(work, branch_id=home.branch_id, period=month, targets=persons, reason="plan")
