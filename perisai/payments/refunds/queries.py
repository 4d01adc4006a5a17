"""Reads for the pages about money held and refunds. Every query stays within what the viewer may see."""

from typing import Any, Final, LiteralString
from uuid import UUID

from perisai.accounts.audience import Viewer
from perisai.events.work import Work

MOST: Final = 200

# Rows with money in them: few.
_HELD: LiteralString = """
SELECT h.branch_id, h.enrolment_id, h.amount, h.since, p.name, e.payment_code, e.state, o.timezone, o.name AS branch,
  coalesce((SELECT sum(b.amount)::bigint FROM contributions_bill b WHERE b.branch_id = h.branch_id
    AND b.enrolment_id = h.enrolment_id AND b.state = 'open'), 0) AS owed,
  coalesce((SELECT sum(r.amount)::bigint FROM payments_refund r WHERE r.branch_id = h.branch_id AND r.enrolment_id = h.enrolment_id
    AND r.state = 'proposed' AND r.payment_id IS NULL), 0) AS proposed
FROM payments_held h
JOIN members_enrolment e ON e.branch_id = h.branch_id AND e.id = h.enrolment_id
JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
JOIN offices_office o ON o.id = h.branch_id
WHERE h.amount > 0 AND (%(branches)s::int[] IS NULL OR h.branch_id = ANY (%(branches)s::int[]))
  AND (%(only)s::uuid IS NULL OR h.enrolment_id = %(only)s)
ORDER BY h.since LIMIT %(most)s
"""
_TOTAL: LiteralString = """
SELECT count(*), coalesce(sum(amount), 0)::bigint FROM payments_held
WHERE amount > 0 AND (%(branches)s::int[] IS NULL OR branch_id = ANY (%(branches)s::int[]))
"""

# Carried by refund_state; what waits comes first, then the newest.
_REFUNDS: LiteralString = """
SELECT r.branch_id, r.id, r.enrolment_id, r.payment_id, r.amount, r.reason, r.note, r.state, r.proposed_by, r.proposed_at,
  r.decided_at, r.paid_at, r.reference, u.full_name AS proposer, d.full_name AS decider, p.name, e.payment_code, o.timezone,
  o.name AS branch, k.name AS bank, b.first_month, b.months
FROM payments_refund r
JOIN members_enrolment e ON e.branch_id = r.branch_id AND e.id = r.enrolment_id
JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
JOIN offices_office o ON o.id = r.branch_id
LEFT JOIN payments_payment y ON y.branch_id = r.branch_id AND y.id = r.payment_id
LEFT JOIN contributions_bill b ON b.branch_id = y.branch_id AND b.id = y.bill_id
LEFT JOIN accounts_user u ON u.id = r.proposed_by LEFT JOIN accounts_user d ON d.id = r.decided_by
LEFT JOIN payments_bank k ON k.id = r.bank_id
WHERE (%(branches)s::int[] IS NULL OR r.branch_id = ANY (%(branches)s::int[])) AND (%(state)s = '' OR r.state = %(state)s)
ORDER BY r.state IN ('proposed', 'approved') DESC, r.id DESC LIMIT %(most)s
"""

# Carried by payment_enrolment.
_PAYMENTS: LiteralString = """
SELECT y.id, y.amount, y.confirmed_at, b.first_month, b.months, k.name AS bank FROM payments_payment y
JOIN contributions_bill b ON b.branch_id = y.branch_id AND b.id = y.bill_id LEFT JOIN payments_bank k ON k.id = y.bank_id
WHERE y.branch_id = %s AND y.enrolment_id = %s AND y.reversed_at IS NULL ORDER BY b.first_month DESC LIMIT 60
"""
_MEMBER: LiteralString = """
SELECT e.id, p.name, e.payment_code, o.timezone FROM members_enrolment e
JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id JOIN offices_office o ON o.id = e.branch_id
WHERE e.branch_id = %s AND e.id = %s
"""
_BY_CODE: LiteralString = """
SELECT branch_id, enrolment_id FROM payments_payment_code WHERE code = %s AND enrolment_id IS NOT NULL
"""


def held(work: Work, *, viewer: Viewer, enrolment_id: UUID | None = None) -> list[dict[str, Any]]:
    """Money held, the oldest first, with what each owes."""
    return work.dicts(_HELD, {"branches": viewer.branch_ids, "only": enrolment_id, "most": MOST})


def held_total(work: Work, *, viewer: Viewer) -> tuple[int, int]:
    """For how many members, and how much."""
    row = work.row(_TOTAL, {"branches": viewer.branch_ids})
    assert row is not None
    return row[0], row[1]


def refunds(work: Work, *, viewer: Viewer, state: str = "") -> list[dict[str, Any]]:
    return work.dicts(_REFUNDS, {"branches": viewer.branch_ids, "state": state, "most": MOST})


def member(work: Work, *, branch_id: int, enrolment_id: UUID) -> dict[str, Any] | None:
    rows = work.dicts(_MEMBER, [branch_id, enrolment_id])
    return rows[0] if rows else None


def payments(work: Work, *, branch_id: int, enrolment_id: UUID) -> list[dict[str, Any]]:
    """What may be taken back of a member, the newest months first."""
    return work.dicts(_PAYMENTS, [branch_id, enrolment_id])


def find_by_code(work: Work, *, viewer: Viewer, code: str) -> tuple[int, UUID] | None:
    row = work.row(_BY_CODE, [code])
    return (row[0], row[1]) if row and viewer.sees_branch(row[0]) else None
