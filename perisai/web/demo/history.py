"""The story of the demo's last two months, told in the order of time through the verbs that real work goes through: phones
push, banks pay, officers decide, codes expire."""

import hashlib
import heapq
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from perisai.accounts.models import User
from perisai.errors import Refused
from perisai.events.clock import FixedClock
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work
from perisai.members.enrolments.expire import expire_unpaid
from perisai.members.photos import photo
from perisai.members.reviews import review
from perisai.targets.quotas import quota
from perisai.web.demo.bank import Banks
from perisai.web.demo.handset import Answer, Handset
from perisai.web.demo.people import AGENTS, agents
from perisai.web.demo.places import BUNGO, JAMBI
from perisai.web.demo.plan import Plan, Visit
from perisai.web.demo.workers import photo_of

SEED = 1501
ZONE = "Asia/Jakarta"
PAY, DECIDE, SEND_PHOTO = 0.76, 0.85, 0.8
"""Shares: of bills that are paid, of reviews that are decided, of photos that arrive."""
ODD_PAYMENTS = {40: "wrong", 90: "twice", 150: "unknown", 210: "wrong", 260: "twice", 300: "wrong"}
"""What is odd about the n-th payment."""
# By enrolments that came from phones: those of years before have none.
_HAS_STORY = "SELECT EXISTS (SELECT FROM members_enrolment WHERE branch_id = %s AND device_id IS NOT NULL)"
_REVIEW = "SELECT id, reason FROM members_review WHERE branch_id = %s AND enrolment_id = %s AND state = 'open'"


HANDSETS: dict[UUID, Handset] = {}
"""The phones of a story that was told in this start, for what comes after it."""


def tell(end: datetime) -> str:
    """Tells it up to ``end``, unless the world has people already. Returns a line about it."""
    with Work.open(scope=Scope.branch(JAMBI)) as work:
        row = work.row(_HAS_STORY, [JAMBI])
    if row and row[0]:
        return "the demo world is there"
    with connection.cursor() as cursor:
        # A crash here loses a synthetic past; what is acknowledged to a phone or bank is never written so.
        cursor.execute("SET synchronous_commit = off")
    try:
        return Story(end).run()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET synchronous_commit")


