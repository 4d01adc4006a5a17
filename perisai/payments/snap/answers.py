"""What we answer a bank: SNAP BI response codes (domain/snap-va.md 4.6) and their bodies, errors included."""

import base64
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple

import orjson
from django.http import HttpResponse

from perisai.events.vault import seal, unseal


class Service(Enum):
    """Service codes of the endpoints."""

    TOKEN = "73"  # noqa: S105 - a service code, not a secret
    INQUIRY = "24"
    PAYMENT = "25"
    STATUS = "26"
    QRIS = "52"


class _Meaning(NamedTuple):
    status: int
    case: str
    text: str


class Case(Enum):
    """HTTP status, case and text; with the service between them they make a response code of seven digits."""

    SUCCESS = _Meaning(200, "00", "Successful")
    BAD_REQUEST = _Meaning(400, "00", "Bad Request")
    FIELD_FORMAT = _Meaning(400, "01", "Invalid Field Format")
    MANDATORY_FIELD = _Meaning(400, "02", "Invalid Mandatory Field")
    UNAUTHORIZED = _Meaning(401, "00", "Unauthorized.")
    INVALID_TOKEN = _Meaning(401, "01", "Invalid Token (B2B)")
    TOKEN_NOT_FOUND = _Meaning(401, "03", "Token Not Found (B2B)")
    TRANSACTION_NOT_FOUND = _Meaning(404, "01", "Transaction Not Found")
    INVALID_BILL = _Meaning(404, "12", "Invalid Bill/Virtual Account")
    INVALID_AMOUNT = _Meaning(404, "13", "Invalid Amount")
    PAID_BILL = _Meaning(404, "14", "Paid Bill")
    PARTNER_NOT_FOUND = _Meaning(404, "16", "Partner Not Found")
    INCONSISTENT = _Meaning(404, "18", "Inconsistent Request")
    EXPIRED = _Meaning(404, "19", "Invalid Bill/Virtual Account")
    CONFLICT = _Meaning(409, "00", "Conflict")
    UNAVAILABLE = _Meaning(503, "00", "Service Unavailable")

    def code(self, service: Service) -> str:
        return f"{self.value.status}{service.value}{self.value.case}"


class Words(NamedTuple):
    english: str
    indonesia: str


SUCCESS = Words("Success", "Sukses")
UNKNOWN = Words("Payment code not found", "Kode bayar tidak ditemukan")
NOT_READY = Words("Not ready yet, the enrolment is being checked", "Belum siap, pendaftaran masih diperiksa")
AWAITED = Words(
    "Not ready yet, the enrolment has not arrived; try again later",
    "Belum siap, pendaftaran belum diterima; coba lagi nanti",
)
CANCELLED = Words("The enrolment is cancelled or ended", "Pendaftaran dibatalkan atau berakhir")
LAPSED = Words("Membership has ended, register again first", "Kepesertaan berakhir, daftar kembali dahulu")
EXPIRED = Words("The payment code has expired", "Kode bayar sudah kedaluwarsa")
PAID = Words("The bill is paid", "Tagihan sudah lunas")
WRONG_AMOUNT = Words("The amount is not the bill's", "Jumlah tidak sesuai tagihan")
OTHER_CONTENT = Words("Used before with other content", "Pernah dipakai dengan isi lain")
EXTERNAL_ID_USED = Words("X-EXTERNAL-ID was used today", "X-EXTERNAL-ID sudah dipakai hari ini")
NOT_WHOLE = Words(
    "One of its bills is paid, cancelled or expired; this code pays all of them or none",
    "Salah satu tagihannya sudah lunas, dibatalkan, atau lewat waktu; kode ini membayar semua atau tidak sama sekali",
)
ORDER_CHANGED = Words("The price of a bill has changed; ask for a new code", "Harga tagihan berubah; minta kode baru")
ORDER_CANCELLED = Words("This payment code was cancelled", "Kode bayar ini sudah dibatalkan")
NOT_PAID = Words("No payment is known", "Belum ada pembayaran")


@dataclass
class SnapRefused(Exception):
    """A request that gets another answer than success. ``detail``: the field, or a reason in square brackets."""

    case: Case
    detail: str = ""
    words: Words | None = None
    data: dict[str, Any] = field(default_factory=dict)

    def answer(self, service: Service) -> "Answer":
        return Answer.of(service, self.case, self.detail, self.data)


@dataclass(frozen=True)
class Answer:
    """A status and a SNAP body, as sent and as kept."""

    status: int
    body: dict[str, Any]
    retry_after: int | None = None

    @classmethod
    def of(cls, service: Service, case: Case, detail: str = "", data: dict[str, Any] | None = None) -> "Answer":
        text = f"{case.value.text} {detail}".strip()
        return cls(case.value.status, {"responseCode": case.code(service), "responseMessage": text, **(data or {})})

    @classmethod
    def kept(cls, stored: str | bytes | dict[str, Any]) -> "Answer":
        """An answer given before, from what ``to_keep`` made. Its code begins with the status."""
        found = orjson.loads(stored) if isinstance(stored, str | bytes) else stored
        body = orjson.loads(unseal(base64.b64decode(found["sealed"])))
        return cls(int(body["responseCode"][:3]), body)

    def to_keep(self) -> str:
        """JSON to store: code and message to read, the whole body sealed, for it names a person and may hold a NIK."""
        sealed = base64.b64encode(seal(orjson.dumps(self.body))).decode()
        told = {"responseCode": self.code, "responseMessage": self.body["responseMessage"], "sealed": sealed}
        return orjson.dumps(told).decode()

    @property
    def code(self) -> str:
        return str(self.body["responseCode"])

    def http(self, timestamp: str) -> HttpResponse:
        response = HttpResponse(orjson.dumps(self.body), status=self.status, content_type="application/json")
        response["X-TIMESTAMP"] = timestamp
        response["Cache-Control"] = "no-store"
        if self.retry_after is not None:
            response["Retry-After"] = str(self.retry_after)
        return response


def money(rupiah: int) -> dict[str, str]:
    return {"value": f"{rupiah}.00", "currency": "IDR"}
