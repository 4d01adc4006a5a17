"""Reads for pages about cash, within what the viewer may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from perisai.accounts.audience import Viewer
from perisai.agents.queries import narrow
from perisai.custody import parts
from perisai.errors import Refused
from perisai.events.work import Work
from perisai.offices.part import Part
from perisai.payments.books import ledger

PAGE: Final = 200

# Carried by custody_line_enrolment. What an open deposit takes is on its way to the bank.
_OUTSTANDING: LiteralString = """
SELECT l.enrolment_id, r.id, r.kind, coalesce(r.number, b.series || '/' || r.page, r.said_number), l.amount - l.settled,
  l.first_month, l.last_month, r.captured_at, r.due_on, r.agent_id, a.code, a.full_name
FROM custody_line l
JOIN custody_receipt r ON r.branch_id = l.branch_id AND r.id = l.receipt_id
JOIN agents_agent a ON a.branch_id = r.branch_id AND a.id = r.agent_id
LEFT JOIN custody_book b ON b.branch_id = r.branch_id AND b.id = r.book_id
WHERE l.branch_id = %s AND l.enrolment_id = ANY (%s) AND r.state = 'held' AND r.kind <> 'repayment' AND l.amount > l.settled
ORDER BY r.captured_at, r.id
"""
_OF_MEMBER: LiteralString = """
SELECT r.id, r.kind, r.state, coalesce(r.number, b.series || '/' || r.page, r.said_number) AS number, l.amount, l.settled,
  l.first_month, l.last_month, r.captured_at, r.due_on, r.settled_at, r.void_at, a.code AS agent_code, a.full_name AS agent_name
FROM custody_line l
JOIN custody_receipt r ON r.branch_id = l.branch_id AND r.id = l.receipt_id
JOIN agents_agent a ON a.branch_id = r.branch_id AND a.id = r.agent_id
LEFT JOIN custody_book b ON b.branch_id = r.branch_id AND b.id = r.book_id
WHERE l.branch_id = %s AND l.enrolment_id = %s ORDER BY r.captured_at DESC LIMIT 20
"""
# Carried by custody_line_enrolment.
_OF_MEMBERS: LiteralString = """
SELECT r.id, coalesce(r.number, b.series || '/' || r.page, r.said_number) AS number, r.amount, r.captured_at,
  a.full_name AS agent_name
FROM custody_receipt r
JOIN agents_agent a ON a.branch_id = r.branch_id AND a.id = r.agent_id
LEFT JOIN custody_book b ON b.branch_id = r.branch_id AND b.id = r.book_id
WHERE r.branch_id = %s AND r.id IN (SELECT receipt_id FROM custody_line WHERE branch_id = %s AND enrolment_id = ANY (%s::uuid[]))
ORDER BY r.captured_at DESC LIMIT 20
"""
# Carried by receipt_held and the key of custody_line. Extended until: by permission_agent.
_HELD: LiteralString = """
SELECT a.branch_id, a.id AS agent_id, a.code, a.full_name, a.state AS agent_state, h.cash, h.advanced, h.receipts, h.since,
  h.due_on, h.late, h.late_receipts, x.until_on AS extended_until, o.timezone, o.name AS branch_name
