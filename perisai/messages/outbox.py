"""Texts on their way to workers: queued with the data they belong to, handed to the gateway by the worker, given up late.

A message's row is the record; the job queue carries only its id.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, LiteralString
from uuid import UUID

from procrastinate.types import JSONDict

from perisai.events.clock import Clock
from perisai.events.ids import uuid7
from perisai.events.scope import Scope
from perisai.events.vault import seal, unseal
from perisai.events.work import Work
from perisai.messages.gateway import Gateway, NotSent

LATER: Final = -10
"""Priority of texts that go out by the thousand: a worker's one-time code never waits behind them."""

_QUEUE: LiteralString = """
INSERT INTO messages_message (branch_id, id, purpose, agent_id, phone_sealed, phone_masked, body_sealed, state, tries,
  queued_at, good_until, problem, reference)
VALUES (%s, %s, %s, %s, %s, %s, %s, 'queued', 0, %s, %s, '', '')
"""

_QUEUE_MANY: LiteralString = """
INSERT INTO messages_message (branch_id, id, purpose, agent_id, phone_sealed, phone_masked, body_sealed, state, tries,
  queued_at, good_until, problem, reference)
SELECT m.branch_id, n.id, n.purpose, coalesce(n.agent_id, m.agent_id), n.phone, n.masked, n.body, 'queued', 0, m.now, n.good_until,
  '', ''
FROM (VALUES (%s::int, %s::uuid, %s::timestamptz)) AS m (branch_id, agent_id, now),
  unnest(%s::uuid[], %s::text[], %s::bytea[], %s::text[], %s::bytea[], %s::timestamptz[], %s::uuid[])
    AS n (id, purpose, phone, masked, body, good_until, agent_id)
"""

_FIND: LiteralString = """
SELECT phone_sealed, body_sealed, good_until FROM messages_message WHERE branch_id = %s AND id = %s AND state = 'queued'
"""

_END: LiteralString = """
UPDATE messages_message SET state = %s, tries = tries + %s, ended_at = %s, problem = %s, reference = %s, body_sealed = NULL
WHERE branch_id = %s AND id = %s AND state = 'queued'
"""

_NOTE: LiteralString = """
UPDATE messages_message SET tries = tries + 1, problem = %s WHERE branch_id = %s AND id = %s AND state = 'queued'
"""


KEPT_FOR: Final = timedelta(days=90)
"""After a text has ended. Then only what an enrolment's consent rests on stays, without the number."""

# Every night, of texts that end with `KEPT_FOR` at the latest. The consent is carried by challenge_message.
_FORGET: LiteralString = """
DELETE FROM messages_message m
WHERE coalesce(m.ended_at, m.good_until) < %(before)s AND NOT EXISTS (
  SELECT FROM messages_challenge c WHERE c.branch_id = m.branch_id AND c.message_id = m.id)
"""
_FORGET_NUMBERS: LiteralString = """
UPDATE messages_message SET phone_sealed = '', body_sealed = NULL
WHERE coalesce(ended_at, good_until) < %(before)s AND phone_sealed <> ''
"""


class TryAgain(RuntimeError):
    """It may go out later; the text says why not now."""


@dataclass(frozen=True)
class Text:
    """``phone`` as ``+62812...``; ``body`` holds no NIK and no name. ``agent_id``: whose it is, among texts of several."""

    purpose: str
    phone: str
    body: str
    good_until: datetime
    agent_id: UUID | None = None


def queue(work: Work, *, branch_id: int, agent_id: UUID | None, text: Text) -> UUID:
    """Keeps a text and has the worker send it once the Work has ended well."""
    from perisai.messages.jobs import send_message

    message_id = uuid7()
    work.execute(
        _QUEUE,
        [
            *(branch_id, message_id, text.purpose, agent_id, seal(text.phone.encode()), mask_phone(text.phone)),
            *(seal(text.body.encode()), work.now, text.good_until),
        ],
    )
    send_message.defer(branch_id=branch_id, message_id=str(message_id))
    return message_id


def queue_many(work: Work, *, branch_id: int, agent_id: UUID | None, texts: list[Text]) -> None:
    """As ``queue``, for many that nobody waits for: two statements, and sent after whatever was queued alone."""
    from perisai.messages.jobs import send_message

    if not texts:
        return
    ids = [uuid7() for _ in texts]
    work.execute(
        _QUEUE_MANY,
        [
            *(branch_id, agent_id, work.now, ids, [text.purpose for text in texts]),
            *([seal(text.phone.encode()) for text in texts], [mask_phone(text.phone) for text in texts]),
            *([seal(text.body.encode()) for text in texts], [text.good_until for text in texts]),
            [text.agent_id for text in texts],
        ],
    )
    later = send_message.configure(priority=LATER)
    jobs: list[JSONDict] = [{"branch_id": branch_id, "message_id": str(one)} for one in ids]
    later.batch_defer(*jobs)


def send(*, branch_id: int, message_id: UUID, gateway: Gateway | None, clock: Clock, is_last_try: bool) -> bool:
    """Hands a queued text to the gateway; False where it is given up (or was ended before). Raises ``TryAgain``.

    No transaction is open while the gateway is asked. A crash in between sends a text twice, under one id, never not at all.
    """
    scope = Scope.branch(branch_id)
    with Work(scope=scope, clock=clock) as work:
        row = work.row(_FIND, [branch_id, message_id])
    if row is None:
        return False
    phone, body, good_until = row
    if clock.now() > good_until:
        return _give_up(branch_id, message_id, "too late", clock, tries=0)
    if gateway is None:
        return _give_up(branch_id, message_id, "no gateway", clock, tries=0)
    try:
        reference = gateway.send(message_id=message_id, phone=unseal(phone).decode(), text=unseal(body).decode())
    except NotSent as failed:
        if failed.is_final or is_last_try:
            return _give_up(branch_id, message_id, failed.problem, clock, tries=1)
        with Work(scope=scope, clock=clock) as work:
            work.execute(_NOTE, [failed.problem, branch_id, message_id])
        raise TryAgain(failed.problem) from None
    with Work(scope=scope, clock=clock) as work:
        work.execute(_END, ["sent", 1, work.now, "", reference, branch_id, message_id])
    return True


def forget(work: Work) -> None:
    """Forgets texts that ended ``KEPT_FOR`` ago; of one that a consent rests on, the number: its masked form stays."""
    before = {"before": work.now - KEPT_FOR}
    work.execute(_FORGET, before)
    work.execute(_FORGET_NUMBERS, before)


def count_failed(work: Work) -> int:
    """How many were given up since yesterday."""
    row = work.row(
        "SELECT count(*) FROM messages_message WHERE state = 'failed' AND ended_at > %s", [work.now - timedelta(days=1)]
    )
    return int(row[0]) if row else 0


def mask_phone(phone: str) -> str:
    """``+62812****001``: enough to recognise one's own, too little to call another's."""
    return f"{phone[:6]}{'*' * max(len(phone) - 9, 1)}{phone[-3:]}"


def _give_up(branch_id: int, message_id: UUID, problem: str, clock: Clock, *, tries: int) -> bool:
    with Work(scope=Scope.branch(branch_id), clock=clock) as work:
        work.execute(_END, ["failed", tries, work.now, problem, "", branch_id, message_id])
    return False
