"""Finds deposits whose order the bank has confirmed, and settles their receipts: set-based, by a job and when somebody looks."""

from collections import defaultdict
from typing import LiteralString
from uuid import UUID

from perisai.custody import standing, tell
from perisai.events.work import Happened, Work
from perisai.payments.books import ledger
from perisai.payments.orders import order
from perisai.written import rupiah

# Carried by deposit_open.
_AGENTS: LiteralString = """
SELECT DISTINCT d.agent_id FROM custody_deposit d
WHERE d.branch_id = %(branch)s AND d.state = 'open' AND (%(agent)s::uuid IS NULL OR d.agent_id = %(agent)s)
"""
_STALE: LiteralString = """
SELECT d.order_id FROM custody_deposit d JOIN payments_order o ON o.branch_id = d.branch_id AND o.id = d.order_id
WHERE d.branch_id = %s AND d.agent_id = ANY (%s) AND d.state = 'open' AND o.state = 'open' AND EXISTS (
  SELECT FROM custody_deposit_line l JOIN contributions_bill b ON b.branch_id = l.branch_id AND b.id = l.bill_id
  WHERE l.branch_id = d.branch_id AND l.deposit_id = d.id AND b.state <> 'open')
"""
# The order by its primary key.
_END: LiteralString = """
UPDATE custody_deposit d SET state = CASE o.state WHEN 'paid' THEN 'paid' ELSE 'cancelled' END,
  ended_at = coalesce(o.ended_at, %(now)s)
FROM payments_order o
WHERE d.branch_id = %(branch)s AND d.agent_id = ANY (%(agents)s) AND d.state = 'open'
  AND o.branch_id = d.branch_id AND o.id = d.order_id AND o.state <> 'open'
RETURNING d.id, d.agent_id, d.order_id, d.amount, o.state
"""
_LINES: LiteralString = """
UPDATE custody_line l SET settled = l.settled + s.amount
FROM (
  SELECT receipt_id, n, sum(amount)::bigint AS amount FROM custody_deposit_line
  WHERE branch_id = %(branch)s AND deposit_id = ANY (%(deposits)s) GROUP BY receipt_id, n
) s
WHERE l.branch_id = %(branch)s AND l.receipt_id = s.receipt_id AND l.n = s.n
"""
_RECEIPTS: LiteralString = """
UPDATE custody_receipt r SET state = 'settled', settled_at = %(now)s
WHERE r.branch_id = %(branch)s AND r.state = 'held'
  AND r.id IN (SELECT receipt_id FROM custody_deposit_line WHERE branch_id = %(branch)s AND deposit_id = ANY (%(deposits)s))
  AND NOT EXISTS (
    SELECT FROM custody_line l WHERE l.branch_id = r.branch_id AND l.receipt_id = r.id AND l.settled < l.amount)
"""
_MOVED: LiteralString = """
SELECT x.deposit_id, r.agent_id, array_agg(DISTINCT r.id), coalesce(sum(x.amount) FILTER (WHERE r.kind = 'cash'), 0)::bigint
FROM custody_deposit_line x JOIN custody_receipt r ON r.branch_id = x.branch_id AND r.id = x.receipt_id
WHERE x.branch_id = %(branch)s AND x.deposit_id = ANY (%(deposits)s)
GROUP BY x.deposit_id, r.agent_id
"""
# Receipts whose months are paid though their money never went by a deposit: the agent may still hold it.
_ELSEWHERE: LiteralString = """
UPDATE custody_receipt r SET review = CASE r.review WHEN '' THEN 'paid_elsewhere' ELSE r.review || ',paid_elsewhere' END,
  reviewed_at = NULL, reviewed_by = NULL
WHERE r.branch_id = %(branch)s AND r.state = 'held' AND r.kind <> 'repayment'
  AND (%(agent)s::uuid IS NULL OR r.agent_id = %(agent)s) AND r.review NOT LIKE '%%paid_elsewhere%%'
  AND EXISTS (
    SELECT FROM custody_line l JOIN members_enrolment e ON e.branch_id = l.branch_id AND e.id = l.enrolment_id
    WHERE l.branch_id = r.branch_id AND l.receipt_id = r.id AND l.settled < l.amount AND e.paid_through >= l.last_month
      AND NOT EXISTS (
        SELECT FROM custody_deposit_line x JOIN custody_deposit d ON d.branch_id = x.branch_id AND d.id = x.deposit_id
        WHERE x.branch_id = l.branch_id AND x.receipt_id = l.receipt_id AND x.n = l.n AND d.state <> 'cancelled'))
"""


def settle(work: Work, *, branch_id: int, agent_id: UUID | None = None) -> int:
    """Ends deposits whose order was paid, expired or cancelled, of one agent or of all; how many were paid. Where a bill of an
    open one was paid in another way, the order can no more be settled as a whole: it is cancelled and the rest is free again.
    """
    agents = [one for (one,) in work.rows(_AGENTS, {"branch": branch_id, "agent": agent_id})]
    paid = _end(work, branch_id, agents) if agents else 0
    work.execute(_ELSEWHERE, {"branch": branch_id, "agent": agent_id})
    return paid


def _end(work: Work, branch_id: int, agents: list[UUID]) -> int:
    standing.lock(work, branch_id, agents)
    _cancel_stale(work, branch_id, agents)
    ended = work.rows(_END, {"branch": branch_id, "agents": agents, "now": work.now})
    for deposit_id, agent, order_id, amount, state in ended:
        if state != "paid":
            detail = {"order": str(order_id), "reason": state}
            _report(work, branch_id, "cash_deposit_cancelled", deposit_id, agent, amount, detail)
    paid = [row[0] for row in ended if row[4] == "paid"]
    if paid:
        _settle(work, branch_id, paid, {row[0]: row[3] for row in ended})
    return len(paid)


def _cancel_stale(work: Work, branch_id: int, agents: list[UUID]) -> None:
    for (order_id,) in work.rows(_STALE, [branch_id, agents]):
        order.cancel(work, branch_id=branch_id, order_id=order_id)


def _settle(work: Work, branch_id: int, deposits: list[UUID], amounts: dict[UUID, int]) -> None:
    about = {"branch": branch_id, "deposits": deposits, "now": work.now}
    work.execute(_LINES, about)
    work.execute(_RECEIPTS, about)
    cash: defaultdict[UUID, int] = defaultdict(int)
    receipts: set[UUID] = set()
    bodies: dict[UUID, str] = {}
    for deposit_id, agent, some, moved in work.rows(_MOVED, about):
        cash[agent] += moved
        receipts |= set(some)
        bodies[agent] = f"bank menerima setoran Anda {rupiah(amounts[deposit_id])} untuk {len(some)} tanda terima."
        detail = {"deposit": str(deposit_id), "receipts": len(some)}
        _report(work, branch_id, "cash_settled", deposit_id, agent, amounts[deposit_id], detail)
    ledger.record_custody(work, branch_id, [(agent, -moved) for agent, moved in sorted(cash.items())])
    tell.tell_settled(work, branch_id=branch_id, receipts=list(receipts))
    tell.tell_agents(work, branch_id=branch_id, bodies=bodies)


def _report(
    work: Work, branch_id: int, kind: str, subject: UUID, agent: UUID, amount: int, detail: dict[str, object]
) -> None:
    work.report(
        Happened(kind=kind, branch_id=branch_id, subject_id=subject, agent_id=agent, amount=amount, detail=detail)
    )
