"""A phone's outbox that was carried to the office as a sealed file: taken exactly once, whatever also came by network."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from uuid import UUID

from perisai.accounts.agent_card import AgentCard, get_card
from perisai.accounts.audience import Viewer
from perisai.errors import Refused
from perisai.events.clock import Clock
from perisai.events.scope import Actor, Scope
from perisai.events.work import Happened, Work
from perisai.members.decision import Decision
from perisai.members.photos.photo import Asked
from perisai.sync import sealed, waiting_photo
from perisai.sync.op import BadLine, SentOp
from perisai.sync.push import MOST_OPS, covered, take, told
from perisai.sync.signed import Phone, get_phone

MOST_FILE_BYTES = 50 * 1024 * 1024
MOST_FILE_OPS = 5000

_HERE = "SELECT op_id, hash FROM sync_op WHERE branch_id = %s AND device_id = %s AND op_id = ANY (%s)"


@dataclass(frozen=True)
class Outcome:
    """What came of one op. ``status`` as the phone would hear it; ``is_new`` False: the same bytes were here before."""

    seq: int | None
    kind: str
    name: str
    status: str
    code: str | None
    text: dict[str, Any] | None
    is_new: bool


@dataclass
class Imported:
    """``photos`` counts by what came of each: ``stored``, ``here``, ``waiting`` (for a decision on their op), ``unwanted``,
    ``damaged``."""

    agent: AgentCard
    phone: Phone
    outcomes: list[Outcome]
    photos: Counter[str] = field(default_factory=Counter)


def take_file(file: BinaryIO, *, viewer: Viewer, clock: Clock) -> Imported:
    """Judges the ops in pushes of at most ``MOST_OPS`` and stores the photos.

    Raises E1003, E6020, E6021, E6023 for what is no whole file of this branch, E6024 where the phone is not of an agent whom
    the viewer sees, E6026 where the phone did not sign it; then nothing is stored. A crash on the way is mended by taking the
    file again.
    """
    found = sealed.read_container(file, most_ops=MOST_FILE_OPS, photos=True)
    phone, agent = _owner(found.device, viewer, clock)
    try:
        sealed.check_container(found, phone)
    except Refused as refused:
        raise (Refused("E6026") if refused.code == "E2003" else refused) from None
    read = covered(sealed.open_ops(found, phone))
    if isinstance(read[-1], BadLine):
        raise Refused("E6020")
    ops = [one for one in read if isinstance(one, SentOp)]
    outcomes = _judge(phone, read, ops, found.signature, clock)
    imported = Imported(agent, phone, outcomes)
    wanted = _photos_waiting(ops, _by_op(read, outcomes))
    for one in found.photos:
        imported.photos[_take_photo(file, found, phone, one, wanted, clock)] += 1
    _report(imported, viewer, clock)
    return imported


def _by_op(read: list[SentOp | BadLine], outcomes: list[Outcome]) -> dict[UUID, Outcome]:
    return {one.op_id: told for one, told in zip(read, outcomes, strict=True) if isinstance(one, SentOp)}


def _owner(device_id: UUID, viewer: Viewer, clock: Clock) -> tuple[Phone, AgentCard]:
    try:
        phone = get_phone(device_id)
        with Work(scope=viewer.scope, actor=viewer.actor, clock=clock) as work:
            return phone, get_card(work, viewer=viewer, agent_id=phone.agent_id)
    except Refused as refused:
        raise (Refused("E6024") if refused.code in ("E1004", "E2001") else refused) from None


def _judge(
    phone: Phone, read: list[SentOp | BadLine], ops: list[SentOp], signature: bytes, clock: Clock
) -> list[Outcome]:
    here = _here(phone, ops, clock)
    conflicts: set[bytes] = set()
    decisions: dict[UUID, Decision] = {}
    for start in range(0, len(ops), MOST_OPS):
        part = ops[start : start + MOST_OPS]
        differing, judged = take(phone, part, signature=signature, signed=ops[-1], clock=clock)
        conflicts |= differing
        decisions |= judged.decisions
    outcomes = []
    for one in read:
        if isinstance(one, BadLine):
            outcomes.append(_outcome(one, "invalid", one.code, None, is_new=False))
        elif one.hash in conflicts:
            outcomes.append(_outcome(one, "conflict", "E6002", None, is_new=False))
        else:
            decision = decisions[one.op_id]
            params = (decision.result or {}).get("params")
            is_new = here.get(one.op_id) != one.hash
            outcomes.append(_outcome(one, decision.status, decision.code, params, is_new=is_new))
    return outcomes


def _here(phone: Phone, ops: list[SentOp], clock: Clock) -> dict[UUID, bytes]:
    with Work(scope=Scope.branch(phone.branch_id), clock=clock) as work:
        rows = work.rows(_HERE, [phone.branch_id, phone.id, [op.op_id for op in ops]])
    return {op_id: bytes(digest) for op_id, digest in rows}


def _outcome(
    one: SentOp | BadLine, status: str, code: str | None, params: dict[str, Any] | None, *, is_new: bool
) -> Outcome:
    body = one.data.get("body") if isinstance(one, SentOp) else None
    name = body.get("name") if isinstance(body, dict) else None
    kind = one.kind if isinstance(one, SentOp) else ""
    shown = str(name)[:120] if isinstance(name, str) else ""
    return Outcome(one.seq, kind, shown, status, code, told(code, params)["text"], is_new)


def _photos_waiting(ops: list[SentOp], outcomes: dict[UUID, Outcome]) -> dict[str, list[UUID]]:
    """Ops that are not decided yet, by the photo that they name."""
    found: dict[str, list[UUID]] = {}
    for op in ops:
        sha256 = waiting_photo.named_by(op)
        if sha256 and outcomes[op.op_id].status in ("review", "held", "received"):
            found.setdefault(sha256, []).append(op.op_id)
    return found


def _take_photo(
    file: BinaryIO,
    found: sealed.Container,
    phone: Phone,
    one: sealed.SealedPhoto,
    waits: dict[str, list[UUID]],
    clock: Clock,
) -> str:
    picture = sealed.open_photo(file, found, phone, one)
    if picture is None:
        return "damaged"
    sha256 = bytes.fromhex(one.sha256)
    actor = Actor(phone.user_id, phone.id)
    try:
        with Work(scope=Scope.branch(phone.branch_id), actor=actor, clock=clock) as work:
            is_new = waiting_photo.attach(work, Asked(phone.branch_id, phone.agent_id, sha256), picture)
        return "stored" if is_new else "here"
    except Refused as refused:
        if refused.code != "E1004":
            return "damaged"
    if one.sha256 not in waits:
        return "unwanted"
    for op_id in waits[one.sha256]:
        waiting_photo.keep(phone.branch_id, op_id, sha256, picture)
    return "waiting"


def _report(imported: Imported, viewer: Viewer, clock: Clock) -> None:
    agent, phone = imported.agent, imported.phone
    detail = {
        "device": str(phone.id),
        "ops": len(imported.outcomes),
        "fresh": sum(one.is_new for one in imported.outcomes),
        "photos": imported.photos["stored"] + imported.photos["waiting"],
    }
    with Work(scope=Scope.branch(phone.branch_id), actor=viewer.actor, clock=clock) as work:
        work.report(
            Happened(
                kind="outbox_imported",
                branch_id=phone.branch_id,
                subject_id=phone.id,
                agent_id=agent.id,
                sub_branch_id=agent.sub_branch_id,
                agency_office_id=agent.agency_office_id,
                device_id=phone.id,
                detail=detail,
            )
        )
