"""Consent by reading aloud: a one-time code goes to the worker's own telephone, and the worker reads it out.

Six digits, good for ten minutes and one enrolment, five tries. An honest phone may push hours later: what counts is when the
enrolment can have been made.
"""

import re
from datetime import datetime, timedelta
from typing import Final, LiteralString, NamedTuple
from uuid import UUID

import orjson

from perisai.accounts import limit
from perisai.errors import Refused
from perisai.events.clock import Clock
from perisai.events.ids import uuid7
from perisai.events.scope import Actor, Scope
from perisai.events.vault import keyed_hash
from perisai.events.work import Happened, Work
from perisai.messages import one_time, outbox
from perisai.messages.gateway import find_gateway
from perisai.messages.one_time import FOR_A_NUMBER, GOOD_FOR, PER, TRIES

__all__ = [
    "FOR_AN_AGENT", "FOR_A_NUMBER", "GOOD_FOR", "TRIES", "Sent", "Shown", "Spoken", "confirm_many", "find_confirmed",
    "request_consent_code",
]  # fmt: skip

SLACK: Final = timedelta(minutes=1)
"""What a phone's clock may be off by within its bounds."""
FOR_AN_AGENT: Final = 30
_PHONE = re.compile(r"\+[1-9][0-9]{7,14}")

_AGENTS: LiteralString = "SELECT 1 FROM agents_agent WHERE branch_id = %s AND phone = %s AND state <> 'ended'"

_INSERT: LiteralString = """
INSERT INTO messages_challenge (branch_id, id, agent_id, device_id, message_id, phone_hash, code_hash, requested_at, expires_at,
  tries)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, 0)
"""

# By primary key, locked in order. What was asked is counted whatever comes of it.
_CONFIRM: LiteralString = """
WITH asked AS (
  SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS a (challenge uuid, enrolment_id uuid, phone_hash bytea, code_hash bytea,
    earliest timestamptz, latest timestamptz, estimate timestamptz)
), held AS (
  SELECT c.* FROM messages_challenge c
  WHERE c.branch_id = %(branch)s AND c.agent_id = %(agent)s AND c.id IN (SELECT challenge FROM asked)
  ORDER BY c.id FOR UPDATE
), judged AS (
  SELECT h.id, a.enrolment_id, h.used_by IS NULL AND h.tries < %(tries)s AND h.code_hash = a.code_hash
    AND h.phone_hash = a.phone_hash AND a.earliest <= h.expires_at AND a.latest >= h.requested_at
    AND a.estimate BETWEEN h.requested_at - %(slack)s::interval AND h.expires_at + %(slack)s::interval AS is_good
  FROM held h JOIN asked a ON a.challenge = h.id
)
UPDATE messages_challenge c SET tries = c.tries + 1, used_by = CASE WHEN j.is_good THEN j.enrolment_id ELSE c.used_by END,
  confirmed_at = CASE WHEN j.is_good THEN %(now)s::timestamptz ELSE c.confirmed_at END
FROM judged j WHERE c.branch_id = %(branch)s AND c.id = j.id
RETURNING j.enrolment_id, j.is_good
"""

# Both by primary key.
_SHOWN: LiteralString = """
SELECT c.requested_at, c.confirmed_at, m.phone_masked, m.state FROM messages_challenge c
JOIN messages_message m ON m.branch_id = c.branch_id AND m.id = c.message_id
WHERE c.branch_id = %s AND c.id = %s AND c.used_by = %s
"""


class Sent(NamedTuple):
    """The challenge that the code belongs to, and for how many seconds it is good."""

    challenge: UUID
    seconds: int


class Spoken(NamedTuple):
    """A code as an enrolment brings it, with the interval in which it was made."""

    enrolment_id: UUID
    challenge: UUID
    code: str
    phone: str | None
    earliest: datetime
    latest: datetime
    estimate: datetime


