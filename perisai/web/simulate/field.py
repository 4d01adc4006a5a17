"""Phones in the field and customers at the bank, over real HTTP, at a pace that a person can watch.

    perisai simulate field [--phones 15] [--per-minute 6] [--minutes 180] [--enrolments 400] [--seed 1]

Phones activate with real codes, write down workers, lose their signal and come back with a batch, send photos, take back a
mistake; some of the workers pay at the bank. What a phone is (key, chain, outbox) lies in ``DATA/run``, so that it goes on
where it was when this is started again. It stops after its minutes or enrolments, and leaves the last slots of a quota to people.
"""

import argparse
import heapq
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import count
from random import Random
from types import FrameType
from typing import Any

import httpx

from perisai.web.demo.credentials import credentials
from perisai.web.demo.living import picture_later
from perisai.web.demo.people import DemoAgent, agents
from perisai.web.demo.workers import ZONE, Workers, photo_of
from perisai.web.simulate.bank import BankSimulator, demo_credentials
from perisai.web.simulate.handset import Handset, forget, recall, remember

OFFLINE, PHOTO, MISTAKE, PAYS, LOOKALIKE = 0.2, 0.15, 0.03, 0.65, 0.02
"""Shares: of phones that lose their signal before a worker, and of workers."""
OFFLINE_SECONDS = (40, 150)
PAYS_AFTER = (15, 150)
SLOTS_LEFT_TO_PEOPLE = 25
LONGEST_PAUSE = 30.0
Act = Callable[[], None]


@dataclass
class Options:
    origin: str
    phones: int
    per_minute: float
    minutes: float
    enrolments: int
    seed: int


@dataclass
class Tally:
    enrolled: int = 0
    accepted: int = 0
    review: int = 0
    rejected: int = 0
    cancelled: int = 0
    paid: int = 0
    photos: int = 0
    retries: int = 0

    def __str__(self) -> str:
        return ", ".join(f"{value} {name}" for name, value in vars(self).items())


