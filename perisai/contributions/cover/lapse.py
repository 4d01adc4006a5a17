"""Ends memberships that nobody paid for as long as the rule says (``cover.rule``): at night, set-based, by the branch's own day."""

from datetime import date
from typing import Final, LiteralString
from uuid import UUID

from perisai.contributions.bills import bill
from perisai.contributions.cover import rule as cover_rule
from perisai.contributions.cover import spell
from perisai.contributions.cover.eligibility import in_force
from perisai.contributions.rules.in_force import Rules, load
from perisai.events.work import Happened, Work, branch_day

MOST: Final = 1000

# Carried by enrolment_state. Locked in order of id, as runs and payments lock them.
_DUE: LiteralString = """
SELECT id, agent_id, sub_branch_id, agency_office_id, region_code, paid_through FROM members_enrolment
WHERE branch_id = %s AND state = 'active' AND segment = 'BPU' AND paid_through <= %s
ORDER BY id LIMIT %s FOR UPDATE
"""
_END: LiteralString = """
UPDATE members_enrolment SET state = 'lapsed' WHERE branch_id = %s AND id = ANY (%s::uuid[])
"""


def lapse_due(work: Work, *, branch_id: int, timezone: str, most: int = MOST) -> int:
    """Ends up to ``most`` memberships that are over on the branch's day; returns how many. Open bills are dropped by
    counter-entry: who comes back does not owe them. The NIK stays theirs, and the quota's slot stays used: they were members.
    Seven statements, whatever their number."""
    today = branch_day(work.now, timezone)
    rows = work.rows(_DUE, [branch_id, cover_rule.ended_before(today), most])
    if not rows:
        return 0
    ids: list[UUID] = [row[0] for row in rows]
    work.execute(_END, [branch_id, ids])
    spell.end_many(work, branch_id=branch_id, enrolment_ids=ids, on=today)
    dropped = bill.cancel_many(work, branch_id=branch_id, enrolment_ids=ids)
    for row in rows:
        detail = {"paid_through": f"{row[5]:%Y-%m}", "dropped": dropped.get(row[0], 0)}
        work.report(Happened.to("member_lapsed", branch_id, row[:5], detail=detail))
    return len(rows)


def cannot_return(birth_date: date, *, on: date, rules: Rules | None = None) -> bool:
    """Whether somebody whose membership ends could not come back ``on`` a day, for age alone: they are lost for good, so whoever
    looks after them goes there first. Pure. Illness and work are asked of those who may."""
    upper = in_force((rules or load()).entry.rules.age_upper, on)
    return age_on(birth_date, on) >= upper


def age_on(birth_date: date, on: date) -> int:
    """Full years."""
    return on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))
