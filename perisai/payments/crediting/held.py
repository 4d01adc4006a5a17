"""Money of members that no bill has taken yet: kept for them, drawn by their next bill, given back by a decision."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from perisai.events.work import Work

# By primary key.
_BALANCE = """
SELECT enrolment_id, amount FROM payments_held WHERE branch_id = %s AND enrolment_id = ANY (%s) AND amount > 0
"""

_OPEN = """
INSERT INTO payments_held (branch_id, enrolment_id, amount, since)
SELECT %(branch)s, w.id, 0, %(now)s FROM unnest(%(enrolments)s::uuid[]) AS w (id)
ON CONFLICT (branch_id, enrolment_id) DO NOTHING
"""

# The sum can never fall below nothing: a constraint of the table.
_MOVE = """
WITH moves AS (
  INSERT INTO payments_held_move (branch_id, enrolment_id, at, amount, reason, source_id)
  SELECT %(branch)s, w.enrolment, %(now)s, w.amount, w.reason, w.source
  FROM unnest(%(enrolments)s::uuid[], %(amounts)s::bigint[], %(reasons)s::text[], %(sources)s::uuid[])
    AS w (enrolment, amount, reason, source)
  RETURNING enrolment_id, amount
), sums AS (SELECT enrolment_id, sum(amount) AS amount FROM moves GROUP BY enrolment_id)
UPDATE payments_held h SET amount = h.amount + s.amount, since = CASE WHEN h.amount = 0 THEN %(now)s ELSE h.since END
FROM sums s WHERE h.branch_id = %(branch)s AND h.enrolment_id = s.enrolment_id
"""


class Move(NamedTuple):
    """``amount`` rupiah, negative where money goes; ``source_id``: the notification, payment run or refund behind it."""

    enrolment_id: UUID
    amount: int
    reason: str
    source_id: UUID


def balance(work: Work, *, branch_id: int, enrolment_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Rupiah held, by enrolment; those with nothing are not in it. One statement. Firm for who holds the enrolments' rows."""
    return dict(work.rows(_BALANCE, [branch_id, list(enrolment_ids)]))


def move(work: Work, *, branch_id: int, moves: list[Move]) -> None:
    """Adds and takes; the enrolments' rows are locked and the caller moves the ledger. Two statements; none where nothing
    moves. A balance below nothing is an ``IntegrityError``."""
    moves = [one for one in moves if one.amount]
    if not moves:
        return
    columns = [list(column) for column in zip(*moves, strict=True)]
    asked = dict(zip(("enrolments", "amounts", "reasons", "sources"), columns, strict=True))
    common = {"branch": branch_id, "now": work.now}
    work.execute(_OPEN, common | {"enrolments": sorted(set(columns[0]))})
    work.execute(_MOVE, common | asked)
