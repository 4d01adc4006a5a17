"""What whoever holds a number wants: the only writer of ``messages_preference``. Found by the number's keyed hash."""

from collections.abc import Iterable
from typing import Final, LiteralString, NamedTuple

from perisai.errors import Refused
from perisai.events.vault import keyed_hash
from perisai.events.work import Happened, Work
from perisai.messages.models import ChannelKind

LANGUAGES: Final = ("id", "en")

_SET: LiteralString = """
INSERT INTO messages_preference AS p (branch_id, phone_hash, is_stopped, prefers, language, changed_at)
VALUES (%(branch)s, %(hash)s, coalesce(%(stopped)s, false), coalesce(%(prefers)s, ''), coalesce(%(language)s, ''), %(now)s)
ON CONFLICT (branch_id, phone_hash) DO UPDATE
SET is_stopped = coalesce(%(stopped)s, p.is_stopped), prefers = coalesce(%(prefers)s, p.prefers),
  language = coalesce(%(language)s, p.language), changed_at = excluded.changed_at
RETURNING is_stopped
"""
_FIND: LiteralString = (
    "SELECT is_stopped, prefers, language FROM messages_preference WHERE branch_id = %s AND phone_hash = %s"
)
_LANGUAGES: LiteralString = """
SELECT phone_hash, language FROM messages_preference WHERE branch_id = %s AND phone_hash = ANY (%s) AND language <> ''
"""
_STOPPED: LiteralString = """
SELECT phone_hash FROM messages_preference WHERE branch_id = %s AND phone_hash = ANY (%s) AND is_stopped
"""


class Preference(NamedTuple):
    """``prefers``: the kind of channel that comes first; ``language``: ``id`` or ``en``. Empty: nobody said."""

    is_stopped: bool = False
    prefers: str = ""
    language: str = ""


def set_preference(
    work: Work,
    *,
    branch_id: int,
    phone: str,
    is_stopped: bool | None = None,
    prefers: str | None = None,
    language: str | None = None,
) -> None:
    """Holds for all that is sent to the number but for codes it asks for itself; what is None stays. Raises ``Refused`` E4603."""
    if prefers and prefers not in ChannelKind:
        raise Refused("E4603", field="prefers")
    if language and language not in LANGUAGES:
        raise Refused("E4603", field="language")
    given = {"stopped": is_stopped, "prefers": prefers, "language": language}
    row = work.row(_SET, given | {"branch": branch_id, "hash": phone_hash(phone), "now": work.now})
    kind = "messages_stopped" if row and row[0] else "messages_resumed"
    work.report(Happened(kind=kind, branch_id=branch_id, detail={}))


def find_preference(work: Work, *, branch_id: int, phone: str) -> Preference:
    """By primary key."""
    row = work.row(_FIND, [branch_id, phone_hash(phone)])
    return Preference(*row) if row else Preference()


def languages(work: Work, *, branch_id: int, phones: Iterable[str]) -> dict[str, str]:
    """The language of each number that has chosen one. One statement."""
    hashes = {phone_hash(phone): phone for phone in phones if phone}
    rows = work.rows(_LANGUAGES, [branch_id, list(hashes)]) if hashes else []
    return {hashes[bytes(found)]: language for found, language in rows}


def stopped(work: Work, *, branch_id: int, phones: Iterable[str]) -> set[str]:
    """Of these numbers, those that want no more messages. At most one statement."""
    hashes = {phone_hash(phone): phone for phone in phones if phone}
    rows = work.rows(_STOPPED, [branch_id, list(hashes)]) if hashes else []
    return {hashes[bytes(found)] for (found,) in rows}


def phone_hash(phone: str) -> bytes:
    return keyed_hash("preference", phone)
