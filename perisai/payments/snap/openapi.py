"""How the SNAP endpoints are described in the OpenAPI document. They read the bytes themselves, for these are signed."""

from typing import Any

from ninja import Schema

Json = dict[str, Any]

_TIME = {"type": "string", "format": "date-time", "example": "2026-11-22T10:55:00+07:00"}


class Money(Schema):
    value: str
    """Always two decimals: ``16800.00``."""
    currency: str


class Words(Schema):
    english: str
    indonesia: str


class SnapAnswer(Schema):
    """``responseCode``: HTTP status, service, case."""

    responseCode: str  # noqa: N815 - the standard's name
    responseMessage: str  # noqa: N815


class TokenAnswer(SnapAnswer):
    accessToken: str  # noqa: N815
    tokenType: str  # noqa: N815
    expiresIn: str  # noqa: N815


class _Account(Schema):
    partnerServiceId: str  # noqa: N815
    customerNo: str  # noqa: N815
    virtualAccountNo: str  # noqa: N815
    virtualAccountName: str  # noqa: N815


class BillDetail(Schema):
    billNo: str  # noqa: N815
    billDescription: Words  # noqa: N815
    billAmount: Money  # noqa: N815


class InquiryData(_Account):
    inquiryRequestId: str  # noqa: N815
    inquiryStatus: str  # noqa: N815
    inquiryReason: Words  # noqa: N815
    totalAmount: Money  # noqa: N815
    virtualAccountTrxType: str  # noqa: N815
    billDetails: list[BillDetail]  # noqa: N815


class InquiryAnswer(SnapAnswer):
    virtualAccountData: InquiryData  # noqa: N815


class PaymentData(_Account):
    paymentRequestId: str  # noqa: N815
    paidAmount: Money  # noqa: N815
    totalAmount: Money  # noqa: N815
    paymentFlagStatus: str  # noqa: N815
    paymentFlagReason: Words  # noqa: N815
    referenceNo: str | None = None  # noqa: N815


class PaymentAnswer(SnapAnswer):
    virtualAccountData: PaymentData  # noqa: N815


class StatusData(PaymentData):
    inquiryRequestId: str  # noqa: N815
    trxDateTime: str  # noqa: N815


class StatusAnswer(SnapAnswer):
    virtualAccountData: StatusData  # noqa: N815


def _text(limit: int, example: str) -> Json:
    return {"type": "string", "minLength": 1, "maxLength": limit, "example": example}


_ACCOUNT: Json = {
    "partnerServiceId": {
        "type": "string",
        "minLength": 8,
        "maxLength": 8,
        "description": "Left-padded to eight with blanks or zeros, by the bank's setting.",
        "example": "   98765",
    },
    "customerNo": {"type": "string", "pattern": "^[0-9]{1,20}$", "example": "150100000017"},
    "virtualAccountNo": {
        "type": "string",
        "maxLength": 28,
        "description": "partnerServiceId and customerNo joined.",
        "example": "   98765150100000017",
    },
}
_AMOUNT: Json = {
    "type": "object",
    "required": ["value", "currency"],
    "properties": {
        "value": {"type": "string", "pattern": r"^[0-9]{1,14}\.[0-9]{2}$", "example": "16800.00"},
        "currency": {"type": "string", "enum": ["IDR"]},
    },
}


def _header(name: str, schema: Json, *, required: bool = True) -> Json:
    return {"name": name, "in": "header", "required": required, "schema": schema}


_SIGNATURE = [_header("X-TIMESTAMP", _TIME), _header("X-SIGNATURE", {"type": "string", "minLength": 1})]
_TRANSACTION = [
    *_SIGNATURE,
    _header("Authorization", {"type": "string", "example": "Bearer <access token>"}, required=False),
    _header("X-PARTNER-ID", {"type": "string", "minLength": 1, "maxLength": 36}),
    _header("X-EXTERNAL-ID", {"type": "string", "pattern": "^[0-9]{1,36}$"}),
    _header("CHANNEL-ID", {"type": "string", "pattern": "^[A-Za-z0-9]{1,5}$"}),
]


def _described(parameters: list[Json], required: list[str], properties: Json) -> Json:
    schema = {"type": "object", "required": required, "properties": properties}
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    return {"parameters": parameters, "requestBody": body}


_REQUIRED = ["partnerServiceId", "customerNo", "virtualAccountNo"]

TOKEN = _described(
    [*_SIGNATURE, _header("X-CLIENT-KEY", {"type": "string", "minLength": 1})],
    ["grantType"],
    {"grantType": {"type": "string", "enum": ["client_credentials"]}},
)
INQUIRY = _described(
    _TRANSACTION,
    [*_REQUIRED, "inquiryRequestId"],
    {**_ACCOUNT, "inquiryRequestId": _text(128, "I1"), "trxDateInit": _TIME, "amount": _AMOUNT},
)
PAYMENT = _described(
    _TRANSACTION,
    [*_REQUIRED, "paymentRequestId", "paidAmount"],
    {
        **_ACCOUNT,
        "paymentRequestId": _text(128, "P1"),
        "paidAmount": _AMOUNT,
        "trxDateTime": _TIME,
        "referenceNo": {"type": "string", "maxLength": 64},
    },
)
STATUS = _described(
    _TRANSACTION,
    [*_REQUIRED, "inquiryRequestId"],
    {**_ACCOUNT, "inquiryRequestId": _text(128, "I1"), "paymentRequestId": {"type": "string", "maxLength": 128}},
)
QRIS = _described(
    _TRANSACTION,
    ["originalReferenceNo", "originalPartnerReferenceNo", "latestTransactionStatus", "amount"],
    {
        "originalReferenceNo": _text(64, "Q1"),
        "originalPartnerReferenceNo": {"type": "string", "pattern": "^[0-9]{12}$", "example": "150100000017"},
        "latestTransactionStatus": {"type": "string", "enum": ["00"]},
        "amount": _AMOUNT,
        "transactionDate": _TIME,
    },
)
