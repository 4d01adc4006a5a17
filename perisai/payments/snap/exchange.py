"""X-EXTERNAL-ID of inquiries and status queries: unique within the bank's day and service, by the bank's setting."""

import hashlib
import re
from datetime import UTC, date, datetime, timedelta, timezone

from django.db import connection

from perisai.payments.snap import signature as snap
from perisai.payments.snap.answers import Answer, Case, Service, SnapRefused
from perisai.payments.snap.partner import Call, Partner

BANK_ZONE = timezone(timedelta(hours=7))
"""Banks settle by Jakarta's day."""

_EXTERNAL_ID = re.compile(r"[0-9]{1,36}")
_CHANNEL_ID = re.compile(r"[A-Za-z0-9]{1,5}")

# By primary key.
_FIND = """
SELECT body_sha256, answer FROM payments_exchange WHERE bank_id = %s AND day = %s AND service = %s AND external_id = %s
"""
_KEEP = """
INSERT INTO payments_exchange (bank_id, day, service, external_id, body_sha256, answer)
VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
_FORGET = "DELETE FROM payments_exchange WHERE day < %s"


def bank_day(at: datetime) -> date:
    return at.astimezone(BANK_ZONE).date()


def fingerprint(body: bytes) -> bytes:
    """Tells bodies apart as the signature does: white space between tokens does not count."""
    return hashlib.sha256(snap.minify(body)).digest()


def check_headers(call: Call) -> str:
    """The X-EXTERNAL-ID of a transaction. Raises ``SnapRefused``."""
    external_id = call.required("X-EXTERNAL-ID")
    if not _EXTERNAL_ID.fullmatch(external_id):
        raise SnapRefused(Case.FIELD_FORMAT, "X-EXTERNAL-ID")
    if not _CHANNEL_ID.fullmatch(call.required("CHANNEL-ID")):
        raise SnapRefused(Case.FIELD_FORMAT, "CHANNEL-ID")
    content_type = call.required("Content-Type")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise SnapRefused(Case.FIELD_FORMAT, "Content-Type")
    return external_id


def find_answer(partner: Partner, service: Service, external_id: str, call: Call) -> Answer | None:
    """What this bank got today for this X-EXTERNAL-ID and body, where it is to get it again. Raises the conflict."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [partner.id, bank_day(call.received_at), service.value, external_id])
        row = cursor.fetchone()
    if row is None:
        return None
    if not partner.replays or bytes(row[0]) != fingerprint(call.body):
        raise SnapRefused(Case.CONFLICT)
    return Answer.kept(row[1])


def keep_answer(partner: Partner, service: Service, external_id: str, call: Call, answer: Answer) -> None:
    key = (partner.id, bank_day(call.received_at), service.value, external_id)
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [*key, fingerprint(call.body), answer.to_keep()])


def forget_before(now: datetime) -> int:
    """Removes exchanges of earlier days than yesterday."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [bank_day(now.astimezone(UTC)) - timedelta(days=1)])
        return int(cursor.rowcount)
