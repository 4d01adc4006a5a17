"""Reads for the pages of reconciliation."""

from datetime import date, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

from perisai.accounts.audience import Viewer
from perisai.events.work import Work
from perisai.payments.snap.exchange import BANK_ZONE

PAGE = 50
_SHOWN_DAYS = 60

# Days by the primary key, lines by line_day, items by item_day: one pass each over the days shown.
_DAYS = """
WITH shown AS (
  SELECT bank_id, day, closed_at FROM reconciliation_day ORDER BY closed_at IS NOT NULL, day DESC, bank_id LIMIT %s
)
SELECT s.bank_id, b.name AS bank, s.day, s.closed_at, coalesce(l.credits, 0) AS credits, coalesce(l.debits, 0) AS debits,
  coalesce(l.lines, 0) AS lines, coalesce(l.matched, 0) AS matched, coalesce(i.left, 0) AS left
FROM shown s JOIN payments_bank b ON b.id = s.bank_id
LEFT JOIN LATERAL (
  SELECT count(*) AS lines, count(*) FILTER (WHERE state = 'matched') AS matched,
    sum(amount) FILTER (WHERE amount > 0)::bigint AS credits, -sum(amount) FILTER (WHERE amount < 0)::bigint AS debits
  FROM reconciliation_line r WHERE r.bank_id = s.bank_id AND r.booked_on = s.day) AS l ON true
LEFT JOIN LATERAL (
  SELECT count(*) AS left FROM reconciliation_item i
  WHERE i.bank_id = s.bank_id AND i.day = s.day AND i.state IN ('open', 'waiting')) AS i ON true
ORDER BY s.day DESC, b.name
"""

_ITEMS: LiteralString = """
SELECT i.id, i.bank_id, b.name AS bank, i.day, i.kind, i.amount, i.other, i.opened_at, i.state, i.wait_until, i.decision, i.reason,
  i.note, i.decided_at, i.branch_id, i.line_id, i.notification_id, o.name AS branch, u.full_name AS owner, d.full_name AS decider,
  coalesce(nullif(l.code, ''), n.payment_code, '') AS code, l.reference, l.number, l.booked_on, l.value_on, l.told_sealed,
  n.received_at, n.payment_request_id, n.state AS notice_state
FROM reconciliation_item i JOIN payments_bank b ON b.id = i.bank_id
LEFT JOIN reconciliation_line l ON l.id = i.line_id LEFT JOIN payments_notification n ON n.id = i.notification_id
LEFT JOIN offices_office o ON o.id = i.branch_id
LEFT JOIN accounts_user u ON u.id = i.owner LEFT JOIN accounts_user d ON d.id = i.decided_by
WHERE (%(branches)s::int[] IS NULL OR i.branch_id = ANY (%(branches)s::int[]))
"""
_LEFT: LiteralString = """
 AND i.state IN ('open', 'waiting') AND (NOT %(mine)s OR i.owner = %(user)s) ORDER BY i.opened_at, i.id LIMIT %(most)s
"""
_OF_DAY: LiteralString = """
 AND i.bank_id = %(bank)s AND i.day = %(day)s ORDER BY i.state IN ('open', 'waiting') DESC, i.id LIMIT 500
"""
_ONE: LiteralString = " AND i.id = %(id)s"

