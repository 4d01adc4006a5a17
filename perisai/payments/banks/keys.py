"""Keys of a bank change without a pause: the new one holds at once, the old one beside it until a moment head office chooses."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

from perisai.errors import Refused
from perisai.events import vault, world
from perisai.events.work import Work
from perisai.payments.banks.settings import read_public_key, read_secret

LONGEST_OVERLAP: Final = timedelta(days=90)

_LOCK = "SELECT client_secret_sealed, public_key FROM payments_bank WHERE id = %s FOR NO KEY UPDATE"
_KEEP_OLD = """
INSERT INTO payments_bank_key (bank_id, kind, sealed, fingerprint, replaced_at, replaced_by, valid_until)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
_NEW_SECRET = "UPDATE payments_bank SET client_secret_sealed = %s WHERE id = %s"  # noqa: S105 - a statement
_NEW_PUBLIC = "UPDATE payments_bank SET public_key = %s WHERE id = %s"
_END = "UPDATE payments_bank_key SET valid_until = %s WHERE id = %s AND bank_id = %s AND valid_until > %s"
# Carried by bank_key_valid.
_VALID = "SELECT sealed FROM payments_bank_key WHERE bank_id = %s AND kind = %s AND valid_until > %s ORDER BY valid_until DESC"
_LIST = """
SELECT k.id, k.kind, k.fingerprint, k.replaced_at, k.valid_until, k.valid_until > %s AS is_valid, u.full_name AS who
FROM payments_bank_key k LEFT JOIN accounts_user u ON u.id = k.replaced_by WHERE k.bank_id = %s ORDER BY k.id DESC LIMIT 20
"""


def rotate(work: Work, *, bank_id: str, kind: str, value: str, overlap: timedelta) -> None:
    """The new key holds from now on; what was signed with the old one is taken for ``overlap`` longer. Access tokens stay.

    Raises ``Refused`` E4010 with the field, E4912 for the key that is in use, E9607 in practice.
    """
    if world.is_practice():
        raise Refused("E9607")
    if kind not in ("secret", "public"):
        raise Refused("E4010", field="kind")
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise Refused("E4010", field="overlap")
    new = read_secret(value, is_new=True) if kind == "secret" else read_public_key(value)
    row = work.row(_LOCK, [bank_id])
    if row is None:
        raise Refused("E1004")
    old = vault.unseal(row[0]) if kind == "secret" else str(row[1]).encode()
    plain = vault.unseal(new) if isinstance(new, bytes) else str(new).encode()
    if plain == old:
        raise Refused("E4912")
    until = work.now + overlap
    work.execute(_KEEP_OLD, [bank_id, kind, vault.seal(old), fingerprint(old), work.now, work.actor.user_id, until])
    if kind == "secret":
        work.execute(_NEW_SECRET, [new, bank_id])
    else:
        work.execute(_NEW_PUBLIC, [new, bank_id])


def end(work: Work, *, bank_id: str, key_id: UUID) -> None:
    """The old key is taken no longer, from now on. Raises ``Refused`` E4912 where it had ended."""
    if work.execute(_END, [work.now, key_id, bank_id, work.now]) == 0:
        raise Refused("E4912")


def listed(work: Work, *, bank_id: str) -> list[dict[str, Any]]:
    """Keys that were replaced, newest first; the keys themselves are never shown."""
    return work.dicts(_LIST, [work.now, bank_id])


def former(bank_id: str, kind: str, now: datetime) -> Iterable[bytes]:
    """Keys that were replaced and still hold. Asked for only where the present one does not fit."""
    with connection.cursor() as cursor:
        cursor.execute(_VALID, [bank_id, kind, now])
        return [vault.unseal(sealed) for (sealed,) in cursor.fetchall()]


def fingerprint(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()[:12]