FROM (
  SELECT r.branch_id, r.agent_id,
    coalesce(sum(l.amount - l.settled) FILTER (WHERE r.kind = 'cash'), 0)::bigint AS cash,
    coalesce(sum(l.amount - l.settled) FILTER (WHERE r.kind = 'advance'), 0)::bigint AS advanced,
    count(DISTINCT r.id) AS receipts, min(r.captured_at) AS since, min(r.due_on) AS due_on,
    coalesce(sum(l.amount - l.settled) FILTER (WHERE r.kind = 'cash' AND r.due_on < t.day), 0)::bigint AS late,
    count(DISTINCT r.id) FILTER (WHERE r.kind = 'cash' AND r.due_on < t.day) AS late_receipts
  FROM custody_receipt r
  JOIN custody_line l ON l.branch_id = r.branch_id AND l.receipt_id = r.id
  JOIN offices_office b ON b.id = r.branch_id
  CROSS JOIN LATERAL (SELECT (%s::timestamptz AT TIME ZONE b.timezone)::date AS day) t
  WHERE r.state = 'held' AND r.kind <> 'repayment'
  GROUP BY r.branch_id, r.agent_id
) h
JOIN agents_agent a ON a.branch_id = h.branch_id AND a.id = h.agent_id
JOIN offices_office o ON o.id = h.branch_id
LEFT JOIN LATERAL (
  SELECT max(p.until_on) AS until_on FROM custody_permission p
  WHERE p.branch_id = h.branch_id AND p.agent_id = h.agent_id AND p.kind = 'extension' AND p.ended_at IS NULL
    AND p.until_on >= (%s::timestamptz AT TIME ZONE o.timezone)::date
) x ON true
WHERE """
# Carried by receipt_held and the key of custody_line.
_CASH: LiteralString = """
SELECT r.agent_id, sum(l.amount - l.settled)::bigint FROM custody_receipt r
JOIN custody_line l ON l.branch_id = r.branch_id AND l.receipt_id = r.id
WHERE r.branch_id = %s AND r.state = 'held' AND r.kind = 'cash' GROUP BY r.agent_id HAVING sum(l.amount - l.settled) <> 0
"""
_RECEIPTS: LiteralString = """
SELECT r.branch_id, r.id, r.kind, r.state, r.is_whole, coalesce(r.number, b.series || '/' || r.page, r.said_number) AS number,
  r.payer_name, r.amount, s.settled, s.members, r.captured_at, r.received_at, r.due_on, r.settled_at, r.void_at, r.review,
  r.reviewed_at, a.id AS agent_id, a.code, a.full_name, o.timezone
FROM custody_receipt r
JOIN agents_agent a ON a.branch_id = r.branch_id AND a.id = r.agent_id
JOIN offices_office o ON o.id = r.branch_id
LEFT JOIN custody_book b ON b.branch_id = r.branch_id AND b.id = r.book_id
CROSS JOIN LATERAL (
  SELECT sum(l.settled)::bigint AS settled, count(*) AS members FROM custody_line l
  WHERE l.branch_id = r.branch_id AND l.receipt_id = r.id) s
WHERE """
_RECEIPT: LiteralString = """
SELECT r.*, coalesce(r.number, b.series || '/' || r.page, r.said_number) AS shown_number, a.code, a.full_name, o.timezone,
  u.full_name AS reviewed_by_name, d.name AS device_name
