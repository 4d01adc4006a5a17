"""What an amount of money pays: the oldest month first, then coming months, and what is left is held for the member."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import accumulate, takewhile
from typing import Final
from uuid import UUID

from perisai.contributions.bills import advance, month_facts
from perisai.contributions.bills.bill import last_moment, lines_of
from perisai.contributions.bills.month_facts import MonthFacts
from perisai.contributions.bills.settlement import Payable
from perisai.contributions.tariffs.tariff import MonthPrice, PriceError, months_from, total
from perisai.events.ids import uuid7
from perisai.events.work import Happened, Work, branch_day
from perisai.members.enrolments.activation import Standing, common_facts
from perisai.payments.books import ledger
from perisai.payments.crediting import booking, held, judgement
from perisai.payments.crediting.booking import Money
from perisai.payments.crediting.held import Move
from perisai.payments.crediting.judgement import Due, Met

MOST_AHEAD: Final = 12
"""Months that may be paid ahead of the present one."""


@dataclass(frozen=True)
class Plan:
    """What ``amount`` and what was ``held`` before do for one member. Rupiah."""

    standing: Standing
    amount: int
    held: int
    pays: tuple[Due, ...]
    """Bills that are paid, oldest first."""
    ahead: Payable | None = None
    """A bill for coming months that is issued and paid with what is over."""

    @property
    def total(self) -> int:
        return sum(due.repriced.amount for due in self.pays) + (self.ahead.amount if self.ahead else 0)

    @property
    def drawn(self) -> int:
        """What the bills take of the money held before: the oldest money first."""
        return min(self.held, self.total)

    @property
    def kept(self) -> int:
        """What is held of ``amount``."""
        return self.amount - (self.total - self.drawn)

    @property
    def held_after(self) -> int:
        return self.held - self.drawn + self.kept


def plan(standing: Standing, dues: Sequence[Due], *, amount: int, held: int) -> Plan:
    """Pays the oldest bills that ``amount`` and ``held`` suffice for; ``dues`` are oldest first. Pure."""
    sums = accumulate(due.repriced.amount for due in dues)
    paid = sum(1 for total in sums if total <= amount + held)
    return Plan(standing, amount, held, tuple(dues[:paid]))


def prefix_sums(dues: Sequence[Due]) -> list[int]:
    """What paying the oldest one, two, ... bills costs."""
    return list(accumulate(due.repriced.amount for due in dues))


def go_ahead(work: Work, *, branch_id: int, planned: Plan, like: Payable | None, owes_more: bool) -> Plan:
    """The plan with a bill for as many coming months as what is over pays for, each by its own terms; the same one where that is
    no month, where bills stay open, or where an employer or sponsor pays. ``like``: any bill of the member, for their code. Two
    statements at most."""
    standing, rest = planned.standing, planned.held_after
    is_theirs = standing.segment == "BPU" and (bool(planned.pays) or standing.state == "active")
    if owes_more or like is None or rest <= 0 or not is_theirs:
        return planned
    first = _first_free(work, branch_id, standing.id, planned)
    this_month = branch_day(work.now, like.timezone).replace(day=1)
    last = months_from(this_month, MOST_AHEAD + 1)[-1]
    most = (last.year - first.year) * 12 + last.month - first.month + 1
    if first < this_month or most <= 0:
        return planned
    facts = month_facts.facts_of(
        work, branch_id=branch_id, enrolment_id=standing.id, months=months_from(first, min(most, MOST_AHEAD))
    )
    prices = _affordable(facts, rest)
    if not prices:
        return planned
    bill = replace(
        like,
        id=uuid7(),
        state="open",
        first_month=first,
        months=len(prices),
        lines=lines_of(prices),
        amount=total(prices),
        pay_by=last_moment(work.now, like.timezone),
        is_paid_elsewhere=False,
    )
    return replace(planned, ahead=bill)


def _affordable(facts: list[MonthFacts], rest: int) -> list[MonthPrice]:
    """The first months that ``rest`` rupiah pay for; none after one that a sponsor pays or the rules do not price."""
    own = list(takewhile(lambda one: one.sponsor_id is None, facts))
    prices: list[MonthPrice] = []
    for one in own:
        try:
            (price,) = month_facts.price_each([one])
        except PriceError:
            break
        if total([*prices, price]) > rest:
            break
        prices.append(price)
    return prices


# Carried by the primary key and bill_enrolment.
_LAST = """
SELECT greatest(
  (SELECT paid_through FROM members_enrolment WHERE branch_id = %(branch)s AND id = %(enrolment)s),
  (SELECT max(first_month + (months - 1) * interval '1 month')::date FROM contributions_bill
   WHERE branch_id = %(branch)s AND enrolment_id = %(enrolment)s AND state IN ('open', 'paid')))
