"""A photo that a phone pushes sealed, for nobody can open its vault (docs/device-protocol.md section 13)."""

from io import BytesIO
from typing import Any
from uuid import UUID

from perisai.errors import Refused
from perisai.events.clock import Clock
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work
from perisai.members.photos.photo import Asked
from perisai.sync import sealed, waiting_photo
from perisai.sync.clock import make_token, to_ms
from perisai.sync.op import SentOp, reread
from perisai.sync.signed import Phone, get_phone

# Locked, so that nobody decides on the op between the look at it and the keeping of its photo.
_OP = """
SELECT state, seq, prev, hash, kind, sealed FROM sync_op WHERE branch_id = %s AND device_id = %s AND op_id = %s FOR UPDATE
"""


def take_photo(body: bytes, found: sealed.Container, *, clock: Clock) -> dict[str, Any]:
    """Stores the photo with its enrolment, or keeps it with an op that waits for a person; also of a phone that may only drain.

    ``photos`` of the answer: it is here and the phone need not keep it; ``photos_refused``: it will never be taken. In neither:
    its op is not here or not judged yet. Raises E2001, E2003, E6021, E6022, E6023.
    """
    phone = get_phone(found.device)
    sealed.check_container(found, phone)
    (one,) = found.photos
    picture = sealed.open_photo(BytesIO(body), found, phone, one)
    if picture is None:
        raise Refused("E6022")
    is_here = _place(phone, one, picture, clock)
    now = clock.now()
    return {
        "time_token": make_token(now),
        "server_ms": to_ms(now),
        "answers": [],
        "photos": [one.sha256] if is_here else [],
        "photos_refused": [one.sha256] if is_here is False else [],
    }


def _place(phone: Phone, one: sealed.SealedPhoto, picture: bytes, clock: Clock) -> bool | None:
    """True: here; False: never wanted; None: not yet."""
    op_id, sha256 = UUID(one.enrolment), bytes.fromhex(one.sha256)
    with Work(scope=Scope.branch(phone.branch_id), actor=Actor(phone.user_id, phone.id), clock=clock) as work:
        state, op = _find_op(work, phone, op_id)
        for asked in (
            Asked(phone.branch_id, phone.agent_id, sha256),
            Asked(phone.branch_id, phone.agent_id, sha256, op_id),
        ):
            try:
                waiting_photo.attach(work, asked, picture)
            except Refused as refused:
                if refused.code == "E6010":  # pieces of it come in at this moment
                    return None
                if refused.code != "E1004":
                    return False
            else:
                return True
        if op is None or state not in ("review", "rejected"):
            return None
        return state == "review" and _keep(phone.branch_id, op, sha256, picture)


def _find_op(work: Work, phone: Phone, op_id: UUID) -> tuple[str, SentOp | None]:
    row = work.row(_OP, [phone.branch_id, phone.id, op_id])
    if row is None:
        return "", None
    state, seq, prev, digest, kind, content = row
    return state, reread(op_id, seq, bytes(prev), bytes(digest), kind, bytes(content or b""))


def _keep(branch_id: int, op: SentOp, sha256: bytes, picture: bytes) -> bool:
    """Until somebody has decided on its op. False where that op names another picture."""
    named = waiting_photo.named_by(op)
    if named is not None and named != sha256.hex():
        return False
    waiting_photo.keep(branch_id, op.op_id, sha256, picture)
    return True
