"""Who is reminded of what and when, worked out each night for a branch: set-based, each at most once.

Members with the same last paid month have the same dates, so a night asks for the months there are, and then for whoever has
them. What cannot be sent (no consent, no number, stopped) is kept with its reason, so that a branch sees whom nobody reaches.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, LiteralString

from perisai.contributions.cover.rule import Boundaries, add_months, boundaries
from perisai.events.work import Happened, Work
from perisai.messages import channel
from perisai.messages.hours import Hours, writes_on
from perisai.offices import calendar
from perisai.offices.calendar import Calendar
from perisai.reminders.rules import ReminderRule, reminder_rules

LOOKS_BACK: Final = 12
"""Months: who has paid nothing for longer is no member any more."""

_MONTHS: LiteralString = """
SELECT DISTINCT paid_through FROM members_enrolment
WHERE branch_id = %s AND state = 'active' AND segment = 'BPU' AND paid_through >= %s
"""

# Why somebody is not written to, or ''. The consent by its key, the funding by its own index, the rest by primary key.
_REASON: LiteralString = """
  CASE
    WHEN c.stopped <> '' THEN 'stopped'
    WHEN NOT EXISTS (SELECT FROM members_consent s WHERE s.branch_id = e.branch_id AND s.enrolment_id = e.id
      AND s.purpose = 'contact' AND s.given) THEN 'no_consent'
    WHEN coalesce(p.phone, '') = '' AND coalesce(p.email, '') = '' THEN 'no_number'
    WHEN c.promised_on >= %(today)s THEN 'promised'
    WHEN EXISTS (SELECT FROM payers_funding f WHERE f.branch_id = e.branch_id AND f.enrolment_id = e.id
      AND f.first_month <= w.month AND (f.last_month IS NULL OR f.last_month >= w.month)) THEN 'funded'
    ELSE '' END
"""
_HEAD: LiteralString = """
INSERT INTO reminders_reminder (branch_id, rule, subject, subject_id, about_on, planned_on, agent_id, sub_branch_id, state,
  reason, amount, planned_at, ended_at)
SELECT %(branch)s, n.rule, n.subject, n.subject_id, n.about_on, n.planned_on, n.agent_id, n.sub_branch_id,
  CASE WHEN n.reason = '' THEN 'planned' ELSE 'dropped' END, n.reason, n.amount, %(now)s,
  CASE WHEN n.reason = '' THEN NULL ELSE %(now)s::timestamptz END
FROM (
"""
_TAIL: LiteralString = """
) n ON CONFLICT (branch_id, subject_id, rule, about_on) DO NOTHING RETURNING state
"""

# Carried by enrolment_state: whoever has paid through one of the months that something is due for.
_PLAN_MEMBERS: LiteralString = (
    _HEAD
    + """
  SELECT w.rule, 'member' AS subject, e.id AS subject_id, w.about_on, w.planned_on, e.agent_id, e.sub_branch_id, 0 AS amount,
"""
    + _REASON
    + """ AS reason
  FROM unnest(%(months)s::date[], %(rules)s::text[], %(abouts)s::date[], %(planned)s::date[], %(firsts)s::date[])
    AS w (paid_through, rule, about_on, planned_on, month)
  JOIN members_enrolment e ON e.branch_id = %(branch)s AND e.state = 'active' AND e.segment = 'BPU'
    AND e.paid_through = w.paid_through
  JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
  LEFT JOIN reminders_contact c ON c.branch_id = e.branch_id AND c.enrolment_id = e.id
"""
    + _TAIL
)

# Carried by bill_open.
_PLAN_FIRST: LiteralString = (
    _HEAD
    + """
  SELECT w.rule, 'member' AS subject, e.id AS subject_id, w.about_on, %(today)s::date AS planned_on, e.agent_id, e.sub_branch_id,
    w.amount,
"""
    + _REASON
    + """ AS reason
  FROM (
    SELECT DISTINCT ON (b.enrolment_id) %(rule)s AS rule, b.enrolment_id, (b.pay_by AT TIME ZONE %(zone)s)::date AS about_on,
      b.first_month AS month, b.amount
    FROM contributions_bill b
    WHERE b.branch_id = %(branch)s AND b.state = 'open'
      AND b.pay_by >= %(first)s::date::timestamp AT TIME ZONE %(zone)s
      AND b.pay_by < (%(last)s::date + 1)::timestamp AT TIME ZONE %(zone)s
    ORDER BY b.enrolment_id, b.pay_by DESC
  ) w
  JOIN members_enrolment e ON e.branch_id = %(branch)s AND e.id = w.enrolment_id AND e.state = 'accepted' AND e.segment = 'BPU'
  JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
  LEFT JOIN reminders_contact c ON c.branch_id = e.branch_id AND c.enrolment_id = e.id
"""
    + _TAIL
)

_PLAN_EMPLOYERS: LiteralString = (
    _HEAD
    + """
  SELECT w.rule, 'employer' AS subject, m.id AS subject_id, b.due_on AS about_on, w.planned_on, m.agent_id, m.sub_branch_id,
    b.amount, CASE WHEN coalesce(m.phone, '') = '' THEN 'no_number' WHEN EXISTS (
      SELECT FROM reminders_case c WHERE c.branch_id = m.branch_id AND c.employer_id = m.id AND c.closed_at IS NULL
        AND c.kind IN ('stopped', 'wrong_number')) THEN 'stopped' ELSE '' END AS reason
  FROM unnest(%(rules)s::text[], %(abouts)s::date[], %(planned)s::date[]) AS w (rule, about_on, planned_on)
  JOIN employers_bill b ON b.branch_id = %(branch)s AND b.due_on = w.about_on AND b.state = 'open'
  JOIN payments_order o ON o.branch_id = b.branch_id AND o.id = b.order_id AND o.state = 'open'
  JOIN employers_employer m ON m.branch_id = b.branch_id AND m.id = b.employer_id AND m.state = 'active'
