"""Events once more: a subscription's cursor is set back, to a day or to a number of a branch."""

from collections.abc import Sequence
from datetime import date
from typing import LiteralString

from perisai.errors import Refused
from perisai.events.work import Work
from perisai.feeds import subscription as verbs
from perisai.feeds.models import Subscription

# The first event of the day by the primary key (branch_id, received_at). Numbers follow the ends of Works and moments their
# beginnings, so a number a little smaller may stand a little later: an hour is looked at, and no Work lasts that long.
_FIRST: LiteralString = """
SELECT c.branch_id, coalesce((
    SELECT min(e.number) FROM events_event e WHERE e.branch_id = c.branch_id
      AND e.received_at >= f.received_at AND e.received_at < f.received_at + interval '1 hour') - 1, p.number) AS number
FROM feeds_cursor c
JOIN events_position p ON p.branch_id = c.branch_id
JOIN offices_office o ON o.id = c.branch_id
LEFT JOIN LATERAL (
    SELECT e.received_at FROM events_event e
    WHERE e.branch_id = c.branch_id AND e.received_at >= %(day)s::date::timestamp AT TIME ZONE o.timezone
    ORDER BY e.received_at LIMIT 1) f ON true
WHERE c.subscription_id = %(subscription)s AND (%(branch)s::int IS NULL OR c.branch_id = %(branch)s)
"""
_SET: LiteralString = """
UPDATE feeds_cursor c SET number = t.number, pending_to = NULL, claim = NULL, claimed_until = NULL, tries = 0, failing_since = NULL,
  problem = '', next_at = %(now)s
FROM unnest(%(branches)s::int[], %(numbers)s::bigint[]) AS t (branch_id, number)
WHERE c.subscription_id = %(subscription)s AND c.branch_id = t.branch_id AND c.number > t.number
"""


def from_day(work: Work, *, subscription: Subscription, day: date, branch_id: int | None = None) -> int:
    """Sends again what the branches (or one) received from the beginning of their day on; answers how many cursors moved. A
    cursor never moves forward by it."""
    asked = {"day": day, "subscription": subscription.id, "branch": branch_id}
    return _set(work, subscription, work.rows(_FIRST, asked))


def from_number(work: Work, *, subscription: Subscription, branch_id: int, number: int) -> int:
    """Sends a branch's events again, beginning with this number. Raises E5404 for one that cannot be."""
    if not 1 <= number < 2**62:
        raise Refused("E5404", field="number")
    return _set(work, subscription, [(branch_id, number - 1)])


def _set(work: Work, subscription: Subscription, places: Sequence[tuple[int, int]]) -> int:
    """The message is a new one, so that a receiver who knows the old one takes it; its events keep their ids."""
    locked = verbs.lock(subscription)
    asked = {"subscription": locked.id, "now": work.now}
    asked |= {"branches": [place[0] for place in places], "numbers": [place[1] for place in places]}
    moved = work.execute(_SET, asked)
    if moved:
        locked.round += 1
        verbs.save(work, locked, "replayed")
    return moved
