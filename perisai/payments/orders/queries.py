"""Reads for the pages about orders, money held and refunds. Every query stays within what the viewer may see."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from perisai.accounts.audience import Viewer
from perisai.events.work import Work
from perisai.payments.books import shares
from perisai.payments.orders.order import MOST_BILLS

PAGE: Final = 50
MOST_SHOWN: Final = 500

# An order belongs to a branch; who pays it is named by whichever room knows them. ``{seen}``: where the viewer sees a part of the
# branch, all of its members are of that part; bills by the primary key, up to the first one of another part.
_ORDERS: LiteralString = """
SELECT o.branch_id, o.id, o.code, o.payer_kind, o.amount, o.count, o.state, o.made_at, o.pay_by, o.ended_at, b.timezone,
  b.name AS branch, coalesce(a.full_name, g.name, e.name, s.name, '') AS payer, u.full_name AS made_by
FROM payments_order o JOIN offices_office b ON b.id = o.branch_id
LEFT JOIN agents_agent a ON o.payer_kind = 'agent' AND a.branch_id = o.branch_id AND a.id = o.payer_id
LEFT JOIN payers_group g ON o.payer_kind = 'group' AND g.branch_id = o.branch_id AND g.id = o.payer_id
LEFT JOIN employers_employer e ON o.payer_kind = 'employer' AND e.branch_id = o.branch_id AND e.id = o.payer_id
LEFT JOIN payers_sponsor s ON o.payer_kind = 'sponsor' AND s.branch_id = o.branch_id AND s.id = o.payer_id
LEFT JOIN accounts_user u ON u.id = o.made_by
WHERE (%(branches)s::int[] IS NULL OR o.branch_id = ANY (%(branches)s::int[])) {seen}
"""
_SEEN: LiteralString = """
AND NOT EXISTS (
  SELECT FROM payments_order_bill x JOIN members_enrolment e ON e.branch_id = x.branch_id AND e.id = x.enrolment_id
  WHERE x.branch_id = o.branch_id AND x.order_id = o.id AND ({part}) IS NOT TRUE)
"""
_LIST: LiteralString = (
    _ORDERS
    + """ AND (%(state)s = '' OR o.state = %(state)s) AND (%(q)s = '' OR o.code = %(q)s)
  AND (%(before)s::uuid IS NULL OR o.id < %(before)s::uuid)
ORDER BY o.id DESC LIMIT %(most)s
"""
)
_ONE: LiteralString = _ORDERS + " AND o.branch_id = %(branch)s AND o.id = %(id)s"

_MEMBERS: LiteralString = """
SELECT q.bill_id, q.enrolment_id, q.amount, b.first_month, b.months, b.state, b.payment_code, b.lines, p.name
FROM payments_order_bill q
JOIN contributions_bill b ON b.branch_id = q.branch_id AND b.id = q.bill_id
JOIN members_enrolment e ON e.branch_id = q.branch_id AND e.id = q.enrolment_id
JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
WHERE q.branch_id = %s AND q.order_id = %s ORDER BY p.name, b.first_month LIMIT %s
"""
_SUM: LiteralString = """
SELECT count(DISTINCT q.enrolment_id), coalesce(sum(b.months), 0)::bigint, count(*) FILTER (WHERE b.state NOT IN ('open', 'paid')),
  count(*) FILTER (WHERE b.state = 'paid')
FROM payments_order_bill q JOIN contributions_bill b ON b.branch_id = q.branch_id AND b.id = q.bill_id
WHERE q.branch_id = %s AND q.order_id = %s
"""

# Every bank that takes money by our own codes: reference data, a handful of rows.
_BANKS: LiteralString = """
SELECT id, name, partner_service_id, fee_rupiah, is_demo FROM payments_bank WHERE is_open AND channel = 'va'
ORDER BY fee_rupiah, name
"""

_CHOICE: LiteralString = """
FROM contributions_bill b
JOIN members_enrolment e ON e.branch_id = b.branch_id AND e.id = b.enrolment_id
JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
WHERE b.branch_id = %(branch)s AND b.state = 'open' AND b.pay_by >= %(now)s AND e.state IN ('accepted', 'active', 'lapsed')
  AND b.sponsor_id IS NULL
  AND (%(agent)s::uuid IS NULL OR e.agent_id = %(agent)s) AND (%(group)s::uuid IS NULL OR e.group_id = %(group)s)
  AND (%(employer)s::uuid IS NULL OR e.employer_id = %(employer)s)
  AND (%(only)s::uuid[] IS NULL OR b.id = ANY (%(only)s::uuid[])) AND ({part})
