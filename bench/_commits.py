"""When a transaction committed: the instant that PostgreSQL itself wrote into the commit record of its log."""

from datetime import datetime
from pathlib import Path

import psycopg

from perisai.web.postgres import Cluster

# Records of whole commits in this stretch of the log; the description begins with the commit's time.
_COMMITS = """
SELECT xid::text::bigint, description FROM pg_get_wal_records_info(%s, pg_current_wal_flush_lsn())
WHERE resource_manager = 'Transaction' AND record_type = 'COMMIT'
"""

# Carried by the primary key (branch_id, received_at, number): the last minutes of a few branches.
_EVENTS = """
SELECT branch_id || '-' || number, xmin::text::bigint FROM events_event
WHERE branch_id = ANY(%s) AND received_at > now() - interval '10 minutes'
"""


class CommitLog:
    """The embedded cluster's log from the moment this was made. It is read as superuser, beside the application's database."""

    def __init__(self, data: Path, owner_url: str) -> None:
        self._owner_url = owner_url
        self._log = psycopg.connect(Cluster(data).url("superuser", "postgres"), autocommit=True)
        self._log.execute("CREATE EXTENSION IF NOT EXISTS pg_walinspect")
        self._log.execute("SET timezone = 'UTC'")
        row = self._log.execute("SELECT pg_current_wal_lsn()::text").fetchone()
        assert row is not None
        self._start: str = row[0]

    def of_events(self, branches: list[int]) -> dict[str, float]:
        """Milliseconds since 1970 of the commit, by ``<branch>-<number>`` of each event since the beginning."""
        at = {xid: _milliseconds(text) for xid, text in self._log.execute(_COMMITS, [self._start])}
        with psycopg.connect(self._owner_url) as owner:
            events = owner.execute(_EVENTS, [branches]).fetchall()
        self._log.close()
        return {name: at[xid] for name, xid in events if xid in at}


def _milliseconds(description: str) -> float:
    """From ``2026-11-22 15:36:27.123456+00; inval msgs: ...``."""
    return datetime.fromisoformat(description.partition(";")[0]).timestamp() * 1000
