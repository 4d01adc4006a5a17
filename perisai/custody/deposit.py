"""An agent's deposit: one order, one code, for all the bills that the chosen receipts pay in full. What does not suffice waits."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

import orjson
from django.db import transaction

from perisai.custody import settle, standing
from perisai.custody.body import DepositBody
from perisai.errors import Refused
from perisai.events.work import Happened, Work
from perisai.members.decision import Decision
from perisai.payments.orders import order
from perisai.training.told import Learner, Told

# Carried by receipt_agent, the key of custody_line and deposit_line_receipt. What an open deposit takes is not free.
_FREE: LiteralString = """
SELECT r.id, l.n, l.enrolment_id, l.amount - l.settled
FROM custody_receipt r
JOIN custody_line l ON l.branch_id = r.branch_id AND l.receipt_id = r.id
LEFT JOIN custody_book b ON b.branch_id = r.branch_id AND b.id = r.book_id
WHERE r.branch_id = %(branch)s AND r.agent_id = %(agent)s AND r.state = 'held' AND r.kind <> 'repayment' AND l.amount > l.settled
  AND (%(chosen)s::text[] IS NULL
    OR coalesce(r.number, b.series || '/' || r.page, r.said_number) = ANY (%(chosen)s::text[])
    OR r.id::text = ANY (%(chosen)s::text[]))
  AND NOT EXISTS (
    SELECT FROM custody_deposit_line x JOIN custody_deposit d ON d.branch_id = x.branch_id AND d.id = x.deposit_id
    WHERE x.branch_id = l.branch_id AND x.receipt_id = l.receipt_id AND x.n = l.n AND d.state = 'open')
ORDER BY r.captured_at, r.id, l.n
"""
# Carried by bill_enrolment.
_BILLS: LiteralString = """
SELECT b.enrolment_id, b.id, b.amount FROM contributions_bill b
WHERE b.branch_id = %s AND b.enrolment_id = ANY (%s) AND b.state = 'open' AND b.pay_by > %s
ORDER BY b.enrolment_id, b.first_month, b.id
"""
_INSERT: LiteralString = """
INSERT INTO custody_deposit (branch_id, id, agent_id, order_id, code, amount, bills, state, made_at, expires_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, 'open', %s, %s)
"""
_INSERT_LINES: LiteralString = """
INSERT INTO custody_deposit_line (branch_id, deposit_id, receipt_id, n, bill_id, amount)
SELECT %s, %s, l.receipt_id, l.n, l.bill_id, l.amount
FROM jsonb_to_recordset(%s::jsonb) AS l (receipt_id uuid, n int, bill_id uuid, amount bigint)
"""
_OPEN: LiteralString = """
SELECT order_id, amount FROM custody_deposit WHERE branch_id = %s AND agent_id = %s AND id = %s AND state = 'open' FOR UPDATE
"""
_CANCEL: LiteralString = """
UPDATE custody_deposit SET state = 'cancelled', ended_at = %s WHERE branch_id = %s AND id = %s
"""


class Free(NamedTuple):
    """Money of a receipt's line that no deposit has taken."""

    receipt_id: UUID
    n: int
    enrolment_id: UUID
    amount: int


class Part(NamedTuple):
    """What of a line pays what of a bill."""

    receipt_id: UUID
    n: int
    bill_id: UUID
    amount: int


@dataclass(frozen=True)
class Made:
    id: UUID
    order_id: UUID
    code: str
    amount: int
    bills: int


def share(free: Sequence[Free], bills: Sequence[tuple[UUID, UUID, int]]) -> list[Part]:
    """Pays the bills of each enrolment, oldest first, while what was taken for it suffices; no bill in part. Pure."""
    money: defaultdict[UUID, list[list[Any]]] = defaultdict(list)
    for one in free:
        money[one.enrolment_id].append([one.receipt_id, one.n, one.amount])
    parts: list[Part] = []
    stopped: set[UUID] = set()
    for enrolment_id, bill_id, amount in bills:
        purse = money[enrolment_id]
        if enrolment_id in stopped or sum(left for *_, left in purse) < amount:
            stopped.add(enrolment_id)
            continue
        owed = amount
        for line in purse:
            taken = min(line[2], owed)
            if taken:
                parts.append(Part(line[0], line[1], bill_id, taken))
                line[2] -= taken
                owed -= taken
    return parts


