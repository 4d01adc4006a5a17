"""Keys of the read API: made by an office for a named system, changed over without a gap, ended at once.

A secret is shown once; what is kept is its keyed hash. It is 256 random bits, so that nobody guesses it and looking it up by its
hash is safe."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

from django.db import connection

from perisai.accounts import limit
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.vault import keyed_hash
from perisai.events.work import Happened, Work
from perisai.feeds.models import Key, KeySecret, KeyUse
from perisai.offices.tree import Office

PARTS: Final = ("offices", "events", "figures", "targets", "alerts")
PREFIX: Final = "perisai_read_"
MOST_DAYS: Final = 730
MOST_PER_MINUTE: Final = 6000
OVERLAPS: Final = (0, 24, 168, 720)
"""Hours that the old secret stays good beside the new one."""
_MINUTE: Final = timedelta(minutes=1)
_KEPT: Final = timedelta(days=400)

# Carried by the primary key of feeds_key_secret.
_FIND: LiteralString = """
SELECT k.id, k.name, o.id, o.kind, k.may, k.per_minute, k.expires_at
FROM feeds_key_secret s JOIN feeds_key k ON k.id = s.key_id JOIN offices_office o ON o.id = k.office_id
WHERE s.hash = %s AND (s.ends_at IS NULL OR s.ends_at > %s) AND k.revoked_at IS NULL AND k.expires_at > %s AND o.is_open
"""
_COUNT: LiteralString = """
INSERT INTO feeds_key_use AS u (key_id, day, part, answered, refused, last_at)
VALUES (%(key)s, (%(now)s::timestamptz AT TIME ZONE 'UTC')::date, %(part)s, %(answered)s, %(refused)s, %(now)s)
ON CONFLICT (key_id, day, part) DO UPDATE SET answered = u.answered + excluded.answered, refused = u.refused + excluded.refused,
  last_at = greatest(u.last_at, excluded.last_at)
"""


@dataclass(frozen=True)
class Reader:
    """Who asks: a key that is good now."""

    key_id: UUID
    name: str
    office_id: int
    office_kind: str
    may: tuple[str, ...]
    per_minute: int
    expires_at: datetime


@dataclass(frozen=True)
class Asked:
    """What a form asks for."""

    name: str
    contact: str
    may: Collection[str]
    per_minute: int
    days: int


def make_key(work: Work, *, office: Office, asked: Asked, token: str = "", form: UUID | None = None) -> tuple[Key, str]:
    """The key and its secret, which is in no table; ``token`` where it is known beforehand. A ``form`` that comes twice makes one,
    and the second time there is no secret. Raises E5404 with the field."""
    wrong = _wrong(asked)
    if wrong:
        raise Refused("E5404", field=wrong)
    row = {
        "office": office,
        "name": asked.name.strip(),
        "contact": asked.contact.strip(),
        "may": [part for part in PARTS if part in asked.may],
        "per_minute": asked.per_minute,
        "expires_at": work.now + timedelta(days=asked.days),
        "made_at": work.now,
        "made_by": work.actor.user_id,
    }
    key, is_new = Key.objects.get_or_create(id=form or uuid7(), defaults=row)
    if not is_new:
        return key, ""
    _report(work, key, "made")
    return key, _add_secret(work, key, token)


def rotate(work: Work, *, key: Key, hours: int) -> str:
    """Another secret; what was good before ends after ``hours``. Raises E5405 for a revoked key, E5404."""
    locked = _lock(key)
    if hours not in OVERLAPS:
        raise Refused("E5404", field="hours")
    ends_at = work.now + timedelta(hours=hours)
    KeySecret.objects.filter(key=locked, ends_at__isnull=True).update(ends_at=ends_at)
    KeySecret.objects.filter(key=locked, ends_at__gt=ends_at).update(ends_at=ends_at)
    _report(work, locked, "rotated")
    return _add_secret(work, locked)


def revoke(work: Work, *, key: Key) -> None:
    """From the next request on. Raises E5405 where it was revoked already."""
    locked = _lock(key)
    locked.revoked_at, locked.revoked_by = work.now, work.actor.user_id
    locked.save(update_fields=["revoked_at", "revoked_by"])
    _report(work, locked, "revoked")


def find_reader(token: str, now: datetime) -> Reader | None:
    """None for a secret that is not good now: unknown, ended, revoked or expired alike. One statement."""
    if not token.startswith(PREFIX) or len(token) > 100:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [_hash(token), now, now])
        row = cursor.fetchone()
    return Reader(row[0], row[1], row[2], row[3], tuple(row[4]), row[5], row[6]) if row else None


def take(reader: Reader, *, part: str, now: datetime) -> None:
    """Counts a request. Raises E5403 above the key's rate, E5402 where it may not read that part. Call it outside a Work."""
    try:
        limit.take(kind="read_key", key=str(reader.key_id), limit=reader.per_minute, per=_MINUTE, now=now)
        if part in PARTS and part not in reader.may:
            raise Refused("E5402", part=part)
    except Refused as refused:
        _count(reader, part, now, answered=0)
        if refused.code == "E1005":
            raise Refused("E5403", retry_after=refused.retry_after, limit=reader.per_minute) from None
        raise
    _count(reader, part, now, answered=1)


def _count(reader: Reader, part: str, now: datetime, *, answered: int) -> None:
    values: dict[str, Any] = {
        "key": reader.key_id,
        "part": part,
        "now": now,
        "answered": answered,
        "refused": 1 - answered,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, values)


def _lock(key: Key) -> Key:
    locked = Key.objects.select_for_update().get(pk=key.pk)
    if locked.revoked_at is not None:
        raise Refused("E5405")
    return locked


def _add_secret(work: Work, key: Key, token: str = "") -> str:
    token = token or PREFIX + secrets.token_urlsafe(32)
    KeySecret.objects.create(hash=_hash(token), key=key, hint=token[-4:], made_at=work.now, made_by=work.actor.user_id)
    return token


def _hash(token: str) -> bytes:
    return keyed_hash("read_key", token)


def _report(work: Work, key: Key, what: str) -> None:
    """Of a branch's key; above, an act belongs to no branch's events, and the row tells who did it."""
    branch_id = Office.objects.values_list("branch_id", flat=True).get(pk=key.office_id)
    if branch_id is not None:
        work.report(Happened(kind="read_key_changed", branch_id=branch_id, detail={"key": key.id, "what": what}))


def _wrong(asked: Asked) -> str:
    """The first field that cannot be; '' where all are right."""
    checks = {
        "name": 3 <= len(asked.name.strip()) <= 80 and "\x00" not in asked.name,
        "contact": 5 <= len(asked.contact.strip()) <= 120 and "\x00" not in asked.contact,
        "may": bool(asked.may) and set(asked.may) <= set(PARTS),
        "per_minute": 1 <= asked.per_minute <= MOST_PER_MINUTE,
        "days": 1 <= asked.days <= MOST_DAYS,
    }
    return next((field for field, is_right in checks.items() if not is_right), "")


def uses(key_id: UUID, days: int = 30) -> list[KeyUse]:
    """Of its last days of use, newest first."""
    return list(KeyUse.objects.filter(key_id=key_id).order_by("-day", "part")[: days * (len(PARTS) + 2)])


def forget_old(work: Work) -> int:
    """Counts of use of more than a year ago."""
    return work.execute("DELETE FROM feeds_key_use WHERE day < %s", [(work.now - _KEPT).date()])
