"""What stands on a paper, read from the rooms that own it."""

from collections.abc import Iterator
from typing import Any, Final, LiteralString
from uuid import UUID

import orjson

from perisai.contributions.bills.settlement import Payable
from perisai.errors import Refused
from perisai.events.work import Work
from perisai.payments.crediting.judgement import payable_now

# By primary keys. Who paid: of a bill that an order paid, the order's payer; else the sponsor whose bill it is; else the member.
_PAYER: LiteralString = """
LEFT JOIN LATERAL (
  SELECT o.payer_kind, coalesce(s.name, g.name, m.name, a.full_name, '') AS name
  FROM payments_order_bill ob
  JOIN payments_order o ON o.branch_id = ob.branch_id AND o.id = ob.order_id AND o.state = 'paid'
  LEFT JOIN payers_sponsor s ON o.payer_kind = 'sponsor' AND s.branch_id = o.branch_id AND s.id = o.payer_id
  LEFT JOIN payers_group g ON o.payer_kind = 'group' AND g.branch_id = o.branch_id AND g.id = o.payer_id
  LEFT JOIN employers_employer m ON o.payer_kind = 'employer' AND m.branch_id = o.branch_id AND m.id = o.payer_id
  LEFT JOIN agents_agent a ON o.payer_kind = 'agent' AND a.branch_id = o.branch_id AND a.id = o.payer_id
  WHERE ob.branch_id = b.branch_id AND ob.bill_id = b.id LIMIT 1) paid_for ON true
LEFT JOIN payers_sponsor sponsor ON sponsor.branch_id = b.branch_id AND sponsor.id = b.sponsor_id
"""
_PERSON: LiteralString = """
e.id AS enrolment_id, p.name, p.nik_masked, e.kpj, e.programmes, e.segment, o.name AS branch, o.address AS branch_address,
o.timezone, o.is_demo
"""
_JOINS: LiteralString = """
JOIN members_enrolment e ON e.branch_id = b.branch_id AND e.id = b.enrolment_id
JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
JOIN offices_office o ON o.id = b.branch_id
"""
_BILL: LiteralString = (
    "SELECT b.id, b.payment_code, b.state, b.first_month, b.months, b.lines, b.amount, b.pay_by, b.issued_at, b.enrolment_id,"
    " coalesce(paid_for.name, sponsor.name, '') AS payer, "
    + _PERSON
    + " FROM contributions_bill b "
    + _JOINS
    + _PAYER
    + " WHERE b.branch_id = %s AND b.id = %s"
)
_RECEIPT: LiteralString = (
    "SELECT b.id AS bill_id, y.id, b.first_month, b.months, b.lines, y.amount, y.paid_at, y.confirmed_at, y.reversed_at,"
    " y.reference_no, y.source, coalesce(k.name, y.bank_id) AS bank, coalesce(paid_for.name, sponsor.name, '') AS payer, "
    + _PERSON
    + " FROM payments_payment y JOIN contributions_bill b ON b.branch_id = y.branch_id AND b.id = y.bill_id"
    + " LEFT JOIN payments_bank k ON k.id = y.bank_id "
    + _JOINS
    + _PAYER
    + " WHERE y.branch_id = %s AND y.id = %s"
)
_MEMBER: LiteralString = (
    "SELECT " + _PERSON + " FROM (SELECT %s::int AS branch_id, %s::uuid AS enrolment_id) b " + _JOINS
)  # fmt: skip

