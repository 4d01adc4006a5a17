"""Members of the demo from before its told months: who was enrolled when, and how they paid, stopped and came back. Drawn before
anything is written; the same for the same seed, places and days."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from math import exp
from random import Random
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from perisai.contributions.bills import bill
from perisai.contributions.cover import rule as cover_rule
from perisai.contributions.cover.rule import add_months
from perisai.contributions.tariffs import tariff
from perisai.events.ids import uuid7
from perisai.offices import calendar
from perisai.offices.calendar import DayKind
from perisai.web.demo.people import DemoAgent
from perisai.web.demo.places import BUNGO, JAMBI
from perisai.web.demo.workers import Workers

ZONE: Final = ZoneInfo("Asia/Jakarta")
PACE: Final = {JAMBI: 52, BUNGO: 34}
"""Enrolments a month of a branch, in the middle of the past."""
GROWTH: Final = 0.55
"""The past begins with so much less than its middle, and ends with so much more."""
SUNDAY, RAMADAN, MONTH_END, LAST_DAYS = 0.3, 0.5, 1.7, 4
PAYS, CANCELS, LATE = 0.84, 0.04, 0.07
STOPS: Final = ((3, 0.13), (8, 0.06), (99, 0.03))
"""Share that does not pay the next bill any more: (up to which bill, share)."""
PAID_ON: Final = ((0.5, (-12, 0)), (0.8, (0, 10)), (0.94, (10, 27)), (1.0, (31, 52)))
"""Days from the first of a bill's month on which it is paid, up to each share of the bills."""
RETURNS, OLDEST_TO_RETURN = 0.16, 62
DAYS_AHEAD: Final = 14


@dataclass
class Bill:
    """For ``months`` from ``first``; ``ended`` is how it went: paid, open, cancelled or expired."""

    first: date
    months: int
    issued: datetime
    pay_by: datetime
    origin: str
    lines: list[list[Any]]
    amount: int
    ended: str = "open"
    at: datetime | None = None
    """When it was paid, cancelled or expired."""
    id: UUID = field(default_factory=uuid7)
    payment_id: UUID = field(default_factory=uuid7)

    @property
    def after(self) -> date:
        """The first month that it is not for."""
        return add_months(self.first, self.months)


@dataclass
class Life:
    """One member. ``spells``: (the instant membership began, first month, the day it lapsed on)."""

    agent: DemoAgent
    body: dict[str, Any]
    captured: datetime
    received: datetime
    state: str = "active"
    bills: list[Bill] = field(default_factory=list)
    spells: list[tuple[datetime, date, date | None]] = field(default_factory=list)
    ended: datetime | None = None
    """When it was cancelled or expired without a payment."""
    id: UUID = field(default_factory=uuid7)
    person_id: UUID = field(default_factory=uuid7)

    @property
    def day(self) -> date:
        return self.captured.astimezone(ZONE).date()

    @property
    def paid(self) -> list[Bill]:
        return [one for one in self.bills if one.ended == "paid"]

    @property
    def paid_through(self) -> date | None:
        return max((add_months(one.after, -1) for one in self.paid), default=None)


