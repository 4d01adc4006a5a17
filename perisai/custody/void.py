"""Takes a receipt back: never what a bank has, nor what an open deposit takes. The agent alone only soon after it was taken; what
members and the branch have read as held since is taken back by two people: the agent or one of the branch, and another of it."""

from datetime import datetime, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

from perisai.custody import standing, tell
from perisai.custody.body import VoidBody
from perisai.errors import Refused
from perisai.events.work import Happened, Work
from perisai.members.decision import Decision
from perisai.payments.books import ledger
from perisai.payments.proposals import proposal
from perisai.payments.proposals.proposal import Proposal
from perisai.training.told import Learner, Told

REASONS: Final = ("mistake", "returned", "duplicate", "other")
FRESH: Final = timedelta(days=1)
"""So long after it was taken the agent may take it back alone: a slip at the stall, of which the member knows."""

# Carried by receipt_number_once, receipt_page_once or the primary key.
_FIND: LiteralString = """
SELECT r.id, r.agent_id, r.kind, r.amount, r.state,
  EXISTS (SELECT FROM custody_line l WHERE l.branch_id = r.branch_id AND l.receipt_id = r.id AND l.settled > 0)
  OR EXISTS (
    SELECT FROM custody_deposit_line x JOIN custody_deposit d ON d.branch_id = x.branch_id AND d.id = x.deposit_id
    WHERE x.branch_id = r.branch_id AND x.receipt_id = r.id AND d.state = 'open'),
  r.captured_at
FROM custody_receipt r LEFT JOIN custody_book b ON b.branch_id = r.branch_id AND b.id = r.book_id
WHERE r.branch_id = %(branch)s AND (
  r.number = %(number)s OR b.series = %(series)s AND r.page = %(page)s OR r.id = %(id)s)
FOR UPDATE OF r
"""
_AGENT: LiteralString = "SELECT agent_id FROM custody_receipt WHERE branch_id = %s AND id = %s"
_VOID: LiteralString = """
UPDATE custody_receipt SET state = 'void', void_at = %s, void_reason = %s, void_op = %s WHERE branch_id = %s AND id = %s
"""


def judge_voids(work: Work, who: Learner, told: list[Told]) -> dict[UUID, Decision]:
    """Ops ``cash_void``, one by one. Rejected: E4701, E4702, E4703. A receipt that is void already is so. One that was taken longer
    ago than ``FRESH`` stays held until somebody of the branch agrees: the answer says ``waits``."""
    standing.lock(work, who.branch_id, [who.trainee_id])
    return {one.op_id: _judge(work, who, one) for one in told}


def void(work: Work, *, branch_id: int, receipt_id: UUID, reason: str, note: str = "") -> None:
    """What a second person agreed to. Raises E4702, E4703."""
    whose = work.row(_AGENT, [branch_id, receipt_id])
    if whose is None or reason not in REASONS:
        raise Refused("E4702")
    standing.lock(work, branch_id, [whose[0]])
    found = work.row(_FIND, _asked(branch_id, receipt_id=receipt_id))
    assert found is not None
    _void(work, branch_id, found, reason, note, None)


def propose(work: Work, *, branch_id: int, receipt_id: UUID, reason: str, note: str = "") -> UUID:
    """Asks a second person of the branch: money that was told as held is never made to vanish by one. Returns the proposal's id.
    Raises E4702, E4703 where nothing is held by it or a deposit takes it, E4315, E4316 where it is proposed already."""
    found = work.row(_FIND, _asked(branch_id, receipt_id=receipt_id))
    if found is None or reason not in REASONS:
        raise Refused("E4702")
    return _propose(work, branch_id, found, reason, note)


def void_proposed(work: Work, asked: Proposal) -> None:
    """The deed of a proposal to ``void``; raises as that does."""
    void(work, branch_id=asked.branch_id, receipt_id=asked.subject_id, reason=asked.asked["reason"], note=asked.note)


def _propose(work: Work, branch_id: int, found: tuple[Any, ...], reason: str, note: str) -> UUID:
    receipt_id, _agent, _kind, amount, *_ = found
    _check(found)
    return proposal.propose(
        work,
        branch_id=branch_id,
        kind="void_cash",
        subject_id=receipt_id,
        asked={"reason": reason},
        amount=amount,
        note=note.strip()[:200],
    )


def _judge(work: Work, who: Learner, one: Told) -> Decision:
    try:
        body = VoidBody.model_validate(one.body)
    except ValueError:
        return Decision("rejected", "E4701", None)
    paper = (body.paper.series, body.paper.page) if body.paper else (None, None)
    found = work.row(_FIND, _asked(who.branch_id, number=body.number, series=paper[0], page=paper[1]))
    if found is None or found[1] != who.trainee_id:
        return Decision("rejected", "E4702", None)
    waits = found[4] != "void" and not _is_fresh(found[6], one.captured.latest)
    try:
        if waits:
            _propose_once(work, who.branch_id, found, body)
        elif found[4] != "void":
            _void(work, who.branch_id, found, body.reason, body.note, one.op_id)
    except Refused as refused:
        return Decision("rejected", refused.code, None)
    return Decision("accepted", None, {"receipt": str(found[0]), "state": "held" if waits else "void", "waits": waits})


def _is_fresh(captured_at: datetime, voided_by: datetime) -> bool:
    return voided_by - captured_at <= FRESH


def _propose_once(work: Work, branch_id: int, found: tuple[Any, ...], body: VoidBody) -> None:
    """Asked twice is asked once."""
    try:
        _propose(work, branch_id, found, body.reason, body.note)
    except Refused as refused:
        if refused.code != "E4316":
            raise


def _void(work: Work, branch_id: int, found: tuple[Any, ...], reason: str, note: str, op: UUID | None) -> None:
    receipt_id, agent_id, kind, amount, *_ = found
    _check(found)
    words = f"{reason}: {note.strip()[:200]}" if note.strip() else reason
    work.execute(_VOID, [work.now, words, op, branch_id, receipt_id])
    if kind == "cash":
        ledger.record_custody(work, branch_id, [(agent_id, -amount)])
    work.report(
        Happened(
            kind="cash_voided",
            branch_id=branch_id,
            subject_id=receipt_id,
            agent_id=agent_id,
            amount=amount,
            detail={"receipt": str(receipt_id), "reason": reason},
        )
    )
    tell.tell_void(work, branch_id=branch_id, receipt=receipt_id, is_returned=reason == "returned")


def _check(found: tuple[Any, ...]) -> None:
    """Raises E4703 where a bank, an open deposit or an earlier void has it."""
    _id, _agent, _kind, _amount, state, is_taken, _at = found
    if state != "held" or is_taken:
        raise Refused("E4703")


def _asked(
    branch_id: int,
    *,
    number: str | None = None,
    series: str | None = None,
    page: int | None = None,
    receipt_id: UUID | None = None,
) -> dict[str, object]:
    return {"branch": branch_id, "number": number, "series": series, "page": page, "id": receipt_id}