"""
# Carried by enrolment_agent, enrolment_group or enrolment_employer, and bill_enrolment.
_BILLS: LiteralString = (
    "SELECT b.id, b.amount, b.first_month, b.months, b.payment_code, b.pay_by, p.name"
    + _CHOICE
    + " ORDER BY p.name, b.first_month LIMIT %(most)s"
)
_ALL: LiteralString = "SELECT b.id" + _CHOICE + " LIMIT %(most)s"
_COUNT: LiteralString = "SELECT count(*), coalesce(sum(b.amount), 0)::bigint" + _CHOICE

# A group is looked after by its agent; one without an agent by the branch as a whole.
_WHO: dict[str, LiteralString] = {
    "agent": """
SELECT a.id, a.full_name AS name FROM agents_agent a
WHERE a.branch_id = %(branch)s AND a.state = 'active' AND {part} ORDER BY 2""",
    "group": """
SELECT g.id, g.name FROM payers_group g LEFT JOIN agents_agent a ON a.branch_id = g.branch_id AND a.id = g.agent_id
WHERE g.branch_id = %(branch)s AND g.closed_at IS NULL AND ({part} OR %(whole)s) ORDER BY 2""",
    "employer": """
SELECT a.id, a.name FROM employers_employer a WHERE a.branch_id = %(branch)s AND {part} ORDER BY 2 LIMIT 2000""",
}


def orders(
    work: Work, *, viewer: Viewer, state: str = "", q: str = "", before: UUID | None = None
) -> list[dict[str, Any]]:
    """A page of orders, newest first. One with members of several parts of the branch is seen by those who see all of it."""
    seen, named = _seen(viewer)
    asked = {"branches": viewer.branch_ids, "state": state, "q": q, "before": before, "most": PAGE}
    return work.dicts(_LIST.replace("{seen}", seen), asked | named)


def find(work: Work, *, viewer: Viewer, branch_id: int, order_id: UUID) -> dict[str, Any] | None:
    seen, named = _seen(viewer)
    asked = {"branches": viewer.branch_ids, "branch": branch_id, "id": order_id}
    rows = work.dicts(_ONE.replace("{seen}", seen), asked | named)
    return rows[0] if rows else None


def members(work: Work, *, branch_id: int, order_id: UUID) -> list[dict[str, Any]]:
    """Its bills with whose they are, by name, up to ``MOST_SHOWN``; ``parts``: (programme, rupiah) of each."""
    rows = work.dicts(_MEMBERS, [branch_id, order_id, MOST_SHOWN])
    return [row | {"parts": shares.named(shares.shares(row["lines"]))} for row in rows]


def sums(work: Work, *, branch_id: int, order_id: UUID) -> dict[str, int]:
    """People, months, and how many of its bills have ended or are paid."""
    row = work.row(_SUM, [branch_id, order_id])
    assert row is not None
    return dict(zip(("people", "months", "lost", "paid"), row, strict=True))


def banks(work: Work) -> list[dict[str, Any]]:
    """Where an order can be paid, the cheapest first; ``fee_rupiah`` for one payment."""
    return work.dicts(_BANKS)


def payers(work: Work, *, viewer: Viewer, kind: str, branch_id: int) -> list[dict[str, Any]]:
    """Agents, groups or employers of the viewer's part."""
    part, named = viewer.narrow_named("a")
    asked = named | {"branch": branch_id, "whole": viewer.sub_branch_id is None and viewer.agency_office_id is None}
    return work.dicts(_WHO[kind].replace("{part}", part), asked) if kind in _WHO else []


def bills(
    work: Work, *, branch_id: int, viewer: Viewer, kind: str, payer_id: UUID
) -> tuple[list[dict[str, Any]], int, int]:
    """Open bills of an agent's, group's or employer's members: up to ``MOST_SHOWN`` of them, how many there are, and their
    rupiah."""
    part, asked = _choice(work.now, branch_id, viewer, kind, payer_id)
    row = work.row(_COUNT.replace("{part}", part), asked)
    assert row is not None
    return work.dicts(_BILLS.replace("{part}", part), asked | {"most": MOST_SHOWN}), row[0], row[1]


def bill_ids(
    work: Work, *, branch_id: int, viewer: Viewer, kind: str, payer_id: UUID, only: Collection[UUID] | None = None
) -> list[UUID]:
    """All of them (or of these ``only``), one more than an order may hold at most."""
    part, asked = _choice(work.now, branch_id, viewer, kind, payer_id)
    asked |= {"most": MOST_BILLS + 1, "only": None if only is None else list(only)}
    return [row[0] for row in work.rows(_ALL.replace("{part}", part), asked)]


def _choice(
    now: datetime, branch_id: int, viewer: Viewer, kind: str, payer_id: UUID
) -> tuple[LiteralString, dict[str, Any]]:
    part, named = viewer.narrow_named("e")
    asked: dict[str, Any] = named | {"branch": branch_id, "now": now, "only": None}
    return part, asked | {name: payer_id if name == kind else None for name in _WHO}


def _seen(viewer: Viewer) -> tuple[LiteralString, dict[str, Any]]:
    if viewer.sub_branch_id is None and viewer.agency_office_id is None:
        return "", {}
    part, named = viewer.narrow_named("e")
    return _SEEN.replace("{part}", part), named
