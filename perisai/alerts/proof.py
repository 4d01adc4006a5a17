"""Whether a number is in the hands of who wrote it: a code goes to it, and who writes the code on their own page is told there."""

import math
from datetime import datetime, timedelta
from typing import Final, LiteralString
from uuid import UUID

from perisai.accounts import limit
from perisai.accounts.audience import User
from perisai.errors import Refused
from perisai.events.clock import Clock
from perisai.events.scope import Actor, Scope
from perisai.events.vault import unseal
from perisai.events.work import Work
from perisai.messages import channel, one_time, outbox
from perisai.messages.gateway import find_gateway

PAUSE: Final = timedelta(minutes=1)
"""Between two codes to one person."""
FOR_A_PERSON: Final = 10
"""Codes an hour, whatever numbers they write."""
_BODY: Final = {
    "id": "Kode PERISAI: {code}. Tulis di halaman Cara saya diberi tahu. Berlaku 10 menit. Tidak meminta kode? Abaikan.",
    "en": "PERISAI code: {code}. Write it on the page How I am told. Good for 10 minutes. You did not ask? Ignore it.",
}

# By primary key. The row is the lock of two that ask at once, and of who changes the number meanwhile.
_WAITING: LiteralString = """
SELECT kind, phone_sealed, code_sent_at FROM alerts_way WHERE user_id = %s AND confirmed_at IS NULL FOR UPDATE
"""
_SENT: LiteralString = "UPDATE alerts_way SET code_hash = %s, code_sent_at = %s, code_tries = 0 WHERE user_id = %s"
_CONFIRM: LiteralString = """
UPDATE alerts_way SET code_tries = code_tries + 1,
  confirmed_at = CASE WHEN code_hash = %(hash)s THEN %(now)s::timestamptz END,
  code_hash = CASE WHEN code_hash = %(hash)s THEN NULL ELSE code_hash END
WHERE user_id = %(user)s AND confirmed_at IS NULL AND code_hash IS NOT NULL AND code_sent_at > %(since)s AND code_tries < %(tries)s
RETURNING confirmed_at IS NOT NULL, %(tries)s - code_tries
"""


def send_code(*, user: User, clock: Clock) -> None:
    """Sends a code to the number that the person wrote; one sent before is worth nothing any more. Opens Works of its own.

    Raises ``Refused``: E5206 where no number waits to be confirmed, E1005 within a minute of the last one or above ten an hour
    (three to one number), E5207 where nothing can be sent to a phone.
    """
    office = user.office
    sender = office.branch_id or office.id
    options = {"scope": Scope.branch(sender), "actor": Actor(user.id), "clock": clock}
    with Work.open(**options) as work:
        _kind, number = _waiting(work, user.id)
        ways = channel.ways(work, branch_id=sender, operator=find_gateway())
    if not any(channel.Receiver(number).has(way.kind) for way in ways):
        raise Refused("E5207")
    limit.take(kind="alert_code", key=str(user.id), limit=FOR_A_PERSON, per=one_time.PER, now=clock.now())
    one_time.count_for(number, clock.now())
    with Work.open(**options) as work:
        kind, number = _waiting(work, user.id)
        code = one_time.make_code()
        work.execute(_SENT, [_hash(user.id, code), work.now, user.id])
        body = _BODY["en" if user.language == "en" else "id"].format(code=code)
        text = outbox.Text(f"alert_code_{kind}", number, body, work.now + one_time.GOOD_FOR)
        outbox.queue(work, branch_id=sender, agent_id=None, text=text)


def confirm(work: Work, *, user_id: UUID, code: str) -> int | None:
    """None where the code is the one that was sent: alerts go to the number from now on. Else how many tries are left, and the try
    counts: end the Work well. Raises E5206 where no code waits, or its time or tries are over."""
    asked = {"user": user_id, "now": work.now, "since": work.now - one_time.GOOD_FOR, "tries": one_time.TRIES}
    row = work.row(_CONFIRM, asked | {"hash": _hash(user_id, code)})
    if row is None:
        raise Refused("E5206")
    return None if row[0] else int(row[1])


def can_be_written(sent_at: datetime | None, tries: int, now: datetime) -> bool:
    """Whether a code that was sent then is still worth something."""
    return sent_at is not None and now - sent_at < one_time.GOOD_FOR and tries < one_time.TRIES


def _waiting(work: Work, user_id: UUID) -> tuple[str, str]:
    """(way, number) that is not confirmed and may be sent a code now; its row is locked."""
    row = work.row(_WAITING, [user_id])
    if row is None:
        raise Refused("E5206")
    kind, sealed, sent_at = row
    if sent_at is not None and work.now < sent_at + PAUSE:
        raise Refused("E1005", retry_after=math.ceil((sent_at + PAUSE - work.now).total_seconds()))
    return kind, unseal(bytes(sealed)).decode()


def _hash(user_id: UUID, code: str) -> bytes:
    return one_time.hash_code("alert_code", user_id, "".join(code.split()))
