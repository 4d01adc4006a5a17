"""Judge after: follows a device's chain and decides its waiting ops, each exactly once.

Whoever judges holds the lock of the device's chain row, so that a request, its retry and the sweeper never judge one op
twice. If a batch fails, it is split until the bad op stands alone in review.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import orjson
from django.db import InterfaceError, OperationalError, transaction

from perisai.agents import renewal
from perisai.agents.licence import get_standing
from perisai.events.work import Happened, Work, array_of
from perisai.members.decision import Decision
from perisai.members.enrolments.cancel import cancel_many, lock_targets
from perisai.members.enrolments.candidate import Asked
from perisai.members.enrolments.enrol import enrol_many
from perisai.members.reviews import queue
from perisai.supervision.phoned import judge_appeals
from perisai.sync import learning, money
from perisai.sync.clock import captured
from perisai.sync.ended import sort_by_end
from perisai.sync.op import GENESIS, SentOp, reread
from perisai.sync.signed import Phone
from perisai.training.told import Told

HELD_FOR = timedelta(days=5)
MOST = 400

_LOCK_CHAIN = "SELECT seq, hash FROM sync_chain WHERE branch_id = %s AND device_id = %s FOR UPDATE"
_BEGIN_CHAIN = """
INSERT INTO sync_chain (branch_id, device_id, seq, hash) VALUES (%s, %s, 0, %s) ON CONFLICT DO NOTHING
"""

# Carried by op_waiting, which holds only what is not decided yet. Bytes that the request holds already do not come back.
_WAITING = """
SELECT op_id, seq, prev, hash, kind, CASE WHEN op_id = ANY (%s::uuid[]) THEN NULL ELSE sealed END, received_at, state FROM sync_op
WHERE branch_id = %s AND device_id = %s AND state IN ('received', 'held')
ORDER BY seq, received_at, op_id LIMIT %s
"""

# Carried by the primary key of sync_op. The ids stand twice: by the join alone the planner reads all that the device ever sent.
_DECIDE = """
UPDATE sync_op AS o SET state = d.state, code = d.code, result = d.result, judged_at = d.judged_at
FROM jsonb_to_recordset(%s::jsonb) AS d (op_id uuid, state text, code text, result jsonb, judged_at timestamptz)
WHERE o.branch_id = %s AND o.device_id = %s AND o.op_id = ANY (%s::uuid[]) AND o.op_id = d.op_id
"""

_ADVANCE_CHAIN = "UPDATE sync_chain SET seq = %s, hash = %s WHERE branch_id = %s AND device_id = %s"


@dataclass
class _Sorted:
    """Waiting ops by what can be done with them now."""

    ready: list[SentOp] = field(default_factory=list)
    forked: list[SentOp] = field(default_factory=list)
    overdue: list[SentOp] = field(default_factory=list)
    held: list[SentOp] = field(default_factory=list)
    seq: int = 0
    hash: bytes = GENESIS
    is_cut: bool = False
    """There is more than one pass takes."""


class _BatchFailed(Exception):
    """Something in the batch broke its transaction; it is judged again in parts."""


@dataclass(frozen=True)
class Judged:
    """How far the chain has come, and what was decided just now, by op id; ``more``: another pass would decide more."""

    seq: int
    hash: bytes
    decisions: dict[UUID, Decision]
    more: bool = False


def judge(phone: Phone, *, work_of: Callable[[], Work], fresh: list[SentOp]) -> Judged:
    """Judges what waits for this phone, in Works of its own of at most ``MOST`` ops.

    ``fresh`` are ops of the present push: their bytes need not be unsealed again. Raises database errors only where
    the database is away or busy; then what is not judged yet stays ``received``.
    """
    judged = _pass(phone, work_of, fresh)
    while judged.more:
        following = _pass(phone, work_of, fresh)
        judged = replace(following, decisions=judged.decisions | following.decisions)
    return judged


def _pass(phone: Phone, work_of: Callable[[], Work], fresh: list[SentOp]) -> Judged:
    try:
        with work_of() as work:
            return _judge(work, phone, fresh, careful=False)
    except _BatchFailed:
        with work_of() as work:
            return _judge(work, phone, fresh, careful=True)


def judge_reviewed(work: Work, *, phone: Phone, op: SentOp) -> Decision:
    """Judges one op that a person took out of review (gap, fork or ended device), as if it came in order."""
    return _decide(work, phone, [op], careful=True)[op.op_id]


def _judge(work: Work, phone: Phone, fresh: list[SentOp], *, careful: bool) -> Judged:
    seq, head = _lock_chain(work, phone)
    known = {op.op_id: op for op in fresh}
    sorted_ops = _follow(work, phone, known, seq, head)
    decisions = _decide(work, phone, sorted_ops.ready, careful=careful) if sorted_ops.ready else {}
    for ops, reason in ((sorted_ops.forked, "op_fork"), (sorted_ops.overdue, "op_gap")):
        if ops:
            is_ended = not phone.is_active
            decisions |= _drain(work, phone, ops) if is_ended else _to_review(work, phone, ops, reason, "E6003")
    more = sorted_ops.is_cut and bool(decisions)
    decisions |= {op.op_id: Decision("held", None, None) for op in sorted_ops.held}
    _write(work, phone, decisions)
    if sorted_ops.seq != seq:
        work.execute(_ADVANCE_CHAIN, [sorted_ops.seq, sorted_ops.hash, phone.branch_id, phone.id], prepared=True)
    return Judged(sorted_ops.seq, sorted_ops.hash, decisions, more)


def _lock_chain(work: Work, phone: Phone) -> tuple[int, bytes]:
    row = work.row(_LOCK_CHAIN, [phone.branch_id, phone.id], prepared=True)
    if row is None:
        work.execute(_BEGIN_CHAIN, [phone.branch_id, phone.id, GENESIS], prepared=True)
        row = work.row(_LOCK_CHAIN, [phone.branch_id, phone.id], prepared=True)
        assert row is not None
    return int(row[0]), bytes(row[1])


def _follow(work: Work, phone: Phone, known: dict[UUID, SentOp], seq: int, head: bytes) -> _Sorted:
    """Sorts what waits: in sequence, forked off, held before a gap, or held too long, and then all that stood behind it.

    Behind the gap of a phone that may only drain nothing waits: what is missing may be lost with it.
    """
    found, is_overdue = _Sorted(seq=seq, hash=head), False
    rows = work.rows(_WAITING, [array_of(known), phone.branch_id, phone.id, MOST], prepared=True)
    found.is_cut = len(rows) == MOST
    for op_id, op_seq, prev, digest, kind, sealed, received_at, state in rows:
        op = known.get(op_id) or reread(op_id, op_seq, bytes(prev), bytes(digest), kind, bytes(sealed or b""))
        op.received_at = received_at
        if op_seq <= found.seq or (op_seq == found.seq + 1 and op.prev != found.hash):
            found.forked.append(op)
        elif op_seq == found.seq + 1:
            is_overdue = is_overdue and state == "held"
            (found.overdue if is_overdue else found.ready).append(op)
        elif work.now - received_at > HELD_FOR or not phone.is_active:
            is_overdue = True
            found.overdue.append(op)
        else:
            if state != "held":
                found.held.append(op)
            continue
        if op_seq > found.seq:
            found.seq, found.hash = op_seq, op.hash
    return found


def _decide(work: Work, phone: Phone, ops: list[SentOp], *, careful: bool) -> dict[UUID, Decision]:
    """Decides ops in sequence. Careful: under savepoints, halving what fails until the bad op is alone."""
    if not phone.is_active:
        return _drain(work, phone, ops)
    if not careful:
        try:
            return _decide_batch(work, phone, ops)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            raise _BatchFailed from error
    mark = work.mark()
    try:
        with transaction.atomic():
            return _decide_batch(work, phone, ops)
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # noqa: BLE001 - whatever breaks one op must not block the others
        work.forget_since(mark)
    if len(ops) == 1:
        return _to_review(work, phone, ops, "op_unreadable", "E6001")
    middle = len(ops) // 2
    return _decide(work, phone, ops[:middle], careful=True) | _decide(work, phone, ops[middle:], careful=True)


def _decide_batch(work: Work, phone: Phone, ops: list[SentOp]) -> dict[UUID, Decision]:
    """Enrolments taken back in the same batch first, then what takes them back, then the rest: so that an agent who corrects
    a mistake offline finds NIK and slot free again. Statements stay of a fixed number."""
    standing = get_standing(work, branch_id=phone.branch_id, agent_id=phone.agent_id)
    cancels = {op.op_id: op.data.get("body") for op in ops if op.kind == "cancel"}
    taken_back = {str(body.get("enrolment_op")) for body in cancels.values() if isinstance(body, dict)}
    enrols = [op for op in ops if op.kind == "enrol"]
    first = [op for op in enrols if str(op.op_id) in taken_back] if taken_back else []
    rest = [op for op in enrols if str(op.op_id) not in taken_back] if taken_back else enrols

    def enrol(some: list[SentOp]) -> dict[UUID, Decision]:
        asked = [_asked(op, work) for op in some]
        return enrol_many(
            work, branch_id=phone.branch_id, timezone=phone.timezone, standing=standing, device_id=phone.id, asked=asked
        )

    if cancels:
        lock_targets(work, branch_id=phone.branch_id, agent_id=phone.agent_id, enrolments=_ids(taken_back))
    decisions = money.judge_first(work, phone, ops, partial(_told, work))
    if first:
        decisions |= enrol(first)
    if cancels:
        decisions |= cancel_many(work, branch_id=phone.branch_id, agent_id=phone.agent_id, bodies=cancels)
    if rest:
        decisions |= enrol(rest)
    decisions |= learning.judge_learning(work, phone, ops, partial(_told, work))
    appeals = [_told(work, op) for op in ops if op.kind == "appeal"]
    decisions |= judge_appeals(work, branch_id=phone.branch_id, agent_id=phone.agent_id, told=appeals)
    wishes = [_told(work, op) for op in ops if op.kind == "renew"]
    decisions |= renewal.ask_many(work, branch_id=phone.branch_id, agent_id=phone.agent_id, told=wishes)
    decisions |= money.judge_money(work, phone, ops, partial(_told, work))
    known = ("enrol", "cancel", "appeal", "renew", *learning.KINDS, *money.FIRST, *money.JUDGES)
    unknown = [op for op in ops if op.kind not in known]
    return decisions | _to_review(work, phone, unknown, "op_unreadable", "E6001")


def _ids(texts: set[str]) -> list[UUID]:
    found: list[UUID] = []
    for text in texts:
        with suppress(ValueError):
            found.append(UUID(text))
    return found


def _asked(op: SentOp, work: Work) -> Asked:
    place = op.data.get("place")
    return Asked(
        op_id=op.op_id,
        body=op.data.get("body"),
        captured=captured(op.data.get("at"), received=op.received_at or work.now),
        place=_place(place) if isinstance(place, dict) else None,
    )


def _told(work: Work, op: SentOp) -> Told:
    asked = _asked(op, work)
    return Told(op.op_id, asked.body, asked.captured, asked.place)


def _place(place: dict[str, Any]) -> dict[str, float] | None:
    """Degrees and metres, or nothing where they are not numbers on this planet."""
    values = [place.get(name) for name in ("lat", "lon", "accuracy")]
    if any(isinstance(v, bool) or not isinstance(v, int | float) for v in values):
        return None
    lat, lon, accuracy = (float(v) for v in values if v is not None)
    sound = -90 <= lat <= 90 and -180 <= lon <= 180 and 0 <= accuracy <= 1e7
    return {"lat": round(lat, 6), "lon": round(lon, 6), "accuracy": round(accuracy, 1)} if sound else None


def _to_review(work: Work, phone: Phone, ops: list[SentOp], reason: str, code: str) -> dict[UUID, Decision]:
    """Hands ops that cannot be judged to the branch: safe, with a reason, an owner to come and a deadline."""
    if not ops:
        return {}
    queue.open_many(
        work,
        branch_id=phone.branch_id,
        items=[
            queue.ToReview(reason=reason, op_id=op.op_id, device_id=phone.id, agent_id=phone.agent_id) for op in ops
        ],
    )
    for op in ops:
        work.report(
            Happened(
                kind="op_in_review",
                branch_id=phone.branch_id,
                subject_id=op.op_id,
                agent_id=phone.agent_id,
                device_id=phone.id,
                detail={"op": str(op.op_id), "reason": reason},
            )
        )
    return {op.op_id: Decision("review", code, None) for op in ops}


def _drain(work: Work, phone: Phone, ops: list[SentOp]) -> dict[UUID, Decision]:
    """A phone that was replaced or revoked, or whose agent's account was closed, hands what it holds to a person."""
    decisions: dict[UUID, Decision] = {}
    for (reason, code), some in sort_by_end(work, phone, ops).items():
        decisions |= _to_review(work, phone, some, reason, code)
    return decisions


def _write(work: Work, phone: Phone, decisions: dict[UUID, Decision]) -> None:
    if not decisions:
        return
    rows = [
        {
            "op_id": op_id,
            "state": decision.status,
            "code": decision.code,
            "result": decision.result,
            "judged_at": work.now if decision.status != "held" else None,
        }
        for op_id, decision in sorted(decisions.items(), key=lambda item: item[0].int)
    ]
    work.execute(_DECIDE, [orjson.dumps(rows).decode(), phone.branch_id, phone.id, array_of(decisions)], prepared=True)
