"""The day on which a branch's cap will be reached, if its agents go on as in the last four weeks.

The pace is slots taken a working day (acceptances less what was cancelled or ended unpaid) over the branch's own working days.
It says nothing before there are five working days with figures, and never of a day beyond the end of the quota's period.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Final, LiteralString, NamedTuple

from perisai.events.reading import Reading, Row, read
from perisai.events.work import Work
from perisai.offices import calendar
from perisai.offices.calendar import Calendar
from perisai.targets.quotas.setting import add_months

WEEKS: Final = 4
LEAST_DAYS: Final = 5
"""Working days behind a pace."""

# Carried by the primary key of events_counter: a branch's own rows of four weeks.
_TAKEN: LiteralString = """
SELECT c.branch_id, c.segment, c.day_captured, sum(c.value)::int AS taken
FROM unnest(%(branches)s::int[], %(firsts)s::date[], %(lasts)s::date[]) AS b (id, first, last)
JOIN events_counter c ON c.branch_id = b.id AND c.level = 'b' AND c.key = b.id::text
  AND c.day_captured BETWEEN b.first AND b.last
WHERE c.metric = 'accepted' GROUP BY 1, 2, 3
"""

# Carried by the primary key of targets_quota.
_QUOTAS: LiteralString = """
SELECT q.branch_id, q.period, q.months, q.segment, q.cap, q.consumed, q.leased
FROM unnest(%(branches)s::int[], %(days)s::date[]) AS b (id, day)
JOIN targets_quota q ON q.branch_id = b.id AND q.period <= b.day AND q.period + make_interval(months => q.months) > b.day
ORDER BY 1, 4
"""


class Forecast(NamedTuple):
    """``on``: the day the cap is reached, ``is_full`` where it is already; None: not within the period, or unknown (``pace`` None).

    ``pace``: slots a working day, in hundredths; ``rest``: slots still to be taken, lent ones among them; ``last``: the last day of
    the period.
    """

    segment: str
    on: date | None
    is_full: bool
    pace: int | None
    rest: int
    last: date


def reached_on(*, rest: int, pace: Fraction | None, today: date, last: date, of: Calendar) -> date | None:
    """The working day on which ``rest`` slots are used up at ``pace`` a working day, from ``today`` on. None after ``last``, or
    where there is no pace. Pure."""
    if rest <= 0:
        return today
    if not pace or pace <= 0:
        return None
    days = -(-rest // pace)
    # Bounded before the calendar is walked: nobody waits for a cap that centuries lie before.
    if days > (last - today).days + 1:
        return None
    first = calendar.next_working(today, of, counts=calendar.is_field_day)
    found = calendar.add_working_days(first, days - 1, of, counts=calendar.is_field_day)
    return found if found <= last else None


def of_branches(work: Work, days: dict[int, date]) -> dict[int, list[Forecast]]:
    """By branch (with its present day), one a quota in force: none where nothing is capped. Three statements."""
    return read(reading_of(days), work.dicts)


def reading_of(days: dict[int, date]) -> Reading[dict[int, list[Forecast]]]:
    """As ``of_branches``, over any connection."""
    quotas = yield _QUOTAS, {"branches": list(days), "days": list(days.values())}
    capped = sorted({row["branch_id"] for row in quotas})
    if not capped:
        return {}
    firsts, lasts = _window([days[one] for one in capped])
    rows = yield _TAKEN, {"branches": capped, "firsts": firsts, "lasts": lasts}
    taken: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        taken[row["branch_id"]].append(row)
    calendars = yield from calendar.reading_of(capped)
    found: dict[int, list[Forecast]] = {one: [] for one in capped}
    for quota in quotas:
        branch_id, segment = quota["branch_id"], quota["segment"]
        of = calendars.get(branch_id, calendar.NATIONAL)
        mine = [(row["day_captured"], row["taken"]) for row in taken[branch_id] if segment in (row["segment"], "all")]
        last = add_months(quota["period"], quota["months"]) - timedelta(days=1)
        pace = pace_of(mine, days[branch_id], of)
        rest = max(0, quota["cap"] - quota["consumed"])
        on = reached_on(rest=rest, pace=pace, today=days[branch_id], last=last, of=of)
        hundredths = None if pace is None else int(pace * 100)
        found[branch_id].append(Forecast(segment, on, rest == 0, hundredths, rest, last))
    return found


def of_branch(work: Work, *, branch_id: int, today: date) -> list[Forecast]:
    return of_branches(work, {branch_id: today}).get(branch_id, [])


def pace_of(taken: Iterable[tuple[date, int]], today: date, of: Calendar) -> Fraction | None:
    """Slots a working day over the four weeks before ``today``, beginning with the first day that has a figure; None where fewer
    than five working days lie behind."""
    counted = list(taken)
    if not counted:
        return None
    first = max(min(day for day, _ in counted), today - timedelta(days=7 * WEEKS))
    working = calendar.field_days_between(first - timedelta(days=1), today - timedelta(days=1), of)
    if working < LEAST_DAYS:
        return None
    return Fraction(max(0, sum(n for day, n in counted if day < today)), working)


def _window(days: Sequence[date]) -> tuple[list[date], list[date]]:
    return [day - timedelta(days=7 * WEEKS) for day in days], [day - timedelta(days=1) for day in days]
