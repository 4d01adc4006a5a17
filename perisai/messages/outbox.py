"""Texts on their way to workers: queued with the data they belong to, handed to the gateway by the worker, given up late.

A message's row is the record; the job queue carries only its id.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, LiteralString
from uuid import UUID

from procrastinate.types import JSONDict

from perisai.events.ids import uuid7
from perisai.events.vault import seal
from perisai.events.work import Work
from perisai.messages.rules import message_rules
from perisai.messages.sending import TryAgain, send

__all__ = ["LATER", "Text", "TryAgain", "count_failed", "forget", "mask_phone", "queue", "queue_many", "send"]

LATER: Final = -10
"""Priority of texts that go out by the thousand: a worker's one-time code never waits behind them."""

_QUEUE: LiteralString = """
INSERT INTO messages_message (branch_id, id, purpose, agent_id, phone_sealed, phone_masked, body_sealed, state, tries,
  queued_at, good_until, problem, reference, email_sealed, urgency, channel, cost)
VALUES (%s, %s, %s, %s, %s, %s, %s, 'queued', 0, %s, %s, '', '', %s, %s, '', 0)
"""

_QUEUE_MANY: LiteralString = """
INSERT INTO messages_message (branch_id, id, purpose, agent_id, phone_sealed, phone_masked, body_sealed, state, tries,
  queued_at, good_until, problem, reference, email_sealed, urgency, channel, cost)
SELECT m.branch_id, n.id, n.purpose, coalesce(n.agent_id, m.agent_id), n.phone, n.masked, n.body, 'queued', 0, m.now, n.good_until,
  '', '', n.email, n.urgency, '', 0
FROM (VALUES (%s::int, %s::uuid, %s::timestamptz)) AS m (branch_id, agent_id, now),
  unnest(%s::uuid[], %s::text[], %s::bytea[], %s::text[], %s::bytea[], %s::timestamptz[], %s::uuid[], %s::bytea[], %s::int[])
    AS n (id, purpose, phone, masked, body, good_until, agent_id, email, urgency)
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
UPDATE messages_message SET phone_sealed = '', body_sealed = NULL, email_sealed = NULL
WHERE coalesce(ended_at, good_until) < %(before)s AND phone_sealed <> ''
"""


@dataclass(frozen=True)
class Text:
    """``phone`` as ``+62812...``, '' where only ``email`` is known; ``body`` holds no NIK and no name but a first one.
    ``agent_id``: whose it is, among texts of several. ``urgency``: None for what ``rules/messages.yaml`` says of the purpose; 0
    goes out at once whatever the hour and the budget say; 1 to 3 (least urgent) wait for a decent hour, count against the
    budget and, where the purpose allows it, are not sent to whoever stopped them."""

    purpose: str
    phone: str
    body: str
    good_until: datetime
    agent_id: UUID | None = None
    email: str = ""
    urgency: int | None = None

    @property
    def urgency_now(self) -> int:
        return message_rules().purpose(self.purpose).urgency if self.urgency is None else self.urgency


def queue(work: Work, *, branch_id: int, agent_id: UUID | None, text: Text) -> UUID:
    """Keeps a text and has the worker send it once the Work has ended well."""
    from perisai.messages.jobs import send_message

    message_id = uuid7()
    work.execute(
        _QUEUE,
        [
            *(branch_id, message_id, text.purpose, agent_id, seal(text.phone.encode()), mask_phone(text.phone)),
            *(seal(text.body.encode()), work.now, text.good_until, _email(text), text.urgency_now),
        ],
    )
    send_message.defer(branch_id=branch_id, message_id=str(message_id))
    return message_id


def queue_many(work: Work, *, branch_id: int, agent_id: UUID | None, texts: list[Text]) -> list[UUID]:
    """As ``queue``, for many that nobody waits for: two statements, and sent after whatever was queued alone. Their ids, in
    order."""
    from perisai.messages.jobs import send_message

    if not texts:
        return []
    ids = [uuid7() for _ in texts]
    work.execute(
        _QUEUE_MANY,
        [
            *(branch_id, agent_id, work.now, ids, [text.purpose for text in texts]),
            *([seal(text.phone.encode()) for text in texts], [mask_phone(text.phone) for text in texts]),
            *([seal(text.body.encode()) for text in texts], [text.good_until for text in texts]),
            *(
                [text.agent_id for text in texts],
                [_email(text) for text in texts],
                [text.urgency_now for text in texts],
            ),
        ],
    )
    later = send_message.configure(priority=LATER)
    jobs: list[JSONDict] = [{"branch_id": branch_id, "message_id": str(one)} for one in ids]
    later.batch_defer(*jobs)
    return ids


def _email(text: Text) -> bytes | None:
    return seal(text.email.encode()) if text.email else None


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
    """``+62812****001``: enough to recognise one's own, too little to call another's. A dash for no number."""
    if not phone:
        return "–"
    return f"{phone[:6]}{'*' * max(len(phone) - 9, 1)}{phone[-3:]}"
