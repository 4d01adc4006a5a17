"""transfer-va/payment: every authenticated notification is stored as it came, then judged, then credited once.

Storing is a transaction of its own, so that a refusal, or a crash before the judgement, leaves the bank's word with us.
Judging is repeatable: the request does it, its retry, or the sweeper (``jobs``). What makes it happen once are the bill's
row lock, one payment per bill, and one credited notification per bank and paymentRequestId, all in the database.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import IntegrityError, connection

from perisai.events import vault
from perisai.events.ids import uuid7
from perisai.payments.banks import qris_notice
from perisai.payments.codes import registry
from perisai.payments.codes.registry import Owner
from perisai.payments.crediting import crediting, outcome
from perisai.payments.snap import answers
from perisai.payments.snap.answers import Answer, Case, Service, SnapRefused
from perisai.payments.snap.exchange import bank_day, check_headers, fingerprint
from perisai.payments.snap.messages import Notice, read_notice, read_object
from perisai.payments.snap.partner import Call, Partner, get_partner
from perisai.payments.snap.statement import fetch_row

JUDGEMENTS: Final = 3
"""Tries of one judgement; each loss of a race makes the next one see what won."""
SUSPENSE_CASES = frozenset({
    Case.INVALID_BILL, Case.INVALID_AMOUNT, Case.PAID_BILL, Case.EXPIRED, Case.INCONSISTENT, Case.CONFLICT,
    Case.PARTNER_NOT_FOUND,
})  # fmt: skip
"""Refusals after which the customer's money is probably at the bank: a person decides."""

# The unique key over the day's first notifications decides who is first; the other ones are kept beside it.
_STORE = f"""
WITH stored AS (
  INSERT INTO payments_notification (id, bank_id, external_id, repeat_of, day, payment_request_id, payment_code, amount,
    headers, body, body_sha256, received_at, state, resolution)
  VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'stored', '')
  ON CONFLICT (bank_id, day, external_id) WHERE repeat_of IS NULL DO NOTHING
  RETURNING id
)
SELECT s.id, c.branch_id, c.enrolment_id, c.code_masked, c.order_id
FROM (SELECT 1) AS one LEFT JOIN stored s ON true LEFT JOIN ({registry.FIND}) AS c ON true
"""

_FIRST = """
SELECT id, body_sha256, state, response, received_at FROM payments_notification
WHERE bank_id = %s AND day = %s AND external_id = %s AND repeat_of IS NULL
"""

_STORED = """
SELECT id, bank_id, external_id, repeat_of, headers, body, received_at FROM payments_notification
WHERE id = %s AND state = 'stored'
"""


@dataclass(frozen=True)
class Stored:
    """A notification that lies in the database. ``notice`` None: it could not be read, for the reason in ``refusal``."""

    id: UUID
    partner: Partner
    received_at: datetime
    notice: Notice | None
    refusal: SnapRefused | None
    owner: Owner | None
    is_conflict: bool = False
    """Its X-EXTERNAL-ID was used today with other bytes."""


def notify(call: Call, partner: Partner) -> Answer:
    """Stores and judges one notification; the answer is final once given."""
    stored, earlier = _store(call, partner)
    if stored is None:
        return _again(call, partner, earlier)
    return judge(stored)


def judge(stored: Stored) -> Answer:
    """Credits it or refuses it, and writes the outcome in the same transaction as the money."""
    for attempt in range(JUDGEMENTS):
        try:
            return _judge(stored, looks_back=attempt > 0)
        except IntegrityError:
            if attempt + 1 == JUDGEMENTS:
                raise
    raise AssertionError("unreachable")


def judge_stored(notification_id: UUID) -> Answer | None:
    """Judges what a crash left between storing and judging; None where it is judged already."""
    with connection.cursor() as cursor:
        cursor.execute(_STORED, [notification_id])
        row = cursor.fetchone()
    if row is None:
        return None
    id_, bank_id, external_id, repeat_of, headers, body, received_at = row
    partner = get_partner(bank_id)
    kept = orjson.loads(headers) if isinstance(headers, str | bytes) else headers
    call = Call("POST", "", kept, vault.unseal(body), received_at)
    notice, refusal = _read(call, partner)
    if external_id.startswith("~"):
        refusal = refusal or SnapRefused(Case.FIELD_FORMAT, "X-EXTERNAL-ID")
    owner = registry.find_owner(partner, notice.account) if notice else None
    return judge(Stored(id_, partner, received_at, notice, refusal, owner, repeat_of is not None))


