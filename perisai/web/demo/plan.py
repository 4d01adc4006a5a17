"""Who meets whom, when: the demo's field work of two months, drawn before it is told."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from perisai.offices.models import Region
from perisai.web.demo.living import picture_later
from perisai.web.demo.people import HISTORY, DemoAgent
from perisai.web.demo.places import BUNGO, JAMBI
from perisai.web.demo.workers import Workers

ZONE = ZoneInfo("Asia/Jakarta")
PACE = {JAMBI: 1.2, BUNGO: 0.85}
"""Enrolments an agent and working day, on average."""
SUNDAY = 0.45
EARLY, LATELY = 0.45, timedelta(days=25)
"""The agency offices are new: until lately there was less work."""
SAME_NIK, LOOKALIKE, CANCELLED, WRONG_CLOCK, WITH_PHOTO, ONLINE = 0.012, 0.02, 0.03, 0.005, 0.12, 0.6
LEAST_FOR_CAP = 30
"""Fewer enrolments than this in the month, and no cap is reached in the story."""
DAYS_OF_LATE_PICTURES = 12
"""Before that the agents of the story brought every picture."""


@dataclass
class Visit:
    """An agent writes down a worker. ``twin``: ``same`` NIK or ``like`` somebody whom the branch has already."""

    at: datetime
    agent: DemoAgent
    has_photo: bool = False
    is_cancelled: bool = False
    clock_off_ms: int = 0
    twin: str = ""
    is_left: bool = False
    """Nobody decides about it before the story ends."""


class Plan:
    def __init__(self, end: datetime, random: Random, agents: list[DemoAgent]) -> None:
        self.end, self._random = end, random
        self.today = end.astimezone(ZONE).date()
        self.month = self.today.replace(day=1)
        self.begin = _at(self.today - HISTORY + timedelta(days=1), 7 * 60)
        self.begin_of_month = max(_at(self.month, 6 * 60), self.begin + timedelta(hours=2))
        self.visits: list[Visit] = []
        self.pushes: list[tuple[UUID, datetime]] = []
        self.nights: list[datetime] = []
        self._workers = Workers(random.randrange(2**32), villages())
        self._written: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
        self.members: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
        """By branch, whose dues have come: they stay members to the end of the story."""
        for days in range(HISTORY.days):
            day = self.today - timedelta(days=HISTORY.days - 1 - days)
            self.nights.append(_at(day, 23 * 60 + 50))
            for agent in agents:
                self._draw(agent, day)
        self.visits.sort(key=lambda visit: visit.at)
        for branch_id in (JAMBI, BUNGO):
            self._leave_to_decide(branch_id)
        self.bungo_cap = self._cap(BUNGO)

    def body(self, visit: Visit) -> dict[str, Any]:
        """What the agent writes; called in the order of time."""
        branch = self._written[visit.agent.branch_id]
        day = visit.at.astimezone(ZONE).date()
        body = self._workers.make(visit.agent.spot.districts, day, photo=visit.has_photo)
        if self._workers.is_picture_late() and (self.today - day).days < DAYS_OF_LATE_PICTURES:
            body = picture_later(body, day)
        if visit.twin and len(branch) > 20:
            earlier = self._random.choice(self._well_known(visit) if visit.is_left else branch[:-10])
            same = {name: earlier[name] for name in ("nik", "birth_date", "birth_known", "sex", "name", "region")}
            body = self._workers.lookalike(earlier) if visit.twin == "like" else body | same | {"id_card": None}
        else:
            branch.append(body)
        return body

    def _well_known(self, visit: Visit) -> list[dict[str, Any]]:
        """Whom nobody overlooks: members with a birthday and a telephone of their own."""
        members = self.members[visit.agent.branch_id]
        return [one for one in members if (one["birth_known"], one["phone_owner"]) == ("day", "own")]

    def _draw(self, agent: DemoAgent, day: date) -> None:
        random = self._random
        zeal = 0.55 + 0.9 * ((agent.number * 7) % 10) / 10
        pace = PACE[agent.branch_id] * zeal * (SUNDAY if day.weekday() == 6 else 1.08)
        pace *= 1 if self.today - day < LATELY else EARLY
        visits = [self._visit(agent, day) for _ in range(_poisson(random, pace))]
        visits = [
            visit for visit in visits if self.begin + timedelta(hours=1) < visit.at < self.end - timedelta(minutes=4)
        ]
        self.visits += visits
        if day == self.today:
            self.pushes += [
                (agent.id, min(visit.at + timedelta(minutes=random.uniform(1, 9)), self.end)) for visit in visits
            ]
        elif random.random() < ONLINE or day == self.today - timedelta(days=1):
            self.pushes.append((agent.id, _at(day, 18 * 60 + random.randrange(100))))

    def _visit(self, agent: DemoAgent, day: date) -> Visit:
        random = self._random
        minute = int(random.triangular(7 * 60 + 30, 17 * 60 + 30, 10 * 60))
        dice = random.random()
        twin = "same" if dice < SAME_NIK else "like" if dice < SAME_NIK + LOOKALIKE else ""
        return Visit(
            at=_at(day, minute) + timedelta(seconds=random.randrange(60)),
            agent=agent,
            has_photo=random.random() < WITH_PHOTO,
            is_cancelled=random.random() < CANCELLED,
            clock_off_ms=-3 * 86_400_000 if random.random() < WRONG_CLOCK else 0,
            twin=twin,
        )

    def _leave_to_decide(self, branch_id: int) -> None:
        """Of what was brought by yesterday the newest: somebody who is here already, and one who looks like it, await a decision,
        whatever the dice say."""
        brought = [v for v in self.visits if v.agent.branch_id == branch_id and v.at < _at(self.today, 0)]
        for visit, twin in zip(brought[-2:], ("same", "like"), strict=True):
            visit.twin, visit.is_left = twin, True
            visit.is_cancelled, visit.clock_off_ms = False, 0

    def _cap(self, branch_id: int) -> int:
        """A cap that the branch reaches about two days before the story's end; 0 where the month is too young."""
        until = self.end - timedelta(hours=20)
        mine = [
            v
            for v in self.visits
            if v.agent.branch_id == branch_id and self.begin_of_month < v.at < until and not v.twin
        ]
        return len(mine) - 9 if len(mine) >= LEAST_FOR_CAP else 0


def villages() -> dict[str, list[str]]:
    """Codes of the demo province's villages, by district."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for code in Region.objects.filter(level=4, code__startswith="15.").order_by("code").values_list("code", flat=True):
        found[code[:8]].append(code)
    return dict(found)


def _at(day: date, minute: int) -> datetime:
    return datetime.combine(day, time(minute // 60, minute % 60), ZONE)


def _poisson(random: Random, mean: float) -> int:
    """Arrivals of exponential gaps within one unit."""
    arrived, waited = 0, random.expovariate(mean)
    while waited < 1:
        arrived += 1
        waited += random.expovariate(mean)
    return arrived
