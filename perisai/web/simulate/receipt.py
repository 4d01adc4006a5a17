"""A receipt as a phone makes it, exactly as docs/device-protocol.md section 20 says. Knows nothing of the server's code."""

import hashlib
from typing import Any, Protocol

from perisai.web.simulate.phone import b64u, unb64u

KINDS = ("cash", "advance", "repayment")


class Signer(Protocol):
    def sign_bytes(self, message: bytes) -> bytes: ...


def receipt_body(
    phone: Signer,
    *,
    certificate: str,
    number: str,
    lines: list[dict[str, Any]],
    at_ms: int,
    payer: dict[str, Any],
    kind: str = "cash",
    whole: bool = True,
) -> dict[str, Any]:
    """The body of an op ``cash_receipt``: ``lines`` as there, with ``enrolment``, ``first_month``, ``last_month``, ``amount``."""
    receipt = receipt_bytes(number=number, lines=lines, at_ms=at_ms, payer=payer["name"], kind=kind, whole=whole)
    paper = unb64u(certificate)
    signature = phone.sign_bytes(b"perisai-receipt-1\n" + receipt)
    raw = b"\x01" + len(paper).to_bytes(2, "big") + paper + len(receipt).to_bytes(2, "big") + receipt + signature
    return {
        "number": number, "paper": None, "kind": kind, "whole": whole, "payer": payer, "lines": lines, "signed": b64u(raw),
    }  # fmt: skip


def receipt_bytes(
    *, number: str, lines: list[dict[str, Any]], at_ms: int, payer: str, kind: str = "cash", whole: bool = True
) -> bytes:
    text = "".join(
        f"{line['enrolment']},{line['first_month'] or ''},{line['last_month'] or ''},{line['amount']}\n"
        for line in lines
    )
    months = [month for line in lines for month in (line["first_month"], line["last_month"]) if month]
    name = payer.encode()
    return b"".join(
        (
            b"\x01",
            int(number[1:]).to_bytes(8, "big"),
            at_ms.to_bytes(6, "big"),
            sum(line["amount"] for line in lines).to_bytes(6, "big"),
            bytes([whole | KINDS.index(kind) << 1]),
            len(lines).to_bytes(2, "big"),
            _months(min(months, default="")).to_bytes(2, "big"),
            _months(max(months, default="")).to_bytes(2, "big"),
            hashlib.sha256(text.encode()).digest()[:16],
            bytes([len(name)]),
            name,
        )
    )


def _months(month: str) -> int:
    return (int(month[:4]) - 2000) * 12 + int(month[5:]) if month else 0
