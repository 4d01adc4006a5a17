"""The photo of an agent that staff give: drawn anew, without metadata, every version kept with who gave it and when."""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Final, LiteralString, NamedTuple
from uuid import UUID

from PIL import Image

from perisai.agents import agent
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.vault import Unreadable, seal, unseal
from perisai.events.work import Happened, Work

MOST_BYTES: Final = 8 * 1024 * 1024
LONGEST_SIDE: Final = 800
"""Pixels: sharp on the badge and on a telephone, and small enough to stand in the table."""
QUALITY: Final = 85

_INSERT: LiteralString = """
INSERT INTO agents_photo (branch_id, id, agent_id, jpeg_sealed, size, added_at, added_by) VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
# All carried by agent_photo: ids follow time.
_NEWEST: LiteralString = """
SELECT jpeg_sealed FROM agents_photo WHERE branch_id = %s AND agent_id = %s ORDER BY id DESC LIMIT 1
"""
_VERSIONS: LiteralString = """
SELECT p.id, p.size, p.added_at, u.full_name FROM agents_photo p LEFT JOIN accounts_user u ON u.id = p.added_by
WHERE p.branch_id = %s AND p.agent_id = %s ORDER BY p.id DESC
"""
_FORGET: LiteralString = "DELETE FROM agents_photo WHERE branch_id = %s AND agent_id = ANY (%s)"


class Version(NamedTuple):
    id: UUID
    size: int
    added_at: datetime
    added_by: str | None


def give(work: Work, *, branch_id: int, agent_id: UUID, data: bytes) -> UUID:
    """Takes a picture as the agent's photo from now on; earlier ones stay in the history. Raises E1004, E9419 for one who has
    ended, E9423 for what is no picture, too small or above 8 MB."""
    if agent.lock(work, branch_id=branch_id, agent_id=agent_id) == "ended":
        raise Refused("E9419")
    jpeg, photo_id = _draw(data), uuid7()
    work.execute(_INSERT, [branch_id, photo_id, agent_id, seal(jpeg), len(jpeg), work.now, work.actor.user_id])
    work.report(
        Happened(
            "agent_photo_changed", branch_id, subject_id=agent_id, agent_id=agent_id, detail={"photo": str(photo_id)}
        )
    )
    return photo_id


def find(work: Work, *, branch_id: int, agent_id: UUID) -> bytes | None:
    """The photo that counts, as JPEG: staff's newest, else what the candidate sent; None where there is neither."""
    from perisai.recruitment import candidate

    row = work.row(_NEWEST, [branch_id, agent_id])
    if row is not None:
        try:
            return unseal(bytes(row[0]))
        except Unreadable:  # its key was destroyed
            return None
    return candidate.get_photo(work, branch_id, agent_id)


def exists(work: Work, *, branch_id: int, agent_id: UUID) -> bool:
    from perisai.recruitment import candidate

    if work.row(_NEWEST.replace("jpeg_sealed", "1"), [branch_id, agent_id]) is not None:
        return True
    try:
        return candidate.get_facts(work, branch_id, agent_id).has_photo
    except Refused as refused:
        if refused.code != "E1004":  # never a candidate: brought by the go-live import
            raise
        return False


def versions(work: Work, *, branch_id: int, agent_id: UUID) -> list[Version]:
    """What staff gave, newest first."""
    return [Version(*row) for row in work.rows(_VERSIONS, [branch_id, agent_id])]


def forget(work: Work, *, branch_id: int, agent_ids: Sequence[UUID]) -> None:
    """For people whose personal data are erased: every version. One statement."""
    work.execute(_FORGET, [branch_id, list(agent_ids)])


def _draw(data: bytes) -> bytes:
    from perisai.recruitment import document

    try:
        clean = document.drawn_anew(data)
    except Refused as refused:
        raise Refused("E9423") from refused
    kept = io.BytesIO()
    with Image.open(io.BytesIO(clean), formats=["JPEG"]) as image:
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        image.convert("RGB").save(kept, "JPEG", quality=QUALITY)
    return kept.getvalue()
