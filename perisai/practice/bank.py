"""The bank of a practice world: pays what a bill asks for, at once, through the same door as a real bank's notification."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from perisai.contributions.bills.settlement import find_payable
from perisai.errors import Refused
from perisai.events.clock import Clock
from perisai.events.scope import Actor, Scope
from perisai.events.work import Happened, Work
from perisai.members.enrolments.activation import find_standing
from perisai.payments.crediting.judgement import check_due
from perisai.payments.demo import BANKS
from perisai.payments.snap import notify
from perisai.payments.snap.answers import SnapRefused
from perisai.payments.snap.exchange import BANK_ZONE
from perisai.payments.snap.partner import Call, get_partner

PATH = "/snap/v1.0/transfer-va/payment"


@dataclass(frozen=True)
class Asked:
    code: str
    amount: int


def pay(*, branch_id: int, enrolment_id: UUID, actor: Actor | None, clock: Clock) -> int:
    """Pays the open bill of an enrolment; returns rupiah. Raises E9608 where there is none. Twice at once is paid once: the
    second is told so. Opens Works of its own."""
    asked = _ask(branch_id, enrolment_id, clock)
    now, bank = clock.now(), BANKS[0]
    stamp = now.astimezone(BANK_ZONE)
    headers = {
        "Content-Type": "application/json",
        "X-TIMESTAMP": stamp.isoformat(timespec="seconds"),
        "X-PARTNER-ID": bank.client_key,
        "X-EXTERNAL-ID": str(secrets.randbelow(10**18)).rjust(18, "1"),
        "CHANNEL-ID": "95051",
    }
    message = _message(bank.service_id.rjust(8, bank.padding), asked, stamp)
    answer = notify.notify(Call("POST", PATH, headers, orjson.dumps(message), now), get_partner(bank.id))
    if answer.status != 200:
        raise Refused("E9608")
    if actor is not None:
        with Work.open(scope=Scope.branch(branch_id), actor=actor, clock=clock) as work:
            work.report(
                Happened(kind="practice_paid", branch_id=branch_id, subject_id=enrolment_id, amount=asked.amount)
            )
    return asked.amount


def _ask(branch_id: int, enrolment_id: UUID, clock: Clock) -> Asked:
    with Work.open(scope=Scope.branch(branch_id), clock=clock) as work:
        standing = find_standing(work, branch_id=branch_id, enrolment_id=enrolment_id)
        if standing is None:
            raise Refused("E9608")
        bill = find_payable(work, branch_id=branch_id, enrolment_id=enrolment_id)
        try:
            due = check_due(bill, standing, work.now).repriced
        except SnapRefused:
            raise Refused("E9608") from None
    return Asked(due.payment_code, due.amount)


def _message(service: str, asked: Asked, stamp: datetime) -> dict[str, Any]:
    money = {"value": f"{asked.amount}.00", "currency": "IDR"}
    return {
        "partnerServiceId": service,
        "customerNo": asked.code,
        "virtualAccountNo": service + asked.code,
        "virtualAccountName": "",
        "paymentRequestId": f"LATIHAN{secrets.token_hex(10)}",
        "channelCode": 6011,
        "paidAmount": money,
        "totalAmount": money,
        "trxDateTime": (stamp - timedelta(seconds=2)).isoformat(timespec="seconds"),
        "referenceNo": str(secrets.randbelow(10**11)),
    }
