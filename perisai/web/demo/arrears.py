"""Members who came from the programme's paper days: most pay, some owe a month or two, some have lapsed, two came back. And the
bills of everybody, as the nightly runs left them."""

from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from perisai.contributions.cover import lapse, reactivate
from perisai.contributions.cover.rule import add_months
from perisai.contributions.runs import month_run
from perisai.events.clock import FixedClock
from perisai.events.ids import uuid7
from perisai.events.scope import Scope
from perisai.events.work import Work, branch_day
from perisai.members.enrolments import taken_over
from perisai.web.demo.bank import Banks
from perisai.web.demo.people import AGENTS, DemoAgent, agents
from perisai.web.demo.plan import villages
from perisai.web.demo.workers import Workers

ZONE: Final = "Asia/Jakarta"
SEED: Final = 1502
BEHIND: Final = (0, 1, 2, 3, 4, 5)
"""Each agent's members: one for each number of months since the last that is paid. From four on membership is over."""
OLD: Final = 5
"""Of these, those of some agents are past 65 and cannot come back."""
BACK: Final = 2
_HAS_PAPER = "SELECT EXISTS (SELECT FROM members_consent_due WHERE branch_id = %s AND reason = 'taken_over')"
_LAPSED = """
SELECT e.id FROM members_enrolment e JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
WHERE e.branch_id = %s AND e.state = 'lapsed' AND p.birth_date > %s ORDER BY e.id LIMIT %s
"""


def build_arrears(end: datetime) -> None:
    """Once: a world with members from paper is left as it is."""
    workers = Workers(SEED, villages())
    random = Random(SEED)
    banks = Banks(begin=900_001)
    for branch_id in AGENTS:
        with Work(scope=Scope.branch(branch_id)) as work:
            row = work.row(_HAS_PAPER, [branch_id])
        if row and row[0]:
            continue
        at = end - timedelta(hours=3)
        _take_over(branch_id, at, workers, random)
        _run(branch_id, at)
        with Work(scope=Scope.branch(branch_id), clock=FixedClock(at + timedelta(minutes=5))) as work:
            lapse.lapse_due(work, branch_id=branch_id, timezone=ZONE)
        _bring_back(branch_id, at + timedelta(minutes=30), banks)


def _take_over(branch_id: int, at: datetime, workers: Workers, random: Random) -> None:
    today = branch_day(at, ZONE)
    members = [
        _member(workers.make(agent.spot.districts, today), agent, behind, today, random)
        for agent in agents()
        if agent.branch_id == branch_id
        for behind in BEHIND
    ]
    with Work(scope=Scope.branch(branch_id), clock=FixedClock(at)) as work:
        held, _ = taken_over.claim(work, branch_id=branch_id, members=members)
        free = [one for one in members if one.id not in held]
        taken_over.take_over(work, branch_id=branch_id, timezone=ZONE, members=free)


def _member(body: dict[str, Any], agent: DemoAgent, behind: int, today: date, random: Random) -> taken_over.Member:
    birth = date.fromisoformat(body["birth_date"])
    if behind == OLD and agent.number % 3 == 0:
        birth = birth.replace(year=today.year - 66, day=min(birth.day, 28))
    paid = add_months(today, -behind)
    return taken_over.Member(
        id=uuid7(),
        nik=body["nik"],
        name=body["name"],
        birth_place=body["birth_place"] or "",
        birth_date=birth,
        sex=body["sex"],
        phone=body["phone"],
        address=body["address"],
        region=body["region"],
        job=body["jobs"][0]["code"],
        income=body["income"],
        programmes=frozenset(body["programmes"]),
        agent_id=agent.id,
        acquired=add_months(paid, -random.randrange(3, 12)),
        paid_through=paid,
        state="active",
        kpj=None,
        heirs=tuple(taken_over.Heir(one["name"], one["relation"]) for one in body["heirs"]),
    )


def _run(branch_id: int, at: datetime) -> None:
    """Every month that somebody owes, this one, and the next where it is due."""
    place = month_run.Place(branch_id, ZONE)
    with Work(scope=Scope.branch(branch_id), clock=FixedClock(at)) as work:
        due = month_run.months_due(work, branch_id=branch_id, timezone=ZONE)
    for month in sorted({*(add_months(due[0], -n) for n in (2, 1)), *due}):
        month_run.issue(place, month, clock=FixedClock(at))


def _bring_back(branch_id: int, at: datetime, banks: Banks) -> None:
    """One of them has paid, the other one is about to."""
    with Work(scope=Scope.branch(branch_id), clock=FixedClock(at)) as work:
        youngest = add_months(branch_day(at, ZONE), -12 * 60)
        ids: list[UUID] = [row[0] for row in work.rows(_LAPSED, [branch_id, youngest, BACK])]
        asked = [
            reactivate.ask(
                work,
                branch_id=branch_id,
                timezone=ZONE,
                answers=reactivate.Answers(enrolment=one, is_working=True, is_well=True),
            )
            for one in ids
        ]
    for one in asked[:1]:
        banks.pay(one.bill.payment_code, one.bill.amount, at + timedelta(minutes=20))