FROM custody_receipt r
JOIN agents_agent a ON a.branch_id = r.branch_id AND a.id = r.agent_id
JOIN offices_office o ON o.id = r.branch_id
LEFT JOIN custody_book b ON b.branch_id = r.branch_id AND b.id = r.book_id
LEFT JOIN accounts_user u ON u.id = r.reviewed_by
LEFT JOIN accounts_device d ON d.id = r.device_id
WHERE r.branch_id = %s AND r.id = %s AND """
_LINES: LiteralString = """
SELECT l.n, l.enrolment_id, l.first_month, l.last_month, l.amount, l.settled, p.name, e.state
FROM custody_line l
LEFT JOIN members_enrolment e ON e.branch_id = l.branch_id AND e.id = l.enrolment_id
LEFT JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
WHERE l.branch_id = %s AND l.receipt_id = %s ORDER BY l.n
"""
_DEPOSITS_OF: LiteralString = """
SELECT d.id, d.code, d.state, d.made_at, d.ended_at, sum(x.amount)::bigint AS amount
FROM custody_deposit_line x JOIN custody_deposit d ON d.branch_id = x.branch_id AND d.id = x.deposit_id
WHERE x.branch_id = %s AND x.receipt_id = %s GROUP BY d.branch_id, d.id ORDER BY d.made_at
"""
_DEPOSITS: LiteralString = """
SELECT id, code, amount, bills, state, made_at, expires_at, ended_at FROM custody_deposit
WHERE branch_id = %s AND agent_id = %s ORDER BY made_at DESC LIMIT 20
"""
_PERMISSIONS: LiteralString = """
SELECT p.id, p.kind, p.agent_id, p.amount, p.until_on, p.reason, p.given_at, p.ended_at, u.full_name AS who
FROM custody_permission p LEFT JOIN accounts_user u ON u.id = p.given_by
WHERE p.branch_id = %s AND (p.agent_id = %s OR p.agent_id IS NULL) ORDER BY p.given_at DESC LIMIT 20
"""
_SAID: LiteralString = """
SELECT c.id, c.branch_id, c.enrolment_id, c.opened_at, c.due_on, p.name, a.code, a.full_name, o.timezone
FROM reminders_case c
JOIN members_enrolment e ON e.branch_id = c.branch_id AND e.id = c.enrolment_id
JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
JOIN offices_office o ON o.id = c.branch_id
JOIN agents_agent a ON a.branch_id = e.branch_id AND a.id = e.agent_id
WHERE c.closed_at IS NULL AND c.kind = 'paid_somebody' AND c.has_receipt IS NOT TRUE AND """


@dataclass(frozen=True)
class Outstanding:
    """Money of a member that an agent says to hold (``cash``) or to advance (``advance``) and that no bank has. Rupiah."""

    enrolment_id: UUID
    receipt_id: UUID
    kind: str
    number: str
    amount: int
    first_month: date | None
    last_month: date | None
    captured_at: datetime
    due_on: date
    agent_id: UUID
    agent_code: str
    agent_name: str


def outstanding(work: Work, branch_id: int, enrolment_ids: Iterable[UUID]) -> dict[UUID, list[Outstanding]]:
    """By enrolment, oldest receipt first; nothing for members of whom no agent holds anything. One statement."""
    found: dict[UUID, list[Outstanding]] = {}
    for row in work.rows(_OUTSTANDING, [branch_id, list(enrolment_ids)]):
        found.setdefault(row[0], []).append(Outstanding(*row))
    return found


def cash_accounts(work: Work, branch_id: int) -> dict[str, int]:
    """What the ledger should say of each agent's cash: rupiah of receipts that no bank has, by account. One statement."""
    rows = work.rows(_CASH, [branch_id])
    return {ledger.cash_account(agent_id): amount for agent_id, amount in rows}


def of_member(work: Work, branch_id: int, enrolment_id: UUID) -> list[dict[str, Any]]:
    """Receipts that name a member, newest first. One statement."""
    return work.dicts(_OF_MEMBER, [branch_id, enrolment_id])


def of_members(work: Work, branch_id: int, enrolment_ids: list[UUID]) -> list[dict[str, Any]]:
    """Receipts that name any of these, whole, newest first. One statement."""
    return work.dicts(_OF_MEMBERS, [branch_id, branch_id, enrolment_ids])


def held(work: Work, *, viewer: Viewer, part: Part, is_overdue: bool = False) -> list[dict[str, Any]]:
    """Agents who hold money: the overdue first, by how much, then by the day it is due. ``is_overdue``: only those whose money
    should have been deposited, and who got no more time. One statement."""
    sql, params = narrow(viewer)
    within, more = part.narrow("a", agent="id")
    sql, params = sql + " AND " + within, [*params, *more]
    if is_overdue:
        sql += " AND h.late > 0 AND x.until_on IS NULL"
    query = _HELD + sql + " ORDER BY h.late > 0 AND x.until_on IS NULL DESC, h.late DESC, h.due_on, a.code LIMIT 500"
    return work.dicts(query, [work.now, work.now, *params])


