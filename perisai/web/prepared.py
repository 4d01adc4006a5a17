"""What a database was prepared with, remembered in the database itself, so that a second start skips what is done."""

import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

PACKAGES = ("Django", "django-allauth", "django-axes", "procrastinate")
"""Whose migrations are applied beside ours."""

_READ = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"


def describe_migrations() -> str:
    """Changes with every migration file of ours and every release of a package that brings some."""
    digest = hashlib.sha256(" ".join(version(package) for package in PACKAGES).encode())
    for file in sorted(Path(__file__).resolve().parent.parent.glob("*/migrations/*.py")):
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:32]


def describe_regions() -> str | None:
    """The release of the list of regions that lies here; None where none does."""
    package = Path(__file__).resolve().parents[2] / "frontend/node_modules/idn-area-data/package.json"
    return str(json.loads(package.read_text(encoding="utf-8"))["version"]) if package.is_file() else None


def has(owner_url: str, what: str, value: object) -> bool:
    with psycopg.connect(owner_url) as connection:
        return _read(connection).get(what) == value


def remember(owner_url: str, what: str, value: object) -> None:
    """A comment on the database, which goes where the database goes: into dumps, copies and restores."""
    with psycopg.connect(owner_url) as connection:
        text = json.dumps(_read(connection) | {what: value})
        database = sql.Identifier(connection.info.dbname)
        connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(database, sql.Literal(text)))


def _read(connection: "psycopg.Connection[Any]") -> dict[str, Any]:
    row = connection.execute(_READ).fetchone()
    try:
        found = json.loads(row[0]) if row and row[0] else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
