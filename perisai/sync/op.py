"""One op as it came: its bytes, its hash, and what can be read of its frame."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from perisai.events.vault import unseal

GENESIS = bytes(32)
MOST_BYTES = 64 * 1024
UNREADABLE = "unreadable"


@dataclass(slots=True)
class SentOp:
    """Nothing in it changes but ``received_at``, which is learnt when it is stored: when its bytes first came.

    ``data`` is the whole JSON object; the frame (id, seq, prev, kind) has been checked, the rest has not.
    """

    op_id: UUID
    seq: int
    prev: bytes
    hash: bytes
    kind: str
    line: bytes
    data: dict[str, Any]
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is not an op of this device; it is answered ``invalid`` with ``code`` and not stored."""

    op_id: str | None
    seq: int | None
    code: str = "E6006"


def read_line(line: bytes, *, device_id: UUID) -> SentOp | BadLine:
    """Reads the frame of an op. Never raises: what cannot be read is a ``BadLine``."""
    data: Any = None
    try:
        data = _parse(line)
        if len(line) > MOST_BYTES or not isinstance(data, dict) or not _same(data["device"], device_id):
            return _bad(data)
        op_id, seq, prev, kind = UUID(data["id"]), data["seq"], bytes.fromhex(data["prev"]), data["kind"]
        sound = type(seq) is int and 1 <= seq < 2**53 and len(prev) == 32 and type(kind) is str
        if not sound or data["v"] != 1 or op_id.version != 7 or len(kind) > 40 or "\x00" in kind:
            return _bad(data)
    except (ValueError, KeyError, TypeError, AttributeError):
        return _bad(data)
    return SentOp(op_id, seq, prev, hashlib.sha256(line).digest(), kind, line, data)


def reread(op_id: UUID, seq: int, prev: bytes, digest: bytes, kind: str, sealed: bytes) -> SentOp:
    """An op from the bytes that were kept. Where no key opens them any more its kind is ``UNREADABLE``, and its place in the
    chain stays, so that what follows it is judged."""
    try:
        line = unseal(sealed)
        return SentOp(op_id, seq, prev, digest, kind, line, _parse(line))
    except ValueError:
        return SentOp(op_id, seq, prev, digest, UNREADABLE, b"", {})


def _parse(line: bytes) -> Any:
    """Also JSON that the quick reader refuses, such as whole numbers of more than 64 bits: an op that cannot be judged goes to a
    person, one that cannot be read leaves a gap that holds up all behind it. Raises ``ValueError``."""
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        try:
            return json.loads(line, parse_constant=_no_number)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error


def _no_number(word: str) -> float:
    """``NaN`` and ``Infinity`` are no JSON. Raises ``ValueError``."""
    raise ValueError(word)


def _same(written: Any, device_id: UUID) -> bool:
    """Letter by letter first, as every phone writes it. Raises ``ValueError`` for what is no id."""
    return bool(written == str(device_id)) or UUID(written) == device_id


def _bad(data: Any) -> BadLine:
    if not isinstance(data, dict):
        return BadLine(None, None)
    op_id, seq = data.get("id"), data.get("seq")
    return BadLine(
        op_id[:60] if isinstance(op_id, str) else None, seq if type(seq) is int and abs(seq) < 2**53 else None
    )
