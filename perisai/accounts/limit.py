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
    seconds = int(per.total_seconds())
    end = datetime.fromtimestamp((int(now.timestamp()) // seconds + 1) * seconds, UTC)
    with connection.cursor() as cursor:
        hashed = hashlib.sha256(key.encode()).digest()
        cursor.execute(_TAKE, {"kind": kind, "key": hashed, "end": end, "now": now})
        counted = cursor.fetchone()[0]
    if counted > limit:
        raise Refused("E1005", retry_after=max(1, int((end - now).total_seconds())))