class Story:
    def __init__(self, end: datetime) -> None:
        self.end = end
        self._random = Random(SEED)
        self._plan = Plan(end, self._random, agents())
        self._queue: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._order = count()
        self._banks = Banks()
        self._handsets: dict[UUID, Handset] = {}
        self._visits: dict[UUID, tuple[Visit, dict[str, Any]]] = {}
        officers = {JAMBI: "petugas.jambi", BUNGO: "petugas.bungo"}
        self._officers = {branch: User.objects.get(username=name) for branch, name in officers.items()}
        self._counts = {"enrolments": 0, "payments": 0, "decisions": 0}

    def run(self) -> str:
        for agent in agents():
            handset = self._handsets[agent.id] = Handset(agent)
            handset.activate(self._plan.begin + timedelta(minutes=3 * agent.number))
        self._set_the_scene()
        while self._queue and self._queue[0][0] <= self.end:
            at, _, act = heapq.heappop(self._queue)
            act(at)
        HANDSETS.update(self._handsets)
        return ", ".join(f"{value} {name}" for name, value in self._counts.items())

    def _at(self, at: datetime, act: Callable[[datetime], None]) -> None:
        heapq.heappush(self._queue, (at, next(self._order), act))

    def _set_the_scene(self) -> None:
        for visit in self._plan.visits:
            self._at(visit.at, partial(self._visit, visit))
        for agent_id, at in self._plan.pushes:
            self._at(at, partial(self._push, agent_id))
        for night in self._plan.nights:
            self._at(night, self._expire)
        if self._plan.bungo_cap:
            self._set_target(BUNGO, self._plan.bungo_cap, self._plan.begin_of_month)
            self._at(self.end - timedelta(hours=20), partial(self._set_target, BUNGO, self._plan.bungo_cap + 80))

    def _visit(self, visit: Visit, at: datetime) -> None:
        body = self._plan.body(visit)
        op_id = self._handsets[visit.agent.id].write("enrol", body, at, clock_off_ms=visit.clock_off_ms)
        self._visits[op_id] = visit, body

    def _push(self, agent_id: UUID, at: datetime) -> None:
        handset = self._handsets[agent_id]
        if not handset.outbox:
            return
        for answer in handset.push(at):
            if answer.op_id in self._visits:
                self._counts["enrolments"] += 1
                self._after(handset, answer, at)

    def _after(self, handset: Handset, answer: Answer, at: datetime) -> None:
        visit, body = self._visits[answer.op_id]
        branch_id = visit.agent.branch_id
        if body["id_card"] and self._random.random() < SEND_PHOTO and answer.status != "rejected":
            self._send_photo(visit, photo_of(body), at)
        if answer.status == "accepted" and visit.is_cancelled:
            later = at + timedelta(hours=self._random.uniform(1, 20))
            self._at(later, partial(self._cancel, handset, answer.op_id))
        elif answer.status == "accepted" and answer.result.get("payment_code"):
            self._bill(answer.result["payment_code"], answer.result["amount"], at, self._visits[answer.op_id])
        elif answer.status == "review" and self._random.random() < DECIDE and not visit.is_left:
            later = at.astimezone(ZoneInfo(ZONE)) + timedelta(days=self._random.choice((1, 1, 2, 3)))
            office_hours = later.replace(hour=self._random.randrange(9, 16))
            self._at(office_hours, partial(self._decide, branch_id, answer.op_id))

    def _bill(self, code: str, rupiah: int, at: datetime, met: tuple[Visit, dict[str, Any]]) -> None:
        if self._random.random() < PAY:
            hours = min(self._random.expovariate(1 / 30) + 0.1, 24 * 6)
            self._at(at + timedelta(hours=hours), partial(self._pay, code, rupiah, met))

    def _pay(self, code: str, rupiah: int, met: tuple[Visit, dict[str, Any]], at: datetime) -> None:
        self._counts["payments"] += 1
        odd = ODD_PAYMENTS.get(self._counts["payments"])
        if odd == "wrong":
            self._banks.pay(code, rupiah + 1000, at - timedelta(minutes=7))
        if odd == "unknown":
            self._banks.pay("159900000017", rupiah, at)
        self._banks.pay(code, rupiah, at)
        visit, body = met
        self._plan.members[visit.agent.branch_id].append(body)
        if odd == "twice":
            self._banks.pay(code, rupiah, at + timedelta(minutes=4))

    def _cancel(self, handset: Handset, op_id: UUID, at: datetime) -> None:
        reason = self._random.choice(("worker_declined", "mistake"))
        handset.write("cancel", {"enrolment_op": str(op_id), "reason": reason}, at)
        self._push(handset.agent.id, at)

    def _decide(self, branch_id: int, enrolment_id: UUID, at: datetime) -> None:
        """An officer accepts what is another person or was late, and refuses what is the same person again."""
        scope, actor, clock = Scope.branch(branch_id), Actor(self._officers[branch_id].id), FixedClock(at)
        with suppress(Refused), Work.open(scope=scope, actor=actor, clock=clock) as work:
            row = work.row(_REVIEW, [branch_id, enrolment_id])
            if row is None or row[1] == "quota":
                return
            self._counts["decisions"] += 1
            if row[1] in ("identity_same", "identity_similar"):
                review.reject(work, branch_id=branch_id, review_id=row[0], note="Orang yang sama, sudah terdaftar.")
                return
            note = "KTP dicocokkan dengan orangnya."
            decided = review.accept(work, branch_id=branch_id, timezone=ZONE, review_id=row[0], note=note)
            if decided.issued:
                self._bill(decided.issued.payment_code, decided.issued.amount, at, self._visits[enrolment_id])

    def _send_photo(self, visit: Visit, picture: bytes, at: datetime) -> None:
        agent = visit.agent
        with Work.open(scope=Scope.branch(agent.branch_id), clock=FixedClock(at + timedelta(seconds=40))) as work:
            asked = photo.Asked(agent.branch_id, agent.id, hashlib.sha256(picture).digest())
            photo.add_piece(work, asked, offset=0, piece=picture)

    def _expire(self, at: datetime) -> None:
        for branch_id in AGENTS:
            with Work.open(scope=Scope.branch(branch_id), clock=FixedClock(at)) as work:
                expire_unpaid(work, branch_id=branch_id)

    def _set_target(self, branch_id: int, target: int, at: datetime) -> None:
        head = User.objects.get(username="kepala.bungo")
        with Work.open(scope=Scope.branch(branch_id), actor=Actor(head.id), clock=FixedClock(at)) as work:
            quota.set_quota(work, branch_id=branch_id, period=self._plan.month, target=target)
