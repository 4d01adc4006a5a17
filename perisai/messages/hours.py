"""When a branch writes to people: by its own clock, other hours in Ramadan, not on Sundays and holidays. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from perisai.offices import calendar
from perisai.offices.calendar import Calendar, DayKind

SUNDAY = 7


@dataclass(frozen=True)
class Hours:
    """Local times of the branch. Opens before it closes."""

    opens: time
    closes: time
    ramadan_opens: time
    ramadan_closes: time
    on_sundays: bool
    on_holidays: bool

    def on(self, day: date) -> tuple[time, time]:
        return (self.ramadan_opens, self.ramadan_closes) if calendar.is_ramadan(day) else (self.opens, self.closes)


def next_allowed(at: datetime, hours: Hours, own: Calendar) -> datetime:
    """``at`` itself where people may be written to then, otherwise the first instant after it when they may."""
    zone = ZoneInfo(own.timezone)
    local = at.astimezone(zone)
    for ahead in range(calendar.LONGEST):
        day = local.date() + timedelta(days=ahead)
        if not writes_on(day, hours, own):
            continue
        opens, closes = (datetime.combine(day, one, zone) for one in hours.on(day))
        if at < opens:
            return opens
        if at < closes:
            return at
    return at


def good_until(at: datetime, least: timedelta, own: Calendar) -> datetime:
    """For how long a text is good that is queued at ``at`` and waits for a decent hour: ``least`` beyond Sundays, holidays and
    other days off that lie right before it, or what is found before them would be written about to nobody."""
    tomorrow = at.astimezone(ZoneInfo(own.timezone)).date() + timedelta(days=1)
    return at + least + (calendar.next_working(tomorrow, own) - tomorrow)


def writes_on(day: date, hours: Hours, own: Calendar) -> bool:
    """Whether people may be written to at all on a day."""
    told = calendar.told(day, own)
    if told.kind is DayKind.WORKING:
        return hours.on_sundays or day.isoweekday() != SUNDAY or day in own.opened
    if told.kind in (DayKind.HOLIDAY, DayKind.CLOSED):
        return hours.on_holidays
    return hours.on_sundays or day.isoweekday() != SUNDAY
