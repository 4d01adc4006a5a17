"""What offices add to the calendar: the only writer of ``offices_calendar_day``."""

from datetime import date, timedelta
from typing import Final, LiteralString
from uuid import UUID

from django.db import IntegrityError, transaction

from perisai.errors import Refused
from perisai.events.work import Happened, Work
from perisai.offices.models import CalendarDay, CalendarDayKind, Office

BACK: Final = timedelta(days=366)
AHEAD: Final = timedelta(days=3 * 366)
REPEATS: Final = (0, 5, 7)
"""Once, by the five days of the Javanese week, weekly."""

_REMOVE: LiteralString = """
UPDATE offices_calendar_day SET removed_at = %s, removed_by = %s
WHERE id = %s AND office_id = %s AND removed_at IS NULL
"""


def add(work: Work, *, office: Office, kind: str, day: date, name: str, every_days: int = 0, today: date) -> UUID:
    """A day of an office and of all under it. Only a market repeats. Raises ``Refused`` E4601, E4602."""
    name = " ".join(name.split())
    repeats = every_days if kind == CalendarDayKind.MARKET else 0
    if kind not in CalendarDayKind or repeats not in REPEATS or not 2 <= len(name) <= 80:
        raise Refused("E4601")
    if not today - BACK <= day <= today + AHEAD:
        raise Refused("E4601")
    added = CalendarDay(
        office=office,
        kind=kind,
        day=day,
        every_days=repeats,
        name=name,
        added_by=work.actor.user_id,
        added_at=work.now,
    )
    try:
        with transaction.atomic():
            added.save(force_insert=True)
    except IntegrityError as error:
        raise Refused("E4602") from error
    _report(work, office, added.id)
    return added.id


def remove(work: Work, *, office: Office, day_id: UUID) -> None:
    """It stays as history. Raises ``Refused`` E1004 where it is not there, or no longer."""
    if work.execute(_REMOVE, [work.now, work.actor.user_id, day_id, office.id]) == 0:
        raise Refused("E1004")
    _report(work, office, day_id)


def _report(work: Work, office: Office, day_id: UUID) -> None:
    """Of a branch and what is under it. Above, an act belongs to no branch's events; the row tells who did it."""
    if office.branch_id is not None:
        work.report(Happened(kind="calendar_changed", branch_id=office.branch_id, detail={"day": day_id}))
