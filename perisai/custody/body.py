"""What ops about cash say (docs/device-protocol.md, section 20). What a body has beside this is left out."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

MOST_LINES = 200


def _month(text: object) -> object:
    return date.fromisoformat(f"{text}-01") if isinstance(text, str) and len(text) == 7 else text


def _plain(text: str) -> str:
    if not text.strip() or "\x00" in text:
        raise ValueError("empty")
    return text.strip()


Month = Annotated[date | None, BeforeValidator(_month)]
Rupiah = Annotated[int, Field(gt=0, le=10**9, strict=True)]
Words = Annotated[str, Field(max_length=200), AfterValidator(_plain)]


class _Said(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class LineBody(_Said):
    enrolment: UUID
    first_month: Month = None
    last_month: Month = None
    amount: Rupiah


class PayerBody(_Said):
    kind: Literal["member", "several", "group", "employer"]
    id: UUID | None = None
    name: Annotated[str, Field(max_length=60), AfterValidator(_plain)]


class PaperBody(_Said):
    series: Annotated[str, Field(max_length=20), AfterValidator(_plain)]
    page: Annotated[int, Field(ge=1, le=10**6, strict=True)]


class ReceiptBody(_Said):
    """Of ``cash_receipt``. ``number`` and ``signed`` of one made on the phone; ``paper`` of one written in a book."""

    number: Annotated[str, Field(pattern=r"^K\d{12}$")] | None = None
    paper: PaperBody | None = None
    kind: Literal["cash", "advance", "repayment"] = "cash"
    whole: bool
    payer: PayerBody
    lines: Annotated[list[LineBody], Field(min_length=1, max_length=MOST_LINES)]
    signed: Annotated[str, Field(max_length=900)] | None = None

    @property
    def amount(self) -> int:
        return sum(line.amount for line in self.lines)


class VoidBody(_Said):
    """Of ``cash_void``."""

    number: Annotated[str, Field(pattern=r"^K\d{12}$")] | None = None
    paper: PaperBody | None = None
    reason: Literal["mistake", "returned", "duplicate", "other"]
    note: Annotated[str, Field(max_length=200)] = ""


class DepositBody(_Said):
    """Of ``cash_deposit``: numbers of receipts (``K...``, or series/page of a book); null is all of them. ``cancel``
    names a deposit that is to be given up instead."""

    receipts: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=500)] | None = None
    cancel: UUID | None = None
