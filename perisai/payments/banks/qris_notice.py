"""qr/qr-mpm-notify (service 52): an acquirer's word that somebody has paid a QRIS code of ours, as the notice that crediting takes.

``originalPartnerReferenceNo`` is what stood in the code's tag 62: our payment code; or what we named when the acquirer issued the
code: the payment code and a number (``qris_acquirer``). ``originalReferenceNo`` is the acquirer's own number of the payment, and
tells it from others as paymentRequestId does.
"""

from collections.abc import Mapping
from typing import Any, Final

from perisai.payments.snap.answers import Answer, Case, Service, SnapRefused
from perisai.payments.snap.messages import SERVICE_ID_LENGTH, Account, Notice, read_amount, read_text, read_time

PAID: Final = "00"
_CODE_LENGTH: Final = 12
_SERIAL_LENGTH: Final = 4


def is_qris(message: Mapping[str, Any]) -> bool:
    return "originalReferenceNo" in message


def read(message: Mapping[str, Any], *, service_id: str, padding: str) -> Notice:
    """Raises ``SnapRefused``; BAD_REQUEST for a payment that is not (or no longer) successful."""
    code, _, serial = read_text(message, "originalPartnerReferenceNo", 64).partition("-")
    if not (code.isascii() and code.isdecimal() and len(code) == _CODE_LENGTH and len(serial) <= _SERIAL_LENGTH):
        raise SnapRefused(Case.FIELD_FORMAT, "originalPartnerReferenceNo")
    request_id = read_text(message, "originalReferenceNo", 64)
    value = read_amount(message, "amount")
    if read_text(message, "latestTransactionStatus", 2) != PAID:
        raise SnapRefused(Case.BAD_REQUEST, "[latestTransactionStatus]")
    whole, _, rest = value.partition(".")
    padded = service_id.rjust(SERVICE_ID_LENGTH, padding)
    return Notice(
        account=Account(padded, code, padded + code),
        request_id=request_id,
        amount=int(whole) if rest == "00" else None,
        value=value,
        paid_at=read_time(message, "transactionDate"),
        reference_no=request_id,
    )


def answer_of(answer: Answer) -> Answer:
    """The same verdict as this service says it, without a virtual account."""
    code = answer.code
    body = {"responseCode": code[:3] + Service.QRIS.value + code[5:], "responseMessage": answer.body["responseMessage"]}
    return Answer(answer.status, body, answer.retry_after)
