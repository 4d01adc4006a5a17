"""The mark of a demo or practice world in its database, as commands read and write it before Django is there."""

import os
from typing import Any, Literal

import psycopg

Kind = Literal["real", "demo", "practice"]

_THERE = "SELECT to_regclass('events_world') IS NOT NULL, to_regclass('offices_office') IS NOT NULL"


class WrongKind(RuntimeError):
    """The database is of another kind of world; the text says what to do."""


def read(url: str) -> str:
    """``demo``, ``practice`` or empty: no mark, so what is there counts as real."""
    with psycopg.connect(url) as connection:
        return _read(connection)


def export(url: str) -> None:
    """Tells this process and its children that they serve a practice world, where the database says so. A database that does not
    answer tells nothing: whoever needs it will say so."""
    try:
        found = read(url)
    except psycopg.Error:
        return
    if found == "practice":
        os.environ["PERISAI_WORLD"] = found


def require(url: str, kind: Kind) -> None:
    """Raises ``WrongKind`` where practice and anything else would meet in one database."""
    with psycopg.connect(url) as connection:
        found = _read(connection)
        if kind != "practice" and found == "practice":
            raise WrongKind("This database is a practice world. Start it with `perisai practice`.")
        if kind == "practice" and found != "practice" and _is_used(connection):
            raise WrongKind(
                "This database is in use and no practice world. A practice world needs an empty database of its own."
            )


def put(url: str, kind: Kind) -> None:
    """Writes the mark, as the owner of the tables; a real world has none."""
    if kind == "real":
        return
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO events_world (kind) VALUES (%s) ON CONFLICT DO NOTHING", [kind])


def _read(connection: "psycopg.Connection[Any]") -> str:
    there = connection.execute(_THERE).fetchone()
    if there is None or not there[0]:
        return ""
    row = connection.execute("SELECT kind FROM events_world").fetchone()
    return str(row[0]) if row else ""


def _is_used(connection: "psycopg.Connection[Any]") -> bool:
    there = connection.execute(_THERE).fetchone()
    if there is None or not there[1]:
        return False
    row = connection.execute("SELECT EXISTS (SELECT FROM offices_office)").fetchone()
    return bool(row and row[0])
