"""transfer-va/inquiry and transfer-va/status: what a bank asks before and after a customer pays."""

from datetime import datetime
from typing import Any
from uuid import UUID

from perisai.contributions.bills import settlement
from perisai.events.clock import FixedClock
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.members.enrolments import activation
from perisai.payments.codes import registry
from perisai.payments.codes.registry import Owner
from perisai.payments.crediting import judgement
from perisai.payments.orders import order
from perisai.payments.orders import payment as order_payment
from perisai.payments.orders.order import Order
from perisai.payments.snap import answers
from perisai.payments.snap.answers import Answer, Case, Service, SnapRefused, money
from perisai.payments.snap.messages import Account, Inquiry, StatusQuery, read_inquiry, read_object, read_status_query
from perisai.payments.snap.partner import Call, Partner

# Carried by notification_request or notification_code; the first payment by primary key.
_PAYMENT = """
SELECT n.payment_request_id, n.amount, coalesce(p.paid_at, n.received_at), coalesce(p.reference_no, '')
FROM payments_notification n LEFT JOIN payments_payment p ON p.branch_id = %(branch)s AND p.id = n.id
WHERE n.bank_id = %(bank)s AND n.payment_code = %(code)s AND coalesce(n.paid_for, p.enrolment_id) = %(subject)s
  AND n.state IN ('credited', 'resolved') AND (%(request)s::text IS NULL OR n.payment_request_id = %(request)s)
ORDER BY n.id DESC LIMIT 1
"""


def inquire(call: Call, partner: Partner) -> Answer:
    """The open bill behind a virtual account. Raises ``SnapRefused``."""
    inquiry = read_inquiry(read_object(call.body), service_id=partner.partner_service_id, padding=partner.padding)
    try:
        return _inquire(call, partner, inquiry)
    except SnapRefused as refused:
        words = refused.words or answers.UNKNOWN
        refused.data = {"virtualAccountData": _data(inquiry, "01", words)}
        raise


def _inquire(call: Call, partner: Partner, inquiry: Inquiry) -> Answer:
    owner = registry.find_owner(partner, inquiry.account)
    if owner is None:
        raise SnapRefused(Case.INVALID_BILL, "[Not Found]", answers.UNKNOWN)
    if owner.order_id is not None:
        data = _order_data(owner.branch_id, owner.order_id, call.received_at)
    else:
        data = _member_data(owner.branch_id, owner.arrived, call.received_at, partner)
    return Answer.of(
        Service.INQUIRY, Case.SUCCESS, data={"virtualAccountData": _data(inquiry, "00", answers.SUCCESS) | data}
    )


def _member_data(branch_id: int, enrolment_id: UUID, at: datetime, partner: Partner) -> dict[str, Any]:
    """All that a member owes, less what is held for them. A first bill whose month has passed is priced again."""
    with Work.open(scope=Scope.branch(branch_id), clock=FixedClock(at)) as work:
        standing = activation.find_standing(work, branch_id=branch_id, enrolment_id=enrolment_id)
        bills = settlement.find_payables(work, branch_id=branch_id, enrolment_id=enrolment_id)
        if any(settlement.is_stale(bill, at) for bill in bills):
            standing = activation.lock_standing(work, branch_id=branch_id, enrolment_id=enrolment_id)
            bills = settlement.lock_payables(work, branch_id=branch_id, enrolment_id=enrolment_id)
        dues = judgement.check_dues(bills, standing, at, may_owe_nothing=partner.takes_any_amount)
        dues = judgement.price_at(dues, at)
        judgement.reprice_many(work, branch_id=branch_id, dues=dues)
    owed = sum(due.repriced.amount for due in dues)
    held = min(bills[0].held if bills else 0, owed)
    return {
        "virtualAccountName": standing.shown_name if standing else "",
        "totalAmount": money(owed - held if owed > held else owed),
        "virtualAccountTrxType": "O" if partner.takes_any_amount else "C",
        "billDetails": [_bill_detail(due.repriced) for due in dues],
    }


