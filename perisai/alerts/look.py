"""What looks for each kind of ``rules/alerts.yaml``: one statement a branch and kind, and one for banks in the whole country."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

from perisai.events.work import Work
from perisai.offices import calendar
from perisai.offices.calendar import Calendar
from perisai.offices.scopes import BRANCH
from perisai.targets.plans.reading import target_of

Figures = Mapping[str, int]


@dataclass(frozen=True)
class Found:
    """Something that holds now. ``facts`` fill the texts of the rule: whole numbers, days as ISO, ids."""

    kind: str
    level: str
    key: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """A branch as it is looked at: its day and its working calendar."""

    branch_id: int
    today: date
    own: Calendar


# Carried by agent_branch and device_agent: a branch's agents and their phones.
_SILENT: LiteralString = """
SELECT a.id, max(coalesce(d.last_seen_at, d.activated_at)) FROM agents_agent a
JOIN accounts_device d ON d.branch_id = a.branch_id AND d.agent_id = a.id AND d.state = 'active'
WHERE a.branch_id = %(branch)s AND a.state = 'active' AND NOT EXISTS (
  SELECT FROM supervision_absence s WHERE s.branch_id = a.branch_id AND s.agent_id = a.id AND s.during @> %(today)s::date)
GROUP BY a.id HAVING max(coalesce(d.last_seen_at, d.activated_at)) < %(before)s
"""
# Carried by the primary key of events_counter: one level of a branch, four weeks.
_BURST: LiteralString = """
SELECT d.key, sum(d.count) FILTER (WHERE d.day = %(today)s)::int,
  coalesce(round(avg(d.count) FILTER (WHERE d.day < %(today)s)), 0)::int
FROM (SELECT key, day_captured AS day, sum(value) AS count FROM events_counter
  WHERE branch_id = %(branch)s AND level = 'a' AND metric = 'captured' AND day_captured BETWEEN %(from)s AND %(today)s
  GROUP BY 1, 2) d
GROUP BY d.key
HAVING sum(d.count) FILTER (WHERE d.day = %(today)s) >= greatest(%(least)s,
  %(times)s * coalesce(avg(d.count) FILTER (WHERE d.day < %(today)s), 0))
"""
# Carried by the primary key of figures_standing: the newest day of one branch.
_NEWEST: LiteralString = """
FROM figures_standing s WHERE s.branch_id = %(branch)s AND s.day = (
  SELECT max(n.day) FROM figures_standing n WHERE n.branch_id = %(branch)s AND n.level = 'b')
"""
_CAP: LiteralString = "SELECT s.quota_consumed + s.quota_leased, s.quota_cap " + _NEWEST + " AND s.level = 'b'"
# By the primary key of events_counter.
_ACCEPTED: LiteralString = """
SELECT coalesce(sum(c.value), 0)::int FROM events_counter c WHERE c.branch_id = %(branch)s AND c.level = 'B'
  AND c.key = %(branch)s::text AND c.day_captured = %(month)s AND c.metric = 'accepted'
"""
_CASH: LiteralString = (
    "SELECT s.key, s.custody_overdue " + _NEWEST + " AND s.level = 'a' AND s.custody_overdue >= %(rupiah)s"
)
_LICENCES: LiteralString = "SELECT s.key " + _NEWEST + " AND s.level = 'a' AND s.licences_ending > 0"
# Carried by review_open.
_REVIEWS: LiteralString = """
SELECT count(*)::int FROM members_review WHERE branch_id = %(branch)s AND state = 'open' AND due_at < %(now)s
"""
# One hour range of each week before, of all banks: carried by notification_received.
_BANKS: LiteralString = """
SELECT n.bank_id, w.weeks, count(*)::int
FROM generate_series(0, %(weeks)s) AS w (weeks)
JOIN payments_notification n ON n.received_at > %(now)s::timestamptz - w.weeks * interval '7 days' - %(hours)s * interval '1 hour'
  AND n.received_at <= %(now)s::timestamptz - w.weeks * interval '7 days'
