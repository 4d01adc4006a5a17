"""QRIS dynamic codes: EMVCo merchant-presented payload with Bank Indonesia's merchant data, amount and our payment code.

Pure but for ``find``. The reference (tag 62, bill number) is the payment code: an acquirer tells it back when somebody has paid.
"""

import binascii
import re
from dataclasses import dataclass
from typing import Any, Final, LiteralString

from perisai.errors import Refused
from perisai.events.work import Work

NATIONAL: Final = "ID.CO.QRIS.WWW"
MOST_AMOUNT: Final = 10_000_000
"""Bank Indonesia's limit of one QRIS payment, rupiah."""
CRITERIA: Final = ("UMI", "UKE", "UME", "UBE", "URE")
_FORMS: Final = {
    "merchant_name": re.compile(r"[\x20-\x7e]{1,25}"),
    "city": re.compile(r"[\x20-\x7e]{1,15}"),
    "postal_code": re.compile(r"[0-9]{5}"),
    "category": re.compile(r"[0-9]{4}"),
    "acquirer": re.compile(r"[A-Z0-9.]{3,32}"),
    "merchant_pan": re.compile(r"[0-9]{16,19}"),
    "merchant_id": re.compile(r"[A-Za-z0-9]{1,15}"),
    "national_id": re.compile(r"ID[0-9]{10,13}"),
}
ISSUERS: Final = ("us", "acquirer")
_NEEDED: Final = ("merchant_name", "merchant_id")
"""Where the acquirer issues: whom a payer's app names, and what the acquirer knows us by."""
_FIND: LiteralString = """
SELECT q.bank_id, q.merchant_name, q.city, q.postal_code, q.category, q.acquirer, q.merchant_pan, q.merchant_id, q.national_id,
  q.criteria, q.issued_by FROM payments_qris q JOIN payments_bank b ON b.id = q.bank_id
WHERE q.is_open AND b.is_open ORDER BY q.bank_id LIMIT 1
"""
_SAVE: LiteralString = """
INSERT INTO payments_qris (bank_id, merchant_name, city, postal_code, category, acquirer, merchant_pan, merchant_id, national_id,
  criteria, is_open, issued_by)
VALUES (%(bank)s, %(merchant_name)s, %(city)s, %(postal_code)s, %(category)s, %(acquirer)s, %(merchant_pan)s, %(merchant_id)s,
  %(national_id)s, %(criteria)s, %(is_open)s, %(issued_by)s)
ON CONFLICT (bank_id) DO UPDATE SET merchant_name = excluded.merchant_name, city = excluded.city,
  postal_code = excluded.postal_code, category = excluded.category, acquirer = excluded.acquirer,
  merchant_pan = excluded.merchant_pan, merchant_id = excluded.merchant_id, national_id = excluded.national_id,
  criteria = excluded.criteria, is_open = excluded.is_open, issued_by = excluded.issued_by
"""


@dataclass(frozen=True)
class Merchant:
    """Who is paid, as an acquirer registered us."""

    bank_id: str
    merchant_name: str
    city: str
    postal_code: str
    category: str
    acquirer: str
    merchant_pan: str
    merchant_id: str
    national_id: str
    criteria: str
    issued_by: str = "us"
    """``acquirer``: it makes each code itself, and so knows what of the rest stands in it."""


def payload(merchant: Merchant, *, code: str, amount: int) -> str:
    """What stands in the code: for one payment of ``amount`` rupiah, with the CRC at its end. Raises ``ValueError`` above the limit
    of a QRIS payment, and for what fits no field."""
    if not 0 < amount <= MOST_AMOUNT:
        raise ValueError(f"not within a QRIS payment: {amount}")
    account = _field("00", merchant.acquirer) + _field("01", merchant.merchant_pan) + _field("02", merchant.merchant_id)
    national = _field("00", NATIONAL) + _field("02", merchant.national_id) + _field("03", merchant.criteria)
    body = "".join([
        _field("00", "01"),
        _field("01", "12"),
        _field("26", account + _field("03", merchant.criteria)),
        _field("51", national),
        _field("52", merchant.category),
        _field("53", "360"),
        _field("54", str(amount)),
        _field("58", "ID"),
        _field("59", merchant.merchant_name),
        _field("60", merchant.city),
        _field("61", merchant.postal_code),
        _field("62", _field("01", code)),
        "6304",
    ])  # fmt: skip
    return body + crc(body)


def crc(text: str) -> str:
    """CRC-16/CCITT-FALSE of the UTF-8 bytes, four upper-case hex digits (EMVCo MPM 4.7.3)."""
    return f"{binascii.crc_hqx(text.encode(), 0xFFFF):04X}"


def fields(text: str) -> dict[str, str]:
    """The fields of a payload by tag. Raises ``ValueError`` where lengths or the CRC are wrong."""
    if len(text) < 8 or text[-8:-4] != "6304" or crc(text[:-4]) != text[-4:]:
        raise ValueError("wrong CRC")
    return _read(text)


def find(work: Work) -> Merchant | None:
    """The merchant data in use; None where no acquirer is set up."""
    row = work.row(_FIND)
    return Merchant(*row) if row else None


def save(work: Work, *, bank_id: str, given: dict[str, str]) -> None:
    """Raises ``Refused`` E4911 with the field."""
    row: dict[str, Any] = {"bank": bank_id, "is_open": bool(given.get("is_open"))}
    row["issued_by"] = given.get("issued_by", "us")
    if row["issued_by"] not in ISSUERS:
        raise Refused("E4911", field="issued_by")
    for name, form in _FORMS.items():
        row[name] = given.get(name, "").strip()
        if row["issued_by"] == "acquirer" and name not in _NEEDED and not row[name]:
            continue
        if not form.fullmatch(row[name]):
            raise Refused("E4911", field=name)
    row["criteria"] = given.get("criteria", "")
    if row["criteria"] not in CRITERIA:
        raise Refused("E4911", field="criteria")
    work.execute(_SAVE, row)


def _field(tag: str, value: str) -> str:
    if not 1 <= len(value) <= 99:
        raise ValueError(f"does not fit tag {tag}: {len(value)} characters")
    return f"{tag}{len(value):02d}{value}"


def _read(text: str) -> dict[str, str]:
    found, at = {}, 0
    while at < len(text):
        tag, length = text[at : at + 2], text[at + 2 : at + 4]
        if not length.isdecimal() or len(text) < at + 4 + int(length):
            raise ValueError(f"cut off at {tag}")
        found[tag] = text[at + 4 : at + 4 + int(length)]
        at += 4 + int(length)
    return found