def _order_data(branch_id: int, order_id: UUID, at: datetime) -> dict[str, Any]:
    """The sum of an order that can be paid now. Its bills are not told one by one: they are other people's."""
    with Work.open(scope=Scope.branch(branch_id), clock=FixedClock(at)) as work:
        locked = order_payment.lock(work, branch_id=branch_id, order_id=order_id, at=at)
        order_payment.check(locked, amount=None, at=at, prices_of=[at])
        found = locked.order
    assert found is not None
    return {
        "virtualAccountName": order_payment.shown_name(found),
        "totalAmount": money(found.amount),
        "virtualAccountTrxType": "C",
        "billDetails": [_order_detail(found)],
    }


def _data(inquiry: Inquiry, status: str, words: answers.Words) -> dict[str, Any]:
    return {
        **inquiry.account.echo(),
        "inquiryRequestId": inquiry.request_id,
        "inquiryStatus": status,
        "inquiryReason": words._asdict(),
    }


def _bill_detail(bill: settlement.Payable) -> dict[str, Any]:
    first, last = f"{bill.first_month:%Y-%m}", f"{bill.last_month:%Y-%m}"
    period = first if first == last else f"{first} - {last}"
    return {
        "billNo": str(bill.id)[-12:],
        "billDescription": {"english": f"BPU dues {period}", "indonesia": f"Iuran BPU {period}"},
        "billAmount": money(bill.amount),
    }


def _order_detail(found: Order) -> dict[str, Any]:
    return {
        "billNo": str(found.id)[-12:],
        "billDescription": {"english": f"Dues, {found.count} bills", "indonesia": f"Iuran, {found.count} tagihan"},
        "billAmount": money(found.amount),
    }


def tell_status(call: Call, partner: Partner) -> Answer:
    """Whether a virtual account's payment was booked. Raises ``SnapRefused`` 404 where none is known."""
    query = read_status_query(read_object(call.body), service_id=partner.partner_service_id, padding=partner.padding)
    owner = registry.find_owner(partner, query.account)
    if owner is None:
        raise SnapRefused(Case.INVALID_BILL, "[Not Found]", answers.UNKNOWN)
    if owner.subject is None:
        raise SnapRefused(Case.TRANSACTION_NOT_FOUND, words=answers.NOT_PAID)
    with Work.open(scope=Scope.branch(owner.branch_id), clock=FixedClock(call.received_at)) as work:
        asked = {"branch": owner.branch_id, "subject": owner.subject, "bank": partner.id, "code": owner.code_masked}
        row = work.row(_PAYMENT, asked | {"request": query.payment_request_id})
        name = _name_of(work, owner)
    if row is None:
        raise SnapRefused(Case.TRANSACTION_NOT_FOUND, words=answers.NOT_PAID)
    return Answer.of(
        Service.STATUS, Case.SUCCESS, data={"virtualAccountData": _status(query.account, query, name, row)}
    )


def _name_of(work: Work, owner: Owner) -> str:
    if owner.order_id is not None:
        return order_payment.shown_name(order.find(work, branch_id=owner.branch_id, order_id=owner.order_id))
    standing = activation.find_standing(work, branch_id=owner.branch_id, enrolment_id=owner.arrived)
    return standing.shown_name if standing else ""


def _status(account: Account, query: StatusQuery, name: str, row: tuple[Any, ...]) -> dict[str, Any]:
    request_id, amount, paid_at, reference_no = row
    return {
        **account.echo(),
        "virtualAccountName": name,
        "inquiryRequestId": query.inquiry_request_id,
        "paymentRequestId": request_id,
        "paidAmount": money(amount),
        "totalAmount": money(amount),
        "trxDateTime": paid_at.isoformat(timespec="seconds"),
        "referenceNo": reference_no,
        "paymentFlagStatus": "00",
        "paymentFlagReason": answers.SUCCESS._asdict(),
    }
