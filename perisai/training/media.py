"""Pictures and videos of courses: sent in pieces, checked by their bytes, pictures drawn anew without metadata.

Nothing is ever held but one piece on the way in, and one whole file of at most ``MOST_VIDEO`` when it is checked.
"""

import hashlib
import io
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from PIL import Image, ImageOps

from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Work
from perisai.training.shelf import USED

PIECE = 256 * 1024
MOST_UPLOAD_PIECE = 1024 * 1024
MOST_PICTURE = 10 * 1024 * 1024
"""Bytes of a picture as it comes; what is kept is far smaller."""
MOST_VIDEO = 25 * 1024 * 1024
MOST_PIXELS = 50_000_000
MOST_DRAWN = 100_000_000
"""Values of all colours in memory at once: a JPEG is drawn small from the beginning, others only whole."""
EDGE = 1280
UNFINISHED_FOR = timedelta(days=1)
_PICTURES = ("JPEG", "PNG", "WEBP")

_BEGIN = """
WITH swept AS (
  DELETE FROM training_upload_piece p USING training_upload u
  WHERE u.branch_id = %(branch)s AND u.begun_at < %(old)s AND p.branch_id = u.branch_id AND p.upload_id = u.id
)
INSERT INTO training_upload (branch_id, id, size, received, begun_by, begun_at)
VALUES (%(branch)s, %(id)s, %(size)s, 0, %(user)s, %(now)s)
"""
_SWEEP = """
DELETE FROM training_upload u WHERE u.branch_id = %s AND u.begun_at < %s AND NOT EXISTS (
  SELECT FROM training_upload_piece p WHERE p.branch_id = u.branch_id AND p.upload_id = u.id)
"""
_LOCK = """
SELECT size, received FROM training_upload WHERE branch_id = %s AND id = %s AND begun_by IS NOT DISTINCT FROM %s FOR UPDATE
"""
_ADD = "INSERT INTO training_upload_piece (branch_id, upload_id, starts, data) VALUES (%s, %s, %s, %s)"
_ADVANCE = "UPDATE training_upload SET received = %s WHERE branch_id = %s AND id = %s"
_PIECES = "SELECT data FROM training_upload_piece WHERE branch_id = %s AND upload_id = %s ORDER BY starts"
_DROP = "DELETE FROM training_upload_piece WHERE branch_id = %s AND upload_id = %s"
_STORE = """
INSERT INTO training_media (branch_id, sha256, media_type, size, added_by, added_at) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING
"""
_STORE_PIECE = """
INSERT INTO training_media_piece (branch_id, sha256, number, data) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
_FIND = f"SELECT media_type, size FROM training_media WHERE branch_id {USED} AND sha256 = %s LIMIT 1"
# The same bytes may be kept by two owners.
_PIECE = f"""
SELECT DISTINCT ON (number) data FROM training_media_piece
WHERE branch_id {USED} AND sha256 = %s AND number BETWEEN %s AND %s ORDER BY number
"""


@dataclass(frozen=True)
class Stored:
    sha256: str
    size: int
    media_type: str


def begin(work: Work, *, branch_id: int, size: int) -> UUID:
    """Opens an upload of so many bytes. Raises E9206 above ``MOST_VIDEO``, before a byte was sent; E9207 for nothing."""
    if size > MOST_VIDEO:
        raise too_large(size, MOST_VIDEO)
    if size < 1:
        raise Refused("E9207")
    upload_id, old = uuid7(), work.now - UNFINISHED_FOR
    params = {"branch": branch_id, "id": upload_id, "size": size, "user": work.actor.user_id}
    work.execute(_BEGIN, params | {"now": work.now, "old": old})
    work.execute(_SWEEP, [branch_id, old])
    return upload_id


def add_piece(work: Work, *, branch_id: int, upload_id: UUID, offset: int, piece: bytes) -> int:
    """Adds the next piece and returns how many bytes are here. The same piece again is harmless.

    Raises E1004, E9206 for a piece above ``MOST_UPLOAD_PIECE`` or above the size that was told, E9208 (with the right offset).
    """
    if len(piece) > MOST_UPLOAD_PIECE:
        raise too_large(len(piece), MOST_UPLOAD_PIECE)
    size, received = _lock(work, branch_id, upload_id)
    if offset + len(piece) <= received:
        return received
    if offset != received or not piece:
        raise Refused("E9208", offset=received)
    if received + len(piece) > size:
        raise too_large(received + len(piece), size)
    work.execute(_ADD, [branch_id, upload_id, offset, piece])
    work.execute(_ADVANCE, [received + len(piece), branch_id, upload_id])
    return received + len(piece)


def finish(work: Work, *, branch_id: int, upload_id: UUID) -> Stored:
    """Checks the whole by its bytes and keeps it: a picture drawn anew, a video as it is.

    Raises E1004, E9206, E9207, E9208 where a piece is missing. A refused file is dropped with the sweep of the next day.
    """
    size, received = _lock(work, branch_id, upload_id)
    if received != size:
        raise Refused("E9208", offset=received)
    whole = b"".join(bytes(data) for (data,) in work.rows(_PIECES, [branch_id, upload_id]))
    kind = video_type(whole)
    data, media_type = (whole, kind) if kind is not None else (drawn_anew(whole), "image/jpeg")
    work.execute(_DROP, [branch_id, upload_id])
    return keep(work, branch_id=branch_id, data=data, media_type=media_type)


def keep(work: Work, *, branch_id: int, data: bytes, media_type: str) -> Stored:
    """Keeps bytes that were checked, once, under their address."""
    digest = hashlib.sha256(data).digest()
    if work.execute(_STORE, [branch_id, digest, media_type, len(data), work.actor.user_id, work.now]):
        for number, start in enumerate(range(0, len(data), PIECE)):
            work.execute(_STORE_PIECE, [branch_id, digest, number, data[start : start + PIECE]])
    return Stored(digest.hex(), len(data), media_type)


def video_type(data: bytes) -> str | None:
    """What kind of video the bytes begin like; None where it is none that phones play."""
    if data[4:8] == b"ftyp" and data[8:12] not in (b"heic", b"heix", b"mif1", b"avif"):
        return "video/mp4"
    if data[:4] == b"\x1a\x45\xdf\xa3" and b"webm" in data[:64]:
        return "video/webm"
    return None


def drawn_anew(data: bytes) -> bytes:
    """A JPEG with at most ``EDGE`` pixels a side, upright, without anything but the picture. Raises E9206, E9207."""
    if len(data) > MOST_PICTURE:
        raise too_large(len(data), MOST_PICTURE)
    try:
        with Image.open(io.BytesIO(data), formats=_PICTURES) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Refused("E9207")
            image.draft("RGB", (EDGE * 2, EDGE * 2))
            if image.width * image.height * len(image.getbands()) > MOST_DRAWN:
                raise Refused("E9207")
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((EDGE, EDGE))
            ground = Image.new("RGB", upright.size, "white")
            seen = upright.convert("RGBA")
            ground.paste(seen, mask=seen.getchannel("A"))
    except Refused:
        raise
    except Exception as error:  # a reader of strangers' bytes fails in many ways, and all of them mean one thing
        raise Refused("E9207") from error
    out = io.BytesIO()
    ground.save(out, "JPEG", quality=78, optimize=True, progressive=True)
    return out.getvalue()


def find(work: Work, *, branch_id: int, sha256: str) -> Stored:
    """What this office keeps or uses from above. Raises E1004."""
    row = work.row(_FIND, [branch_id, bytes.fromhex(sha256)])
    if row is None:
        raise Refused("E1004")
    return Stored(sha256, row[1], row[0])


def pieces(work: Work, *, branch_id: int, sha256: str, first: int, last: int) -> list[bytes]:
    """Pieces ``first`` to ``last`` (from 0) of a medium that this office keeps or uses."""
    rows = work.rows(_PIECE, [branch_id, bytes.fromhex(sha256), first, last])
    return [bytes(data) for (data,) in rows]


def too_large(size: int, limit: int) -> Refused:
    return Refused("E9206", members={"limits": {"bytes": limit}}, size=_mb(size), limit=_mb(limit))


def _mb(size: int) -> str:
    return f"{-(-size // 2**20)} MB" if size >= 2**20 else f"{-(-size // 1024)} kB"


def _lock(work: Work, branch_id: int, upload_id: UUID) -> tuple[int, int]:
    row = work.row(_LOCK, [branch_id, upload_id, work.actor.user_id])
    if row is None:
        raise Refused("E1004")
    return row[0], row[1]
