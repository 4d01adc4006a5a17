"""Waits until somebody in the database waits for a lock, for tests of two at once."""

import time

from django.db import connection


def until_somebody_waits(seconds: float = 60) -> None:
    """On a connection of its own, for what holds the lock is in the middle of a transaction. Raises ``AssertionError``."""
    watcher = connection.copy()
    deadline = time.monotonic() + seconds
    try:
        while time.monotonic() < deadline:
            with watcher.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
                if cursor.fetchone()[0]:
                    return
            time.sleep(0.02)
        raise AssertionError(f"nobody waited for a lock within {seconds} s")
    finally:
        watcher.close()
