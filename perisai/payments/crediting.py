"""Books money that a bank confirmed: payment, ledger, bill, months, cover and outcome, in one Work of the branch."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from perisai.contributions import settlement
from perisai.contributions.bill import LATE_NOTICE
from perisai.contributions.settlement import Payable
from perisai.events.clock import FixedClock
from perisai.events.scope import Scope
from perisai.events.work import Happened, Work
from perisai.members import activation
from perisai.members.activation import Standing
from perisai.payments import answers, judgement, ledger
from perisai.payments.answers import Answer, Case, Service, SnapRefused, money
from perisai.payments.judgement import Due
from perisai.payments.messages import Notice
from perisai.payments.partner import Partner
from perisai.payments.registry import Owner

# Carried by notification_request; the payment by primary key, where it is of this branch.
_EARLIER = """
SELECT n.amount, p.enrolment_id
FROM payments_notification n LEFT JOIN payments_payment p ON p.branch_id = %s AND p.id = n.id
WHERE n.bank_id = %s AND n.payment_request_id = %s AND n.id <> %s
  AND (n.state = 'credited' OR n.state = 'resolved' AND p.id IS NOT NULL)
"""

_BOOK = """
WITH payment AS (
  INSERT INTO payments_payment (branch_id, id, bill_id, enrolment_id, bank_id, payment_request_id, reference_no, amount,
    paid_at, confirmed_at, source)
  VALUES (%(branch)s, %(id)s, %(bill)s, %(enrolment)s, %(bank)s, %(request)s, %(reference)s, %(amount)s,
    %(paid_at)s, %(confirmed_at)s, %(source)s)
)
INSERT INTO payments_ledger_entry (branch_id, at, debit, credit, amount, bill_id, payment_id)
VALUES (%(branch)s, %(now)s, %(account)s, 'receivable', %(amount)s, %(bill)s, %(id)s)
"""

_OUTCOME = """
UPDATE payments_notification SET state = %s, response_code = %s, response = %s, branch_id = %s, judged_at = %s
WHERE id = %s AND state = 'stored' RETURNING id
"""

_RESPONSE = "SELECT response FROM payments_notification WHERE id = %s"


class AlreadyJudged(RuntimeError):
    """Somebody else gave the outcome first; the Work is undone."""


@dataclass(frozen=True)
class Credit:
    """A stored notification that names an enrolment's code, on its way into the books."""

    notification_id: UUID
    partner: Partner
    notice: Notice
    owner: Owner
    received_at: datetime
    looks_back: bool
    """Look first whether the paymentRequestId was credited. Else only the database's constraints look, and a loser of
    theirs comes again and looks: one statement less for the many."""


def credit(order: Credit) -> Answer:
    """Takes the payment. Raises ``SnapRefused`` with nothing written, and ``IntegrityError`` where a constraint says
    that this money was booked before."""
    branch_id, enrolment_id = order.owner.branch_id, order.owner.arrived
    try:
        with Work.open(scope=Scope.branch(branch_id), clock=FixedClock(order.received_at)) as work:
            standing = activation.lock_standing(work, branch_id=branch_id, enrolment_id=enrolment_id)
            bill = settlement.lock_payable(work, branch_id=branch_id, enrolment_id=enrolment_id)
            name = standing.shown_name if standing else ""
            answer = _success(order.notice, name)
            if order.looks_back and is_credited(work, order):
                _write_outcome(work, order.notification_id, "repeat", answer, branch_id)
                return answer
            try:
                due = _choose_price(bill, standing, order)
            except SnapRefused:
                if not is_credited(work, order):
                    raise
                _write_outcome(work, order.notification_id, "repeat", answer, branch_id)
                return answer
            _book_notice(work, order, standing, due)
            _write_outcome(work, order.notification_id, "credited", answer, branch_id)
            return answer
    except AlreadyJudged:
        return kept_answer(order.notification_id)


