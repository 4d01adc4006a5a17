"""Payment codes that a phone holds, so that a worker leaves with one although there was no signal.

A code is leased to an agent's phone, good for thirty days, and used once. It is known in the national registry from the
start, without an enrolment: whoever pays too early is told that it is not ready yet. An unused one never becomes another
person's. One that came with an enrolment which a person rejected is free for the enrolment that mends it, and for no phone's list.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, LiteralString, NamedTuple
from uuid import UUID

import orjson

from perisai.events.work import Work
from perisai.payments.codes.code import take_numbers

VALID_FOR: Final = timedelta(days=30)
RENEW_WITHIN: Final = timedelta(days=15)
"""A lease that ends sooner is renewed, so that a phone in touch never sees one end."""
LEAST, MOST = 10, 60
PACE_DAYS: Final = 14
DAYS_AHEAD: Final = 3
"""How many of the agent's best days without signal a lease covers."""

# Carried by code_lease_free and by the primary key of events_counter (one agent's days).
_HELD: LiteralString = """
SELECT array(SELECT l.code FROM payments_code_lease l
    WHERE l.branch_id = %(branch)s AND l.device_id = %(device)s AND l.used_by IS NULL AND l.until > %(now)s ORDER BY l.code),
  (SELECT min(l.until) FROM payments_code_lease l
    WHERE l.branch_id = %(branch)s AND l.device_id = %(device)s AND l.used_by IS NULL AND l.until > %(now)s),
  (SELECT coalesce(max(day.enrolments), 0)::int FROM (
    SELECT sum(value) AS enrolments FROM events_counter
    WHERE branch_id = %(branch)s AND level = 'a' AND key = %(agent)s AND metric = 'captured'
      AND day_captured BETWEEN %(from)s AND %(to)s GROUP BY day_captured) day)
"""

# Rows that a push is using at this moment are left to it: nobody waits, in whatever order.
_RENEW: LiteralString = """
WITH held AS (
  SELECT code FROM payments_code_lease
  WHERE branch_id = %(branch)s AND device_id = %(device)s AND used_by IS NULL AND until > %(now)s FOR UPDATE SKIP LOCKED
), renewed AS (
  UPDATE payments_code_lease l SET until = %(until)s FROM held h WHERE l.branch_id = %(branch)s AND l.code = h.code
), registered AS (
  INSERT INTO payments_payment_code (code, branch_id, enrolment_id, channel, code_masked)
  SELECT c, %(branch)s, NULL, 'va', c FROM unnest(%(codes)s::text[]) AS c
)
INSERT INTO payments_code_lease (branch_id, code, device_id, agent_id, leased_at, until)
SELECT %(branch)s, c, %(device)s, %(agent)s, %(now)s, %(until)s FROM unnest(%(codes)s::text[]) AS c
"""

# By primary key, locked in order, so that two phones of one agent never wait for each other in a circle.
_CLAIM: LiteralString = """
WITH asked AS (
  SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS a (code text, enrolment_id uuid, at timestamptz)
), free AS (
  SELECT l.code FROM payments_code_lease l
  WHERE l.branch_id = %(branch)s AND l.agent_id = %(agent)s AND l.code IN (SELECT code FROM asked)
    AND (l.used_by IS NULL OR l.released_at IS NOT NULL)
  ORDER BY l.code FOR UPDATE
)
UPDATE payments_code_lease l SET used_by = a.enrolment_id, used_at = %(now)s, released_at = NULL
FROM free f JOIN asked a ON a.code = f.code
WHERE l.branch_id = %(branch)s AND l.code = f.code
RETURNING l.used_by, l.code, a.at <= l.until
"""

# Carried by code_lease_used.
_RELEASE: LiteralString = """
UPDATE payments_code_lease SET released_at = %s WHERE branch_id = %s AND used_by = %s AND released_at IS NULL
"""


class Asked(NamedTuple):
    """An enrolment that brings a code; ``at`` is the earliest it can have been made."""

    enrolment_id: UUID
    code: str
    at: datetime


@dataclass(frozen=True)
class Claimed:
    """Codes by enrolment. ``kept`` stand; ``late`` were leased honestly but had ended: they lead to the enrolment too,
    beside a new code, so that the slip in the worker's hand does not fail."""

    kept: dict[UUID, str] = field(default_factory=dict)
    late: dict[UUID, str] = field(default_factory=dict)


def size_of(best_day: int) -> int:
    """How many codes a phone holds whose agent enrolled ``best_day`` people on their best day of the last two weeks."""
    return min(max(best_day * DAYS_AHEAD, LEAST), MOST)


def top_up(
    work: Work, *, branch_id: int, device_id: UUID, agent_id: UUID, today: date
) -> tuple[list[str], datetime | None]:
    """The unused codes of a phone and until when they hold, filled up where fewer than half are left. One statement, and two
    more where it writes."""
    common = {"branch": branch_id, "device": device_id, "now": work.now}
    row = work.row(
        _HELD,
        common | {"agent": str(agent_id), "from": today - timedelta(days=PACE_DAYS - 1), "to": today},
        prepared=True,
    )
    assert row is not None
    codes, until, best_day = row
    size = size_of(best_day)
    is_short = len(codes) * 2 < size
    if not is_short and until > work.now + RENEW_WITHIN:
        return codes, until
    fresh = take_numbers(work, branch_id=branch_id, count=max(size - len(codes), 0))
    new_until = work.now + VALID_FOR
    work.execute(_RENEW, common | {"agent": agent_id, "codes": fresh, "until": new_until}, prepared=True)
    return [*codes, *fresh], new_until


def claim_many(work: Work, *, branch_id: int, agent_id: UUID, asked: list[Asked]) -> Claimed:
    """Takes codes that were leased to a phone of this agent and are unused or released. A foreign or used code is in neither
    part of the answer. Of two enrolments with one code the first has it. At most one statement."""
    first: dict[str, Asked] = {}
    for one in asked:
        first.setdefault(one.code, one)
    claimed = Claimed()
    if not first:
        return claimed
    rows = [{"code": one.code, "enrolment_id": one.enrolment_id, "at": one.at} for one in first.values()]
    parameters = {"branch": branch_id, "agent": agent_id, "now": work.now, "rows": orjson.dumps(rows).decode()}
    for enrolment_id, code, is_in_time in work.rows(_CLAIM, parameters, prepared=True):
        (claimed.kept if is_in_time else claimed.late)[enrolment_id] = code
    return claimed


def release(work: Work, *, branch_id: int, enrolment_id: UUID) -> None:
    """Lets the agent use a rejected enrolment's codes for the one that mends it: the worker still holds the slip."""
    work.execute(_RELEASE, [work.now, branch_id, enrolment_id])
