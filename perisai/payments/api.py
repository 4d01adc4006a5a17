"""SNAP BI for banks, mounted at ``/snap/v1.0/``: access token, inquiry, payment notification, status."""

from collections.abc import Callable
from datetime import UTC, datetime

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from ninja import Router

from perisai.payments.banks import qris_notice
from perisai.payments.snap import exchange, inquiry, notify, openapi, partner
from perisai.payments.snap.answers import Answer, Case, Service, SnapRefused
from perisai.payments.snap.messages import BODY_LIMIT, read_object
from perisai.payments.snap.partner import Call, Partner

router = Router(tags=["SNAP BI"])

READ_HEADERS = (*partner.KEPT_HEADERS, "Authorization", "X-CLIENT-KEY")
RETRY_SECONDS = 2
ERRORS = dict.fromkeys((400, 401, 404, 409, 503), openapi.SnapAnswer)


@router.post("access-token/b2b", response={200: openapi.TokenAnswer, **ERRORS}, openapi_extra=openapi.TOKEN)
def access_token(request: HttpRequest) -> HttpResponse:
    """Gives a bank an access token against its RSA signature."""
    return _serve(request, Service.TOKEN, _give_token)


@router.post("transfer-va/inquiry", response={200: openapi.InquiryAnswer, **ERRORS}, openapi_extra=openapi.INQUIRY)
def va_inquiry(request: HttpRequest) -> HttpResponse:
    """Tells a bank what a virtual account owes."""
    return _serve(request, Service.INQUIRY, _transaction(Service.INQUIRY, inquiry.inquire))


@router.post("transfer-va/payment", response={200: openapi.PaymentAnswer, **ERRORS}, openapi_extra=openapi.PAYMENT)
def va_payment(request: HttpRequest) -> HttpResponse:
    """Takes a bank's word that a customer has paid."""
    return _serve(request, Service.PAYMENT, lambda call: notify.notify(call, partner.authenticate(call)))


@router.post("qr/qr-mpm-notify", response={200: openapi.SnapAnswer, **ERRORS}, openapi_extra=openapi.QRIS)
def qr_notify(request: HttpRequest) -> HttpResponse:
    """Takes an acquirer's word that a customer has paid a QRIS code."""
    return _serve(
        request, Service.QRIS, lambda call: qris_notice.answer_of(notify.notify(call, partner.authenticate(call)))
    )


@router.post("transfer-va/status", response={200: openapi.StatusAnswer, **ERRORS}, openapi_extra=openapi.STATUS)
def va_status(request: HttpRequest) -> HttpResponse:
    """Tells a bank whether a payment was booked."""
    return _serve(request, Service.STATUS, _transaction(Service.STATUS, inquiry.tell_status))


def _give_token(call: Call) -> Answer:
    token, seconds = partner.issue_token(call)
    if read_object(call.body).get("grantType") != "client_credentials":
        raise SnapRefused(Case.FIELD_FORMAT, "grantType")
    data = {"accessToken": token, "tokenType": "BearerToken", "expiresIn": str(seconds)}
    return Answer.of(Service.TOKEN, Case.SUCCESS, data=data)


def _transaction(service: Service, act: Callable[[Call, Partner], Answer]) -> Callable[[Call], Answer]:
    """A question of a bank: authenticated, its X-EXTERNAL-ID checked, its answer kept under it, a refusal too."""

    def run(call: Call) -> Answer:
        bank = partner.authenticate(call)
        external_id = exchange.check_headers(call)
        kept = exchange.find_answer(bank, service, external_id, call)
        if kept is not None:
            return kept
        try:
            answer = act(call, bank)
        except SnapRefused as refused:
            answer = refused.answer(service)
        exchange.keep_answer(bank, service, external_id, call, answer)
        return answer

    return run


def _serve(request: HttpRequest, service: Service, act: Callable[[Call], Answer]) -> HttpResponse:
    """Everything that can go wrong becomes a SNAP body; only a defect of ours is left to be a 500."""
    now = datetime.now(UTC)
    try:
        answer = act(_read(request, now))
    except SnapRefused as refused:
        answer = refused.answer(service)
    except (OperationalError, InterfaceError):
        away = Answer.of(service, Case.UNAVAILABLE)
        answer = Answer(away.status, away.body, RETRY_SECONDS)
    return answer.http(now.astimezone(exchange.BANK_ZONE).isoformat(timespec="seconds"))


def _read(request: HttpRequest, now: datetime) -> Call:
    try:
        body = request.body
    except (RequestDataTooBig, UnreadablePostError):
        raise SnapRefused(Case.BAD_REQUEST, "[Body Too Large Or Cut Off]") from None
    if len(body) > BODY_LIMIT:
        raise SnapRefused(Case.BAD_REQUEST, "[Body Too Large Or Cut Off]")
    headers = {name: request.headers[name] for name in READ_HEADERS if name in request.headers}
    return Call(request.method or "POST", request.get_full_path(), headers, body, now)
