"""The demo's banks in the world's past: the notifications that they sent, stored and judged as of then."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import orjson

from perisai.payments.demo import BANKS, DemoBank
from perisai.payments.snap import notify
from perisai.payments.snap.exchange import BANK_ZONE
from perisai.payments.snap.partner import Call, get_partner

PATH = "/snap/v1.0/transfer-va/payment"


class Banks:
    def __init__(self, begin: int = 1) -> None:
        self._partners = {bank.id: get_partner(bank.id) for bank in BANKS}
        self._numbers = count(begin)

    def pay(self, code: str, rupiah: int, at: datetime) -> bool:
        """A customer of one of the banks pays; True where it was booked."""
        number = next(self._numbers)
        bank = BANKS[number % len(BANKS)]
        body = orjson.dumps(_message(bank, code, rupiah, at, number))
        stamp = at.astimezone(BANK_ZONE)
        headers = {
            "Content-Type": "application/json",
            "X-TIMESTAMP": stamp.isoformat(timespec="seconds"),
            "X-PARTNER-ID": bank.client_key,
            "X-EXTERNAL-ID": f"{stamp:%y%m%d}{number:09d}",
            "CHANNEL-ID": "95051",
        }
        answer = notify.notify(Call("POST", PATH, headers, body, at), self._partners[bank.id])
        return answer.status == 200


def _message(bank: DemoBank, code: str, rupiah: int, at: datetime, number: int) -> dict[str, Any]:
    service = bank.service_id.rjust(8, bank.padding)
    money = {"value": f"{rupiah}.00", "currency": "IDR"}
    return {
        "partnerServiceId": service,
        "customerNo": code,
        "virtualAccountNo": service + code,
        "virtualAccountName": "",
        "paymentRequestId": f"DEMO{at:%y%m%d}{number:08d}",
        "channelCode": 6011,
        "paidAmount": money,
        "totalAmount": money,
        "trxDateTime": (at - timedelta(seconds=20)).astimezone(BANK_ZONE).isoformat(timespec="seconds"),
        "referenceNo": f"{number:011d}",
    }