# Carried by the primary key of paid months. JHT gathered: dues alone, of this year and all before.
_MONTHS: LiteralString = (
    "SELECT m.month, m.jkk, m.jkm, m.jht, m.jp, m.jkp, m.relief, m.paid_at,"
    " coalesce(paid_for.name, sponsor.name, '') AS payer, b.id IS NULL AS is_elsewhere"
    " FROM contributions_paid_month m"
    " LEFT JOIN contributions_bill b ON b.branch_id = m.branch_id AND b.id = m.bill_id AND m.payment_id IS NOT NULL "
    + _PAYER
    + " WHERE m.branch_id = %s AND m.enrolment_id = %s AND m.month >= make_date(%s, 1, 1) AND m.month < make_date(%s, 1, 1)"
    " ORDER BY m.month"
)
_GATHERED: LiteralString = """
SELECT coalesce(sum(jht), 0)::bigint FROM contributions_paid_month
WHERE branch_id = %s AND enrolment_id = %s AND month < make_date(%s, 1, 1)
"""
_ORDER: LiteralString = """
SELECT r.id, r.code, r.amount, r.count, r.state, r.made_at, r.pay_by, r.ended_at, r.payer_kind,
  coalesce(s.name, g.name, m.name, a.full_name, '') AS payer, o.name AS branch, o.address AS branch_address, o.timezone, o.is_demo
FROM payments_order r
JOIN offices_office o ON o.id = r.branch_id
LEFT JOIN payers_sponsor s ON r.payer_kind = 'sponsor' AND s.branch_id = r.branch_id AND s.id = r.payer_id
LEFT JOIN payers_group g ON r.payer_kind = 'group' AND g.branch_id = r.branch_id AND g.id = r.payer_id
LEFT JOIN employers_employer m ON r.payer_kind = 'employer' AND m.branch_id = r.branch_id AND m.id = r.payer_id
LEFT JOIN agents_agent a ON r.payer_kind = 'agent' AND a.branch_id = r.branch_id AND a.id = r.payer_id
WHERE r.branch_id = %s AND r.id = %s
"""
_ORDER_BILLS: LiteralString = """
SELECT p.name, b.first_month, b.months, ob.amount, e.kpj, b.lines FROM payments_order_bill ob
JOIN contributions_bill b ON b.branch_id = ob.branch_id AND b.id = ob.bill_id
JOIN members_enrolment e ON e.branch_id = ob.branch_id AND e.id = ob.enrolment_id
JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
WHERE ob.branch_id = %s AND ob.order_id = %s ORDER BY p.name, b.first_month LIMIT %s
"""
# Some at a time, each table by its primary key: joined, a plan that knows nothing yet of 10,000 people just brought in reads all of
# them for each.
_ORDER_TABLE: LiteralString = """
SELECT bill_id, enrolment_id, amount FROM payments_order_bill
WHERE branch_id = %s AND order_id = %s AND bill_id > %s ORDER BY bill_id LIMIT %s
"""
_TABLE_BILLS: LiteralString = """
SELECT id, first_month, months, lines FROM contributions_bill WHERE branch_id = %s AND id = ANY (%s)
"""
_TABLE_MEMBERS: LiteralString = (
    "SELECT id, person_id, kpj FROM members_enrolment WHERE branch_id = %s AND id = ANY (%s)"
)
_TABLE_PEOPLE: LiteralString = "SELECT id, name, nik_masked FROM members_person WHERE branch_id = %s AND id = ANY (%s)"
_AT_ONCE: Final = 1_000
_CASH: LiteralString = """
SELECT r.id, r.kind, r.state, r.payer_name, r.amount, r.captured_at, r.due_on, r.is_whole, r.void_at,
  coalesce(r.number, b.series || '/' || r.page, r.said_number) AS number, a.full_name AS agent, a.code AS agent_code,
  o.name AS branch, o.address AS branch_address, o.timezone, o.is_demo
FROM custody_receipt r
JOIN agents_agent a ON a.branch_id = r.branch_id AND a.id = r.agent_id
JOIN offices_office o ON o.id = r.branch_id
LEFT JOIN custody_book b ON b.branch_id = r.branch_id AND b.id = r.book_id
WHERE r.branch_id = %s AND r.id = %s
"""
_CASH_LINES: LiteralString = """
SELECT l.n, coalesce(p.name, '–') AS name, e.kpj, l.first_month, l.last_month, l.amount, l.settled FROM custody_line l
LEFT JOIN members_enrolment e ON e.branch_id = l.branch_id AND e.id = l.enrolment_id
LEFT JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
WHERE l.branch_id = %s AND l.receipt_id = %s ORDER BY l.n
"""


