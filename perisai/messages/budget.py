"""What messages of a month may cost and have cost: the only writer of ``messages_spent``. Rupiah.

The month is the branch's. Two that ask at once for the last rupiah: one gets it, for the row is the lock.
"""

from datetime import date
from typing import LiteralString, NamedTuple

from perisai.events.work import Work
from perisai.messages import channel
from perisai.messages.rules import message_rules

# By primary key; a month without a row begins at its first message.
_RESERVE: LiteralString = """
INSERT INTO messages_spent AS s (branch_id, month, amount) VALUES (%(branch)s, %(month)s, %(cost)s)
ON CONFLICT (branch_id, month) DO UPDATE SET amount = s.amount + %(cost)s
  WHERE %(limit)s::bigint IS NULL OR s.amount + %(cost)s <= %(limit)s::bigint
RETURNING amount
"""
_RELEASE: LiteralString = """
UPDATE messages_spent SET amount = greatest(amount - %s, 0) WHERE branch_id = %s AND month = %s
"""


class Purse(NamedTuple):
    """``left`` is never below nothing; ``beyond``: what only the most urgent may still take."""

    budget: int
    spent: int
    left: int
    beyond: int


def reserve(work: Work, *, branch_id: int, month: date, cost: int, urgency: int, budget: int) -> bool:
    """Whether the month still has this much for a message of this urgency (0: whatever it costs)."""
    if cost == 0:
        return True
    limit = (
        None if urgency == 0 else budget + (extra(budget) if urgency <= message_rules().budget.beyond.urgency else 0)
    )
    if limit is not None and cost > limit:
        return False
    params = {"branch": branch_id, "month": month, "cost": cost, "limit": limit}
    return work.row(_RESERVE, params) is not None


def release(work: Work, *, branch_id: int, month: date, cost: int) -> None:
    """Gives back what was reserved for a message that no gateway took."""
    if cost:
        work.execute(_RELEASE, [cost, branch_id, month])


def purse(work: Work, *, branch_id: int, month: date) -> Purse:
    """What there is and what is left. Two statements."""
    budget = channel.policy(work, branch_id=branch_id).budget
    row = work.row("SELECT amount FROM messages_spent WHERE branch_id = %s AND month = %s", [branch_id, month])
    spent = int(row[0]) if row else 0
    return Purse(budget, spent, max(budget - spent, 0), extra(budget))


def extra(budget: int) -> int:
    return budget * message_rules().budget.beyond.percent // 100
