"""Books money that a bank confirmed: payment, ledger, bill, months, cover and outcome, in one Work of the branch."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from perisai.contributions.bills import settlement
from perisai.contributions.bills.settlement import Payable
from perisai.events.clock import FixedClock
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.members.enrolments import activation
from perisai.members.enrolments.activation import Standing
from perisai.payments.banks import virtual_account
from perisai.payments.books import ledger
from perisai.payments.crediting import allocation, held, judgement, outcome
from perisai.payments.crediting.allocation import Plan
from perisai.payments.crediting.judgement import Due
from perisai.payments.crediting.outcome import AlreadyJudged, Credit
from perisai.payments.orders import payment as order_payment
from perisai.payments.snap import answers
from perisai.payments.snap.answers import Answer, Case, SnapRefused

_BOOK = f"""
WITH payment AS (
  INSERT INTO payments_payment (branch_id, id, bill_id, enrolment_id, bank_id, payment_request_id, reference_no, amount,
    paid_at, confirmed_at, source)
  VALUES (%(branch)s, %(id)s, %(bill)s, %(enrolment)s, %(bank)s, %(request)s, %(reference)s, %(amount)s,
    %(paid_at)s, %(confirmed_at)s, %(source)s)
)
INSERT INTO payments_ledger_entry (branch_id, at, debit, credit, amount, bill_id, payment_id)
VALUES (%(branch)s, {ledger.MOMENT}, %(account)s, 'receivable', %(amount)s, %(bill)s, %(id)s)
"""


def credit(one: Credit) -> Answer:
    """Takes the payment for whatever the code stands for. Raises ``SnapRefused`` with nothing written, and
    ``IntegrityError`` where a constraint says that this money was booked before."""
    if one.owner.order_id is not None:
        return order_payment.credit(one)
    branch_id, enrolment_id = one.owner.branch_id, one.owner.arrived
    try:
        with Work.open(scope=Scope.branch(branch_id), clock=FixedClock(one.received_at)) as work:
            standing = activation.lock_standing(work, branch_id=branch_id, enrolment_id=enrolment_id)
            bills = settlement.lock_payables(work, branch_id=branch_id, enrolment_id=enrolment_id)
            answer = outcome.success(one.notice, standing.shown_name if standing else "")
            if one.looks_back and outcome.is_credited(work, one):
                outcome.write(work, one.notification_id, "repeat", answer, branch_id)
                return answer
            try:
                chosen = _choose(work, bills, standing, one)
            except SnapRefused:
                if not outcome.is_credited(work, one):
                    raise
                outcome.write(work, one.notification_id, "repeat", answer, branch_id)
                return answer
            assert standing is not None
            _book_notice(work, one, standing, chosen)
            outcome.write(work, one.notification_id, "credited", answer, branch_id, enrolment_id)
            return answer
    except AlreadyJudged:
        return outcome.kept_answer(one.notification_id)


def _choose(work: Work, bills: list[Payable], standing: Standing | None, one: Credit) -> Due | Plan:
    """The one bill that the money is for, where there is no more to it; else what it does. Raises ``SnapRefused``."""
    if len(bills) <= 1 and not (bills and bills[0].held):
        bill = bills[0] if bills else None
        try:
            return _choose_price(bill, standing, one)
        except SnapRefused:
            if not _takes(work, one):
                raise
    return _choose_plan(work, bills, standing, one)


def _choose_plan(work: Work, bills: list[Payable], standing: Standing | None, one: Credit) -> Plan:
    """What the money does for a member who owes several bills, for whom money is held, or whose bank takes any amount."""
    dues = judgement.check_dues(bills, standing, one.due_at, may_owe_nothing=one.partner.takes_any_amount)
    assert standing is not None
    amount = one.notice.amount or 0
    as_paid = judgement.price_at(dues, one.due_at)
    as_confirmed = judgement.price_at(dues, one.received_at)
    branch_id = one.owner.branch_id
    before = held.balance(work, branch_id=branch_id, enrolment_ids=[standing.id]).get(standing.id, 0)
    for priced in (as_confirmed, as_paid):
        sums = allocation.prefix_sums(priced)
        if amount in sums or amount + before in sums:
            return allocation.plan(standing, priced, amount=amount, held=before)
    if amount <= 0 or not _takes(work, one):
        raise SnapRefused(Case.INVALID_AMOUNT, words=answers.WRONG_AMOUNT)
    planned = allocation.plan(standing, as_confirmed, amount=amount, held=before)
    owes_more = len(planned.pays) < len(as_confirmed)
    like = bills[0] if bills else None
    return allocation.go_ahead(work, branch_id=branch_id, planned=planned, like=like, owes_more=owes_more)


def _takes(work: Work, one: Credit) -> bool:
    """Whether another amount than what is owed is taken: from a bank that takes any, or where it is what was owed when the customer
    paid, and bills were issued anew before the bank told us; or shortly before, at a bank that asks for what we told it last. What
    is over or does not suffice is held for the member."""
    if one.partner.takes_any_amount:
        return True
    branch_id, amount = one.owner.branch_id, one.notice.amount
    told = virtual_account.told_of(work, branch_id=branch_id, bank_id=one.partner.id, code=one.owner.code_masked)
    if amount and told == amount:
        return True
    moments = [one.due_at] if told is None else [one.due_at, one.due_at - virtual_account.TELLING]
    return any(
        amount in settlement.asked_at(work, branch_id=branch_id, enrolment_id=one.owner.arrived, at=at)
        for at in moments
    )


def _book_notice(work: Work, one: Credit, standing: Standing, chosen: Due | Plan) -> None:
    branch_id = one.owner.branch_id
    if isinstance(chosen, Plan):
        allocation.apply(work, branch_id=branch_id, plans=[chosen], money=one.money)
        return
    judgement.reprice(work, branch_id=branch_id, due=chosen)
    book(
        work,
        branch_id=branch_id,
        standing=standing,
        due=chosen,
        payment_id=one.notification_id,
        bank_id=one.partner.id,
        request_id=one.notice.request_id,
        reference_no=one.notice.reference_no,
        paid_at=one.notice.paid_at or one.received_at,
        confirmed_at=one.received_at,
        source="snap",
    )


def book(
    work: Work,
    *,
    branch_id: int,
    standing: Standing,
    due: Due,
    payment_id: UUID,
    bank_id: str,
    request_id: str,
    reference_no: str,
    paid_at: datetime,
    confirmed_at: datetime,
    source: str,
) -> None:
    """Payment, ledger entry, settled bill and months, cover and events. The enrolment's and the bill's rows are locked."""
    bill = due.repriced
    work.execute(
        _BOOK,
        {
            "branch": branch_id,
            "id": payment_id,
            "bill": bill.id,
            "enrolment": standing.id,
            "bank": bank_id,
            "request": request_id,
            "reference": reference_no,
            "amount": bill.amount,
            "paid_at": paid_at,
            "confirmed_at": confirmed_at,
            "source": source,
            "now": work.now,
            "account": ledger.bank_account(bank_id),
        },
        prepared=True,
    )
    months = settlement.settle(work, branch_id=branch_id, bill_id=bill.id, payment_id=payment_id, paid_at=confirmed_at)
    activation.activate(
        work,
        branch_id=branch_id,
        standing=standing,
        payment_id=payment_id,
        bill_id=bill.id,
        bank_id=bank_id,
        amount=bill.amount,
        months=months,
        confirmed_at=confirmed_at,
    )


def _choose_price(bill: Payable | None, standing: Standing | None, one: Credit) -> Due:
    """The price of the month of confirmation; that of the month when the customer paid where only it is the amount.
    Raises ``SnapRefused``."""
    as_paid = judgement.check_due(bill, standing, one.due_at)
    as_confirmed = replace(as_paid, repriced=settlement.repriced(as_paid.billed, as_paid.terms, one.received_at))
    for candidate in (as_confirmed, as_paid):
        if candidate.repriced.amount == one.notice.amount:
            return candidate
    raise SnapRefused(Case.INVALID_AMOUNT, words=answers.WRONG_AMOUNT)
