"""Reads the bodies that banks send. Pure; wrong ones raise ``SnapRefused`` with the field's name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from perisai.payments.snap.answers import Case, SnapRefused

BODY_LIMIT = 64 * 1024
SERVICE_ID_LENGTH = 8

_DIGITS = re.compile(r"[0-9]{1,20}")
_AMOUNT = re.compile(r"[0-9]{1,14}\.[0-9]{2}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})")

_FIRST_YEAR, _LAST_YEAR = 2000, 2100


@dataclass(frozen=True)
class Account:
    """A virtual account as the bank names it; ``service_id`` with its padding."""

    service_id: str
    customer_no: str
    number: str

    def echo(self) -> dict[str, str]:
        return {
            "partnerServiceId": self.service_id,
            "customerNo": self.customer_no,
            "virtualAccountNo": self.number,
        }


@dataclass(frozen=True)
class Inquiry:
    account: Account
    request_id: str


@dataclass(frozen=True)
class Notice:
    """A payment notification. ``amount`` is rupiah, or None where the value is no whole rupiah."""

    account: Account
    request_id: str
    amount: int | None
    value: str
    paid_at: datetime | None
    reference_no: str

    def echo(self) -> dict[str, Any]:
        data: dict[str, Any] = {
            **self.account.echo(),
            "paymentRequestId": self.request_id,
            "paidAmount": {"value": self.value, "currency": "IDR"},
        }
        if self.reference_no:
            data["referenceNo"] = self.reference_no
        return data


@dataclass(frozen=True)
class StatusQuery:
    account: Account
    inquiry_request_id: str
    payment_request_id: str | None


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object in ``body``."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise SnapRefused(Case.BAD_REQUEST, "[Body Is Not JSON]") from None
    if not isinstance(found, dict):
        raise SnapRefused(Case.BAD_REQUEST, "[Body Is Not An Object]")
    return found


def read_inquiry(message: Mapping[str, Any], *, service_id: str, padding: str) -> Inquiry:
    account = read_account(message, service_id=service_id, padding=padding)
    if message.get("amount") is not None:
        _amount(message, "amount")
    read_time(message, "trxDateInit")
    return Inquiry(account, _text(message, "inquiryRequestId", 128))


def read_notice(message: Mapping[str, Any], *, service_id: str, padding: str) -> Notice:
    account = read_account(message, service_id=service_id, padding=padding)
    value = _amount(message, "paidAmount")
    whole, _, rest = value.partition(".")
    return Notice(
        account=account,
        request_id=_text(message, "paymentRequestId", 128),
        amount=int(whole) if rest == "00" else None,
        value=value,
        paid_at=read_time(message, "trxDateTime"),
        reference_no=_optional(message, "referenceNo", 64) or "",
    )


def read_status_query(message: Mapping[str, Any], *, service_id: str, padding: str) -> StatusQuery:
    account = read_account(message, service_id=service_id, padding=padding)
    return StatusQuery(account, _text(message, "inquiryRequestId", 128), _optional(message, "paymentRequestId", 128))


def read_account(message: Mapping[str, Any], *, service_id: str, padding: str) -> Account:
    """``service_id`` is the bank's, unpadded; ``padding`` fills it to eight on the left."""
    given = _text(message, "partnerServiceId", SERVICE_ID_LENGTH)
    customer_no = _text(message, "customerNo", 20)
    number = _text(message, "virtualAccountNo", 28)
    if not _DIGITS.fullmatch(customer_no):
        raise SnapRefused(Case.FIELD_FORMAT, "customerNo")
    _check_service_id(given, service_id=service_id, padding=padding)
    if number != given + customer_no:
        raise SnapRefused(Case.FIELD_FORMAT, "virtualAccountNo")
    return Account(given, customer_no, number)


def _check_service_id(given: str, *, service_id: str, padding: str) -> None:
    if given == service_id.rjust(SERVICE_ID_LENGTH, padding):
        return
    bare = given.lstrip(" ")
    if not _DIGITS.fullmatch(bare) or len(given) != SERVICE_ID_LENGTH or bare.lstrip("0") == service_id.lstrip("0"):
        raise SnapRefused(Case.FIELD_FORMAT, "partnerServiceId")
    raise SnapRefused(Case.PARTNER_NOT_FOUND)


def read_time(message: Mapping[str, Any], name: str) -> datetime | None:
    text = message.get(name)
    if text is None or text == "":
        return None
    found = parse_time(text) if isinstance(text, str) else None
    if found is None:
        raise SnapRefused(Case.FIELD_FORMAT, name)
    return found


def parse_time(text: str) -> datetime | None:
    """``yyyy-MM-ddTHH:mm:ssTZD`` of this century, fractions of a second allowed; None for anything else."""
    if not _TIME.fullmatch(text):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if _FIRST_YEAR <= found.year < _LAST_YEAR else None


def read_text(message: Mapping[str, Any], name: str, limit: int) -> str:
    """A field that must be there."""
    return _text(message, name, limit)


def read_amount(message: Mapping[str, Any], name: str) -> str:
    """The value of an amount in IDR, with its two decimals."""
    return _amount(message, name)


def _text(message: Mapping[str, Any], name: str, limit: int) -> str:
    text = message.get(name)
    if text is None or text == "":
        raise SnapRefused(Case.MANDATORY_FIELD, name)
    return _checked(text, name, limit)


def _optional(message: Mapping[str, Any], name: str, limit: int) -> str | None:
    text = message.get(name)
    return None if text is None or text == "" else _checked(text, name, limit)


def _checked(text: object, name: str, limit: int) -> str:
    if not isinstance(text, str) or len(text) > limit or not text.isprintable():
        raise SnapRefused(Case.FIELD_FORMAT, name)
    return text


def _amount(message: Mapping[str, Any], name: str) -> str:
    """The value of an amount in IDR, with its two decimals."""
    amount = message.get(name)
    if amount is None:
        raise SnapRefused(Case.MANDATORY_FIELD, name)
    if not isinstance(amount, dict):
        raise SnapRefused(Case.FIELD_FORMAT, name)
    value = amount.get("value")
    if value is None or value == "":
        raise SnapRefused(Case.MANDATORY_FIELD, f"{name}.value")
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
        raise SnapRefused(Case.FIELD_FORMAT, f"{name}.value")
    currency = amount.get("currency")
    if currency is None or currency == "":
        raise SnapRefused(Case.MANDATORY_FIELD, f"{name}.currency")
    if currency != "IDR":
        raise SnapRefused(Case.FIELD_FORMAT, f"{name}.currency")
    return value