def _book_notice(work: Work, order: Credit, standing: Standing | None, due: Due) -> None:
    assert standing is not None
    judgement.reprice(work, branch_id=order.owner.branch_id, due=due)
    book(
        work,
        branch_id=order.owner.branch_id,
        standing=standing,
        due=due,
        payment_id=order.notification_id,
        bank_id=order.partner.id,
        request_id=order.notice.request_id,
        reference_no=order.notice.reference_no,
        paid_at=order.notice.paid_at or order.received_at,
        confirmed_at=order.received_at,
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


def record_refusal(
    notification_id: UUID, owner: Owner | None, amount: int, state: str, answer: Answer, received_at: datetime
) -> Answer:
    """Writes the outcome of what is not credited, with an event at the branch where money may wait; the answer that
    stands, which is an earlier one where another judge was first."""
    try:
        with Work.open(scope=Scope.of([owner.branch_id] if owner else []), clock=FixedClock(received_at)) as work:
            _write_outcome(work, notification_id, state, answer, owner.branch_id if owner else None)
            if owner is not None and state == "suspense":
                detail = {"notification": notification_id, "code": answer.code}
                event = Happened(
                    kind="payment_suspended",
                    branch_id=owner.branch_id,
                    subject_id=owner.enrolment_id,
                    amount=amount,
                    captured_from=min(received_at, work.now),
                    detail=detail,
                )
                work.report(event)
    except AlreadyJudged:
        return kept_answer(notification_id)
    return answer


def kept_answer(notification_id: UUID) -> Answer:
    """The answer that a judged notification got."""
    with connection.cursor() as cursor:
        cursor.execute(_RESPONSE, [notification_id])
        row = cursor.fetchone()
    return Answer.kept(row[0])


def is_credited(work: Work, order: Credit) -> bool:
    """Whether this paymentRequestId was credited with the same content. Raises ``SnapRefused`` for other content."""
    asked = [order.owner.branch_id, order.partner.id, order.notice.request_id, order.notification_id]
    row = work.row(_EARLIER, asked)
    if row is None:
        return False
    if row != (order.notice.amount, order.owner.enrolment_id):
        raise SnapRefused(Case.INCONSISTENT, words=answers.OTHER_CONTENT)
    return True


def _due_at(notice: Notice, received_at: datetime) -> datetime:
    """The instant that decides whether the code had expired: when the customer paid, where the bank tells it credibly."""
    paid_at = notice.paid_at
    if paid_at is not None and received_at - LATE_NOTICE <= paid_at <= received_at:
        return paid_at
    return received_at


def _choose_price(bill: Payable | None, standing: Standing | None, order: Credit) -> Due:
    """The price of the month of confirmation; that of the month when the customer paid where only it is the amount.
    Raises ``SnapRefused``."""
    as_paid = judgement.check_due(bill, standing, _due_at(order.notice, order.received_at))
    as_confirmed = replace(as_paid, repriced=settlement.repriced(as_paid.billed, as_paid.terms, order.received_at))
    for candidate in (as_confirmed, as_paid):
        if candidate.repriced.amount == order.notice.amount:
            return candidate
    raise SnapRefused(Case.INVALID_AMOUNT, words=answers.WRONG_AMOUNT)


def _success(notice: Notice, name: str) -> Answer:
    data: dict[str, Any] = notice.echo() | {
        "virtualAccountName": name,
        "totalAmount": money(notice.amount or 0),
        "paymentFlagStatus": "00",
        "paymentFlagReason": answers.SUCCESS._asdict(),
    }
    return Answer.of(Service.PAYMENT, Case.SUCCESS, data={"virtualAccountData": data})


def _write_outcome(work: Work, notification_id: UUID, state: str, answer: Answer, branch_id: int | None) -> None:
    parameters = [state, answer.code, answer.to_keep(), branch_id, work.now, notification_id]
    if work.row(_OUTCOME, parameters, prepared=True) is None:
        raise AlreadyJudged(str(notification_id))
