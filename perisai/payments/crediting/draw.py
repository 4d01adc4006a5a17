"""Lets bills draw on money that is held for their members, once it suffices for the oldest of them."""

from itertools import groupby
from typing import Final
from uuid import UUID

from perisai.contributions.bills import settlement
from perisai.contributions.bills.settlement import Payable
from perisai.events.ids import uuid7
from perisai.events.work import Work
from perisai.members.enrolments import activation
from perisai.members.enrolments.activation import Standing
from perisai.payments.crediting import allocation, held, judgement
from perisai.payments.crediting.allocation import Plan
from perisai.payments.crediting.booking import Money

BANK: Final = "held"
"""Stands where a bank's id stands otherwise."""
MOST: Final = 500

# Every row of payments_held with money in it: few. Their bills are carried by bill_enrolment.
_READY = """
SELECT h.enrolment_id, array_agg(b.id) FROM payments_held h
JOIN contributions_bill b ON b.branch_id = h.branch_id AND b.enrolment_id = h.enrolment_id AND b.state = 'open'
  AND b.sponsor_id IS NULL
WHERE h.branch_id = %(branch)s AND h.amount > 0
  AND (%(only)s::uuid[] IS NULL OR h.enrolment_id = ANY (%(only)s::uuid[]))
GROUP BY h.enrolment_id, h.amount
HAVING (array_agg(b.amount ORDER BY b.first_month))[1] <= h.amount AND min(b.pay_by) >= %(now)s
ORDER BY h.enrolment_id LIMIT %(most)s
"""


def draw(work: Work, *, branch_id: int, enrolment_ids: list[UUID] | None = None) -> int:
    """Pays the oldest bills of up to ``MOST`` members (of these only, where given) with what is held for them; returns how
    many members. A fixed number of statements."""
    ready = work.rows(_READY, {"branch": branch_id, "only": enrolment_ids, "now": work.now, "most": MOST})
    if not ready:
        return 0
    ids = [enrolment_id for enrolment_id, _ in ready]
    standings = activation.lock_standings(work, branch_id=branch_id, enrolment_ids=ids)
    bills = settlement.lock_bills(work, branch_id=branch_id, bill_ids=[bill for _, some in ready for bill in some])
    balances = held.balance(work, branch_id=branch_id, enrolment_ids=ids)
    plans = [
        planned
        for enrolment_id, some in _by_enrolment(bills).items()
        if (planned := _plan(work, standings.get(enrolment_id), some, balances.get(enrolment_id, 0))).pays
    ]
    money = Money(
        bank_id=BANK, reference_no="", paid_at=work.now, confirmed_at=work.now, source="held", part_of=uuid7()
    )
    if plans:
        allocation.apply(work, branch_id=branch_id, plans=plans, money=money)
    return len(plans)


def _by_enrolment(bills: list[Payable]) -> dict[UUID, list[Payable]]:
    ordered = sorted(bills, key=lambda bill: (bill.enrolment_id, bill.first_month))
    return {enrolment_id: list(some) for enrolment_id, some in groupby(ordered, key=lambda bill: bill.enrolment_id)}


def _plan(work: Work, standing: Standing | None, bills: list[Payable], before: int) -> Plan:
    assert standing is not None
    met = [found for bill in bills if (found := judgement.find_met(bill, standing, work.now))]
    dues = judgement.price_at([one.due for one in met], work.now)
    return allocation.plan(standing, dues, amount=0, held=before)
