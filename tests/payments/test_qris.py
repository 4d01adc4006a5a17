"""QRIS: the payload to the last sign, and a payment that an acquirer tells of."""

from base64 import b64decode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.payments.banks import qris
from perisai.payments.books import ledger
from perisai.portal.link import make
from tests.payments.place import Billed, make_bank, make_billed, notifications, read

ROOT = settings.ROOT
pytestmark = pytest.mark.usefixtures("database")
SETTINGS = {
    "merchant_name": "BPJS KETENAGAKERJAAN", "city": "JAMBI", "postal_code": "36129", "category": "6300",
    "acquirer": "ID.CO.DEMO.WWW", "merchant_pan": "9360011900000000017", "merchant_id": "0000000017",
    "national_id": "ID1020304050607", "criteria": "UBE", "is_open": "1",
}  # fmt: skip
MERCHANT = qris.Merchant("x", **{name: value for name, value in SETTINGS.items() if name != "is_open"})
VECTOR = (
    "00020101021226620014ID.CO.DEMO.WWW01199360011900000000017021000000000170303UBE51440014ID.CO.QRIS.WWW0215ID1020"
    "3040506070303UBE5204630053033605405168005802ID5920BPJS KETENAGAKERJAAN6005JAMBI610536129621601121501000000176304FE6F"
)
"""The same stands in engine/qris.test.ts: phone and server make one code."""
EMVCO_SAMPLE = (
    "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN5914BEST TRANSPORT"
    "6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***0708A60086670902ME91320016"
    "A0112233449988770708123456786304"
)


def test_crc_of_known_vectors() -> None:
    """The check value of CRC-16/CCITT-FALSE, and the sample of EMVCo's own specification."""
    assert qris.crc("123456789") == "29B1"
    assert qris.crc(EMVCO_SAMPLE) == "A13A"


def test_payload_holds_amount_code_and_merchant_and_any_change_breaks_it() -> None:
    text = qris.payload(MERCHANT, code="150100000017", amount=16_800)
    assert text == VECTOR
    found = qris.fields(text)
    assert (found["53"], found["54"], found["58"], found["59"]) == ("360", "16800", "ID", "BPJS KETENAGAKERJAAN")
    assert found["62"] == "0112150100000017"
    assert found["51"].startswith("0014ID.CO.QRIS.WWW")
    with pytest.raises(ValueError, match="CRC"):
        qris.fields(text.replace("540516800", "540516801"))
    for amount in (0, qris.MOST_AMOUNT + 1):
        with pytest.raises(ValueError, match="QRIS"):
            qris.payload(MERCHANT, code="150100000017", amount=amount)


def test_notification_of_an_acquirer_is_credited_once() -> None:
    bank, owed = make_bank(), make_billed()
    message = bank.qris_payment(owed.code, owed.amount)
    answers = [bank.send("/qr/qr-mpm-notify", message).json() for _ in range(2)]
    assert [one["responseCode"] for one in answers] == ["2005200", "2005200"]
    assert (read(owed)["state"], read(owed)["payments"]) == ("active", 1)
    with Work(scope=Scope.branch(owed.branch.id)) as work:
        assert ledger.prove(work, owed.branch.id) == []


@pytest.mark.parametrize(
    ("changes", "code", "state"),
    [
        ({"amount": {"value": "1.00", "currency": "IDR"}}, "4045213", "suspense"),
        ({"originalPartnerReferenceNo": "150199999999"}, "4045212", "suspense"),
        ({"originalPartnerReferenceNo": "X"}, "4005201", "refused"),
        ({"latestTransactionStatus": "06"}, "4005200", "refused"),
        ({"amount": {"value": "-16800.00", "currency": "IDR"}}, "4005201", "refused"),
    ],
)
def test_notification_that_fits_nothing_is_kept_and_refused(changes: dict[str, Any], code: str, state: str) -> None:
    bank, owed = make_bank(scheme="asymmetric"), make_billed()
    assert bank.pay_qris(owed.code, owed.amount, **changes).json()["responseCode"] == code
    assert notifications(bank)[-1]["state"] == state
    assert read(owed)["payments"] == 0


_CLOSE = "UPDATE payments_bank SET is_open = false WHERE is_open AND id <> %s RETURNING id"
"""A page names every bank: those of other tests would count in its size."""


def test_page_to_pay_shows_the_code_with_the_amount() -> None:
    bank, owed = make_bank(), make_billed()
    assert "data-qris" not in _page(owed)
    own = bank.credentials.client_key
    with Work(scope=Scope.of([])) as work:
        qris.save(work, bank_id=own, given=SETTINGS)
        others = [id_ for (id_,) in work.rows(_CLOSE, [own])]
    try:
        page = _page(owed)
    finally:
        with Work(scope=Scope.of([])) as work:
            qris.save(work, bank_id=own, given=SETTINGS | {"is_open": ""})
            work.execute("UPDATE payments_bank SET is_open = true WHERE id = ANY (%s)", [others])
    picture = page.partition('src="data:image/png;base64,')[2].partition('"')[0]
    assert b64decode(picture).startswith(b"\x89PNG"), "what a gallery keeps and a wallet's app reads from there"
    sheets = [ROOT / "frontend/tokens.css", *(ROOT / f"perisai/web/static/{name}.css" for name in ("plain", "portal"))]
    assert len(page.encode()) + sum(sheet.stat().st_size for sheet in sheets) < 30_000, "with the code too"
    payload = page.partition('data-qris="')[2].partition('"')[0]
    found = qris.fields(payload)
    assert (found["54"], found["62"]) == (str(owed.amount), f"0112{owed.code}")


def _page(owed: Billed) -> str:
    path = make(
        branch_id=owed.branch.id, enrolment_id=owed.enrolment_id, expires_at=datetime.now(UTC) + timedelta(days=1)
    )
    return Client(SERVER_NAME="localhost").get(path).content.decode()