"""
    + _TAIL
)
_DUE_DAYS: LiteralString = (
    "SELECT DISTINCT due_on FROM employers_bill WHERE branch_id = %s AND state = 'open' AND due_on >= %s"
)


@dataclass(frozen=True)
class Planned:
    """How many are to be sent, and how many cannot be."""

    planned: int
    dropped: int


@dataclass(frozen=True)
class _Due:
    rule: str
    about_on: date
    planned_on: date


def plan(work: Work, *, branch_id: int, today: date) -> Planned:
    """Writes down what is due by today and not written down yet. Eight statements whatever the number of members."""
    own, hours = calendar.of_office(work, branch_id), channel.policy(work, branch_id=branch_id).hours
    states = [*_members(work, branch_id, today, own, hours), *_first(work, branch_id, today, own.timezone)]
    states += _employers(work, branch_id, today, own, hours)
    found = Planned(states.count("planned"), states.count("dropped"))
    if states:
        detail = {"planned": found.planned, "dropped": found.dropped}
        work.report(Happened(kind="reminders_planned", branch_id=branch_id, quantity=found.planned, detail=detail))
    return found


def about(rule: ReminderRule, paid_through: date, today: date) -> date:
    """The date that a member's reminder counts from."""
    return _date_of(rule, boundaries(paid_through, on=today))


def day_of(rule: ReminderRule, about_on: date, own: Calendar, hours: Hours) -> date:
    """The day it is sent on. What comes before its date never comes after it: where people are not written to on the day, it is
    sent on the day before that."""
    day = add_months(about_on, rule.months) if rule.months else about_on
    day += timedelta(days=rule.days)
    if rule.days > 0 or rule.months > 0:
        return day
    for back in range(calendar.LONGEST):
        if writes_on(day - timedelta(days=back), hours, own):
            return day - timedelta(days=back)
    return day


def _members(work: Work, branch_id: int, today: date, own: Calendar, hours: Hours) -> list[str]:
    months = [month for (month,) in work.rows(_MONTHS, [branch_id, add_months(today, -LOOKS_BACK)])]
    due = [(month, one) for month in months for one in _due_of(month, today, own, hours)]
    if not due:
        return []
    params: dict[str, Any] = {
        "branch": branch_id,
        "today": today,
        "now": work.now,
        "months": [month for month, _one in due],
        "rules": [one.rule for _month, one in due],
        "abouts": [one.about_on for _month, one in due],
        "planned": [one.planned_on for _month, one in due],
        "firsts": [add_months(month, 1) for month, _one in due],
    }
    return [state for (state,) in work.rows(_PLAN_MEMBERS, params)]


def _due_of(paid_through: date, today: date, own: Calendar, hours: Hours) -> Iterator[_Due]:
    days = boundaries(paid_through, on=today)
    for name, rule in reminder_rules().reminders.items():
        if rule.subject == "member" and rule.counts_from != "pay_by":
            about_on = _date_of(rule, days)
            planned_on = day_of(rule, about_on, own, hours)
            if _is_due(planned_on, today) and today <= days.catch_up_until and not _is_past(rule, about_on, today):
                yield _Due(name, about_on, planned_on)


def _first(work: Work, branch_id: int, today: date, timezone: str) -> list[str]:
    states: list[str] = []
    for name, rule in reminder_rules().reminders.items():
        if rule.counts_from == "pay_by":
            last = today - timedelta(days=rule.days)
            params = {
                "branch": branch_id,
                "today": today,
                "now": work.now,
                "rule": name,
                "zone": timezone,
                "first": last - timedelta(days=reminder_rules().late_days),
                "last": last,
            }
            states += [state for (state,) in work.rows(_PLAN_FIRST, params)]
    return states


def _employers(work: Work, branch_id: int, today: date, own: Calendar, hours: Hours) -> list[str]:
    """What an employer's bill says is due has moved to a working day already."""
    days = [day for (day,) in work.rows(_DUE_DAYS, [branch_id, today - timedelta(days=60)])]
    due = [
        _Due(name, day, planned_on)
        for day in days
        for name, rule in reminder_rules().reminders.items()
        if rule.subject == "employer"
        and _is_due(planned_on := day_of(rule, day, own, hours), today)
        and not _is_past(rule, day, today)
    ]
    if not due:
        return []
    params = {
        "branch": branch_id,
        "now": work.now,
        "rules": [one.rule for one in due],
        "abouts": [one.about_on for one in due],
        "planned": [one.planned_on for one in due],
    }
    return [state for (state,) in work.rows(_PLAN_EMPLOYERS, params)]


def _is_due(planned_on: date, today: date) -> bool:
    return planned_on <= today <= planned_on + timedelta(days=reminder_rules().late_days)


def _is_past(rule: ReminderRule, about_on: date, today: date) -> bool:
    """What counts down to a date has nothing to say after it."""
    return rule.days <= 0 and rule.months == 0 and about_on < today


def _date_of(rule: ReminderRule, days: Boundaries) -> date:
    if rule.counts_from == "protected_through":
        return days.protected_until
    return days.unpaid_from if rule.counts_from == "unpaid_from" else days.catch_up_until