def judge_deposits(work: Work, who: Learner, told: list[Told]) -> dict[UUID, Decision]:
    """Ops ``cash_deposit``, one by one: a phone makes few. Rejected: E4704, E4705, E4706."""
    return {one.op_id: _judge(work, who, one) for one in told}


def make(
    work: Work, *, branch_id: int, timezone: str, agent_id: UUID, deposit_id: UUID, chosen: list[str] | None
) -> Made:
    """Makes the order over the bills that the chosen receipts (all, where None) pay in full.

    Raises E4704 where they pay none, and what the order refuses.
    """
    standing.lock(work, branch_id, [agent_id])
    settle.settle(work, branch_id=branch_id, agent_id=agent_id)
    free = [Free(*row) for row in work.rows(_FREE, {"branch": branch_id, "agent": agent_id, "chosen": chosen})]
    bills = work.rows(_BILLS, [branch_id, list({one.enrolment_id for one in free}), work.now])
    parts = share(free, bills)
    if not parts:
        raise Refused("E4704")
    paid = list(dict.fromkeys(part.bill_id for part in parts))
    made = order.make(
        work, branch_id=branch_id, timezone=timezone, bill_ids=paid, payer_kind="agent", payer_id=agent_id
    )
    parts = _as_priced(work, branch_id, made.id, free, bills)
    if {part.bill_id for part in parts} != set(paid):
        raise Refused("E4704")
    work.execute(
        _INSERT,
        [branch_id, deposit_id, agent_id, made.id, made.code, made.amount, len(paid), work.now, made.pay_by],
    )
    work.execute(_INSERT_LINES, [branch_id, deposit_id, orjson.dumps([part._asdict() for part in parts]).decode()])
    work.report(
        Happened(
            kind="cash_deposit_made",
            branch_id=branch_id,
            subject_id=deposit_id,
            agent_id=agent_id,
            amount=made.amount,
            detail={"order": str(made.id), "bills": len(paid), "receipts": len({part.receipt_id for part in parts})},
        )
    )
    return Made(deposit_id, made.id, made.code, made.amount, len(paid))


def _as_priced(
    work: Work, branch_id: int, order_id: UUID, free: Sequence[Free], bills: Sequence[tuple[UUID, UUID, int]]
) -> list[Part]:
    """Shared again by what the bills cost in the order: a first bill is priced for the month in which it is paid."""
    priced = order.bills_of(work, branch_id=branch_id, order_id=order_id)
    return share(free, [(enrolment, bill, priced[bill]) for enrolment, bill, _ in bills if bill in priced])


def cancel(work: Work, *, branch_id: int, agent_id: UUID, deposit_id: UUID) -> None:
    """Gives up a deposit that is not paid: its receipts are free again. Raises E4706."""
    standing.lock(work, branch_id, [agent_id])
    settle.settle(work, branch_id=branch_id, agent_id=agent_id)
    found = work.row(_OPEN, [branch_id, agent_id, deposit_id])
    if found is None:
        raise Refused("E4706")
    order.cancel(work, branch_id=branch_id, order_id=found[0])
    work.execute(_CANCEL, [work.now, branch_id, deposit_id])
    work.report(
        Happened(
            kind="cash_deposit_cancelled",
            branch_id=branch_id,
            subject_id=deposit_id,
            agent_id=agent_id,
            amount=found[1],
            detail={"order": str(found[0]), "reason": "agent"},
        )
    )


def _judge(work: Work, who: Learner, one: Told) -> Decision:
    branch_id, agent_id = who.branch_id, who.trainee_id
    try:
        body = DepositBody.model_validate(one.body)
    except ValueError:
        return Decision("rejected", "E4705", None)
    mark = work.mark()
    try:
        with transaction.atomic():
            if body.cancel is not None:
                cancel(work, branch_id=branch_id, agent_id=agent_id, deposit_id=body.cancel)
                return Decision("accepted", None, {"deposit": str(body.cancel), "state": "cancelled"})
            made = make(
                work,
                branch_id=branch_id,
                timezone=who.timezone,
                agent_id=agent_id,
                deposit_id=one.op_id,
                chosen=body.receipts,
            )
    except Refused as refused:
        work.forget_since(mark)
        return Decision("rejected", refused.code, None)
    result = {"deposit": str(made.id), "code": made.code, "amount": made.amount, "bills": made.bills, "state": "open"}
    return Decision("accepted", None, result)