def to_review(work: Work, *, viewer: Viewer) -> list[dict[str, Any]]:
    """Receipts that somebody must look at, oldest first. One statement."""
    sql, params = narrow(viewer)
    query = _RECEIPTS + "r.review <> '' AND r.reviewed_at IS NULL AND " + sql + " ORDER BY r.received_at LIMIT %s"
    return work.dicts(query, [*params, PAGE])


def receipts(work: Work, *, viewer: Viewer, q: str = "", agent_id: UUID | None = None) -> list[dict[str, Any]]:
    """Newest first; ``q`` a number or a payer. One statement."""
    sql, params = narrow(viewer)
    where: LiteralString = sql
    if agent_id is not None:
        where, params = where + " AND r.agent_id = %s", [*params, agent_id]
    if q:
        like = "%" + q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        where += " AND (r.number = upper(%s) OR r.said_number = %s OR b.series || '/' || r.page = %s OR r.payer_name ILIKE %s)"
        params = [*params, q, q, q, like]
    return work.dicts(_RECEIPTS + where + " ORDER BY r.received_at DESC LIMIT %s", [*params, PAGE])


def receipt(work: Work, *, viewer: Viewer, branch_id: int, receipt_id: UUID) -> dict[str, Any]:
    """One with its lines, these by programme, and deposits. Raises E1004 outside what the viewer may see. Four statements."""
    sql, params = narrow(viewer)
    found = work.dicts(_RECEIPT + sql, [branch_id, receipt_id, *params])
    if not found:
        raise Refused("E1004")
    lines = work.dicts(_LINES, [branch_id, receipt_id])
    lines = parts.with_parts(work, branch_id=branch_id, receipt_id=receipt_id, lines=lines)
    deposits = work.dicts(_DEPOSITS_OF, [branch_id, receipt_id])
    return found[0] | {"lines": lines, "deposits": deposits, "settled": sum(line["settled"] for line in lines)}


def deposits(work: Work, branch_id: int, agent_id: UUID) -> list[dict[str, Any]]:
    return work.dicts(_DEPOSITS, [branch_id, agent_id])


def permissions(work: Work, branch_id: int, agent_id: UUID) -> list[dict[str, Any]]:
    return work.dicts(_PERMISSIONS, [branch_id, agent_id])


def said_without_receipt(work: Work, *, viewer: Viewer) -> list[dict[str, Any]]:
    """Members who said that they paid somebody, and of whom there is no receipt. One statement."""
    sql, params = narrow(viewer)
    return work.dicts(_SAID + sql + " ORDER BY c.opened_at LIMIT %s", [*params, PAGE])


_WAITS_LATE: LiteralString = """
SELECT count(DISTINCT (r.branch_id, r.agent_id)) FROM custody_receipt r
JOIN agents_agent a ON a.branch_id = r.branch_id AND a.id = r.agent_id
JOIN offices_office o ON o.id = r.branch_id
WHERE r.state = 'held' AND r.kind = 'cash' AND r.due_on < (%s::timestamptz AT TIME ZONE o.timezone)::date AND """
_WAITS_REVIEW: LiteralString = """
SELECT count(*) FROM custody_receipt r JOIN agents_agent a ON a.branch_id = r.branch_id AND a.id = r.agent_id
WHERE r.review <> '' AND r.reviewed_at IS NULL AND """


def waiting(work: Work, *, viewer: Viewer) -> list[tuple[str, int, str]]:
    """(key of ``labels.WAITING``, how many, where they are listed); what is nothing is left out. One statement.

    ``overdue``: agents with cash that should be at a bank; ``review``: receipts that somebody must look at.
    """
    sql, params = narrow(viewer)
    row = work.row("SELECT (" + _WAITS_LATE + sql + "), (" + _WAITS_REVIEW + sql + ")", [work.now, *params, *params])
    late, review = row or (0, 0)
    places = (("overdue", late, "/console/custody/"), ("review", review, "/console/custody/?tab=review"))
    return [one for one in places if one[1]]
