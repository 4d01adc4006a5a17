"""A person looks at a receipt: it stands, or its money came to the bank by another code."""

from typing import LiteralString
from uuid import UUID

from perisai.custody import standing
from perisai.errors import Refused
from perisai.events.work import Happened, Work
from perisai.payments.books import ledger
from perisai.payments.proposals import proposal
from perisai.payments.proposals.proposal import Proposal

_LOOKED: LiteralString = """
UPDATE custody_receipt SET reviewed_by = %s, reviewed_at = %s, review_note = %s
WHERE branch_id = %s AND id = %s AND review <> '' AND reviewed_at IS NULL RETURNING agent_id
"""
_AGENT: LiteralString = "SELECT agent_id FROM custody_receipt WHERE branch_id = %s AND id = %s"
# Not while an open deposit takes it.
_SETTLE: LiteralString = """
UPDATE custody_receipt r SET state = 'settled', settled_at = %(now)s
WHERE r.branch_id = %(branch)s AND r.id = %(receipt)s AND r.state = 'held' AND r.kind <> 'repayment' AND NOT EXISTS (
  SELECT FROM custody_deposit_line x JOIN custody_deposit d ON d.branch_id = x.branch_id AND d.id = x.deposit_id
  WHERE x.branch_id = r.branch_id AND x.receipt_id = r.id AND d.state = 'open')
RETURNING r.kind, (
  SELECT sum(l.amount - l.settled)::bigint FROM custody_line l WHERE l.branch_id = r.branch_id AND l.receipt_id = r.id)
"""
_HELD: LiteralString = """
SELECT sum(l.amount - l.settled)::bigint FROM custody_receipt r
JOIN custody_line l ON l.branch_id = r.branch_id AND l.receipt_id = r.id
WHERE r.branch_id = %(branch)s AND r.id = %(receipt)s AND r.state = 'held' AND r.kind <> 'repayment' AND NOT EXISTS (
  SELECT FROM custody_deposit_line x JOIN custody_deposit d ON d.branch_id = x.branch_id AND d.id = x.deposit_id
  WHERE x.branch_id = r.branch_id AND x.receipt_id = r.id AND d.state = 'open')
HAVING sum(l.amount - l.settled) > 0
"""
_LINES: LiteralString = """
UPDATE custody_line SET settled = amount WHERE branch_id = %(branch)s AND receipt_id = %(receipt)s AND settled < amount
"""


def looked(work: Work, *, branch_id: int, receipt_id: UUID, note: str) -> None:
    """It stands as it is. Raises E4711 where somebody was first."""
    row = work.row(_LOOKED, [work.actor.user_id, work.now, note.strip()[:500], branch_id, receipt_id])
    if row is None:
        raise Refused("E4711")
    _report(work, branch_id, "cash_reviewed", receipt_id, row[0], 0, {"receipt": str(receipt_id)})


def propose_to_settle(work: Work, *, branch_id: int, receipt_id: UUID, note: str) -> UUID:
    """Asks a second person to ``settle_by_hand``: an agent's cash is never lifted by one. Returns the proposal's id.

    Raises E1004, E4703 where nothing is held by it, E4707 without a note, E4315, E4316 where it is proposed already.
    """
    if len(note.strip()) < 5:
        raise Refused("E4707")
    found = work.row(_HELD, {"branch": branch_id, "receipt": receipt_id})
    if found is None:
        raise Refused("E4703")
    return proposal.propose(
        work,
        branch_id=branch_id,
        kind="settle_cash",
        subject_id=receipt_id,
        asked={},
        amount=found[0],
        note=note.strip()[:500],
    )


def settle_proposed(work: Work, asked: Proposal) -> None:
    """The deed of a proposal to settle; raises as ``settle_by_hand``."""
    settle_by_hand(work, branch_id=asked.branch_id, receipt_id=asked.subject_id, note=asked.note)


def settle_by_hand(work: Work, *, branch_id: int, receipt_id: UUID, note: str) -> None:
    """The agent showed that this money paid the member's bill by its own code. Raises E4707 without a note, E4703."""
    if len(note.strip()) < 5:
        raise Refused("E4707")
    found = work.row(_AGENT, [branch_id, receipt_id])
    if found is None:
        raise Refused("E1004")
    standing.lock(work, branch_id, [found[0]])
    asked = {"branch": branch_id, "receipt": receipt_id, "now": work.now}
    row = work.row(_SETTLE, asked)
    if row is None:
        raise Refused("E4703")
    work.execute(_LINES, asked)
    work.execute(_LOOKED, [work.actor.user_id, work.now, note.strip()[:500], branch_id, receipt_id])
    kind, left = row
    if kind == "cash":
        ledger.record_custody(work, branch_id, [(found[0], -left)])
    detail = {"deposit": "", "receipts": 1}
    _report(work, branch_id, "cash_settled", receipt_id, found[0], left, detail)


def _report(
    work: Work, branch_id: int, kind: str, subject: UUID, agent: UUID, amount: int, detail: dict[str, object]
) -> None:
    work.report(
        Happened(kind=kind, branch_id=branch_id, subject_id=subject, agent_id=agent, amount=amount, detail=detail)
    )