_WAITING = """
SELECT count(*), coalesce(sum(abs(amount)), 0)::bigint, min(opened_at) FROM reconciliation_item
WHERE state IN ('open', 'waiting') AND (%(branches)s::int[] IS NULL OR branch_id = ANY (%(branches)s::int[]))
"""
_OLD: Final = timedelta(days=2)
"""A difference that stands longer than the bank needs to send its next statement."""
_WAITING_LONG = """
SELECT count(*) FROM reconciliation_item
WHERE state IN ('open', 'waiting') AND opened_at < %(before)s AND (state = 'open' OR wait_until < %(today)s)
  AND (%(branches)s::int[] IS NULL OR branch_id = ANY (%(branches)s::int[]))
"""
_TO_TAKE_BACK = """
SELECT p.branch_id, p.id, p.enrolment_id, p.amount FROM payments_payment p
WHERE p.branch_id = %(branch)s AND p.reversed_at IS NULL AND (p.id = %(notice)s OR p.part_of = %(notice)s) ORDER BY p.id LIMIT 50
"""
_NOTES = """
SELECT n.at, n.what, n.text, u.full_name AS who FROM reconciliation_note n LEFT JOIN accounts_user u ON u.id = n.by
WHERE n.item_id = %s ORDER BY n.id
"""
_STATEMENTS = """
SELECT s.id, s.name, s.form, s.first_on, s.last_on, s.opening, s.closing, s.lines, s.credits, s.debits, s.taken_at,
  u.full_name AS who FROM reconciliation_statement s LEFT JOIN accounts_user u ON u.id = s.taken_by
WHERE s.account_id = %s AND %s BETWEEN s.first_on AND s.last_on ORDER BY s.first_on
"""
# What may be the other half, of the same bank and near in amount and time. Carried by item_open.
_HALVES = """
SELECT i.id, i.kind, i.day, i.amount, coalesce(nullif(l.code, ''), n.payment_code, '') AS code
FROM reconciliation_item i LEFT JOIN reconciliation_line l ON l.id = i.line_id
LEFT JOIN payments_notification n ON n.id = i.notification_id
WHERE i.bank_id = %(bank)s AND i.state IN ('open', 'waiting') AND i.kind = %(kind)s
  AND (%(branches)s::int[] IS NULL OR i.branch_id = ANY (%(branches)s::int[]))
ORDER BY abs(i.amount - %(amount)s), abs(i.day - %(day)s) LIMIT 20
"""


def days(work: Work) -> list[dict[str, Any]]:
    """The days that are open, newest first, then those closed last."""
    return work.dicts(_DAYS, [_SHOWN_DAYS])


def left(work: Work, *, viewer: Viewer, mine: bool) -> list[dict[str, Any]]:
    """What is to be cleared up, oldest first."""
    asked = {"branches": viewer.branch_ids, "mine": mine, "user": viewer.user.id, "most": PAGE}
    return work.dicts(_ITEMS + _LEFT, asked)


def of_day(work: Work, *, viewer: Viewer, bank_id: str, day: date) -> list[dict[str, Any]]:
    return work.dicts(_ITEMS + _OF_DAY, {"branches": viewer.branch_ids, "bank": bank_id, "day": day})


def find(work: Work, *, viewer: Viewer, item_id: UUID) -> dict[str, Any] | None:
    rows = work.dicts(_ITEMS + _ONE, {"branches": viewer.branch_ids, "id": item_id})
    return rows[0] if rows else None


def waiting(work: Work, *, viewer: Viewer) -> tuple[Any, ...]:
    """How many, how much, since when."""
    return work.row(_WAITING, {"branches": viewer.branch_ids}) or (0, 0, None)


def waiting_long(work: Work, *, viewer: Viewer) -> list[tuple[str, int, str]]:
    """(key of ``labels.WAITING``, how many, where they are listed): differences older than two days that nobody lets wait."""
    today = work.now.astimezone(BANK_ZONE).date()
    asked = {"branches": viewer.branch_ids, "before": work.now - _OLD, "today": today}
    row = work.row(_WAITING_LONG, asked)
    return [("old", row[0], "/console/reconciliation/")] if row and row[0] else []


def to_take_back(work: Work, *, item: dict[str, Any]) -> list[dict[str, Any]]:
    """Payments that stand by what the bank told us and has on no statement: to be reversed where the bank took it back."""
    if item["kind"] != "unmatched" or item["branch_id"] is None:
        return []
    return work.dicts(_TO_TAKE_BACK, {"branch": item["branch_id"], "notice": item["notification_id"]})


def notes(work: Work, item_id: UUID) -> list[dict[str, Any]]:
    return work.dicts(_NOTES, [item_id])


def statements(work: Work, *, bank_id: str, day: date) -> list[dict[str, Any]]:
    return work.dicts(_STATEMENTS, [bank_id, day])


def halves(work: Work, *, viewer: Viewer, item: dict[str, Any]) -> list[dict[str, Any]]:
    other = {"missing": "unmatched", "unmatched": "missing"}.get(item["kind"])
    if other is None:
        return []
    asked = {"bank": item["bank_id"], "kind": other, "amount": item["amount"], "day": item["day"]}
    return work.dicts(_HALVES, asked | {"branches": viewer.branch_ids})
