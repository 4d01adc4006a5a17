"""Writes the vector that the field app's tests check: one receipt signed by keys made for it.

Run once after a change of the form: .venv/bin/python tests/custody/make_vector.py"""

import json
import struct
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from perisai.web.simulate.phone import Phone, b64u
from perisai.web.simulate.receipt import receipt_body, receipt_bytes

OUT = Path(__file__).parents[2] / "frontend/field/src/screens/cash/vector.json"
DEVICE = "01993a00-0000-7000-8000-000000000001"
AGENT = "P-1501-0001"
NUMBER = "K150100000018"
AT = 1_795_000_000_123
LINES: list[dict[str, Any]] = [
    {
        "enrolment": "01993a00-0000-7000-8000-0000000000aa",
        "first_month": "2026-11",
        "last_month": "2027-01",
        "amount": 50_400,
    }
]


def main() -> None:
    server = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    phone = Phone(http=None, key=ec.derive_private_key(7_777_777, ec.SECP256R1()))  # type: ignore[arg-type]
    point = phone.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)[1:]
    device = bytes.fromhex(DEVICE.replace("-", ""))
    data = struct.pack(">BI16s64sII", 1, 1501, device, point, AT // 1000 - 86_400, AT // 1000 + 86_400)
    data += bytes([len(AGENT)]) + AGENT.encode()
    certificate = data + server.sign(b"perisai-phone-certificate-1\n" + data)
    payer = {"kind": "member", "id": None, "name": "Siti Aminah"}
    body = receipt_body(
        phone, certificate=b64u(certificate), number=NUMBER, lines=LINES, at_ms=AT, payer=payer, kind="advance"
    )
    receipt = receipt_bytes(number=NUMBER, lines=LINES, at_ms=AT, payer="Siti Aminah", kind="advance")
    said = {
        "number": NUMBER, "at": AT, "amount": 50_400, "kind": "advance", "whole": True, "members": 1, "firstMonth": "2026-11",
        "lastMonth": "2027-01", "lines": receipt[28:44].hex(), "payer": "Siti Aminah",
    }  # fmt: skip
    vector = {
        "server_key": b64u(server.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)),
        "device": DEVICE,
        "agent": AGENT,
        "said": said,
        "receipt": receipt.hex(),
        "code": body["signed"],
    }
    OUT.write_text(json.dumps(vector, indent=2) + "\n")


if __name__ == "__main__":
    main()
