"""The doctor's look at the database: reachable, version, roles, migrations, partitions ahead."""

from collections.abc import Iterator

import psycopg
from psycopg.rows import dict_row

from perisai.web.config import Config
from perisai.web.doctor import Check, Look, State

VERSION_AT_LEAST = 180000
MONTHS_WARN, MONTHS_FAIL = 6, 1
DURABLE = ("fsync", "full_page_writes", "synchronous_commit")

# What the web role may not be: superuser, free of row-level security, or owner of any table of ours.
_ROLE = """
SELECT current_user AS name, rolsuper, rolbypassrls,
       (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relowner = r.oid) AS owned
FROM pg_roles r WHERE rolname = current_user
"""


def _database(config: Config) -> Iterator[Check]:
    if config.embedded and not (config.data / "pg" / "PG_VERSION").exists():
        yield Check("warn", f"no database yet in {config.data}", "`perisai demo` or `perisai up` makes it")
        return
    try:
        connection = psycopg.connect(config.database_url, connect_timeout=5, row_factory=dict_row)
    except psycopg.OperationalError as error:
        yield Check("fail", f"database: {str(error).strip()}", "is the server up? is DATABASE_URL right?")
        return
    with connection:
        yield from _version(connection)
        yield from _role(connection)


def _version(connection: "psycopg.Connection[dict[str, object]]") -> Iterator[Check]:
    number = connection.info.server_version
    text = f"PostgreSQL {number // 10000}.{number % 10000}"
    yield Check("ok" if number >= VERSION_AT_LEAST else "fail", text, "PostgreSQL 18 or newer is needed")
    for setting in DURABLE:
        value = (connection.execute("SELECT current_setting(%s) AS v", [setting]).fetchone() or {"v": "?"})["v"]
        state: State = "ok" if value in {"on", "remote_apply", "remote_write", "local"} else "fail"
        yield Check(state, f"{setting} = {value}", f"ALTER SYSTEM SET {setting} = on")


def _role(connection: "psycopg.Connection[dict[str, object]]") -> Iterator[Check]:
    role = connection.execute(_ROLE).fetchone() or {}
    faults = [
        text
        for wrong, text in (
            (role.get("rolsuper"), "is superuser"),
            (role.get("rolbypassrls"), "passes row-level security"),
            (role.get("owned"), f"owns {role.get('owned')} tables"),
        )
        if wrong
    ]
    mend = "DATABASE_URL must name a role that owns nothing: deploy/roles.sql makes perisai_web"
    what = f"role {role.get('name')} {' and '.join(faults) or 'owns nothing and obeys row-level security'}"
    yield Check("fail" if faults else "ok", what, mend)


def _migrations(config: Config) -> Iterator[Check]:
    if not _has_database(config):
        return
    import django

    django.setup()
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    text = f"{len(plan)} migrations to apply" if plan else "migrations applied"
    yield Check("fail" if plan else "ok", text, "perisai migrate")


def _partitions(config: Config) -> Iterator[Check]:
    if not _has_database(config):
        return
    from django.utils import timezone

    from perisai.events.partitions import months_ahead

    months = months_ahead(timezone.localdate())
    state: State = "fail" if months < MONTHS_FAIL else "warn" if months < MONTHS_WARN else "ok"
    yield Check(state, f"event partitions {months} months ahead", "let the worker run, or `perisai migrate`")


def _messages(config: Config) -> Iterator[Check]:
    """Texts to workers: whether any can be sent, and how many of the last day were given up."""
    if not _has_database(config):
        return
    import django

    django.setup()
    from perisai.events.scope import Scope
    from perisai.events.work import Work
    from perisai.messages.channel import operator_email
    from perisai.messages.gateway import find_gateway
    from perisai.messages.outbox import count_failed
    from perisai.offices.tree import above_branches

    try:
        has_gateway = find_gateway() is not None
    except ValueError as error:
        yield Check("fail", f"SMS gateway: {error}", "PERISAI_SMS_HEADERS and PERISAI_SMS_BODY are JSON objects")
        return
    what = "SMS gateway is set" if has_gateway else "no SMS gateway: consent by one-time code is not offered"
    yield Check("ok" if has_gateway else "warn", what, "set PERISAI_SMS_URL (deploy/README.md)")
    has_email = operator_email() is not None
    what = (
        "e-mail is set"
        if has_email
        else "no e-mail: alerts and reports reach only branches that set a way of their own"
    )
    yield Check("ok" if has_email else "warn", what, "set PERISAI_EMAIL_URL (deploy/README.md)")
    failed = 0
    for scope in (Scope.nation(), Scope.of(above_branches())):
        with Work(scope=scope) as work:
            failed += count_failed(work)
    state: State = "warn" if failed else "ok"
    yield Check(state, f"{failed} texts could not be sent since yesterday", "reasons: /console/messages/?state=failed")


def _has_database(config: Config) -> bool:
    try:
        psycopg.connect(config.database_url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


LOOKS: list[Look] = [_database, _migrations, _partitions, _messages]
