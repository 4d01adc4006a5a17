"""How often somebody may try. Counted in the database, so that every web process counts the same tries."""

import hashlib
from datetime import UTC, datetime, timedelta

from django.db import connection

from perisai.errors import Refused

# A new window also sweeps a few windows that are over, so that the table needs no job.
_TAKE = """
WITH swept AS (
  DELETE FROM accounts_attempt WHERE ctid IN (
    SELECT ctid FROM accounts_attempt WHERE window_end < %(now)s LIMIT 20 FOR UPDATE SKIP LOCKED)
)
INSERT INTO accounts_attempt AS a (kind, key, window_end, count) VALUES (%(kind)s, %(key)s, %(end)s, 1)
ON CONFLICT (kind, key, window_end) DO UPDATE SET count = a.count + 1
RETURNING count
"""


def take(*, kind: str, key: str, limit: int, per: timedelta, now: datetime) -> None:
    """Counts one try of ``key`` and raises ``Refused`` E1005 above ``limit`` tries in a window of length ``per``.

    Call it outside a Work: the try counts whatever becomes of the request.
    """
    end = _window_end(per, now)
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"kind": kind, "key": _key(key), "end": end, "now": now})
        counted = cursor.fetchone()[0]
    if counted > limit:
        raise _too_many(end, now)


def check(*, kind: str, key: str, limit: int, per: timedelta, now: datetime) -> None:
    """Raises ``Refused`` E1005 where ``limit`` tries were counted in this window; counts none itself."""
    end = _window_end(per, now)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count FROM accounts_attempt WHERE kind = %s AND key = %s AND window_end = %s",
            [kind, _key(key), end],
        )
        found = cursor.fetchone()
    if found is not None and found[0] >= limit:
        raise _too_many(end, now)


def forget(*, kind: str, key: str) -> None:
    """Begins anew for a key that has shown that it guesses no longer."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_attempt WHERE kind = %s AND key = %s", [kind, _key(key)])


def _window_end(per: timedelta, now: datetime) -> datetime:
    seconds = int(per.total_seconds())
    return datetime.fromtimestamp((int(now.timestamp()) // seconds + 1) * seconds, UTC)


def _key(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


def _too_many(end: datetime, now: datetime) -> Refused:
    return Refused("E1005", retry_after=max(1, int((end - now).total_seconds())))