def _judge(stored: Stored, *, looks_back: bool) -> Answer:
    try:
        if stored.refusal is not None or stored.notice is None:
            raise stored.refusal or SnapRefused(Case.BAD_REQUEST)
        if stored.is_conflict:
            raise SnapRefused(Case.CONFLICT, words=answers.EXTERNAL_ID_USED)
        if stored.owner is None:
            raise SnapRefused(Case.INVALID_BILL, "[Not Found]", answers.UNKNOWN)
        one = outcome.Credit(stored.id, stored.partner, stored.notice, stored.owner, stored.received_at, looks_back)
        return crediting.credit(one)
    except SnapRefused as refused:
        return _refuse(stored, refused)


def _refuse(stored: Stored, refused: SnapRefused) -> Answer:
    if stored.notice is not None:
        words = refused.words or answers.UNKNOWN
        flags = {"paymentFlagStatus": "01", "paymentFlagReason": words._asdict()}
        refused.data = {"virtualAccountData": stored.notice.echo() | flags}
    answer = refused.answer(Service.PAYMENT)
    state = "suspense" if refused.case in SUSPENSE_CASES else "refused"
    amount = (stored.notice.amount or 0) if stored.notice else 0
    return outcome.record_refusal(stored.id, stored.owner, amount, state, answer, stored.received_at)


def _store(call: Call, partner: Partner) -> tuple[Stored | None, str]:
    """The stored notification and its X-EXTERNAL-ID; None where the day has one with this id already."""
    notice, refusal = _read(call, partner)
    new_id = uuid7()
    external_id = call.headers.get("X-EXTERNAL-ID", "")
    if not (external_id.isascii() and external_id.isdigit() and len(external_id) <= 36):
        external_id = f"~{new_id}"
    return _insert(call, partner, new_id, external_id, None, notice, refusal), external_id


def _again(call: Call, partner: Partner, external_id: str) -> Answer:
    """An X-EXTERNAL-ID that came before today: the same bytes are answered by the bank's setting, others are kept too."""
    with connection.cursor() as cursor:
        cursor.execute(_FIRST, [partner.id, bank_day(call.received_at), external_id])
        first_id, sha256, state, response, _ = cursor.fetchone()
    if bytes(sha256) == fingerprint(call.body):
        if state == "stored":
            found = judge_stored(first_id)
            if found is not None:
                return found
        if not partner.replays:
            raise SnapRefused(Case.CONFLICT, words=answers.EXTERNAL_ID_USED)
        return _kept_answer(first_id, response)
    notice, refusal = _read(call, partner)
    stored = _insert(call, partner, uuid7(), external_id, first_id, notice, refusal)
    if stored is None:
        raise RuntimeError("a repeat is never in the way of another notification")
    return judge(replace(stored, is_conflict=True))


def _kept_answer(notification_id: UUID, response: Any) -> Answer:
    if response is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT response FROM payments_notification WHERE id = %s", [notification_id])
            response = cursor.fetchone()[0]
    return Answer.kept(response)


def _insert(
    call: Call,
    partner: Partner,
    new_id: UUID,
    external_id: str,
    repeat_of: UUID | None,
    notice: Notice | None,
    refusal: SnapRefused | None,
) -> Stored | None:
    code = registry.masked(partner, notice.account.customer_no) if notice else None
    lookup = registry.lookup_parameters(partner, notice.account) if notice else ([], "", [])
    parameters = [
        *(new_id, partner.id, external_id, repeat_of, bank_day(call.received_at)),
        *(notice.request_id if notice else None, code, notice.amount if notice else None),
        *(orjson.dumps(call.kept_headers()).decode(), vault.seal(call.body), fingerprint(call.body), call.received_at),
        *lookup,
    ]
    stored_id, *found = fetch_row(_STORE, parameters) or (None, None)
    if stored_id is None:
        return None
    owner = Owner(*found) if found[0] is not None else None
    return Stored(new_id, partner, call.received_at, notice, refusal, owner)


def _read(call: Call, partner: Partner) -> tuple[Notice | None, SnapRefused | None]:
    """The notice, and why it is to be refused. A wrong header does not keep us from reading the body."""
    refusal: SnapRefused | None = None
    try:
        check_headers(call)
    except SnapRefused as refused:
        refusal = refused
    try:
        message = read_object(call.body)
        reader = qris_notice.read if qris_notice.is_qris(message) else read_notice
        notice = reader(message, service_id=partner.partner_service_id, padding=partner.padding)
    except SnapRefused as refused:
        return None, refusal or refused
    return notice, refusal


def oldest_stored(before: datetime, limit: int) -> list[UUID]:
    """Ids of notifications nobody judged, oldest first. Carried by ``notification_stored``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM payments_notification WHERE state = 'stored' AND received_at < %s ORDER BY received_at LIMIT %s",
            [before, limit],
        )
        return [row[0] for row in cursor.fetchall()]


SETTLING_SECONDS: Final = timedelta(seconds=30)
"""How old a stored notification is before the sweeper takes it: its own request has surely ended."""