class Past:
    """Draws lives captured from ``first`` to ``last`` and follows them up to ``end``."""

    def __init__(self, first: date, last: date, end: datetime, *, seed: int, villages: dict[str, list[str]]) -> None:
        self.first, self.last, self.end = first, last, end
        self._random = Random(seed)
        self._workers = Workers(seed, villages)

    def draw(self, agents: Sequence[DemoAgent], pace: int) -> list[Life]:
        """Whom these agents enrolled; ``pace`` as in ``PACE``."""
        days = (self.last - self.first).days + 1
        found: list[Life] = []
        for n in range(days):
            day = self.first + timedelta(days=n)
            mean = pace / 30 * season(day) * (1 + GROWTH * (2 * n / days - 1))
            chosen = self._random.choices(agents, _zeal(agents), k=_poisson(self._random, mean))
            found += [self._live(agent, day) for agent in chosen]
        return found

    def _live(self, agent: DemoAgent, day: date) -> Life:
        random = self._random
        captured = at(day, int(random.triangular(7.5 * 60, 17.5 * 60, 10 * 60)))
        received = at(day, 18 * 60 + random.randrange(100))
        if random.random() < LATE:
            received += timedelta(days=random.randrange(1, 9))
        life = Life(agent, self._workers.make(agent.spot.districts, day), captured, received)
        dice = random.random()
        if dice < CANCELS or dice > PAYS + CANCELS:
            self._never_pays(life, cancels=dice < CANCELS)
        else:
            self._pays(life, received, "first")
        return life

    def _never_pays(self, life: Life, *, cancels: bool) -> None:
        first = self._issue(life, _month(life.received), life.received, "first")
        pay_by = first.pay_by.astimezone(ZONE).date()
        if cancels:
            life.state, first.ended = "cancelled", "cancelled"
            first.at = life.received + timedelta(hours=self._random.uniform(1, 20))
        else:
            life.state, first.ended = "ended", "expired"
            first.at = at(pay_by + timedelta(days=4), 23 * 60 + 50)
        life.ended = first.at

    def _pays(self, life: Life, since: datetime, origin: str) -> None:
        """Membership begins with the first payment, in the month of its bill, and goes on while bills are paid."""
        first = self._issue(life, _month(since), since, origin)
        hours = min(self._random.expovariate(1 / 30) + 0.3, 24 * 6)
        paid = min(since + timedelta(hours=hours), at(add_months(first.first, 1) - timedelta(days=1), 23 * 60 + 20))
        paid = max(paid, since + timedelta(minutes=9))
        self._settle(first, paid)
        life.state = "active"
        life.spells.append((paid, first.first, None))
        self._go_on(life, first)

    def _go_on(self, life: Life, last: Bill) -> None:
        random = self._random
        for number in range(1, 99):
            run = at(last.after - timedelta(days=DAYS_AHEAD), 120)
            assert last.at is not None
            issued = max(run, at(last.at.astimezone(ZONE).date() + timedelta(days=1), 120)) if number == 1 else run
            if issued > self.end:
                return
            if random.random() < next(share for up_to, share in STOPS if number <= up_to):
                self._stop(life, last.after)
                return
            due = self._issue(life, last.after, issued, "run")
            paid = max(
                at(due.first, 0) + _lateness(random), issued + timedelta(hours=5), last.at + timedelta(minutes=2)
            )
            if paid > self.end:
                self._leave_open(life, due.after)
                return
            self._settle(due, paid)
            last = due

    def _leave_open(self, life: Life, month: date) -> None:
        """Bills that have gone out since to somebody who has not paid the one before."""
        while (issued := at(month - timedelta(days=DAYS_AHEAD), 120)) <= self.end:
            month = self._issue(life, month, issued, "run").after

    def _stop(self, life: Life, unpaid: date) -> None:
        """Pays no more: bills go out until membership is over, and some come back later."""
        over = cover_rule.boundaries(add_months(unpaid, -1), on=unpaid).ends_on
        lapsed = at(over, 35)
        month = unpaid
        while month < over and (issued := at(month - timedelta(days=DAYS_AHEAD), 120)) <= self.end:
            month = self._issue(life, month, max(issued, life.spells[-1][0]), "run").after
        if lapsed > self.end:
            return
        life.state = "lapsed"
        began, first, _ = life.spells[-1]
        life.spells[-1] = (began, first, over)
        for one in life.bills:
            if one.ended == "open":
                one.ended, one.at = "cancelled", lapsed
        back = lapsed + timedelta(days=self._random.randrange(12, 150), hours=self._random.randrange(8, 16))
        is_old = (over.year - int(life.body["birth_date"][:4])) >= OLDEST_TO_RETURN
        if self._random.random() < RETURNS and not is_old and back < self.end - timedelta(days=8):
            self._pays(life, back, "return")

    def _issue(self, life: Life, first: date, issued: datetime, origin: str) -> Bill:
        months = life.body["months"] if origin != "return" else 1
        price = tariff.price(
            life.body["income"],
            frozenset(life.body["programmes"]),
            life.body["transport"],
            tariff.months_from(first, months),
        )
        if origin == "run":
            pay_by = bill.last_moment_of(
                cover_rule.boundaries(add_months(first, -1), on=first).catch_up_until, ZONE.key
            )
        else:
            pay_by = bill.last_moment(issued + timedelta(days=bill.DAYS_TO_PAY), ZONE.key)
        one = Bill(first, months, issued, pay_by, origin, bill.lines_of(price), tariff.total(price))
        life.bills.append(one)
        return one

    @staticmethod
    def _settle(one: Bill, paid: datetime) -> None:
        one.ended, one.at = "paid", paid


def season(day: date) -> float:
    """How much is enrolled on a day, against an ordinary one: nothing on holidays, little on Sundays and in Ramadan, much at the
    end of a month."""
    if calendar.told(day).kind in (DayKind.HOLIDAY, DayKind.COLLECTIVE_LEAVE):
        return 0.0
    share = SUNDAY if day.weekday() == 6 else 1.1
    share *= RAMADAN if calendar.is_ramadan(day) else 1.0
    return share * (MONTH_END if (add_months(day, 1) - day).days <= LAST_DAYS else 0.92)


def at(day: date, minute: int) -> datetime:
    """A minute of the branch's day."""
    return datetime.combine(day, time(minute // 60, minute % 60), ZONE)


def _month(moment: datetime) -> date:
    return moment.astimezone(ZONE).date().replace(day=1)


def _lateness(random: Random) -> timedelta:
    """When a bill is paid, counted from the first of its month: most before or early in it, some late, a few in the next."""
    dice = random.random()
    first, last = next(days for share, days in PAID_ON if dice < share)
    minutes = int(random.triangular(7 * 60, 21 * 60, 10 * 60))
    return timedelta(days=int(random.uniform(first, last)), minutes=minutes, seconds=random.randrange(60))


def _zeal(agents: Sequence[DemoAgent]) -> list[float]:
    return [0.55 + 0.9 * ((agent.number * 7) % 10) / 10 for agent in agents]


def _poisson(random: Random, mean: float) -> int:
    """Knuth's way: fine for small means."""
    count, product, limit = 0, random.random(), exp(-mean)
    while product > limit:
        count += 1
        product *= random.random()
    return count
