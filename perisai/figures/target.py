"""The target of scopes, from plans (``targets.plans.reading``): over the months that a period touches, as of a day. Readings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from perisai.events.reading import Reading
from perisai.figures.period import Period
from perisai.figures.place import Branch, Found
from perisai.offices.scopes import NATION, REGION, Watch
from perisai.targets.plans.reading import Target, Want, read_targets


def want(scope: Watch, branches: Sequence[Branch], period: Period, as_of: date, now: datetime) -> Want:
    """``branches``: those of the scope. As of a day that is not over everywhere among them: what is in force."""
    present = as_of >= min((branch.today(now) for branch in branches), default=as_of)
    first, last = period.first.replace(day=1), period.last.replace(day=1)
    branch_id = branches[0].id if len(branches) == 1 and scope.level not in (NATION, REGION) else None
    return Want(scope.level, scope.key, first, last, None if present else as_of, branch_id)


def read_days(found: Found, days: Sequence[date], as_of: date, now: datetime) -> Reading[dict[date, int | None]]:
    """By day the target of its month, as it was known at the day's end; of days after ``as_of``, by then."""
    wants = [want(found.scope, found.branches, Period.day(day), min(day, as_of), now) for day in days]
    return {day: one.total for day, one in zip(days, (yield from read_targets(wants)), strict=True)}


@dataclass(frozen=True)
class Apart:
    """A target, and the sum of those right beneath it, which is another."""

    target: int
    beneath: int

    @property
    def difference(self) -> int:
        """Beneath less the target."""
        return self.beneath - self.target


def apart(scope: Watch, target: int | None, beneath: Iterable[int | None]) -> Apart | None:
    """Of the nation or a region, where the two do not agree."""
    known = [one for one in beneath if one is not None]
    if scope.level not in (NATION, REGION) or target is None or not known or sum(known) == target:
        return None
    return Apart(target, sum(known))


__all__ = ["Apart", "Target", "Want", "apart", "read_days", "read_targets", "want"]