def bill(work: Work, branch_id: int, bill_id: UUID) -> dict[str, Any]:
    """An open bill as it would be paid now: a first one goes to the month of its payment. Raises E1004."""
    found = _lined(_one(work, _BILL, [branch_id, bill_id]))
    if found["state"] != "open":
        return found
    payables = payable_now(work, branch_id=branch_id, enrolment_id=found["enrolment_id"], at=work.now)
    return found | next((as_paid_now(one) for one in payables if one.id == bill_id), {})


def as_paid_now(bill: Payable) -> dict[str, Any]:
    """Months, lines and sum."""
    return {"first_month": bill.first_month, "months": bill.months, "lines": bill.lines, "amount": bill.amount}


def receipt(work: Work, branch_id: int, payment_id: UUID) -> dict[str, Any]:
    """Raises E1004."""
    return _lined(_one(work, _RECEIPT, [branch_id, payment_id]))


def member(work: Work, branch_id: int, enrolment_id: UUID) -> dict[str, Any]:
    """Raises E1004."""
    return _one(work, _MEMBER, [branch_id, enrolment_id])


def year(work: Work, branch_id: int, enrolment_id: UUID, of: int) -> tuple[list[dict[str, Any]], int]:
    """(the paid months of a year, JHT dues gathered to its end)."""
    gathered = work.row(_GATHERED, [branch_id, enrolment_id, of + 1])
    return work.dicts(_MONTHS, [branch_id, enrolment_id, of, of + 1]), gathered[0] if gathered else 0


def order(work: Work, branch_id: int, order_id: UUID, most: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """(the order, its first ``most`` bills). Raises E1004."""
    found = _one(work, _ORDER, [branch_id, order_id])
    return found, work.dicts(_ORDER_BILLS, [branch_id, order_id, most])


def order_table(work: Work, branch_id: int, order_id: UUID) -> Iterator[dict[str, Any]]:
    """All bills of an order with whose they are, 1,000 at a time: four statements each time."""
    after = UUID(int=0)
    while rows := work.dicts(_ORDER_TABLE, [branch_id, order_id, after, _AT_ONCE]):
        bills = _by_id(work, _TABLE_BILLS, branch_id, [row["bill_id"] for row in rows])
        members = _by_id(work, _TABLE_MEMBERS, branch_id, [row["enrolment_id"] for row in rows])
        people = _by_id(work, _TABLE_PEOPLE, branch_id, [one["person_id"] for one in members.values()])
        for row in rows:
            member = members[row["enrolment_id"]]
            yield member | people[member["person_id"]] | bills[row["bill_id"]] | row
        after = rows[-1]["bill_id"]


def _by_id(work: Work, sql: LiteralString, branch_id: int, ids: list[UUID]) -> dict[UUID, dict[str, Any]]:
    return {row["id"]: row for row in work.dicts(sql, [branch_id, ids])}


def cash(work: Work, branch_id: int, receipt_id: UUID) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """(a receipt for cash, its lines). Raises E1004."""
    return _one(work, _CASH, [branch_id, receipt_id]), work.dicts(_CASH_LINES, [branch_id, receipt_id])


def _one(work: Work, sql: LiteralString, params: list[Any]) -> dict[str, Any]:
    rows = work.dicts(sql, params)
    if not rows:
        raise Refused("E1004")
    return rows[0]


def _lined(row: dict[str, Any]) -> dict[str, Any]:
    lines = row["lines"]
    return row | {"lines": orjson.loads(lines) if isinstance(lines, str | bytes) else lines}