@dataclass
class Field:
    """One thread, one queue of what happens next."""

    options: Options
    client: httpx.Client
    stop: threading.Event = field(default_factory=threading.Event)
    tally: Tally = field(default_factory=Tally)

    def __post_init__(self) -> None:
        self._random = Random(self.options.seed)
        self._queue: list[tuple[float, int, Act]] = []
        self._order = count()
        self._handsets: list[Handset] = []
        self._banks = [BankSimulator("", demo_credentials(s), self.client) for s in ("symmetric", "asymmetric")]
        self._quota: dict[int, int] = {}
        self._pause = 1.0

    def run(self) -> None:
        """Until the time is up, enough is enrolled, or somebody stops it."""
        self._patiently(self._begin)
        ends = time.monotonic() + self.options.minutes * 60
        while not self.stop.is_set() and time.monotonic() < ends and self.tally.enrolled < self.options.enrolments:
            due, _, act = self._queue[0]
            if self.stop.wait(max(0.0, due - time.monotonic())):
                break
            heapq.heappop(self._queue)
            self._patiently(act)

    def _patiently(self, act: Act) -> None:
        """Again after a growing pause while the server is away or busy: a phone loses nothing by that."""
        while not self.stop.is_set():
            try:
                act()
                self._pause = 1.0
                return
            except httpx.HTTPStatusError as error:
                if error.response.status_code not in (429, 500, 502, 503, 504):
                    return
            except httpx.TransportError:
                pass
            self.tally.retries += 1
            self.stop.wait(self._pause)
            self._pause = min(self._pause * 2, LONGEST_PAUSE)

    def _begin(self) -> None:
        answer = self.client.get("/api/v1/reference/regions/15")
        answer.raise_for_status()
        villages: dict[str, list[str]] = {}
        for code, _ in answer.json()["villages"]:
            villages.setdefault(code[:8], []).append(code)
        self._workers = Workers(self._random.randrange(2**32), villages)
        # Spread over both branches, so that a few phones show all of the region.
        by_turns = sorted(agents(), key=lambda agent: (agent.number, agent.branch_id))[: self.options.phones]
        self._handsets = [self._handset(agent) for agent in by_turns]
        for handset in self._handsets:
            self._look(handset)
        self._next_worker()

    def _handset(self, agent: DemoAgent) -> Handset:
        known = recall(agent, self.client)
        if known is not None:
            known.phone.sync_time()
            return known
        codes = {row["id"]: row["activation_code"] for row in credentials(only={agent.id})["agents"]}
        fresh = Handset.new(agent, self.client)
        fresh.phone.activate(codes[str(agent.id)])
        remember(fresh)
        return fresh

    def _later(self, seconds: float, act: Act) -> None:
        heapq.heappush(self._queue, (time.monotonic() + seconds, next(self._order), act))

    def _next_worker(self) -> None:
        self._later(self._random.expovariate(self.options.per_minute / 60), self._visit)

    def _visit(self) -> None:
        """An agent and a worker meet, and the next two are on their way."""
        self._next_worker()
        free = [h for h in self._handsets if self._quota.get(h.agent.branch_id, 1_000) > SLOTS_LEFT_TO_PEOPLE]
        if not free:
            return
        handset = self._random.choice(free)
        today = datetime.now(ZONE).date()
        if handset.last and self._random.random() < LOOKALIKE:
            body = self._workers.lookalike(handset.last)
        else:
            body = self._workers.make(handset.agent.spot.districts, today, photo=self._random.random() < PHOTO)
        if self._workers.is_picture_late():
            body = picture_later(body, today)
        if handset.codes:
            body = body | {"payment_code": handset.codes.pop(0)}
        handset.last = body
        handset.bodies[handset.phone.op("enrol", body, place=self._place())] = body
        remember(handset)
        self.tally.enrolled += 1
        self._quota[handset.agent.branch_id] = self._quota.get(handset.agent.branch_id, 1_000) - 1
        if handset.is_offline:
            return
        if self._random.random() < OFFLINE:
            handset.is_offline = True
            self._later(self._random.uniform(*OFFLINE_SECONDS), partial(self._come_back, handset))
            return
        self._later(self._random.uniform(0.5, 4), partial(self._push, handset))

    def _place(self) -> dict[str, float]:
        """Somewhere around Jambi."""
        lat, lon = (round(at + self._random.gauss(0, 0.05), 5) for at in (-1.61, 103.61))
        return {"lat": lat, "lon": lon, "accuracy": 15.0}

    def _come_back(self, handset: Handset) -> None:
        handset.is_offline = False
        self._push(handset)

    def _push(self, handset: Handset) -> None:
        if handset.is_offline or not handset.phone.outbox:
            return
        answers = handset.push()
        remember(handset)
        for answer in answers:
            body = handset.bodies.pop(answer["op"], None)
            if body is not None:
                self._heard(handset, answer, body)
        self._later(2, partial(self._look, handset))

    def _heard(self, handset: Handset, answer: dict[str, Any], body: dict[str, Any]) -> None:
        status = answer["status"]
        if status in ("accepted", "review", "rejected"):
            setattr(self.tally, status, getattr(self.tally, status) + 1)
        if body["id_card"] and status in ("accepted", "review"):
            self._later(self._random.uniform(1, 10), partial(self._send_photo, handset, photo_of(body)))
        if status != "accepted":
            return
        if self._random.random() < MISTAKE:
            self._later(self._random.uniform(5, 30), partial(self._cancel, handset, answer["op"]))
        elif self._random.random() < PAYS:
            self._later(self._random.uniform(*PAYS_AFTER), partial(self._pay, answer["result"]["payment_code"]))

    def _send_photo(self, handset: Handset, picture: bytes) -> None:
        handset.phone.sync_time()
        handset.phone.upload(picture)
        self.tally.photos += 1

    def _cancel(self, handset: Handset, op_id: str) -> None:
        handset.phone.op("cancel", {"enrolment_op": op_id, "reason": "mistake"})
        self.tally.cancelled += 1
        remember(handset)
        self._push(handset)

    def _pay(self, code: str) -> None:
        bank = self._random.choice(self._banks)
        asked = bank.inquire(code)
        if asked.status_code == 200:
            owed = asked.json()["virtualAccountData"]["totalAmount"]["value"]
            self.tally.paid += bank.pay(code, int(owed.partition(".")[0])).status_code == 200
        elif asked.status_code >= 500:
            asked.raise_for_status()

    def _look(self, handset: Handset) -> None:
        """Pulls what changed, and how many slots are left."""
        handset.phone.sync_time()
        try:
            _, me = handset.phone.pull()
        except httpx.HTTPStatusError as error:
            if error.response.status_code in (401, 403):
                forget(handset)
                self._handsets.remove(handset)
            raise
        waiting = {body.get("payment_code") for body in handset.bodies.values()}
        handset.codes = [code for code in (me["payment_codes"] or {"codes": []})["codes"] if code not in waiting]
        if me["quota"] is not None and me["quota"]["left"] is not None:
            self._quota[handset.agent.branch_id] = me["quota"]["left"]


def main(arguments: Sequence[str]) -> int:
    """Says what was done at the end. Under a supervisor it then waits: who keeps it would only start it again."""
    options = Options(**vars(_parser().parse_args(arguments)))
    with httpx.Client(base_url=options.origin.rstrip("/"), timeout=30) as client:
        world = Field(options, client)

        def halt(number: int, frame: FrameType | None) -> None:
            del number, frame
            world.stop.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, halt)
        world.run()
        print(f"field: {world.tally}", flush=True)
        if "PERISAI_SUPERVISED" in os.environ:
            world.stop.wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="perisai simulate field", description=__doc__, allow_abbrev=False)
    parser.add_argument("--origin", default="http://127.0.0.1:8000")
    parser.add_argument("--phones", type=int, default=15, help="at most one an agent")
    parser.add_argument(
        "--per-minute", type=float, default=6.0, help="workers written down a minute, all phones together"
    )
    parser.add_argument("--minutes", type=float, default=180.0)
    parser.add_argument("--enrolments", type=int, default=400, help="stop after so many")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 2**31, help="the same story again")
    return parser
