"""The sealed container of a phone (docs/device-protocol.md section 13): whose it is, ops that only the branch opens, photos, and a
signature over the chain. The same bytes come as a push while the phone is locked and as a file that is carried to the office."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from uuid import UUID

import orjson

from perisai.errors import Refused
from perisai.sync.branch_key import NotOpened, UnknownSealKey, open_sealed
from perisai.sync.op import MOST_BYTES, BadLine, SentOp, read_line
from perisai.sync.signed import Phone, unb64, verify

MEDIA_TYPE = "application/vnd.perisai.sealed+ndjson"
MOST_BODY = 4 * 1024 * 1024
"""Bytes of the ops of one push, once they are opened."""
MOST_PHOTO = 2 * 1024 * 1024
_MOST_LINE = MOST_PHOTO * 4 // 3 + 4096
_MOST_OP_LINE = MOST_BYTES * 4 // 3 + 4096


@dataclass(frozen=True)
class SealedOp:
    op_id: str
    seq: int
    hash: str
    sealed: str


@dataclass(frozen=True)
class SealedPhoto:
    """Where in the file its line begins, so that one photo at a time is read. ``enrolment``: the op that it belongs to, where the
    phone says so."""

    sha256: str
    at: int
    enrolment: str | None = None


@dataclass
class Container:
    """As it came, still sealed. ``signature`` is over the push message of the last op; of a photo that was pushed alone, over a
    message of its own."""

    device: UUID
    branch_id: int
    key_id: str
    ops: list[SealedOp] = field(default_factory=list)
    photos: list[SealedPhoto] = field(default_factory=list)
    signature: bytes = b""


def read_container(file: BinaryIO, *, most_ops: int, photos: bool) -> Container:
    """Reads head, ops, places of photos and signature; opens nothing. Where ``photos`` may not be in it, beside ops, it may hold
    one photo and nothing else.

    Raises E6020 for what is no whole container, and E1003 above ``most_ops``.
    """
    lines = _lines(file)
    found = _head(next(lines, (0, None))[1])
    for at, data in lines:
        if found.signature:
            raise _broken("after signature")
        if "signature" in data:
            found.signature = _signature(data)
        elif "op" in data and not found.photos:
            if len(found.ops) == most_ops:
                raise Refused(
                    "E1003", limit=f"{most_ops} ops", members={"limits": {"ops": most_ops, "bytes": MOST_BODY}}
                )
            found.ops.append(_op(data))
        elif "photo" in data and (photos or not (found.ops or found.photos)):
            found.photos.append(_photo(data, at, alone=not photos))
        else:
            raise _broken("line")
    if not found.signature or not (found.ops or (found.photos and not photos)):
        raise _broken("cut off" if not found.signature else "empty")
    return found


def check_container(found: Container, phone: Phone) -> None:
    """That the phone itself made it, for its own branch. Raises E6023, E2003."""
    if found.branch_id != phone.branch_id:
        raise Refused("E6023")
    if found.ops:
        message = f"perisai-push-1\n{phone.id}\n{found.ops[-1].hash}"
    else:
        message = f"perisai-photo-1\n{phone.id}\n{found.photos[0].sha256}\n{found.photos[0].enrolment}"
    verify(phone.public_key, found.signature, message.encode())


def open_ops(found: Container, phone: Phone) -> list[SentOp | BadLine]:
    """The ops as the phone wrote them; one that cannot be opened, or is not what its line says, is a ``BadLine``.

    Raises E6021 where the key is not of this installation.
    """
    try:
        return [_open_op(found, phone, one) for one in found.ops]
    except UnknownSealKey:
        raise Refused("E6021") from None


def open_photo(file: BinaryIO, found: Container, phone: Phone, photo: SealedPhoto) -> bytes | None:
    """The picture's bytes; None where they do not open or are not what their address says.

    Raises E6021 where the key is not of this installation.
    """
    file.seek(photo.at)
    data = orjson.loads(file.readline(_MOST_LINE))
    try:
        picture = open_sealed(
            unb64(str(data.get("sealed"))), key_id=found.key_id, branch_id=phone.branch_id, device=str(phone.id)
        )
    except UnknownSealKey:
        raise Refused("E6021") from None
    except ValueError:
        return None
    return picture if is_address(photo.sha256, picture) else None


def _broken(reason: str) -> Refused:
    """``reason`` in the problem is for whoever writes a phone."""
    return Refused("E6020", members={"reason": reason})


def is_address(sha256: str, picture: bytes) -> bool:
    """Whether these bytes are what the line says."""
    return hashlib.sha256(picture).hexdigest() == sha256


def _open_op(found: Container, phone: Phone, one: SealedOp) -> SentOp | BadLine:
    try:
        line = open_sealed(unb64(one.sealed), key_id=found.key_id, branch_id=phone.branch_id, device=str(phone.id))
    except (NotOpened, ValueError):
        return BadLine(one.op_id, one.seq, "E6022")
    if hashlib.sha256(line).hexdigest() != one.hash:
        return BadLine(one.op_id, one.seq, "E6022")
    read = read_line(line, device_id=phone.id)
    if isinstance(read, SentOp) and (str(read.op_id), read.seq) != (one.op_id, one.seq):
        return BadLine(one.op_id, one.seq, "E6022")
    return read


def _lines(file: BinaryIO) -> Iterator[tuple[int, dict[str, Any]]]:
    """Place and content of each line. Raises E6020."""
    while True:
        at = file.tell()
        line = file.readline(_MOST_LINE)
        if not line:
            return
        try:
            data = orjson.loads(line)
        except orjson.JSONDecodeError:
            data = None
        if not isinstance(data, dict) or not line.endswith(b"\n"):
            raise _broken("cut off" if not line.endswith(b"\n") else "line")
        if "photo" not in data and len(line) > _MOST_OP_LINE:
            raise _broken("line")
        yield at, data


def _head(data: dict[str, Any] | None) -> Container:
    if data is None:
        raise _broken("empty")
    try:
        device, branch, key = UUID(_text(data, "device", 36)), data.get("branch"), _text(data, "key", 20)
    except ValueError:
        raise _broken("device") from None
    if data.get("v") != 1 or type(branch) is not int:
        raise _broken("head")
    return Container(device, branch, key)


def _op(data: dict[str, Any]) -> SealedOp:
    seq, digest = data.get("seq"), _text(data, "hash", 64)
    if type(seq) is not int or not 1 <= seq < 2**53 or len(digest) != 64:
        raise _broken("op")
    return SealedOp(_text(data, "op", 36), seq, digest, _text(data, "sealed", _MOST_OP_LINE))


def _photo(data: dict[str, Any], at: int, *, alone: bool) -> SealedPhoto:
    """One that comes ``alone`` must say whose it is, and have an address that can be looked up."""
    sha256, enrolment = _text(data, "photo", 64), data.get("enrolment")
    if not alone:
        return SealedPhoto(sha256, at)
    try:
        whole, owner = bytes.fromhex(sha256), UUID(_text(data, "enrolment", 36))
    except ValueError:
        raise _broken("photo") from None
    if whole.hex() != sha256 or len(whole) != 32 or str(owner) != enrolment:
        raise _broken("photo")
    return SealedPhoto(sha256, at, enrolment)


def _signature(data: dict[str, Any]) -> bytes:
    try:
        raw = unb64(_text(data, "signature", 100))
    except ValueError:
        raw = b""
    if len(raw) != 64:
        raise _broken("signature")
    return raw


def _text(data: dict[str, Any], name: str, most: int) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not value.isascii() or len(value) > most:
        raise _broken(name)
    return value