"""


def _first_free(work: Work, branch_id: int, enrolment_id: UUID, planned: Plan) -> date:
    """The month after the last one that is paid, billed, or paid by this plan."""
    row = work.row(_LAST, {"branch": branch_id, "enrolment": enrolment_id})
    lasts = [due.repriced.last_month for due in planned.pays]
    lasts += [row[0]] if row and row[0] else []
    return months_from(max(lasts), 2)[1]


def apply(work: Work, *, branch_id: int, plans: list[Plan], money: Money) -> None:
    """Books the plans of locked enrolments and bills: payments, ledger, money held, events. A fixed number of statements."""
    _issue(work, branch_id, [one for one in plans if one.ahead])
    dues = [due for one in plans for due in one.pays]
    judgement.reprice_many(work, branch_id=branch_id, dues=dues)
    met = [Met(due, one.standing) for one in plans for due in _paid_by(one)]
    booking.book_many(work, branch_id=branch_id, met=met, money=money)
    account = ledger.bank_account(money.bank_id)
    moves = [
        (account, ledger.RECEIVABLE, sum(one.total - one.drawn for one in plans)),
        (ledger.HELD, ledger.RECEIVABLE, sum(one.drawn for one in plans)),
        (account, ledger.HELD, sum(one.kept for one in plans)),
    ]
    ledger.record(work, branch_id, [move for move in moves if move[2]])
    source = money.part_of
    drawn = [Move(one.standing.id, -one.drawn, "drawn", source) for one in plans]
    kept = [Move(one.standing.id, one.kept, "received", source) for one in plans]
    held.move(work, branch_id=branch_id, moves=[*drawn, *kept])
    for one in plans:
        _report(work, branch_id, one, source)


def _paid_by(one: Plan) -> list[Due]:
    if one.ahead is None:
        return list(one.pays)
    return [*one.pays, Due(one.ahead, one.ahead, judgement.terms_of(one.standing))]


def _issue(work: Work, branch_id: int, plans: list[Plan]) -> None:
    for one in plans:
        bill, standing = one.ahead, one.standing
        assert bill is not None
        row = {"id": bill.id, "first_month": bill.first_month, "months": bill.months, "lines": bill.lines}
        row |= {"amount": bill.amount, "pay_by": bill.pay_by}
        advance.insert(
            work,
            branch_id=branch_id,
            enrolment_id=standing.id,
            payment_code=bill.payment_code,
            origin="advance",
            rows=[row],
        )
        whom = (standing.agent_id, standing.sub_branch_id, standing.agency_office_id, standing.region_code)
        advance.report_issued(work, branch_id=branch_id, enrolment_id=standing.id, whom=whom, row=row, origin="advance")


def _report(work: Work, branch_id: int, one: Plan, source: UUID) -> None:
    common = common_facts(branch_id, one.standing)
    if one.kept:
        work.report(Happened(kind="money_held", amount=one.kept, detail={"notification": source}, **common))
    if one.drawn:
        bills = len(one.pays) + (one.ahead is not None)
        work.report(Happened(kind="held_drawn", amount=one.drawn, detail={"bills": bills}, **common))
