"""Push: receive first, judge after, answer from what is stored."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest

from perisai.errors import Refused
from perisai.events.clock import Clock
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work
from perisai.members.decision import Decision
from perisai.portal import link
from perisai.sync import sealed
from perisai.sync.clock import make_token, to_ms
from perisai.sync.judge import Judged, judge
from perisai.sync.op import BadLine, SentOp, read_line
from perisai.sync.receive import store
from perisai.sync.sealed_photo import take_photo
from perisai.sync.signed import Phone, find_phone, get_phone, signature_of, verify

MOST_OPS = 200
MOST_BYTES = sealed.MOST_BODY
LINK_OUTLIVES = timedelta(days=30)

_ANSWERS = """
SELECT op_id, state, code, result FROM sync_op WHERE branch_id = %s AND device_id = %s AND op_id = ANY (%s)
"""
_CHAIN = "SELECT seq, hash FROM sync_chain WHERE branch_id = %s AND device_id = %s"


@dataclass(frozen=True)
class Sent:
    """What came from a phone, however it was packed; ``ops`` in the order of the body."""

    phone: Phone
    ops: list[SentOp | BadLine]
    signature: bytes


def push(request: HttpRequest, *, clock: Clock) -> dict[str, Any]:
    """Answers a push, plain or sealed (device protocol, sections 5 and 13).

    Raises E1002, E1003, E2001, E2003, E6020, E6021, E6023. When judging is not possible just now, the ops are safe and
    answered ``received``.
    """
    if request.content_type == sealed.MEDIA_TYPE:
        found = sealed.read_container(BytesIO(request.body), most_ops=MOST_OPS, photos=False)
        if found.photos:
            return take_photo(request.body, found, clock=clock)
        sent = _unsealed(found)
    else:
        sent = _plain(request)
    phone, read = sent.phone, covered(sent.ops)
    if isinstance(read[-1], BadLine):
        raise Refused("E1002", reason="last op")
    ops = [one for one in read if isinstance(one, SentOp)]

    conflicts, judged = take(phone, ops, signature=sent.signature, clock=clock)
    return _answer(phone, read, conflicts, judged, clock)


def take(
    phone: Phone, ops: list[SentOp], *, signature: bytes, clock: Clock, signed: SentOp | None = None
) -> tuple[set[bytes], Judged]:
    """Stores and judges up to ``MOST_OPS`` ops that the signature vouches for: hashes of conflicts, and a decision for every other.

    ``signed`` is the op that the signature is over, where it is not the last of ``ops``.
    """

    def work_of() -> Work:
        return Work(scope=Scope.branch(phone.branch_id), actor=Actor(phone.user_id, phone.id), clock=clock)

    with work_of() as work:
        conflicts = store(work, phone=phone, ops=ops, signature=signature, signed=signed)
    clear = [op for op in ops if op.hash not in conflicts]
    judged = _judge_if_possible(phone, work_of, clear)
    if judged is None or any(op.op_id not in judged.decisions for op in clear):
        judged = _stored(phone, work_of, clear)
    return conflicts, judged


def _plain(request: HttpRequest) -> Sent:
    body = _body(request)
    phone = find_phone(request)
    read = [read_line(line, device_id=phone.id) for line in body.removesuffix(b"\n").split(b"\n")]
    if len(read) > MOST_OPS:
        raise _too_much(f"{MOST_OPS} ops")
    last = read[-1]
    if isinstance(last, BadLine):
        raise Refused("E1002", reason="last op")
    message = f"perisai-push-1\n{phone.id}\n{last.hash.hex()}"
    signature = signature_of(request)
    verify(phone.public_key, signature, message.encode())
    return Sent(phone, read, signature)


def _unsealed(found: sealed.Container) -> Sent:
    """The signature is checked before anything is opened: opening costs more, and anybody can seal."""
    phone = get_phone(found.device)
    sealed.check_container(found, phone)
    read = sealed.open_ops(found, phone)
    if sum(len(one.line) + 1 for one in read if isinstance(one, SentOp)) > MOST_BYTES:
        raise _too_much("4 MiB")
    return Sent(phone, read, found.signature)


def _body(request: HttpRequest) -> bytes:
    if len(request.body) > MOST_BYTES:
        raise _too_much("4 MiB")
    if not request.body.strip():
        raise Refused("E1002", reason="empty")
    return request.body


def _too_much(limit: str) -> Refused:
    return Refused("E1003", members={"limits": {"ops": MOST_OPS, "bytes": MOST_BYTES}}, limit=limit)


def covered(read: list[SentOp | BadLine]) -> list[SentOp | BadLine]:
    """What the signature vouches for: the last op and those before it that the chain ties to it.

    Anything before a break in the chain is answered ``invalid``; the phone keeps it and sends it in a push of its own.
    """
    wanted: bytes | None = None
    for index in range(len(read) - 1, -1, -1):
        one = read[index]
        if isinstance(one, BadLine):
            continue
        if wanted is not None and one.hash != wanted:
            lost = [BadLine(str(o.op_id), o.seq) if isinstance(o, SentOp) else o for o in read[: index + 1]]
            return [*lost, *read[index + 1 :]]
        wanted = one.prev
    return read


def _judge_if_possible(phone: Phone, work_of: Callable[[], Work], fresh: list[SentOp]) -> Judged | None:
    """None where the database is busy or gone: the ops stay received, and the sweeper judges them."""
    with suppress(OperationalError, InterfaceError):
        return judge(phone, work_of=work_of, fresh=fresh)
    return None


def _stored(phone: Phone, work_of: Callable[[], Work], ops: list[SentOp]) -> Judged:
    """What stands in the database, for a replay or where judging was not possible."""
    with work_of() as work:
        rows = work.rows(_ANSWERS, [phone.branch_id, phone.id, [op.op_id for op in ops]], prepared=True)
        chain = work.row(_CHAIN, [phone.branch_id, phone.id], prepared=True) or (0, bytes(32))
    decisions = {
        op_id: Decision(state, code, orjson.loads(result) if result else None) for op_id, state, code, result in rows
    }
    return Judged(chain[0], bytes(chain[1]), decisions)


def _answer(
    phone: Phone, read: Sequence[SentOp | BadLine], conflicts: set[bytes], judged: Judged, clock: Clock
) -> dict[str, Any]:
    now = clock.now()
    return {
        "time_token": make_token(now),
        "server_ms": to_ms(now),
        "chain": {"seq": judged.seq, "hash": judged.hash.hex()},
        "answers": [_one_answer(phone.branch_id, one, conflicts, judged.decisions) for one in read],
    }


def _one_answer(
    branch_id: int, one: SentOp | BadLine, conflicts: set[bytes], decisions: dict[UUID, Decision]
) -> dict[str, Any]:
    if isinstance(one, BadLine):
        return {"op": one.op_id, "seq": one.seq, "status": "invalid", "result": None, **told(one.code, None)}
    if one.hash in conflicts:
        return {"op": str(one.op_id), "seq": one.seq, "status": "conflict", "result": None, **told("E6002", None)}
    decision = decisions[one.op_id]
    return op_answer(branch_id, one.op_id, one.seq, decision.status, decision.code, decision.result)


def op_answer(
    branch_id: int, op_id: UUID, seq: int, state: str, code: str | None, result: dict[str, Any] | None
) -> dict[str, Any]:
    """The answer to one op, from what was decided about it."""
    shown = dict(result or {})
    params = shown.pop("params", None)
    if until := shown.get("pay_by"):
        enrolment = shown["enrolment"]
        until = until if isinstance(until, datetime) else datetime.fromisoformat(until)
        enrolment = enrolment if isinstance(enrolment, UUID) else UUID(enrolment)
        shown["pay_link"] = pay_link(branch_id, enrolment, until)
    return {"op": str(op_id), "seq": seq, "status": state, "result": shown or None, **told(code, params)}


def pay_link(branch_id: int, enrolment_id: UUID, pay_by: datetime) -> str:
    """The public page that says what to pay; it outlives the bill, so that a late reader is told what to do."""
    path = link.make(branch_id=branch_id, enrolment_id=enrolment_id, expires_at=pay_by + LINK_OUTLIVES)
    return f"{settings.ORIGIN}{path}"


def told(code: str | None, params: dict[str, Any] | None) -> dict[str, Any]:
    """``code`` and ``text`` of an answer, both null where there is nothing to say."""
    if code is None:
        return {"code": None, "text": None}
    answer = Refused(code, **(params or {})).answer()
    return {"code": code, "text": {**answer["text"], "action": answer["action"]}}