def request_consent_code(
    *, branch_id: int, agent_id: UUID, device_id: UUID | None, user_id: UUID | None, phone: str, clock: Clock
) -> Sent:
    """Sends a code to a worker's number. Opens a Work of its own; call it outside one.

    Raises ``Refused``: E3001 for what is no number, E3014 for an agent's, E3017 where no gateway is set up, E1005 above three
    codes an hour to a number or thirty by an agent.
    """
    if _PHONE.fullmatch(phone) is None:
        raise Refused("E3001", field="phone")
    if find_gateway() is None:
        raise Refused("E3017")
    now = clock.now()
    limit.take(kind="consent_agent", key=str(agent_id), limit=FOR_AN_AGENT, per=PER, now=now)
    one_time.count_for(phone, now)
    with Work(scope=Scope.branch(branch_id), actor=Actor(user_id, device_id), clock=clock) as work:
        if work.row(_AGENTS, [branch_id, phone]) is not None:
            raise Refused("E3014")
        return _send(work, branch_id, agent_id, device_id, phone)


def confirm_many(work: Work, *, branch_id: int, agent_id: UUID, spoken: list[Spoken]) -> set[UUID]:
    """The enrolments whose code is right: sent by this agent to this number, in time, and used for nobody else. Of two with
    one challenge the first counts. At most one statement."""
    first: dict[UUID, Spoken] = {}
    for one in spoken:
        if one.phone:
            first.setdefault(one.challenge, one)
    if not first:
        return set()
    rows = [
        {
            "challenge": one.challenge,
            "enrolment_id": one.enrolment_id,
            "phone_hash": _hex(_phone_hash(one.phone or "")),
            "code_hash": _hex(_code_hash(one.challenge, one.code)),
            "earliest": one.earliest,
            "latest": one.latest,
            "estimate": one.estimate,
        }
        for one in first.values()
    ]
    parameters = {
        "branch": branch_id,
        "agent": agent_id,
        "tries": TRIES,
        "slack": SLACK,
        "now": work.now,
        "rows": orjson.dumps(rows).decode(),
    }
    return {enrolment_id for enrolment_id, is_good in work.rows(_CONFIRM, parameters) if is_good}


class Shown(NamedTuple):
    """What a member's page says of a confirmed code."""

    requested_at: datetime
    confirmed_at: datetime
    phone_masked: str
    state: str


def find_confirmed(work: Work, *, branch_id: int, challenge: UUID, enrolment_id: UUID) -> Shown | None:
    row = work.row(_SHOWN, [branch_id, challenge, enrolment_id])
    return None if row is None else Shown(*row)


def _send(work: Work, branch_id: int, agent_id: UUID, device_id: UUID | None, phone: str) -> Sent:
    challenge, code, until = uuid7(), one_time.make_code(), work.now + GOOD_FOR
    body = (
        f"Kode persetujuan PERISAI: {code}. Sebutkan kepada agen hanya bila Anda setuju didaftarkan ke BPJS"
        " Ketenagakerjaan. Berlaku 10 menit."
    )
    text = outbox.Text("consent_code", phone, body, until)
    message_id = outbox.queue(work, branch_id=branch_id, agent_id=agent_id, text=text)
    work.execute(
        _INSERT,
        [
            *(branch_id, challenge, agent_id, device_id, message_id),
            *(_phone_hash(phone), _code_hash(challenge, code), work.now, until),
        ],
    )
    detail = {"challenge": str(challenge)}
    work.report(
        Happened(kind="consent_code_sent", branch_id=branch_id, agent_id=agent_id, device_id=device_id, detail=detail)
    )
    return Sent(challenge, int(GOOD_FOR.total_seconds()))


def _phone_hash(phone: str) -> bytes:
    return keyed_hash("phone", phone)


def _code_hash(challenge: UUID, code: str) -> bytes:
    return one_time.hash_code("consent_code", challenge, code)


def _hex(data: bytes) -> str:
    return "\\x" + data.hex()
