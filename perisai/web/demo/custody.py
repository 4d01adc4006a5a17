"""Cash in custody in the demo: an agent late, one in time, one above the limit, one who deposited, one who advanced; a book."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

from perisai.accounts.models import User
from perisai.custody import book, for_phone, settle
from perisai.custody.deposit import make
from perisai.events.clock import FixedClock
from perisai.events.ids import uuid7
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work
from perisai.sync.clock import to_ms
from perisai.training.told import Learner
from perisai.web.demo.bank import Banks
from perisai.web.demo.handset import Handset
from perisai.web.demo.people import DemoAgent, agents
from perisai.web.demo.places import JAMBI
from perisai.web.simulate.receipt import receipt_body

ZONE: Final = "Asia/Jakarta"
LATE, IN_TIME, ABOVE, DEPOSITED, ADVANCED = 2, 3, 4, 5, 6
"""Numbers of agents."""
_IS_THERE: LiteralString = "SELECT EXISTS (SELECT FROM custody_receipt WHERE branch_id = %s)"
# Members with something to pay. Carried by enrolment_agent and bill_enrolment.
_OWING: LiteralString = """
SELECT e.id, p.name, min(b.amount), to_char(min(b.first_month), 'YYYY-MM'),
  to_char(min(b.first_month + make_interval(months => b.months - 1)), 'YYYY-MM')
FROM members_enrolment e
JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
JOIN contributions_bill b ON b.branch_id = e.branch_id AND b.enrolment_id = e.id AND b.state = 'open' AND b.pay_by > %s
WHERE e.branch_id = %s AND e.agent_id = %s AND e.state IN ('accepted', 'active')
GROUP BY e.branch_id, e.id, p.name HAVING count(*) = 1 ORDER BY e.id LIMIT %s
"""


@dataclass
class _Owing:
    id: UUID
    name: str
    amount: int
    first_month: str
    last_month: str


def build_custody(end: datetime, handsets: dict[UUID, Handset]) -> None:
    """Once. The phones are those of the story that was told in the same start; without them there is nothing to sign with."""
    if not handsets:
        return
    with Work(scope=Scope.branch(JAMBI)) as work:
        row = work.row(_IS_THERE, [JAMBI])
    if row and row[0]:
        return
    by_number = {one.number: one for one in agents() if one.branch_id == JAMBI}
    ago = {LATE: timedelta(days=9), ABOVE: timedelta(hours=5), DEPOSITED: timedelta(days=1)}
    for number in (LATE, IN_TIME, ABOVE, DEPOSITED, ADVANCED):
        agent = by_number[number]
        at = end - ago.get(number, timedelta(hours=6))
        kind = "advance" if number == ADVANCED else "cash"
        _receive(agent, handsets[agent.id], at, end, kind, 4_000_000 if number == ABOVE else 0)
    _deposit(by_number[DEPOSITED], end)
    _books(by_number[IN_TIME], handsets, end)


def _receive(
    agent: DemoAgent, handset: Handset, at: datetime, end: datetime, kind: str, extra: int, most: int = 3
) -> None:
    """Receipts of one agent's phone; ``extra``: what somebody paid ahead for a year and more."""
    phone = handset.phone
    assert phone is not None
    with Work(scope=Scope.branch(agent.branch_id), clock=FixedClock(at - timedelta(minutes=30))) as work:
        state = for_phone.state(work, Learner(agent.branch_id, agent.id, ZONE, phone.id))
        owing = [_Owing(*row) for row in work.rows(_OWING, [end, agent.branch_id, agent.id, most])]
    handset.hear(at - timedelta(minutes=20))
    for number, (one, minutes) in zip(state["numbers"], ((one, 4 * n) for n, one in enumerate(owing)), strict=False):
        when = at + timedelta(minutes=minutes)
        body = receipt_body(
            handset,
            certificate=state["certificate"],
            number=number,
            lines=[_line(one, one.amount + extra)],
            at_ms=to_ms(when),
            payer={"kind": "member", "id": None, "name": one.name[:40]},
            kind=kind,
        )
        handset.write("cash_receipt", body, when)
        extra = 0
    if owing:
        handset.push(at + timedelta(minutes=25))


def _line(one: _Owing, amount: int) -> dict[str, Any]:
    return {
        "enrolment": str(one.id),
        "first_month": one.first_month,
        "last_month": one.last_month,
        "amount": amount,
    }


def _deposit(agent: DemoAgent, end: datetime) -> None:
    """One code for all, and a bank that has the money since an hour."""
    at = end - timedelta(hours=2)
    with Work(scope=Scope.branch(JAMBI), clock=FixedClock(at)) as work:
        made = make(work, branch_id=JAMBI, timezone=ZONE, agent_id=agent.id, deposit_id=uuid7(), chosen=None)
    Banks(begin=950_001).pay(made.code, made.amount, at + timedelta(minutes=40))
    with Work(scope=Scope.branch(JAMBI), clock=FixedClock(at + timedelta(minutes=45))) as work:
        settle.settle(work, branch_id=JAMBI)


def _books(agent: DemoAgent, handsets: dict[UUID, Handset], end: datetime) -> None:
    """A paper book with a page used and one before it that nobody has told of."""
    at = end - timedelta(hours=4)
    officer = Actor(user_id=User.objects.get(username="petugas.jambi").id)
    with Work(scope=Scope.branch(JAMBI), actor=officer, clock=FixedClock(at)) as work:
        book.register(work, branch_id=JAMBI, name="A", first=1, last=50, agent_id=agent.id)
        book.register(work, branch_id=JAMBI, name="B", first=1, last=50, agent_id=None)
        owing = [_Owing(*row) for row in work.rows(_OWING, [end, JAMBI, agent.id, 5])][3:]
    handset = handsets[agent.id]
    handset.hear(at)
    for page, one in zip((1, 3), owing, strict=False):
        body = {
            "number": None, "paper": {"series": f"{JAMBI}-A", "page": page}, "kind": "cash", "whole": True,
            "payer": {"kind": "member", "id": None, "name": one.name[:40]}, "lines": [_line(one, one.amount)], "signed": None,
        }  # fmt: skip
        handset.write("cash_receipt", body, at + timedelta(minutes=page))
    if owing:
        handset.push(at + timedelta(minutes=10))
