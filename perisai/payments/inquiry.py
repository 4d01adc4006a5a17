"""transfer-va/inquiry and transfer-va/status: what a bank asks before and after a customer pays."""

from typing import Any

from perisai.contributions import settlement
from perisai.events.clock import FixedClock
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.members import activation
from perisai.payments import answers, judgement, registry
from perisai.payments.answers import Answer, Case, Service, SnapRefused, money
from perisai.payments.messages import Account, Inquiry, StatusQuery, read_inquiry, read_object, read_status_query
from perisai.payments.partner import Call, Partner

_PAYMENT = """
SELECT payment_request_id, amount, paid_at, reference_no FROM payments_payment
WHERE branch_id = %(branch)s AND enrolment_id = %(enrolment)s AND bank_id = %(bank)s
  AND (%(request)s::text IS NULL OR payment_request_id = %(request)s)
ORDER BY id DESC LIMIT 1
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
    branch_id, enrolment_id = owner.branch_id, owner.arrived
    with Work.open(scope=Scope.branch(branch_id), clock=FixedClock(call.received_at)) as work:
        standing = activation.find_standing(work, branch_id=branch_id, enrolment_id=enrolment_id)
        bill = settlement.find_payable(work, branch_id=branch_id, enrolment_id=enrolment_id)
        if bill is not None and settlement.is_stale(bill, call.received_at):
            standing = activation.lock_standing(work, branch_id=branch_id, enrolment_id=enrolment_id)
            bill = settlement.lock_payable(work, branch_id=branch_id, enrolment_id=enrolment_id)
        due = judgement.check_due(bill, standing, call.received_at)
        judgement.reprice(work, branch_id=branch_id, due=due)
        name = standing.shown_name if standing else ""
    data = _data(inquiry, "00", answers.SUCCESS) | {
        "virtualAccountName": name,
        "totalAmount": money(due.repriced.amount),
        "virtualAccountTrxType": "C",
        "billDetails": [_bill_detail(due.repriced)],
    }
    return Answer.of(Service.INQUIRY, Case.SUCCESS, data={"virtualAccountData": data})


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


def tell_status(call: Call, partner: Partner) -> Answer:
    """Whether a virtual account's payment was booked. Raises ``SnapRefused`` 404 where none is known."""
    query = read_status_query(read_object(call.body), service_id=partner.partner_service_id, padding=partner.padding)
    owner = registry.find_owner(partner, query.account)
    if owner is None:
        raise SnapRefused(Case.INVALID_BILL, "[Not Found]", answers.UNKNOWN)
    if owner.enrolment_id is None:
        raise SnapRefused(Case.TRANSACTION_NOT_FOUND, words=answers.NOT_PAID)
    with Work.open(scope=Scope.branch(owner.branch_id), clock=FixedClock(call.received_at)) as work:
        row = work.row(
            _PAYMENT,
            {
                "branch": owner.branch_id,
                "enrolment": owner.enrolment_id,
                "bank": partner.id,
                "request": query.payment_request_id,
            },
        )
        standing = activation.find_standing(work, branch_id=owner.branch_id, enrolment_id=owner.enrolment_id)
    if row is None:
        raise SnapRefused(Case.TRANSACTION_NOT_FOUND, words=answers.NOT_PAID)
    name = standing.shown_name if standing else ""
    return Answer.of(
        Service.STATUS, Case.SUCCESS, data={"virtualAccountData": _status(query.account, query, name, row)}
    )


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
