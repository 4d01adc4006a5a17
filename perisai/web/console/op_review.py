"""Records of phones that could not be judged: what they say, judge them now, or close them with a reason."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from perisai.accounts.device_console import REASON_WORDS
from perisai.accounts.words import say
from perisai.errors import Refused
from perisai.events.vault import Unreadable, unseal
from perisai.events.work import Happened, Work
from perisai.members.reviews import review
from perisai.payments.codes.code import mask_nik
from perisai.sync import waiting_photo
from perisai.sync.clock import captured
from perisai.sync.judge import judge_reviewed
from perisai.sync.op import UNREADABLE, reread
from perisai.sync.signed import Phone

_PHONE = """
SELECT d.id, d.branch_id, d.agent_id, d.public_key, d.state, o.timezone, o.province_code, u.id, coalesce(u.is_active, false)
FROM accounts_device d JOIN offices_office o ON o.id = d.branch_id
LEFT JOIN accounts_user u ON u.agent_id = d.agent_id
WHERE d.id = %s AND d.branch_id = %s
"""

_OP = """
SELECT o.seq, o.prev, o.kind, o.sealed, o.received_at, o.state, d.name, d.state, o.hash, d.ended_at, d.end_reason
FROM sync_op o LEFT JOIN accounts_device d ON d.id = o.device_id
WHERE o.branch_id = %s AND o.device_id = %s AND o.op_id = %s
"""

_ANSWER = """
UPDATE sync_op SET state = %s, code = %s, result = %s::jsonb, judged_at = %s
WHERE branch_id = %s AND device_id = %s AND op_id = %s
"""


_NUMBER = re.compile(r"(?<![0-9a-f])[0-9]{16}(?![0-9a-f])")
"""A NIK or No. KK wherever a phone wrote it; not a piece of a hash."""


@dataclass(frozen=True)
class ShownOp:
    """``content`` is the op as text with NIK and No. KK masked; ``erased`` where the bytes are gone."""

    seq: int
    kind: str
    received_at: datetime
    state: str
    device_name: str
    device_state: str
    content: str
    name: str
    erased: bool
    ended_at: datetime | None = None
    end_reason: str = ""
    """Why the phone was ended, in the reader's words."""
    made_at: datetime | None = None
    """By the phone's clock, within what the server's token allows."""
    made_after_end: bool = False
    """Its token is newer than the end of the phone: it cannot have been made before."""


def show(work: Work, *, branch_id: int, device_id: UUID, op_id: UUID) -> ShownOp | None:
    """The op behind a review, readable; None where it is not here."""
    row = work.row(_OP, [branch_id, device_id, op_id])
    if row is None:
        return None
    seq, _prev, kind, sealed, received_at, state, device_name, device_state, _hash, ended_at, end_reason = row
    content, name, at = ("", "", None) if sealed is None else _readable(sealed)
    when = captured(at, received=received_at) if at is not None else None
    return ShownOp(
        seq,
        kind,
        received_at,
        state,
        device_name or "",
        device_state or "",
        content,
        name,
        erased=sealed is None,
        ended_at=ended_at,
        end_reason=say(*REASON_WORDS.get((end_reason or "").partition(":")[0], ("", ""))),
        made_at=when and when.estimate,
        made_after_end=bool(when and ended_at and not when.doubtful and when.earliest >= ended_at),
    )


def judge_now(work: Work, *, branch_id: int, review_id: UUID, note: str) -> str:
    """Judges the op as if it came in order, and closes the review. Returns the op's new status.

    Raises E8001 where somebody decided before, and E8004 where it still cannot be judged; then nothing is changed.
    """
    item = review.lock_open(work, branch_id=branch_id, review_id=review_id)
    if item.op_id is None or item.device_id is None:
        raise Refused("E8004")
    phone = work.row(_PHONE, [item.device_id, branch_id])
    row = work.row(_OP + " FOR UPDATE OF o", [branch_id, item.device_id, item.op_id])
    if phone is None or row is None or row[3] is None:
        raise Refused("E8004")
    op = reread(item.op_id, row[0], bytes(row[1]), bytes(row[8]), row[2], bytes(row[3]))
    if op.kind == UNREADABLE:
        raise Refused("E8004")
    op.received_at = row[4]
    # The officer vouches for it, so that a replaced or revoked phone is no reason any more.
    trusted = replace(
        Phone(phone[0], phone[1], phone[2], bytes(phone[3]), *phone[4:]), state="active", user_active=True
    )
    decision = judge_reviewed(work, phone=trusted, op=op)
    waiting_photo.hand_over(work, branch_id=trusted.branch_id, agent_id=trusted.agent_id, op=op)
    if decision.status == "review" and decision.code == "E6001":
        raise Refused("E8004")
    result = orjson.dumps(decision.result).decode() if decision.result else None
    _finish(work, branch_id, review_id, item, decision.status, decision.code, result, note)
    return decision.status


def close(work: Work, *, branch_id: int, review_id: UUID, note: str) -> None:
    """Closes the review without judging the op: the agent hears that it cannot be taken. Raises E8001, and E8005."""
    if not note.strip():
        raise Refused("E8005")
    item = review.lock_open(work, branch_id=branch_id, review_id=review_id)
    _finish(work, branch_id, review_id, item, "rejected", "E3011", None, note)
    if item.op_id is not None:
        waiting_photo.drop(branch_id, item.op_id)


def _finish(
    work: Work,
    branch_id: int,
    review_id: UUID,
    item: review.Item,
    status: str,
    code: str | None,
    result: str | None,
    note: str,
) -> None:
    work.execute(_ANSWER, [status, code, result, work.now, branch_id, item.device_id, item.op_id])
    state = "closed" if status == "rejected" else "accepted"
    review.close(work, branch_id=branch_id, review_id=review_id, state=state, note=note)
    work.report(
        Happened(
            kind="op_review_closed",
            branch_id=branch_id,
            subject_id=item.op_id,
            agent_id=item.agent_id,
            device_id=item.device_id,
            detail={"op": str(item.op_id), "reason": item.reason, "status": status},
        )
    )


def _readable(sealed: bytes | memoryview) -> tuple[str, str, Any]:
    """The op as text, the worker's name, and what the phone says about when it was made."""
    try:
        line = unseal(sealed)
    except Unreadable:
        return "", "", None
    try:
        data = orjson.loads(line)
    except orjson.JSONDecodeError:
        return _NUMBER.sub(lambda found: mask_nik(found[0]), line.decode(errors="replace")[:8000]), "", None
    name = _mask(data)
    shown = orjson.dumps(data, option=orjson.OPT_INDENT_2).decode()[:20000]
    return (
        _NUMBER.sub(lambda found: mask_nik(found[0]), shown),
        name,
        data.get("at") if isinstance(data, dict) else None,
    )


def _mask(data: Any) -> str:
    """Masks NIK and No. KK in place and returns the worker's name."""
    body = data.get("body") if isinstance(data, dict) else None
    if not isinstance(body, dict):
        return ""
    for field in ("nik", "kk"):
        value = body.get(field)
        if isinstance(value, str) and len(value) > 6:
            body[field] = f"{value[:4]}{'*' * (len(value) - 6)}{value[-2:]}"
    return str(body.get("name") or "")[:200]
