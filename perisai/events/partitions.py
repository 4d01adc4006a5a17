"""Monthly partitions of the events table, made ahead of time by a function of the database that the owner owns."""

from datetime import date

from django.db import connection

MONTHS_AHEAD = 12


def ensure(today: date, months_ahead: int = MONTHS_AHEAD) -> int:
    """Makes the partitions of this month and ``months_ahead`` more where they are missing; returns how many were made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT events_make_partitions(%s, %s)", [today, months_ahead + 1])
        return int(cursor.fetchone()[0])


def months_ahead(today: date) -> int:
    """How many months after this one have their partition already; -1 where this month has none."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM generate_series(0, 24) AS n
            WHERE to_regclass('events_event_'
                              || to_char(date_trunc('month', %s::date) + n * interval '1 month', 'YYYY_MM')) IS NOT NULL
            """,
            [today],
        )
        return int(cursor.fetchone()[0]) - 1
