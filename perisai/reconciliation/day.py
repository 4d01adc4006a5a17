"""A day of a bank: its sums, what is not explained, and its close."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson

from perisai.errors import Refused
from perisai.events.work import Work
from perisai.payments.books import ledger
from perisai.reconciliation import matching

NOT_COVERED: Final = "no statement"

# Lines by line_day, matches by line, items by item_day, notifications by the unique key of the day's first ones.
_STATE = """
SELECT
  (SELECT count(*) FROM reconciliation_day d WHERE d.bank_id = %(bank)s AND d.day = %(day)s) AS is_covered,
  (SELECT d.closed_at FROM reconciliation_day d WHERE d.bank_id = %(bank)s AND d.day = %(day)s) AS closed_at,
  (SELECT d.closed_by FROM reconciliation_day d WHERE d.bank_id = %(bank)s AND d.day = %(day)s) AS closed_by,
  l.lines, l.credits, l.debits, l.matched, l.matched_sum, l.explained, l.open, f.fees, n.notices, n.notices_sum, n.found,
  i.open_items, i.waiting_items
FROM
  (SELECT count(*) AS lines, coalesce(sum(amount) FILTER (WHERE amount > 0), 0)::bigint AS credits,
     coalesce(-sum(amount) FILTER (WHERE amount < 0), 0)::bigint AS debits,
     count(*) FILTER (WHERE state = 'matched') AS matched,
     coalesce(sum(amount) FILTER (WHERE state = 'matched'), 0)::bigint AS matched_sum,
     count(*) FILTER (WHERE state = 'explained') AS explained, count(*) FILTER (WHERE state = 'open') AS open
   FROM reconciliation_line WHERE bank_id = %(bank)s AND booked_on = %(day)s) AS l,
  (SELECT coalesce(sum(m.fee), 0)::bigint AS fees FROM reconciliation_match m JOIN reconciliation_line l ON l.id = m.line_id
   WHERE l.bank_id = %(bank)s AND l.booked_on = %(day)s) AS f,
  (SELECT count(*) AS notices, coalesce(sum(n.amount), 0)::bigint AS notices_sum, count(m.notification_id) AS found
   FROM payments_notification n LEFT JOIN reconciliation_match m ON m.notification_id = n.id
   WHERE n.bank_id = %(bank)s AND n.day = %(day)s AND n.repeat_of IS NULL AND n.state IN ('credited', 'resolved', 'suspense')
     AND n.amount > 0) AS n,
  (SELECT count(*) FILTER (WHERE state = 'open') AS open_items, count(*) FILTER (WHERE state = 'waiting') AS waiting_items
   FROM reconciliation_item WHERE bank_id = %(bank)s AND day = %(day)s) AS i
"""
_KINDS = """
SELECT kind, count(*), coalesce(sum(abs(amount)), 0)::bigint FROM reconciliation_item
WHERE bank_id = %s AND day = %s AND state IN ('open', 'waiting') GROUP BY kind ORDER BY kind
"""
_CLOSE = """
UPDATE reconciliation_day SET closed_at = %s, closed_by = %s, sums = %s WHERE bank_id = %s AND day = %s AND closed_at IS NULL
"""
# What the day's lines lack of what their notifications told, by branch: lines by line_day, matches by line.
_FEES = """
SELECT n.branch_id, sum(m.fee)::bigint FROM reconciliation_line l
JOIN reconciliation_match m ON m.line_id = l.id JOIN payments_notification n ON n.id = m.notification_id
WHERE l.bank_id = %s AND l.booked_on = %s AND n.branch_id IS NOT NULL AND n.state IN ('credited', 'resolved')
GROUP BY n.branch_id HAVING sum(m.fee) <> 0 ORDER BY n.branch_id
"""
# Carried by reconciliation_open_day.
_OPEN_BEFORE = """
SELECT d.bank_id, d.day FROM reconciliation_day d WHERE d.closed_at IS NULL AND d.day < %s ORDER BY d.day, d.bank_id
"""
_REACH = """
SELECT a.bank_id, max(s.last_on) FROM reconciliation_account a LEFT JOIN reconciliation_statement s ON s.account_id = a.bank_id
GROUP BY a.bank_id HAVING coalesce(max(s.last_on), '-infinity'::date) < %s ORDER BY a.bank_id
"""


@dataclass(frozen=True)
class DayState:
    """``figures``: counts and rupiah of the day; ``unexplained``: (kind, how many, rupiah)."""

    bank_id: str
    day: date
    is_covered: bool
    closed_by: UUID | None
    is_closed: bool
    figures: dict[str, int]
    unexplained: list[tuple[str, int, int]]

    @property
    def is_explained(self) -> bool:
        return self.is_covered and self.figures["open"] == 0 and not self.unexplained

    @property
    def missing(self) -> str:
        """What keeps the day open, in few words; empty where nothing does."""
        if not self.is_covered:
            return NOT_COVERED
        return ", ".join(f"{count} {kind}" for kind, count, _ in self.unexplained)


def state(work: Work, *, bank_id: str, day: date) -> DayState:
    (row,) = work.dicts(_STATE, {"bank": bank_id, "day": day})
    is_covered, closed_at, closed_by = (row.pop(name) for name in ("is_covered", "closed_at", "closed_by"))
    kinds = [(kind, count, amount) for kind, count, amount in work.rows(_KINDS, [bank_id, day])]
    return DayState(bank_id, day, bool(is_covered), closed_by, closed_at is not None, row, kinds)


def close(work: Work, *, bank_id: str, day: date) -> DayState:
    """Matches once more, and closes the day for good where all is explained; the bank's fees are booked.

    Raises ``Refused`` E4807 with what is not explained, E4808 where it is closed.
    """
    matching.match(work, bank_id=bank_id)
    found = state(work, bank_id=bank_id, day=day)
    if found.is_closed:
        raise Refused("E4808")
    if not found.is_explained:
        raise Refused("E4807", what=found.missing)
    sums = orjson.dumps(found.figures).decode()
    work.execute(_CLOSE, [work.now, work.actor.user_id, sums, bank_id, day])
    _book_fees(work, bank_id, day)
    return found


def _book_fees(work: Work, bank_id: str, day: date) -> None:
    """What the bank kept of the day's payments is our cost and leaves its account, by branch; once, for a day closes once."""
    account = ledger.bank_account(bank_id)
    for branch_id, fee in work.rows(_FEES, [bank_id, day]):
        move = (ledger.FEE, account, fee) if fee > 0 else (account, ledger.FEE, -fee)
        ledger.record(work, branch_id, [move])


def open_before(work: Work, day: date) -> list[tuple[str, date]]:
    """(bank, day) of the days that statements cover and nobody closed."""
    return [(bank_id, found) for bank_id, found in work.rows(_OPEN_BEFORE, [day])]


def uncovered(work: Work, day: date) -> list[tuple[str, date | None]]:
    """(bank, last day of its statements) of the banks whose statements do not reach this day."""
    return [(bank_id, last_on) for bank_id, last_on in work.rows(_REACH, [day])]


def banks_of(work: Work) -> list[dict[str, Any]]:
    """Banks with an account for statements."""
    return work.dicts(
        "SELECT a.bank_id, b.name, a.number_masked FROM reconciliation_account a JOIN payments_bank b ON b.id = a.bank_id"
        " ORDER BY b.name"
    )
