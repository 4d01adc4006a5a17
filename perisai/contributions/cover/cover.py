"""Whether a member is protected, can still catch up, or has to come back as new: said in one place, by ``cover.rule``. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, NamedTuple

from perisai.contributions.cover import rule as cover_rule
from perisai.contributions.cover.rule import add_months
from perisai.contributions.rules.in_force import Rules
from perisai.contributions.tariffs.tariff import months_from

Word = Literal["protected", "catch_up", "ended", "none"]
OVER: Final = frozenset({"lapsed", "ended"})
_FURTHEST: Final = 36
"""Months without dues after which nothing changes any more."""
BEFORE: Final = frozenset({"review", "accepted", "rejected", "cancelled"})


@dataclass(frozen=True, slots=True)
class Standing:
    """``protected``; ``catch_up``: not protected, but paying ``owed_months`` by ``catch_up_until`` protects again; ``ended``:
    only a new registration protects; ``none``: nothing was paid in this spell. Days are the branch's, months first days of month.

    ``protected_through`` is the last day that is or was protected; ``owed_months`` go up to the present month.
    """

    word: Word
    protected_through: date | None = None
    catch_up_until: date | None = None
    owed_months: tuple[date, ...] = ()


def standing(
    *, state: str, paid_through: date | None, today: date, segment: str = "BPU", rules: Rules | None = None
) -> Standing:
    """Where somebody stands on the branch's day ``today``; ``state`` is the enrolment's, ``paid_through`` the first day of the
    last month that is paid. A wage earner's (PU) membership does not end for dues that the employer owes: after the days of the
    rule they can catch up to the end of each month, when another one is owed."""
    if paid_through is None or state in BEFORE:
        return Standing("none")
    days = cover_rule.boundaries(paid_through, on=today, rules=rules)
    is_late = today >= days.ends_on
    if state in OVER or (is_late and segment == "BPU"):
        return Standing("ended", days.protected_until)
    owed = _owed(days.unpaid_from, today)
    if today <= days.protected_until:
        return Standing("protected", days.protected_until, days.catch_up_until, owed)
    until = add_months(today, 1) - timedelta(days=1) if is_late else days.catch_up_until
    return Standing("catch_up", days.protected_until, until, owed)


class Bounds(NamedTuple):
    """Months (first days) that members of a segment must have paid through at least to be protected, or to be able to catch up."""

    segment: str
    protected_from: date
    catch_up_from: date


def bounds(today: date) -> tuple[Bounds, ...]:
    """``standing`` of all active members at once, for statements: who has paid through an earlier month has ended."""
    months = [add_months(today, n) for n in range(-_FURTHEST, 2)]
    found = []
    for segment in ("BPU", "PU"):
        said = {
            month: standing(state="active", paid_through=month, today=today, segment=segment).word for month in months
        }
        catch_up = min(month for month in months if said[month] != "ended")
        protected = min(month for month in months if said[month] == "protected")
        found.append(Bounds(segment, protected, date.min if catch_up == months[0] else catch_up))
    return tuple(found)


def _owed(first: date, today: date) -> tuple[date, ...]:
    count = (today.year - first.year) * 12 + today.month - first.month + 1
    return tuple(months_from(first, max(count, 0)))