GROUP BY 1, 2
"""
_BRANCHES_OF_BANKS: LiteralString = """
SELECT DISTINCT bank_id, branch_id FROM payments_notification
WHERE received_at > %(since)s AND bank_id = ANY(%(banks)s) AND branch_id IS NOT NULL
"""


def silent_agent(work: Work, place: Place, figures: Figures) -> list[Found]:
    first = calendar.add_working_days(place.today, -figures["working_days"], place.own, counts=calendar.is_field_day)
    zone = ZoneInfo(place.own.timezone)
    asked = {"branch": place.branch_id, "today": place.today, "before": datetime.combine(first, time(), zone)}
    return [
        Found("silent_agent", "a", str(agent), {"last": last.astimezone(zone).date().isoformat()})
        for agent, last in work.rows(_SILENT, asked)
    ]


def burst(work: Work, place: Place, figures: Figures) -> list[Found]:
    asked = {"branch": place.branch_id, "today": place.today, "from": place.today - timedelta(days=28), **figures}
    return [
        Found("burst", "a", key, {"count": count, "usual": usual, "day": place.today.isoformat()})
        for key, count, usual in work.rows(_BURST, asked)
    ]


def cap_near(work: Work, place: Place, figures: Figures) -> list[Found]:
    row = work.row(_CAP, {"branch": place.branch_id})
    if row is None or None in row or row[0] * 100 < row[1] * figures["percent"]:
        return []
    return [Found("cap_near", "b", str(place.branch_id), {"used": row[0], "cap": row[1]})]


def behind_target(work: Work, place: Place, figures: Figures) -> list[Found]:
    """Only in the last working days of a month: before, the screens' run rate tells it."""
    month = place.today.replace(day=1)
    end = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    left = calendar.field_days_between(place.today - timedelta(days=1), end, place.own)
    if left > figures["working_days"]:
        return []
    key = str(place.branch_id)
    target = target_of(work, level=BRANCH, key=key, first_month=month, last_month=month, branch_id=place.branch_id)
    (attained,) = work.row(_ACCEPTED, {"branch": place.branch_id, "month": month}) or (0,)
    if not target or attained * 100 >= target * figures["percent"]:
        return []
    facts = {"target": target, "attained": attained, "left": left}
    return [Found("behind_target", "b", str(place.branch_id), facts)]


def reviews_late(work: Work, place: Place, figures: Figures) -> list[Found]:
    row = work.row(_REVIEWS, {"branch": place.branch_id, "now": work.now})
    if row is None or row[0] < figures["least"]:
        return []
    return [Found("reviews_late", "b", str(place.branch_id), {"count": row[0]})]


def cash_late(work: Work, place: Place, figures: Figures) -> list[Found]:
    rows = work.rows(_CASH, {"branch": place.branch_id, "rupiah": figures["rupiah"]})
    return [Found("cash_late", "a", key, {"amount": int(amount)}) for key, amount in rows]


def licence_ends(work: Work, place: Place, figures: Figures) -> list[Found]:
    del figures
    return [Found("licence_ends", "a", key) for (key,) in work.rows(_LICENCES, {"branch": place.branch_id})]


BY_BRANCH: Mapping[str, Callable[[Work, Place, Figures], list[Found]]] = {
    "silent_agent": silent_agent,
    "burst": burst,
    "cap_near": cap_near,
    "behind_target": behind_target,
    "reviews_late": reviews_late,
    "cash_late": cash_late,
    "licence_ends": licence_ends,
}


def bank_silent(work: Work, figures: Figures) -> dict[int, list[Found]]:
    """By branch that this bank told of a payment within a week: banks that told nothing for hours in which they usually tell
    something."""
    told: defaultdict[str, dict[int, int]] = defaultdict(dict)
    asked = {"now": work.now, "hours": figures["hours"], "weeks": figures["weeks"]}
    for bank, weeks, count in work.rows(_BANKS, asked):
        told[bank][weeks] = count
    usual = range(1, figures["weeks"] + 1)
    silent = [
        bank
        for bank, counts in told.items()
        if not counts.get(0) and all(counts.get(week, 0) >= figures["least"] for week in usual)
    ]
    found: defaultdict[int, list[Found]] = defaultdict(list)
    if silent:
        since = {"since": work.now - timedelta(days=7), "banks": silent}
        for bank, branch_id in work.rows(_BRANCHES_OF_BANKS, since):
            found[branch_id].append(Found("bank_silent", "k", bank))
    return found
