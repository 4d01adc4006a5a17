"""Whether a bill can be paid now, the same for an inquiry and for a payment."""

from dataclasses import dataclass
from datetime import datetime

from perisai.contributions import settlement
from perisai.contributions.settlement import Payable, Terms
from perisai.events.work import Work
from perisai.members.activation import Standing
from perisai.payments import answers, ledger
from perisai.payments.answers import Case, SnapRefused


@dataclass(frozen=True)
class Due:
    """An open bill as it would be paid at an instant. ``repriced`` differs from ``billed`` where a month has passed."""

    billed: Payable
    repriced: Payable
    terms: Terms


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
    if bill is not None and bill.state == "expired":
        return SnapRefused(Case.EXPIRED, "[Expired]", answers.EXPIRED)
    if bill is not None and bill.state == "paid" and standing.can_pay:
        return SnapRefused(Case.PAID_BILL, words=answers.PAID)
    if not standing.can_pay:
        return SnapRefused(Case.INVALID_BILL, "[Cancelled]", answers.CANCELLED)
    return SnapRefused(Case.INVALID_BILL, "[No Bill]", answers.UNKNOWN)
