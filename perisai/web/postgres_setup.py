"""Settings, roles, database and extensions of an embedded cluster."""

from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from perisai import keys

if TYPE_CHECKING:
    from perisai.web.postgres import Cluster

DATABASE = "perisai"
EXTENSIONS = ("pg_trgm", "btree_gist", "btree_gin", "unaccent", "pg_stat_statements")

CONFIGURATION = """\
# Written by Perisai at every start: put your own settings into local.conf, which wins.
fsync = on
full_page_writes = on
synchronous_commit = on
shared_buffers = 256MB
effective_cache_size = 1GB
work_mem = 16MB
maintenance_work_mem = 128MB
max_connections = 200
wal_buffers = 16MB
max_wal_size = 2GB
min_wal_size = 256MB
checkpoint_timeout = 15min
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
password_encryption = 'scram-sha-256'
idle_in_transaction_session_timeout = 120s
log_min_duration_statement = 2s
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_line_prefix = '%m [%p] %u '
shared_preload_libraries = 'pg_stat_statements'
"""
# Parameters stay out of the log on purpose: they hold people's data.


def prepare_database(cluster: "Cluster") -> None:
    """Roles, database, schema and extensions as they must be; safe to repeat, a few milliseconds when all is there.

    ``perisai_owner`` owns database and schema; ``perisai_web`` owns nothing and cannot pass row-level security.
    """
    with psycopg.connect(cluster.url("superuser", "postgres"), autocommit=True) as server:
        for role in ("perisai_owner", "perisai_web"):
            password = keys.get_in(cluster.data / "keys", f"pg_{role.removeprefix('perisai_')}").decode()
            _ensure_role(server, role, password)
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            server.execute("CREATE DATABASE perisai OWNER perisai_owner")
    with psycopg.connect(cluster.url("superuser", DATABASE), autocommit=True) as database:
        for statement in statements():
            database.execute(statement)


def _ensure_role(server: psycopg.Connection, role: str, password: str) -> None:
    """The password is hashed here, so that it never stands in a statement."""
    encrypted = server.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    verb = "ALTER" if server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone() else "CREATE"
    server.execute(
        sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD {}").format(
            sql.SQL(verb), sql.Identifier(role), sql.Literal(encrypted)
        )
    )


def statements() -> list[sql.SQL | sql.Composed]:
    """What a superuser runs once in the database; ``deploy/roles.sql`` says the same for a server of your own."""
    return [
        sql.SQL("ALTER SCHEMA public OWNER TO perisai_owner"),
        sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC"),
        sql.SQL("GRANT USAGE ON SCHEMA public TO perisai_web"),
        sql.SQL("GRANT CONNECT ON DATABASE perisai TO perisai_web"),
        *(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(name)) for name in EXTENSIONS),
    ]
