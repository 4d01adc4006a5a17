"""Whether a bill can be paid now, the same for an inquiry and for a payment."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from perisai.contributions.bills import settlement
from perisai.contributions.bills.settlement import Payable, Terms
from perisai.events.work import Work
from perisai.members.enrolments import activation
from perisai.members.enrolments.activation import Standing
from perisai.payments.books import ledger
from perisai.payments.snap import answers
from perisai.payments.snap.answers import Case, SnapRefused


@dataclass(frozen=True)
class Due:
    """An open bill as it would be paid at an instant. ``repriced`` differs from ``billed`` where a month has passed."""

    billed: Payable
    repriced: Payable
    terms: Terms


class Met(NamedTuple):
    """A bill that can be paid, and whose it is."""

    due: Due
    standing: Standing


# By primary key.
_WHOSE = "SELECT DISTINCT enrolment_id FROM contributions_bill WHERE branch_id = %s AND id = ANY (%s)"


def lock_met(work: Work, *, branch_id: int, bill_ids: list[UUID], at: datetime) -> tuple[list[Met], int]:
    """Those of the bills that can be paid ``at``, in order of id, and how many cannot. Locks the enrolments' rows, then the
    bills', each in order of id. Three statements."""
    enrolment_ids = [found for (found,) in work.rows(_WHOSE, [branch_id, bill_ids])]
    standings = activation.lock_standings(work, branch_id=branch_id, enrolment_ids=enrolment_ids)
    bills = settlement.lock_bills(work, branch_id=branch_id, bill_ids=bill_ids)
    met = [one for bill in bills if (one := find_met(bill, standings.get(bill.enrolment_id), at))]
    return met, len(bill_ids) - len(met)


def find_met(bill: Payable, standing: Standing | None, at: datetime) -> Met | None:
    """The bill if it can be paid ``at``."""
    try:
        due = check_due(bill, standing, at)
    except SnapRefused:
        return None
    assert standing is not None
    return Met(due, standing)


def reprice_many(work: Work, *, branch_id: int, dues: list[Due]) -> None:
    """As ``reprice`` for many locked bills, in two statements; none where no price changed."""
    changed = [due for due in dues if due.repriced != due.billed]
    if not changed:
        return
    settlement.reprice_many(
        work, branch_id=branch_id, changes=[(due.billed, due.repriced, due.terms) for due in changed]
    )
    old = ledger.Income.of(line for due in changed for line in due.billed.lines)
    new = ledger.Income.of(line for due in changed for line in due.repriced.lines)
    if old != new:
        ledger.reverse_billing(work, branch_id, *old)
        ledger.record_billing(work, branch_id, *new)


def check_dues(
    bills: list[Payable], standing: Standing | None, at: datetime, *, may_owe_nothing: bool = False
) -> list[Due]:
    """Those of a member's bills that can be paid ``at``, in their order. Raises ``SnapRefused`` where there is none; with
    ``may_owe_nothing`` not for a member whose dues are all paid."""
    met = [found for bill in bills if (found := find_met(bill, standing, at))]
    if met:
        return [one.due for one in met]
    is_settled = standing is not None and standing.state == "active" and not any(bill.state == "open" for bill in bills)
    if not (may_owe_nothing and is_settled):
        check_due(bills[0] if bills else None, standing, at)
    return []


def price_at(dues: list[Due], at: datetime) -> list[Due]:
    """The bills at the price of ``at``. A first bill moves to the month of ``at`` only where it stands alone: beside others it
    would take their month."""
    if len(dues) != 1:
        return [replace(due, repriced=due.billed) for due in dues]
    (due,) = dues
    return [replace(due, repriced=settlement.repriced(due.billed, due.terms, at))]


def payable_now(work: Work, *, branch_id: int, enrolment_id: UUID, at: datetime) -> list[Payable]:
    """A member's bills at the price of ``at``, as whoever pays then meets them; none where nothing can be paid. Two statements."""
    standing = activation.find_standing(work, branch_id=branch_id, enrolment_id=enrolment_id)
    bills = settlement.find_payables(work, branch_id=branch_id, enrolment_id=enrolment_id)
    try:
        return [due.repriced for due in price_at(check_dues(bills, standing, at), at)]
    except SnapRefused:
        return []


def price_met(met: list[Met], at: datetime) -> list[Met]:
    """Bills of several members at the price of ``at``; see ``price_at``."""
    bills_of: dict[UUID, int] = Counter(one.standing.id for one in met)
    return [Met(price_at([one.due], at)[0], one.standing) if bills_of[one.standing.id] == 1 else one for one in met]


def check_due(bill: Payable | None, standing: Standing | None, at: datetime) -> Due:
    """Raises ``SnapRefused`` where nothing can be paid ``at``."""
    if standing is None:
        raise SnapRefused(Case.INVALID_BILL, "[Not Found]", answers.UNKNOWN)
    if bill is None or bill.state != "open" or not standing.can_pay:
        raise _not_open(bill, standing)
    if bill.is_paid_elsewhere:
        raise SnapRefused(Case.PAID_BILL, words=answers.PAID)
    if at > bill.pay_by:
        raise SnapRefused(Case.EXPIRED, "[Expired]", answers.EXPIRED)
    terms = terms_of(standing)
    return Due(bill, settlement.repriced(bill, terms, at), terms)


def reprice(work: Work, *, branch_id: int, due: Due) -> None:
    """Makes the new price of a locked bill real, and the ledger follow. Nothing where it did not change."""
    if due.repriced == due.billed:
        return
    settlement.reprice(work, branch_id=branch_id, old=due.billed, new=due.repriced, terms=due.terms)
    old, new = ledger.Income.of(due.billed.lines), ledger.Income.of(due.repriced.lines)
    ledger.record_repricing(work, branch_id, old=old, new=new, bill_id=due.billed.id)


def terms_of(standing: Standing) -> Terms:
    return Terms(
        income=standing.income,
        programmes=standing.programmes,
        transport=standing.transport,
        is_first=standing.is_first,
        agent_id=standing.agent_id,
        sub_branch_id=standing.sub_branch_id,
        agency_office_id=standing.agency_office_id,
        region_code=standing.region_code,
        segment=standing.segment,
    )


def _not_open(bill: Payable | None, standing: Standing) -> SnapRefused:
    if standing.state == "review":
        return SnapRefused(Case.INVALID_BILL, "[Not Ready Yet]", answers.NOT_READY)
    if standing.state == "lapsed":
        return SnapRefused(Case.INVALID_BILL, "[Membership Ended]", answers.LAPSED)
    if bill is not None and bill.state == "expired":
        return SnapRefused(Case.EXPIRED, "[Expired]", answers.EXPIRED)
    if bill is not None and bill.state == "paid" and standing.can_pay:
        return SnapRefused(Case.PAID_BILL, words=answers.PAID)
    if not standing.can_pay:
        return SnapRefused(Case.INVALID_BILL, "[Cancelled]", answers.CANCELLED)
    return SnapRefused(Case.INVALID_BILL, "[No Bill]", answers.UNKNOWN)
