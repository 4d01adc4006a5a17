"""When protection ends, until when a member can catch up, and when membership ends (rules/bpu_cover.yaml). Pure: no database, no
clock. Its twin for the phone is ``frontend/field/src/rules/cover.ts``."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple, TypeVar

from perisai.contributions.rules.in_force import Rules, load
from perisai.contributions.rules.shape_cover import LapseReading

Dated = TypeVar("Dated")
_A_DAY = timedelta(days=1)


class Boundaries(NamedTuple):
    """Days of a member who has paid through a month and pays nothing more.

    ``protected_until``: the last protected day. ``unpaid_from``: the first day of the first month that is not paid.
    ``catch_up_until``: the last day on which paying what is missing keeps the membership. ``ends_on``: the day after it, with
    which membership has ended and arrears are no longer owed.
    """

    protected_until: date
    unpaid_from: date
    catch_up_until: date
    ends_on: date


def boundaries(paid_through: date, *, on: date, rules: Rules | None = None) -> Boundaries:
    """``paid_through``: a day of the last paid month. ``on``: the day that is judged, which decides whose reading holds."""
    cover = (rules or load()).cover
    unpaid_from = add_months(paid_through, 1)
    last_paid = unpaid_from - _A_DAY
    ends_on = _ends_on(cover.lapse.readings[_in_force(cover.lapse.followed, on).reading], last_paid)
    protected = cover.unpaid.readings[_in_force(cover.unpaid.followed, on).reading].protected
    grace = last_paid + timedelta(days=_in_force(cover.grace.values, on).value)
    until = ends_on - _A_DAY
    return Boundaries(until if protected else min(grace, until), unpaid_from, until, ends_on)


def ended_before(on: date, *, rules: Rules | None = None) -> date:
    """The last month (its first day) that a member may have paid through so that membership has ended by ``on``. Who has paid
    through a later one is still a member: so the nightly lapse finds its members with one comparison."""
    month = on.replace(day=1)
    while boundaries(month, on=on, rules=rules).ends_on > on:
        month = add_months(month, -1)
    return month


def due_on(month: date, *, segment: str, rules: Rules | None = None) -> date:
    """The day by which dues of a contribution month are due, before holidays are looked at: where it is no working day of the
    branch, the next one counts (``offices.calendar``)."""
    figure = next(figure for name, figure in (rules or load()).cover.due.items() if name == segment)
    due = _in_force(figure.values, month)
    in_month = add_months(month, due.month)
    return in_month.replace(day=min(due.day, monthrange(in_month.year, in_month.month)[1]))


def never_paid_days(on: date, *, rules: Rules | None = None) -> int:
    """Days after the first due date until a wage earner's registration that nobody paid for ends: a choice of this project."""
    figure = (rules or load()).cover.never_paid_pu
    return _in_force(figure.values, on).value if figure else 0


def add_months(day: date, count: int) -> date:
    """The first day of the month ``count`` months after that of ``day``."""
    number = day.year * 12 + day.month - 1 + count
    return date(number // 12, number % 12 + 1, 1)


def _ends_on(reading: LapseReading, last_paid: date) -> date:
    if reading.counted == "full_months":
        return add_months(last_paid, reading.months + 1)
    month = add_months(last_paid, reading.months)
    same_day = month.replace(day=min(last_paid.day, monthrange(month.year, month.month)[1]))
    return same_day + _A_DAY


def _in_force(values: Mapping[date, Dated], on: date) -> Dated:
    """What holds on a day; before the first one known, the first."""
    return values[max((day for day in values if day <= on), default=min(values))]
