"""What whoever holds a number wants: the only writer of ``messages_preference``. Found by the number's keyed hash."""

from typing import LiteralString

from perisai.errors import Refused
from perisai.events.vault import keyed_hash
from perisai.events.work import Happened, Work
from perisai.messages.models import ChannelKind

_SET: LiteralString = """
INSERT INTO messages_preference (branch_id, phone_hash, is_stopped, prefers, changed_at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (branch_id, phone_hash) DO UPDATE
SET is_stopped = excluded.is_stopped, prefers = excluded.prefers, changed_at = excluded.changed_at
"""
_FIND: LiteralString = "SELECT is_stopped, prefers FROM messages_preference WHERE branch_id = %s AND phone_hash = %s"


def set_preference(work: Work, *, branch_id: int, phone: str, is_stopped: bool, prefers: str = "") -> None:
    """Holds for all that is sent to the number but for codes it asks for itself. Raises ``Refused`` E4603."""
    if prefers and prefers not in ChannelKind:
        raise Refused("E4603", field="prefers")
    work.execute(_SET, [branch_id, phone_hash(phone), is_stopped, prefers, work.now])
    work.report(Happened(kind="messages_stopped" if is_stopped else "messages_resumed", branch_id=branch_id, detail={}))


def find_preference(work: Work, *, branch_id: int, phone: str) -> tuple[bool, str]:
    """(nothing more, the way that is preferred or ''). By primary key."""
    row = work.row(_FIND, [branch_id, phone_hash(phone)])
    return (bool(row[0]), str(row[1])) if row else (False, "")


def phone_hash(phone: str) -> bytes:
    return keyed_hash("preference", phone)
