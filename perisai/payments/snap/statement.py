"""Statements outside a Work, of registries that no row-level security guards: what a bank asks before its branch is known."""

from collections.abc import Sequence
from typing import Any, LiteralString

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor


def fetch_row(sql: LiteralString, parameters: Sequence[Any]) -> tuple[Any, ...] | None:
    """The first row of a statement that commits by itself, planned once and kept by the connection."""
    connection.ensure_connection()
    of_server: Any = ServerBindingCursor  # its stub knows no argument
    with connection.make_cursor(of_server(connection.connection)) as cursor:
        cursor.execute(sql, parameters)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row
