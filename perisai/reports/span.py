"""The days a report is about: a day, a week from Monday to Sunday, or a month. Pure."""

from datetime import date, timedelta
from typing import Final, Literal, NamedTuple

from perisai.errors import Refused
from perisai.figures.period import Period

Kind = Literal["daily", "weekly", "monthly"]
KINDS: Final[tuple[Kind, ...]] = ("daily", "weekly", "monthly")
EARLIEST: Final = date(2015, 1, 1)


class Span(NamedTuple):
    kind: Kind
    period: Period

    @property
    def before(self) -> Period:
        """The one before it, which it is compared with."""
        return of(self.kind, self.period.first - timedelta(days=1)).period


def of(kind: Kind, day: date) -> Span:
    """The day, week or month that a day lies in."""
    if kind == "monthly":
        return Span(kind, Period.month(day))
    if kind == "weekly":
        monday = day - timedelta(days=day.weekday())
        return Span(kind, Period(monday, monday + timedelta(days=6)))
    return Span(kind, Period.day(day))


def read(kind: str, day: str, today: date) -> Span:
    """As an address has it. Raises E1004 for a kind that is none, a day that is none, or one too far ahead."""
    try:
        first = date.fromisoformat(day)
    except ValueError:
        raise Refused("E1004") from None
    if kind not in KINDS or not EARLIEST <= first <= latest(kind, today):
        raise Refused("E1004")
    return of(kind, first)


def latest(kind: str, today: date) -> date:
    """Until when reports can be opened: up to today; months to the end of next year, for what is to be reached in them."""
    return date(today.year + 1, 12, 31) if kind == "monthly" else today


def recent(kind: Kind, today: date, count: int) -> list[Span]:
    """The newest first, the present one among them."""
    spans = [of(kind, today)]
    while len(spans) < count:
        spans.append(of(kind, spans[-1].period.first - timedelta(days=1)))
    return spans
