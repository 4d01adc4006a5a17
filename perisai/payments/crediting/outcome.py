"""What became of a notification: its final answer, written once, in the transaction of the money."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from perisai.contributions.bills.bill import LATE_NOTICE
from perisai.events.clock import FixedClock
from perisai.events.scope import Scope
from perisai.events.work import Happened, Work
from perisai.payments.codes.registry import Owner
from perisai.payments.crediting.booking import Money
from perisai.payments.snap import answers
from perisai.payments.snap.answers import Answer, Case, Service, SnapRefused, money
from perisai.payments.snap.messages import Notice
from perisai.payments.snap.partner import Partner

# Carried by notification_request; the payment by primary key, where it is of this branch.
_EARLIER = """
SELECT n.amount, coalesce(n.paid_for, p.enrolment_id)
FROM payments_notification n LEFT JOIN payments_payment p ON p.branch_id = %s AND p.id = n.id
WHERE n.bank_id = %s AND n.payment_request_id = %s AND n.id <> %s
  AND (n.state = 'credited' OR n.state = 'resolved' AND coalesce(n.paid_for, p.enrolment_id) IS NOT NULL)
"""

_OUTCOME = """
UPDATE payments_notification SET state = %s, response_code = %s, response = %s, branch_id = %s, paid_for = %s, judged_at = %s
WHERE id = %s AND state = 'stored' RETURNING id
"""

_RESPONSE = "SELECT response FROM payments_notification WHERE id = %s"


class AlreadyJudged(RuntimeError):
    """Somebody else gave the outcome first; the Work is undone."""


@dataclass(frozen=True)
class Credit:
    """A stored notification that names a code, on its way into the books."""

    notification_id: UUID
    partner: Partner
    notice: Notice
    owner: Owner
    received_at: datetime
    looks_back: bool
    """Look first whether the paymentRequestId was credited. Else only the database's constraints look, and a loser of
    theirs comes again and looks: one statement less for the many."""

    @property
    def due_at(self) -> datetime:
        """The instant that decides whether the code had expired: when the customer paid, where the bank tells it credibly."""
        paid_at = self.notice.paid_at
        if paid_at is not None and self.received_at - LATE_NOTICE <= paid_at <= self.received_at:
            return paid_at
        return self.received_at

    @property
    def money(self) -> Money:
        """What came, for the books."""
        return Money(
            bank_id=self.partner.id,
            reference_no=self.notice.reference_no,
            paid_at=self.notice.paid_at or self.received_at,
            confirmed_at=self.received_at,
            source="snap",
            part_of=self.notification_id,
        )


def is_credited(work: Work, one: Credit) -> bool:
    """Whether this paymentRequestId was credited with the same content. Raises ``SnapRefused`` for other content."""
    asked = [one.owner.branch_id, one.partner.id, one.notice.request_id, one.notification_id]
    row = work.row(_EARLIER, asked)
    if row is None:
        return False
    if row != (one.notice.amount, one.owner.subject):
        raise SnapRefused(Case.INCONSISTENT, words=answers.OTHER_CONTENT)
    return True


def success(notice: Notice, name: str) -> Answer:
    data: dict[str, Any] = notice.echo() | {
        "virtualAccountName": name,
        "totalAmount": money(notice.amount or 0),
        "paymentFlagStatus": "00",
        "paymentFlagReason": answers.SUCCESS._asdict(),
    }
    return Answer.of(Service.PAYMENT, Case.SUCCESS, data={"virtualAccountData": data})


def write(
    work: Work, notification_id: UUID, state: str, answer: Answer, branch_id: int | None, paid_for: UUID | None = None
) -> None:
    """Raises ``AlreadyJudged``. ``paid_for``: the enrolment or order that the money was credited to."""
    parameters = [state, answer.code, answer.to_keep(), branch_id, paid_for, work.now, notification_id]
    if work.row(_OUTCOME, parameters, prepared=True) is None:
        raise AlreadyJudged(str(notification_id))


def record_refusal(
    notification_id: UUID, owner: Owner | None, amount: int, state: str, answer: Answer, received_at: datetime
) -> Answer:
    """Writes the outcome of what is not credited, with an event at the branch where money may wait; the answer that
    stands, which is an earlier one where another judge was first."""
    try:
        with Work.open(scope=Scope.of([owner.branch_id] if owner else []), clock=FixedClock(received_at)) as work:
            write(work, notification_id, state, answer, owner.branch_id if owner else None)
            if owner is not None and state == "suspense":
                detail = {"notification": notification_id, "code": answer.code}
                event = Happened(
                    kind="payment_suspended",
                    branch_id=owner.branch_id,
                    subject_id=owner.subject,
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
